"""The map's kernel: every cell in every possible world, by tables that stay in the cache.

Cells go in blocks of 64 lanes, worlds one after the other, so that one world's table (a few kB) and
the block's values are all that the processor touches. Quantiles are exact: the block's values are
sorted by a network of Batcher (1968, "Sorting networks and their applications", AFIPS 32), which
has no branches and runs on all lanes at once. A cell's sums run over worlds in one order, so any
number of threads gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Single = NDArray[np.float32]

LANES = 64
#: Stands for "there is no road": beyond every table, and never added to anything.
FAR = np.float32(1e30)
_NONE = np.float32(1e29)
_OFF = np.float32(1e6)  # index units: a freight so far beyond the table is no freight
BANDS = ("value", "p_positive", "npv_p10", "npv_p50", "npv_p90", "winner", "winner_share")
PAIR_BANDS = ("change", "opened", "regret_stay", "regret_go")


@dataclass(frozen=True)
class Worlds:
    """What the kernel looks up, by world (the first axis), as single-precision arrays.

    Attributes
    ----------
    table
        Expected value by method and node, ``(world, method, cover, spur, freight)``, USD.
    used
        Which methods count between two nodes of cover, one bit a method, ``(world, step)``.
    freight_low, freight_step
        Axis of freight, USD per dry t: its first node and the step, ``(world,)``.
    spur_step
        Step of the axis of spur capital, USD, whose first node is zero, ``(world,)``.
    base
        Freight of each corridor at its hub, USD per dry t, ``(scenario, world, corridor)``; `FAR`
        where it is shut.
    haul
        Haul to the hub, USD per dry t and km, ``(world,)``.
    unit
        Cost of each kind of infrastructure, USD per km, ``(world, kind)``.
    group
        Number of the spur group of each corridor, ``(corridor,)``.
    group_kind
        Kind of infrastructure that only this group needs, or -1, ``(group,)``.
    shared
        How many kinds, the first ones, every mine needs.
    stranded
        Expected value of a mine that is built and then has no road, USD, ``(world,)``.
    """

    table: Single
    used: NDArray[np.int32]
    freight_low: Single
    freight_step: Single
    spur_step: Single
    base: Single
    haul: Single
    unit: Single
    group: NDArray[np.int32]
    group_kind: NDArray[np.int32]
    shared: int
    stranded: Single


@dataclass(frozen=True)
class Cells:
    """What the kernel knows of cells, flat: shapes ``(corridor, cell)``, ``(kind, cell)``, ..."""

    hub_km: Single
    kind_km: Single
    cover_node: NDArray[np.int32]
    cover_part: Single


def sorting_network(count: int) -> NDArray[np.int32]:
    """Return the comparisons of Batcher's odd-even merge sort for a power of two, ``(n, 2)``.

    Examples
    --------
    >>> len(sorting_network(256))
    3839
    """
    pairs = []
    merged = 1
    while merged < count:
        apart = merged
        while apart >= 1:
            for start in range(apart % merged, count - apart, 2 * apart):
                pairs += [
                    (one, one + apart)
                    for one in range(start, start + apart)
                    if one // (2 * merged) == (one + apart) // (2 * merged)
                ]
            apart //= 2
        merged *= 2
    return np.array(pairs, dtype=np.int32).reshape(-1, 2)


def evaluate(worlds: Worlds, cells: Cells) -> tuple[Single, Single]:
    """Return the bands of every scenario and of every scenario against the first.

    Returns
    -------
    tuple
        ``(scenario, BANDS, cell)`` and ``(scenario - 1, PAIR_BANDS, cell)``. ``value`` is
        E[max(0, E[NPV | known])]; quantiles are of E[NPV | known], NaN where no corridor reaches;
        ``winner`` is the number (from 1) of the corridor taken in most worlds, 0 where none is.
        ``change`` is that of the value; ``opened`` the share of worlds in which only this
        scenario makes a mine; ``regret_stay`` what is lost where it comes true and nobody
        counted on it; ``regret_go`` what is lost where somebody did and it does not.
    """
    scenarios, count = worlds.base.shape[0], len(worlds.table)
    number = cells.hub_km.shape[1]
    padded = 1 << max(count - 1, 0).bit_length()
    places = np.array([share * (count - 1) for share in (0.1, 0.5, 0.9)])
    out = np.empty((scenarios, len(BANDS), number), dtype=np.float32)
    pairs = np.empty((max(scenarios - 1, 0), len(PAIR_BANDS), number), dtype=np.float32)
    _fill(
        out, pairs, worlds.table.reshape(*worlds.table.shape[:2], -1), worlds.used,
        np.array(worlds.table.shape[2:]),
        worlds.freight_low, np.float32(1.0) / worlds.freight_step,
        np.float32(1.0) / worlds.spur_step, worlds.base, worlds.haul, worlds.unit, worlds.group,
        worlds.group_kind, worlds.shared, cells.hub_km, cells.kind_km, cells.cover_node,
        cells.cover_part, sorting_network(padded), padded, places, worlds.stranded,
    )  # fmt: skip
    return out, pairs


def _look_up_lanes(
    table: Any, counts: Any, sizes: Any, x: Any, y: Any, node: Any, part: Any, found: Any,
    who: Any, chosen: Any,
) -> None:  # fmt: skip
    """Interpolate in three directions; keep what is better than what was found before."""
    one = np.float32(1.0)
    nothing = np.float32(0.0)
    last_x = np.float32(sizes[2] - 1) - np.float32(1e-3)
    last_y = np.float32(sizes[1] - 1) - np.float32(1e-3)
    row = np.int32(sizes[2])
    plane = np.int32(sizes[1] * sizes[2])
    for lane in range(LANES):
        at_x = min(max(x[lane], nothing), last_x)
        at_y = min(max(y[lane], nothing), last_y)
        ix, iy = np.int32(at_x), np.int32(at_y)
        fx, fy, fz = at_x - np.float32(ix), at_y - np.float32(iy), part[lane]
        here = node[lane] * plane + iy * row + ix
        deep = here + plane
        a = table[here] + fx * (table[here + 1] - table[here])
        b = table[here + row] + fx * (table[here + row + 1] - table[here + row])
        c = table[deep] + fx * (table[deep + 1] - table[deep])
        d = table[deep + row] + fx * (table[deep + row + 1] - table[deep + row])
        value = (one - fz) * (a + fy * (b - a)) + fz * (c + fy * (d - c))
        value = value if (x[lane] < _OFF and y[lane] < _OFF and counts[lane] > 0) else -FAR
        better = value > found[lane]
        found[lane] = value if better else found[lane]
        chosen[lane] = who[lane] if better else chosen[lane]


def _sort_lanes(values: Any, network: Any) -> None:
    """Sort the first axis of ``(world, lane)``, all lanes at once."""
    for step in range(len(network)):
        low, high = network[step, 0], network[step, 1]
        for lane in range(LANES):
            one, other = values[low, lane], values[high, lane]
            values[low, lane] = min(one, other)
            values[high, lane] = max(one, other)


def _compare_lanes(values: Any, first: Any, stranded: Any, count: int, out: Any) -> None:
    """Sum what a scenario changes against the first one, ``(PAIR_BANDS, lane)``."""
    nothing, one = np.float32(0.0), np.float32(1.0)
    out[:] = nothing
    for world in range(count):
        for lane in range(LANES):
            new, old = values[world, lane], first[world, lane]
            gain, kept = max(new, nothing), max(old, nothing)
            loss = min(new if new > -_NONE else stranded[world], nothing)
            lost = min(old if old > -_NONE else stranded[world], nothing)
            out[0, lane] += gain - kept
            out[1, lane] += one if (new > nothing and old <= nothing) else nothing
            out[2, lane] += gain if old <= nothing else -loss
            out[3, lane] += kept if new <= nothing else -lost


def _used_lanes(used: Any, node: Any, method: int, counts: Any) -> int:
    """Mark the lanes where a method counts, and return how many do."""
    total = 0
    for lane in range(LANES):
        counts[lane] = (used[node[lane]] >> method) & 1
        total += counts[lane]
    return total


_used: Any = njit(cache=True)(_used_lanes)
_look_up: Any = njit(cache=True, fastmath=True)(_look_up_lanes)
_sort: Any = njit(cache=True, fastmath=True)(_sort_lanes)
_compare: Any = njit(cache=True, fastmath=True)(_compare_lanes)


def _world_lanes(
    base: Any, low: Any, per_freight: Any, per_spur: Any, haul: Any, unit: Any, group: Any,
    group_kind: Any, shared: int, hub: Any, kind: Any, x: Any, y: Any, who: Any, number: int,
) -> None:  # fmt: skip
    """Set where a spur group's cheapest corridor falls on the axes of the table."""
    for lane in range(LANES):
        y[lane] = np.float32(0.0)
        x[lane] = FAR
        who[lane] = 0
    for item in range(shared):
        cost = unit[item] * per_spur
        for lane in range(LANES):
            y[lane] += cost * kind[item, lane]
    if group_kind[number] >= 0:
        cost = unit[group_kind[number]] * per_spur
        for lane in range(LANES):
            y[lane] += cost * kind[group_kind[number], lane]
    slope = haul * per_freight
    for corridor in range(len(group)):
        if group[corridor] == number:
            start = (base[corridor] - low) * per_freight
            for lane in range(LANES):
                freight = start + slope * hub[corridor, lane]
                nearer = freight < x[lane]
                x[lane] = freight if nearer else x[lane]
                who[lane] = np.int32(corridor + 1) if nearer else who[lane]


