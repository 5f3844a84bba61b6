"""Warming a scheduler: everything is compiled on a toy mine before a clock starts."""

from __future__ import annotations

import numpy as np

from lodeway.mine.precedence import Precedence, from_rows, from_template
from lodeway.mine.problem import Blocks, Problem
from lodeway.mine.schedule import schedule_mine
from lodeway.mine.slope import Slope, template

_SIDE, _PERIODS = 4, 3


def warm_up_schedule(destinations: int, *, with_template: bool) -> None:
    """Schedule a toy mine, so that the first run on a machine compiles outside its time.

    Parameters
    ----------
    destinations
        Of the problem that follows: compiled code differs between one and several.
    with_template
        Whether its precedence comes from a slope rather than from stored rows.

    Notes
    -----
    Machine code is kept on disk: the first call ever takes some 15 seconds, a later one about one.
    """
    precedence = _precedence(with_template)
    blocks = _SIDE**3
    worth = np.random.default_rng(1).normal(0.5, 1.0, (blocks, destinations))
    use = np.ones((blocks, destinations, 2))
    high = np.full((2, _PERIODS), blocks / (2.0 * _PERIODS))
    low = np.full_like(high, -np.inf)
    kind = "CPIT" if destinations == 1 else "PCPSP"
    schedule_mine(Problem("toy", worth, use, low, high, 0.1, kind), precedence, moves=1)


def _precedence(with_template: bool) -> Precedence:
    """Return the precedence of a cube of blocks: by a slope, or each under the one above it."""
    z, y, x = np.meshgrid(*[np.arange(_SIDE)] * 3, indexing="ij")
    if with_template:
        index = np.c_[x.ravel(), y.ravel(), z.ravel()].astype(np.int64)
        return from_template(Blocks(index), [template(Slope((45.0,)), 2, (1.0, 1.0, 1.0))])
    count = (z.ravel() < _SIDE - 1).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(count)])
    head = np.flatnonzero(count) + _SIDE**2
    return from_rows(first, head.astype(np.int32))
