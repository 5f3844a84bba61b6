"""One route through the whole network: the shortest, the cheapest or the fastest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.alternatives import Way, alternatives
from lodeway.corridors.cost import COMPONENTS, OPTIONAL, Prices, RateBook, components, price_all
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.lengths import line_km
from lodeway.corridors.network import Network
from lodeway.corridors.overlay import trace
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.search import dijkstra
from lodeway.errors import LodewayError

BY = ("km", "cost", "hours")


@dataclass(frozen=True)
class Leg:
    """A part of a route in one mode, between two places or transfers."""

    mode: str
    origin: str
    destination: str
    km: float
    hours: float
    usd_per_t: float
    countries: tuple[str, ...]
    gates: tuple[str, ...]
    nodes: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the leg as ``--json`` prints it."""
        return {
            "mode": self.mode,
            "from": self.origin,
            "to": self.destination,
            "km": round(self.km, 3),
            "hours": round(self.hours, 2),
            "cost_usd_per_t": round(self.usd_per_t, 3),
            "countries": list(self.countries),
            "gates": list(self.gates),
        }


@dataclass(frozen=True)
class Route:
    """A route: length, cost in USD per wet tonne by component, hours, legs, gates and countries.

    `countries` are those that the route enters, in order of travel and each once; the node at the
    origin itself does not count, and the sea has no country.
    """

    length_km: float
    cost_usd_per_t: float
    components: dict[str, float]
    hours: float
    legs: tuple[Leg, ...]
    gates: tuple[str, ...]
    countries: tuple[str, ...]
    notes: tuple[str, ...]
    links: tuple[str, ...] = ()
    line_km: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the route as ``--json`` prints it.

        `links` are the ids of its links in order; `line_km` is what timetables and road tables
        give: without the connectors between places and stations (see `lodeway.corridors.lengths`).
        """
        fields = asdict(self)
        return {
            "length_km": round(self.length_km, 3),
            "line_km": round(self.line_km, 3),
            "cost_usd_per_t": round(self.cost_usd_per_t, 3),
            "hours": round(self.hours, 2),
            "legs": [leg.as_dict() for leg in self.legs],
            "gates": list(self.gates),
            "countries": list(self.countries),
            "components": {name: round(usd, 3) for name, usd in fields["components"].items()},
            "links": list(self.links),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Question:
    """A search that has been prepared: where, over what, and at what cost."""

    network: Network
    graph: Graph
    prices: Prices
    value: NDArray[np.float64]
    cost: NDArray[np.float64]
    stops: tuple[str, ...]
    nodes: tuple[int, ...]
    sources: NDArray[np.int32]
    start: NDArray[np.float64]
    permission: Permission

    def search(self, cost: NDArray[np.float64]) -> Way | None:
        """Find the best way at other costs."""
        return best_way(self.graph, cost, self.nodes, self.sources, self.start)

    def describe(self, way: Way) -> Route:
        """Turn a way into a route."""
        return _describe(self.network, self.graph, self.prices, self.value, way, self.stops,
                         self.permission)  # fmt: skip


def find_route(
    network: Network,
    origin: str,
    destination: str,
    *,
    via: Sequence[str] = (),
    permission: Permission | None = None,
    by: str = "km",
    usd_per_t: float = 0.0,
    graph: Graph | None = None,
) -> Route:
    """Return the best route between two places, by way of others in the order given.

    Parameters
    ----------
    network
        A checked network.
    origin, destination, via
        Names of places.
    permission
        What may be used; by default open roads.
    by
        ``km``, ``cost`` (most likely rates, mean gate delays) or ``hours``.
    usd_per_t
        Value of the goods per wet tonne, for the inventory cost.
    graph
        The network's graph, where it has been built before.

    Raises
    ------
    LodewayError
        ``unknown-id`` with a suggestion, ``no-route``, ``double-count``, ``bad-argument``.
    """
    return find_routes(
        network, origin, destination, 0, via=via, permission=permission, by=by,
        usd_per_t=usd_per_t, graph=graph,
    )[0]  # fmt: skip


def find_routes(
    network: Network,
    origin: str,
    destination: str,
    others: int,
    *,
    via: Sequence[str] = (),
    permission: Permission | None = None,
    by: str = "km",
    usd_per_t: float = 0.0,
    graph: Graph | None = None,
) -> list[Route]:
    """Return the best route and up to `others` that differ from it and from each other.

    Parameters are those of `find_route`. Any two routes share at most 60 % of the shorter one's
    kilometres, and none costs more than 1.5 times the best in the measure asked for; there are
    fewer than `others` where the network holds no more.
    """
    if by not in BY:
        raise LodewayError("bad-argument", "by", repr(by), f"one of {', '.join(BY)}")
    if others < 0:
        raise LodewayError("bad-argument", "alternatives", others, "0 or more")
    allowed = permission or Permission()
    stops = (origin, *via, destination)
    nodes = tuple(network.node_of(stop, "via" if 0 < n < len(stops) - 1 else "place")
                  for n, stop in enumerate(stops))  # fmt: skip
    links, services = usable_links(network, allowed), usable_services(network, allowed)
    whole = graph or build_graph(network)
    prices = price_all(network, whole, RateBook(network.rates, 0, None), allowed.modes)
    value = np.array([usd_per_t])
    cost = arc_costs(whole, prices, value, by)
    cost[~whole.usable(links, services)] = np.inf
    sources = whole.vertices_of(nodes[0])
    start = prices.start(whole, sources, value)[0] if by == "cost" else np.zeros(len(sources))
    question = _Question(network, whole, prices, value, cost, stops, nodes, sources, start,
                         allowed)  # fmt: skip
    best = question.search(cost)
    if best is None:
        raise LodewayError(
            "no-route", f"{origin} to {destination}", "no permitted route",
            f"links of {', '.join(allowed.modes)} that join them",
            "ask for more modes, or open a gate",
        )  # fmt: skip
    ends = None if via else (sources, start, whole.vertices_of(nodes[-1]))
    found = alternatives(whole, cost, best, others, question.search, ends) if others else []
    return [question.describe(way) for way in (best, *found)]


def arc_costs(
    graph: Graph, prices: Prices, value: NDArray[np.float64], by: str
) -> NDArray[np.float64]:
    """Return each arc's km, USD/t or hours in the first draw of `prices`, shape ``(arcs,)``."""
    if by == "km":
        return graph.km.copy()
    if by == "hours":
        per_km, once = prices.hours_per_km[0], prices.hours_mean[0]
    else:
        choosing = prices.when_choosing(value)
        per_km, once = choosing[0][0], choosing[1][0]
    return _priced(graph, per_km, once)


