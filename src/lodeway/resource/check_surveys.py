"""What can be wrong with surveys; which of them place the hole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.cells import rows_of
from lodeway.resource.drillholes import Collars, Surveys
from lodeway.resource.findings import Finding

Bools = NDArray[np.bool_]
_KINK_DEG, _KINK_M = 10.0, 30.0
_TOLERANCE = 0.01


def directions(azimuth: NDArray[np.float64], dip: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unit vectors (east, north, up) of azimuths and dips (positive down), degrees.

    Examples
    --------
    >>> directions(np.array([90.0]), np.array([0.0])).round(12).tolist()
    [[1.0, 0.0, -0.0]]
    """
    a, d = np.radians(azimuth), np.radians(dip)
    return np.stack([np.sin(a) * np.cos(d), np.cos(a) * np.cos(d), -np.sin(d)], axis=-1)


def check_surveys(
    surveys: Surveys, collars: Collars, first: Mapping[str, int], deepest: float, per_metre: float
) -> tuple[Surveys, Bools, list[Finding]]:
    """Return surveys with azimuths within 0 to 360, which of them are used, and the findings.

    Parameters
    ----------
    surveys, collars
        As they were read, names joined.
    first
        Row of each hole's collar.
    deepest
        End of the deepest interval of all, for files that state no end of hole.
    per_metre
        Length units in one metre.
    """
    found: list[Finding] = []
    use = np.array([name in first for name in surveys.hole], dtype=bool)
    _ranges(surveys, use, found)
    azimuth = np.where(np.isfinite(surveys.azimuth), surveys.azimuth % 360.0, np.nan)
    azimuth[np.isnan(azimuth) & (np.abs(surveys.dip) == 90.0)] = 0.0  # vertical: any will do
    fixed = replace(surveys, azimuth=azimuth)
    for row in rows_of(use & ~np.isfinite(azimuth + surveys.dip)):
        what = f"azimuth {surveys.azimuth[row]:g}, dip {surveys.dip[row]:g}"
        _tell(surveys, row, found, "missing-depth", what, "left out: no direction")
        use[row] = False
    _order(fixed, use, found, per_metre)
    _ends(fixed, collars, first, deepest, use, found)
    _signs(fixed, use, found)
    return fixed, use, found


def _tell(
    surveys: Surveys, row: int, found: list[Finding], code: str, what: str, action: str
) -> None:
    line, name = int(surveys.line[row]), str(surveys.hole[row])
    found.append(Finding(code, surveys.file, line, name, what, action))


def _ranges(surveys: Surveys, use: Bools, found: list[Finding]) -> None:
    depth, azimuth, dip = surveys.depth, surveys.azimuth, surveys.dip
    for row in rows_of(~(depth >= 0)):
        _tell(surveys, row, found, "missing-depth", f"depth {depth[row]:g}", "left out")
        use[row] = False
    for row in rows_of((azimuth < 0) | (azimuth > 360)):
        action = f"taken as {azimuth[row] % 360:g}"
        _tell(surveys, row, found, "azimuth-range", f"azimuth {azimuth[row]:g}", action)
    for row in rows_of(np.abs(dip) > 90):
        _tell(surveys, row, found, "dip-range", f"dip {dip[row]:g}", "left out")
        use[row] = False


def _order(surveys: Surveys, use: Bools, found: list[Finding], per_metre: float) -> None:
    """Look along each hole: first depth, depths that stand twice, kinks."""
    order = np.lexsort((np.arange(len(use)), surveys.depth, surveys.hole.astype(str)))
    order = order[use[order]]
    vectors = directions(surveys.azimuth, surveys.dip)
    last = -1
    for row in (int(place) for place in order):
        same = last >= 0 and surveys.hole[row] == surveys.hole[last]
        depth = surveys.depth[row]
        if not same:
            if depth > _TOLERANCE:
                _tell(
                    surveys, row, found, "survey-not-at-zero", f"first survey at {depth:g}",
                    "its direction is used from the collar down",
                )  # fmt: skip
        elif depth == surveys.depth[last]:
            what = f"second survey at {depth:g}"
            _tell(surveys, row, found, "survey-duplicate", what, "the first is used")
            use[row] = False
            continue
        else:
            cosine = np.clip(vectors[row] @ vectors[last], -1.0, 1.0)
            bend = float(np.degrees(np.arccos(cosine)))
            run_m = (depth - surveys.depth[last]) / per_metre
            if bend > _KINK_DEG * run_m / _KINK_M + 1e-9 and bend > 1e-3:
                what = f"{bend:.1f} degrees over {run_m:.1f} m"
                _tell(surveys, row, found, "kink", what, "kept as given")
        last = row


def _ends(
    surveys: Surveys, collars: Collars, first: Mapping[str, int], deepest: float, use: Bools,
    found: list[Finding],
) -> None:  # fmt: skip
    for row in rows_of(use):
        end = collars.end[first[surveys.hole[row]]]
        depth = surveys.depth[row]
        if depth > end + _TOLERANCE:
            what = f"survey at {depth:g}, the hole ends at {end:g}"
        elif not np.isfinite(end) and depth > 3.0 * deepest > 0.0:
            what = f"survey at {depth:g}, the deepest interval of all ends at {deepest:g}"
        else:
            continue
        _tell(surveys, row, found, "survey-past-end", what, "kept as given")


def _signs(surveys: Surveys, use: Bools, found: list[Finding]) -> None:
    """Report dips of the rarer sign: holes that go up, or a slip of the pen."""
    for row in rows_of(use & (surveys.dip < 0)):
        what = f"dip {abs(surveys.dip[row]):g} degrees upward, most of the file goes down"
        _tell(surveys, row, found, "dip-sign", what, "kept: taken as a hole that goes up")