_world: Any = njit(cache=True, fastmath=True)(_world_lanes)


def _tally_lanes(values: Any, chosen: Any, sums: Any, votes: Any) -> None:
    """Add one world to the sums and to the votes for corridors."""
    nothing, one = np.float32(0.0), np.float32(1.0)
    for lane in range(LANES):
        sums[0, lane] += max(values[lane], nothing)
        sums[1, lane] += one if values[lane] > nothing else nothing
    for corridor in range(len(votes)):
        for lane in range(LANES):
            votes[corridor, lane] += one if chosen[lane] == corridor + 1 else nothing


_tally: Any = njit(cache=True, fastmath=True)(_tally_lanes)


def _write_lanes(
    out: Any, first: int, used: int, sums: Any, votes: Any, values: Any, places: Any, count: int
) -> None:
    """Write the bands of one scenario: means, exact quantiles, the corridor with most votes."""
    for lane in range(used):
        cell = first + lane
        out[0, cell] = sums[0, lane] / count
        out[1, cell] = sums[1, lane] / count
        for item in range(3):
            lower = int(places[item])
            upper = min(lower + 1, count - 1)
            low, high = values[lower, lane], values[upper, lane]
            found = low + (places[item] - lower) * (high - low)
            out[2 + item, cell] = np.nan if low < -1e29 else found
        best = 0
        for corridor in range(1, len(votes)):
            if votes[corridor, lane] > votes[best, lane]:
                best = corridor
        out[5, cell] = best + 1 if votes[best, lane] > 0.0 else 0
        out[6, cell] = votes[best, lane] / count


