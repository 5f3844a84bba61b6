"""Named corridors and their real rivals: cost, time, capacity, shares, and who loses.

For each journey and class of goods every option is routed and priced in all possible worlds; many
shippers spread by path-size logit; a full gate or port gets a toll (its shadow price) at which
just what fits still comes. Goods whose freight would eat too much of their worth stay at home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.alternatives import Way
from lodeway.corridors.capacity import holds
from lodeway.corridors.choice import path_size_shares
from lodeway.corridors.compare_file import Comparison, Journey, Option, ValueClass
from lodeway.corridors.cost import COMPONENTS, Prices, RateBook, components, price_all
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.network import Network, read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import Leg, arc_costs, best_way, describe_legs
from lodeway.corridors.scenario import apply
from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
#: Rounds in which tolls settle; each closes the gap between load and room in logarithms.
_ROUNDS = 400


@dataclass(frozen=True)
class Priced:
    """One option for one class of goods, in all worlds.

    Attributes
    ----------
    usd_per_t
        By component, shape ``(components, draws)``.
    days, km
        In all worlds, shape ``(draws,)``; length.
    parts
        Links and services with their km, for overlaps.
    room
        What still fits through each item with a capacity, million tonnes a year.
    income
        USD/t that each country earns: border fees and the transit margin of haul.
    """

    journey: str
    option: Option
    goods: ValueClass
    usd_per_t: Floats
    days: Floats
    km: float
    legs: tuple[Leg, ...]
    parts: tuple[tuple[str, float], ...]
    room: Mapping[str, float]
    income: Mapping[str, float]
    nodes: tuple[int, ...]

    @property
    def mean_usd(self) -> float:
        """Mean cost."""
        return float(self.usd_per_t.sum(axis=0).mean())


@dataclass(frozen=True)
class Flows:
    """Where the goods go in one state of the world of corridors.

    Attributes
    ----------
    open_
        Names of the corridors that exist.
    mt
        Million tonnes a year of each priced option (0 where its corridor does not exist).
    stay_mt
        What stays at home, by journey.
    toll
        Shadow price of each full item, USD/t.
    """

    open_: frozenset[str]
    mt: Floats
    stay_mt: Mapping[str, float]
    toll: Mapping[str, float]


def price_options(comparison: Comparison) -> list[Priced]:
    """Route and price every option of every journey for every class of goods.

    Raises
    ------
    LodewayError
        ``no-route`` naming journey and option where an option does not exist as described.
    """
    network = read_network(comparison.network)
    graph = build_graph(network)
    modes = sorted({m for j in comparison.journeys for o in j.options for m in o.modes})
    central = price_all(network, graph, RateBook(network.rates, 0, None), modes)
    book = RateBook(network.rates, comparison.seed, comparison.draws)
    drawn = price_all(network, graph, book, modes)
    found = []
    for journey in comparison.journeys:
        for option in journey.options:
            way, stops = _route(network, graph, central, journey, option)
            found += [
                _priced(network, graph, (central, drawn), journey, option, goods, way, stops,
                        comparison.transit_margin)
                for goods in comparison.classes
            ]  # fmt: skip
    return found


def _route(
    network: Network, graph: Graph, central: Prices, journey: Journey, option: Option
) -> tuple[Way, frozenset[int]]:
    """Find an option's way once, for goods of middling worth: what is known decides the road."""
    where = f"journey {journey.name}, {option.corridor}"
    permission = Permission(option.modes, avoid=option.avoid)
    conditions = apply(network, permission, option.changes)
    stops = [journey.origin, *option.via, journey.destination]
    nodes = [network.node_of(stop, where) for stop in stops]
    cost = arc_costs(graph, central, np.array([2000.0]), "cost")
    cost[~graph.usable(conditions.links, conditions.services)] = np.inf
    sources = graph.vertices_of(nodes[0])
    way = best_way(graph, cost, nodes, sources, np.zeros(len(sources)))
    if way is None:
        raise LodewayError(
            "no-route", where, " > ".join(stops), f"a way by {', '.join(option.modes)}",
            "open a gate, include a planned link, or name other places",
        )  # fmt: skip
    return way, frozenset(nodes)


def _priced(
    network: Network,
    graph: Graph,
    prices: tuple[Prices, Prices],
    journey: Journey,
    option: Option,
    goods: ValueClass,
    way: Way,
    stops: frozenset[int],
    margin: float,
) -> Priced:
    central, drawn = prices
    arcs = np.array(way.arcs, dtype=np.int64)
    by_rate, times = np.zeros((1, 1, len(graph.rates))), np.zeros((1, 1, len(graph.prices)))
    np.add.at(by_rate[0, 0], graph.rate[arcs[graph.rate[arcs] >= 0]],
              graph.km[arcs[graph.rate[arcs] >= 0]])  # fmt: skip
    np.add.at(times[0, 0], graph.fixed[arcs[graph.fixed[arcs] >= 0]], 1.0)
    draws = drawn.draws
    value = np.full(draws, goods.usd_per_t)
    mode = graph.mode_at(way.source)
    start = (drawn.start_loading.get(mode, np.zeros(draws))[:, None], np.zeros((draws, 1)))
    usd, hours, km = components(drawn, graph, np.repeat(by_rate, draws, 0),
                                np.repeat(times, draws, 0), value, start)  # fmt: skip
    legs = describe_legs(network, graph, central, np.array([goods.usd_per_t]), way.arcs,
                         way.vertices, way.source, stops)  # fmt: skip
    links = {int(link) for link in graph.link[arcs] if link >= 0}
    nodes = [int(graph.node[vertex]) for vertex in (way.source, *way.vertices)]
    room = {f"{hold.kind} {hold.item}": hold.left_mt
            for hold in holds(network, links, set(nodes), 0.0, {})}  # fmt: skip
    return Priced(
        journey.name, option, goods, usd[:, 0].T.copy(), hours[:, 0] / 24.0, float(km[0, 0]),
        legs, _parts(network, graph, arcs), room,
        _income(graph, central, arcs, margin), tuple(nodes),
    )  # fmt: skip


