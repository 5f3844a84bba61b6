"""The corridors stage: what freight every lane pays in every state, and the routes to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from lodeway.corridors.capacity import Hold, bottleneck, holds
from lodeway.corridors.claim import claim_distances
from lodeway.corridors.cost import COMPONENTS, OPTIONAL, Prices, RateBook, price_all
from lodeway.corridors.freight import LaneResult, Shipment, Task, evaluate
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.held import Held, hold
from lodeway.corridors.inbound import Inbound, borne, read_inbound, refuse_unsupplied
from lodeway.corridors.inbound import shipments as inbound_shipments
from lodeway.corridors.journey import Journey, Walker
from lodeway.corridors.layers import gates_layer, lines_layer, routes_layer
from lodeway.corridors.network import Network, read_network
from lodeway.corridors.overlay import build_overlay
from lodeway.corridors.permission import Permission
from lodeway.corridors.records import Tariff
from lodeway.corridors.scenario import Conditions, State, apply, special_links, states
from lodeway.corridors.through import through
from lodeway.errors import LodewayError
from lodeway.model import Result, StageContext

#: Stands for the sale point among the markets of a sale.
_POINT = "@point"


#: By number of state and by lane, the known cost through what the state opens.
Ways: TypeAlias = Mapping[int, Mapping[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Plan:
    """What the study asks: the network, the states and the shipments.

    `inbound` is what projects take in, and `inbound_share` by sale how much of it for each wet
    tonne of product; `held` is what quotes say of the rates, where the study holds them.
    """

    network: Network
    permission: Permission
    states: tuple[State, ...]
    conditions: tuple[Conditions, ...]
    shipments: tuple[Shipment, ...]
    wet_mt_per_y: Mapping[str, float]
    inbound: tuple[Inbound, ...] = ()
    inbound_share: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    held: Held | None = None


def run(context: StageContext) -> Result:
    """Compute the tables that ``docs/handovers.md`` lists for the corridors.

    Parameters
    ----------
    context
        Its settings hold ``corridors`` (network, modes, avoid; optionally include, open, close,
        quotes), ``project``, ``market``, ``scenario`` and ``report``; its inputs are ``processing``
        (streams) and ``sales`` (goods_usd_per_t and lanes).

    Returns
    -------
    Result
        Tables states, freight, legs, routes, gate_use, capacity, gates and lines; quotes and
        widened where the study holds its rates against quotes. The bytes do not depend on the
        number of workers.

    Raises
    ------
    LodewayError
        ``no-route`` when a project reaches no market in the baseline.
    """
    plan = _plan(context)
    context.progress(f"network of {len(plan.network.links):,} links, {len(plan.states)} states")
    graph = build_graph(plan.network)
    special = special_links(plan.network, plan.permission, plan.states)
    links = np.any([found.links for found in plan.conditions], axis=0)
    services = np.any([found.services for found in plan.conditions], axis=0)
    overlay = build_overlay(graph, graph.usable(links, services), special, _stops(plan))
    tariff = Tariff(plan.network.gates, plan.network.services, plan.network.rates)
    tasks = [
        Task(
            tariff,
            overlay.graph,
            overlay.graph.usable(found.links, found.services),
            plan.shipments,
            plan.permission.modes,
            found.delays,
            found.rates,
            context.seed,
            context.draws,
        )
        for found in plan.conditions
    ]
    found_lanes = context.engine.map(evaluate, tasks)
    full = [number for number, state in enumerate(plan.states) if state.full]
    opened = [tasks[number].usable & ~tasks[0].usable for number in full]
    refuse_unsupplied(found_lanes[0])
    _refuse_unreachable(plan, context.settings, borne(found_lanes[0], {}, plan.inbound_share)[0])
    jobs = list(zip([tasks[n] for n in full], opened, strict=True))
    results, ways = _borne(
        plan, found_lanes, dict(zip(full, context.engine.map(_through, jobs), strict=True))
    )
    walker = Walker(plan.network, overlay)
    journeys = [
        _journeys(walker, plan, graph, found, lanes)
        for found, lanes in zip(plan.conditions, results, strict=True)
    ]
    return _result(context, plan, graph, results, journeys, ways)


def _borne(
    plan: Plan, found: Sequence[Sequence[LaneResult]], ways: Ways
) -> tuple[list[list[LaneResult]], Ways]:
    """Split the freight at the sale points, and add what projects take in."""
    lanes, through_ = [], {}
    for number, of_state in enumerate(found):
        kept, way = borne(_to_point(of_state), ways.get(number, {}), plan.inbound_share)
        lanes.append(kept)
        if number in ways:
            through_[number] = way
    return lanes, through_


def _through(job: tuple[Task, NDArray[np.bool_]]) -> dict[str, NDArray[np.float64]]:
    """Find the cheapest ways through what a state opens, beside the baseline."""
    return through(*job)


def _plan(context: StageContext) -> Plan:
    settings = context.settings
    section = settings["corridors"]
    network = read_network(context.folder / section["network"])
    held = None
    if section.get("quotes"):
        held = hold(network, context.folder / section["quotes"], section.get("avoid") or ())
        network = held.network
    permission = Permission(
        modes=tuple(section.get("modes") or ("road",)),
        include=tuple(section.get("include") or ()),
        open_gates=tuple(section.get("open") or ()),
        closed_gates=tuple(section.get("close") or ()),
        avoid=tuple(section.get("avoid") or ()),
    )
    report_year = (settings.get("report") or {}).get("year")
    scenarios = settings.get("scenario") or [{"name": "today"}]
    every = states(scenarios, context.first_year, report_year)
    conditions = tuple(apply(network, permission, state.changes) for state in every)
    shipments, wet = _shipments(context, network)
    inbound = read_inbound(context)
    places = {str(item["name"]): str(item["place"]) for item in settings["project"]}
    shipments += inbound_shipments(inbound, network, places, context.draws)
    share = _inbound_share(context, inbound)
    return Plan(network, permission, every, conditions, shipments, wet, inbound, share, held)


def _inbound_share(
    context: StageContext, inbound: Sequence[Inbound]
) -> dict[str, NDArray[np.float64]]:
    """Return, by sale of a project that takes something in, tonnes of it a wet tonne."""
    streams = context.table("processing", "streams")
    of_project = {item.project: item.t_per_t for item in inbound}
    found = {}
    for sale in (str(name) for name in streams["sale"].to_numpy().tolist()):
        taken = of_project.get(sale.partition(":")[0])
        if taken is not None:
            dry, wet = (
                _of_sale(streams[name], sale, context.draws)
                for name in ("product_t_per_y", "wet_t_per_y")
            )
            found[sale] = taken * np.divide(dry, wet, out=np.ones_like(dry), where=wet > 0)
    return found


def _shipments(
    context: StageContext, network: Network
) -> tuple[tuple[Shipment, ...], dict[str, float]]:
    """Join lanes, values and places; a value per dry tonne becomes one per wet tonne."""
    streams, sales = context.table("processing", "streams"), context.table("sales", "sales")
    projects = {str(item["name"]): item for item in context.settings["project"]}
    markets = {str(item["name"]): item for item in context.settings["market"]}
    dry, wet = streams["product_t_per_y"], streams["wet_t_per_y"]
    by_sale: dict[str, list[tuple[str, int]]] = {}
    for lane in sales["lane"].to_numpy().tolist():
        sale, _, market = str(lane).partition(">")
        place = str(markets[market]["place"])
        by_sale.setdefault(sale, []).append(
            (str(lane), network.node_of(place, f"market {market} place"))
        )
    shipments, tonnes = [], {}
    for sale, lanes in by_sale.items():
        project = projects[sale.partition(":")[0]]
        name = project["name"]
        origin = network.node_of(str(project["place"]), f"project {name} place")
        point = str((project.get("sale") or {}).get("point") or project["place"])
        point_node = network.node_of(point, f"project {name} sale.point")
        if point_node != origin:
            lanes.append((f"{sale}>{_POINT}", point_node))
        one, two = (_of_sale(table, sale, context.draws) for table in (dry, wet))
        share = np.divide(one, two, out=np.ones_like(one), where=two > 0)
        value = _of_sale(sales["goods_usd_per_t"], sale, context.draws) * share
        tonnes[sale] = float(np.median(two)) / 1e6
        shipments.append(
            Shipment(
                sale,
                origin,
                -1,
                np.maximum(value, 0.0),
                tuple(lane for lane, _ in lanes),
                tuple(node for _, node in lanes),
            )
        )
    return tuple(shipments), tonnes


def _to_point(lanes: Sequence[LaneResult]) -> list[LaneResult]:
    """Take out the ways to the sale points, and say how much of each lane's freight they are.

    The seller brings his goods to the point; a lane that would cost less in all than the way to
    the point passes by it, and is then the seller's whole.
    """
    point = {_sale(lane.lane): lane for lane in lanes if lane.lane.endswith(f">{_POINT}")}
    found = []
    for lane in lanes:
        if lane.lane.endswith(f">{_POINT}"):
            continue
        total = lane.usd.sum(axis=0)
        way = point.get(_sale(lane.lane))
        before = np.zeros_like(total) if way is None else way.usd.sum(axis=0)
        found.append(lane._replace(to_point=np.where(before < total, before, total)))
    return found


def _of_sale(table: xr.DataArray, sale: str, draws: int) -> Any:
    """Return one sale's draws; R realisations serve draw k with k mod R."""
    values = np.asarray(table.sel(sale=sale).transpose("draw").to_numpy(), dtype=np.float64)
    return np.resize(values, draws)


