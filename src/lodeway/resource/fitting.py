"""Fitting a licit model to experimental variograms, by weighted least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from lodeway.errors import LodewayError
from lodeway.resource.check_surveys import directions as unit_vectors
from lodeway.resource.rotation import axes, from_axes
from lodeway.resource.variogram import Structure, Variogram

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A model and how well it fits: `residual` is the root of the weighted mean square, relative.

    `why` says in words how it was found.
    """

    model: Variogram
    residual: float
    why: str


def fit_variogram(
    table: pd.DataFrame,
    *,
    kinds: Sequence[str] = ("spherical", "spherical"),
    sill: float | None = None,
    nugget: float | None = None,
    anisotropic: bool = True,
    planar: bool = False,
) -> Fit:
    """Return the licit model that fits an experimental variogram best.

    Sills and ranges are kept positive by their parameters, so that every model tried is licit.
    Each lag counts by its pairs over the squared model (Cressie 1985, Mathematical Geology 17).
    Anisotropic models share one orientation; the search starts from the directions in which the
    variogram rises slowest and fastest, and from flat axes, and the best is kept.

    Parameters
    ----------
    table
        As `experimental_variogram` returned it.
    kinds
        The nested structures, shortest first.
    sill
        The total sill, where it is known (1 for normal scores); else it is fitted.
    nugget
        Where it is known, from the variogram down the holes; else it is fitted.
    anisotropic
        Whether ranges differ by direction; needs several directions.
    planar
        Whether all data lie in one level: then only the azimuth is looked for.
    """
    rows = table[(table["pairs"] > 0) & (table["distance"] > 0)]
    if len(rows) < 3:
        raise LodewayError("missing", "experimental variogram", f"{len(rows)} lags", "3 or more")
    lag = unit_vectors(rows["azimuth"].to_numpy(), rows["plunge"].to_numpy())
    lag *= rows["distance"].to_numpy()[:, None]
    gamma, pairs = rows["gamma"].to_numpy(), rows["pairs"].to_numpy(dtype=np.float64)
    several = len(set(rows["direction"])) > 1 and anisotropic
    problem = _Problem(lag, gamma, pairs, tuple(kinds), sill, nugget, several, planar)
    best, cost = None, np.inf
    for start in problem.starts():
        found = least_squares(problem.residuals, start, bounds=problem.bounds(), max_nfev=200)
        if found.cost < cost - 1e-12:
            best, cost = found.x, found.cost
    if best is None:
        raise LodewayError("bad-number", "experimental variogram", "no fit", "finite values")
    model = problem.model(best)
    why = (
        f"weighted least squares (pairs over squared model) on {len(rows)} lags in "
        f"{rows['direction'].nunique()} directions; {' + '.join(kinds)}"
    )
    return Fit(model, float(np.sqrt(2 * cost / pairs.sum())), why)


@dataclass
class _Problem:
    """Parameters are logarithms of ranges and sills, and angles in degrees over 60."""

    lag: Floats
    gamma: Floats
    pairs: Floats
    kinds: tuple[str, ...]
    sill: float | None
    nugget: float | None
    several: bool
    planar: bool

    def starts(self) -> list[Floats]:
        """Return where to begin: some orientations, some ranges."""
        distance = np.linalg.norm(self.lag, axis=1)
        reach = float(distance.max())
        level = self.sill or float(np.average(self.gamma, weights=self.pairs))
        angles = self._angles() if self.several else [(0.0, 0.0, 0.0)]
        found = []
        for dip, direction, pitch in angles:
            for first in (0.15, 0.35):
                number = len(self.kinds)
                shares = np.log(np.full(number + 1, level / (number + 1)))
                ranges = np.log(reach * first * 2.5 ** np.arange(number))
                parts = [shares, ranges]
                if self.several:
                    parts += [np.zeros(2 * number), np.array([dip, direction, pitch]) / 60.0]
                found.append(np.concatenate(parts))
        return found

    def bounds(self) -> tuple[Floats, Floats]:
        """Return what parameters may be: ranges from a fifth of the first lag to twice the last."""
        distance = np.linalg.norm(self.lag, axis=1)
        number = len(self.kinds)
        low = np.full(len(self.starts()[0]), -20.0)
        ranges = slice(number + 1, 2 * number + 1)
        low[ranges] = np.log(0.2 * distance.min())
        high = np.full(len(low), 20.0)
        high[ranges] = np.log(2.0 * distance.max())
        return low, high

    def _angles(self) -> list[tuple[float, float, float]]:
        """Return orientations: flat, and from how fast the variogram rises by direction."""
        half = np.median(self.gamma)
        weight = self.pairs * np.exp(-self.gamma / half)
        tensor = np.einsum("n,ni,nj->ij", weight, self.lag, self.lag) / weight.sum()
        plain = np.einsum("n,ni,nj->ij", self.pairs, self.lag, self.lag) / self.pairs.sum()
        if self.planar:
            ratio = tensor[:2, :2] @ np.linalg.inv(plain[:2, :2] + 1e-9 * np.eye(2))
            _, vectors = np.linalg.eigh((ratio + ratio.T) / 2)
            azimuth = float(np.degrees(np.arctan2(vectors[0, -1], vectors[1, -1])))
            return [(0.0, azimuth, 90.0), (0.0, azimuth + 45.0, 90.0)]
        ratio = tensor @ np.linalg.inv(plain + 1e-9 * np.trace(plain) * np.eye(3))
        _, vectors = np.linalg.eigh((ratio + ratio.T) / 2)
        return [from_axes(vectors.T[::-1]), (0.0, 0.0, 90.0), (0.0, 45.0, 90.0)]

    def model(self, x: Floats) -> Variogram:
        """Return the model of a vector of parameters."""
        number = len(self.kinds)
        sills = np.exp(np.clip(x[: number + 1], -30, 30))
        if self.nugget is not None:
            sills[0] = self.nugget
        if self.sill is not None:
            rest = self.sill - (self.nugget or 0.0)
            free = slice(1, None) if self.nugget is not None else slice(0, None)
            sills[free] *= max(rest, 1e-9) / sills[free].sum()
        ranges = np.exp(np.clip(x[number + 1 : 2 * number + 1], -30, 30))
        if not self.several:
            parts = [
                Structure(kind, float(s), float(r))
                for kind, s, r in zip(self.kinds, sills[1:], ranges, strict=True)
            ]
            return Variogram(float(sills[0]), parts)
        ratios = 1.0 / (
            1.0 + np.exp(np.clip(x[2 * number + 1 : 4 * number + 1] - 2.0, -7, 7)) ** -1
        )
        dip, direction, pitch = x[-3:] * 60.0
        if self.planar:
            dip, pitch = 0.0, 90.0
        dip, direction, pitch = from_axes(axes(dip, direction, pitch))
        parts = [
            Structure(
                kind, float(sills[1 + i]), float(ranges[i]), float(ranges[i] * ratios[2 * i]),
                float(ranges[i] * ratios[2 * i] * ratios[2 * i + 1]), dip, direction, pitch,
            )
            for i, kind in enumerate(self.kinds)
        ]  # fmt: skip
        return Variogram(float(sills[0]), parts)

    def residuals(self, x: Floats) -> Floats:
        """Return the weighted differences between experiment and model."""
        fitted = np.maximum(self.model(x).gamma(self.lag), 1e-12)
        return np.asarray(np.sqrt(self.pairs) * (self.gamma - fitted) / fitted)
