"""The economics stage: net-back, cash flow and what every corridor is worth, joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from lodeway.economics import salecheck
from lodeway.economics.answers import questions
from lodeway.economics.backcast import backcast_table
from lodeway.economics.fiscal import Ledger, irr, npv, run_regime
from lodeway.economics.flows import COST_UNITS, Flows, project_flows
from lodeway.economics.gains import Margins, gains_table
from lodeway.economics.jobs import jobs_table
from lodeway.economics.links import links_table
from lodeway.economics.measure_table import measure_table
from lodeway.economics.parity import parity_table
from lodeway.economics.readings import readings_tables
from lodeway.economics.regime import Regime, read_regime
from lodeway.economics.sensitivity import tornado
from lodeway.economics.transit import country_shares
from lodeway.economics.unknowns import unknowns_table
from lodeway.economics.valuation import ladder_table, netback_table, value_table
from lodeway.economics.vintage import regime_file
from lodeway.economics.world import World, gather
from lodeway.errors import LodewayError
from lodeway.io import read_facts
from lodeway.model import Facts, Result, StageContext
from lodeway.model.figure import quantiles
from lodeway.model.parameters import fact_in

Array = NDArray[np.float64]
Books = dict[tuple[str, str], tuple[Flows, Ledger]]

#: Keys of ``[economics]`` that name a fact, and the unit of each.
ASSUMPTIONS = {
    "discount_pct": "fraction",
    "avoidable_share": "fraction",
    "upkeep_pct": "fraction",
    "carrier_margin_pct": "fraction",
    "transit_margin_pct": "fraction",
}


def run(context: StageContext) -> Result:
    """Compute the tables that ``docs/handovers.md`` lists for economics."""
    section = context.settings["economics"]
    facts = read_facts(_facts_files(context), context.folder)
    assumed = {
        name: fact_in(facts, section[name], unit, f"study.toml economics.{name}")
        for name, unit in ASSUMPTIONS.items()
    }
    drawn = {
        name: fact.draw(context.seed, context.draws, ASSUMPTIONS[name])
        for name, fact in assumed.items()
    }
    world = gather(context, facts, drawn["avoidable_share"])
    sales, freight = context.table("sales", "sales"), context.table("corridors", "freight")
    context.progress("economics: net-back and value of each corridor")
    netback = netback_table(world)
    tables = {
        "ladder": ladder_table(world, sales, freight),
        "value": value_table(world),
        "links": links_table(
            world,
            facts,
            section["break_even_rates_pct"],
            upkeep=drawn["upkeep_pct"],
            avoidable=drawn["avoidable_share"],
            seed=context.seed,
        ),
    }
    context.progress("economics: cash flow under each regime")
    regimes = _regimes(context)
    books = _books(context, world, facts, regimes)
    rate = assumed["discount_pct"].value("fraction")
    cashflow = _cashflow(world, books, rate)
    margins = Margins(drawn["carrier_margin_pct"], drawn["transit_margin_pct"])
    tables["gains"] = _gains(context, world, margins, books)
    tables["receipts"] = _receipts(world, books)
    tables["jobs"] = jobs_table(world.settings["project"], facts)
    tables["tornado"] = _tornado(context, world, facts, cashflow)
    tables["sale_check"] = salecheck.table(section, facts, context)
    tables["measures"] = measure_table(books, regimes, list(world.projects), world.baseline, rate)
    tables["parity"] = parity_table(context, facts)
    tables["backcast"] = backcast_table(context, facts, books, regimes, world.baseline)
    tables["readings"], tables["reading_summary"] = readings_tables(
        context.settings.get("claim") or [], context.table("corridors", "claim_km")
    )
    used = _used_facts(context)
    tables["unknowns"] = unknowns_table(facts, used)
    tables["unverified"] = pd.DataFrame(
        {"source_id": sorted(fact.source_id for fact in facts.values() if fact.unverified)}
    )
    tables["questions"] = questions(world, netback, tables, context.table("registry", "ledger"))
    data: dict[str, Any] = {"netback": netback, "cashflow": cashflow}
    data |= {name: table for name, table in tables.items() if len(table)}
    return Result(data=data, sources=_sources(context, facts, regimes, assumed))


def _facts_files(context: StageContext) -> list[Any]:
    """Return the facts tables among the declared files."""
    network = context.settings["corridors"]["network"].rstrip("/") + "/"
    series = context.settings["prices"]["series"]

    def other(name: str) -> bool:
        return name.startswith(network) or name == series

    return [
        path
        for path in context.files
        if path.suffix == ".csv" and not other(path.relative_to(context.folder).as_posix())
    ]


def _regimes(context: StageContext) -> dict[str, Regime]:
    """Return each project's regime; one by area must be among the files that the study declares."""
    by_area = context.inputs["registry"].data.get("regimes")
    areas = by_area if isinstance(by_area, pd.DataFrame) else None
    found = {}
    for number, project in enumerate(context.settings["project"]):
        where = f"study.toml project[{number}].regime"
        name = regime_file(project, areas, where)
        if context.folder / name not in context.files:
            raise LodewayError("missing", where, repr(name), "a file that [registry] regimes names")
        found[project["name"]] = read_regime(context.folder / name, name)
    return found


