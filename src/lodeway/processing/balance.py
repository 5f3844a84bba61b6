"""Balances: what goes into a plant comes out of it, mass by mass and metal by metal."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Array = NDArray[np.float64]
CLOSURE = 1e-9
#: The mineral that bounds a product's grade, where it is not the richest one.
_USUAL = {
    ("copper-concentrate", "Cu"): "chalcocite",
    ("zinc-concentrate", "Zn"): "sphalerite",
    ("lead-concentrate", "Pb"): "galena",
    ("molybdenum-concentrate", "Mo"): "molybdenite",
    ("iron-concentrate", "Fe"): "magnetite",
    ("iron-pellets", "Fe"): "hematite",
    ("hbi", "Fe"): "metallic iron",
}


@cache
def _ceilings() -> dict[tuple[str, str], float]:
    """Return the share of each element in each mineral."""
    path = Path(__file__).with_name("minerals.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            (row["mineral"], row["element"]): float(row["ceiling_pct"]) / 100.0
            for row in csv.DictReader(stream)
        }


def ceiling(product: str, element: str) -> float:
    """Return the largest mass fraction of an element that a product can hold.

    The stoichiometry of the mineral that carries it (``minerals.csv``); 1 where none is known.

    Examples
    --------
    >>> round(ceiling("zinc-concentrate", "Zn"), 3)
    0.671
    """
    return _ceilings().get((_USUAL.get((product, element), ""), element), 1.0)


def two_product_recovery(feed: float, concentrate: float, tailings: float) -> float:
    """Return recovery from three assays: ``c (f - t) / (f (c - t))``.

    The two-product formula (Wills and Finch 2016, *Wills' Mineral Processing Technology*, 8th ed.,
    section 3.6). Grades in any one unit.

    Examples
    --------
    >>> round(two_product_recovery(2.5, 25.0, 0.25), 4)
    0.9091
    """
    if not 0.0 <= tailings < feed < concentrate:
        raise LodewayError(
            "balance", "assays", f"{feed}, {concentrate}, {tailings}",
            "tailings below feed below concentrate",
        )  # fmt: skip
    return concentrate * (feed - tailings) / (feed * (concentrate - tailings))


def check_share(values: Array, where: str, *, most: float = 1.0) -> None:
    """Refuse shares outside 0 to `most`.

    Raises
    ------
    LodewayError
        With code ``bad-fraction``.
    """
    low, high = float(np.min(values)), float(np.max(values))
    if low < 0.0 or high > most + 1e-12:
        shown = high if high > most else low
        cure = "a percentage was perhaps read as a share" if shown > 1.5 else ""
        raise LodewayError("bad-fraction", where, f"{shown:.4g}", f"0 to {most:.4g}", cure)


#: Head grades that no mine has, as mass fractions: what is above was read in another unit.
_RICHEST = {"Au": 2e-3, "Pt": 1e-3, "Pd": 1e-3, "Ag": 2e-2}


def check_head(head: Mapping[str, Array], where: str) -> None:
    """Refuse head grades that are no shares, and precious metal by the per cent.

    Raises
    ------
    LodewayError
        With code ``bad-fraction``.

    Examples
    --------
    >>> check_head({"Au": np.array([0.021])}, "project x head_pct")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: project x head_pct.Au: got 0.021, expected at most 0.002 ...
    """
    for element, values in head.items():
        most = _RICHEST.get(element, 1.0)
        high = float(np.max(values))
        if high > most and element in _RICHEST:
            raise LodewayError("bad-fraction", f"{where}.{element}", f"{high:.4g}",
                               f"at most {most:g} of the ore",
                               "g/t was perhaps read as per cent: write g/t")  # fmt: skip
        check_share(values, f"{where}.{element}")


def closure(entering: Array, leaving: Array) -> float:
    """Return the largest ``|in - out| / in``, and refuse a balance that does not close to 1e-9.

    Examples
    --------
    >>> closure(np.array([10.0]), np.array([10.0]))
    0.0
    """
    error = float(np.max(np.abs(entering - leaving) / np.maximum(np.abs(entering), 1e-300)))
    if not error <= CLOSURE:
        raise LodewayError("balance", "plant", f"{error:.3g}", f"a closure within {CLOSURE:g}")
    return error