def _stops(plan: Plan) -> list[int]:
    stops = {node for ship in plan.shipments for node in (ship.origin, ship.via, *ship.targets)}
    return sorted(stops - {-1})


def _refuse_unreachable(
    plan: Plan, settings: Mapping[str, Any], baseline: Sequence[LaneResult]
) -> None:
    """Refuse a study with a project that reaches no market today."""
    reached: dict[str, bool] = {}
    markets: dict[str, list[str]] = {}
    for lane in baseline:
        project = lane.lane.partition(":")[0]
        reached[project] = reached.get(project, False) or bool(np.isfinite(lane.km).any())
        markets.setdefault(project, []).append(lane.lane.partition(">")[2])
    places = {str(item["name"]): str(item["place"]) for item in settings["project"]}
    for project, good in reached.items():
        if not good:
            modes = ", ".join(plan.permission.modes)
            avoided = ", ".join(plan.permission.avoid) or "no country"
            raise LodewayError(
                "no-route", f"project {project} ({places[project]})",
                f"no route to {', '.join(sorted(set(markets[project])))} in state "
                f"{plan.states[0].name}",
                f"links of {modes}, avoiding {avoided}, that reach a market",
                "ask for more modes, open a gate, or add a service",
            )  # fmt: skip


def _journeys(
    walker: Walker, plan: Plan, graph: Graph, found: Conditions, lanes: Sequence[LaneResult]
) -> list[Journey]:
    """Walk the modal route of every lane of one state."""
    book = RateBook(plan.network.rates, 0, None, dict(found.rates))
    central: Prices = price_all(plan.network, graph, book, plan.permission.modes, found.delays)
    values = {
        lane: (np.array([float(np.median(ship.usd_per_t))]), frozenset({ship.via}))
        for ship in plan.shipments
        for lane in ship.lanes
    }
    nowhere = Journey((), frozenset(), frozenset(), frozenset())
    return [
        walker.walk(lane.path, central, *values[lane.lane]) if lane.path[2] >= 0 else nowhere
        for lane in lanes
    ]