def _books(
    context: StageContext, world: World, facts: Facts, regimes: Mapping[str, Regime]
) -> Books:
    """Return flows and fiscal ledger of every project in every scenario."""
    plant, prices = context.table("processing", "plant"), context.table("sales", "prices")
    planned = _planned(context)
    books: Books = {}
    for project in world.projects:
        for scenario in world.scenarios:
            flows = project_flows(
                world,
                project,
                scenario,
                facts=facts,
                seed=context.seed,
                plant=plant,
                prices=prices,
                planned=planned,
            )
            ledger = run_regime(
                regimes[project], flows.revenue, flows.opex, flows.capex, flows.metal_t,
                _sliding_price(context, world, project, regimes[project]),
            )  # fmt: skip
            books[project, scenario] = flows, ledger
    return books


def _planned(context: StageContext) -> xr.Dataset | None:
    """Return output by year of projects whose mine has a plan, or None where none has."""
    found = context.inputs["processing"].data.get("output")
    return found if isinstance(found, xr.Dataset) else None


def _sliding_price(
    context: StageContext, world: World, project: str, regime: Regime
) -> Array | None:
    """Return the main price of a project's first product where its royalty slides with it.

    In the unit of its section, ``(draw, year)``: the bands of the regime are in that unit.
    """
    if not regime.price_bands:
        return None
    market = world.lane_market[world.lanes_of(world.sales_of(project)[0])[0]]
    terms_of = {item["name"]: item["terms"] for item in context.settings["market"]}
    sections = {item["name"]: item for item in context.settings["terms"]}
    terms = sections[terms_of[market]]
    name = terms.get("price") or terms["payable"][0]["price"]
    prices = context.table("sales", "prices")["level"].sel(price=name)
    return np.asarray(prices.transpose("draw", "year").values)


def _cashflow(world: World, books: Books, rate: float) -> xr.Dataset:
    """Return yearly money, NPV and IRR by project, scenario and world."""
    projects, scenarios = list(world.projects), list(world.scenarios)

    def stack(take: Callable[[Flows, Ledger], Array]) -> Array:
        return np.stack(
            [
                np.stack([take(*books[project, scenario]).T for scenario in scenarios])
                for project in projects
            ]
        )

    dims = ("project", "state", "year", "draw")
    investor = stack(lambda _flows, ledger: ledger.investor_ncf)
    value = npv(np.moveaxis(investor, 2, -1), rate)
    return xr.Dataset(
        {
            "revenue_usd": (dims, stack(lambda flows, _ledger: flows.revenue)),
            "opex_usd": (dims, stack(lambda flows, _ledger: flows.opex)),
            "capex_usd": (dims, stack(lambda flows, _ledger: flows.capex)),
            "taxes_usd": (dims, stack(lambda _flows, ledger: ledger.taxes)),
            "shares_usd": (dims, stack(lambda _flows, ledger: ledger.gov_share)),
            "dividends_usd": (dims, stack(lambda _flows, ledger: ledger.dividend)),
            "investor_usd": (dims, investor),
            "npv_usd": (("project", "state", "draw"), value),
            "irr": (("project", "state", "draw"), _irr(investor)),
        },
        coords={"project": projects, "state": scenarios, "year": list(world.years)},
        attrs={"discount_rate": rate},
    )


def _irr(investor: Array) -> Array:
    """Return the internal rate of return where there is exactly one, else NaN.

    A mine that earns before it spends has none: a root of its flow is no return on anything.

    Parameters
    ----------
    investor
        Shape ``(project, state, year, draw)``.
    """
    flows = np.moveaxis(investor, 2, -1)
    flat = flows.reshape(-1, flows.shape[-1])
    rates, _ = irr(flat, threads=1)
    first = np.argmax(flat != 0.0, axis=1)
    invests = flat[np.arange(len(flat)), first] < 0.0
    return np.where(invests, rates, np.nan).reshape(flows.shape[:-1])


def _gains(context: StageContext, world: World, margins: Margins, books: Books) -> pd.DataFrame:
    def share_of_full(project: str, year: int) -> Array:
        flows = books[project, world.baseline][0]
        return flows.output[:, world.years.index(year)]

    take = {
        (project, scenario, year): ledger.state_take[:, world.years.index(year)]
        for (project, scenario), (_, ledger) in books.items()
        for year in {world.report_year(name) for name in world.scenarios}
    }
    shares = country_shares(context.table("corridors", "legs"))
    return gains_table(world, margins, shares, take, share_of_full)


