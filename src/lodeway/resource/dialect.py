"""Reading a drillhole table of any dialect, and saying what was understood."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import read_bytes
from lodeway.resource.findings import Finding

#: A drillhole table larger than this is refused.
LIMIT_BYTES = 512 * 2**20
_SEPARATORS = (",", ";", "\t", "|")
_UNIT_CELL = re.compile(
    r"^\(?\[?(m|ft|metres?|meters?|feet|%|pct|ppm|ppb|g/t|gpt|oz/t|opt|deg(rees)?|t/m3|g/cm3|-)?\]?\)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sheet:
    """A table as text: columns of cells, and the line of the file on which each row stands."""

    file: str
    columns: tuple[str, ...]
    cells: dict[str, NDArray[np.object_]]
    lines: NDArray[np.int64]
    decimal_comma: bool
    findings: list[Finding] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)


def read_sheet(path: Path) -> Sheet:
    """Read a drillhole table.

    Understood are CSV, semicolon, tab, bar and blank separated text; UTF-8 with or without a
    byte-order mark, UTF-16, Windows-1251 and Windows-1252; decimal commas; remarks, titles and a
    line of units around the header; and Parquet. Everything but plain CSV becomes a finding.

    Raises
    ------
    LodewayError
        When the file is missing, too large, empty, or has no header.
    """
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet(path)
    findings: list[Finding] = []
    name = path.name
    text = _decode(read_bytes(path, LIMIT_BYTES), name, findings)
    separator, text, skipped = _separator(text, name, findings)
    rows = _rows(text, separator, name)
    start, columns = _header(rows, name)
    if rows[start][0] > 1 + skipped:
        _dialect(findings, name, f"{rows[start][0] - 1} lines before the header", "skipped")
    body = rows[start + 1 :]
    if body and len(body) > 1 and _is_units(body[0][1]):
        units = ", ".join(cell for cell in body[0][1] if cell.strip())
        _dialect(findings, name, f"a line of units below the header: {units}", "skipped")
        body = body[1:]
    lines, table = _even(body, columns, name, findings)
    cells = {
        column: np.array([row[number] for row in table], dtype=object)
        for number, column in enumerate(columns)
    }
    comma = separator != "," and _has_decimal_commas(cells)
    if comma:
        _dialect(findings, name, "decimal commas", "read as decimal points")
    return Sheet(name, tuple(columns), cells, np.array(lines, dtype=np.int64), comma, findings)


def _dialect(findings: list[Finding], file: str, what: str, action: str) -> None:
    findings.append(Finding("dialect", file, None, "", what, action))


def _decode(data: bytes, name: str, findings: list[Finding]) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        _dialect(findings, name, "UTF-16 text", "decoded")
        return data.decode("utf-16", errors="replace")
    if data[:3] == b"\xef\xbb\xbf":
        _dialect(findings, name, "a byte-order mark at the beginning", "dropped")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        page = _code_page(data)
        line = data[: problem.start].count(b"\n") + 1
        _dialect(findings, name, f"line {line} is not UTF-8", f"the file was read as {page}")
        return data.decode(page, errors="replace")


def _code_page(data: bytes) -> str:
    """Return the likelier Windows code page: Cyrillic words are runs of bytes above 0xC0."""
    high = [byte for byte in data[:200_000] if byte >= 0x80]
    runs = len(re.findall(rb"[\xc0-\xff\xa8\xb8]{3,}", data[:200_000]))
    return "cp1251" if runs and 3 * runs >= len(high) * 0.15 else "cp1252"


def _separator(text: str, name: str, findings: list[Finding]) -> tuple[str, str, int]:
    """Return the separator, the text without ``sep=``, and how many lines were taken away."""
    stated = re.match(r"(?i)^\"?sep=(.)\"?\r?\n", text)
    if stated:
        _dialect(findings, name, f"a first line 'sep={stated[1]}'", "obeyed")
        return stated[1], "\n" + text[stated.end() :], 1
    sample = [line for line in text.splitlines()[:60] if line.strip() and line[0] not in "#!"]
    if not sample:
        raise LodewayError("bad-csv", f"{name}:1", "an empty file", "a header line")
    votes = {mark: sorted(line.count(mark) for line in sample) for mark in _SEPARATORS}
    middle = {mark: counted[len(counted) // 2] for mark, counted in votes.items()}
    if middle[";"] and middle[";"] >= middle["\t"]:
        best = ";"  # commas beside semicolons are decimal commas
    else:
        best = max(_SEPARATORS, key=lambda mark: middle[mark])
    if middle[best] == 0:
        best = " "
    if best != ",":
        named = {";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}[best]
        _dialect(findings, name, f"columns separated by {named}", "split there")
    return best, text, 0


def _rows(text: str, separator: str, name: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, each with its line."""
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise LodewayError("bad-csv", f"{name}:{line}", "a zero byte", "text")
    if separator == " ":
        return [
            (number, line.split())
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and line.lstrip()[0] not in "#!"
        ]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not stripped[0].startswith(("#", "!")):
                rows.append((reader.line_num, stripped))
    except csv.Error as problem:
        where = f"{name}:{reader.line_num}"
        raise LodewayError("bad-csv", where, str(problem), "a table of text") from None
    return rows


