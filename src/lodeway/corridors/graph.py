"""The network as a graph for search: places split by mode, gates and transfers as priced arcs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.network import Network

#: Side of a place that a service reaches whose price already contains the loading.
LOADED = "*"


@dataclass(frozen=True)
class Fixed:
    """Something that is paid once, when it is passed.

    Attributes
    ----------
    kind
        ``gate``, ``transfer`` or ``service``.
    item
        Position of the gate or service; -1 for a transfer.
    modes
        The modes before and after a transfer.
    """

    kind: str
    item: int
    modes: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Graph:
    """Vertices and arcs, in the compressed rows that `lodeway.corridors.search` reads.

    Attributes
    ----------
    node
        Node of each vertex; a node where modes meet has one vertex for each of them.
    side
        Mode of each vertex, empty where a node is not split.
    sides
        Vertices of each node that is split.
    tail, head, km, rate, fixed, link
        Arcs: ends, length, what is paid by km (position in `rates`), what is paid once (position
        in `prices`), and the link (-1 for a transfer, a service or a way through a cell).
    both
        Whether an arc runs both ways.
    rates
        Mode and countries of each price by km.
    prices
        What each fixed price stands for.
    first, neighbour, arc_of
        Compressed rows.
    """

    node: NDArray[np.int32]
    side: tuple[str, ...]
    sides: dict[int, dict[str, int]]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    km: NDArray[np.float64]
    rate: NDArray[np.int32]
    fixed: NDArray[np.int32]
    link: NDArray[np.int32]
    both: NDArray[np.bool_]
    rates: tuple[tuple[str, tuple[str, ...]], ...]
    prices: tuple[Fixed, ...]
    first: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    arc_of: NDArray[np.int32]

    @cached_property
    def turned(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Compressed rows of the graph with its one-way arcs turned round."""
        from lodeway.corridors.two_trees import turned_rows

        rows = (self.first, self.neighbour, self.arc_of)
        return turned_rows(len(self.node), self.tail, self.head, self.both, rows)

    def vertices_of(self, node: int) -> NDArray[np.int32]:
        """Return all vertices of a node."""
        return np.array(sorted(self.sides.get(node, {"": node}).values()), dtype=np.int32)

    def mode_at(self, vertex: int) -> str:
        """Return the mode of a vertex: its side, or that of the links there."""
        if self.side[vertex]:
            return self.side[vertex].removesuffix(LOADED)
        for place in range(self.first[vertex], self.first[vertex + 1]):
            rate = self.rate[self.arc_of[place]]
            if rate >= 0:
                return str(self.rates[rate][0])
        return ""

    def usable(self, links: NDArray[np.bool_], services: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which arcs are open, given the links and services that are."""
        open_arcs = np.ones(len(self.km), dtype=bool)
        of_link = self.link >= 0
        open_arcs[of_link] = links[self.link[of_link]]
        for number, price in enumerate(self.prices):
            if price.kind == "service":
                open_arcs[self.fixed == number] = services[price.item]
        return open_arcs


def compressed_rows(
    vertices: int, tail: NDArray[np.int32], head: NDArray[np.int32], both: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return `first`, `neighbour` and `arc_of`; arcs of one vertex stand in order of their number.

    Examples
    --------
    >>> one = np.array([0], dtype=np.int32)
    >>> compressed_rows(2, one, one + 1, np.array([True]))[1].tolist()
    [1, 0]
    """
    arcs = np.arange(len(tail), dtype=np.int32)
    start = np.concatenate([tail, head[both]])
    end = np.concatenate([head, tail[both]])
    arc = np.concatenate([arcs, arcs[both]])
    order = np.lexsort((arc, start))
    first = np.zeros(vertices + 1, dtype=np.int32)
    np.cumsum(np.bincount(start, minlength=vertices), out=first[1:])
    return first, end[order].astype(np.int32), arc[order].astype(np.int32)


def build_graph(network: Network) -> Graph:
    """Split every node where modes meet, and join its sides by transfers.

    A connector ``access_road`` and a road link both end at the road side of a place. A transfer
    joins each two sides, one arc for each direction. A service runs one way; where its price
    contains the loading it ends at sides of its own, whose transfers cost nothing.

    Parameters
    ----------
    network
        A checked network.

    Returns
    -------
    Graph
        Arcs stand in order: links by id, then transfers, then services, so that of two equal ways
        the one with the smaller link id is kept.
    """
    links = network.links
    nodes = len(network.nodes.lon)
    sides = _sides(network)
    node, side = list(range(nodes)), [""] * nodes
    vertex_of: dict[int, dict[str, int]] = {}
    for place in sorted(sides):
        vertex_of[place] = {}
        for number, mode in enumerate(sorted(sides[place])):
            vertex = place if number == 0 else len(node)
            if number:
                node.append(place)
                side.append("")
            side[vertex] = mode
            vertex_of[place][mode] = vertex
    ends = []
    for end in (links.tail, links.head):
        moved = end.copy()
        for position in np.flatnonzero(np.isin(end, list(vertex_of))):
            mode = links.mode_words[links.mode[position]]
            moved[position] = vertex_of[int(end[position])][mode]
        ends.append(moved)
    combined = links.mode.astype(np.int64) * len(links.countries_words) + links.countries
    classes, rate = np.unique(combined, return_inverse=True)
    rates = tuple(
        (
            links.mode_words[code // len(links.countries_words)],
            links.countries_words[code % len(links.countries_words)],
        )
        for code in classes
    )
    arcs = _Arcs([Fixed("gate", number) for number in range(len(network.gates))])
    arcs.add_transfers(vertex_of)
    arcs.add_services(network, vertex_of)
    return arcs.finish(node, side, vertex_of, (ends[0], ends[1]), network, rate, rates)


def _sides(network: Network) -> dict[int, set[str]]:
    """Return the modes of every node where more than one meets."""
    links = network.links
    nodes = len(network.nodes.lon)
    low, high = np.full(nodes, 99), np.full(nodes, -1)
    for end in (links.tail, links.head):
        np.minimum.at(low, end, links.mode)
        np.maximum.at(high, end, links.mode)
    split = (high >= 0) & (low != high)
    reached: dict[int, set[str]] = {int(node): set() for node in np.flatnonzero(split)}
    for service in network.services:
        mode = service.mode + (LOADED if "loading" in service.contains else "")
        for place in (service.origin, service.destination):
            node = network.node_of(place, service.where)
            reached.setdefault(node, set()).add(mode)
    meeting = np.array(sorted(reached), dtype=np.int64)
    for end in (links.tail, links.head):
        for position in np.flatnonzero(np.isin(end, meeting)):
            reached[int(end[position])].add(links.mode_words[links.mode[position]])
    return reached


class _Arcs:
    """Collects the arcs that are no links."""

    def __init__(self, prices: list[Fixed]) -> None:
        self.prices = prices
        self.rows: list[tuple[int, int, float, int]] = []

    def _price(self, price: Fixed) -> int:
        if price not in self.prices:
            self.prices.append(price)
        return self.prices.index(price)

    def add_transfers(self, vertex_of: dict[int, dict[str, int]]) -> None:
        for place in sorted(vertex_of):
            for one, tail in vertex_of[place].items():
                for two, head in vertex_of[place].items():
                    if one != two:
                        price = self._price(Fixed("transfer", -1, (one, two)))
                        self.rows.append((tail, head, 0.0, price))

    def add_services(self, network: Network, vertex_of: dict[int, dict[str, int]]) -> None:
        for number, service in enumerate(network.services):
            mode = service.mode + (LOADED if "loading" in service.contains else "")
            tail = vertex_of[network.node_of(service.origin)][mode]
            head = vertex_of[network.node_of(service.destination)][mode]
            price = self._price(Fixed("service", number))
            self.rows.append((tail, head, service.length_km, price))

    def finish(
        self,
        node: Sequence[int],
        side: Iterable[str],
        vertex_of: dict[int, dict[str, int]],
        ends: tuple[NDArray[np.int32], NDArray[np.int32]],
        network: Network,
        rate: NDArray[np.int64],
        rates: tuple[tuple[str, tuple[str, ...]], ...],
    ) -> Graph:
        links, extra = network.links, len(self.rows)
        none = np.full(extra, -1, dtype=np.int32)
        tail = np.concatenate([ends[0], np.array([r[0] for r in self.rows], dtype=np.int32)])
        head = np.concatenate([ends[1], np.array([r[1] for r in self.rows], dtype=np.int32)])
        both = np.concatenate([np.ones(len(links), dtype=bool), np.zeros(extra, dtype=bool)])
        first, neighbour, arc_of = compressed_rows(len(node), tail, head, both)
        return Graph(
            node=np.array(node, dtype=np.int32),
            side=tuple(side),
            sides=vertex_of,
            tail=tail,
            head=head,
            km=np.concatenate([links.km, np.array([r[2] for r in self.rows], dtype=np.float64)]),
            rate=np.concatenate([rate.astype(np.int32), none]),
            fixed=np.concatenate([links.gate, np.array([r[3] for r in self.rows], dtype=np.int32)]),
            link=np.concatenate([np.arange(len(links), dtype=np.int32), none]),
            both=both,
            rates=rates,
            prices=tuple(self.prices),
            first=first,
            neighbour=neighbour,
            arc_of=arc_of,
        )
