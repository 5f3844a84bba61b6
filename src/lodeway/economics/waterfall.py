"""One project's net-back in one scenario: the waterfall, how far it may be hauled, what switches.

Both answers are closed forms of what the chain has computed. Along one lane the net-back falls by
the haul rate with every kilometre, so it is gone after ``km + net-back / rate``. Over prices the
net-back of a lane is a straight line (payable metal, and costs that follow the goods' value), so
two lanes are worth the same at the price where their lines cross.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.netback import break_even_km
from lodeway.economics.terms import PER_TONNE
from lodeway.errors import LodewayError, suggestion
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from lodeway.model.stage import Result

Array = NDArray[np.float64]
_LAND_HAUL = ("haul road", "haul rail", "backhaul")
#: Components of freight that follow the value of the goods.
_WITH_VALUE = ("inventory", "losses", "insurance")
_LAND = ("road", "rail")


@dataclass(frozen=True)
class Line:
    """A lane's net-back as a straight line of the main price, each of shape ``(draw,)``.

    Attributes
    ----------
    slope, level
        USD per dry tonne for a dollar per tonne of metal, and at a price of nothing.
    """

    slope: Array
    level: Array


def switch_prices(best: Line, other: Line) -> Array:
    """Return the price at which another lane is worth as much; NaN where the lines never cross.

    ``(level_other - level_best) / (slope_best - slope_other)``, and only above zero.

    Examples
    --------
    >>> one, two = Line(np.array([0.2]), np.array([-50.0])), Line(np.array([0.19]), np.array([0.0]))
    >>> switch_prices(one, two).round(6)
    array([5000.])
    """
    steeper = best.slope - other.slope
    small = 1e-12 * (np.abs(best.slope) + np.abs(other.slope))
    apart = np.abs(steeper) > small
    price = np.divide(
        other.level - best.level, steeper, out=np.full_like(steeper, np.nan), where=apart
    )
    return np.where(price > 0.0, price, np.nan)


def netback_answer(
    settings: Mapping[str, Any],
    results: Mapping[str, Result],
    project: str,
    scenario: str,
    *,
    product: str = "",
    market: str = "",
) -> dict[str, Any]:
    """Return the waterfall and the two break-evens of a project in a scenario.

    Parameters
    ----------
    settings
        The study file.
    results
        Results of the stages processing, sales, corridors and economics, by name.
    project, scenario
        Names.
    product, market
        Another product than the project's first, another market than the one chosen.

    Raises
    ------
    LodewayError
        For a name that does not exist, and where no road leads to a market.
    """
    tables = _Tables(settings, results, scenario)
    sale = tables.sale_of(project, product)
    lane = tables.lane_of(sale, market)
    lines = tables.lines(sale, lane)
    named = {line["name"]: line for line in lines}
    answer: dict[str, Any] = {
        "project": project, "product": sale.partition(":")[2], "scenario": scenario,
        "market": lane.partition(">")[2], "year": tables.year, "unit": "USD/t",
        "delivered": named["delivered value"]["p50"],
        "netback": named["net-back at the mine"]["p50"],
        "mine_gate": named["mine-gate value"]["p50"],
    }  # fmt: skip
    return {**answer, **tables.reach(lane), **tables.switch(sale, lane), "lines": lines}


class _Tables:
    """The chain's tables, seen from one scenario in its report year."""

    def __init__(
        self, settings: Mapping[str, Any], results: Mapping[str, Result], scenario: str
    ) -> None:
        self.settings, self.scenario = settings, scenario
        self.streams: xr.Dataset = results["processing"].data["streams"]  # type: ignore[assignment]
        self.prices: xr.Dataset = results["sales"].data["prices"]  # type: ignore[assignment]
        self.sales: xr.Dataset = results["sales"].data["sales"]  # type: ignore[assignment]
        self.freight: xr.Dataset = results["corridors"].data["freight"]  # type: ignore[assignment]
        self.legs: pd.DataFrame = results["corridors"].data["legs"]  # type: ignore[assignment]
        self.netback: xr.Dataset = results["economics"].data["netback"]  # type: ignore[assignment]
        states: pd.DataFrame = results["corridors"].data["states"]  # type: ignore[assignment]
        self.ladder: pd.DataFrame = results["economics"].data["ladder"]  # type: ignore[assignment]
        known = [str(section["name"]) for section in settings["scenario"]]
        _known("--scenario", scenario, known)
        self.baseline = known[0]
        self.year = int(states.loc[states["state"] == scenario, "report_year"].iloc[0])

    def sale_of(self, project: str, product: str) -> str:
        """Return the sale of a project's product, by default of its first."""
        names = [str(section["name"]) for section in self.settings["project"]]
        _known("--project", project, names)
        sales = [str(sale) for sale in self.streams["sale"].values
                 if str(sale).partition(":")[0] == project]  # fmt: skip
        if product:
            _known("--product", product, [sale.partition(":")[2] for sale in sales])
            return f"{project}:{product}"
        return sales[0]

    def lane_of(self, sale: str, market: str) -> str:
        """Return the lane that the sale takes in most worlds, or the one asked for."""
        lanes = self.lanes_of(sale)
        if market:
            _known("--market", market, [lane.partition(">")[2] for lane in lanes])
            return f"{sale}>{market}"
        lane = str(self.netback["chosen_lane"].sel(sale=sale, state=self.scenario).values)
        if not lane or not float(self.netback["p_used"].sel(sale=sale, state=self.scenario)):
            raise LodewayError(
                "no-route", f"{sale} under {self.scenario}", "no market that can be reached",
                "a route", "lodeway route says what stands in the way",
            )  # fmt: skip
        return lane

    def lanes_of(self, sale: str) -> list[str]:
        """Return a sale's lanes."""
        lanes = self.sales["lane"].values
        return [str(lane) for lane in lanes if str(lane).partition(">")[0] == sale]

    def lines(self, sale: str, lane: str) -> list[dict[str, Any]]:
        """Return the waterfall, line by line: what the market pays, freight, and what is left."""
        value = self.sales["usd_per_t"].sel(lane=lane, year=self.year)
        steps = [(str(name), np.nan_to_num(value.sel(line=name).values))
                 for name in value["line"].values]  # fmt: skip
        delivered = self.sales["delivered_usd_per_t"].sel(lane=lane, year=self.year).values
        freight = self._dry(lane)
        parts = [(name, -usd) for name, usd in freight.items()]
        whole = np.sum(list(freight.values()), axis=0)
        found = [_line(name, usd) for name, usd in steps if np.any(usd)]
        found.append(_line("delivered value", delivered))
        found += [_line(name, usd) for name, usd in parts if np.any(np.nan_to_num(usd))]
        found.append(_line("net-back at the mine", delivered - whole))
        return [*found, *self._gate_lines(sale, lane, delivered)]

    def _gate_lines(self, sale: str, lane: str, delivered: Array) -> list[dict[str, Any]]:
        """Return what the seller receives, as the economics stage has split it."""
        chosen = str(self.netback["chosen_lane"].sel(sale=sale, state=self.scenario).values)
        table = self.ladder[(self.ladder["sale"] == sale) & (self.ladder["table"] == "mine gate")]
        rows = table[table["state"] == self.scenario]
        if rows.empty:  # a scenario that moves nothing has the ladder of the baseline
            rows = table[table["state"] == self.baseline]
        if lane == chosen and not rows.empty and rows["lane"].iloc[0] == lane:
            return [
                {"name": row["line"], "mean": row["mean"], "p10": row["p10"], "p50": row["p50"],
                 "p90": row["p90"], "unit": "USD/t"}
                for row in rows.to_dict("records") if row["line"] != "delivered value"
            ]  # fmt: skip
        to_point = self.freight["to_point_usd_per_wet_t"].sel(lane=lane, state=self.scenario)
        kept = delivered - to_point.values / self._wet_share(lane)
        return [_line("mine-gate value", kept)]

    def _wet_share(self, lane: str) -> Array:
        moisture = self.streams["moisture"].sel(sale=lane.partition(">")[0]).values
        return np.asarray(1.0 - moisture)

    def _dry(self, lane: str) -> dict[str, Array]:
        """Return each component of freight per dry tonne."""
        table = self.freight["usd_per_wet_t"].sel(lane=lane, state=self.scenario)
        return {
            str(name): table.sel(component=name).values / self._wet_share(lane)
            for name in table["component"].values
        }

    def reach(self, lane: str) -> dict[str, Any]:
        """Return how far the product may be hauled over land until its net-back is gone."""
        legs = self.legs[(self.legs["lane"] == lane) & (self.legs["state"] == self.scenario)]
        km = float(legs.loc[legs["mode"].isin(_LAND), "km"].sum())
        freight = self._dry(lane)
        haul = np.sum([freight[name] for name in _LAND_HAUL if name in freight], axis=0)
        rate = float(np.nanmedian(haul)) / km if km > 0.0 else 0.0
        delivered = self.sales["delivered_usd_per_t"].sel(lane=lane, year=self.year).values
        left = float(np.nanmedian(delivered - np.sum(list(freight.values()), axis=0)))
        far = km + break_even_km(left, rate) if rate > 0.0 and np.isfinite(left) else None
        return {"haul_km": km, "haul_usd_per_t_km": rate, "breakeven_km": far}

    def switch(self, sale: str, lane: str) -> dict[str, Any]:
        """Return the price nearest to today's at which another lane is the better one."""
        main = self._main_price(lane)
        nothing = {"switch_price": None, "switch_price_unit": None, "switch_to": None,
                   "switch_of": main}  # fmt: skip
        if main is None:
            return nothing
        unit = next(item["unit"] for item in self.settings["price"] if item["name"] == main)
        now = float(np.median(self.prices["level"].sel(price=main, year=self.year).values))
        best, found = self._line_of(lane, main), []
        for other in self.lanes_of(sale):
            if other != lane:
                prices = switch_prices(best, self._line_of(other, main))
                if np.isfinite(prices).mean() >= 0.5:
                    numbers = quantiles(prices / PER_TONNE.get(unit, 1.0))
                    found.append((abs(float(numbers["p50"] or 0.0) - now), other, numbers))
        if not found:
            return nothing
        _, other, numbers = min(found, key=lambda item: (item[0], item[1]))
        return {
            "switch_price": numbers["p50"], "switch_price_unit": unit,
            "switch_price_p10": numbers["p10"], "switch_price_p90": numbers["p90"],
            "switch_to": other.partition(">")[2], "switch_of": main,
        }  # fmt: skip

    def _main_price(self, lane: str) -> str | None:
        """Return the name of the price behind the largest line of the invoice."""
        section = self._terms(lane)
        if section.get("price"):
            return str(section["price"])
        lines = self.sales["usd_per_t"].sel(lane=lane, year=self.year).mean("draw")
        paid = {
            str(item["price"]): float(lines.sel(line=f"payable {item['element']}"))
            for item in section.get("payable", [])
            if f"payable {item['element']}" in lines["line"].values
        }
        return max(paid, key=lambda name: paid[name]) if paid else None

    def _terms(self, lane: str) -> Mapping[str, Any]:
        market = lane.partition(">")[2]
        name = next(item["terms"] for item in self.settings["market"] if item["name"] == market)
        section: Mapping[str, Any] = next(
            item for item in self.settings["terms"] if item["name"] == name
        )
        return section

    def _line_of(self, lane: str, main: str) -> Line:
        """Return a lane's net-back as a straight line of the main price, USD per tonne of it."""
        section = self._terms(lane)
        price = self.prices["level"].sel(price=main, year=self.year).values
        unit = next(item["unit"] for item in self.settings["price"] if item["name"] == main)
        price = price * PER_TONNE.get(unit, 1.0)
        value = self.sales["usd_per_t"].sel(lane=lane, year=self.year)
        heads = [f"payable {item['element']}" for item in section.get("payable", [])
                 if item["price"] == main]  # fmt: skip
        heads += ["quoted price"] if section.get("price") == main else []
        moving = sum((value.sel(line=name).values for name in heads if name in value["line"]),
                     np.zeros_like(price))  # fmt: skip
        freight = self._dry(lane)
        goods = self.sales["goods_usd_per_t"].sel(sale=lane.partition(">")[0]).values
        tied = sum((freight[name] for name in _WITH_VALUE if name in freight),
                   np.zeros_like(price))  # fmt: skip
        slope = (moving - tied * moving / goods) / price
        delivered = self.sales["delivered_usd_per_t"].sel(lane=lane, year=self.year).values
        netback = delivered - np.sum(list(freight.values()), axis=0)
        return Line(slope, netback - slope * price)


def _known(option: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise LodewayError(
            "unknown-id", option, repr(name), f"one of {', '.join(known[:12])}",
            suggestion(name, known),
        )  # fmt: skip


def _line(name: str, usd: Array) -> dict[str, Any]:
    """Return a line of the waterfall with its mean, which adds up, and its quantiles."""
    numbers = quantiles(usd)
    finite = usd[np.isfinite(usd)]
    return {
        "name": name, "mean": float(finite.mean()) if finite.size else None,
        "p10": numbers["p10"], "p50": numbers["p50"], "p90": numbers["p90"], "unit": "USD/t",
    }  # fmt: skip


__all__ = ["Line", "netback_answer", "switch_prices"]
