"""Tables of net-back, ladders, and the value of each scenario to each project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.corridor_value import Subset, response_range, shapley, subsets
from lodeway.economics.world import FEES, HAUL, Product, World
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Array = NDArray[np.float64]
_USED = 1e-6


def subset_state(scenario: str, subset: Subset, changes: int, baseline: str) -> str:
    """Return the name of the state in which just these changes are in force.

    Examples
    --------
    >>> subset_state("open", frozenset({1}), 2, "today")
    'open[1]'
    >>> subset_state("open", frozenset({0, 1}), 2, "today")
    'open'
    """
    if not subset:
        return baseline
    if len(subset) == changes:
        return scenario
    return f"{scenario}[{'+'.join(str(number) for number in sorted(subset))}]"


def netback_table(world: World) -> xr.Dataset:
    """Return net-back, freight and mine-gate value by lane, sale and state.

    Every state is valued in its own report year; the baseline column is repeated for the other
    years only where a scenario asks for the difference.
    """
    import xarray as xr

    states = [str(name) for name in world.states["state"]]
    shape = (len(world.sales), len(states), world.delivered.shape[-1])
    best, gate, kept = (np.full(shape, np.nan) for _ in range(3))
    chosen = np.full(shape[:2], "", dtype=object)
    used = np.zeros(shape[:2])
    netback = np.full((len(world.lanes), *shape[1:]), np.nan)
    delivered = np.full((len(world.lanes), shape[2]), np.nan)
    for column, state in enumerate(states):
        year = world.years.index(int(world.states["report_year"].iloc[column]))
        netback[:, column] = world.delivered[:, year] - world.freight[:, column]
        if state == world.baseline:
            delivered = world.delivered[:, year]
        for row, sale in enumerate(world.sales):
            product = world.product(sale, state, int(world.states["report_year"].iloc[column]))
            best[row, column], gate[row, column] = product.offer, product.offer_gate
            kept[row, column] = np.nan_to_num(product.netback)
            shares = product.choice.share(len(world.lanes_of(sale)))
            top = int(np.argmax(shares))
            chosen[row, column] = world.lanes[world.lanes_of(sale)[top]]
            used[row, column] = shares[top]
    return xr.Dataset(
        {
            "netback_usd_per_t": (("lane", "state", "draw"), netback),
            "freight_usd_per_t": (("lane", "state", "draw"), world.freight),
            "delivered_usd_per_t": (("lane", "draw"), delivered),
            "best_usd_per_t": (("sale", "state", "draw"), best),
            "mine_gate_usd_per_t": (("sale", "state", "draw"), gate),
            "shipped_usd_per_t": (("sale", "state", "draw"), kept),
            "chosen_lane": (("sale", "state"), chosen.astype(str)),
            "p_used": (("sale", "state"), used),
        },
        coords={
            "lane": list(world.lanes),
            "state": states,
            "sale": list(world.sales),
            "sale_of_lane": ("lane", list(world.lane_sale)),
            "market": ("lane", list(world.lane_market)),
            "project": ("lane", [sale.partition(":")[0] for sale in world.lane_sale]),
            "product": ("lane", [sale.partition(":")[2] for sale in world.lane_sale]),
            "project_of_sale": ("sale", [sale.partition(":")[0] for sale in world.sales]),
            "product_of_sale": ("sale", [sale.partition(":")[2] for sale in world.sales]),
        },
    )


def value_table(world: World) -> pd.DataFrame:
    """Return what each scenario is worth to each sale: together, alone and shared out."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for scenario in world.settings["scenario"][1:]:
        for sale in world.sales:
            rows += _sale_rows(world, scenario, sale)
    return pd.DataFrame(rows)


def combination_values(world: World, scenario: dict[str, Any], sale: str) -> dict[Subset, Array]:
    """Return the net-back of a sale in every combination of a scenario's changes, ``(draw,)``.

    A world without a route, or in which the best is known to bring a loss, counts as one in
    which nothing is sold: zero.
    """
    year, changes = world.report_year(scenario["name"]), len(scenario["change"])
    values = {}
    for subset in subsets(changes):
        state = subset_state(scenario["name"], subset, changes, world.baseline)
        values[subset] = np.nan_to_num(world.product(sale, state, year).netback)
    return values


def _sale_rows(world: World, scenario: dict[str, Any], sale: str) -> Iterator[dict[str, Any]]:
    name, changes = scenario["name"], scenario["change"]
    year, project = world.report_year(name), sale.partition(":")[0]
    with_, without = world.product(sale, name, year), world.product(sale, world.baseline, year)
    values = combination_values(world, scenario, sale)
    none, all_ = frozenset[int](), frozenset(range(len(changes)))
    saving = values[all_] - values[none]
    number = world.sales.index(sale)
    tonnes = world.tonnes[number]
    wet_share = 1.0 - world.moisture[number]
    fits = _fits(world, sale, name)
    common = {
        "scenario": name, "project": project, "sale": sale, "year": year,
        "p_used": float(np.mean(np.abs(saving) > _USED)),
        "tonnes_per_y": float(np.median(tonnes)), "fits": fits,
        "note": working_years(world, project, changes),
    }  # fmt: skip

    def row(what: str, numbers: Array, unit: str, change: str = "") -> dict[str, Any]:
        mean = float(np.mean(numbers))
        return {
            **common, "what": what, "change": change, "unit": unit, "mean": mean,
            **quantiles(numbers),
        }  # fmt: skip

    yield row("saving", saving, "USD/t")
    yield row("saving", saving * tonnes, "USD/y")
    low, high = _response(world, with_, without, saving)
    yield row("response_low", low, "USD/t")
    yield row("response_high", high, "USD/t")
    toll = world.toll(sale, name, year)
    if toll is None:
        toll = np.maximum(saving, 0.0)
    yield row("toll_breakeven", toll * wet_share[: len(toll)], "USD/wet t")
    if len(changes) > 1:
        shares = shapley(values, len(changes))
        for position, change in enumerate(changes):
            label = change_label(change)
            yield row("alone", values[frozenset({position})] - values[none], "USD/t", label)
            yield row("marginal", values[all_] - values[all_ - {position}], "USD/t", label)
            yield row("shapley", shares[position], "USD/t", label)


