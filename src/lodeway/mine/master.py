"""The master problem of the relaxation: a small linear program over classes of (block, step)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from lodeway.errors import LodewayError
from lodeway.mine.closure import Arcs, Ints, compiled
from lodeway.mine.problem import Floats, Problem

_INFEASIBLE = 2


@dataclass(frozen=True)
class Master:
    """Optimum of the master problem: its value, the share of each class, prices of the rows."""

    value: float
    share: Floats
    price: Floats


def solve_master(
    problem: Problem,
    arcs: Arcs,
    gain: Floats,
    group: Ints,
    groups: int,
    shut: NDArray[np.bool_],
) -> Master:
    """Return the best relaxed schedule that treats each class as one; shut nodes stay at zero.

    Raises
    ------
    LodewayError
        Where the lower limits cannot be met.
    """
    worth = np.bincount(group, weights=gain.ravel(), minlength=groups)
    rows = _capacity(problem.use, group.reshape(gain.shape), groups, problem.periods)
    rows = rows.reshape(-1, groups)
    upper, lower = np.isfinite(problem.high).ravel(), np.isfinite(problem.low).ravel()
    limits = np.concatenate([problem.high.ravel()[upper], -problem.low.ravel()[lower]])
    matrix = np.concatenate([rows[upper], -rows[lower]])
    scale = np.maximum(np.abs(matrix).max(axis=1, initial=0.0), 1.0)
    pairs = np.argwhere(_pairs(arcs, group, groups))
    order = csr_matrix(
        (np.tile([1.0, -1.0], len(pairs)), pairs.ravel(), np.arange(0, 2 * len(pairs) + 1, 2)),
        shape=(len(pairs), groups),
    )
    unit = max(float(np.abs(worth).max()), 1e-300)
    most = np.ones(groups)
    most[group[shut]] = 0.0
    found = linprog(
        -worth / unit,
        A_ub=vstack([csr_matrix(matrix / scale[:, None]), order]).tocsr(),
        b_ub=np.concatenate([limits / scale, np.zeros(len(pairs))]),
        bounds=np.column_stack([np.zeros(groups), most]),
        method="highs-ds",
    )
    if found.status == _INFEASIBLE:
        raise LodewayError(
            "balance", "lower limits", "limits that no schedule can meet", "limits within reach",
            "lower the minimum tonnages",
        )  # fmt: skip
    if found.x is None:
        raise LodewayError("balance", "master problem", found.message, "an optimum")
    share = np.clip(found.x, 0.0, 1.0)
    dual = np.maximum(-found.ineqlin.marginals[: len(scale)], 0.0) * unit / scale
    price = np.zeros(problem.low.size)
    price[upper] += dual[: int(upper.sum())]
    price[lower] -= dual[int(upper.sum()) :]
    return Master(float(worth @ share), share, price.reshape(problem.low.shape))


@compiled
def _capacity(use: Floats, group: Ints, groups: int, periods: int) -> Floats:
    """Return what each class uses of each capacity; ``(resources, periods, classes)``."""
    blocks, sides, resources = use.shape
    out = np.zeros((resources, periods, groups))
    for block in range(blocks):
        for step in range(periods * sides):
            period, side = step // sides, step % sides
            here = group[block, step]
            for resource in range(resources):
                amount = use[block, side, resource]
                out[resource, period, here] += amount
                if step > 0:
                    out[resource, period, group[block, step - 1]] -= amount
    return out


@compiled
def _pairs(arcs: Arcs, group: Ints, groups: int) -> NDArray[np.bool_]:
    """Return which class requires which."""
    out = np.zeros((groups, groups), np.bool_)
    steps = arcs.periods
    for block in range(len(arcs.first) - 1):
        for step in range(steps):
            node = block * steps + step
            here = group[node]
            if step < steps - 1:
                out[here, group[node + 1]] = True
            if (step + 1) % arcs.sides == 0:
                for place in range(arcs.first[block], arcs.first[block + 1]):
                    out[here, group[arcs.head[place] * steps + step]] = True
    for here in range(groups):
        out[here, here] = False
    return out
