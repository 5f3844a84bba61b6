"""Stockpiles: given when each block is dug, the best time to mill it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from lodeway.errors import LodewayError
from lodeway.mine.closure import Ints
from lodeway.mine.problem import Floats, Problem, Schedule


@dataclass(frozen=True)
class Milling:
    """When what is milled.

    Attributes
    ----------
    milled_t
        Tonnes by lot, period dug and period milled; ``(lots, periods, periods)``.
    lot
        Lot of each block, -1 where it is never dug or cannot be ore; shape ``(blocks,)``.
    gain
        Discounted value of milling, over leaving everything as waste.
    """

    milled_t: Floats
    lot: Ints
    gain: float

    def stock_t(self) -> Floats:
        """Return the tonnes on the stockpile at the end of each period."""
        dug = self.milled_t.sum(axis=0)
        periods = dug.shape[0]
        return np.array([dug[: t + 1, t + 1 :].sum() for t in range(periods)])


@dataclass(frozen=True)
class Kept:
    """What a stockpile adds to a schedule, by period in the unit of the mill's capacity.

    Attributes
    ----------
    gain
        Discounted value over milling as scheduled; at least 0.
    at_once, later
        Milled in the period when it was dug, and taken back from the stockpile.
    stock
        On the stockpile at the end of each period.
    """

    gain: float
    at_once: Floats
    later: Floats
    stock: Floats


def after_schedule(problem: Problem, schedule: Schedule, reclaim: float) -> Kept:
    """Return what a stockpile adds when everything is dug as scheduled.

    The mill is the destination that alone uses one of the resources (its capacity); everything
    else must use the same at both destinations, or digging would change with milling.

    Parameters
    ----------
    problem
        Two destinations.
    schedule
        When each block is dug and where it goes.
    reclaim
        Cost of taking back one unit of what the mill's capacity counts.

    Raises
    ------
    LodewayError
        Where the problem has no such mill.
    """
    mill, resource = _mill(problem)
    mass = problem.use[:, mill, resource]
    worth = problem.value[:, mill] - problem.value[:, 1 - mill]
    margin = np.where(mass > 0, worth / np.maximum(mass, 1e-300), 0.0)
    planned = (schedule.destination == mill) & (schedule.period < problem.periods) & (mass > 0)
    low = problem.low[resource]
    found = mill_from_stockpile(
        margin, mass, schedule.period, np.minimum(problem.high[resource], mass.sum()),
        problem.rate, reclaim_usd_per_t=reclaim, planned=planned,
        least_t=np.maximum(low, 0.0) if (low > 0).any() else None,
    )  # fmt: skip
    as_planned = worth[planned] @ problem.factors()[schedule.period[planned]]
    by_year = found.milled_t.sum(axis=0)
    at_once = np.diagonal(by_year).copy()
    gain = max(found.gain - float(as_planned), 0.0)
    return Kept(gain, at_once, by_year.sum(axis=0) - at_once, found.stock_t())


def _mill(problem: Problem) -> tuple[int, int]:
    """Return the destination that is a mill, and the resource that is its capacity."""
    if problem.destinations == 2:
        used = np.asarray((problem.use > 0).any(axis=0))
        alone = [(d, r) for r in range(problem.resources) for d in range(2)
                 if used[d, r] and not used[1 - d, r]]  # fmt: skip
        rest = [r for r in range(problem.resources) if not alone or r != alone[0][1]]
        if len(alone) == 1 and (problem.use[:, 0, rest] == problem.use[:, 1, rest]).all():
            return alone[0]
    raise LodewayError(
        "bad-argument", "stockpile", f"{problem.destinations} destinations, no single mill",
        "two destinations, one of which alone uses one resource",
    )  # fmt: skip


def mill_from_stockpile(
    margin_usd_per_t: Floats,
    mass_t: Floats,
    period: Ints,
    mill_t: Floats,
    rate: float,
    *,
    reclaim_usd_per_t: float = 0.0,
    lots: int = 12,
    least_t: Floats | None = None,
    planned: NDArray[np.bool_] | None = None,
) -> Milling:
    """Choose what to mill at once, what to keep and when to take it back, as a linear program.

    Ore is kept in `lots` by margin and never mixed across them (a warehouse with bins); inside a
    lot dug in one period it has the mean margin. With many lots this bounds a single mixed
    stockpile from above (Rezakhah, Moreno & Newman 2020, "Practical performance of an open pit
    mine scheduling model considering blending and stockpiling", Computers & OR 115).

    Parameters
    ----------
    margin_usd_per_t
        What a tonne brings when milled rather than dumped; shape ``(blocks,)``.
    mass_t, period
        Tonnes of each block and the period in which it is dug (number of periods: never).
    mill_t
        Capacity of the mill by period; shape ``(periods,)``.
    rate
        Discount rate.
    reclaim_usd_per_t
        Cost of taking a tonne back.
    least_t
        Least feed of the mill by period, where there is one.
    planned
        Blocks that a schedule mills when they are dug. They get lots of their own, so that milling
        just as scheduled stays possible: a stockpile then never loses anything.

    Raises
    ------
    LodewayError
        Where the least feed cannot be met.
    """
    periods = len(mill_t)
    chosen = np.zeros(len(mass_t), bool) if planned is None else planned
    ore = ((margin_usd_per_t > 0) | chosen) & (period < periods)
    lot = np.full(len(mass_t), -1, np.int32)
    if not ore.any():
        return Milling(np.zeros((lots, periods, periods)), lot, 0.0)
    edges = np.quantile(margin_usd_per_t[ore], np.linspace(0, 1, lots + 1)[1:-1])
    lot[ore] = np.searchsorted(edges, margin_usd_per_t[ore], side="right")
    lot[ore & chosen] += lots
    lots *= 1 if planned is None else 2
    dug, worth = np.zeros((lots, periods)), np.zeros((lots, periods))
    np.add.at(dug, (lot[ore], period[ore]), mass_t[ore])
    np.add.at(worth, (lot[ore], period[ore]), (mass_t * margin_usd_per_t)[ore])
    mean = worth / np.maximum(dug, 1e-300)
    names = [
        (k, t, s)
        for k in range(lots)
        for t in range(periods)
        if dug[k, t]
        for s in range(t, periods)
    ]
    k, t, s = np.array(names).T
    gain = (mean[k, t] - reclaim_usd_per_t * (s > t)) * (1.0 + rate) ** -s
    column = np.arange(len(names))
    digs = coo_matrix(
        (np.ones(len(names)), (k * periods + t, column)), (lots * periods, len(names))
    )
    feeds = coo_matrix((np.ones(len(names)), (s, column)), (periods, len(names)))
    from scipy.sparse import vstack

    rows, limits = [digs, feeds], [dug.ravel(), np.asarray(mill_t, float)]
    if least_t is not None:
        rows.append(-feeds)
        limits.append(-np.asarray(least_t, float))
    found = linprog(-gain, A_ub=vstack(rows).tocsr(), b_ub=np.concatenate(limits), method="highs")
    if found.x is None:
        raise LodewayError(
            "balance", "least feed of the mill", found.message, "a feed within reach"
        )
    milled = np.zeros((lots, periods, periods))
    milled[k, t, s] = found.x
    return Milling(milled, lot, float(gain @ found.x))
