"""Long monthly price series: read strictly, and how several of them move together."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.io import parse_number, read_text

Array = NDArray[np.float64]
_LEAST_MONTHS = 36


@dataclass(frozen=True)
class Series:
    """One price, month after month without a gap.

    Attributes
    ----------
    column
        Its name in the table.
    first
        Number of the first month, ``12 * year + month - 1``.
    prices
        Shape ``(month,)``, all above zero.
    """

    column: str
    first: int
    prices: Array

    def until(self, month: str) -> tuple[Series, Array]:
        """Return the series up to a month (``2021-12``), and the prices after it."""
        last = month_number(month, "--until") - self.first + 1
        if last < _LEAST_MONTHS:
            raise LodewayError(
                "bad-date", "--until", month, f"at least {_LEAST_MONTHS} months of prices before it"
            )
        return Series(self.column, self.first, self.prices[:last]), self.prices[last:]

    def month(self, position: int) -> str:
        """Return a month's text; positions may lie beyond the last price."""
        return month_text(self.first + position)


def month_number(text: str, where: str) -> int:
    """Return the number of a month such as ``2021-12`` or ``2021M12``."""
    match = re.fullmatch(r"(\d{4})[-/M](\d{1,2})(?:[-/]\d{1,2})?", text.strip())
    if not match or not 1 <= int(match.group(2)) <= 12:
        raise LodewayError("bad-date", where, repr(text), "a month such as 2021-12")
    return 12 * int(match.group(1)) + int(match.group(2)) - 1


def month_text(number: int) -> str:
    """Return the text of a month's number.

    Examples
    --------
    >>> month_text(month_number("2021-12", "x") + 1)
    '2022-01'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def read_series(path: Path, column: str) -> Series:
    """Read one column of a monthly table whose first column is the month.

    Empty cells before the first price and after the last are left out; a hole between is refused.

    Raises
    ------
    LodewayError
        For a column that is not there, a price that is not above zero, a month that is missing,
        stands twice or out of order, or too few months.
    """
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        columns = list(reader.fieldnames or [])
        if column not in columns or not columns:
            raise LodewayError(
                "missing", f"{path.name}:1", repr(column), f"one of {', '.join(columns[1:9])}",
                suggestion(column, columns),
            )  # fmt: skip
        months, prices = [], []
        for row in reader:
            text = (row[column] or "").strip()
            if text:
                where = f"{path.name}:{reader.line_num}"
                months.append((month_number(row[columns[0]] or "", f"{where} {columns[0]}"), where))
                prices.append(parse_number(text, f"{where} {column}", low=1e-12))
    except csv.Error as problem:
        raise LodewayError("bad-csv", path.name, str(problem), "comma-separated text") from None
    for (before, _), (after, where) in pairwise(months):
        if after != before + 1:
            got = "the same month twice" if after == before else f"after {month_text(before)}"
            raise LodewayError("bad-date", where, f"{month_text(after)} {got}", "the next month")
    if len(prices) < _LEAST_MONTHS:
        raise LodewayError(
            "bad-number", f"{path.name} {column}", f"{len(prices)} months",
            f"at least {_LEAST_MONTHS}",
        )  # fmt: skip
    return Series(column, months[0][0], np.array(prices))


def correlation(annual: Mapping[str, Mapping[int, float]]) -> Array:
    """Return the correlation of yearly log-returns of several prices, ``(price, price)``.

    Only years that every price has are used, so that the matrix is one that can exist.

    Parameters
    ----------
    annual
        Price by year, by name; a name without years stands apart from all others.
    """
    names = list(annual)
    found = np.eye(len(names))
    moving = [number for number, name in enumerate(names) if annual[name]]
    if len(moving) < 2:
        return found
    years = sorted(set.intersection(*(set(annual[names[number]]) for number in moving)))
    if len(years) < 8:
        return found
    logs = np.log([[annual[names[number]][year] for year in years] for number in moving])
    apart = np.diff(years) == 1
    returns = np.diff(logs, axis=1)[:, apart]
    found[np.ix_(moving, moving)] = np.corrcoef(returns)
    return found


def cholesky(matrix: Array, where: str, names: Sequence[str] = ()) -> Array:
    """Return the lower factor of a correlation matrix, or say why it is none.

    Raises
    ------
    LodewayError
        With code ``bad-number`` for a matrix that is not symmetric, has no ones on its diagonal,
        or is not positive semi-definite: correlations that cannot all hold at once.

    Examples
    --------
    >>> cholesky(np.array([[1.0, 0.6], [0.6, 1.0]]), "x").round(2)
    array([[1. , 0. ],
           [0.6, 0.8]])
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1.0):
        raise LodewayError("bad-number", where, "a matrix of another kind",
                           "a symmetric matrix with ones on its diagonal")  # fmt: skip
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-8:
        worst = np.argsort(-np.abs(vectors[:, 0]))[:3]
        culprits = ", ".join(names[i] if names else str(i) for i in worst)
        raise LodewayError(
            "bad-number", where, f"a smallest eigenvalue of {values[0]:.3g}",
            "correlations that can all hold at once", f"look at {culprits}",
        )  # fmt: skip
    return np.asarray(np.linalg.cholesky(matrix + 1e-12 * np.eye(len(matrix))), dtype=np.float64)