_write: Any = njit(cache=True, error_model="numpy")(_write_lanes)


def _fill_cells(
    out: Any, pairs: Any, table: Any, used: Any, sizes: Any, low: Any, per_freight: Any,
    per_spur: Any, base: Any, haul: Any, unit: Any, group: Any, group_kind: Any, shared: int,
    hub_km: Any, kind_km: Any, cover_node: Any, cover_part: Any, network: Any, padded: int,
    places: Any, stranded: Any,
) -> None:  # fmt: skip
    """Fill the bands of all cells, block by block."""
    scenarios, count, corridors = base.shape
    cells = hub_km.shape[1]
    for block in prange((cells + LANES - 1) // LANES):
        first = block * LANES
        lanes = min(LANES, cells - first)
        hub = np.zeros((corridors, LANES), dtype=np.float32)
        kind = np.zeros((kind_km.shape[0], LANES), dtype=np.float32)
        node = np.zeros(LANES, dtype=np.int32)
        part = np.zeros(LANES, dtype=np.float32)
        hub[:, :lanes] = hub_km[:, first : first + lanes]
        kind[:, :lanes] = kind_km[:, first : first + lanes]
        node[:lanes] = cover_node[first : first + lanes]
        part[:lanes] = cover_part[first : first + lanes]
        values = np.empty((padded, LANES), dtype=np.float32)
        kept = np.empty((count if scenarios > 1 else 0, LANES), dtype=np.float32)
        x, y = np.empty(LANES, dtype=np.float32), np.empty(LANES, dtype=np.float32)
        who, chosen = np.empty(LANES, dtype=np.int32), np.empty(LANES, dtype=np.int32)
        counts = np.empty(LANES, dtype=np.int32)
        sums = np.empty((2, LANES), dtype=np.float32)
        votes = np.empty((corridors, LANES), dtype=np.float32)
        compared = np.empty((4, LANES), dtype=np.float32)
        for scenario in range(scenarios):
            sums[:] = 0.0
            votes[:] = 0.0
            for world in range(count):
                values[world, :] = -FAR
                chosen[:] = 0
                for number in range(len(group_kind)):
                    _world(base[scenario, world], low[world], per_freight[world], per_spur[world],
                           haul[world], unit[world], group, group_kind, shared, hub, kind, x, y,
                           who, number)  # fmt: skip
                    for method in range(table.shape[1]):
                        if _used(used[world], node, method, counts) > 0:
                            _look_up(table[world, method], counts, sizes, x, y, node, part,
                                     values[world], who, chosen)  # fmt: skip
                _tally(values[world], chosen, sums, votes)
            values[count:, :] = FAR
            if scenarios > 1 and scenario == 0:
                kept[:] = values[:count]
            if scenario > 0:
                _compare(values, kept, stranded, count, compared)
                pairs[scenario - 1, :, first : first + lanes] = compared[:, :lanes] / count
            _sort(values, network)
            _write(out[scenario], first, lanes, sums, votes, values, places, count)


_fill: Any = njit(parallel=True, cache=True, error_model="numpy")(_fill_cells)
