"""Small CSV tables as rows that remember their line, with fields read strictly."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lodeway.errors import LodewayError, suggestion
from lodeway.io.files import read_text


@dataclass(frozen=True)
class Row:
    """One row of a table, which knows where it stands."""

    file: str
    line: int
    fields: Mapping[str, str]

    def where(self, field: str = "") -> str:
        """File, line and field, for errors."""
        return f"{self.file}:{self.line} {field}".rstrip()

    def text(self, field: str, default: str | None = None) -> str:
        """Return a field without surrounding space; without a default it must not be empty."""
        value = self.fields.get(field, "").strip()
        if value:
            return value
        if default is None:
            raise LodewayError("missing", self.where(field), "nothing", "a value")
        return default

    def number(
        self,
        field: str,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        default: float | None = None,
    ) -> float:
        """Return a field as a number within [low, high].

        Raises
        ------
        LodewayError
            With code ``bad-number`` (also for a decimal comma) naming file, row and field.
        """
        value = self.optional_number(field, low=low, high=high)
        if value is not None:
            return value
        if default is None:
            raise LodewayError("missing", self.where(field), "nothing", "a number")
        return default

    def optional_number(
        self, field: str, *, low: float = -math.inf, high: float = math.inf
    ) -> float | None:
        """Return a field as a number within [low, high], or None where it is empty."""
        text = self.fields.get(field, "").strip()
        if not text:
            return None
        return parse_number(text, self.where(field), low=low, high=high)

    def date(self, field: str) -> date | None:
        """Return a field as a day (``2026-05-01``, ``2026-05`` or ``2026``: its last day)."""
        text = self.fields.get(field, "").strip()
        return last_day(text, self.where(field)) if text else None


def parse_number(text: str, where: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a plain number, refusing decimal commas, units and numbers out of range.

    Examples
    --------
    >>> parse_number("1.5e3", "x")
    1500.0
    >>> parse_number("13,7", "claims.csv:4 value")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: claims.csv:4 value: got '13,7', expected a number ...
    """
    try:
        value = float(text)
    except ValueError:
        cure = "write a decimal point" if re.fullmatch(r"-?\d+,\d+", text) else ""
        raise LodewayError(
            "bad-number", where, repr(text), "a number with a decimal point", cure
        ) from None
    if not math.isfinite(value) or not low <= value <= high:
        wanted = "a finite number" if low == -math.inf else f"a number from {low:g} to {high:g}"
        raise LodewayError("bad-number", where, repr(text), wanted)
    return value


def last_day(text: str, where: str) -> date:
    """Return the last day that a dated text can mean.

    Examples
    --------
    >>> last_day("2026-02", "x"), last_day("2025", "x")
    (datetime.date(2026, 2, 28), datetime.date(2025, 12, 31))
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text.strip())
    try:
        if not match:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None:
            raise ValueError
        if day is not None and month is not None:
            return date(year, month, day)
        if month is None:
            return date(year, 12, 31)
        first = date(year, month, 1)
        following = date(first.year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError:
        raise LodewayError("bad-date", where, repr(text), "YYYY, YYYY-MM or YYYY-MM-DD") from None


def read_rows(path: Path, required: Iterable[str], *, name: str | None = None) -> list[Row]:
    """Read a comma-separated UTF-8 table with a header.

    Parameters
    ----------
    path
        The file.
    required
        Columns that must be there; others are kept as they are.
    name
        How errors and sources call the file; by default its path.

    Raises
    ------
    LodewayError
        For a file that is missing, too large, not UTF-8, separated otherwise, ragged, empty, or
        without a required column.
    """
    label = name or str(path)
    text = read_text(path)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, required, label)
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            _check_width(cells, header, f"{label}:{reader.line_num}")
            rows.append(Row(label, reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as problem:
        raise LodewayError(
            "bad-csv", f"{label}:{reader.line_num}", str(problem), "comma-separated text"
        ) from None
    return rows


def _check_header(header: Sequence[str], required: Iterable[str], label: str) -> None:
    if not header:
        raise LodewayError("bad-csv", f"{label}:1", "an empty file", "a header line")
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        separator = "semicolons" if ";" in header[0] else "tabs"
        raise LodewayError(
            "bad-csv",
            f"{label}:1",
            f"columns separated by {separator}",
            "commas",
            "save the table as comma-separated text with decimal points",
        )
    double = sorted({column for column in header if header.count(column) > 1})
    if double:
        raise LodewayError("bad-csv", f"{label}:1", f"column {double[0]!r} twice", "each once")
    for column in required:
        if column not in header:
            raise LodewayError(
                "missing",
                f"{label}:1",
                f"columns {', '.join(header)}",
                f"a column {column!r}",
                suggestion(column, header),
            )


def _check_width(cells: Sequence[str], header: Sequence[str], where: str) -> None:
    if len(cells) != len(header):
        raise LodewayError(
            "bad-csv",
            where,
            f"{len(cells)} cells",
            f"{len(header)}, as in the header",
            "a cell that holds a comma needs quotation marks",
        )


def as_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    r"""Return rows as a UTF-8 CSV file that a spreadsheet cannot run.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return gets an
    apostrophe (CWE-1236); numbers stay numbers; None is an empty cell.

    Examples
    --------
    >>> as_csv([{"a": "=1+1", "b": -2.5}], ["a", "b"])
    b"a,b\r\n'=1+1,-2.5\r\n"
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return buffer.getvalue().encode()


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
