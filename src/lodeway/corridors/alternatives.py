"""Alternatives that a dispatcher would call different: little in common, and not much longer.

Via-node ways over plateaus (Abraham, Delling, Goldberg and Werneck 2013, ACM JEA 18) first; where
they are too few, or the route passes given places, ways found by penalising what is used (de la
Barra, Perez and Anez 1993). Yen's algorithm is of no use here: its ways differ by a yard's wiggle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.graph import Graph
from lodeway.corridors.two_trees import Trees, plateaus, two_trees, walk

Floats = NDArray[np.float64]

#: Two alternatives share at most this part of the shorter one's kilometres.
MOST_OVERLAP = 0.6
#: An alternative costs at most this many times the best way.
MOST_STRETCH = 1.5
#: A way must follow both trees together for this share of the best, in turn: the longer the better.
_PLATEAU_SHARES = (0.2, 0.05, 0.01)
_PENALTY, _TRIES = 1.4, 6


@dataclass(frozen=True)
class Way:
    """A path: arcs and the vertices they lead to, in order of travel; its start and its length."""

    arcs: list[int]
    vertices: list[int]
    source: int
    length: float


#: Searches the best way for given costs of arcs; None where there is none.
Search = Callable[[Floats], "Way | None"]


def shared(graph: Graph, one: Sequence[int], two: Sequence[int]) -> float:
    """Return the kilometres that two ways share, as a part of the shorter one's."""
    first, second = np.unique(one), np.unique(two)
    shortest = min(graph.km[first].sum(), graph.km[second].sum())
    common = graph.km[np.intersect1d(first, second, assume_unique=True)].sum()
    return float(common / shortest) if shortest > 0 else float(np.array_equal(first, second))


def alternatives(
    graph: Graph,
    cost: Floats,
    best: Way,
    wanted: int,
    search: Search,
    ends: tuple[NDArray[np.int32], Floats, NDArray[np.int32]] | None,
    *,
    most_overlap: float = MOST_OVERLAP,
    most_stretch: float = MOST_STRETCH,
) -> list[Way]:
    """Return up to `wanted` ways beside the best, cheapest first as they are found.

    Parameters
    ----------
    graph, cost
        The graph and the cost of each of its arcs (infinite where shut).
    best
        The best way.
    wanted
        How many others.
    search
        Finds the best way for other costs.
    ends
        Sides of the origin, what is spent there, and sides of the destination; None where the way
        must pass places between, and only the penalty method can serve.
    most_overlap, most_stretch
        What counts as different, and as acceptable.

    Returns
    -------
    list of Way
        Fewer than `wanted` where no more such ways were found.
    """
    chosen: list[Way] = []
    kept: list[tuple[NDArray[np.bool_], float]] = []
    limit = most_stretch * best.length

    def take(way: Way) -> bool:
        """Keep a way that is good; say whether there are enough."""
        arcs = np.array(way.arcs, dtype=np.int64)
        km = graph.km[arcs]
        if way.length > limit * (1 + 1e-12) or _turns_back(way, ends is not None):
            return False
        for used, length in kept:
            if km[used[arcs]].sum() > most_overlap * min(float(km.sum()), length):
                return False
        used = np.zeros(len(graph.km), dtype=bool)
        used[arcs] = True
        kept.append((used, float(km.sum())))
        chosen.append(way)
        return len(chosen) > wanted

    take(best)
    if wanted > 0 and ends is not None:
        for way in _over_plateaus(graph, cost, ends, most_stretch):
            if take(way):
                break
    if len(chosen) <= wanted:
        for way in _by_penalty(cost, best, search, _TRIES * wanted):
            if take(way):
                break
    return chosen[1:]


def _turns_back(way: Way, simple: bool) -> bool:
    """Whether a way that should visit no vertex twice does; by way of places it may have to."""
    return simple and len({way.source, *way.vertices}) != len(way.vertices) + 1


def _over_plateaus(
    graph: Graph,
    cost: Floats,
    ends: tuple[NDArray[np.int32], Floats, NDArray[np.int32]],
    stretch: float,
) -> Iterator[Way]:
    """Yield ways over plateaus: first those with long ones, each tier by total length."""
    rows = (graph.first, graph.neighbour, graph.arc_of)
    best, trees = two_trees(rows, graph.turned, cost, *ends, stretch)
    heads, lengths, totals = plateaus(trees, cost, stretch * best)
    seen: set[int] = set()
    for share in _PLATEAU_SHARES:
        tier = np.flatnonzero(lengths >= share * best)
        for number in tier[np.lexsort((heads[tier], totals[tier]))].tolist():
            if number not in seen:
                seen.add(number)
                yield _through(trees, int(heads[number]), float(totals[number]))


def _through(trees: Trees, middle: int, total: float) -> Way:
    _, before, arc_f, _, after, arc_b = trees
    back, reached = walk(middle, before, arc_f)
    onward, beyond = walk(middle, after, arc_b)
    source = int(reached[-1]) if len(reached) else middle
    passed = np.concatenate([reached[-2::-1], [middle], beyond]) if len(reached) else beyond
    return Way(np.concatenate([back[::-1], onward]).tolist(), passed.tolist(), source, total)


def _by_penalty(cost: Floats, best: Way, search: Search, tries: int) -> Iterator[Way]:
    """Yield the best ways when what was used before is made dearer each time."""
    dearer = cost.copy()
    way: Way | None = best
    for _ in range(tries):
        if way is None:
            return
        used = np.unique(way.arcs)
        dearer[used] *= _PENALTY
        before = way
        way = search(dearer)
        if way is not None and way.arcs != before.arcs:
            true = way.length - float(dearer[way.arcs].sum()) + float(cost[way.arcs].sum())
            yield Way(way.arcs, way.vertices, way.source, true)
