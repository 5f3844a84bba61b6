"""The cheapest way that uses a change: how far an unused corridor is from having cargo.

What a route saves says nothing of a corridor that nobody takes. The cheapest way *through* one of
its links does: the difference to the best way without it is the toll that cargo would bear, and
where it is negative, what the corridor would have to be cheaper by.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.freight import Shipment, Task, prices_of
from lodeway.corridors.graph import Graph, compressed_rows
from lodeway.corridors.search import compiled, dijkstra

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

#: Possible worlds that are searched: the first ones, so that each can be held against its own base.
REALISATIONS = 64


def through(task: Task, changed: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return the least known cost of each lane over the ways that use a changed arc.

    Parameters
    ----------
    task
        A state, as for `lodeway.corridors.freight.evaluate`.
    changed
        Arcs of the overlay of which one at least is used, shape ``(arcs,)``.

    Returns
    -------
    dict
        By lane, USD per wet tonne as it looks when choosing, shape ``(draws,)``; NaN where no way
        through a changed arc exists, and in worlds beyond the first `REALISATIONS`.
    """
    lanes = [lane for shipment in task.shipments for lane in shipment.lanes]
    arcs = np.flatnonzero(changed & task.usable).astype(np.int32)
    if not len(arcs):
        return dict.fromkeys(lanes, np.full(task.draws, np.nan))
    prices = prices_of(task)
    graph = task.graph
    backward = compressed_rows(len(graph.node), graph.head, graph.tail, graph.both)
    worlds = min(task.draws, REALISATIONS)
    found: dict[str, Floats] = {}
    for shipment in task.shipments:
        per_km, once = prices.when_choosing(shipment.usd_per_t)
        sources = graph.vertices_of(shipment.origin)
        start = prices.start(graph, sources, shipment.usd_per_t)
        cost = _costs(graph, task.usable, per_km[:worlds], once[:worlds])
        least = _least(graph, backward, arcs, cost, sources, start[:worlds], shipment)
        for lane, values in zip(shipment.lanes, least, strict=True):
            found[lane] = np.full(task.draws, np.nan)
            found[lane][:worlds] = np.where(np.isfinite(values), values, np.nan)
    return found


def _costs(graph: Graph, usable: NDArray[np.bool_], per_km: Floats, once: Floats) -> Floats:
    """Return the known cost of every arc in every world, ``(worlds, arcs)``; infinite where shut.

    A rate or a fixed price of number -1 is nothing.
    """
    none = np.zeros((len(per_km), 1))
    rates, fixed = np.hstack([per_km, none]), np.hstack([once, none])
    cost = graph.km * rates[:, graph.rate] + fixed[:, graph.fixed]
    cost[:, ~usable] = np.inf
    return cost


def _least(
    graph: Graph,
    backward: tuple[Ints, Ints, Ints],
    arcs: Ints,
    cost: Floats,
    sources: Ints,
    start: Floats,
    shipment: Shipment,
) -> Floats:
    """Return the least cost to each market through one of some arcs, ``(markets, worlds)``."""
    ends = [graph.vertices_of(node) for node in shipment.targets]
    return np.stack(
        [
            _through_worlds(
                graph.first, graph.neighbour, graph.arc_of, *backward, cost, sources, start, end,
                arcs, graph.tail[arcs], graph.head[arcs], graph.both[arcs],
            )
            for end in ends
        ]
    )  # fmt: skip


@compiled
def _through_worlds(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    back_first: Ints,
    back_neighbour: Ints,
    back_arc_of: Ints,
    cost: Floats,
    sources: Ints,
    start: Floats,
    ends: Ints,
    arcs: Ints,
    tail: Ints,
    head: Ints,
    both: NDArray[np.bool_],
) -> Floats:
    """Join a search from the origin and one from the market at every arc, in every world."""
    wanted = np.zeros(len(first) - 1, dtype=np.bool_)
    nothing = np.zeros(len(ends))
    least = np.full(len(cost), np.inf)
    for world in range(len(cost)):
        there, _, _ = dijkstra(first, neighbour, arc_of, cost[world], sources, start[world], wanted)
        left, _, _ = dijkstra(
            back_first, back_neighbour, back_arc_of, cost[world], ends, nothing, wanted
        )
        for number in range(len(arcs)):
            price = cost[world, arcs[number]]
            way = there[tail[number]] + price + left[head[number]]
            if both[number]:
                way = min(way, there[head[number]] + price + left[tail[number]])
            least[world] = min(least[world], way)
    return least