def _receipts(world: World, books: Books) -> pd.DataFrame:
    """Return what each state receives by project, instrument and year, in the baseline."""
    rows: list[dict[str, Any]] = []
    for project, section in world.projects.items():
        ledger = books[project, world.baseline][1]
        parts = {"taxes": ledger.taxes, "shares": ledger.gov_share, "dividends": ledger.dividend}
        for instrument, table in parts.items():
            for number, year in enumerate(world.years):
                if np.any(np.abs(table[:, number]) > 0.5):
                    numbers = quantiles(table[:, number])
                    numbers.pop("draws")
                    rows.append(
                        {"project": project, "country": section["country"],
                         "instrument": instrument, "year": year, **numbers}
                    )  # fmt: skip
    return pd.DataFrame(rows)


def _tornado(
    context: StageContext, world: World, facts: Facts, cashflow: xr.Dataset
) -> pd.DataFrame:
    """Return the swings of each project's present value, as changes about its mean."""
    prices = context.table("sales", "prices")["level"].mean("year")
    rows: list[dict[str, Any]] = []
    for project in world.projects:
        values = cashflow["npv_usd"].sel(project=project, state=world.baseline).values
        inputs = {
            f"price of {name}": prices.sel(price=name).values
            for name in _prices_of(context, project)
        }
        for fact_id in _facts_of(context, project):
            fact = facts[fact_id]
            if fact.low is not None or fact.high is not None:
                label = f"{fact.quantity} ({fact_id})"
                inputs[label] = fact.draw(context.seed, context.draws, fact.unit)
        middle = float(np.mean(values))
        rows += [
            {"project": project, "input": name, "low": low - middle, "high": high - middle,
             "unit": "USD"}
            for name, low, high in tornado(values, inputs)
        ]  # fmt: skip
    return pd.DataFrame(rows)


def _prices_of(context: StageContext, project: str) -> list[str]:
    """Return the prices behind a project's lanes, and its gas."""
    lanes = context.table("sales", "sales")
    mine = {str(lane) for lane in lanes["lane"].values if str(lane).startswith(f"{project}:")}
    sources = context.inputs["sales"].sources
    named = {item for quantity, item, _ in sources if quantity == "price"}
    wanted = {
        (quantity, source) for quantity, item, source in sources
        if quantity == "value" and item in mine
    }  # fmt: skip
    found = [
        name
        for name in sorted(named)
        if any(("value", source) in wanted for quantity, item, source in sources
               if quantity == "price" and item == name)
    ]  # fmt: skip
    for section in context.settings["project"]:
        gas = section["cost"].get("gas_price")
        if section["name"] == project and gas:
            found.append(str(gas))
    return found


def _facts_of(context: StageContext, project: str) -> list[str]:
    """Return the ids of the facts behind a project's products, terms and costs."""
    ids = {
        source.partition("#")[2]
        for stage, quantity in (("processing", "product"), ("sales", "terms"))
        for kind, item, source in context.inputs[stage].sources
        if kind == quantity and (item == project or item.startswith(f"{project}:"))
    }
    for section in context.settings["project"]:
        if section["name"] == project:
            ids |= {section["cost"][key] for key in COST_UNITS if key in section["cost"]}
            ids |= {section["life_y"]} - {""}
    return sorted(ids)


def _used_facts(context: StageContext) -> set[str]:
    """Return the ids of every fact that some result rests on."""
    used = {
        source.partition("#")[2]
        for result in context.inputs.values()
        for _, _, source in result.sources
    }
    for project in context.settings["project"]:
        used |= set(_facts_of(context, project["name"]))
    return used


def _sources(
    context: StageContext, facts: Facts, regimes: Mapping[str, Regime], assumed: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return who said the numbers that this stage brings in."""
    rows = [(f"value {name}", "", fact.source_id) for name, fact in assumed.items()]
    for project in context.settings["project"]:
        name = project["name"]
        rows += [("cost", name, facts[fact_id].source_id)
                 for key, fact_id in project["cost"].items() if key in COST_UNITS]  # fmt: skip
        if project["life_y"]:
            rows.append(("cost", name, facts[project["life_y"]].source_id))
        rows += [("job", name, facts[fact_id].source_id) for fact_id in project["jobs"].values()]
        rows += [("regime", name, facts[source].source_id)
                 for source in regimes[name].sources if source in facts]  # fmt: skip
    for market in context.settings["market"]:
        if market.get("intake_t_per_y"):
            rows.append(("sale intake", market["name"], facts[market["intake_t_per_y"]].source_id))
    for link in context.settings.get("link") or []:
        ids = [*link["cost_usd"], link["length_km"], link["tariff_usd_per_t_km"]]
        rows += [("link", link["name"], facts[fact_id].source_id) for fact_id in ids]
    return sorted(set(rows))


__all__: Sequence[str] = ["run"]
