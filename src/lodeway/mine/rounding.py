"""From a relaxed schedule to a whole one: blocks in order of their expected period."""

from __future__ import annotations

import numpy as np

from lodeway.mine.closure import Ints, Longs, compiled
from lodeway.mine.problem import Floats, Problem


def expected_period(problem: Problem, done: Floats) -> Floats:
    """Return the mean period of each block in a relaxed schedule; what stays counts as the end."""
    by_end = done.reshape(problem.blocks, problem.periods, problem.destinations)[:, :, -1]
    return np.asarray(problem.periods - by_end.sum(axis=1))


def round_in_order(
    problem: Problem, first: Longs, head: Ints, done: Floats, price: Floats, lead: float = 0.5
) -> tuple[Ints, Ints]:
    """Return a schedule that keeps precedence and upper limits: ``(period, destination)``.

    Blocks are taken in order of expected period (TopoSort; Chicoisne et al. 2012, "A new
    algorithm for the open-pit mine production scheduling problem", Operations Research 60(3)) and
    mined as early as what they require and the capacity allow, but not more than `lead` periods
    before their expected one. Each goes where it is worth most at the prices of its expected
    period.
    """
    mean = expected_period(problem, done)
    order = np.lexsort((-np.arange(problem.blocks), mean))
    near = np.clip(mean.astype(np.int64), 0, problem.periods - 1)
    worth = problem.value * problem.factors()[near, None]
    worth -= np.einsum("bdr,rb->bd", problem.use, price[:, near])
    side = np.argmax(worth, axis=1).astype(np.int32)
    release = np.maximum(np.floor(mean - lead), 0).astype(np.int32)
    wanted = mean < problem.periods - 0.5
    high = np.where(np.isfinite(problem.high), problem.high, np.inf)
    period = _place(first, head, order, release, wanted, side, problem.use, high)
    return period, side


@compiled
def _place(
    first: Longs,
    head: Ints,
    order: Longs,
    release: Ints,
    wanted: np.ndarray,
    side: Ints,
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
        while earliest < periods:
            fits = True
            for resource in range(resources):
                amount = used[resource, earliest] + use[block, side[block], resource]
                if amount > high[resource, earliest]:
                    fits = False
            if fits:
                break
            earliest += 1
        if earliest < periods:
            period[block] = earliest
            for resource in range(resources):
                used[resource, earliest] += use[block, side[block], resource]
    return period
