"""Drillholes: collars, surveys and intervals as tables that remember their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.cells import Grades, grades, numbers
from lodeway.resource.columns import element_of, propose
from lodeway.resource.dialect import Sheet, read_sheet
from lodeway.resource.findings import Finding

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]
Ints = NDArray[np.int64]

FEET_M = 0.3048
_NOT_GRADES = {
    "sampleid", "year", "batch", "dispatch", "priority", "rqd", "weight", "kg", "row", "fid",
    "objectid", "easting", "northing", "elevation", "x", "y", "z", "length", "width", "count",
    "interval", "domain", "code", "zone", "azimuth", "dip", "midx", "midy", "midz", "recovery",
}  # fmt: skip


@dataclass(frozen=True)
class Collars:
    """Where holes begin. `end` is the hole's length, not a number where it is not stated."""

    file: str
    hole: Texts
    x: Floats
    y: Floats
    z: Floats
    end: Floats
    azimuth: Floats
    dip: Floats
    line: Ints


@dataclass(frozen=True)
class Surveys:
    """Directions down the holes: depth, azimuth, and dip **positive downward**, in degrees."""

    file: str
    hole: Texts
    depth: Floats
    azimuth: Floats
    dip: Floats
    line: Ints


@dataclass(frozen=True)
class Intervals:
    """Samples from a depth to a depth, with their grades by column, and other texts."""

    file: str
    hole: Texts
    start: Floats
    stop: Floats
    grades: Mapping[str, Grades]
    other: Mapping[str, Floats]
    texts: Mapping[str, Texts]
    line: Ints


@dataclass(frozen=True)
class Drillholes:
    """One drilling data base as it was read, before anything was left out.

    `mapping` says which column of each table was taken for what; `unit` is ``m`` or ``ft``.
    """

    collars: Collars
    surveys: Surveys
    intervals: Intervals
    mapping: Mapping[str, Mapping[str, str]]
    unit: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def per_metre(self) -> float:
        """How many of the table's length units are one metre."""
        return 1.0 / FEET_M if self.unit == "ft" else 1.0

    def summary(self) -> dict[str, Any]:
        """Return how much was read."""
        return {
            "collars": len(self.collars.hole),
            "holes": len(set(self.collars.hole)),
            "surveys": len(self.surveys.hole),
            "intervals": len(self.intervals.hole),
            "grades": list(self.intervals.grades),
            "unit": self.unit,
        }


def read_drillholes(
    collar: Path,
    survey: Path,
    assay: Path,
    *,
    given: Mapping[str, Mapping[str, str]] | None = None,
    unit: str = "",
) -> Drillholes:
    """Read collar, survey and assay tables of any dialect.

    Parameters
    ----------
    collar, survey, assay
        Text tables or Parquet (see `read_sheet`).
    given
        Columns that the user named, by table (``collar``, ``survey``, ``interval``) and role.
    unit
        ``"m"`` or ``"ft"``; by default feet where a depth's name says so, else metres.

    Raises
    ------
    LodewayError
        When a table cannot be read, or has no column for a role that is needed.
    """
    given = given or {}
    sheets = {"collar": read_sheet(collar), "survey": read_sheet(survey),
              "interval": read_sheet(assay)}  # fmt: skip
    mapping = {
        kind: propose(sheet.columns, kind, sheet.file, given.get(kind))
        for kind, sheet in sheets.items()
    }
    collars = _collars(sheets["collar"], mapping["collar"])
    surveys = _surveys(sheets["survey"], mapping["survey"])
    intervals = read_intervals(sheets["interval"], mapping["interval"])
    findings = [finding for sheet in sheets.values() for finding in sheet.findings]
    depths = [mapping["interval"].get("to", ""), mapping["survey"]["at"]]
    in_feet = any(re.search(r"(?i)(\bft\b|feet|_ft|\(ft\)|ft$)", name) for name in depths)
    return Drillholes(
        collars, surveys, intervals, mapping, unit or ("ft" if in_feet else "m"), findings
    )


