"""Yearly flows of a project: output with ramp-up, mine-gate revenue, running and capital cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.world import World
from lodeway.errors import LodewayError, suggestion
from lodeway.model.facts import Facts

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

#: Keys of ``[project.cost]`` and the unit of the fact that each names.
COST_UNITS: Mapping[str, str] = {
    "capex_usd": "USD",
    "opex_usd_per_t_ore": "USD/t",
    "opex_usd_per_t_rock": "USD/t",
    "opex_usd_per_t_product": "USD/t",
    "opex_usd_per_t_metal": "USD/t",
    "sustaining_usd_per_t_ore": "USD/t",
    "electricity_usd_per_kwh": "USD/kWh",
}
#: Keys that are no facts: the name of a price, and a number of years.
COST_WORDS = ("gas_price", "capex_years")


@dataclass(frozen=True)
class Flows:
    """Yearly money of one project, each of shape ``(draw, year)`` in real USD.

    `output` is the share of full output, `metal_t` the metal of the first product.
    """

    revenue: Array
    opex: Array
    capex: Array
    output: Array
    metal_t: Array


def output_share(years: Sequence[int], start: int, ramp: Sequence[float], life: Array) -> Array:
    """Return the share of full output by draw and year; the last year of life may be a part.

    Parameters
    ----------
    years
        Years of the study, in order.
    start
        First year of production.
    ramp
        Shares of full output in the first years; full afterwards.
    life
        Working life in years of full calendar, shape ``(draw,)``.

    Examples
    --------
    >>> output_share(range(2026, 2031), 2027, [0.5], np.array([2.5]))
    array([[0. , 0.5, 1. , 0.5, 0. ]])
    """
    age = np.array([year - start for year in years], dtype=np.float64)
    steps = np.array([*ramp, 1.0])
    pace = steps[np.clip(age, 0, len(ramp)).astype(int)]
    alive = np.clip(life[:, None] - age[None, :], 0.0, 1.0)
    return np.where(age >= 0.0, pace * alive, 0.0)


def capital_by_year(years: Sequence[int], start: int, spread: int, capex: Array) -> Array:
    """Spread capital evenly over the years before the start, ``(draw, year)``.

    What would fall before the study's first year falls into it: money that is still to be spent.

    Examples
    --------
    >>> capital_by_year(range(2026, 2030), 2028, 2, np.array([10.0]))
    array([[5., 5., 0., 0.]])
    """
    table = np.zeros((len(capex), len(years)))
    for back in range(1, spread + 1):
        table[:, max(start - back - years[0], 0)] += capex / spread
    return table


def project_flows(
    world: World,
    project: str,
    scenario: str,
    *,
    facts: Facts,
    seed: int,
    plant: xr.Dataset,
    prices: xr.Dataset,
    planned: xr.Dataset | None = None,
) -> Flows:
    """Return a project's flows in a scenario: in each year the network is in that year's state.

    Parameters
    ----------
    world
        The joined tables.
    project, scenario
        Names.
    facts, seed
        The study's numbers.
    plant
        Ore, gas and power of each project in a year of full output.
    prices
        Price paths, for gas.
    planned
        Output by year of the projects that have a plan of the mine, instead of ramp and life.
    """
    if planned is not None and project in planned["project"].values:
        own = planned.sel(project=project)
        return _planned_flows(world, project, scenario, own, facts, seed, plant, prices)
    section = world.projects[project]
    if "opex_usd_per_t_rock" in section["cost"]:
        raise LodewayError(
            "bad-study", f"project {project} cost.opex_usd_per_t_rock", "a cost of rock",
            "a [mine] section that plans the rock", "without a plan, put it into the cost of ore",
        )  # fmt: skip
    draws = world.delivered.shape[-1]
    life = facts[section["life_y"]].draw(seed, draws, "y")
    output = output_share(world.years, section["start_year"], section["ramp"], life)
    cost = cost_facts(section, facts, seed, draws)
    spread = int(section["cost"].get("capex_years", 1))
    capital = capital_by_year(world.years, section["start_year"], spread, cost["capex_usd"])
    full = {name: plant[name].sel(project=project).values[:, None] for name in plant.data_vars}
    product = np.sum([world.tonnes[world.sales.index(s)] for s in world.sales_of(project)], axis=0)
    yearly = (
        cost["opex_usd_per_t_ore"][:, None] * full["ore_t_per_y"]
        + cost["opex_usd_per_t_product"][:, None] * product[:, None]
        + cost["opex_usd_per_t_metal"][:, None] * full["metal_t_per_y"]
        + cost["electricity_usd_per_kwh"][:, None] * full["electricity_mwh_per_y"] * 1e3
        + _gas(section, prices, world) * full["gas_gj_per_y"]
    )
    sustaining = cost["sustaining_usd_per_t_ore"][:, None] * full["ore_t_per_y"]
    return Flows(
        revenue=_revenue(world, project, scenario) * output,
        opex=yearly * output,
        capex=capital + sustaining * output,
        output=output,
        metal_t=full["metal_t_per_y"] * output,
    )


def _planned_flows(
    world: World,
    project: str,
    scenario: str,
    planned: xr.Dataset,
    facts: Facts,
    seed: int,
    plant: xr.Dataset,
    prices: xr.Dataset,
) -> Flows:
    """Return the flows of a project whose mine has a plan: each cost follows what causes it."""
    section = world.projects[project]
    cost = cost_facts(section, facts, seed, world.delivered.shape[-1])
    full = {name: plant[name].sel(project=project).values[:, None] for name in plant.data_vars}
    ore = planned["ore_share"].transpose("draw", "year").values
    product = planned["product_share"].transpose("draw", "year").values
    sold = np.sum([world.tonnes[world.sales.index(s)] for s in world.sales_of(project)], axis=0)
    column = {name: values[:, None] for name, values in cost.items()}
    by_ore = (
        column["opex_usd_per_t_ore"] * full["ore_t_per_y"]
        + column["electricity_usd_per_kwh"] * full["electricity_mwh_per_y"] * 1e3
        + _gas(section, prices, world) * full["gas_gj_per_y"]
    )
    by_product = (
        column["opex_usd_per_t_product"] * sold[:, None]
        + column["opex_usd_per_t_metal"] * full["metal_t_per_y"]
    )
    moved = column["opex_usd_per_t_rock"] * planned["rock_t"].values[None, :]
    spread = int(section["cost"].get("capex_years", 1))
    capital = capital_by_year(world.years, section["start_year"], spread, cost["capex_usd"])
    sustaining = column["sustaining_usd_per_t_ore"] * full["ore_t_per_y"]
    return Flows(
        revenue=_revenue(world, project, scenario) * product,
        opex=by_ore * ore + by_product * product + moved,
        capex=capital + sustaining * ore,
        output=product,
        metal_t=full["metal_t_per_y"] * product,
    )


def cost_facts(section: Mapping[str, Any], facts: Facts, seed: int, draws: int) -> dict[str, Array]:
    """Return the draws of every cost of a project; a cost that is not named is zero.

    Raises
    ------
    LodewayError
        For a key that is not known, with a suggestion.
    """
    found = {name: np.zeros(draws) for name in COST_UNITS}
    for key, value in section["cost"].items():
        if key in COST_WORDS:
            continue
        if key not in COST_UNITS:
            raise LodewayError(
                "bad-study", f"project {section['name']} cost.{key}", "an unknown key",
                "a known cost", suggestion(key, [*COST_UNITS, *COST_WORDS]),
            )  # fmt: skip
        found[key] = facts[value].draw(seed, draws, COST_UNITS[key])
    return found


def _gas(section: Mapping[str, Any], prices: xr.Dataset, world: World) -> Array:
    """Return the gas price by draw and year, USD/GJ; zero for a project that names none."""
    name = section["cost"].get("gas_price")
    if not name:
        return np.zeros((1, 1))
    values = prices["level"].sel(price=name, year=list(world.years))
    return np.asarray(values.transpose("draw", "year").values)


def _revenue(world: World, project: str, scenario: str) -> Array:
    """Return revenue at full output by draw and year; without a road nothing is sold."""
    columns = []
    for year in world.years:
        state = world.state_in(scenario, year)
        columns.append(
            sum(
                np.nan_to_num(world.product(sale, state, year).mine_gate)
                * world.tonnes[world.sales.index(sale)]
                for sale in world.sales_of(project)
            )
        )
    return np.stack(columns, axis=1)
