"""Large tables as columns: read by a C reader, checked as strictly as the small ones."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from lodeway.errors import LodewayError, suggestion
from lodeway.io import parse_number, read_bytes

#: A compressed table may not grow beyond this when it is unpacked.
UNPACKED_LIMIT_BYTES = 512 * 2**20


@dataclass(frozen=True)
class Columns:
    """A table whose cells are still text, column by column.

    Attributes
    ----------
    name
        How errors call the file.
    table
        The text columns.
    """

    name: str
    table: Any

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return column in self.table.column_names

    def where(self, row: int, column: str = "") -> str:
        """File, line and column of a row (counted from 0), for errors."""
        return f"{self.name}:{row + 2} {column}".rstrip()

    def raw(self, column: str) -> Any:
        """Return a column as an arrow array of text."""
        return self.table.column(column).combine_chunks()

    def texts(self, column: str) -> list[str]:
        """Return a column as texts; a missing column is empty everywhere."""
        return self.raw(column).to_pylist() if self.has(column) else [""] * len(self)

    def cell(self, row: int, column: str) -> str:
        """Return one cell as text."""
        return str(self.table.column(column)[row].as_py())

    def codes(self, column: str) -> tuple[NDArray[np.int32], list[str]]:
        """Return a column of few different words as numbers and the words themselves."""
        if not self.has(column):
            return np.zeros(len(self), dtype=np.int32), [""]
        coded = self.raw(column).dictionary_encode()
        words = [word.strip() for word in coded.dictionary.to_pylist()]
        return np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int32), words

    def floats(self, column: str) -> NDArray[np.float64]:
        """Return a column as finite numbers; the first cell that is none is refused."""
        try:
            values = np.asarray(
                pc.cast(self.raw(column), pa.float64()).to_numpy(zero_copy_only=False)
            )
            if bool(np.isfinite(values).all()):
                return values
        except pa.ArrowInvalid:
            pass
        return np.array(
            [
                parse_number(text, self.where(row, column))
                for row, text in enumerate(self.texts(column))
            ],
            dtype=np.float64,
        )

    def order(self, column: str) -> NDArray[np.int64]:
        """Return the rows in order of an id: by number where all ids are numbers, else by text."""
        values: NDArray[Any] | None = numbered(self.raw(column))
        if values is None:
            values = np.array(self.texts(column), dtype=np.str_)
        return np.argsort(values, kind="stable").astype(np.int64)

    def refuse_duplicates(self, column: str) -> None:
        """Refuse an id that stands twice, or that is empty."""
        raw = self.raw(column)
        ids = numbered(raw)
        if ids is not None and bool((np.diff(np.sort(ids)) > 0).all()):
            return
        blank = pc.any(pc.equal(raw, "")).as_py()
        if pc.count_distinct(raw).as_py() == len(self) and not blank:
            return
        seen: dict[str, int] = {}
        for row, text in enumerate(self.texts(column)):
            if not text:
                raise LodewayError("missing", self.where(row, column), "nothing", "an id")
            if text in seen:
                raise LodewayError(
                    "bad-network",
                    self.where(row, column),
                    f"{text!r} for the second time",
                    f"each {column} once",
                    f"it stands first on line {seen[text] + 2}",
                )
            seen[text] = row

    def find(self, column: str, ids: Any, what: str) -> NDArray[np.int32]:
        """Return the position in `ids` of each cell; an unknown one is refused."""
        quick = _look_up(numbered(self.raw(column)), numbered(ids))
        if quick is not None:
            return quick
        found = pc.index_in(self.raw(column), value_set=ids)
        if found.null_count:
            row = int(np.flatnonzero(np.asarray(found.is_null()))[0])
            text = self.cell(row, column)
            near = suggestion(text, ids.to_pylist()) if len(ids) <= 20_000 else ""
            raise LodewayError("bad-network", self.where(row, column), repr(text), what, near)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)


def numbered(column: Any) -> NDArray[np.int64] | None:
    """Return ids as whole numbers where each is written as one plainly ("7", never "07")."""
    try:
        numbers = pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        return None
    if not pc.all(pc.equal(pc.cast(numbers, column.type), column)).as_py():
        return None
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)


def _look_up(
    wanted: NDArray[np.int64] | None, ids: NDArray[np.int64] | None
) -> NDArray[np.int32] | None:
    """Return positions of small whole numbers by a table; None where that does not serve."""
    if wanted is None or ids is None or not len(ids) or not len(wanted):
        return None
    low, high = int(ids.min()), int(ids.max())
    if high - low > 8 * len(ids) + 1024 or wanted.min() < low or wanted.max() > high:
        return None
    table = np.full(high - low + 1, -1, dtype=np.int32)
    table[ids - low] = np.arange(len(ids), dtype=np.int32)
    found = table[wanted - low]
    return found if bool((found >= 0).all()) else None


def locate(folder: Path, stem: str) -> Path | None:
    """Return the path of a table, compressed or not, or None where neither is there."""
    for name in (f"{stem}.csv.gz", f"{stem}.csv"):
        if (folder / name).is_file():
            return folder / name
    return None


def read_columns(path: Path, required: Sequence[str]) -> Columns:
    """Read a CSV or CSV.gz table as columns of text.

    Parameters
    ----------
    path
        The file; it is named in errors by its file name.
    required
        Columns that must be there.

    Raises
    ------
    LodewayError
        For a file that is missing, too large, damaged, not UTF-8, ragged or without a required
        column.
    """
    data = _unpacked(path)
    header = _header(data, path.name, required)
    options = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            convert_options=options,
            memory_pool=pa.system_memory_pool(),
        )
    except pa.ArrowInvalid as problem:
        raise LodewayError(
            "bad-csv", path.name, str(problem).splitlines()[0], "comma-separated UTF-8 text"
        ) from None
    return Columns(path.name, table)


def _unpacked(path: Path) -> bytes:
    data = read_bytes(path)
    if path.suffix == ".gz":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                data = stream.read(UNPACKED_LIMIT_BYTES + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise LodewayError("bad-csv", path.name, str(problem), "a whole gzip file") from None
        if len(data) > UNPACKED_LIMIT_BYTES:
            raise LodewayError(
                "too-large", path.name, "more when unpacked", f"{UNPACKED_LIMIT_BYTES:,} bytes"
            )
    return data.removeprefix(b"\xef\xbb\xbf")


def _header(data: bytes, name: str, required: Sequence[str]) -> list[str]:
    line = data[: data.find(b"\n")] if b"\n" in data else data
    try:
        header = next(csv.reader([line.decode().rstrip("\r")]), [])
    except UnicodeDecodeError:
        raise LodewayError("bad-csv", f"{name}:1", "no UTF-8 text", "UTF-8 text") from None
    if not header:
        raise LodewayError("bad-csv", f"{name}:1", "an empty file", "a header line")
    for column in required:
        if column not in header:
            raise LodewayError(
                "missing",
                f"{name}:1",
                f"columns {', '.join(header)}",
                f"a column {column!r}",
                suggestion(column, header),
            )
    return header
