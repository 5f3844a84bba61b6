"""Experimental variograms in three dimensions, by direction, from pairs of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.check_surveys import directions as unit_vectors
from lodeway.resource.compiled import compiled

Floats = NDArray[np.float64]
Measure = Literal["traditional", "correlogram", "pairwise-relative"]
_SUMS = 9


@dataclass(frozen=True)
class Direction:
    """A direction in which pairs are counted.

    `azimuth` and `plunge` (positive downward) in degrees; a pair counts when it deviates by at
    most `tolerance` degrees and lies within `bandwidth` of the line. Tolerance 90 takes all.
    """

    azimuth: float = 0.0
    plunge: float = 0.0
    tolerance: float = 90.0
    bandwidth: float = np.inf

    @property
    def vector(self) -> Floats:
        """East, north, up."""
        return np.asarray(unit_vectors(np.array([self.azimuth]), np.array([self.plunge]))[0])


OMNIDIRECTIONAL = Direction()


@compiled
def _pairs(
    xyz: Floats, values: Floats, hole: NDArray[np.int64], order: NDArray[np.int64],
    within_hole: bool, lag: float, lags: int, half: float, vectors: Floats, cosine: Floats,
    band: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add up pairs by direction and lag; data are sorted along x, so that far ones end the loop."""
    farthest = lag * (lags - 1) + half
    n = len(order)
    for a in range(n):
        i = order[a]
        for b in range(a + 1, n):
            j = order[b]
            dx = xyz[j, 0] - xyz[i, 0]
            if dx > farthest:
                break
            if within_hole and hole[i] != hole[j]:
                continue
            dy = xyz[j, 1] - xyz[i, 1]
            dz = xyz[j, 2] - xyz[i, 2]
            h2 = dx * dx + dy * dy + dz * dz
            if h2 > farthest * farthest or h2 == 0.0:
                continue
            h = np.sqrt(h2)
            bin_ = int(np.floor(h / lag + 0.5))
            if bin_ >= lags or abs(h - bin_ * lag) > half:
                continue
            for d in range(len(vectors)):
                along = dx * vectors[d, 0] + dy * vectors[d, 1] + dz * vectors[d, 2]
                if abs(along) < cosine[d] * h:
                    continue
                if h2 - along * along > band[d] * band[d]:
                    continue
                tail, head = (values[i], values[j]) if along >= 0 else (values[j], values[i])
                sums = out[d, bin_]
                step = head - tail
                sums[0] += 1.0
                sums[1] += h
                sums[2] += 0.5 * step * step
                mean = 0.5 * (head + tail)
                if mean != 0.0:
                    sums[3] += 0.5 * step * step / (mean * mean)
                sums[4] += tail
                sums[5] += head
                sums[6] += tail * tail
                sums[7] += head * head
                sums[8] += tail * head


def experimental_variogram(
    xyz: ArrayLike,
    values: ArrayLike,
    lag: float,
    lags: int,
    *,
    directions: Sequence[Direction] = (OMNIDIRECTIONAL,),
    measure: Measure = "traditional",
    holes: ArrayLike | None = None,
    tolerance: float | None = None,
) -> pd.DataFrame:
    """Return an experimental variogram: one row for each direction and lag that holds pairs.

    Parameters
    ----------
    xyz, values
        Data, ``(n, 3)`` and ``(n,)``; for a variogram of normal scores give the scores.
    lag, lags
        Distance between lags, and how many; lag 0 holds pairs closer than `tolerance`.
    directions
        One or several.
    measure
        ``traditional`` (half the mean squared difference), ``correlogram`` (one less the
        correlation of heads and tails, times the variance; Srivastava and Parker 1989), or
        ``pairwise-relative``.
    holes
        When given, only pairs within one hole count: the variogram down the holes.
    tolerance
        Half-width of a lag; by default half of `lag`.

    Returns
    -------
    pandas.DataFrame
        ``direction`` (its position), ``azimuth, plunge, lag, pairs, distance, gamma``.
    """
    points = np.asarray(xyz, dtype=np.float64)
    grade = np.asarray(values, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) != len(grade):
        raise LodewayError("bad-argument", "xyz", f"shape {points.shape}", f"({len(grade)}, 3)")
    if not (np.isfinite(points).all() and np.isfinite(grade).all()):
        raise LodewayError("bad-number", "xyz or values", "a blank", "finite numbers")
    if not (lag > 0 and lags >= 1):
        raise LodewayError("bad-argument", "lag", (lag, lags), "a lag above 0, and 1 or more")
    if measure not in ("traditional", "correlogram", "pairwise-relative"):
        expected = "traditional, correlogram or pairwise-relative"
        raise LodewayError("bad-argument", "measure", measure, expected)
    number = np.zeros(len(points), dtype=np.int64)
    if holes is not None:
        number = np.unique(np.asarray(holes).astype(str), return_inverse=True)[1].astype(np.int64)
    sums = np.zeros((len(directions), lags, _SUMS))
    _pairs(
        points, grade, number, np.argsort(points[:, 0], kind="stable"), holes is not None,
        float(lag), lags, lag / 2 if tolerance is None else tolerance,
        np.stack([one.vector for one in directions]),
        np.array([np.cos(np.radians(one.tolerance)) if one.tolerance < 90 else 0.0
                  for one in directions]),
        np.array([min(one.bandwidth, 1e150) for one in directions]), sums,
    )  # fmt: skip
    return _table(sums, directions, measure, float(np.var(grade)))


def _table(
    sums: Floats, directions: Sequence[Direction], measure: str, variance: float
) -> pd.DataFrame:
    rows = []
    for number, direction in enumerate(directions):
        for lag, one in enumerate(sums[number]):
            pairs = one[0]
            if not pairs:
                continue
            gamma = one[2] / pairs
            if measure == "pairwise-relative":
                gamma = one[3] / pairs
            elif measure == "correlogram":
                tail, head = one[4] / pairs, one[5] / pairs
                spread = (one[6] / pairs - tail**2) * (one[7] / pairs - head**2)
                if not spread > 0:
                    continue
                gamma = variance * (1 - (one[8] / pairs - tail * head) / np.sqrt(spread))
            rows.append({
                "direction": number, "azimuth": direction.azimuth, "plunge": direction.plunge,
                "lag": lag, "pairs": int(pairs), "distance": one[1] / pairs, "gamma": gamma,
            })  # fmt: skip
    names = ["direction", "azimuth", "plunge", "lag", "pairs", "distance", "gamma"]
    return pd.DataFrame(rows, columns=names)


def half_sphere(
    azimuths: int = 6, plunges: Sequence[float] = (0.0, 30.0, 60.0), tolerance: float = 22.5
) -> list[Direction]:
    """Return directions that cover the half sphere evenly, for a look at anisotropy.

    Examples
    --------
    >>> len(half_sphere(4, (0.0,)))
    5
    """
    found = [
        Direction(azimuth, plunge, tolerance)
        for plunge in plunges
        for azimuth in np.arange(azimuths) * (180.0 if plunge == 0.0 else 360.0) / azimuths
    ]
    return [*found, Direction(0.0, 90.0, tolerance)]
