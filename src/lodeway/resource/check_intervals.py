"""What can be wrong with intervals and grades; which of them are used."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.columns import GRADE_LIMIT_PCT, element_of
from lodeway.resource.drillholes import Collars, Intervals, Texts
from lodeway.resource.findings import Finding

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
#: Depths closer than this are the same depth.
TOLERANCE = 1e-6
_LONG = 50.0
_IN_PCT = {"%": 1.0, "ppm": 1e-4, "g/t": 1e-4, "ppb": 1e-7, "oz/st": 34.2857e-4, "": 1.0}
_PRECIOUS = {"Au", "Ag", "Pt", "Pd"}


def sorted_rows(hole: Texts, start: NDArray[np.float64]) -> Ints:
    """Return rows by hole and depth, in the order of the file where both are the same.

    Examples
    --------
    >>> sorted_rows(np.array(["B", "A", "A"], dtype=object), np.array([0.0, 5.0, 0.0])).tolist()
    [2, 1, 0]
    """
    _, code = np.unique(hole.astype(str), return_inverse=True)
    return np.lexsort((np.arange(len(start)), start, code))


def check_intervals(
    table: Intervals, collars: Collars, first: Mapping[str, int]
) -> tuple[Bools, list[Finding]]:
    """Return which intervals are used, and the findings."""
    found: list[Finding] = []
    use = np.array([name in first for name in table.hole], dtype=bool)
    depths = np.isfinite(table.start) & np.isfinite(table.stop) & (table.start >= 0)
    for row in np.flatnonzero(~depths):
        what = f"from {table.start[row]:g} to {table.stop[row]:g}"
        _tell(table, row, found, "missing-depth", what, "left out")
    backward = depths & (table.start >= table.stop)
    for row in np.flatnonzero(backward):
        what = f"from {table.start[row]:g} to {table.stop[row]:g}"
        _tell(table, row, found, "from-not-below-to", what, "left out")
    use &= depths & ~backward
    _neighbours(table, depths, found)
    _ends(table, collars, first, depths, found)
    _grades(table, found)
    _other(table, found)
    return use, found


def _tell(
    table: Intervals, row: int | np.int64, found: list[Finding], code: str, what: str, action: str
) -> None:
    line, name = int(table.line[row]), str(table.hole[row])
    found.append(Finding(code, table.file, line, name, what, action))


def _neighbours(table: Intervals, depths: Bools, found: list[Finding]) -> None:
    """Look at each interval and the one before it; then at those that stand twice."""
    order = sorted_rows(table.hole, table.start)
    order = order[depths[order]]
    before, here = order[:-1], order[1:]
    same = table.hole[before] == table.hole[here]
    step = table.start[here] - table.stop[before]
    for place in np.flatnonzero(same & (step < -TOLERANCE)):
        row, other = here[place], before[place]
        what = f"{table.start[row]:g} to {table.stop[row]:g} begins {-step[place]:g} above the end"
        what += f" of {table.start[other]:g} to {table.stop[other]:g}"
        action = "both kept; a depth that is covered twice gets the mean, and counts once"
        _tell(table, row, found, "overlap", what, action)
    for place in np.flatnonzero(same & (step > TOLERANCE)):
        row = here[place]
        what = f"nothing from {table.stop[before[place]]:g} to {table.start[row]:g}"
        _tell(table, row, found, "gap", what, "taken as not assayed, not as waste")
    _twice(table, depths, found)
    length = table.stop - table.start
    usual = float(np.median(length[depths])) if depths.any() else 0.0
    for row in np.flatnonzero(depths & (length > _LONG * usual) & (usual > 0)):
        what = f"{length[row]:g} long; half of all are at most {usual:g}"
        _tell(table, row, found, "long-interval", what, "kept; blank grades stay blank")


def _twice(table: Intervals, depths: Bools, found: list[Finding]) -> None:
    seen: dict[tuple[object, float, float], int] = {}
    for row in np.flatnonzero(depths):
        key = (table.hole[row], float(table.start[row]), float(table.stop[row]))
        other = seen.setdefault(key, int(row))
        if other == row:
            continue
        differing = [
            f"{name} {grade.values[other]:g} and {grade.values[row]:g}"
            for name, grade in table.grades.items()
            if not np.isclose(grade.values[other], grade.values[row], equal_nan=True)
        ]
        what = f"{key[1]:g} to {key[2]:g} stands on line {table.line[other]} already"
        what += f": {', '.join(differing)}" if differing else ", with the same grades"
        action = "both kept; composites take the mean of what is assayed"
        _tell(table, row, found, "duplicate-interval", what, action)


def _ends(
    table: Intervals, collars: Collars, first: Mapping[str, int], depths: Bools,
    found: list[Finding],
) -> None:  # fmt: skip
    end = np.array(
        [collars.end[first[name]] if name in first else np.nan for name in table.hole]
    )  # fmt: skip
    for row in np.flatnonzero(depths & (table.stop > end + 0.01)):
        what = f"ends at {table.stop[row]:g}, the hole at {end[row]:g}"
        _tell(table, row, found, "interval-past-end", what, "kept as given")


def _grades(table: Intervals, found: list[Finding]) -> None:
    elements: dict[str, str] = {}
    for column, grade in table.grades.items():
        element, unit = element_of(column)
        elements.setdefault(element, column)
        values = grade.values
        for code, flags, action in (
            ("not-assayed", np.isnan(values), "left out of composites, never taken as zero"),
            ("zero-grade", values == 0.0, "kept as zero"),
        ):
            if flags.any():
                what = f"{column}: {int(flags.sum()):,} of {len(values):,} intervals"
                found.append(Finding(code, table.file, None, "", what, action))
        limit = GRADE_LIMIT_PCT.get(element, 100.0)
        if unit or element not in _PRECIOUS:
            for row in np.flatnonzero(values * _IN_PCT[unit] > limit + 1e-9):
                what = f"{column} = {values[row]:g}, at most {limit / _IN_PCT[unit]:g} is possible"
                _tell(table, row, found, "grade-limit", what, "kept as given")
        _units(table, column, values, found)
    for element, column in elements.items():
        for oxide, other in elements.items():
            if element and oxide != element and oxide.startswith(element) and oxide[-1].isdigit():
                what = f"{column} and {other}"
                found.append(
                    Finding("oxide-and-element", table.file, None, "", what, "never added")
                )


def _units(
    table: Intervals, column: str, values: NDArray[np.float64], found: list[Finding]
) -> None:
    """Report holes whose middle grade is a thousand times that of the others, or a thousandth."""
    good = np.isfinite(values) & (values > 0)
    if good.sum() < 20:
        return
    names, code = np.unique(table.hole[good].astype(str), return_inverse=True)
    logs = np.log10(values[good])
    order = np.argsort(code, kind="stable")
    parts = np.split(logs[order], np.cumsum(np.bincount(code))[:-1])
    middles = np.array([np.median(part) for part in parts])
    centre = float(np.median(middles))
    rows = np.flatnonzero(good)
    for number in np.flatnonzero(np.abs(middles - centre) >= 3.0):
        if len(parts[number]) >= 3 and len(names) >= 5:
            row = rows[np.flatnonzero(code == number)[0]]
            what = f"{column}: the hole's middle grade is {10 ** middles[number]:.3g}, "
            what += f"that of all {10**centre:.3g}"
            _tell(
                table,
                row,
                found,
                "unit-suspect",
                what,
                "kept as given: look at the laboratory's sheet",
            )


def _other(table: Intervals, found: list[Finding]) -> None:
    density = table.other.get("density")
    if density is not None:
        pounds = np.nanmedian(density) > 20 if np.isfinite(density).any() else False
        for row in np.flatnonzero((density < 1.0) | (density > 5.5)):
            what = f"density {density[row]:g}" + (" (pounds per cubic foot?)" if pounds else "")
            _tell(table, row, found, "density-range", what, "not used as a weight")
    recovery = table.other.get("recovery")
    if recovery is not None:
        whole = 1.0 if np.nanmax(recovery, initial=0.0) <= 1.5 else 100.0
        graded = np.zeros(len(recovery), dtype=bool)
        for grade in table.grades.values():
            graded |= np.isfinite(grade.values)
        for row in np.flatnonzero((recovery < 0.7 * whole) & graded):
            what = f"recovery {recovery[row]:g} with a grade"
            _tell(table, row, found, "low-recovery", what, "kept as given")
    for role, code in (("kind", "mixed-support"), ("laboratory", "laboratory-change")):
        words = next((w for n, w in table.texts.items() if _is_role(n, role)), None)
        kinds = sorted({str(word) for word in words if word}) if words is not None else []
        if 1 < len(kinds) <= 20:
            what = ", ".join(kinds)
            found.append(Finding(code, table.file, None, "", what, "kept together"))


def _is_role(column: str, role: str) -> bool:
    from lodeway.resource.columns import ROLES, plain

    return plain(column) in ROLES[role]
