"""Local search over whole schedules in compiled code: cones move between periods and are swapped.

A move takes a block, with everything that its new period makes necessary, to an earlier period
(the block and what it requires) or to a later one (the block and what requires it), or sends it
elsewhere. Where a capacity overflows, other cones go the other way until it holds again. What is
left is accepted by Metropolis' rule (Kirkpatrick, Gelatt and Vecchi 1983, "Optimization by
simulated annealing", Science 220). Every state is closed under precedence; a schedule never leaves
its limits once it keeps them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodeway.mine.closure import Ints, Longs, compiled
from lodeway.mine.problem import Floats, Problem
from lodeway.mine.rounding import turned

#: Most blocks that one move may change.
MOST_CHANGED = 400
#: The best schedule is looked for every so many moves.
_LOOK = 256


class Ground(NamedTuple):
    """What does not change: arcs both ways, discounted values, uses and limits.

    Attributes
    ----------
    first, head
        Required blocks.
    start, user
        Requiring blocks.
    value
        ``(blocks, destinations)``.
    factor
        Discount factor by period, and 0 for "never"; ``(periods + 1,)``.
    use
        ``(blocks, destinations, resources)``, each resource scaled to its mean limit.
    limit
        Lower and upper limits, ``(2, resources, periods + 1)``; "never" has none.
    """

    first: Longs
    head: Ints
    start: Longs
    user: Ints
    value: Floats
    factor: Floats
    use: Floats
    limit: Floats


class State(NamedTuple):
    """A schedule on its way.

    Attributes
    ----------
    period, side
        Period (number of periods: never) and destination of each block.
    used
        Use by resource and period.
    member, place, size
        Blocks of each period, where each block stands there, and how many there are.
    log
        The changes of the move in hand, for going back: block, old period, old destination.
    total
        Value and violation.
    seed
        State of the random generator.
    changes
        How many changes are in hand; shape ``(1,)``.
    spot
        Where in the log each block stands, if it does.
    """

    period: Ints
    side: Ints
    used: Floats
    member: Ints
    place: Ints
    size: Longs
    log: Ints
    total: Floats
    seed: NDArray[np.uint64]
    changes: Longs
    spot: Ints


def ground(problem: Problem, first: Longs, head: Ints) -> Ground:
    """Return what does not change, resources scaled to their mean finite limit."""
    start, user = turned(first, head)
    limit = np.where(np.isfinite(problem.high), problem.high, np.abs(problem.low))
    limit = np.where(np.isfinite(limit), limit, 0.0)
    scale = np.maximum(limit.mean(axis=1), 1e-300)
    limits = np.full((2, len(scale), problem.periods + 1), np.inf)
    limits[0] = -np.inf
    limits[0, :, :-1] = problem.low / scale[:, None]
    limits[1, :, :-1] = problem.high / scale[:, None]
    return Ground(
        first, head, start, user, np.ascontiguousarray(problem.value),
        np.append(problem.factors(), 0.0), np.ascontiguousarray(problem.use / scale), limits,
    )  # fmt: skip


def state(ground_: Ground, period: Ints, side: Ints, seed: int) -> State:
    """Return a schedule as a state."""
    blocks, periods = len(period), len(ground_.factor)
    new = State(
        period.astype(np.int32).copy(), side.astype(np.int32).copy(),
        np.zeros((ground_.use.shape[2], periods)),
        np.zeros((periods, blocks), np.int32), np.zeros(blocks, np.int32),
        np.zeros(periods, np.int64), np.zeros((MOST_CHANGED, 3), np.int32),
        np.zeros(2), np.array([2 * seed + 88172645463325253], np.uint64), np.zeros(1, np.int64),
        np.zeros(blocks, np.int32),
    )  # fmt: skip
    _fill(ground_, new)
    return new


@compiled
def _fill(ground_: Ground, now: State) -> None:
    """Fill the sums and lists of a state from its periods and destinations."""
    now.used[:] = 0.0
    now.size[:] = 0
    now.total[:] = 0.0
    for block in range(len(now.period)):
        period, side = now.period[block], now.side[block]
        now.member[period, now.size[period]] = block
        now.place[block] = now.size[period]
        now.size[period] += 1
        now.total[0] += ground_.factor[period] * ground_.value[block, side]
        for resource in range(len(now.used)):
            now.used[resource, period] += ground_.use[block, side, resource]
    for resource in range(len(now.used)):
        for period in range(len(ground_.factor)):
            now.total[1] += _over(ground_.limit, now.used, resource, period)


@compiled
def _over(limit: Floats, all_used: Floats, resource: int, period: int) -> float:
    """Return by how much one limit is broken."""
    used = all_used[resource, period]
    return max(used - limit[1, resource, period], 0.0) + max(limit[0, resource, period] - used, 0.0)


@compiled
def _random(seed: NDArray[np.uint64]) -> Any:
    """Return the next number of a 64-bit xorshift generator (Marsaglia 2003), 31 bits of it."""
    x = seed[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    seed[0] = x
    return np.int64(x >> np.uint64(33))


@compiled
def _put(ground_: Ground, now: State, block: int, period: int, side: int) -> None:
    """Move one block, keeping all sums."""
    old, old_side = now.period[block], now.side[block]
    now.total[0] += (
        ground_.factor[period] * ground_.value[block, side]
        - ground_.factor[old] * ground_.value[block, old_side]
    )
    for resource in range(len(now.used)):
        take, give = ground_.use[block, old_side, resource], ground_.use[block, side, resource]
        if take == 0.0 and give == 0.0:
            continue
        before = _over(ground_.limit, now.used, resource, old)
        if old != period:
            before += _over(ground_.limit, now.used, resource, period)
        now.used[resource, old] -= take
        now.used[resource, period] += give
        after = _over(ground_.limit, now.used, resource, old)
        if old != period:
            after += _over(ground_.limit, now.used, resource, period)
        now.total[1] += after - before
    now.period[block] = period
    now.side[block] = side
    if old != period:
        here = now.place[block]
        last = now.member[old, now.size[old] - 1]
        now.member[old, here] = last
        now.place[last] = here
        now.size[old] -= 1
        now.member[period, now.size[period]] = block
        now.place[block] = now.size[period]
        now.size[period] += 1


@compiled
def _change(ground_: Ground, now: State, block: int, period: int, side: int) -> bool:
    """Move one block and remember how it was; False when the move has grown too long."""
    at = now.changes[0]
    if at >= MOST_CHANGED:
        return False
    now.log[at, 0] = block
    now.spot[block] = at
    now.log[at, 1] = now.period[block]
    now.log[at, 2] = now.side[block]
    now.changes[0] = at + 1
    _put(ground_, now, block, period, side)
    return True


@compiled
def _back(ground_: Ground, now: State, to: int) -> None:
    """Undo changes until `to` are left."""
    while now.changes[0] > to:
        now.changes[0] -= 1
        at = now.changes[0]
        _put(ground_, now, now.log[at, 0], now.log[at, 1], now.log[at, 2])


@compiled
def _advance(ground_: Ground, now: State, block: int, period: int, since: int) -> bool:
    """Mine a block and what it requires no later than `period`."""
    at = now.changes[0]
    if not _change(ground_, now, block, period, now.side[block]):
        return False
    while at < now.changes[0]:
        node = now.log[at, 0]
        at += 1
        for place in range(ground_.first[node], ground_.first[node + 1]):
            other = ground_.head[place]
            if now.period[other] > period and (
                _touched(now.spot, now.log, other, since)
                or not _change(ground_, now, other, period, now.side[other])
            ):
                return False
    return True


@compiled
def _delay(ground_: Ground, now: State, block: int, period: int, since: int) -> bool:
    """Mine a block and what requires it no earlier than `period`."""
    at = now.changes[0]
    if not _change(ground_, now, block, period, now.side[block]):
        return False
    while at < now.changes[0]:
        node = now.log[at, 0]
        at += 1
        for place in range(ground_.start[node], ground_.start[node + 1]):
            other = ground_.user[place]
            if now.period[other] < period and (
                _touched(now.spot, now.log, other, since)
                or not _change(ground_, now, other, period, now.side[other])
            ):
                return False
    return True


@compiled
def _touched(spot: Ints, log: Ints, block: int, since: int) -> bool:
    """Return whether a block was among the first `since` changes of this move."""
    at = spot[block]
    return at < since and log[at, 0] == block


@compiled
def _balance(ground_: Ground, now: State, source: int, target: int, wanted: float) -> bool:
    """After something went from `source` to `target`: send others back until limits hold."""
    for _ in range(6):
        if now.total[1] <= wanted:
            return True
        if now.size[target] == 0:
            return False
        since, before = now.changes[0], now.total[1]
        block = now.member[target, _random(now.seed) % now.size[target]]
        if _touched(now.spot, now.log, block, since):
            continue
        if source > target:
            good = _delay(ground_, now, block, source, since)
        else:
            good = _advance(ground_, now, block, source, since)
        if not good or now.total[1] > before:
            _back(ground_, now, since)
    return now.total[1] <= wanted


@compiled
def _other_side(ground_: Ground, now: State, block: int) -> bool:
    """Send a block to another destination in its own period."""
    sides = ground_.value.shape[1]
    side = (now.side[block] + 1 + _random(now.seed) % (sides - 1)) % sides
    return _change(ground_, now, block, now.period[block], side)


@compiled
def _resort(ground_: Ground, now: State, period: int, wanted: float) -> bool:
    """Send others of a period elsewhere until its limits hold."""
    for _ in range(6):
        if now.total[1] <= wanted:
            return True
        since, before = now.changes[0], now.total[1]
        block = now.member[period, _random(now.seed) % now.size[period]]
        good = not _touched(now.spot, now.log, block, since) and _other_side(ground_, now, block)
        if not good or now.total[1] > before:
            _back(ground_, now, since)
    return now.total[1] <= wanted


@compiled
def _propose(ground_: Ground, now: State, last: int) -> bool:
    """Make one random move; False where it breaks a limit."""
    block = _random(now.seed) % len(now.period)
    period = now.period[block]
    dice = _random(now.seed) % 16
    sides = ground_.value.shape[1]
    wanted = now.total[1] + 1e-13
    if sides > 1 and dice < 5 and period < last:
        good = _other_side(ground_, now, block)
        return good and _resort(ground_, now, period, wanted)
    jump = 1 if dice < 13 else 1 + _random(now.seed) % 4
    target = max(period - jump, 0) if dice & 1 else min(period + jump, last)
    if target == period:
        return False
    if target < period:
        good = _advance(ground_, now, block, target, 0)
    else:
        good = _delay(ground_, now, block, target, 0)
    if good and sides > 1 and target < last and now.total[1] > wanted and dice & 2:
        good = _resort(ground_, now, target, wanted)
    return good and (now.total[1] <= wanted or _balance(ground_, now, period, target, wanted))


@compiled
def anneal(
    ground_: Ground,
    now: State,
    best: Ints,
    best_side: Ints,
    best_value: float,
    heat: float,
    moves: int,
) -> float:
    """Try `moves` moves at one temperature; keep the best feasible schedule met."""
    last = len(ground_.factor) - 1
    for move in range(1, moves + 1):
        value, broken = now.total[0], now.total[1]
        now.changes[0] = 0
        if not _propose(ground_, now, last):
            _back(ground_, now, 0)
        else:
            gain = now.total[0] - value
            if gain < 0.0 and now.total[1] > broken - 1e-13:
                chance = (_random(now.seed) + 0.5) / 2147483648.0
                if heat <= 0.0 or gain < heat * np.log(chance):
                    _back(ground_, now, 0)
        if move % _LOOK == 0 and now.total[0] > best_value and now.total[1] <= 1e-12:
            best_value = now.total[0]
            best[:] = now.period
            best_side[:] = now.side
    _fill(ground_, now)
    return best_value
