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
from lodeway.model.parameters import fact_in

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
LIFE_YEARS = 40


def links_table(
    world: World,
    facts: Facts,
    rates_pct: Sequence[float],
    *,
    upkeep: Array,
    avoidable: Array,
    seed: int,
) -> pd.DataFrame:
    """Return the break-even of each unbuilt link, which says whether minerals pay for it.

    A link's yearly cost is an annuity of the claimed cost over 40 years, and upkeep. A tonne that
    takes it leaves the tariff over its length less avoidable cost; the break-even cargo is the
    traffic at which that pays. Beside it stand the share of that cargo which all projects of the
    study would fill if every tonne took the link, the tonnes that do take it at equal tariffs,
    and the share of the yearly cost that their savings pay (the link's Shapley share of what its
    scenario brings all projects but variants of another, in a year of full output).

    Raises
    ------
    LodewayError
        When a link names a scenario or a change that does not exist.
    """
    import pandas as pd

    everything = sum(
        world.tonnes[number] / (1.0 - world.moisture[number])
        for number, sale in enumerate(world.sales)
        if not world.projects[sale.partition(":")[0]]["variant_of"]
    )
    rows: list[dict[str, Any]] = []
    for number, link in enumerate(world.settings.get("link") or []):
        where = f"study.toml link[{number}]"
        scenario = world.scenarios.get(link["scenario"])
        if scenario is None or not 0 <= link["change"] < len(scenario["change"]):
            raise LodewayError(
                "unknown-id", where, link["scenario"], "a scenario and the position of its change",
                suggestion(link["scenario"], world.scenarios),
            )  # fmt: skip
        draws = len(upkeep)
        cost = sum((facts[name].draw(seed, draws, "USD") for name in link["cost_usd"]),
                   np.zeros(draws))  # fmt: skip
        length = fact_in(facts, link["length_km"], "km", f"{where}.length_km")
        tariff = fact_in(facts, link["tariff_usd_per_t_km"], "USD/t-km",
                         f"{where}.tariff_usd_per_t_km")  # fmt: skip
        earns = (
            length.draw(seed, draws, "km") * tariff.draw(seed, draws, "USD/t-km") * (1 - avoidable)
        )
        worth, wet = _worth(world, scenario, link["change"])
        for rate in rates_pct:
            yearly = annuity(cost, rate / 100.0, LIFE_YEARS) + upkeep * cost
            even = break_even_tonnes(yearly, earns)
            rows.append({
                **_about(link, facts, rate),
                **_spread("earns_usd_per_t", earns),
                **_spread("breakeven_mt_per_y", even / 1e6),
                **_spread("share_filled", everything / even),
                "study_mt_per_y": float(np.median(wet)) / 1e6,
                **_spread("paid_by_savings", np.maximum(worth, 0.0) / yearly),
                "verdict": _verdict(wet),
            })  # fmt: skip
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


def _about(link: dict[str, Any], facts: Facts, rate: float) -> dict[str, Any]:
    ranges = [facts[name].range("USD") for name in link["cost_usd"]]
    low, mode, high = (sum(part) for part in zip(*ranges, strict=True))
    ids = [*link["cost_usd"], link["length_km"], link["tariff_usd_per_t_km"]]
    return {
        "link": link["name"],
        "label": link["label"],
        "cost_usd_low": low,
        "cost_usd_mode": mode,
        "cost_usd_high": high,
        "source_id": "|".join(facts[name].source_id for name in ids),
        "rate_pct": float(rate),
    }


def _verdict(wet: Array) -> str:
    """Say in words whether the study's own cargo would come."""
    share = float(np.mean(wet > 0.0))
    if share == 0.0:
        return "at equal tariffs none of them would take it"
    return f"at equal tariffs some would take it in {share:.0%} of possible worlds"


def _spread(name: str, values: Array) -> dict[str, float | None]:
    numbers = quantiles(values)
    return {f"{name}_{key}": numbers[key] for key in ("p10", "p50", "p90")}
