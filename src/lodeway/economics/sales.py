"""The sales stage: price paths, and what every lane's product is worth at its market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lodeway.economics.prices import (
    Behaviour,
    annual_means,
    fit,
    fresh,
    means_by_year,
    paths,
    plausible_level,
)
from lodeway.economics.series import cholesky, correlation
from lodeway.economics.terms import PER_TONNE, Terms
from lodeway.errors import LodewayError
from lodeway.io import read_facts, safe_path
from lodeway.model import Facts, Result, StageContext
from lodeway.model.parameters import fact_in
from lodeway.units import parse

Array = NDArray[np.float64]


def run(context: StageContext) -> Result:
    """Compute ``prices`` and ``sales`` of ``docs/handovers.md``."""
    series = context.settings["prices"]["series"]
    facts = read_facts(
        [path for path in context.files if not path.as_posix().endswith(series)], context.folder
    )
    years = list(range(context.years[0], context.years[1] + 1))
    sources: list[tuple[str, str, str]] = []
    table, spot = _price_table(context, facts, years, sources)
    streams = context.table("processing", "streams")
    lanes = _lanes(context.settings["market"], [str(name) for name in streams["sale"].values])
    sales = _sales_table(context, facts, lanes, streams, prices=(table, spot, years),
                         sources=sources)  # fmt: skip
    prices = xr.Dataset(
        {
            "level": (("price", "year", "draw"), np.stack(list(table.values()))),
            "spot": (("price", "draw"), np.stack(list(spot.values()))),
        },
        coords={"price": list(table), "year": years},
    )
    return Result(data={"prices": prices, "sales": sales}, sources=sources)


def _price_table(
    context: StageContext,
    facts: Facts,
    years: Sequence[int],
    sources: list[tuple[str, str, str]],
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return each price's paths and spot in the unit of its section."""
    table, spots = {}, {}
    names, factor = _together(context)
    for number, section in enumerate(context.settings["price"]):
        name, unit = section["name"], section["unit"]
        where = f"study.toml price[{number}]"
        parse(unit, f"{where}.unit")
        spot_fact = fresh(fact_in(facts, section["spot"], unit, f"{where}.spot"), context.as_of)
        anchor_id = section["anchor"] or section["spot"]
        anchor_fact = fresh(fact_in(facts, anchor_id, unit, f"{where}.anchor"), context.as_of)
        behaviour, behind = _behaviour(context, facts, section, where)
        if section["column"]:
            plausible_level(spot_fact.value(unit), _last_mean(context, section), f"{where}.spot")
        spot = spot_fact.draw(context.seed, context.draws, unit)
        anchor = anchor_fact.draw(context.seed, context.draws, unit)
        table[name] = paths(
            spot, anchor, behaviour, years, context.as_of.year,
            names=names, weights=factor[number], seed=context.seed,
        )  # fmt: skip
        spots[name] = spot
        sources += [("price", name, fact.source_id) for fact in (spot_fact, anchor_fact)]
        sources += [("price", name, source) for source in behind]
    return table, spots


def _together(context: StageContext) -> tuple[list[str], Array]:
    """Return the prices' names and the lower factor of their correlation in the long series.

    Taken from yearly log-returns, in the order of the study file: a price that is added at the end
    moves no other.
    """
    series = safe_path(
        context.folder, context.settings["prices"]["series"], "study.toml prices.series"
    )
    annual = {
        section["name"]: means_by_year(series, section["column"], section["name"])
        if section["column"]
        else {}
        for section in context.settings["price"]
    }
    names = list(annual)
    return names, cholesky(correlation(annual), "prices", names)


def _last_mean(context: StageContext, section: Mapping[str, Any]) -> float:
    """Return the mean of the last whole year of a price's series."""
    path = context.folder / context.settings["prices"]["series"]
    return float(annual_means(path, section["column"], section["name"])[-1])


def _behaviour(
    context: StageContext, facts: Facts, section: Mapping[str, Any], where: str
) -> tuple[Behaviour, list[str]]:
    """Return how a price moves, from the series or from facts, and the sources."""
    if section["column"]:
        series = context.settings["prices"]["series"]
        path = safe_path(context.folder, series, "study.toml prices.series")
        return fit(annual_means(path, section["column"], section["name"])), [f"{series}#"]
    for key in ("volatility_pct_per_y", "half_life_y"):
        if not section[key]:
            raise LodewayError(
                "bad-study", f"{where}.{key}", "nothing",
                "a fact, or a column of the series", "say where the price's behaviour comes from",
            )  # fmt: skip
    volatility = fact_in(facts, section["volatility_pct_per_y"], "%", f"{where}.volatility")
    half_life = fact_in(facts, section["half_life_y"], "y", f"{where}.half_life_y")
    found = Behaviour(volatility.value("%") / 100.0, half_life.value("y"))
    return found, [volatility.source_id, half_life.source_id]


