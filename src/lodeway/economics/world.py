"""The joined tables of a study: what every lane brings and costs in every state and world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.netback import Choice, choose, passed_share, per_dry_tonne
from lodeway.randomness import uniform

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from lodeway.model.facts import Facts
    from lodeway.model.stage import StageContext

Array = NDArray[np.float64]
#: Components of freight that are a carrier's tariff, and those that go to states at the border.
HAUL = ("haul road", "haul rail", "haul sea", "haul ferry", "backhaul", "services")
FEES = ("border fees",)


@dataclass(frozen=True)
class Product:
    """One sale in one state and year: which lane, and what it brings, per dry tonne.

    `offer` and `offer_gate` are net-back and mine-gate value of the chosen lane, whatever they
    are. The others are NaN in worlds in which nothing is shipped: there is no road, or the best
    lane is known to bring a loss.
    """

    choice: Choice
    offer: Array
    offer_gate: Array
    netback: Array
    delivered: Array
    freight: Array
    mine_gate: Array
    haul: Array
    fees: Array


@dataclass(frozen=True)
class World:
    """Arrays of a study with the lanes of each sale side by side.

    Shapes: `delivered` ``(lane, year, draw)``, `freight`, `known`, `through` (known cost by
    the best way through what a state opens) and `to_point` ``(lane, state, draw)`` in USD per dry
    tonne, `haul` and `fees` likewise, `tonnes` and `moisture`
    ``(sale, draw)``, `fits` ``(lane, state)``.
    """

    settings: Mapping[str, Any]
    lanes: Sequence[str]
    lane_sale: Sequence[str]
    lane_market: Sequence[str]
    sales: Sequence[str]
    states: pd.DataFrame
    years: Sequence[int]
    delivered: Array
    freight: Array
    known: Array
    through: Array
    to_point: Array
    haul: Array
    fees: Array
    tonnes: Array
    moisture: Array
    fits: NDArray[np.bool_]
    passed: Mapping[str, Array]
    avoidable: Array

    @cached_property
    def projects(self) -> dict[str, dict[str, Any]]:
        """Sections of the study file by project."""
        return {project["name"]: project for project in self.settings["project"]}

    @cached_property
    def scenarios(self) -> dict[str, dict[str, Any]]:
        """Sections of the study file by scenario."""
        return {scenario["name"]: scenario for scenario in self.settings["scenario"]}

    @cached_property
    def baseline(self) -> str:
        """The first scenario: no change."""
        return str(self.settings["scenario"][0]["name"])

    @cached_property
    def _state_number(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.states["state"])}

    def lanes_of(self, sale: str) -> list[int]:
        """Return the positions of a sale's lanes."""
        return [number for number, name in enumerate(self.lane_sale) if name == sale]

    def sales_of(self, project: str) -> list[str]:
        """Return a project's sales."""
        return [sale for sale in self.sales if sale.partition(":")[0] == project]

    def report_year(self, scenario: str) -> int:
        """Return the year of a scenario's per-tonne figures."""
        row = self.states.loc[self.states["state"] == scenario, "report_year"]
        return int(row.iloc[0])

    def state_in(self, scenario: str, year: int) -> str:
        """Return the state that a scenario is in, in a year: the changes then in force."""
        changes = self.scenarios[scenario]["change"]
        force = [
            number
            for number, change in enumerate(changes)
            if (change.get("from") or 0) <= year <= (change.get("to") or 9999)
        ]
        if not force:
            return self.baseline
        if len(force) == len(changes):
            return scenario
        return f"{scenario}[{'+'.join(map(str, force))}]"

    def product(self, sale: str, state: str, year: int) -> Product:
        """Choose a sale's lane in a state and return what it brings in a year."""
        rows, column = self.lanes_of(sale), self._state_number[state]
        number = self.years.index(year)
        delivered = self.delivered[rows, number]
        freight = self.freight[rows, column]
        seen = delivered.mean(axis=1, keepdims=True) - self.known[rows, column]
        fits = self.fits[rows, column]
        if fits.any():
            seen = np.where(fits[:, None], seen, np.nan)
        choice = choose(seen, delivered - freight)
        gross, paid = choice.take(delivered), choice.take(freight)
        to_point = choice.take(self.to_point[rows, column])
        passed = self.passed[sale.partition(":")[0]]
        gate = gross - to_point - passed * (paid - to_point)
        haul, fees = (choice.take(table[rows, column]) for table in (self.haul, self.fees))
        shipped = choice.take(seen) > 0.0
        if shipped.all():
            return Product(choice, gross - paid, gate, gross - paid, gross, paid, gate, haul, fees)
        kept = [np.where(shipped, part, np.nan) for part in (gross, paid, gate, haul, fees)]
        return Product(choice, gross - paid, gate, kept[0] - kept[1], *kept)

    def toll(self, sale: str, state: str, year: int) -> Array | None:
        """Return the highest toll at which cargo would take what a state opens, per dry tonne.

        Negative where cargo would have to be paid that much to come; None where nothing opens.
        The chooser compares known net-backs; not to ship is worth nothing. One value for each
        world that was searched.
        """
        rows, column = self.lanes_of(sale), self._state_number[state]
        value = self.delivered[rows, self.years.index(year)].mean(axis=1, keepdims=True)
        through = value - self.through[rows, column]
        if not np.isfinite(through).any():
            return None
        today = self._state_number[self.baseline]
        best = _best(value - self.known[rows, today], self.fits[rows, today])
        toll: Array = _best(through, self.fits[rows, column]) - np.maximum(best, 0.0)
        return toll[np.isfinite(toll)]


