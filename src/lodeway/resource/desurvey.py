"""From depths to places: minimum curvature, balanced tangent and tangent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.check_surveys import directions
from lodeway.resource.checking import Checked

Floats = NDArray[np.float64]
Method = Literal["minimum-curvature", "balanced-tangent", "tangent"]
_STRAIGHT = 1e-9


@dataclass(frozen=True)
class Path:
    """A hole in space: stations down its length, with their places and unit directions.

    `depth` is ``(n,)``, `place` and `direction` are ``(n, 3)``: east, north, up.
    """

    depth: Floats
    place: Floats
    direction: Floats
    method: Method = "minimum-curvature"

    def at(self, depth: Floats) -> Floats:
        """Return the places ``(m, 3)`` at depths ``(m,)``.

        Between stations the hole is the circular arc of minimum curvature (or a straight line of
        the other methods); below the last it goes on straight.
        """
        leg = np.clip(np.searchsorted(self.depth, depth, side="right") - 1, 0, len(self.depth) - 1)
        rest = depth - self.depth[leg]
        below = np.minimum(leg + 1, len(self.depth) - 1)
        length = self.depth[below] - self.depth[leg]
        one, two = self.direction[leg], self.direction[below]
        if self.method == "minimum-curvature":
            return self.place[leg] + _arc(one, two, length, rest)
        mean = one + two if self.method == "balanced-tangent" else 2.0 * one
        mean = np.where((below == leg)[:, None], 2.0 * one, mean)
        return self.place[leg] + 0.5 * mean * rest[:, None]


def _arc(one: Floats, two: Floats, length: Floats, rest: Floats) -> Floats:
    """Return the way along arcs from direction `one` towards `two`, `rest` of `length` far.

    The direction turns evenly; its integral over the turned angle is taken in closed form.
    """
    angle = 2.0 * np.arctan2(
        np.linalg.norm(two - one, axis=1), np.linalg.norm(two + one, axis=1)
    )  # exact for small angles, unlike the arc cosine
    turned = np.divide(angle * rest, length, out=np.zeros_like(rest), where=length > 0)
    bent = (angle > _STRAIGHT) & (angle < np.pi - 1e-6) & (length > 0)
    safe = np.where(bent, angle, 1.0)
    radius = np.where(bent, length, 1.0) / safe
    # direction(t) = (sin(angle - t) one + sin(t) two) / sin(angle)
    from_one = radius * (np.cos(safe - turned) - np.cos(safe)) / np.sin(safe)
    from_two = radius * (1.0 - np.cos(turned)) / np.sin(safe)
    curved = from_one[:, None] * one + from_two[:, None] * two
    return np.where(bent[:, None], curved, one * rest[:, None])


def trace_hole(
    collar: Floats,
    depth: Floats,
    azimuth: Floats,
    dip: Floats,
    method: Method = "minimum-curvature",
) -> Path:
    """Return a hole's path from its surveys.

    The first direction holds from the collar to the first survey, the last one below the last.

    Parameters
    ----------
    collar
        East, north, up, shape ``(3,)``.
    depth, azimuth, dip
        Surveys in order of depth, ``(n,)``; dips positive downward, degrees.
    method
        ``minimum-curvature`` (Taylor and Mason 1972, J. Petroleum Technology 24), ``balanced-
        tangent`` or ``tangent``.

    Examples
    --------
    A quarter circle of radius 100 from vertical to flat east:

    >>> import numpy as np
    >>> path = trace_hole(np.zeros(3), np.array([0.0, 50 * np.pi]), np.array([90.0, 90.0]),
    ...                   np.array([90.0, 0.0]))
    >>> path.at(np.array([50 * np.pi])).round(9).tolist()
    [[100.0, 0.0, -100.0]]
    """
    if method not in ("minimum-curvature", "balanced-tangent", "tangent"):
        expected = "minimum-curvature, balanced-tangent or tangent"
        raise LodewayError("bad-argument", "desurvey method", method, expected)
    if not len(depth):
        raise LodewayError("missing", "survey", "no survey", "one at least")
    if depth[0] > 0:
        depth = np.append(0.0, depth)
        azimuth, dip = np.append(azimuth[:1], azimuth), np.append(dip[:1], dip)
    vectors = directions(azimuth, dip)
    place = np.tile(np.asarray(collar, dtype=np.float64), (len(depth), 1))
    step = Path(depth, np.zeros_like(place), vectors, method)
    if len(depth) > 1:
        one, two, length = vectors[:-1], vectors[1:], np.diff(depth)
        if method == "minimum-curvature":
            legs = _arc(one, two, length, length)
        else:
            mean = 0.5 * (one + two) if method == "balanced-tangent" else one
            legs = mean * length[:, None]
        place[1:] += np.cumsum(legs, axis=0)
    return Path(step.depth, place, vectors, method)


def trace_holes(checked: Checked, method: Method = "minimum-curvature") -> dict[str, Path]:
    """Return the path of every hole that has a place and a direction."""
    surveys, collars = checked.holes.surveys, checked.holes.collars
    rows = np.flatnonzero(checked.use_survey)
    rows = rows[np.lexsort((rows, surveys.depth[rows], surveys.hole[rows].astype(str)))]
    names = surveys.hole[rows].astype(str)
    edges = np.append(np.flatnonzero(np.append(True, names[1:] != names[:-1])), len(rows))
    of_hole = {str(names[a]): rows[a:b] for a, b in pairwise(edges) if b > a}
    paths: dict[str, Path] = {}
    for name, row in checked.first.items():
        collar = np.array([collars.x[row], collars.y[row], collars.z[row]])
        if not np.isfinite(collar).all():
            continue
        if name in of_hole:
            own = of_hole[name]
            paths[name] = trace_hole(
                collar, surveys.depth[own], surveys.azimuth[own], surveys.dip[own], method
            )
        elif np.isfinite(collars.azimuth[row] + collars.dip[row]):
            paths[name] = trace_hole(
                collar, np.zeros(1), collars.azimuth[[row]], collars.dip[[row]], method
            )
    return paths
