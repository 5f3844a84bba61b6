"""Costs between many places in very many possible worlds: the same few steps for every world.

Customizable contraction hierarchies (Dibbelt, Strasser and Wagner 2016, "Customizable contraction
hierarchies", ACM JEA 21) on top of the overlay of cells. Which vertex is taken out when, and which
shortcuts that needs, depends on the network alone; a world then costs one pass over the triangles
and one over the ancestors of the places asked for. No step depends on a price, so that worlds are
worked side by side, and a shut arc is only an infinite price.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.graph import Graph
from lodeway.corridors.hierarchy_search import LANES, solve_worlds
from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Hierarchy:
    """An order of the vertices, and the shortcuts that it needs.

    Attributes
    ----------
    graph
        The graph (mostly of an overlay) that is ranked.
    rank
        Place of each vertex in the order.
    first, above
        Edges up: those of the vertex of rank *r* stand at ``first[r]:first[r + 1]``; `above` is the
        rank to which each leads.
    edge_of
        Edge behind each arc (-1 for a loop), and `up` whether the arc's tail is the lower end.
    triangles
        Shape ``(triangles, 3)``: edges (v, x), (v, y) and (x, y), in the order of v.
    """

    graph: Graph
    rank: Ints
    first: Ints
    above: Ints
    edge_of: Ints
    up: NDArray[np.bool_]
    triangles: Ints

    def ancestors(self, vertices: Iterable[int]) -> Ints:
        """Return the ranks that can be reached going up from some vertices, in order."""
        seen: set[int] = set()
        stack = [int(self.rank[vertex]) for vertex in vertices]
        while stack:
            here = stack.pop()
            if here not in seen:
                seen.add(here)
                stack.extend(self.above[self.first[here] : self.first[here + 1]].tolist())
        return np.array(sorted(seen), dtype=np.int32)


def build_hierarchy(graph: Graph) -> Hierarchy:
    """Order the vertices of a graph by fewest neighbours (minimum degree; Tinney and Walker 1967).

    Parameters
    ----------
    graph
        Mostly ``build_overlay(...).graph``: on a whole network the order would take minutes.

    Returns
    -------
    Hierarchy
        Serves any prices, and any arcs that are shut.
    """
    near: list[set[int]] = [set() for _ in graph.node]
    for tail, head in zip(graph.tail.tolist(), graph.head.tolist(), strict=True):
        if tail != head:
            near[tail].add(head)
            near[head].add(tail)
    above = _take_out(near)
    order = list(above)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    edges: dict[tuple[int, int], int] = {}
    first, heads = [0], list[int]()
    for low, vertex in enumerate(order):
        for high in sorted(int(rank[other]) for other in above[vertex]):
            edges[low, high] = len(heads)
            heads.append(high)
        first.append(len(heads))
    triangles = [
        (one, two, edges[heads[one], heads[two]])
        for low in range(len(order))
        for one in range(first[low], first[low + 1])
        for two in range(one + 1, first[low + 1])
    ]  # fmt: skip
    ends = np.column_stack([rank[graph.tail], rank[graph.head]])
    edge_of = [
        -1 if one == two else edges[min(one, two), max(one, two)] for one, two in ends.tolist()
    ]
    return Hierarchy(
        graph=graph,
        rank=rank,
        first=np.array(first, dtype=np.int32),
        above=np.array(heads, dtype=np.int32),
        edge_of=np.array(edge_of, dtype=np.int32),
        up=ends[:, 0] < ends[:, 1],
        triangles=np.array(triangles, dtype=np.int32).reshape(-1, 3),
    )


def _take_out(near: list[set[int]]) -> dict[int, list[int]]:
    """Take vertices out one by one; return the neighbours that each then had, in that order."""
    heap = [(len(around), vertex) for vertex, around in enumerate(near)]
    heapq.heapify(heap)
    above: dict[int, list[int]] = {}
    while heap:
        degree, vertex = heapq.heappop(heap)
        if vertex in above:
            continue
        around = near[vertex]
        if degree != len(around):
            heapq.heappush(heap, (len(around), vertex))
            continue
        above[vertex] = sorted(around)
        for other in around:
            near[other] |= around
            near[other] -= {vertex, other}
        near[vertex] = set()
    return above


@dataclass(frozen=True)
class Query:
    """Origins and destinations, prepared for a hierarchy.

    Attributes
    ----------
    origins, targets
        Sides (vertices) of each place.
    """

    hierarchy: Hierarchy
    origins: tuple[Ints, ...]
    targets: tuple[Ints, ...]

    def costs(
        self,
        per_km: Floats,
        once: Floats,
        usable: NDArray[np.bool_],
        start: Sequence[Floats] | None = None,
    ) -> Floats:
        """Return the cost of the cheapest way from each origin to each target in each world.

        Parameters
        ----------
        per_km, once
            Prices, shapes ``(worlds, rates)`` and ``(worlds, fixed)``; an infinite price shuts all
            that bears it, in that world.
        usable
            Arcs that are open in every world, shape ``(arcs,)``.
        start
            For each origin what is spent at its sides, shape ``(worlds, sides)``; by default 0.

        Returns
        -------
        numpy.ndarray
            Shape ``(worlds, origins, targets)``; infinite where there is no way.
        """
        graph, tree = self.hierarchy.graph, self.hierarchy
        worlds = len(per_km)
        if once.shape[0] != worlds:
            raise LodewayError("bad-argument", "once", once.shape, f"{worlds} worlds")
        if start is None:
            start = [np.zeros((worlds, len(sides))) for sides in self.origins]
        begin = np.ascontiguousarray(
            np.concatenate([np.asarray(part).T for part in start], axis=0), dtype=np.float64
        ).reshape(-1, worlds)
        kept = np.flatnonzero(usable & (tree.edge_of >= 0))
        ways = [tree.ancestors(sides.tolist()) for sides in self.origins]
        down = tree.ancestors([vertex for sides in self.targets for vertex in sides.tolist()])
        return solve_worlds(
            graph.km[kept], graph.rate[kept], graph.fixed[kept], graph.both[kept],
            tree.edge_of[kept], tree.up[kept], tree.first, tree.above, tree.triangles,
            np.ascontiguousarray(per_km.T), np.ascontiguousarray(once.T), begin,
            *_ragged([tree.rank[sides] for sides in self.origins]), *_ragged(ways), down,
            *_ragged([tree.rank[sides] for sides in self.targets]),
        )  # fmt: skip


def _ragged(parts: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Return lists of different lengths as one, with the places where each begins."""
    first = np.zeros(len(parts) + 1, dtype=np.int32)
    np.cumsum([len(part) for part in parts], out=first[1:])
    together = np.concatenate(parts) if parts else np.zeros(0)
    return first, together.astype(np.int32)


def slabs(draws: int, size: int = 64 * LANES) -> Iterator[tuple[int, int]]:
    """Yield first draw and number of draws of each slab, so that prices need little memory.

    Examples
    --------
    >>> list(slabs(10, 4))
    [(0, 4), (4, 4), (8, 2)]
    """
    for first in range(0, draws, size):
        yield first, min(size, draws - first)
