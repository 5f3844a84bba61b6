"""Tonnes, grades and metal above a cut-off, by class and over realisations; the cut-off itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.classify import CLASSES

Floats = NDArray[np.float64]


def cutoff_grade(
    cost_usd_per_t: float,
    price_usd_per_t: float,
    recovery: float,
    payable: float,
    selling_usd_per_t: float = 0.0,
) -> float:
    """Return the grade in per cent at which a tonne of ore pays for what it costs from the pit rim.

    Lane (1988), "The Economic Definition of Ore": cost over recovered, payable, net price; mining
    is not counted, because the tonne is moved anyway.

    Parameters
    ----------
    cost_usd_per_t
        Processing, general and administration, per tonne of ore.
    price_usd_per_t, selling_usd_per_t
        Of metal, and what it costs to sell it (treatment, refining, freight, royalty).
    recovery, payable
        Shares of the metal.

    Examples
    --------
    >>> round(cutoff_grade(9.0, 8_500.0, 0.9, 0.965, 1_200.0), 4)
    0.1428
    """
    for name, value in (("recovery", recovery), ("payable", payable)):
        if not 0 < value <= 1:
            raise LodewayError("bad-fraction", name, value, "above 0, up to 1")
    net = (price_usd_per_t * payable - selling_usd_per_t) * recovery
    if not net > 0:
        raise LodewayError("bad-number", "net price", net, "above 0", "no grade pays")
    return 100.0 * cost_usd_per_t / net


def statement(
    kriged: Mapping[str, Floats],
    simulated: Mapping[str, NDArray[np.float32]],
    tonnes: Floats,
    classes: NDArray[np.int8],
    cutoff_pct: float,
) -> pd.DataFrame:
    """Return the resource by class above a cut-off of the first element.

    Inferred is never added to the others: the row ``measured+indicated`` is the only sum.

    Parameters
    ----------
    kriged, simulated
        Grades in per cent by element, ``(blocks,)`` and ``(blocks, realisations)``.
    tonnes, classes
        Of each block.
    cutoff_pct
        Of the first element.

    Returns
    -------
    pandas.DataFrame
        ``class, cutoff_pct, ore_t``, each element's ``_pct`` and ``_t``, and P10 and P90 over
        realisations of ore and metal.
    """
    rows = []
    groups: list[tuple[str, list[int]]] = [
        ("measured", [3]), ("indicated", [2]), ("measured+indicated", [2, 3]), ("inferred", [1]),
    ]  # fmt: skip
    for name, numbers in groups:
        own = np.isin(classes, numbers)
        rows.append({"class": name, "cutoff_pct": cutoff_pct,
                     **_row(kriged, simulated, tonnes, own, cutoff_pct)})  # fmt: skip
    return pd.DataFrame(rows)


def _row(
    kriged: Mapping[str, Floats],
    simulated: Mapping[str, NDArray[np.float32]],
    tonnes: Floats,
    own: NDArray[np.bool_],
    cutoff_pct: float,
) -> dict[str, float]:
    first = next(iter(kriged))
    above = own & (kriged[first] >= cutoff_pct)
    ore = float(tonnes[above].sum())
    row = {"ore_t": ore}
    for element, grade in kriged.items():
        metal = float((tonnes * np.nan_to_num(grade))[above].sum() / 100.0)
        row[f"{element}_pct"] = 100.0 * metal / ore if ore else np.nan
        row[f"{element}_t"] = metal
    if not simulated:
        return row
    weight = tonnes[own][:, None] * (simulated[first][own] >= cutoff_pct)
    row |= _range("ore_t", weight.sum(axis=0))
    for element, drawn in simulated.items():
        row |= _range(f"{element}_t", (weight * np.nan_to_num(drawn[own])).sum(axis=0) / 100.0)
    return row


def _range(name: str, values: NDArray[np.floating[Any]]) -> dict[str, float]:
    low, high = np.quantile(values, [0.1, 0.9]) if len(values) else (np.nan, np.nan)
    return {f"{name}_p10": float(low), f"{name}_p90": float(high)}


def grade_tonnage(
    kriged: Mapping[str, Floats],
    simulated: Mapping[str, NDArray[np.float32]],
    tonnes: Floats,
    own: NDArray[np.bool_],
    cutoffs: Sequence[float],
) -> pd.DataFrame:
    """Return tonnes and grades above each cut-off: kriged, and P10, P50, P90 of the simulated.

    A quantile is taken of the tonnes and of the grade apart, so a P10 row is no one realisation.
    """
    first = next(iter(kriged))
    rows: list[dict[str, Any]] = []
    for cutoff in cutoffs:
        above = own & (kriged[first] >= cutoff)
        ore = float(tonnes[above].sum())
        row: dict[str, Any] = {"cutoff_pct": cutoff, "model": "kriged", "ore_t": ore}
        for element, grade in kriged.items():
            metal = float((tonnes * np.nan_to_num(grade))[above].sum())
            row[f"{element}_pct"] = metal / ore if ore else np.nan
        rows.append(row)
        if not simulated:
            continue
        weight = tonnes[own][:, None] * (simulated[first][own] >= cutoff)
        total = weight.sum(axis=0)
        means = {
            element: np.divide(
                (weight * np.nan_to_num(drawn[own])).sum(axis=0), total,
                out=np.full(len(total), np.nan), where=total > 0,
            )
            for element, drawn in simulated.items()
        }  # fmt: skip
        for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
            row = {"cutoff_pct": cutoff, "model": f"simulated {name}",
                   "ore_t": float(np.quantile(total, share))}  # fmt: skip
            for element, mean in means.items():
                some = mean[np.isfinite(mean)]
                row[f"{element}_pct"] = float(np.quantile(some, share)) if len(some) else np.nan
            rows.append(row)
    return pd.DataFrame(rows)


#: How each class reads in other codes: a range and the reason, never one word for another.
OTHER_CODES = pd.DataFrame(
    [
        ("measured", "A to B", "E1-E2, F1-F2, G1",
         "GKZ A and B ask for mine openings or dense drilling by the deposit's complexity group, "  # noqa: ISC004
         "which is not given here; UNFC's E and F need the economic and project status."),
        ("indicated", "B to C1", "E1-E2, F1-F2, G2",
         "C1 spans measured to indicated with the complexity group (1 to 4); a bridge needs it."),
        ("inferred", "C2 to P1", "E2-E3, F2-F3, G3",
         "C2 rests on few holes or geophysics and reaches up to indicated in simple deposits; P1 "  # noqa: ISC004
         "is prognostic and may only be an exploration target."),
        ("none", "P1 to P3", "E3, F3-F4, G4",
         "Prognostic: no class of resource; never reported with tonnes as if it were one."),
    ],
    columns=["class", "gkz", "unfc", "reason"],
)  # fmt: skip


def class_name(number: int) -> str:
    """Return the name of a class.

    Examples
    --------
    >>> class_name(2)
    'indicated'
    """
    return CLASSES[number]