def _parts(
    network: Network, graph: Graph, arcs: NDArray[np.int64]
) -> tuple[tuple[str, float], ...]:
    """Return links and services of a path with their lengths; transfers have none."""
    found = []
    for arc in arcs:
        if graph.link[arc] >= 0:
            found.append((network.links.ids[graph.link[arc]], float(graph.km[arc])))
        elif graph.km[arc] > 0:
            service = network.services[graph.prices[graph.fixed[arc]].item]
            found.append((f"service {service.id}", float(graph.km[arc])))
    return tuple(found)


def _income(
    graph: Graph, central: Prices, arcs: NDArray[np.int64], margin: float
) -> dict[str, float]:
    """Return what each country crossed earns from a tonne: fees, and its margin on the haul."""
    found: dict[str, float] = {}
    for arc in arcs:
        rate, fixed = int(graph.rate[arc]), int(graph.fixed[arc])
        countries = graph.rates[rate][1] if rate >= 0 else ()
        earned = margin * float(graph.km[arc] * central.haul[0, rate]) if rate >= 0 else 0.0
        if fixed >= 0:
            earned += float(central.fee[0, fixed])
        for country in countries:
            found[country] = found.get(country, 0.0) + earned / len(countries)
    return found


def spread(comparison: Comparison, priced: Sequence[Priced], open_: frozenset[str]) -> Flows:
    """Spread every journey's goods over the options whose corridors exist.

    Raises no error where a corridor is full: its toll rises until what comes fits.
    """
    exists = np.array([one.option.corridor in open_ for one in priced])
    items = sorted({name for one in priced for name in one.room})
    passes = np.array([[name in one.room for name in items] for one in priced], dtype=float)
    passes = passes.reshape(len(priced), len(items))
    room = np.array([min(one.room[name] for one in priced if name in one.room) for name in items])
    toll = np.zeros(len(items))
    mt, stay = _shares(comparison, priced, exists, passes @ toll)
    for _ in range(_ROUNDS):
        load = mt @ passes
        with np.errstate(divide="ignore"):
            gap = np.log(np.maximum(load, 1e-12) / np.maximum(room, 1e-9))
        new = np.maximum(toll + 0.5 * gap / comparison.scale_per_usd, 0.0)
        if float(np.abs(new - toll).max(initial=0.0)) < 1e-7:
            break
        toll = new
        mt, stay = _shares(comparison, priced, exists, passes @ toll)
    tolls = {name: float(usd) for name, usd in zip(items, toll, strict=True) if usd > 1e-3}
    return Flows(open_, mt, stay, tolls)


def _shares(
    comparison: Comparison, priced: Sequence[Priced], exists: NDArray[np.bool_], tolls: Floats
) -> tuple[Floats, dict[str, float]]:
    mt = np.zeros(len(priced))
    stay: dict[str, float] = {}
    for journey in comparison.journeys:
        stay[journey.name] = 0.0
        for goods in comparison.classes:
            rows = [
                n
                for n, one in enumerate(priced)
                if exists[n] and one.journey == journey.name and one.goods is goods
            ]
            tonnes = journey.demand_mt.mode * goods.share
            cost = np.array([priced[n].mean_usd + tolls[n] for n in rows])
            hours = np.array([float(priced[n].days.mean()) * 24.0 for n in rows])
            home = comparison.stay_share * goods.usd_per_t
            shares = path_size_shares(
                np.append(cost, home), np.append(hours, 0.0),
                [*(priced[n].parts for n in rows), (("home", 1.0),)],
                scale_per_usd=comparison.scale_per_usd,
                usd_per_t_hour=goods.usd_per_t * goods.time_share_per_day / 24.0,
            )  # fmt: skip
            mt[rows] = shares[:-1] * tonnes
            stay[journey.name] += float(shares[-1] * tonnes)
    return mt, stay


def income_change(priced: Sequence[Priced], before: Flows, after: Flows) -> dict[str, float]:
    """Return by how much each country's transit income changes, USD a year; losers negative."""
    found: dict[str, float] = {}
    for number, one in enumerate(priced):
        moved = float(after.mt[number] - before.mt[number]) * 1e6
        for country, usd in one.income.items():
            found[country] = found.get(country, 0.0) + moved * usd
    return dict(sorted(found.items(), key=lambda item: item[1]))


def overlaps(priced: Sequence[Priced]) -> list[tuple[str, str, str, float]]:
    """Return pairs of corridors that pass the same item, the item, and what fits through it.

    Their claimed capacities must never be added: both need the same room.
    """
    of_corridor: dict[str, dict[str, float]] = {}
    for one in priced:
        of_corridor.setdefault(one.option.corridor, {}).update(one.room)
    names = sorted(of_corridor)
    return [
        (one, two, item, of_corridor[one][item])
        for n, one in enumerate(names)
        for two in names[n + 1 :]
        for item in sorted(of_corridor[one].keys() & of_corridor[two].keys())
    ]


__all__ = [
    "COMPONENTS", "Flows", "Priced", "income_change", "overlaps", "price_options", "spread",
]  # fmt: skip