def _lanes(markets: Sequence[Mapping[str, Any]], sales: Sequence[str]) -> list[tuple[str, str]]:
    """Return every pair of a sale and a market that buys its product."""
    lanes = [
        (sale, str(market["name"]))
        for sale in sales
        for market in markets
        if market["product"] == sale.partition(":")[2]
    ]
    for sale in sales:
        if sale not in {lane[0] for lane in lanes}:
            project, _, product = sale.partition(":")
            raise LodewayError(
                "missing", f"project {project}", f"no market for {product}",
                "a [[market]] that buys it", "a port is a gateway, not a market",
            )  # fmt: skip
    return lanes


def _sales_table(
    context: StageContext,
    facts: Facts,
    lanes: Sequence[tuple[str, str]],
    streams: xr.Dataset,
    *,
    prices: tuple[Mapping[str, Array], Mapping[str, Array], Sequence[int]],
    sources: list[tuple[str, str, str]],
) -> xr.Dataset:
    """Return the invoice of every lane, year and world, and the goods' value today."""
    table, spot, years = prices
    factor = {item["name"]: PER_TONNE.get(item["unit"], 1.0) for item in context.settings["price"]}
    per_tonne = {name: values * factor[name] for name, values in table.items()}
    today = {name: values * factor[name] for name, values in spot.items()}
    markets = {market["name"]: market for market in context.settings["market"]}
    sections = {section["name"]: section for section in context.settings["terms"]}
    invoices: list[dict[str, Array]] = []
    values: dict[str, list[Array]] = {}
    for sale, market in lanes:
        terms = Terms(sections[markets[market]["terms"]], facts, context.seed, context.draws)
        content = {
            str(element): streams["content"].sel(sale=sale, element=element).values
            for element in streams["element"].values
        }
        invoices.append(terms.lines(content, per_tonne))
        now = terms.lines(content, today)
        values.setdefault(sale, []).append(sum(now.values(), np.zeros(context.draws)))
        sources += [("terms", f"{sale}>{market}", source) for source in sorted(terms.sources)]
        sources += [("value", f"{sale}>{market}", source)
                    for quantity, item, source in sources
                    if quantity == "price" and item in _quoted(terms.section)]  # fmt: skip
    names = sorted({line for invoice in invoices for line in invoice}, key=_order)
    shape = (len(years), context.draws)
    nothing = np.zeros(shape)
    lines = np.stack(
        [
            np.stack([np.broadcast_to(invoice.get(name, nothing), shape) for name in names])
            for invoice in invoices
        ]
    )
    return xr.Dataset(
        {
            "usd_per_t": (("lane", "line", "year", "draw"), lines),
            "delivered_usd_per_t": (("lane", "year", "draw"), lines.sum(axis=1)),
            "goods_usd_per_t": (
                ("sale", "draw"),
                np.stack([np.mean(found, axis=0) for found in values.values()]),
            ),
        },
        coords={
            "lane": [f"{sale}>{market}" for sale, market in lanes],
            "line": names,
            "year": list(years),
            "sale": list(values),
            "sale_of_lane": ("lane", [sale for sale, _ in lanes]),
            "market": ("lane", [market for _, market in lanes]),
            "project": ("lane", [sale.partition(":")[0] for sale, _ in lanes]),
            "product": ("lane", [sale.partition(":")[2] for sale, _ in lanes]),
        },
    )


def _quoted(section: Mapping[str, Any]) -> set[str]:
    """Return the names of the prices that some terms use."""
    found = {str(item["price"]) for item in section.get("payable", [])}
    return found | ({str(section["price"])} if section.get("price") else set())


def _order(line: str) -> tuple[int, str]:
    """Sort an invoice: what is paid, then what is deducted."""
    heads = ("quoted price", "payable", "premium", "iron content", "treatment", "refining")
    for number, head in enumerate(heads):
        if line.startswith(head):
            return number, line
    return len(heads), line
