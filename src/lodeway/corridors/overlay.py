"""A small graph with exactly the same shortest paths as the whole network, for re-pricing.

Customisable route planning (Delling, Goldberg, Pajor and Werneck 2011, "Customizable route
planning", SEA; 2017, Transportation Science 51): cells are connected links with one price by km
(mode and countries). Inside a cell the shortest way is the cheapest way in every possible world,
so only ways between the cell's portals are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cells import cell_arcs
from lodeway.corridors.graph import Graph, compressed_rows
from lodeway.corridors.search import dijkstra


@dataclass(frozen=True)
class Overlay:
    """The reduced graph and the way back to the whole one.

    Attributes
    ----------
    graph
        The overlay: the same prices, fewer vertices and arcs. Its vertices are numbered anew.
    vertex
        Vertex of the whole graph behind each vertex of the overlay.
    source
        Arc of the whole graph behind each arc of the overlay, -1 for a way through a cell.
    inner
        Arcs of the whole graph that make the cells.
    whole
        The whole graph.
    """

    graph: Graph
    vertex: NDArray[np.int32]
    source: NDArray[np.int32]
    inner: NDArray[np.bool_]
    whole: Graph


def build_overlay(
    graph: Graph, usable: NDArray[np.bool_], special: NDArray[np.bool_], nodes: Iterable[int]
) -> Overlay:
    """Reduce a graph to its portals.

    Parameters
    ----------
    graph
        The whole graph.
    usable
        Arcs that are open in at least one state, shape ``(arcs,)``; the others are left out.
    special
        Links that a scenario may change or that hold a capacity, shape ``(links,)``: they stay
        arcs of their own, as does every arc with a gate, a transfer or a service.
    nodes
        Origins, destinations and places between: all their vertices stay.

    Returns
    -------
    Overlay
        Exact for any prices and for any state that opens no other arcs than `usable` and shuts
        no other links than the special ones.
    """
    of_link = graph.link >= 0
    apart = graph.fixed >= 0
    apart[of_link] |= special[graph.link[of_link]]
    lone = (graph.link < 0) | apart
    inner = usable & ~lone
    cell = np.where(inner, graph.rate, -1).astype(np.int32)
    portal = _portals(graph, inner, usable & lone, nodes)
    portals = np.flatnonzero(portal).astype(np.int32)
    one, two, rate, km = cell_arcs(
        graph.first, graph.neighbour, graph.arc_of, graph.km, cell, portal, portals
    )
    kept = np.flatnonzero(usable & lone).astype(np.int32)
    number = np.full(len(graph.node), -1, dtype=np.int32)
    number[portals] = np.arange(len(portals), dtype=np.int32)
    ways = len(km)
    none = np.full(ways, -1, dtype=np.int32)
    tail = np.concatenate([number[graph.tail[kept]], number[one]])
    head = np.concatenate([number[graph.head[kept]], number[two]])
    both = np.concatenate([graph.both[kept], np.ones(ways, dtype=bool)])
    first, neighbour, arc_of = compressed_rows(len(portals), tail, head, both)
    small = replace(
        graph,
        node=graph.node[portals],
        side=tuple(graph.side[vertex] for vertex in portals),
        sides={},
        tail=tail,
        head=head,
        km=np.concatenate([graph.km[kept], km]),
        rate=np.concatenate([graph.rate[kept], rate]),
        fixed=np.concatenate([graph.fixed[kept], none]),
        link=np.concatenate([graph.link[kept], none]),
        both=both,
        first=first,
        neighbour=neighbour,
        arc_of=arc_of,
    )
    small.sides.update(_sides(small))
    return Overlay(small, portals, np.concatenate([kept, none]), inner, graph)


def _portals(
    graph: Graph, inner: NDArray[np.bool_], apart: NDArray[np.bool_], nodes: Iterable[int]
) -> NDArray[np.bool_]:
    """Mark vertices where a path may change its price, or begin, or end."""
    vertices = len(graph.node)
    portal = np.zeros(vertices, dtype=bool)
    portal[graph.tail[apart]] = True
    portal[graph.head[apart]] = True
    low, high = np.full(vertices, np.iinfo(np.int32).max), np.full(vertices, -1)
    for end in (graph.tail, graph.head):
        np.minimum.at(low, end[inner], graph.rate[inner])
        np.maximum.at(high, end[inner], graph.rate[inner])
    portal |= (high >= 0) & (low != high)
    for node in nodes:
        portal[graph.vertices_of(node)] = True
    return portal


def _sides(graph: Graph) -> dict[int, dict[str, int]]:
    """Return vertices by node, for those nodes that the overlay keeps."""
    sides: dict[int, dict[str, int]] = {}
    for vertex, node in enumerate(graph.node):
        sides.setdefault(int(node), {})[graph.side[vertex]] = vertex
    return sides


def unpack(overlay: Overlay, arc: int, tail: int) -> tuple[list[int], list[int]]:
    """Return the arcs and vertices of the whole graph behind one arc, from its end `tail`.

    Parameters
    ----------
    overlay
        The overlay.
    arc
        An arc of the overlay.
    tail
        The vertex of the overlay from which it is travelled.

    Returns
    -------
    tuple
        Arcs, and the vertices that they lead to, in order of travel.
    """
    small, whole = overlay.graph, overlay.whole
    head = int(small.head[arc]) if int(small.tail[arc]) == tail else int(small.tail[arc])
    start, end = int(overlay.vertex[tail]), int(overlay.vertex[head])
    if overlay.source[arc] >= 0:
        return [int(overlay.source[arc])], [end]
    inside = overlay.inner & (whole.rate == small.rate[arc])
    cost = np.where(inside, whole.km, np.inf)
    wanted = np.zeros(len(whole.node), dtype=bool)
    wanted[end] = True
    _, before, by_arc = dijkstra(
        whole.first, whole.neighbour, whole.arc_of, cost,
        np.array([start], dtype=np.int32), np.zeros(1), wanted,
    )  # fmt: skip
    return trace(before, by_arc, end)


def trace(
    before: NDArray[np.int32], by_arc: NDArray[np.int32], end: int
) -> tuple[list[int], list[int]]:
    """Return the arcs and vertices that lead to `end`, in order of travel."""
    arcs: list[int] = []
    vertices: list[int] = []
    vertex = end
    while by_arc[vertex] >= 0:
        arcs.append(int(by_arc[vertex]))
        vertices.append(vertex)
        vertex = int(before[vertex])
    return arcs[::-1], vertices[::-1]