def _names(sheet: Sheet, column: str) -> Texts:
    names = np.array([str(cell).strip() for cell in sheet.cells[column]], dtype=object)
    mangled = re.compile(
        r"\d(\.\d+)?E[+-]?\d+|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}|#\w+.*|\d+\.0"
    )
    seen: set[str] = set()
    for row, name in enumerate(names):
        if name not in seen and mangled.fullmatch(name):
            what, action = f"hole {name!r}", "kept as it is written"
            line = int(sheet.lines[row])
            sheet.findings.append(Finding("mangled-id", sheet.file, line, name, what, action))
        seen.add(name)
    return names


def _optional(sheet: Sheet, mapping: Mapping[str, str], role: str, holes: Texts) -> Floats:
    if role not in mapping:
        return np.full(len(sheet), np.nan)
    return numbers(sheet, mapping[role], holes, role)


def _collars(sheet: Sheet, mapping: Mapping[str, str]) -> Collars:
    hole = _names(sheet, mapping["hole"])
    x, y, z = (numbers(sheet, mapping[role], hole, "coordinate") for role in ("x", "y", "z"))
    end = _optional(sheet, mapping, "end", hole)
    azimuth = _optional(sheet, mapping, "azimuth", hole)
    dip = _down(_optional(sheet, mapping, "dip", hole))
    return Collars(sheet.file, hole, x, y, z, end, azimuth, dip, sheet.lines)


def _down(dip: Floats) -> Floats:
    """Return dips positive downward: most holes go down, so the commoner sign is downward."""
    given = dip[np.isfinite(dip)]
    return -dip if (given < 0).sum() > (given > 0).sum() else dip


def _surveys(sheet: Sheet, mapping: Mapping[str, str]) -> Surveys:
    hole = _names(sheet, mapping["hole"])
    depth = numbers(sheet, mapping["at"], hole, "depth")
    azimuth = numbers(sheet, mapping["azimuth"], hole, "azimuth")
    if "zenith" in mapping:
        dip = 90.0 - numbers(sheet, mapping["zenith"], hole, "zenith angle")
    else:
        dip = _down(numbers(sheet, mapping["dip"], hole, "dip"))
    if "mag" in mapping["azimuth"].casefold():
        sheet.findings.append(
            Finding(
                "azimuth-magnetic", sheet.file, None, "", f"column {mapping['azimuth']!r}",
                "taken as grid azimuths: no declination is stated",
            )
        )  # fmt: skip
    return Surveys(sheet.file, hole, depth, azimuth, dip, sheet.lines)


def read_intervals(sheet: Sheet, mapping: Mapping[str, str]) -> Intervals:
    """Return a table of intervals: depths, every column of grades, and the others as text."""
    hole = _names(sheet, mapping["hole"])
    start = numbers(sheet, mapping["from"], hole, "depth")
    if "to" in mapping:
        stop = numbers(sheet, mapping["to"], hole, "depth")
    else:
        stop = start + numbers(sheet, mapping["length"], hole, "length")
    used = set(mapping.values())
    other = {
        role: numbers(sheet, mapping[role], hole, role)
        for role in ("density", "recovery")
        if role in mapping
    }
    table = {}
    for column in sheet.columns:
        if column not in used and _is_grade(sheet, column):
            table[column] = grades(sheet, column, hole)
    texts = {
        column: sheet.cells[column]
        for column in sheet.columns
        if column not in table and column not in (mapping["hole"], mapping["from"])
    }
    return Intervals(sheet.file, hole, start, stop, table, other, texts, sheet.lines)


def _is_grade(sheet: Sheet, column: str) -> bool:
    """Whether a column holds grades: named as an element, or numbers under no other known name."""
    cells = [cell for cell in sheet.cells[column] if cell]
    element, _ = element_of(column)
    if not cells:
        return bool(element)
    sample = cells[:: max(1, len(cells) // 400)]
    if element:
        return any(re.search(r"\d", cell) for cell in sample)
    if re.sub(r"[\W_]+", "", column.casefold()) in _NOT_GRADES:
        return False
    numeric = sum(bool(re.fullmatch(r"[<>]?\s*[-+]?\d*[.,]?\d+([eE][-+]?\d+)?", c)) for c in sample)
    decimals = sum("." in cell or "," in cell for cell in sample)
    return numeric > 0.9 * len(sample) and decimals > 0.1 * len(sample)