def _priced(
    graph: Graph, per_km: NDArray[np.float64], once: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``km * per_km[rate] + once[fixed]`` for each arc."""
    rates, fixed = np.append(per_km, 0.0), np.append(once, 0.0)
    return np.asarray(graph.km * rates[graph.rate] + fixed[graph.fixed])


def best_way(
    graph: Graph,
    cost: NDArray[np.float64],
    nodes: Sequence[int],
    sources: NDArray[np.int32],
    start: NDArray[np.float64],
) -> Way | None:
    """Run one Dijkstra for each stretch; a stretch begins with what the last one has spent."""
    runs = []
    for node in nodes[1:]:
        ends = graph.vertices_of(node)
        wanted = np.zeros(len(graph.node), dtype=bool)
        wanted[ends] = True
        dist, before, by_arc = dijkstra(
            graph.first, graph.neighbour, graph.arc_of, cost, sources, start, wanted
        )
        runs.append((dist, before, by_arc, ends))
        sources, start = ends, dist[ends]
    best = min(runs[-1][3], key=lambda vertex: (runs[-1][0][vertex], vertex))
    total = float(runs[-1][0][best])
    if not np.isfinite(total):
        return None
    arcs: list[int] = []
    vertices: list[int] = []
    end = int(best)
    for _, before, by_arc, _ in reversed(runs):
        part, reached = trace(before, by_arc, end)
        arcs, vertices = part + arcs, reached + vertices
        end = _start_of(before, by_arc, end)
    return Way(arcs, vertices, end, total)


def _start_of(before: NDArray[np.int32], by_arc: NDArray[np.int32], end: int) -> int:
    while by_arc[end] >= 0:
        end = int(before[end])
    return end


def _describe(
    network: Network,
    graph: Graph,
    prices: Prices,
    value: NDArray[np.float64],
    path: Way,
    stops: Sequence[str],
    allowed: Permission,
) -> Route:
    arcs = np.array(path.arcs, dtype=np.int64)
    rates, times = np.zeros((1, 1, len(graph.rates))), np.zeros((1, 1, len(graph.prices)))
    of_rate, of_fixed = arcs[graph.rate[arcs] >= 0], arcs[graph.fixed[arcs] >= 0]
    np.add.at(rates[0, 0], graph.rate[of_rate], graph.km[of_rate])
    np.add.at(times[0, 0], graph.fixed[of_fixed], 1.0)
    mode = graph.mode_at(path.source)
    loading = prices.start_loading.get(mode, np.zeros(1))[:, None]
    lost = (prices.start_loss + prices.mode_loss.get(mode, 0.0))[:, None]
    parts, hours, km = components(prices, graph, rates, times, value, (loading, lost))
    passed = frozenset(network.nodes.place[stop] for stop in stops)
    legs = describe_legs(
        network, graph, prices, value, path.arcs, path.vertices, path.source, passed
    )
    gates = tuple(gate for leg in legs for gate in leg.gates)
    notes = list(network.notes)
    path_nodes = [int(graph.node[vertex]) for vertex in path.vertices]
    if not value.any():
        notes.append("no goods value was given: the inventory cost is 0")
    if not allowed.avoid and len(countries_of(network, path_nodes)) > 1:
        notes.append("no country was avoided: what a sanction forbids is not looked at")
    if len(stops) > 2:
        notes.append(f"by way of {', '.join(stops[1:-1])}")
    return Route(
        length_km=float(km[0, 0]),
        cost_usd_per_t=float(parts[0, 0].sum()),
        components={
            name: float(parts[0, 0, n])
            for n, name in enumerate(COMPONENTS)
            if name not in OPTIONAL or parts[0, 0, n] > 0
        },
        hours=float(hours[0, 0]),
        legs=legs,
        gates=gates,
        countries=countries_of(network, path_nodes),
        notes=tuple(notes),
        links=tuple(network.links.ids[link] for link in graph.link[arcs] if link >= 0),
        line_km=line_km(network, graph, arcs),
    )


def countries_of(network: Network, nodes: Sequence[int]) -> tuple[str, ...]:
    """Return the countries of nodes in order, each once; the sea has none."""
    words = (network.nodes.country_words[network.nodes.country[node]] for node in nodes)
    return tuple(dict.fromkeys(word for word in words if word))


def describe_legs(
    network: Network,
    graph: Graph,
    prices: Prices,
    value: NDArray[np.float64],
    arcs: Sequence[int],
    vertices: Sequence[int],
    source: int,
    stops: frozenset[int] = frozenset(),
) -> tuple[Leg, ...]:
    """Cut a path into legs of one mode; a transfer belongs to the leg that begins with it.

    Parameters
    ----------
    network, graph, prices, value
        As for `find_route`; costs are those of the first draw.
    arcs, vertices
        Arcs of the whole graph in order of travel, and the vertex to which each leads.
    source
        The vertex where the path begins.
    stops
        Nodes at which a leg ends although the mode goes on (a sale point, a place to pass).
    """
    per_km, once = prices.when_choosing(value)
    usd = _priced(graph, per_km[0], once[0])
    hours = _priced(graph, prices.hours_per_km[0], prices.hours_mean[0])
    runs: list[tuple[str, list[int]]] = []
    pending: list[int] = []
    for step, arc in enumerate(arcs):
        mode = _mode(network, graph, arc)
        stopped = step > 0 and int(graph.node[vertices[step - 1]]) in stops
        if not mode:
            pending.append(step)
        elif runs and runs[-1][0] == mode and not pending and not stopped:
            runs[-1][1].append(step)
        else:
            runs.append((mode, [*pending, step]))
            pending = []
    if pending and runs:
        runs[-1][1].extend(pending)
    legs = []
    for mode, steps in runs:
        begin = vertices[steps[0] - 1] if steps[0] else source
        nodes = [int(graph.node[v]) for v in [begin, *(vertices[step] for step in steps)]]
        chosen = [arcs[step] for step in steps]
        legs.append(
            Leg(
                mode=mode,
                origin=_name(network, nodes[0]),
                destination=_name(network, nodes[-1]),
                km=float(graph.km[chosen].sum()),
                hours=float(hours[chosen].sum()),
                usd_per_t=float(usd[chosen].sum()),
                countries=countries_of(network, nodes),
                gates=tuple(
                    network.gates[graph.prices[graph.fixed[arc]].item].id
                    for arc in chosen
                    if graph.fixed[arc] >= 0 and graph.prices[graph.fixed[arc]].kind == "gate"
                ),
                nodes=tuple(nodes),
            )
        )
    return tuple(legs)


def _mode(network: Network, graph: Graph, arc: int) -> str:
    """Return the mode of an arc, empty for a transfer."""
    if graph.rate[arc] >= 0:
        return str(graph.rates[graph.rate[arc]][0])
    price = graph.prices[graph.fixed[arc]]
    return network.services[price.item].mode if price.kind == "service" else ""


def _name(network: Network, node: int) -> str:
    """Return a node's place, or its coordinates."""
    for place, number in network.nodes.place.items():
        if number == node:
            return place
    return f"{network.nodes.lon[node]:.3f} {network.nodes.lat[node]:.3f}"