def _response(world: World, with_: Product, without: Product, saving: Array) -> tuple[Array, Array]:
    """Return users' saving after the carriers have answered; unchanged where no route is lost."""
    low, high = response_range(
        np.nan_to_num(without.freight),
        np.nan_to_num(with_.freight),
        np.nan_to_num(without.haul),
        np.nan_to_num(with_.haul),
        world.avoidable,
    )
    same = np.isfinite(with_.freight) & np.isfinite(without.freight)
    return np.where(same, low, saving), np.where(same, high, saving)


def change_label(change: dict[str, Any]) -> str:
    """Return how people call a change."""
    names = change["id"] if isinstance(change["id"], list) else [change["id"]]
    return str(change.get("label") or ", ".join(name.replace("_", " ") for name in names))


def working_years(world: World, project: str, changes: Sequence[dict[str, Any]]) -> str:
    """Return the years in which the mine works and every change is in force, in words."""
    first = max(
        [world.projects[project]["start_year"], *[change.get("from") or 0 for change in changes]]
    )
    last = min([world.years[-1], *[change.get("to") or 9999 for change in changes]])
    return f"mine and change both work {first} to {last}" if first <= last else "never both at work"


def _fits(world: World, sale: str, state: str) -> bool:
    column = list(world.states["state"]).index(state)
    return bool(world.fits[world.lanes_of(sale), column].any())


def ladder_table(world: World, sales: xr.Dataset, freight: xr.Dataset) -> pd.DataFrame:
    """Return two ladders for the chosen lane of each sale: delivered, and mine gate.

    The delivered ladder runs from what the market pays, line by line, through every component of
    freight, to the net-back. The mine-gate ladder runs from the delivered value to what the seller
    receives. Each is in USD per dry tonne, of the scenario's own report year. Other scenarios than
    the baseline are told only where they change the freight.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for scenario in world.scenarios:
        year = world.report_year(scenario)
        for sale in world.sales:
            product = world.product(sale, scenario, year)
            before = world.product(sale, world.baseline, year)
            same = np.array_equal(product.freight, before.freight, equal_nan=True)
            if same and scenario != world.baseline:
                continue
            shares = product.choice.share(len(world.lanes_of(sale)))
            if shares.max(initial=0.0) == 0.0:
                continue
            number = world.lanes_of(sale)[int(np.argmax(shares))]
            where = {"sale": sale, "lane": world.lanes[number], "state": scenario}
            steps = [
                *_value_steps(sales, world.lanes[number], year),
                *_freight_steps(world, freight, number, sale, scenario),
            ]
            rows += _numbered(where, "delivered", steps)
            rows += _numbered(where, "mine gate", _gate_steps(world, number, scenario, year))
    return pd.DataFrame(rows)


Step = tuple[str, str, Array]


def _numbered(where: dict[str, str], table: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return a ladder's rows; lines that are nothing in every world are left out."""
    kept = [step for step in steps if step[1] == "total" or np.nanmax(np.abs(step[2])) > 0.0]
    return [
        {**where, "table": table, "step": number, "line": line, "kind": kind, "unit": "USD/t",
         "mean": _mean(values), **quantiles(values)}
        for number, (line, kind, values) in enumerate(kept)
    ]  # fmt: skip


def _mean(values: Array) -> float | None:
    """Return the mean of the worlds that have a number; means add up where quantiles do not."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else None


def _value_steps(sales: xr.Dataset, lane: str, year: int) -> list[Step]:
    lines = sales["usd_per_t"].sel(lane=lane, year=year)
    steps: list[Step] = [
        (str(name), "value", np.nan_to_num(lines.sel(line=name).values))
        for name in lines["line"].values
    ]
    total = sales["delivered_usd_per_t"].sel(lane=lane, year=year).values
    return [*steps, ("delivered value", "total", total)]


def _freight_steps(
    world: World, freight: xr.Dataset, number: int, sale: str, state: str
) -> list[Step]:
    table = freight["usd_per_wet_t"].sel(lane=world.lanes[number], state=state)
    wet = 1.0 - world.moisture[world.sales.index(sale)]
    steps: list[Step] = [
        (str(name), "cost", -table.sel(component=name).values / wet)
        for name in table["component"].values
    ]
    column = list(world.states["state"]).index(state)
    year = world.years.index(world.report_year(state))
    total = world.delivered[number, year] - world.freight[number, column]
    return [*steps, ("net-back at the mine", "total", total)]


def _gate_steps(world: World, number: int, state: str, year: int) -> list[Step]:
    column = list(world.states["state"]).index(state)
    delivered = world.delivered[number, world.years.index(year)]
    to_point = world.to_point[number, column]
    beyond = world.freight[number, column] - to_point
    passed = world.passed[world.lane_sale[number].partition(":")[0]]
    return [
        ("delivered value", "value", delivered),
        ("freight to the sale point", "cost", -to_point),
        ("freight beyond it, deducted by the buyer", "cost", -passed * beyond),
        ("mine-gate value", "total", delivered - to_point - passed * beyond),
    ]


__all__ = [
    "FEES", "HAUL", "change_label", "combination_values", "ladder_table", "netback_table",
    "subset_state", "value_table", "working_years",
]  # fmt: skip
