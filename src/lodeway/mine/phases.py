"""Pushbacks: nested pits joined to phases that machines can dig, with a least working width."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening

from lodeway.errors import LodewayError
from lodeway.mine.closure import Ints, Longs, compiled
from lodeway.mine.precedence import Precedence
from lodeway.mine.problem import Blocks, Floats


@dataclass(frozen=True)
class Phases:
    """Which pushback digs each block.

    Attributes
    ----------
    phase
        Number of the pushback, from 0; ``count`` where a block is left. Shape ``(blocks,)``.
    count
        How many pushbacks there are.
    left
        Blocks of the outer pit that are left because no machine could reach them.
    """

    phase: Ints
    count: int
    left: int


def pushbacks(
    shell: Ints,
    mass_t: Floats,
    blocks: Blocks,
    precedence: Precedence,
    *,
    count: int,
    width_cells: float,
) -> Phases:
    """Join nested pits to pushbacks of about equal tonnes, each wide enough on every bench.

    On every bench, the ground of a pushback is opened by a disk (Serra 1982, "Image analysis and
    mathematical morphology": what no disk of that width fits into is taken away) and what then
    misses something that it requires waits as well; both go to the next pushback. What the last
    one cannot reach is left. So every bench of every pushback, its bottom included, has the least
    width in both directions.

    Parameters
    ----------
    shell
        First nested pit that holds each block (`nested_pits`).
    mass_t
        Tonnes of each block.
    blocks, precedence
        The model.
    count
        How many pushbacks are wanted.
    width_cells
        Least width in cells.
    """
    if not 1 <= count <= 50:
        raise LodewayError("bad-number", "pushbacks", count, "1 to 50")
    if not 0 < width_cells <= 1000:
        raise LodewayError("bad-number", "least width", width_cells, "above 0 cells")
    first, head = precedence.rows()
    order = np.argsort(-precedence.node_of, kind="stable")
    outer = int(shell.max(initial=0))
    bounds = _bounds(shell, mass_t, count)
    phase = np.full(len(shell), -1, np.int32)
    number = 0
    for bound in bounds:
        wanted = (shell <= bound) & (shell < outer + 1) & (phase < 0)
        open_ = _wide(wanted, blocks, width_cells)
        while True:
            kept = _closed(first, head, order, open_, phase >= 0)
            again = _wide(kept, blocks, width_cells)
            if (again == open_).all() or not again.any():
                break
            open_ = again
        kept = _closed(first, head, order, again, phase >= 0)
        if kept.any():
            phase[kept] = number
            number += 1
    inside = shell <= bounds[-1]
    left = int((inside & (phase < 0)).sum())
    phase[phase < 0] = number
    return Phases(phase, number, left)


def _bounds(shell: Ints, mass_t: Floats, count: int) -> list[int]:
    """Return the shells at which pushbacks end, so that their tonnes are about equal."""
    last = int(shell.max(initial=0))
    empty = np.bincount(shell, weights=mass_t, minlength=last + 1)
    pits = empty.cumsum()
    outer = last if last == 0 else last - 1
    goal = pits[outer] * np.arange(1, count + 1) / count
    return sorted({min(int(np.searchsorted(pits, t * (1 - 1e-12))), outer) for t in goal})


def disk(width_cells: float) -> NDArray[np.bool_]:
    """Return the cells of a disk of a width, as a square mask of odd or even size.

    Examples
    --------
    >>> disk(3.0).sum(), disk(1.0).sum(), disk(2.0).sum()
    (np.int64(9), np.int64(1), np.int64(4))
    """
    size = max(math.ceil(width_cells - 1e-9), 1)
    step = np.arange(size) - (size - 1) / 2
    far = np.hypot(*np.meshgrid(step, step))
    return np.asarray(far <= max(width_cells / 2, math.sqrt(0.5) * (size > 1)))


def _wide(mask: NDArray[np.bool_], blocks: Blocks, width_cells: float) -> NDArray[np.bool_]:
    """Return what remains of a set when every bench is opened by a disk."""
    index = blocks.index - blocks.index.min(axis=0)
    cells = np.zeros(index.max(axis=0) + 1, bool)
    cells[tuple(index[mask].T)] = True
    shape = disk(width_cells)
    for bench in np.unique(index[mask, 2]) if mask.any() else []:
        cells[:, :, bench] = binary_opening(cells[:, :, bench], shape)
    return np.asarray(cells[tuple(index.T)] & mask)


@compiled
def _closed(
    first: Longs,
    head: Ints,
    order: Longs,
    wanted: NDArray[np.bool_],
    gone: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return the wanted blocks for which all that they require is wanted or gone; from the top."""
    kept = np.zeros(len(wanted), np.bool_)
    for block in order:
        if not wanted[block]:
            continue
        good = True
        for place in range(first[block], first[block + 1]):
            if not kept[head[place]] and not gone[head[place]]:
                good = False
                break
        kept[block] = good
    return kept
