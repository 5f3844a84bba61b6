"""Tables of points and composites as files: CSV, Parquet, and GSLIB's text."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from lodeway.errors import LodewayError
from lodeway.io import as_csv, read_text, write_bytes

_LIMIT_BYTES = 2**30


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as ``.csv``, ``.parquet`` or ``.dat`` (GSLIB), by the file's ending.

    Raises
    ------
    LodewayError
        For any other ending.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        write_bytes(path, csv_bytes(frame))
    elif ending in (".parquet", ".pq"):
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        write_bytes(path, buffer.getvalue())
    elif ending in (".dat", ".gslib", ".out"):
        from lodeway.resource.gslib import gslib_bytes

        write_bytes(path, gslib_bytes(frame, path.stem))
    else:
        raise LodewayError("bad-argument", "--out", path.name, "a .csv, .parquet or .dat file")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return a frame as CSV that a spreadsheet cannot run; numbers keep every digit.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"hole": ["=A1"], "Cu": [0.1]}))
    b"hole,Cu\r\n'=A1,0.1\r\n"
    """
    words = [name for name in frame.columns if frame[name].dtype.kind not in "fiub"]
    if len(frame) < 1000:
        return as_csv(
            [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")],
            list(frame.columns),
        )
    safe = frame.assign(**{name: frame[name].map(_harmless) for name in words})
    text = safe.to_csv(index=False, lineterminator="\r\n")
    return text.encode()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def read_table(path: Path) -> pd.DataFrame:
    """Read points: CSV (also gzipped), Parquet, or GSLIB text with missing values -999 and 1E31.

    Raises
    ------
    LodewayError
        When the file is missing, too large, or no table.
    """
    name = path.name.lower()
    if not path.is_file():
        raise LodewayError("missing", str(path), "no plain file", "a table")
    if path.stat().st_size > _LIMIT_BYTES:
        size = path.stat().st_size
        raise LodewayError("too-large", str(path), f"{size:,} bytes", f"at most {_LIMIT_BYTES:,}")
    try:
        if name.endswith((".parquet", ".pq")):
            return pd.read_parquet(path)
        if name.endswith((".dat", ".gslib", ".out", ".geoeas", ".gam")):
            from lodeway.resource.gslib import read_gslib

            return read_gslib(path)
        if name.endswith(".gz"):
            return pd.read_csv(path, compression="gzip", encoding="utf-8-sig")
        return pd.read_csv(io.StringIO(read_text(path, _LIMIT_BYTES)))
    except (ValueError, OSError, EOFError) as problem:
        raise LodewayError("bad-csv", str(path), str(problem)[:160], "a table of points") from None


def numeric(frame: pd.DataFrame, column: str, where: str) -> np.ndarray:
    """Return a column as numbers, blanks as not a number; a word is refused by its row."""
    from lodeway.errors import suggestion

    if column not in frame.columns:
        raise LodewayError(
            "missing", where, f"columns {', '.join(map(str, frame.columns))}",
            f"a column {column!r}", suggestion(column, map(str, frame.columns)),
        )  # fmt: skip
    values = pd.to_numeric(frame[column], errors="coerce")
    odd = np.flatnonzero(values.isna() & frame[column].notna())
    if len(odd):
        row = int(odd[0])
        raise LodewayError(
            "bad-number", f"{where}:{row + 2} {column}", repr(frame[column].iloc[row]), "a number"
        )
    return np.asarray(values, dtype=np.float64)
