"""What one scenario is worth to a whole study, from the tables of the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lodeway.economics.corridor_value import Subset, shapley, subsets
from lodeway.economics.valuation import change_label, subset_state
from lodeway.errors import LodewayError, suggestion

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def corridor_summary(
    settings: Mapping[str, Any],
    scenario: str,
    netback: xr.Dataset,
    value: pd.DataFrame,
    gains: pd.DataFrame,
) -> dict[str, Any]:
    """Return the value of a scenario: means over all possible worlds, weighted by tonnes.

    Parameters
    ----------
    settings
        The study file.
    scenario
        One of its scenarios beside the first.
    netback, value, gains
        Tables of the economics stage.

    Returns
    -------
    dict
        ``changes``; ``combinations`` and ``shapley`` (USD/t; the shares sum to ``saving``);
        ``saving, response_low, response_high`` (USD/t), ``toll_breakeven`` (USD per wet t),
        ``gains`` by party (USD/y; they sum to ``gains_total``), ``p_used``, ``tonnes`` (t/y), the
        same by sale, and ``units``. Variants of a project stand by sale only: they replace it.

    Raises
    ------
    LodewayError
        With code ``unknown-id`` for a scenario that the study does not have.
    """
    sections = {str(item["name"]): item for item in settings["scenario"]}
    names = list(sections)
    if scenario not in names[1:]:
        raise LodewayError(
            "unknown-id", "--scenario", repr(scenario), "a scenario beside the first",
            suggestion(scenario, names[1:]),
        )  # fmt: skip
    changes = sections[scenario]["change"]
    own = value[value["scenario"] == scenario]
    variants = {str(p["name"]) for p in settings["project"] if p.get("variant_of")}
    by_sale = [
        _of_sale(own[own["sale"] == sale], str(sale), netback, scenario, len(changes), names[0])
        for sale in own["sale"].unique()
    ]
    counted = [row for row in by_sale if row["project"] not in variants]
    weights = np.array([row["tonnes"] for row in counted])
    labels = [change_label(change) for change in changes]

    def mean(key: str) -> float:
        numbers = np.array([row[key] for row in counted])
        return float(numbers @ weights / weights.sum()) if weights.sum() > 0 else 0.0

    worth: dict[Subset, Any] = {}
    for subset in subsets(len(changes)):
        numbers = np.array([row["worth"][subset] for row in counted])
        worth[subset] = np.array(float(numbers @ weights / max(weights.sum(), 1e-12)))
    shares = shapley(worth, len(changes))
    parties = _parties(gains, scenario, variants)
    total = parties.pop("whole", 0.0)
    return {
        "scenario": scenario,
        "year": int(own["year"].iloc[0]),
        "changes": labels,
        "combinations": [
            {"changes": [labels[n] for n in sorted(subset)], "value": float(worth[subset])}
            for subset in subsets(len(changes))
        ],
        "shapley": {label: float(share) for label, share in zip(labels, shares, strict=True)},
        "saving": float(worth[frozenset(range(len(changes)))]),
        "response_low": mean("response_low"),
        "response_high": mean("response_high"),
        "toll_breakeven": mean("toll_breakeven"),
        "gains": parties,
        "gains_total": total,
        "p_used": mean("p_used"),
        "tonnes": float(weights.sum()),
        "sales": [{key: row[key] for key in row if key != "worth"} for row in by_sale],
        "units": {
            "saving, response_low, response_high, combinations, shapley": "USD per dry t, mean",
            "toll_breakeven": "USD per wet t, mean",
            "gains": "USD a year, mean",
            "tonnes": "dry t a year",
        },
    }


def _of_sale(
    rows: pd.DataFrame,
    sale: str,
    netback: xr.Dataset,
    scenario: str,
    changes: int,
    baseline: str,
) -> dict[str, Any]:
    def said(what: str) -> float:
        row = rows[(rows["what"] == what) & (rows["unit"] != "USD/y")]
        return float(row["mean"].iloc[0])

    table = netback["shipped_usd_per_t"].sel(sale=sale)
    saved = said("saving")
    values = {
        subset: float(
            table.sel(state=subset_state(scenario, subset, changes, baseline)).values.mean()
        )
        for subset in subsets(changes)
    }
    # the stored baseline is told for its own year; in the scenario's year it is what saves nothing
    nothing = values[frozenset(range(changes))] - saved
    first = rows.iloc[0]
    return {
        "sale": sale,
        "project": str(first["project"]),
        "tonnes": float(first["tonnes_per_y"]),
        "p_used": float(first["p_used"]),
        "fits": bool(first["fits"]),
        "note": str(first["note"]),
        "saving": saved,
        "response_low": said("response_low"),
        "response_high": said("response_high"),
        "toll_breakeven": said("toll_breakeven"),
        "worth": {
            subset: (number - nothing if subset else 0.0) for subset, number in values.items()
        },
    }


def _parties(gains: pd.DataFrame, scenario: str, variants: Sequence[str] | set[str]) -> Any:
    own = gains[(gains["scenario"] == scenario) & ~gains["project"].isin(variants)]
    return {str(party): float(mean) for party, mean in own.groupby("party")["mean"].sum().items()}
