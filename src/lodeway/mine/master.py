"""The master problem of the relaxation: a small linear program over classes of (block, step)."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from lodeway.errors import LodewayError
from lodeway.mine.closure import Arcs, Ints, compiled
from lodeway.mine.problem import Floats, Problem


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
    limited = np.isfinite(problem.high).ravel() | np.isfinite(problem.low).ravel()
    pairs = np.argwhere(_pairs(arcs, group, groups))
    scale = np.maximum(np.abs(rows[limited]).max(axis=1), 1.0)
    capacity = csr_matrix(rows[limited] / scale[:, None])
    order = csr_matrix(
        (
            np.tile([1.0, -1.0], len(pairs)),
            pairs.ravel(),
            np.arange(0, 2 * len(pairs) + 1, 2),
        ),
        shape=(len(pairs), groups),
    )
    low = np.concatenate([problem.low.ravel()[limited] / scale, np.full(len(pairs), -np.inf)])
    high = np.concatenate([problem.high.ravel()[limited] / scale, np.zeros(len(pairs))])
    unit = max(float(np.abs(worth).max()), 1e-300)
    most = np.ones(groups)
    most[group[shut]] = 0.0
    share, dual = _solve(worth / unit, vstack([capacity, order]).tocsr(), low, high, most)
    price = np.zeros(problem.low.size)
    price[limited] = dual[: len(scale)] * unit / scale
    price = price.reshape(problem.low.shape)
    price = np.where(price > 0, np.where(np.isfinite(problem.high), price, 0.0), price)
    price = np.where(price < 0, np.where(np.isfinite(problem.low), price, 0.0), price)
    return Master(float(worth @ share), share, price)


def _solve(
    worth: Floats, matrix: csr_matrix, low: Floats, high: Floats, most: Floats
) -> tuple[Floats, Floats]:
    """Maximise by HiGHS; return the point and the rows' prices (at least 0 for upper limits)."""
    model = highspy.HighsLp()
    rows, columns = matrix.shape
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = -worth
    model.col_lower_, model.col_upper_ = np.zeros(columns), most
    model.row_lower_ = np.maximum(low, -highspy.kHighsInf)
    model.row_upper_ = np.minimum(high, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise LodewayError(
            "balance", "lower limits", "limits that no schedule can meet", "limits within reach",
            "lower the minimum tonnages",
        )  # fmt: skip
    if status != highspy.HighsModelStatus.kOptimal:
        raise LodewayError("balance", "master problem", str(status), "an optimum")
    found = solver.getSolution()
    share = np.clip(np.array(found.col_value), 0.0, 1.0)
    return share, -np.array(found.row_dual)


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
