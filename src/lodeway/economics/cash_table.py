"""Tables of cash flows: dated or yearly, with a header or without."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from lodeway.economics.roots import dated_irr_roots, irr_roots
from lodeway.errors import LodewayError
from lodeway.io import parse_number, read_text

DAYS_PER_YEAR = 365.0
_AMOUNTS = ("amount", "cash_flow", "cashflow", "flow", "value", "net", "investor_ncf")
_DATES = ("date", "day", "when")
_YEARS = ("year", "period", "t")


@dataclass(frozen=True)
class CashFlows:
    """Flows in order of their rows; `days` are dates, or empty for one flow a year."""

    amounts: Sequence[float]
    days: Sequence[date] = ()

    def roots(self) -> list[float]:
        """Return every rate of return; a dated year has 365 days, as in spreadsheets."""
        if not self.days:
            return irr_roots(np.array(self.amounts))
        first = min(self.days)
        years = np.array([(day - first).days / DAYS_PER_YEAR for day in self.days])
        return dated_irr_roots(years, np.array(self.amounts))

    def present_value(self, rate: float) -> float:
        """Return the value on the first date (or, of yearly flows, on the day of the first one).

        Examples
        --------
        >>> flows = CashFlows([-10000.0, 2750.0], [date(2008, 1, 1), date(2008, 3, 1)])
        >>> round(flows.present_value(0.09), 2)
        -7288.68
        """
        if not self.days:
            years = [float(year) for year in range(len(self.amounts))]
        else:
            first = min(self.days)
            years = [(day - first).days / DAYS_PER_YEAR for day in self.days]
        return math.fsum(
            amount * (1.0 + rate) ** -year
            for amount, year in zip(self.amounts, years, strict=True)
        )  # fmt: skip


def read_flows(path: Path) -> CashFlows:
    """Read flows: columns date and amount, year and amount, or amount alone; any order of dates.

    Without a header the last column is the amount and the one before it, if any, the date or year.

    Raises
    ------
    LodewayError
        For a row without date or amount, a year that stands twice or is missing, or no row at all.
    """
    rows = _cells(path)
    header, body = _header(rows, path)
    columns = [name.strip().casefold() for name in header]
    amount = _column(columns, _AMOUNTS, len(columns) - 1)
    day = _column(columns, _DATES, -1)
    year = _column(columns, _YEARS, -1)
    if day < 0 and year < 0 and len(columns) > 1 and body:
        first = body[0][1][0 if amount else 1]
        day, year = (0, -1) if re.search(r"\d-\d|\d/\d|\d\.\d+\.\d", first) else (-1, 0)
    amounts, days, years = [], [], []
    for line, cells in body:
        where = f"{path}:{line}"
        if len(cells) <= max(amount, day, year):
            raise LodewayError("bad-csv", where, f"{len(cells)} cells", f"{len(columns)}")
        amounts.append(_amount(cells[amount].strip(), f"{where} amount"))
        if day >= 0:
            days.append(_day(cells[day].strip(), f"{where} date"))
        elif year >= 0:
            years.append((parse_number(cells[year].strip(), f"{where} year"), line))
    if not amounts:
        raise LodewayError("missing", str(path), "no flows", "at least one row")
    return CashFlows(_in_order(amounts, years, path), tuple(days))


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    text = read_text(path)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        rows = [
            (reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)
        ]  # fmt: skip
    except csv.Error as problem:
        raise LodewayError(
            "bad-csv", f"{path}:{reader.line_num}", str(problem), "comma-separated text"
        ) from None
    if rows and len(rows[0][1]) == 1 and ";" in rows[0][1][0]:
        raise LodewayError(
            "bad-csv", f"{path}:1", "columns separated by semicolons", "commas",
            "save the table as comma-separated text with decimal points",
        )  # fmt: skip
    return rows


def _header(
    rows: list[tuple[int, list[str]]], path: Path
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the other rows; where the first row holds an amount there is none."""
    if not rows:
        raise LodewayError("missing", str(path), "an empty file", "flows")
    first = rows[0][1]
    if any(re.fullmatch(r"\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*", cell) for cell in first):
        return [""] * len(first), rows
    return first, rows[1:]


def _column(columns: Sequence[str], names: Sequence[str], default: int) -> int:
    for name in names:
        if name in columns:
            return columns.index(name)
    return default


def _amount(text: str, where: str) -> float:
    if not text:
        raise LodewayError("missing", where, "nothing", "a number", "a year without money is 0")
    return parse_number(text, where)


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LodewayError("bad-date", where, repr(text), "a day such as 2026-05-01") from None


def _in_order(
    amounts: list[float], years: Sequence[tuple[float, int]], path: Path
) -> tuple[float, ...]:
    """Return yearly amounts by year; years must follow each other without gap or double."""
    if not years:
        return tuple(amounts)
    order = sorted(range(len(years)), key=lambda row: years[row][0])
    for before, after in pairwise(order):
        step = years[after][0] - years[before][0]
        if step != 1.0:
            got = "the same year twice" if step == 0.0 else f"a gap of {step:g} years"
            raise LodewayError("bad-date", f"{path}:{years[after][1]} year", got, "every year once")
    return tuple(amounts[row] for row in order)