def _header(rows: Sequence[tuple[int, list[str]]], name: str) -> tuple[int, list[str]]:
    """Return the position of the header, the first row as wide as the table and all words."""
    if not rows:
        raise LodewayError("bad-csv", f"{name}:1", "an empty file", "a header line")
    widths = sorted(len(cells) for _, cells in rows)
    wide = max(2, widths[len(widths) // 2] - 1)
    for position, (line, cells) in enumerate(rows[:20]):
        filled = [cell for cell in cells if cell]
        if len(cells) < wide or len(filled) < 2:
            continue
        if any(re.fullmatch(r"[-+]?\d+([.,]\d+)?", cell) for cell in filled):
            raise LodewayError(
                "bad-csv", f"{name}:{line}", ", ".join(cells[:6]), "a header of column names",
                "write the names of the columns above the first row",
            )  # fmt: skip
        return position, _unique(cells)
    raise LodewayError("bad-csv", f"{name}:{rows[0][0]}", rows[0][1][:3], "a header line")


def _unique(cells: Sequence[str]) -> list[str]:
    """Return the names of the columns; empty and repeated ones are numbered."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.lstrip("\ufeff").strip().strip("'\"") or f"column{number}"
        names.append(name if name not in names else f"{name}.{number}")
    return names


def _is_units(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_UNIT_CELL.match(cell.strip()) for cell in cells)


def _even(
    body: Sequence[tuple[int, list[str]]],
    columns: Sequence[str],
    name: str,
    findings: list[Finding],
) -> tuple[list[int], list[list[str]]]:
    """Return rows that are as wide as the header; the others become findings."""
    width, lines, table = len(columns), [], []
    for line, given in body:
        cells = given
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            what = f"{len(cells)} cells under {width} names: {' | '.join(cells[:8])}"
            if len(cells) < width:
                action = "kept; the missing cells are blank"
                cells = cells + [""] * (width - len(cells))
            else:
                action = "left out: it is not certain which cell is which"
            findings.append(Finding("ragged-row", name, line, cells[0], what, action))
            if len(cells) > width:
                continue
        lines.append(line)
        table.append(cells)
    return lines, table


def _has_decimal_commas(cells: dict[str, NDArray[np.object_]]) -> bool:
    """Whether numbers are written with a comma, in any column."""
    pattern = re.compile(r"[-+<>]?\d*,\d+$")
    return any(
        sum(1 for cell in column[:2000] if pattern.match(cell)) > 0 for column in cells.values()
    )


def _parquet(path: Path) -> Sheet:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    read_size = path.stat().st_size if path.is_file() else -1
    if read_size < 0:
        raise LodewayError("missing", str(path), "no plain file", "a file")
    if read_size > LIMIT_BYTES:
        raise LodewayError(
            "too-large", str(path), f"{read_size:,} bytes", f"at most {LIMIT_BYTES:,} bytes"
        )
    try:
        table = pq.read_table(path)
    except (ArrowException, OSError, ValueError) as problem:
        raise LodewayError("bad-csv", str(path), str(problem)[:120], "a Parquet table") from None
    cells = {}
    for name in table.column_names:
        values = table.column(name).to_pylist()
        cells[name] = np.array([_as_text(value) for value in values], dtype=object)
    lines = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return Sheet(path.name, tuple(table.column_names), cells, lines, decimal_comma=False)


def _as_text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  NaN
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()