def _result(
    context: StageContext,
    plan: Plan,
    graph: Graph,
    results: Sequence[Sequence[LaneResult]],
    journeys: Sequence[Sequence[Journey]],
    ways: Ways,
) -> Result:
    network = plan.network
    held = [
        [
            holds(network, way.links, way.nodes, plan.wet_mt_per_y[_sale(lane.lane)],
                  found.capacities)
            for lane, way in zip(lanes, ways, strict=True)
        ]
        for lanes, ways, found in zip(results, journeys, plan.conditions, strict=True)
    ]  # fmt: skip
    data = {
        "states": _states_table(plan.states),
        "freight": _freight(plan, results, held, ways),
        "legs": _legs_table(plan.states, results, journeys),
        "routes": routes_layer(network, plan.states, results, journeys),
        "gate_use": _gate_use(plan.states, results),
        "capacity": _capacity_table(plan.states, results, held),
        "gates": gates_layer(network),
        "lines": lines_layer(network, [way for ways in journeys for way in ways]),
        "claim_km": claim_distances(
            network, graph, context.settings.get("claim") or (), plan.states, plan.permission.avoid
        ),
    }
    if plan.held:
        data |= {"quotes": plan.held.quotes, "widened": plan.held.widened}
    return Result(data=data, sources=_sources(context, plan, results, journeys))


