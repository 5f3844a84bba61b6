"""GSLIB's text format, also known as simplified Geo-EAS: a title, names, then numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lodeway.errors import LodewayError
from lodeway.io import read_text

#: GSLIB trims values from here on both sides (Deutsch and Journel 1998, GSLIB).
TRIM = 1.0e21
_LIMIT_BYTES = 2**30


def read_gslib(path: Path, missing: tuple[float, ...] = (-999.0, -99.0)) -> pd.DataFrame:
    """Read a GSLIB file: values that are `missing` or beyond the trim limits are blank.

    Raises
    ------
    LodewayError
        Naming the line when the header or a row does not fit.
    """
    lines = read_text(path, _LIMIT_BYTES).splitlines()
    try:
        count = int(lines[1].split()[0])
    except (IndexError, ValueError):
        got = lines[1] if len(lines) > 1 else "nothing"
        raise LodewayError("bad-csv", f"{path}:2", repr(got), "the number of columns") from None
    names = [line.strip() for line in lines[2 : 2 + count]]
    if len(names) < count or count < 1:
        raise LodewayError("bad-csv", f"{path}:2", f"{count} columns", "a name for each")
    rows = [
        (n, line.split()) for n, line in enumerate(lines[2 + count :], 3 + count) if line.strip()
    ]
    for number, cells in rows:
        if len(cells) < count:
            raise LodewayError("bad-csv", f"{path}:{number}", f"{len(cells)} numbers", f"{count}")
    try:
        table = np.array([cells[:count] for _, cells in rows], dtype=np.float64)
    except ValueError as problem:
        raise LodewayError("bad-number", str(path), str(problem), "numbers") from None
    table = table.reshape(-1, count)
    table[np.isin(table, missing) | (np.abs(table) >= TRIM)] = np.nan
    return pd.DataFrame(table, columns=_unique(names))


def _unique(names: list[str]) -> list[str]:
    return [name if names.index(name) == place else f"{name}.{place + 1}"
            for place, name in enumerate(names)]  # fmt: skip


def gslib_bytes(frame: pd.DataFrame, title: str, missing: float = -999.0) -> bytes:
    """Return the frame's numbers as a GSLIB file; columns of words are left out.

    Examples
    --------
    >>> gslib_bytes(pd.DataFrame({"x": [1.0], "Cu": [np.nan]}), "points").decode().split()
    ['points', '2', 'x', 'Cu', '1.0', '-999.0']
    """
    names = [str(name) for name in frame.columns if frame[name].dtype.kind in "fiub"]
    lines = [title.replace("\n", " "), str(len(names)), *names]
    table = np.nan_to_num(frame[names].to_numpy(dtype=np.float64), nan=missing)
    lines += [" ".join(map(repr, row)) for row in table.tolist()]
    return ("\n".join(lines) + "\n").encode()