def _best(netback: Array, fits: NDArray[np.bool_]) -> Array:
    """Return the best known net-back over lanes that fit, or over all where none does."""
    allowed = fits[:, None] if fits.any() else np.ones_like(netback, dtype=bool)
    best: Array = np.where(allowed & np.isfinite(netback), netback, -np.inf).max(axis=0)
    return best


def gather(context: StageContext, facts: Facts, avoidable: Array) -> World:
    """Join the results upstream; `avoidable` is the share of a tariff that can be cut.

    A lane fits when its tonnes fit the network and what its market says that it takes.
    """
    sales: xr.Dataset = context.table("sales", "sales")
    freight: xr.Dataset = context.table("corridors", "freight")
    streams: xr.Dataset = context.table("processing", "streams")
    freight = freight.sel(lane=sales["lane"].values)
    lane_sale = [str(name) for name in sales["sale_of_lane"].values]
    moisture = streams["moisture"].sel(sale=lane_sale).values
    wet = freight["usd_per_wet_t"].transpose("lane", "state", "component", "draw")

    def dry(table: Any) -> Array:
        return per_dry_tonne(np.asarray(table, dtype=np.float64), moisture[:, None, :])

    def part(names: Sequence[str]) -> Array:
        chosen = [name for name in names if name in wet["component"].values]
        return dry(wet.sel(component=chosen).sum("component", skipna=False).values)

    return World(
        settings=context.settings,
        lanes=[str(name) for name in sales["lane"].values],
        lane_sale=lane_sale,
        lane_market=[str(name) for name in sales["market"].values],
        sales=[str(name) for name in streams["sale"].values],
        states=context.table("corridors", "states"),
        years=[int(year) for year in sales["year"].values],
        delivered=sales["delivered_usd_per_t"].transpose("lane", "year", "draw").values,
        freight=dry(wet.sum("component", skipna=False).values),
        known=dry(freight["known_usd_per_wet_t"].transpose("lane", "state", "draw").values),
        through=dry(freight["through_usd_per_wet_t"].transpose("lane", "state", "draw").values),
        to_point=dry(freight["to_point_usd_per_wet_t"].transpose("lane", "state", "draw").values),
        haul=part(HAUL),
        fees=part(FEES),
        tonnes=streams["product_t_per_y"].transpose("sale", "draw").values,
        moisture=streams["moisture"].transpose("sale", "draw").values,
        fits=freight["fits"].transpose("lane", "state").values.astype(bool)
        & _taken(context, facts, sales, streams)[:, None],
        passed=_passed(context),
        avoidable=avoidable,
    )


def _taken(
    context: StageContext, facts: Facts, sales: xr.Dataset, streams: xr.Dataset
) -> NDArray[np.bool_]:
    """Return for each lane whether its market takes so much; one that says nothing takes all."""
    intake = {
        market["name"]: facts[market["intake_t_per_y"]].value("t/y")
        for market in context.settings["market"]
        if market.get("intake_t_per_y")
    }
    wet = streams["wet_t_per_y"].median("draw")
    return np.array(
        [
            float(wet.sel(sale=sale)) <= intake.get(str(market), np.inf)
            for sale, market in zip(
                sales["sale_of_lane"].values, sales["market"].values, strict=True
            )
        ]
    )


def _passed(context: StageContext) -> dict[str, Array]:
    """Return each project's share of freight beyond the sale point that the seller bears."""
    return {
        project["name"]: passed_share(
            project["sale"]["freight_payer"],
            tuple(project["sale"]["pass_through"]),
            uniform(context.seed, "pass-through", project["name"], context.draws),
        )
        for project in context.settings["project"]
    }