def _sale(lane: str) -> str:
    return lane.partition(">")[0]


def _states_table(every: Sequence[State]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "state": [state.name for state in every],
            "scenario": [state.scenario for state in every],
            "positions": ["+".join(map(str, state.positions)) for state in every],
            "full": [state.full for state in every],
            "report_year": [state.report_year for state in every],
        }
    )


def _paid(plan: Plan) -> list[str]:
    """Return the components that something in the study can pay for."""
    kinds = {f"{rate.kind}s" for rate in plan.network.rates}
    kinds |= {"inbound"} if plan.inbound else set()
    return [name for name in COMPONENTS if name not in OPTIONAL or name in kinds]


def _freight(
    plan: Plan,
    results: Sequence[Sequence[LaneResult]],
    held: Sequence[Sequence[Sequence[Hold]]],
    ways: Ways,
) -> xr.Dataset:
    def stack(name: str) -> Any:
        return np.stack([np.stack([getattr(lane, name) for lane in lanes]) for lanes in results], 1)

    def by_state(rows: Sequence[Sequence[Any]], kind: Any) -> Any:
        return np.array([list(row) for row in rows], dtype=kind).T

    network, every, paid = plan.network, plan.states, _paid(plan)
    usd = stack("usd")[:, :, [COMPONENTS.index(name) for name in paid]]
    draw = ("lane", "state", "draw")
    fits = by_state([[all(h.fits for h in hold) for hold in row] for row in held], bool)
    texts = by_state([[bottleneck(network, hold) for hold in row] for row in held], object)
    return xr.Dataset(
        {
            "usd_per_wet_t": (("lane", "state", "component", "draw"), usd),
            "known_usd_per_wet_t": (draw, stack("known")),
            "to_point_usd_per_wet_t": (draw, stack("to_point")),
            "through_usd_per_wet_t": (draw, _through_table(results, ways)),
            "hours": (draw, stack("hours")),
            "km": (draw, stack("km")),
            "fits": (("lane", "state"), fits),
            "bottleneck": (("lane", "state"), texts.astype(str)),
        },
        coords={
            "lane": [lane.lane for lane in results[0]],
            "state": [state.name for state in every],
            "component": paid,
        },
    )


def _through_table(results: Sequence[Sequence[LaneResult]], ways: Ways) -> NDArray[np.float64]:
    """Return the known cost through what a state opens, ``(lane, state, draw)``; else NaN."""
    nowhere = np.full(len(results[0][0].known), np.nan)
    return np.array(
        [[ways.get(number, {}).get(lane.lane, nowhere) for number in range(len(results))]
         for lane in results[0]]
    )  # fmt: skip


