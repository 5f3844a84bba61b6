"""Opening files safely and writing them whole: nothing else in Lodeway touches the disk."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lodeway.errors import LodewayError

#: A text table or a study file larger than this is refused before it is read.
TEXT_LIMIT_BYTES = 64 * 2**20
_PART = ".part"


def safe_path(folder: Path, name: str, where: str) -> Path:
    """Return the path of `name` inside `folder`, or refuse it.

    Refused are web addresses, GDAL's virtual paths, absolute paths, and whatever leaves the
    folder through ``..`` or a link.

    Raises
    ------
    LodewayError
        With code ``unsafe-path``.

    Examples
    --------
    >>> safe_path(Path("study"), "data/../../secret", "study.toml:3")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: study.toml:3: got 'data/../../secret', expected a path inside ...
    """
    expected = "a path inside the study folder"
    if "://" in name or name.startswith(("/vsi", "\\\\", "//")) or "\x00" in name:
        raise LodewayError("unsafe-path", where, repr(name), expected)
    if Path(name).is_absolute() or re.match(r"^[A-Za-z]:", name):
        raise LodewayError("unsafe-path", where, repr(name), expected)
    root = folder.resolve()
    path = (root / name).resolve()
    if path != root and root not in path.parents:
        raise LodewayError("unsafe-path", where, repr(name), expected)
    return folder / name


def read_bytes(path: Path, limit: int = TEXT_LIMIT_BYTES) -> bytes:
    """Return a file's bytes, or say that it is missing or too large.

    The size is looked up before the file is read, so that a huge file costs nothing.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise LodewayError("missing", str(path), "no plain file", "a file")
        if size > limit:
            raise LodewayError(
                "too-large", str(path), f"{size:,} bytes", f"at most {limit:,} bytes"
            )
        return path.read_bytes()
    except OSError as problem:
        raise LodewayError(
            "missing", str(path), problem.strerror or "unreadable", "a readable file"
        ) from None


def read_text(path: Path, limit: int = TEXT_LIMIT_BYTES) -> str:
    """Return a UTF-8 file's text; a byte-order mark is dropped.

    Raises
    ------
    LodewayError
        With code ``bad-csv`` naming the first line that is not UTF-8.
    """
    data = read_bytes(path, limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise LodewayError(
            "bad-csv",
            f"{path}:{line}",
            f"byte 0x{data[problem.start]:02x}",
            "UTF-8 text",
            "save the file as UTF-8 (in a spreadsheet: 'CSV UTF-8'); older files are often "
            "Windows-1251 or Windows-1252",
        ) from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole: first under a temporary name, then by rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}{_PART}")
    part.write_bytes(data)
    part.replace(path)


def sweep(folder: Path) -> int:
    """Remove the litter of runs that were killed, and return how many files went."""
    litter = list(folder.rglob(f"*{_PART}")) if folder.is_dir() else []
    for path in litter:
        path.unlink(missing_ok=True)
    return len(litter)
