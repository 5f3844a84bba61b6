"""An independent judge of schedules: precedence, capacity and value, straight from the files.

It shares no code with the optimisers: it walks the arcs one by one over a table of shares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.mine.problem import Floats, Longs, Problem, Schedule


@dataclass(frozen=True)
class Verdict:
    """What the judge found.

    Attributes
    ----------
    npv
        Discounted value of the schedule.
    feasible
        True where nothing below is broken.
    overmined
        Blocks whose shares sum to more than one, or are negative.
    precedence
        Arcs along which a block is mined before what it requires.
    capacity
        Limits (resource, period) that are broken.
    """

    npv: float
    feasible: bool
    overmined: int
    precedence: int
    capacity: int


def shares(problem: Problem, schedule: Schedule) -> Floats:
    """Return a schedule as shares; shape ``(blocks, destinations, periods)``."""
    share = np.zeros((problem.blocks, problem.destinations, problem.periods))
    mined = np.flatnonzero(schedule.period < problem.periods)
    share[mined, schedule.destination[mined], schedule.period[mined]] = 1.0
    return share


def judge(
    problem: Problem, first: Longs, head: NDArray[np.int32], share: Floats, tolerance: float = 1e-9
) -> Verdict:
    """Judge a solution.

    Parameters
    ----------
    problem
        The problem.
    first, head
        Predecessors as compressed rows.
    share
        Share of each block by destination and period.
    tolerance
        How much a share, or a limit relatively, may be off. Published solutions are printed with
        six digits and need about 1e-6 for each period.

    Returns
    -------
    Verdict
        The value and what is broken.
    """
    by_period = share.sum(axis=1)
    wrong = (by_period.sum(axis=1) > 1 + tolerance) | (share < -tolerance).any(axis=(1, 2))
    done = by_period.cumsum(axis=1)
    broken = 0
    for block in range(problem.blocks):
        needs = head[first[block] : first[block + 1]]
        if len(needs) and done[block, -1] > 0:
            broken += int((done[block] > done[needs] + tolerance).any(axis=1).sum())
    used = np.einsum("bdt,bdr->rt", share, problem.use)
    slack = tolerance * np.maximum(1.0, np.abs(used))
    over = int(((used > problem.high + slack) | (used < problem.low - slack)).sum())
    parts = share * problem.value[:, :, None] * problem.factors()
    npv = math.fsum(parts.ravel().tolist())
    feasible = not wrong.any() and broken == 0 and over == 0
    return Verdict(npv, feasible, int(wrong.sum()), broken, over)
