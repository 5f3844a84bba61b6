"""What can be wrong with collars, and with the names that join the tables."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lodeway.resource.cells import rows_of
from lodeway.resource.drillholes import Collars, Texts
from lodeway.resource.findings import Finding

Bools = NDArray[np.bool_]
_NEIGHBOURS = 5


def spelling(name: str) -> str:
    """Return what stays of a hole's name when case, blanks, dashes and leading zeros go.

    Examples
    --------
    >>> spelling("bh-007"), spelling("BH 7")
    ('bh7', 'bh7')
    """
    letters = re.sub(r"[\W_]+", "", name.casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", letters)


def joined(
    names: Texts, known: Iterable[str], file: str, lines: NDArray[np.int64]
) -> tuple[Texts, list[Finding]]:
    """Return names with other spellings of known holes replaced, one finding for each."""
    exact = set(known)
    loose: dict[str, set[str]] = defaultdict(set)
    for name in exact:
        loose[spelling(name)].add(name)
    renamed: dict[str, str] = {}
    findings = []
    for row, name in enumerate(names):
        if name in exact or name in renamed:
            continue
        fitting = loose.get(spelling(name), set()) if name else set()
        if len(fitting) == 1:
            renamed[name] = next(iter(fitting))
            what, action = f"hole {name!r}", f"taken as collar {renamed[name]!r}"
            findings.append(Finding("hole-spelling", file, int(lines[row]), name, what, action))
    if not renamed:
        return names, findings
    return np.array([renamed.get(name, name) for name in names], dtype=object), findings


def without_collar(
    names: Texts, known: set[str], file: str, lines: NDArray[np.int64], code: str
) -> list[Finding]:
    """Return one finding for each hole that has rows but no collar."""
    number = Counter(names)
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if name not in known:
            first.setdefault(name, int(lines[row]))
    return [
        Finding(
            code, file, line, name, f"{number[name]} rows, no collar",
            "left out: nobody knows where they are",
        )
        for name, line in first.items()
    ]  # fmt: skip


def collar_findings(collars: Collars, surveyed: set[str], assayed: set[str]) -> list[Finding]:
    """Return what is wrong with the collars."""
    return [
        *_duplicates(collars),
        *_shared(collars),
        *_coordinates(collars),
        *_without(collars, surveyed, assayed),
    ]


def first_rows(collars: Collars) -> Mapping[str, int]:
    """Return the row of each hole's first collar."""
    rows: dict[str, int] = {}
    for row, name in enumerate(collars.hole):
        rows.setdefault(name, row)
    return rows


def _finding(collars: Collars, row: int, code: str, what: str, action: str) -> Finding:
    name = str(collars.hole[row])
    return Finding(code, collars.file, int(collars.line[row]), name, what, action)


def _point(collars: Collars, row: int) -> str:
    return f"({collars.x[row]:.2f}, {collars.y[row]:.2f}, {collars.z[row]:.2f})"


def _duplicates(collars: Collars) -> list[Finding]:
    first = first_rows(collars)
    found = []
    for row, name in enumerate(collars.hole):
        if first[name] != row:
            same = _point(collars, row) == _point(collars, first[name])
            what = (
                f"the hole stands on line {collars.line[first[name]]} already, "
                + ("at the same point" if same else f"at {_point(collars, first[name])}, not "
                   f"{_point(collars, row)}")
            )  # fmt: skip
            found.append(_finding(collars, row, "duplicate-collar", what, "the first is used"))
    return found


def _shared(collars: Collars) -> list[Finding]:
    """Return one finding for each point at which several holes begin."""
    first = first_rows(collars)
    at: dict[tuple[float, float, float], list[int]] = defaultdict(list)
    for row in first.values():
        if np.isfinite(collars.x[row] + collars.y[row] + collars.z[row]):
            at[collars.x[row], collars.y[row], collars.z[row]].append(row)
    return [
        _finding(
            collars, rows[0], "shared-collar",
            f"{len(rows)} holes at {_point(collars, rows[0])}: "
            + ", ".join(str(collars.hole[row]) for row in rows),
            "all kept; composites at one point are listed when grades are estimated",
        )
        for rows in at.values()
        if len(rows) > 1
    ]  # fmt: skip


def _coordinates(collars: Collars) -> list[Finding]:
    good = np.isfinite(collars.x) & np.isfinite(collars.y) & np.isfinite(collars.z)
    action = "the hole has no place: its composites have no coordinates"
    found = [
        _finding(collars, row, "collar-coordinate", f"collar {_point(collars, row)}", action)
        for row in rows_of(~good)
    ]
    if good.sum() < 2 * _NEIGHBOURS:
        return found
    x, y, z = collars.x[good], collars.y[good], collars.z[good]
    rows = np.flatnonzero(good)
    if np.ptp(x) < 3 and np.ptp(y) < 3 and np.ptp(x) > 0 and np.abs([x, y]).max() <= 180:
        what = f"all collars within {np.ptp(x):.3g} by {np.ptp(y):.3g} units: degrees?"
        found.append(Finding("collar-coordinate", collars.file, None, "", what, "kept as given"))
    centre = np.array([np.median(x), np.median(y)])
    off = np.hypot(x - centre[0], y - centre[1])
    reach = 10.0 * max(float(np.quantile(off, 0.8)), 1.0)
    for place in np.flatnonzero(off > reach):
        swapped = np.hypot(y[place] - centre[0], x[place] - centre[1]) < reach
        code = "collar-swapped" if swapped else "collar-far"
        what = f"collar {_point(collars, rows[place])}, {off[place]:,.0f} from the middle of all"
        found.append(_finding(collars, int(rows[place]), code, what, "kept as given"))
    return found + _elevations(collars, rows, np.column_stack([x, y]), z, off <= reach)


def _elevations(
    collars: Collars, rows: NDArray[np.int64], xy: NDArray[np.float64], z: NDArray[np.float64],
    near: Bools,
) -> list[Finding]:  # fmt: skip
    """Return collars that stand above or below the ground of their neighbours, or at zero."""
    found: list[Finding] = []
    if near.sum() <= _NEIGHBOURS:
        return found
    distance, others = cKDTree(xy[near]).query(xy, k=_NEIGHBOURS + 1)
    ground = np.median(z[near][others[:, 1:]], axis=1)
    zero_is_odd = (z == 0.0).mean() < 0.5
    for place in range(len(z)):
        difference = z[place] - ground[place]
        steep = abs(difference) > 5.0 + distance[place, -1]
        if steep or (z[place] == 0.0 and zero_is_odd and abs(difference) > 5.0):
            what = f"elevation {z[place]:g}; the collars around it stand near {ground[place]:g}"
            row = int(rows[place])
            found.append(_finding(collars, row, "collar-elevation", what, "kept as given"))
    return found


def _without(collars: Collars, surveyed: set[str], assayed: set[str]) -> list[Finding]:
    found = []
    for name, row in first_rows(collars).items():
        if name not in surveyed:
            stated = np.isfinite(collars.azimuth[row] + collars.dip[row])
            action = (
                f"the collar's own azimuth {collars.azimuth[row]:g} and dip {collars.dip[row]:g} "
                "are used"
                if stated
                else "the hole is not taken as vertical: its composites have no coordinates"
            )
            found.append(
                _finding(collars, row, "collar-without-survey", "no usable survey", action)
            )
        if name not in assayed:
            action = "the hole counts as not sampled, not as waste"
            found.append(_finding(collars, row, "collar-without-assay", "no assay", action))
    return found
