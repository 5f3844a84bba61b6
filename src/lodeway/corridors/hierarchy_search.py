"""The passes over triangles and ancestors, eight worlds side by side, in compiled code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.search import Floats, Ints, compiled

#: Worlds that are worked side by side: one cache line of numbers.
LANES = 8


@compiled
def _lower(into: Floats, target: int, one: Floats, a: int, two: Floats, b: int) -> None:
    """Lower row `target` of `into` to the sum of row `a` of `one` and row `b` of `two`."""
    for lane in range(LANES):
        sum_ = one[a, lane] + two[b, lane]
        into[target, lane] = min(into[target, lane], sum_)


@compiled
def _price_edges(
    km: Floats,
    rate: Ints,
    fixed: Ints,
    both: NDArray[np.bool_],
    edge: Ints,
    up: NDArray[np.bool_],
    per_km: Floats,
    once: Floats,
    world: int,
    lanes: int,
    rise: Floats,
    fall: Floats,
) -> None:
    """Give each edge the price of its cheapest arc in each direction."""
    rise[:] = np.inf
    fall[:] = np.inf
    price = np.empty(LANES)
    for arc in range(len(km)):
        price[:] = 0.0
        if rate[arc] >= 0 and km[arc] > 0.0:
            for lane in range(lanes):
                price[lane] += km[arc] * per_km[rate[arc], world + lane]
        if fixed[arc] >= 0:
            for lane in range(lanes):
                price[lane] += once[fixed[arc], world + lane]
        if up[arc] or both[arc]:
            for lane in range(LANES):
                rise[edge[arc], lane] = min(rise[edge[arc], lane], price[lane])
        if not up[arc] or both[arc]:
            for lane in range(LANES):
                fall[edge[arc], lane] = min(fall[edge[arc], lane], price[lane])


@compiled
def _alike(rise: Floats, fall: Floats) -> bool:
    """Whether every edge costs the same in both directions: then half of the work is enough."""
    for edge in range(len(rise)):
        for lane in range(LANES):
            if rise[edge, lane] != fall[edge, lane]:
                return False
    return True


@compiled
def solve_worlds(
    km: Floats,
    rate: Ints,
    fixed: Ints,
    both: NDArray[np.bool_],
    edge: Ints,
    up: NDArray[np.bool_],
    first: Ints,
    above: Ints,
    triangles: Ints,
    per_km: Floats,
    once: Floats,
    start: Floats,
    origin_first: Ints,
    origin_rank: Ints,
    way_first: Ints,
    way_rank: Ints,
    down: Ints,
    target_first: Ints,
    target_rank: Ints,
) -> Floats:
    """Return the cost of each origin, target and world; see `lodeway.corridors.hierarchy`.

    Parameters
    ----------
    km, rate, fixed, both, edge, up
        By arc that is open; `edge` and whether it runs up the hierarchy.
    first, above, triangles
        The hierarchy.
    per_km, once
        Prices, worlds last: shapes ``(rates, worlds)`` and ``(fixed, worlds)``.
    start
        What is spent at each side of the origins, shape ``(sides, worlds)``.
    origin_first, origin_rank, way_first, way_rank
        Sides of the origins, and their ancestors in order, as ragged lists.
    down
        Ancestors of all targets, in order.
    target_first, target_rank
        Sides of the targets.

    Returns
    -------
    numpy.ndarray
        Shape ``(worlds, origins, targets)``.
    """
    worlds = per_km.shape[1]
    origins, targets = len(origin_first) - 1, len(target_first) - 1
    found = np.full((worlds, origins, targets), np.inf)
    rise, fall = np.empty((len(above), LANES)), np.empty((len(above), LANES))
    dist = np.empty((len(first) - 1, LANES))
    for world in range(0, worlds, LANES):
        lanes = min(LANES, worlds - world)
        _price_edges(km, rate, fixed, both, edge, up, per_km, once, world, lanes, rise, fall)
        alike = _alike(rise, fall)
        back = rise if alike else fall
        for number in range(len(triangles)):
            one, two, side = triangles[number, 0], triangles[number, 1], triangles[number, 2]
            _lower(rise, side, back, one, rise, two)
            if not alike:
                _lower(back, side, back, two, rise, one)
        for origin in range(origins):
            dist[:] = np.inf
            for place in range(origin_first[origin], origin_first[origin + 1]):
                for lane in range(lanes):
                    dist[origin_rank[place], lane] = min(
                        dist[origin_rank[place], lane], start[place, world + lane]
                    )
            for place in range(way_first[origin], way_first[origin + 1]):
                low = way_rank[place]
                for number in range(first[low], first[low + 1]):
                    _lower(dist, above[number], dist, low, rise, number)
            for place in range(len(down) - 1, -1, -1):
                low = down[place]
                for number in range(first[low], first[low + 1]):
                    _lower(dist, low, dist, above[number], back, number)
            for target in range(targets):
                for place in range(target_first[target], target_first[target + 1]):
                    for lane in range(lanes):
                        found[world + lane, origin, target] = min(
                            found[world + lane, origin, target], dist[target_rank[place], lane]
                        )
    return found
