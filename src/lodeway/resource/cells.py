"""Cells become numbers: what each odd cell was, and what it was read as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.resource.dialect import Sheet
from lodeway.resource.findings import Finding

Floats = NDArray[np.float64]
#: Words that stand for a value that is not there.
_NOTHING = {
    "", "na", "n/a", "nan", "null", "none", "-", "--", "*", "ns", "nss", "is", "lnr", "nr", "nd",
    "#n/a", "#value!", "#ref!", "#div/0!", "absent", "missing", "?", ".", "nil", "not sampled",
    "no sample", "unk", "empty",
}  # fmt: skip
#: Numbers that stand for a value that is not there.
_CODES = (-9.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0, 999.0, 9999.0, 99999.0, 999.25,
          -999.25, -77.0, -88.0, -6999.0, 1e31, -1e31, 1e30, -1e30, -5555.0, -8888.0)  # fmt: skip
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?$")


@dataclass(frozen=True)
class Grades:
    """One column of grades: values with their odd cells resolved, and which were censored.

    `censored` marks the cells below detection, whose value is half the limit.
    """

    values: Floats
    censored: NDArray[np.bool_]


def numbers(sheet: Sheet, column: str, holes: NDArray[np.object_], what: str) -> Floats:
    """Return a column as numbers; a cell that holds none is a finding and not a number."""
    values, odd = _parse(sheet, column)
    for row in odd:
        text = sheet.cells[column][row]
        if text.casefold() not in _NOTHING:
            sheet.findings.append(
                Finding(
                    "bad-number", sheet.file, int(sheet.lines[row]), str(holes[row]),
                    f"{column} = {text!r}", f"read as no {what}",
                )
            )  # fmt: skip
    return values


def grades(sheet: Sheet, column: str, holes: NDArray[np.object_]) -> Grades:
    """Return a column of grades, with its odd cells resolved and listed.

    A cell below detection (negative, or ``<0.01``) becomes half the limit, unless that is more
    than the mean of the measured grades: it would invent metal, so the grade is missing. A code
    such as -99 or 1E31 is missing. ``>10`` becomes 10.
    """
    values, odd = _parse(sheet, column)
    censored = np.zeros(len(values), dtype=bool)
    limits = np.full(len(values), np.nan)
    positive = values[np.isfinite(values) & (values > 0) & ~np.isin(values, _CODES)]
    ceiling = 2.0 * float(positive.mean()) if positive.size else 0.0
    greatest = float(np.quantile(positive, 0.999)) if positive.size else 0.0
    for row in odd:
        _odd_cell(sheet, column, holes, row, values, limits)
    for row in rows_of(np.isfinite(values) & ((values < 0) | np.isin(values, _CODES))):
        value = values[row]
        if np.isin(value, _CODES) and (value < 0 or value > 3 * greatest):
            _tell(sheet, column, holes, row, "missing-code", f"{value:g}", "read as not assayed")
            values[row] = np.nan
        elif value < 0:
            limits[row] = -value
    for row in rows_of(np.isfinite(limits)):
        limit = limits[row]
        usable = limit <= ceiling or not positive.size
        values[row] = limit / 2 if usable else np.nan
        censored[row] = usable
        action = f"set to half the limit, {limit / 2:g}" if usable else (
            f"set to not assayed: half of the limit {limit:g} is more than the mean grade"
        )  # fmt: skip
        _tell(sheet, column, holes, row, "below-detection", sheet.cells[column][row], action)
    return Grades(values, censored)


def _tell(
    sheet: Sheet,
    column: str,
    holes: NDArray[np.object_],
    row: int,
    code: str,
    text: object,
    action: str,
) -> None:
    sheet.findings.append(
        Finding(
            code, sheet.file, int(sheet.lines[row]), str(holes[row]), f"{column} = {text}", action
        )
    )


def _odd_cell(
    sheet: Sheet,
    column: str,
    holes: NDArray[np.object_],
    row: int,
    values: Floats,
    limits: Floats,
) -> None:
    """Resolve a cell that is no plain number."""
    text = str(sheet.cells[column][row])
    word = text.casefold()
    if word in _NOTHING:
        return
    below = re.fullmatch(r"(?:<|&lt;|less than|lt|bdl)\s*=?\s*(.*)", word)
    above = re.fullmatch(r"(?:>|&gt;|more than|gt)\s*=?\s*(.*)", word)
    for match, target in ((below, limits), (above, values)):
        number = _one(match[1], decimal_comma=sheet.decimal_comma) if match else None
        if number is not None:
            target[row] = number
            if match is above:
                _tell(sheet, column, holes, row, "above-detection", text, f"set to {number:g}")
            return
    if word in {"bdl", "<dl", "tr", "trace", "<lod", "bld", "<ld"}:
        _tell(sheet, column, holes, row, "below-detection", text, "set to 0: no limit is stated")
        values[row] = 0.0
        return
    _tell(sheet, column, holes, row, "bad-number", text, "read as not assayed")


def _parse(sheet: Sheet, column: str) -> tuple[Floats, list[int]]:
    """Return the column's plain numbers, and the rows that hold something else or nothing."""
    cells = sheet.cells[column]
    texts = pd.Series(cells, dtype=object)
    if sheet.decimal_comma:
        texts = texts.str.replace(",", ".", regex=False)
    values = np.array(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)
    values[np.isinf(values)] = np.nan
    odd: list[int] = []
    marked: list[int] = []
    for row in rows_of(np.isnan(values)):
        if not cells[row]:
            continue
        number = _one(str(cells[row]), decimal_comma=sheet.decimal_comma)
        if number is None:
            odd.append(row)
        else:
            values[row] = number
            marked.append(row)
    if marked:
        row = marked[0]
        what = f"{column}: {len(marked):,} numbers with marks, such as {cells[row]!r}"
        action = f"read as numbers, such as {values[row]:g}"
        sheet.findings.append(
            Finding("dialect", sheet.file, int(sheet.lines[row]), "", what, action)
        )
    return values, odd


def _one(text: str, *, decimal_comma: bool) -> float | None:
    """Return a number written with thousands marks, quotes, blanks or a percent sign."""
    cleaned = re.sub(r"[\s\u00a0'`_]", "", text).removesuffix("%")
    if decimal_comma:
        cleaned = cleaned.replace(".", "").replace(",", ".") if "," in cleaned else cleaned
    elif re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", cleaned):
        cleaned = cleaned.replace(",", "")
    elif re.fullmatch(r"[-+]?\d+,\d+", cleaned):
        cleaned = cleaned.replace(",", ".")
    cleaned = cleaned.replace("\u2212", "-")
    return float(re.sub("[dD]", "e", cleaned)) if _NUMBER.match(cleaned) else None


def rows_of(flags: NDArray[np.bool_]) -> Iterator[int]:
    """Yield the positions that are true, as plain integers."""
    yield from (int(row) for row in np.flatnonzero(flags))
