"""Links that are not built: what they are said to cost, and the tonnes that would pay for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.corridor_value import annuity, break_even_tonnes, shapley
from lodeway.economics.valuation import combination_values
from lodeway.economics.world import World
from lodeway.errors import LodewayError, suggestion
from lodeway.model.facts import Facts
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
LIFE_YEARS = 40


def links_table(
    world: World, facts: Facts, rates_pct: Sequence[float], upkeep: Array, seed: int
) -> pd.DataFrame:
    """Return the break-even of each unbuilt link, which says whether minerals pay for it.

    A link's worth to the study is its Shapley share of what its scenario brings all projects (but
    variants of another), in a year of full output. Its yearly cost is an annuity of the claimed
    cost over 40 years and upkeep. The share filled is worth over cost; the break-even tonnage is
    the traffic at which the same saving per tonne would pay.

    Raises
    ------
    LodewayError
        When a link names a scenario or a change that does not exist.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for number, link in enumerate(world.settings.get("link") or []):
        where = f"study.toml link[{number}]"
        scenario = world.scenarios.get(link["scenario"])
        if scenario is None or not 0 <= link["change"] < len(scenario["change"]):
            raise LodewayError(
                "unknown-id", where, link["scenario"], "a scenario and the position of its change",
                suggestion(link["scenario"], world.scenarios),
            )  # fmt: skip
        cost = sum((facts[name].draw(seed, len(upkeep), "USD") for name in link["cost_usd"]),
                   np.zeros_like(upkeep))  # fmt: skip
        worth, wet_tonnes = _worth(world, scenario, link["change"])
        for rate in rates_pct:
            yearly = annuity(cost, rate / 100.0, LIFE_YEARS) + upkeep * cost
            rows.append(_row(link, facts, rate, worth=worth, wet=wet_tonnes, yearly=yearly))
    return pd.DataFrame(rows)


def _worth(world: World, scenario: dict[str, Any], change: int) -> tuple[Array, Array]:
    """Return USD per year and wet tonnes per year that the change carries, each ``(draw,)``."""
    draws = world.delivered.shape[-1]
    worth, wet = np.zeros(draws), np.zeros(draws)
    for number, sale in enumerate(world.sales):
        if world.projects[sale.partition(":")[0]]["variant_of"]:
            continue
        values = combination_values(world, scenario, sale)
        share = shapley(values, len(scenario["change"]))[change]
        worth += share * world.tonnes[number]
        users = np.abs(share) > 1e-6
        wet += np.where(users, world.tonnes[number] / (1.0 - world.moisture[number]), 0.0)
    return worth, wet


def _row(
    link: dict[str, Any], facts: Facts, rate: float, *, worth: Array, wet: Array, yearly: Array
) -> dict[str, Any]:
    saving = np.where(wet > 0.0, worth / np.maximum(wet, 1e-9), 0.0)
    tonnes = break_even_tonnes(yearly, saving)
    filled = np.maximum(worth, 0.0) / yearly
    ranges = [facts[name].range("USD") for name in link["cost_usd"]]
    low, mode, high = (sum(part) for part in zip(*ranges, strict=True))
    middle = float(np.median(filled))
    verdict = (
        "no project of the study would use it"
        if not np.any(wet > 0.0)
        else f"the study's minerals fill {middle:.0%} of what would pay for it"
    )
    return {
        "link": link["name"],
        "label": link["label"],
        "cost_usd_low": low,
        "cost_usd_mode": mode,
        "cost_usd_high": high,
        "source_id": "|".join(facts[name].source_id for name in link["cost_usd"]),
        "rate_pct": float(rate),
        **{f"breakeven_mt_per_y_{name}": value for name, value in _millions(tonnes).items()},
        "study_mt_per_y": float(np.median(wet)) / 1e6,
        **{f"share_filled_{name}": value for name, value in _plain(filled).items()},
        "verdict": verdict,
    }


def _millions(values: Array) -> dict[str, float | None]:
    scaled = quantiles(values / 1e6)
    return {name: scaled[name] for name in ("p10", "p50", "p90")}


def _plain(values: Array) -> dict[str, float | None]:
    numbers = quantiles(values)
    return {name: numbers[name] for name in ("p10", "p50", "p90")}
