"""A disclosure checklist as data: what a bidder lays open, item by item."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import Row, read_text

Array = NDArray[np.float64]
_YES = {"yes", "y", "true", "1", "disclosed"}
_NO = {"no", "n", "false", "0", "not disclosed", ""}


@cache
def items() -> tuple[dict[str, str], ...]:
    """Return the checklist: id, topic, question, standard and weight of each item.

    Examples
    --------
    >>> items()[0]["id"]
    'contract'
    """
    path = Path(__file__).with_name("disclosure.csv")
    return tuple(csv.DictReader(io.StringIO(read_text(path))))


def disclosure_shares(rows: Sequence[Row]) -> Array | None:
    """Return the weighted share of the checklist that each bid discloses; None without columns.

    A bid answers an item in a column ``disclosed:ID`` with yes or no; an item that the table does
    not ask for is left out for all bids alike.

    Raises
    ------
    LodewayError
        For an answer that is neither yes nor no.
    """
    asked = [item for item in items() if rows and f"disclosed:{item['id']}" in rows[0].fields]
    if not asked:
        return None
    weights = np.array([float(item["weight"]) for item in asked])
    table = np.array([[_answer(row, f"disclosed:{item['id']}") for item in asked] for row in rows])
    return np.asarray(table @ weights / weights.sum())


def _answer(row: Row, column: str) -> float:
    text = row.fields[column].strip().casefold()
    if text not in _YES | _NO:
        raise LodewayError("bad-argument", row.where(column), repr(text), "yes or no")
    return float(text in _YES)
