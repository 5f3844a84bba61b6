"""A schedule from a problem: bound, rounding, local search, and the judge's word at the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from lodeway.errors import LodewayError
from lodeway.mine.anneal import anneal, ground, state
from lodeway.mine.check_schedule import Verdict, judge, shares
from lodeway.mine.closure import Ints, Longs, compiled
from lodeway.mine.pit import ultimate_pit
from lodeway.mine.precedence import Precedence
from lodeway.mine.problem import Problem, Schedule
from lodeway.mine.relaxation import Relaxation, earliest, relax
from lodeway.mine.rounding import round_in_order

#: Moves between two looks at the clock.
_CHUNK = 20_000
#: Heat of the search at its start and end, in units of a mean block's loss by one year's delay.
_HOT, _WARM, _COLD = 1.0, 0.3, 0.01
#: Where there is time for more than this, the search cools several times, each time from its best.
_MOVES_A_BLOCK = 500
_PROBE = 5
_HEADROOM_S = 1.0


@dataclass(frozen=True)
class Plan:
    """A schedule with its bounds.

    Attributes
    ----------
    schedule
        Period and destination of each block.
    npv
        Its value, by the independent judge.
    bound
        Lagrangian bound of the linear relaxation: no schedule is worth more, not even one that
        cuts blocks in parts.
    whole_bound
        The same with every block shut until the capacity could have reached it: no schedule of
        whole blocks is worth more.
    relaxation
        The linear relaxation itself.
    verdict
        What the judge found.
    pit_blocks
        Blocks of the ultimate pit, to which the search was confined.
    moves
        How many moves the search tried.
    """

    schedule: Schedule
    npv: float
    bound: float
    whole_bound: float
    relaxation: Relaxation
    verdict: Verdict
    pit_blocks: int
    moves: int

    @property
    def gap(self) -> float:
        """How far the schedule is below the bound, relative to the bound."""
        return (self.bound - self.npv) / max(abs(self.bound), 1e-300)

    @property
    def whole_gap(self) -> float:
        """How far the schedule is below the bound for whole blocks, relative to that bound."""
        return (self.whole_bound - self.npv) / max(abs(self.whole_bound), 1e-300)


@dataclass(frozen=True)
class Reduced:
    """A problem without the blocks that no best schedule mines, in topological order."""

    problem: Problem
    first: Longs
    head: Ints
    block: Longs


def schedule_mine(
    problem: Problem,
    precedence: Precedence,
    *,
    seconds: float | None = None,
    moves: int = 1_000_000,
    starts: int = 2,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _line: None,
) -> Plan:
    """Schedule a mine.

    Parameters
    ----------
    problem
        Values, uses, limits and rate.
    precedence
        What each block requires.
    seconds
        Wall time for everything. Without it the search tries `moves` moves at each start, and the
        answer is the same on every run.
    moves
        Moves of the local search at each start, where `seconds` is not given.
    starts
        Independent searches, run side by side in threads; the best one counts.
    seed
        Seed of the search.
    progress
        Told one line now and then.

    Raises
    ------
    LodewayError
        Where no schedule keeps the lower limits.
    """
    begin = time.perf_counter()
    small = reduce_to_pit(problem, precedence)
    limit = math.inf if seconds is None else 0.45 * seconds
    relaxed = relax(small.problem, small.first, small.head, seconds=limit, tolerance=1e-7)
    progress(f"relaxed: at most {relaxed.upper:,.0f}, within {relaxed.gap:.1e}")
    whole = _whole_bound(small, limit if seconds is None else 0.25 * seconds)
    progress(f"whole blocks: at most {whole.upper:,.0f}")
    period, side = round_in_order(small.problem, small.first, small.head, whole.done, whole.price)
    end = None if seconds is None else begin + seconds - _HEADROOM_S
    period, side, tried = _search(small, period, side, end, moves, starts, seed)
    full = np.full(problem.blocks, problem.periods, np.int32)
    where = np.zeros(problem.blocks, np.int32)
    full[small.block], where[small.block] = period, side
    found = Schedule(full, where)
    verdict = judge(problem, *precedence.rows(), shares(problem, found))
    if not verdict.feasible:
        raise LodewayError(
            "balance", "schedule", f"{verdict.capacity} limits broken",
            "a schedule within its limits", "minimum tonnages may be out of reach; give more time",
        )  # fmt: skip
    return Plan(
        found, verdict.npv, relaxed.upper, min(whole.upper, relaxed.upper), relaxed, verdict,
        len(small.block), tried,
    )  # fmt: skip


def reduce_to_pit(problem: Problem, precedence: Precedence) -> Reduced:
    """Leave out what lies outside the ultimate pit of undiscounted best values.

    No optimal schedule mines it, relaxed or whole, as long as nothing must be mined: where lower
    limits stand, every block is kept.
    """
    inside = np.ones(problem.blocks, bool)
    if not (problem.low > 0).any():
        inside = ultimate_pit(problem.value.max(axis=1), precedence).inside
    keep = np.flatnonzero(inside)
    keep = keep[np.argsort(precedence.node_of[keep], kind="stable")]
    new = np.full(problem.blocks, -1, np.int32)
    new[keep] = np.arange(len(keep), dtype=np.int32)
    first, head = _subset(*precedence.rows(), keep, new)
    small = Problem(
        problem.name, problem.value[keep], problem.use[keep], problem.low, problem.high,
        problem.rate, problem.kind,
    )  # fmt: skip
    return Reduced(small, first, head, keep)


@compiled
def _subset(first: Longs, head: Ints, keep: Longs, new: Ints) -> tuple[Longs, Ints]:
    """Return the rows of the kept blocks, renumbered, nearest required blocks first."""
    out_first = np.zeros(len(keep) + 1, np.int64)
    for place in range(len(keep)):
        block = keep[place]
        out_first[place + 1] = out_first[place] + first[block + 1] - first[block]
    out = np.empty(out_first[-1], np.int32)
    for place in range(len(keep)):
        start = out_first[place]
        source = first[keep[place]]
        for step in range(out_first[place + 1] - start):
            out[start + step] = new[head[source + step]]
        out[start : out_first[place + 1]].sort()
    return out_first, out


def _whole_bound(small: Reduced, limit: float) -> Relaxation:
    """Return the relaxation in which no block is mined before capacity can have reached it."""
    problem = small.problem
    room = np.where(np.isfinite(problem.high), problem.high, np.inf).cumsum(axis=1)
    release = earliest(small.first, small.head, problem.use.min(axis=1), room)
    return relax(problem, small.first, small.head, seconds=limit, release=release, tolerance=1e-6)


def _search(
    small: Reduced,
    period: Ints,
    side: Ints,
    end: float | None,
    moves: int,
    starts: int,
    seed: int,
) -> tuple[Ints, Ints, int]:
    """Run the local searches side by side and return the best schedule found."""
    ground_ = ground(small.problem, small.first, small.head)
    unit = float(np.abs(small.problem.value).mean()) * (1.0 - 1.0 / (1.0 + small.problem.rate))
    anneal(ground_, state(ground_, period, side, seed), period.copy(), side.copy(), 0.0, 0.0, 1)

    def one(start: int) -> tuple[float, Ints, Ints, int]:
        now = state(ground_, period, side, seed + start)
        best, best_side = period.copy(), side.copy()
        value = now.total[0] if now.total[1] <= 0.0 else -math.inf
        begin, done, share, cycles = time.perf_counter(), 0, 0.0, 1
        while share < 1.0:
            turn, part = divmod(share * cycles, 1.0)
            hot = _HOT if turn == 0 else _WARM
            heat = unit * hot * (_COLD / hot) ** part
            value = anneal(ground_, now, best, best_side, value, heat, _CHUNK)
            done += _CHUNK
            share = done / moves
            if end is not None:
                share = (time.perf_counter() - begin) / max(end - begin, 1e-9)
            if done == _CHUNK * _PROBE:
                cycles = max(1, round(done / max(share, 1e-9) / (_MOVES_A_BLOCK * len(period))))
            if divmod(share * cycles, 1.0)[0] > turn:
                now = state(ground_, best, best_side, seed + start + starts * int(turn + 1))
        return value, best, best_side, done

    with ThreadPoolExecutor(starts) as pool:
        found = list(pool.map(one, range(starts)))
    winner = max(range(starts), key=lambda start: (found[start][0], -start))
    return found[winner][1], found[winner][2], sum(item[3] for item in found)
