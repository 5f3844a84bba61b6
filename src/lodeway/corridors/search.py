"""Shortest paths in compiled code: Dijkstra's algorithm on compressed rows.

Dijkstra (1959), "A note on two problems in connexion with graphs", Numerische Mathematik 1, with a
binary heap and lazy deletion. Everything is deterministic: vertices of equal distance are settled
in order of their number, and of two equally short ways to a vertex the one whose last arc has the
smaller number is kept. Parallel arcs are never summed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


_HASH_PRIME = np.uint64(1099511628211)  # Fowler-Noll-Vo, 64 bit
_HASH_START = np.uint64(14695981039346656037)


def compiled(function: Function) -> Function:
    """Compile a function, and keep the machine code on disk for the next start."""
    return cast("Function", njit(cache=True)(function))


@compiled
def push(keys: Floats, items: Ints, size: int, key: float, item: int) -> int:
    """Add an entry to the heap and return its new size."""
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if keys[parent] < key or (keys[parent] == key and items[parent] <= item):
            break
        keys[child] = keys[parent]
        items[child] = items[parent]
        child = parent
    keys[child] = key
    items[child] = item
    return size + 1


@compiled
def drop_first(keys: Floats, items: Ints, size: int) -> int:
    """Remove the smallest entry of the heap and return its new size."""
    size -= 1
    key, item = keys[size], items[size]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            keys[right] < keys[child]
            or (keys[right] == keys[child] and items[right] < items[child])
        ):
            child = right
        if key < keys[child] or (key == keys[child] and item <= items[child]):
            break
        keys[hole] = keys[child]
        items[hole] = items[child]
        hole = child
    keys[hole] = key
    items[hole] = item
    return size


@compiled
def _settle(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    cost: Floats,
    sources: Ints,
    start: Floats,
    wanted: NDArray[np.bool_],
    dist: Floats,
    before: Ints,
    by_arc: Ints,
    settled: NDArray[np.bool_],
    keys: Floats,
    items: Ints,
) -> None:
    """Fill `dist`, `before` and `by_arc`, until every wanted vertex is settled."""
    dist[:] = np.inf
    before[:] = -1
    by_arc[:] = -1
    settled[:] = False
    left = 0
    for vertex in range(len(wanted)):
        left += wanted[vertex]
    everything = left == 0
    size = 0
    for number in range(len(sources)):
        vertex = sources[number]
        if start[number] < dist[vertex]:
            dist[vertex] = start[number]
            size = push(keys, items, size, start[number], vertex)
    while size > 0:
        vertex = items[0]
        size = drop_first(keys, items, size)
        if settled[vertex]:
            continue
        settled[vertex] = True
        if wanted[vertex]:
            left -= 1
            if left == 0 and not everything:
                return
        for place in range(first[vertex], first[vertex + 1]):
            arc = arc_of[place]
            head = neighbour[place]
            if settled[head]:
                continue
            length = dist[vertex] + cost[arc]
            if length < dist[head]:
                dist[head] = length
                before[head] = vertex
                by_arc[head] = arc
                size = push(keys, items, size, length, head)
            elif length == dist[head] and length < np.inf and arc < by_arc[head]:
                before[head] = vertex
                by_arc[head] = arc


@compiled
def dijkstra(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    cost: Floats,
    sources: Ints,
    start: Floats,
    wanted: NDArray[np.bool_],
) -> tuple[Floats, Ints, Ints]:
    """Return distances from the nearest source, and how each vertex was reached.

    Parameters
    ----------
    first, neighbour, arc_of
        Compressed rows: the arcs that leave vertex *v* stand at ``first[v]:first[v + 1]``.
    cost
        Cost of each arc, at least 0; infinity shuts it. Shape ``(arcs,)``.
    sources, start
        Where to begin, and the cost that is already spent there.
    wanted
        Stop when these vertices are settled; none wanted means all. Shape ``(vertices,)``.

    Returns
    -------
    tuple
        Distance (infinity where not reached or not settled in time), the vertex before, and the
        arc by which it was reached (-1 at a source); each of shape ``(vertices,)``.
    """
    vertices = len(first) - 1
    dist = np.empty(vertices)
    before = np.empty(vertices, dtype=np.int32)
    by_arc = np.empty(vertices, dtype=np.int32)
    settled = np.empty(vertices, dtype=np.bool_)
    keys = np.empty(len(neighbour) + len(sources) + 1)
    items = np.empty(len(neighbour) + len(sources) + 1, dtype=np.int32)
    _settle(
        first, neighbour, arc_of, cost, sources, start, wanted, dist, before, by_arc, settled,
        keys, items,
    )  # fmt: skip
    for vertex in range(vertices):
        if not settled[vertex]:
            dist[vertex] = np.inf
    return dist, before, by_arc


@compiled
def _price(km: Floats, rate: Ints, fixed: Ints, per_km: Floats, once: Floats, cost: Floats) -> None:
    """Price every arc that is open (its cost is not infinite)."""
    for arc in range(len(km)):
        if cost[arc] < np.inf:
            price = 0.0
            if rate[arc] >= 0:
                price += km[arc] * per_km[rate[arc]]
            if fixed[arc] >= 0:
                price += once[fixed[arc]]
            cost[arc] = price


@compiled
def _follow(
    vertex: int,
    before: Ints,
    by_arc: Ints,
    km: Floats,
    rate: Ints,
    fixed: Ints,
    km_by_rate: Floats,
    times: Floats,
    mark: np.uint64,
) -> tuple[int, np.uint64]:
    """Walk back to the source, adding up; return the source and the path's fingerprint."""
    while by_arc[vertex] >= 0:
        arc = by_arc[vertex]
        if rate[arc] >= 0:
            km_by_rate[rate[arc]] += km[arc]
        if fixed[arc] >= 0:
            times[fixed[arc]] += 1.0
        mark = (mark ^ np.uint64(arc + 1)) * _HASH_PRIME
        vertex = before[vertex]
    return vertex, mark


