"""The linear relaxation of a schedule, with a bound that is a proof: Bienstock & Zuckerberg.

Block `b` is "mined by step s" (a step is a period and a destination, in that order), which turns
the schedule into a closure over blocks times steps plus capacity rows. Pricing the rows out
leaves a maximum closure, solved exactly; its value plus the price of the capacity bounds every
schedule from above (Lagrangian duality), whatever the prices. The master problem is the same
linear program over classes of (block, step) that no closure so far has told apart; it gives a
feasible point from below and the next prices.

Bienstock and Zuckerberg (2010), "Solving LP relaxations of large-scale precedence constrained
problems", IPCO XIV; Munoz et al. (2018), "A study of the Bienstock-Zuckerberg algorithm",
Computational Optimization and Applications 69, for destinations.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.mine.closure import NO_NODE, Arcs, Ints, Longs, Tree, compiled, new_tree, plant, solve
from lodeway.mine.master import solve_master
from lodeway.mine.problem import Floats, Problem

#: Sums of scaled weights stay below this.
_ROOM = 2.0**60
#: Relative room for the last digits of sums and products in double precision.
_LAST_DIGITS = 1e-14


@dataclass(frozen=True)
class Relaxation:
    """The relaxed schedule and its certificate.

    Attributes
    ----------
    upper
        No schedule, relaxed or whole, is worth more.
    lower
        Value of the relaxed schedule found.
    done
        Share of each block that is mined by the end of each step; ``(blocks, steps)``.
    price
        Price of each capacity; ``(resources, periods)``.
    iterations, classes, seconds
        How it went.
    """

    upper: float
    lower: float
    done: Floats
    price: Floats
    iterations: int
    classes: int
    seconds: float

    @property
    def gap(self) -> float:
        """How far the bound is above the relaxed schedule, relative to the bound."""
        return (self.upper - self.lower) / max(abs(self.upper), 1e-300)


def expanded(first: Longs, head: Ints, problem: Problem) -> Arcs:
    """Return the arcs of blocks times steps; blocks require only blocks of larger number."""
    steps = problem.periods * problem.destinations
    return Arcs(first, head, np.zeros(0, np.uint8), steps, problem.destinations)


def relax(
    problem: Problem,
    first: Longs,
    head: Ints,
    *,
    tolerance: float = 1e-6,
    seconds: float = math.inf,
    most_iterations: int = 200,
    release: Ints | None = None,
) -> Relaxation:
    """Solve the linear relaxation.

    Parameters
    ----------
    problem
        The problem; blocks are numbered so that each requires only larger numbers.
    first, head
        Required blocks as compressed rows.
    tolerance
        Stop when the bound is this close to the relaxed schedule, relatively.
    seconds
        Stop after about this long; the bound holds whenever it stops.
    release
        First period in which each block can be mined at all, where that is known (`earliest`):
        the bound then holds for whole blocks only, and is lower.

    Raises
    ------
    LodewayError
        Where lower limits cannot be met.
    """
    begin = time.perf_counter()
    arcs = expanded(first, head, problem)
    gain = _gains(problem)
    tree = new_tree(gain.size)
    groups = gain.shape[1]
    group = np.tile(np.arange(groups, dtype=np.int32), problem.blocks)
    shut = _shut(problem, release)
    if shut.any():
        group[shut], groups = groups, groups + 1
        tree.label[shut] = NO_NODE
    found = solve_master(problem, arcs, gain, group, groups, shut)
    lower, value, price = found.value, found.share, found.price
    upper, best, iterations = math.inf, price, 0
    while iterations < most_iterations:
        iterations += 1
        mined, bound = _priced(problem, arcs, gain, price, tree)
        if bound < upper:
            upper, best = bound, price
        if upper - lower <= tolerance * abs(upper) or time.perf_counter() - begin > seconds:
            break
        before = groups
        groups = int(_split(group, mined, groups))
        if groups == before:
            break
        found = solve_master(problem, arcs, gain, group, groups, shut)
        lower, value, price = found.value, found.share, found.price
    done = value[group].reshape(gain.shape)
    return Relaxation(upper, lower, done, best, iterations, groups, time.perf_counter() - begin)


def _shut(problem: Problem, release: Ints | None) -> NDArray[np.bool_]:
    """Return the (block, step) nodes that lie before a block's first possible period."""
    steps = problem.periods * problem.destinations
    if release is None:
        return np.zeros(problem.blocks * steps, bool)
    period = np.arange(steps) // problem.destinations
    return np.asarray((period[None, :] < release[:, None]).ravel())


