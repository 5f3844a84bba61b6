"""The ultimate pit, exact and certified, and the pits nested inside it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.mine.closure import (
    FLOW,
    PARENT,
    UP,
    Arcs,
    Longs,
    Tree,
    compiled,
    new_tree,
    open_arcs,
    plant,
    solve,
)
from lodeway.mine.precedence import Precedence
from lodeway.mine.problem import Floats

#: Sums of scaled weights stay below this, so that no sum of them can overflow int64.
_ROOM = 2**61
_FINEST = 10**6


@dataclass(frozen=True)
class Pit:
    """An ultimate pit and its certificate.

    Attributes
    ----------
    inside
        Which blocks are mined; shape ``(blocks,)``. Of several best pits, the smallest.
    value
        Sum of the values of the blocks inside.
    bound
        No pit can be worth more (weak duality of a feasible flow, in the scaled weights, plus
        what scaling can hide).
    scale
        Values were multiplied by this before they were rounded to whole numbers.
    rounding
        Sum of the amounts that rounding moved: the pit is exact to within this.
    open_arcs
        Arcs that leave the pit: zero.
    seconds
        Wall time of the solution, without reading files and compiling.
    """

    inside: NDArray[np.bool_]
    value: float
    bound: float
    scale: int
    rounding: float
    open_arcs: int
    seconds: float

    @property
    def blocks(self) -> int:
        """How many blocks are inside."""
        return int(self.inside.sum())


def to_whole(value: Floats, where: str = "block values") -> tuple[Longs, int, float]:
    """Return values as whole numbers, the scale, and the sum of what rounding moved.

    Examples
    --------
    >>> weight, scale, moved = to_whole(np.array([0.5, -1.25]))
    >>> weight.tolist(), scale, moved
    ([500000, -1250000], 1000000, 0.0)
    """
    if not np.isfinite(value).all():
        block = int(np.argmax(~np.isfinite(value)))
        raise LodewayError("bad-number", f"{where}, block {block}", value[block], "a finite number")
    total = float(np.abs(value).sum())
    scale = _FINEST
    while scale > 1 and total * scale >= _ROOM:
        scale //= 10
    if total >= _ROOM:
        raise LodewayError("bad-number", where, f"a sum of {total:g}", f"below {_ROOM:g}")
    weight = np.rint(value * scale)
    moved = float(np.abs(weight / scale - value).sum())
    return weight.astype(np.int64), scale, moved


def ultimate_pit(
    value: Floats, precedence: Precedence, forbidden: NDArray[np.bool_] | None = None
) -> Pit:
    """Return the pit of greatest value.

    Parameters
    ----------
    value
        Value of each block; shape ``(blocks,)``.
    precedence
        What each block requires.
    forbidden
        Blocks that must stay (under a border, a village, a minefield); whatever requires one of
        them stays too.

    Returns
    -------
    Pit
        The pit, checked for closure and by duality.

    Raises
    ------
    LodewayError
        For values that are not finite or too large to be summed.

    Notes
    -----
    Hochbaum's pseudoflow, see `lodeway.mine.closure`.

    Examples
    --------
    >>> from lodeway.mine.precedence import from_rows
    >>> above = from_rows(np.array([0, 1, 1]), np.array([1], np.int32))
    >>> pit = ultimate_pit(np.array([5.0, -2.0]), above)
    >>> pit.value, pit.bound, pit.blocks
    (3.0, 3.0, 2)
    """
    weight, scale, moved = to_whole(value)
    if forbidden is not None:
        weight = np.where(forbidden, -(int(weight[weight > 0].sum()) + 1), weight)
    node_weight = precedence.to_nodes(weight)
    start = time.perf_counter()
    tree = new_tree(precedence.nodes)
    tree.label[:] = precedence.node_label
    plant(tree, node_weight, False)
    solve(precedence.arcs, tree)
    seconds = time.perf_counter() - start
    return _certified(value, precedence, tree, node_weight, scale, moved, seconds)


def timed_pit(value: Floats, precedence: Precedence, solves: int = 5, within_s: float = 3.0) -> Pit:
    """Return the pit with the time of the fastest of a few solutions.

    On a machine that does other things too, the fastest is what the work itself takes. Every
    solution starts from nothing and finds the same pit; no further one is begun after `within_s`.
    """
    warm_up(precedence)
    start = time.perf_counter()
    found = ultimate_pit(value, precedence)
    fastest = found.seconds
    for _ in range(solves - 1):
        if time.perf_counter() - start > within_s:
            break
        fastest = min(fastest, ultimate_pit(value, precedence).seconds)
    return replace(found, seconds=fastest)


def warm_up(precedence: Precedence) -> None:
    """Compile what a pit needs, on a model of two blocks, so that the clock starts fair."""
    kind = precedence.arcs.group[:0]
    if len(precedence.arcs.group):
        kind = np.zeros(4, np.uint8)
    first = np.array([0, 1] if len(kind) else [0, 1, 1], np.int64)
    arcs = Arcs(first, np.array([1], np.int32), kind)
    label = np.array([0, 0, -9, -9] if len(kind) else [0, 0], np.int32)
    nodes = np.arange(2, dtype=np.int32)
    tiny = Precedence(arcs, nodes, label, 1, 0, np.zeros(2, bool))
    ultimate_pit(np.array([2.0, -1.0]), tiny)


def _certified(
    value: Floats,
    precedence: Precedence,
    tree: Tree,
    weight: Longs,
    scale: int,
    moved: float,
    seconds: float,
) -> Pit:
    """Read the pit off the tree, and check it without trusting how the tree came about."""
    mined = tree.label > precedence.nodes
    leaving = int(open_arcs(precedence.arcs, mined, precedence.node_label == 0))
    bound = int(dual_bound(precedence.arcs, tree, weight))
    worth = int(weight[mined].sum())
    if leaving or bound != worth:
        raise LodewayError(
            "balance", "ultimate pit", f"{leaving} open arcs, bound {bound}, value {worth}",
            "a closed pit that meets its bound", "this is a fault of Lodeway: please report it",
        )  # fmt: skip
    inside = mined[precedence.node_of]
    total = math.fsum(value[inside].tolist())
    return Pit(inside, total, bound / scale + moved, scale, moved, leaving, seconds)


@compiled
def dual_bound(arcs: Arcs, tree: Tree, weight: Longs) -> int:
    """Return the bound that the tree's flow proves, or -1 where an arc is not a required one.

    For any flow of at least 0 along required arcs, the sum over all nodes of what is left above
    zero is at least the weight of every closure.
    """
    left = weight.copy()
    links, mass = tree.links, tree.mass
    for node in range(len(weight)):
        parent = links[node, PARENT]
        if parent < 0:
            continue
        lower, upper = (node, parent) if links[node, UP] else (parent, node)
        if mass[node, FLOW] < 0 or not _requires(arcs, lower, upper):
            return -1
        left[lower] -= mass[node, FLOW]
        left[upper] += mass[node, FLOW]
    total = 0
    for node in range(len(weight)):
        total += max(left[node], 0)
    return total


@compiled
def _requires(arcs: Arcs, lower: int, upper: int) -> bool:
    """Return whether `lower` requires `upper` directly."""
    if len(arcs.group):
        group = arcs.group[lower]
        for place in range(arcs.first[group], arcs.first[group + 1]):
            if lower + arcs.head[place] == upper:
                return True
        return False
    if upper == lower + 1 and upper % arcs.periods != 0:
        return True
    if (upper - lower) % arcs.periods != 0 or (lower + 1) % arcs.sides != 0:
        return False
    block = lower // arcs.periods
    for place in range(arcs.first[block], arcs.first[block + 1]):
        if arcs.head[place] == upper // arcs.periods:
            return True
    return False


def nested_pits(
    revenue: Floats, cost: Floats, factors: Sequence[float], precedence: Precedence
) -> NDArray[np.int32]:
    """Return the pits of rising revenue factors, each warm-started from the one before.

    The value of a block at factor `f` is ``f * revenue - cost``; revenue is at least 0, so that a
    higher factor never shrinks the pit (Lerchs & Grossmann 1965; Hochbaum 2008).

    Parameters
    ----------
    revenue, cost
        Of each block; shape ``(blocks,)``.
    factors
        Rising revenue factors.

    Returns
    -------
    numpy.ndarray
        For each block the number of the first pit that holds it, ``len(factors)`` if none does.
    """
    if (revenue < 0).any():
        block = int(np.argmax(revenue < 0))
        raise LodewayError("bad-number", f"revenue, block {block}", revenue[block], "at least 0")
    if list(factors) != sorted(set(factors)) or not factors:
        raise LodewayError("bad-argument", "revenue factors", list(factors), "rising numbers")
    return rising_pits(np.asarray(factors)[:, None] * revenue - cost, precedence)


def rising_pits(values: Floats, precedence: Precedence) -> NDArray[np.int32]:
    """Return the pits of values that never fall from one row to the next.

    Parameters
    ----------
    values
        Value of each block in each case; shape ``(cases, blocks)``.

    Returns
    -------
    numpy.ndarray
        For each block the number of the first pit that holds it, the number of cases if none does.
    """
    cases = len(values)
    if (np.diff(values, axis=0) < 0).any():
        raise LodewayError("bad-argument", "block values", "a value that falls", "rising values")
    _, scale, _ = to_whole(np.abs(values).max(axis=0))
    tree = new_tree(precedence.nodes)
    tree.label[:] = precedence.node_label
    shell = np.full(precedence.nodes, cases, np.int32)
    for number, value in enumerate(values):
        weight = np.rint(value * scale).astype(np.int64)
        plant(tree, precedence.to_nodes(weight), number > 0)
        solve(precedence.arcs, tree)
        shell[(tree.label > precedence.nodes) & (shell == cases)] = number
    return shell[precedence.node_of]