@compiled
def _account(
    targets: Ints,
    group: Ints,
    sources: Ints,
    staged: bool,
    settled: NDArray[np.bool_],
    dist: Floats,
    before: Ints,
    by_arc: Ints,
    before_a: Ints,
    by_arc_a: Ints,
    km: Floats,
    rate: Ints,
    fixed: Ints,
    total: Floats,
    km_by_rate: Floats,
    times: Floats,
    km_before: Floats,
    times_before: Floats,
    begun: Ints,
    mark: NDArray[np.uint64],
) -> None:
    """Note for one draw the best target of each group and what the way there uses."""
    best = np.full(len(total), -1, dtype=np.int32)
    for number in range(len(targets)):
        vertex, to = targets[number], group[number]
        if settled[vertex] and dist[vertex] < total[to]:
            total[to] = dist[vertex]
            best[to] = vertex
    for to in range(len(total)):
        if best[to] < 0:
            continue
        vertex, sign = _follow(
            best[to], before, by_arc, km, rate, fixed, km_by_rate[to], times[to], _HASH_START
        )
        if staged:
            vertex, sign = _follow(
                vertex, before_a, by_arc_a, km, rate, fixed, km_before[to], times_before[to], sign
            )
            km_by_rate[to] += km_before[to]
            times[to] += times_before[to]
        mark[to] = sign
        for number in range(len(sources)):
            if sources[number] == vertex:
                begun[to] = number
                break


@compiled
def sweep(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    km: Floats,
    rate: Ints,
    fixed: Ints,
    usable: NDArray[np.bool_],
    per_km: Floats,
    once: Floats,
    sources: Ints,
    start: Floats,
    middle: Ints,
    targets: Ints,
    group: Ints,
    groups: int,
) -> tuple[Floats, Floats, Floats, Floats, Floats, Ints, NDArray[np.uint64]]:
    """Find the cheapest path to each group of targets in each draw, and add up what it uses.

    Parameters
    ----------
    first, neighbour, arc_of, km, rate, fixed
        The graph: an arc costs ``km * per_km[rate] + once[fixed]``, -1 meaning nothing.
    usable
        Arcs that are open, shape ``(arcs,)``.
    per_km, once
        Prices when choosing, shapes ``(draws, rates)`` and ``(draws, fixed)``.
    sources, start
        Sides of the origin and what is spent there, ``start`` of shape ``(draws, sources)``.
    middle
        Sides of a place that every path visits; empty without one.
    targets, group
        Vertices, and to which of the `groups` destinations each belongs.

    Returns
    -------
    tuple
        Cost when choosing ``(draws, groups)``; km by rate ``(draws, groups, rates)`` and times
        that each fixed price is paid ``(draws, groups, fixed)``; the same two of the part before
        `middle`; the number of the source used (-1: not reached); the path's fingerprint.
    """
    draws, rates, prices = per_km.shape[0], per_km.shape[1], once.shape[1]
    vertices = len(first) - 1
    total = np.full((draws, groups), np.inf)
    km_by_rate = np.zeros((draws, groups, rates))
    times = np.zeros((draws, groups, prices))
    km_before = np.zeros((draws, groups, rates))
    times_before = np.zeros((draws, groups, prices))
    begun = np.full((draws, groups), -1, dtype=np.int32)
    mark = np.zeros((draws, groups), dtype=np.uint64)
    cost = np.empty(len(km))
    dist, dist_a = np.empty(vertices), np.empty(vertices)
    before, before_a = np.empty(vertices, dtype=np.int32), np.empty(vertices, dtype=np.int32)
    by_arc, by_arc_a = np.empty(vertices, dtype=np.int32), np.empty(vertices, dtype=np.int32)
    settled = np.empty(vertices, dtype=np.bool_)
    keys = np.empty(len(neighbour) + vertices + 1)
    items = np.empty(len(neighbour) + vertices + 1, dtype=np.int32)
    wanted = np.zeros(vertices, dtype=np.bool_)
    halfway = np.zeros(vertices, dtype=np.bool_)
    for target in targets:
        wanted[target] = True
    for vertex in middle:
        halfway[vertex] = True
    restart = np.empty(len(middle))
    for draw in range(draws):
        for arc in range(len(km)):
            cost[arc] = 0.0 if usable[arc] else np.inf
        _price(km, rate, fixed, per_km[draw], once[draw], cost)
        if len(middle) == 0:
            _settle(
                first, neighbour, arc_of, cost, sources, start[draw], wanted, dist, before,
                by_arc, settled, keys, items,
            )  # fmt: skip
        else:
            _settle(
                first, neighbour, arc_of, cost, sources, start[draw], halfway, dist_a, before_a,
                by_arc_a, settled, keys, items,
            )  # fmt: skip
            for number in range(len(middle)):
                vertex = middle[number]
                turned = by_arc_a[vertex] >= 0 and halfway[before_a[vertex]]
                restart[number] = np.inf if turned or not settled[vertex] else dist_a[vertex]
            _settle(
                first, neighbour, arc_of, cost, middle, restart, wanted, dist, before, by_arc,
                settled, keys, items,
            )  # fmt: skip
        _account(
            targets, group, sources, len(middle) > 0, settled, dist, before, by_arc, before_a,
            by_arc_a, km, rate, fixed, total[draw], km_by_rate[draw], times[draw],
            km_before[draw], times_before[draw], begun[draw], mark[draw],
        )  # fmt: skip
    return total, km_by_rate, times, km_before, times_before, begun, mark