@compiled
def earliest(first: Longs, head: Ints, least: Floats, room: Floats) -> Ints:
    """Return the first period in which each block can be mined, by what it requires in all.

    A block and everything that it requires, directly or not, use at least ``least`` of each
    resource (``(blocks, resources)``); by the end of period `t` no more than ``room[:, t]`` can
    have been used (``(resources, periods)``, cumulative).
    """
    blocks, resources = least.shape
    periods = room.shape[1]
    out = np.zeros(blocks, np.int32)
    seen = np.full(blocks, -1, np.int32)
    pile = np.empty(blocks, np.int32)
    total = np.empty(resources)
    for block in range(blocks):
        depth = 1
        pile[0] = block
        seen[block] = block
        total[:] = 0.0
        while depth > 0:
            depth -= 1
            node = pile[depth]
            total += least[node]
            for place in range(first[node], first[node + 1]):
                other = head[place]
                if seen[other] != block:
                    seen[other] = block
                    pile[depth] = other
                    depth += 1
        period = 0
        for resource in range(resources):
            while period < periods and total[resource] > room[resource, period] * (1 + 1e-12):
                period += 1
        out[block] = period
    return out


def _gains(problem: Problem) -> Floats:
    """Return what "mined by this step" is worth before prices; ``(blocks, steps)``."""
    worth = problem.value[:, None, :] * problem.factors()[None, :, None]
    return _differences(worth.reshape(problem.blocks, -1))


def _differences(worth: Floats) -> Floats:
    """Turn values of steps into values of "by this step": each minus the next."""
    gain = worth.copy()
    gain[:, :-1] -= worth[:, 1:]
    return gain


def _priced(
    problem: Problem, arcs: Arcs, gain: Floats, price: Floats, tree: Tree
) -> tuple[NDArray[np.bool_], float]:
    """Return the best closure at these prices, and the bound that it proves."""
    cost = np.einsum("bdr,rt->btd", problem.use, price).reshape(gain.shape)
    weight = (gain - _differences(cost)).ravel()
    scale = 2.0 ** math.floor(math.log2(_ROOM / max(float(np.abs(weight).sum()), 1e-300)))
    whole = np.rint(weight * scale)
    plant(tree, whole.astype(np.int64), False)
    solve(arcs, tree)
    mined = tree.label > len(tree.label)
    # what rounding can hide is the sum over all nodes of what it moved
    hidden = float(np.abs(whole / scale - weight).sum())
    limit = np.where(price > 0, problem.high, np.where(price < 0, problem.low, 0.0))
    paid = math.fsum((price[price != 0] * limit[price != 0]).tolist())
    value = math.fsum(weight[mined].tolist())
    rounded = _LAST_DIGITS * (float(np.abs(weight[mined]).sum()) + abs(paid))
    return mined, value + hidden + paid + rounded


@compiled
def _split(group: Ints, mined: NDArray[np.bool_], groups: int) -> int:
    """Split the classes by what was mined, numbering anew; return how many there are."""
    new = np.full((groups, 2), -1, np.int32)
    count = 0
    for node in range(len(group)):
        side = 1 if mined[node] else 0
        old = group[node]
        if new[old, side] < 0:
            new[old, side] = count
            count += 1
        group[node] = new[old, side]
    return count