def _legs_table(
    every: Sequence[State],
    results: Sequence[Sequence[LaneResult]],
    journeys: Sequence[Sequence[Journey]],
) -> pd.DataFrame:
    rows = [
        {
            "lane": lane.lane, "state": state.name, "leg": number, "mode": leg.mode,
            "from": leg.origin, "to": leg.destination, "countries": "|".join(leg.countries),
            "gates": "|".join(leg.gates), "km": leg.km, "hours": leg.hours,
            "usd_per_wet_t": leg.usd_per_t,
        }
        for state, lanes, ways in zip(every, results, journeys, strict=True)
        for lane, way in zip(lanes, ways, strict=True)
        for number, leg in enumerate(way.legs)
    ]  # fmt: skip
    columns = ["lane", "state", "leg", "mode", "from", "to", "countries", "gates", "km", "hours",
               "usd_per_wet_t"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _gate_use(every: Sequence[State], results: Sequence[Sequence[LaneResult]]) -> pd.DataFrame:
    rows = [
        {"lane": lane.lane, "state": state.name, "gate": gate, "share": share}
        for state, lanes in zip(every, results, strict=True)
        for lane in lanes
        for gate, share in sorted(lane.gates.items())
    ]
    return pd.DataFrame(rows, columns=["lane", "state", "gate", "share"])


def _capacity_table(
    every: Sequence[State],
    results: Sequence[Sequence[LaneResult]],
    held: Sequence[Sequence[Sequence[Hold]]],
) -> pd.DataFrame:
    rows = [
        {
            "lane": lane.lane, "state": state.name, "item": hold.item, "kind": hold.kind,
            "capacity_mt": hold.capacity_mt, "used_mt": hold.used_mt,
            "needed_mt": hold.needed_mt, "left_mt": hold.left_mt, "fits": hold.fits,
        }
        for state, lanes, found in zip(every, results, held, strict=True)
        for lane, of_lane in zip(lanes, found, strict=True)
        for hold in of_lane
    ]  # fmt: skip
    columns = ["lane", "state", "item", "kind", "capacity_mt", "used_mt", "needed_mt", "left_mt",
               "fits"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _sources(
    context: StageContext,
    plan: Plan,
    results: Sequence[Sequence[LaneResult]],
    journeys: Sequence[Sequence[Journey]],
) -> list[tuple[str, str, str]]:
    """Say which rows stand behind the freight: rates for all, gates and services by lane."""
    folder = str(context.settings["corridors"]["network"]).rstrip("/")
    own = (plan.network.folder / "rates.csv").is_file()
    rates = f"{folder}/rates.csv" if own else "package:corridors/default_rates.csv"
    book = RateBook(plan.network.rates, 0, None)
    price_all(plan.network, build_graph(plan.network), book, plan.permission.modes)
    rows = {("freight", "", f"{rates}#{rate}") for rate in book.used}
    rows |= {
        ("capacity", row.item, f"{folder}/capacities.csv#{row.id}")
        for row in plan.network.capacities
    }
    rows |= {("freight", item.project, item.source) for item in plan.inbound}
    if plan.held:
        table = context.settings["corridors"]["quotes"]
        rows |= {("quote", str(q), f"{table}#{q}") for q in plan.held.quotes["quote"]}
        rows |= {("freight", "", f"{table}#{q}") for q in plan.held.compared}
    for lanes, ways in zip(results, journeys, strict=True):
        for lane, way in zip(lanes, ways, strict=True):
            rows |= {("freight", lane.lane, f"{folder}/gates.csv#{gate}") for gate in lane.gates}
            rows |= {
                ("freight", lane.lane, f"{folder}/services.csv#{plan.network.services[item].id}")
                for item in way.services
            }
    return sorted(rows)
