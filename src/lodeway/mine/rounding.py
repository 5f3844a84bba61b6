"""From a relaxed schedule to a whole one: blocks in order of their expected period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.mine.closure import Ints, Longs, compiled
from lodeway.mine.problem import Floats, Problem

#: Periods by which a block may come before its expected one, and most sweeps after placing.
_LEADS = (0.25, 0.5, 1.0, 2.0, 4.0)
_SWEEPS = 30


def expected_period(problem: Problem, done: Floats) -> Floats:
    """Return when each block is dug in a relaxed schedule; what stays counts as the end.

    Blocks that a relaxed schedule digs together, a share in each period, are told apart: those on
    top come first, each at the time by which that share of its class is dug.
    """
    by_end = done.reshape(problem.blocks, problem.periods, problem.destinations)[:, :, -1]
    classes, group = np.unique(np.round(by_end, 6), axis=0, return_inverse=True)
    group = group.ravel()
    order = np.lexsort((-np.arange(problem.blocks), group))
    count = np.bincount(group)
    rank = np.empty(problem.blocks)
    starts = np.concatenate([[0], np.cumsum(count)])[:-1]
    rank[order] = np.arange(problem.blocks) - np.repeat(starts, count)
    part = (rank + 0.5) / count[group]
    when = np.full(problem.blocks, float(problem.periods))
    for number, shares in enumerate(classes):
        mine = group == number
        share = np.concatenate([[0.0], np.maximum.accumulate(shares)])
        dug = part[mine] <= share[-1]
        times = np.interp(part[mine], share, np.arange(problem.periods + 1.0))
        when[mine] = np.where(dug, times, problem.periods)
    return when


def round_in_order(
    problem: Problem, first: Longs, head: Ints, done: Floats, price: Floats
) -> tuple[Ints, Ints]:
    """Return a schedule that keeps precedence and upper limits: ``(period, destination)``.

    Blocks are taken in order of expected period (TopoSort; Chicoisne et al. 2012, "A new
    algorithm for the open-pit mine production scheduling problem", Operations Research 60(3)) and
    mined as early as what they require and the capacity allow, but not more than some periods
    before their expected one; of several such leads the best counts. Each block goes where it is
    worth most at the prices of its expected period. Then losses are put off and gains brought
    forward, block by block, as long as that pays.
    """
    mean = _after(first, head, expected_period(problem, done))
    order = np.lexsort((-np.arange(problem.blocks), mean))
    near = np.clip(mean.astype(np.int64), 0, problem.periods - 1)
    worth = problem.value * problem.factors()[near, None]
    worth -= np.einsum("bdr,rb->bd", problem.use, price[:, near])
    side = np.argmax(worth, axis=1).astype(np.int32)
    wanted = mean < problem.periods
    own = np.arange(problem.blocks)
    value, use = problem.value[own, side], problem.use[own, side]
    factor = np.append(problem.factors(), 0.0)
    start, user = turned(first, head)
    best, best_value = np.full(problem.blocks, problem.periods, np.int32), -np.inf
    for lead in _LEADS:
        release = np.maximum(np.floor(mean - lead), 0).astype(np.int32)
        period = _place(first, head, order, release, wanted, use, problem.high)
        for _ in range(_SWEEPS):
            gain = _sweep(first, head, start, user, order, value, use, factor, period, problem.high)
            if gain <= 0.0:
                break
        total = float(factor[period] @ value)
        if total > best_value:
            best, best_value = period, total
    return best, side


@compiled
def _after(first: Longs, head: Ints, when: Floats) -> Floats:
    """Return the times put off to what each block requires; it has a larger number."""
    out = when.copy()
    for block in range(len(when) - 1, -1, -1):
        for place in range(first[block], first[block + 1]):
            out[block] = max(out[block], out[head[place]])
    return out


@compiled
def turned(first: Longs, head: Ints) -> tuple[Longs, Ints]:
    """Return the arcs the other way round: who requires each block."""
    blocks = len(first) - 1
    start = np.zeros(blocks + 1, np.int64)
    for place in range(len(head)):
        start[head[place] + 1] += 1
    for block in range(blocks):
        start[block + 1] += start[block]
    at = start[:-1].copy()
    user = np.empty(len(head), np.int32)
    for block in range(blocks):
        for place in range(first[block], first[block + 1]):
            user[at[head[place]]] = block
            at[head[place]] += 1
    return start, user


@compiled
def _fits(used: Floats, use: Floats, high: Floats, block: int, period: int) -> bool:
    """Return whether a block fits into a period; "never" holds everything."""
    if period == high.shape[1]:
        return True
    for resource in range(len(high)):
        if used[resource, period] + use[block, resource] > high[resource, period]:
            return False
    return True


@compiled
def _place(
    first: Longs,
    head: Ints,
    order: Longs,
    release: Ints,
    wanted: NDArray[np.bool_],
    use: Floats,
    high: Floats,
) -> Ints:
    """Place blocks one by one; what does not fit before the end stays."""
    resources, periods = high.shape
    period = np.full(len(order), periods, np.int32)
    used = np.zeros((resources, periods))
    for block in order:
        if not wanted[block]:
            continue
        earliest = release[block]
        for place in range(first[block], first[block + 1]):
            earliest = max(earliest, period[head[place]])
        while not _fits(used, use, high, block, earliest):
            earliest += 1
        if earliest < periods:
            period[block] = earliest
            for resource in range(resources):
                used[resource, earliest] += use[block, resource]
    return period


@compiled
def _sweep(
    first: Longs,
    head: Ints,
    start: Longs,
    user: Ints,
    order: Longs,
    value: Floats,
    use: Floats,
    factor: Floats,
    period: Ints,
    high: Floats,
) -> float:
    """Put losses off from the last block to the first, bring gains forward; return what it gave."""
    resources, periods = high.shape
    used = np.zeros((resources, periods + 1))
    for block in range(len(period)):
        for resource in range(resources):
            used[resource, period[block]] += use[block, resource]
    gained = 0.0
    for turn in range(2 * len(order)):
        losing = turn < len(order)
        block = order[len(order) - 1 - turn] if losing else order[turn - len(order)]
        here = period[block]
        if losing != (value[block] < 0.0):
            continue
        if losing:
            to = int(periods)
            for place in range(start[block], start[block + 1]):
                to = min(to, period[user[place]])
            while to > here and not _fits(used, use, high, block, to):
                to -= 1
        else:
            to = 0
            for place in range(first[block], first[block + 1]):
                to = max(to, period[head[place]])
            while to < here and not _fits(used, use, high, block, to):
                to += 1
        if to != here:
            gained += (factor[to] - factor[here]) * value[block]
            period[block] = to
            for resource in range(resources):
                used[resource, here] -= use[block, resource]
                used[resource, to] += use[block, resource]
    return gained
