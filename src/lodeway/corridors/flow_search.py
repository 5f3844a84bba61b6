"""Cheapest paths of many commodities at once, in compiled code: the pricing step of a flow.

A* (Hart, Nilsson and Raphael 1968, "A formal basis for the heuristic determination of minimum cost
paths", IEEE Transactions SSC 4). The potentials are the distances to the target at the arcs' own
cost; prices of capacity only ever add to it, so they never overestimate and stay consistent.
"""

from __future__ import annotations

import numpy as np

from lodeway.corridors.search import Floats, Ints, compiled, drop_first, push


@compiled
def _astar(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    cost: Floats,
    ahead: Floats,
    source: int,
    target: int,
    worst: float,
    dist: Floats,
    by_arc: Ints,
    before: Ints,
    done: Ints,
    keys: Floats,
    items: Ints,
    mark: int,
) -> float:
    """Return the length of the cheapest path, infinity where it is `worst` or more.

    `done` holds 2 * mark for a vertex that is reached in this search, 2 * mark + 1 once settled.
    """
    if not ahead[source] < worst:
        return np.inf
    dist[source] = 0.0
    done[source] = 2 * mark
    by_arc[source] = -1
    size = push(keys, items, 0, ahead[source], source)
    while size > 0:
        if not keys[0] < worst:
            return np.inf
        vertex = items[0]
        size = drop_first(keys, items, size)
        if done[vertex] == 2 * mark + 1:
            continue
        done[vertex] = 2 * mark + 1
        if vertex == target:
            return float(dist[vertex])
        for place in range(first[vertex], first[vertex + 1]):
            head = neighbour[place]
            arc = arc_of[place]
            if done[head] == 2 * mark + 1:
                continue
            length = dist[vertex] + cost[arc]
            key = length + ahead[head]
            if not key < worst:
                continue
            if done[head] != 2 * mark or length < dist[head]:
                dist[head] = length
                done[head] = 2 * mark
                by_arc[head] = arc
                before[head] = vertex
                size = push(keys, items, size, key, head)
    return np.inf


@compiled
def price_paths(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    cost: Floats,
    ahead: Floats,
    target_of: Ints,
    source: Ints,
    target: Ints,
    worst: Floats,
) -> tuple[Floats, Ints, Ints]:
    """Return the cheapest path of each commodity that beats its `worst` length.

    Parameters
    ----------
    first, neighbour, arc_of, cost
        The network, as in `lodeway.corridors.search`.
    ahead, target_of
        Potentials of shape ``(targets, vertices)``, and which row serves each commodity.
    source, target, worst
        By commodity.

    Returns
    -------
    tuple
        Lengths (infinity where no path is better), where each path begins in the list of arcs
        (one more entry than commodities), and that list, from the target back to the source.
    """
    vertices = len(first) - 1
    dist = np.empty(vertices)
    by_arc = np.empty(vertices, dtype=np.int32)
    before = np.empty(vertices, dtype=np.int32)
    done = np.zeros(vertices, dtype=np.int32)
    keys = np.empty(len(neighbour) + 1)
    items = np.empty(len(neighbour) + 1, dtype=np.int32)
    lengths = np.empty(len(source))
    starts = np.zeros(len(source) + 1, dtype=np.int32)
    path = np.empty(vertices * len(source), dtype=np.int32)
    count = 0
    for number in range(len(source)):
        lengths[number] = _astar(
            first, neighbour, arc_of, cost, ahead[target_of[number]], source[number],
            target[number], worst[number], dist, by_arc, before, done, keys, items, number + 1,
        )  # fmt: skip
        if lengths[number] < np.inf:
            vertex = target[number]
            while by_arc[vertex] >= 0:
                path[count] = by_arc[vertex]
                count += 1
                vertex = before[vertex]
        starts[number + 1] = count
    return lengths, starts, path[:count].copy()


@compiled
def fill_greedily(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    cost: Floats,
    room: Floats,
    ahead: Floats,
    target_of: Ints,
    source: Ints,
    target: Ints,
    amount: Floats,
    worst: float,
    most: int,
) -> tuple[Ints, Ints, Ints]:
    """Route each commodity along its cheapest paths with room, one after the other.

    A first guess only: it gives the master problem paths to mix. `room` is left as it was.

    Returns
    -------
    tuple
        Commodity of each path, where each begins in the list of arcs, and that list.
    """
    vertices = len(first) - 1
    dist = np.empty(vertices)
    by_arc = np.empty(vertices, dtype=np.int32)
    before = np.empty(vertices, dtype=np.int32)
    done = np.zeros(vertices, dtype=np.int32)
    keys = np.empty(len(neighbour) + 1)
    items = np.empty(len(neighbour) + 1, dtype=np.int32)
    now = cost.copy()
    left = room.copy()
    owner = np.empty(most * len(source), dtype=np.int32)
    starts = np.zeros(most * len(source) + 1, dtype=np.int32)
    path = np.empty(most * len(source) * vertices, dtype=np.int32)
    count, paths, mark = 0, 0, 0
    for number in range(len(source)):
        rest = amount[number]
        for _ in range(most):
            if rest <= 0.0:
                break
            mark += 1
            length = _astar(
                first, neighbour, arc_of, now, ahead[target_of[number]], source[number],
                target[number], worst, dist, by_arc, before, done, keys, items, mark,
            )  # fmt: skip
            if length == np.inf:
                break
            load = rest
            vertex = target[number]
            while by_arc[vertex] >= 0:
                load = min(load, left[by_arc[vertex]])
                path[count] = by_arc[vertex]
                count += 1
                vertex = before[vertex]
            for place in range(starts[paths], count):
                arc = path[place]
                left[arc] -= load
                if left[arc] <= 0.0:
                    now[arc] = np.inf
            owner[paths] = number
            paths += 1
            starts[paths] = count
            rest -= load
    return owner[:paths].copy(), starts[: paths + 1].copy(), path[:count].copy()
