"""Exact maximum closure in compiled code: Hochbaum's pseudoflow on a normalised tree.

A closure is a set of nodes that holds, with every node, everything that the node requires. The
heaviest closure is a minimum cut (Picard 1976, "Maximal closure of a graph", Management Science
22(11)), found here with the pseudoflow algorithm, lowest label first (Hochbaum 2008, "The
pseudoflow algorithm", Operations Research 56(4)). All arcs have infinite capacity, so that an arc
that leaves the tree always carries nothing: only required nodes are ever scanned, and no arc is
stored beyond what the caller gives. A node requires only nodes with a larger number, so that
surplus can be let in from the last node to the first, a few hundred nodes at a time: a pit from
the top bench down.

Arcs come in two forms (`Arcs`): compressed rows, optionally repeated over periods (node
``block * periods + period``, which also requires ``period + 1`` of the same block), or a template:
the same offsets for every node of one group, on a grid whose border is padded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

#: Label of a cell that is no node: it is never scanned and never found.
NO_NODE = -9
#: Nodes whose surplus is let in together.
_AT_ONCE = 64


def compiled(function: Function) -> Function:
    """Compile a function, and keep the machine code on disk for the next start."""
    return cast("Function", njit(cache=True, nogil=True, boundscheck=False)(function))


class Arcs(NamedTuple):
    """What each node requires.

    Attributes
    ----------
    first, head
        Compressed rows: block `b` requires ``head[first[b]:first[b + 1]]``. In a template: node
        `i` of group `g` requires ``i + head[first[g]:first[g + 1]]``.
    group
        Group of each node in a template; empty means compressed rows.
    periods
        How often the blocks of compressed rows are repeated in time.
    sides
        Steps in one period (one for each destination); blocks require each other only at the last
        step of a period.
    """

    first: Longs
    head: Ints
    group: NDArray[np.uint8]
    periods: int = 1
    sides: int = 1


class Tree(NamedTuple):
    """A normalised tree: who hangs from whom, which way the arc points, what flows.

    Attributes
    ----------
    links
        One row a node, in columns PARENT, CHILD (first), AFTER and BEFORE (siblings), SCAN (child
        to look at next), ARC (place of the current arc), QUEUE (next root of equal label), UP (1:
        the node requires its parent; 0: the parent requires the node).
    mass
        One row a node, in columns FLOW (on the arc to the parent) and EXCESS.
    label
        Lower bound on the arcs to somebody with room.
    """

    links: Ints
    mass: Longs
    label: Ints


PARENT, CHILD, AFTER, BEFORE, SCAN, ARC, QUEUE, UP = range(8)
FLOW, EXCESS = range(2)


def new_tree(nodes: int) -> Tree:
    """Return a tree in which every node is its own root."""
    links = np.full((nodes, 8), -1, np.int32)
    links[:, ARC] = 0
    links[:, UP] = 1
    return Tree(links, np.zeros((nodes, 2), np.int64), np.zeros(nodes, np.int32))


@compiled
def _hang(links: Ints, parent: int, child: int) -> None:
    """Make `child` a child of `parent`."""
    old = links[parent, CHILD]
    links[child, PARENT] = parent
    links[child, AFTER] = old
    links[child, BEFORE] = -1
    if old >= 0:
        links[old, BEFORE] = child
    links[parent, CHILD] = child


@compiled
def _cut(links: Ints, child: int) -> None:
    """Take `child` from its parent."""
    after, before = links[child, AFTER], links[child, BEFORE]
    if before >= 0:
        links[before, AFTER] = after
    else:
        links[links[child, PARENT], CHILD] = after
    if after >= 0:
        links[after, BEFORE] = before
    links[child, PARENT] = -1


@compiled
def _weak(arcs: Arcs, links: Ints, label: Ints, node: int, wanted: int) -> int:
    """Return a required node whose label is `wanted`, from the node's current arc on; else -1."""
    head = arcs.head
    if len(arcs.group):
        group = arcs.group[node]
        base = arcs.first[group]
        for place in range(base + links[node, ARC], arcs.first[group + 1]):
            if label[node + head[place]] == wanted:
                links[node, ARC] = place - base
                return node + head[place]
        links[node, ARC] = arcs.first[group + 1] - base
        return -1
    periods = arcs.periods
    if periods == 1:
        base, end = arcs.first[node], arcs.first[node + 1]
        for place in range(base + links[node, ARC], end):
            if label[head[place]] == wanted:
                links[node, ARC] = place - base
                return head[place]
        links[node, ARC] = end - base
        return -1
    block = node // periods
    base, end = arcs.first[block], arcs.first[block + 1]
    period = node - block * periods
    if (period + 1) % arcs.sides == 0:
        for place in range(base + links[node, ARC], end):
            if label[head[place] * periods + period] == wanted:
                links[node, ARC] = place - base
                return head[place] * periods + period
        links[node, ARC] = end - base
    if period < periods - 1 and label[node + 1] == wanted:
        return node + 1
    return -1


@compiled
def _enqueue(links: Ints, label: Ints, start: Ints, count: Longs, root: int) -> int:
    """Put a strong root on the pile of its label, at least 1, and return the label."""
    level = label[root]
    if level == 0:
        level = label[root] = 1
        links[root, ARC] = 0
        count[0] -= 1
        count[1] += 1
    links[root, QUEUE] = start[level]
    start[level] = root
    return level


@compiled
def _merge(links: Ints, mass: Longs, weak: int, strong: int) -> None:
    """Hang the whole strong tree from `weak` by the arc strong -> weak; turn the path over."""
    node, parent = strong, weak
    up, flow = 1, 0
    while True:
        old_parent, old_up, old_flow = links[node, PARENT], links[node, UP], mass[node, FLOW]
        if old_parent >= 0:
            _cut(links, node)
        links[node, UP] = up
        mass[node, FLOW] = flow
        _hang(links, parent, node)
        if old_parent < 0:
            return
        up, flow = 1 - old_up, old_flow
        parent, node = node, old_parent


@compiled
def _push(
    links: Ints, mass: Longs, label: Ints, start: Ints, count: Longs, root: int, top: int
) -> int:
    """Send a strong root's excess up its path; where it does not fit, the path is cut."""
    node = root
    was = 1
    while mass[node, EXCESS] != 0 and links[node, PARENT] >= 0:
        parent = links[node, PARENT]
        was = mass[parent, EXCESS]
        amount = mass[node, EXCESS]
        if links[node, UP]:
            mass[node, FLOW] += amount
            mass[node, EXCESS] = 0
        elif mass[node, FLOW] >= amount:
            mass[node, FLOW] -= amount
            mass[node, EXCESS] = 0
        else:
            amount = mass[node, FLOW]
            mass[node, EXCESS] -= amount
            mass[node, FLOW] = 0
            links[node, UP] = 1
            _cut(links, node)
            top = max(top, _enqueue(links, label, start, count, node))
        mass[parent, EXCESS] += amount
        node = parent
    if mass[node, EXCESS] > 0 and was <= 0:
        top = max(top, _enqueue(links, label, start, count, node))
    return top


@compiled
def _look(links: Ints, label: Ints, count: Longs, node: int) -> None:
    """Move on to a child of equal label; without one, raise the node's label."""
    level = label[node]
    child = links[node, SCAN]
    while child >= 0:
        if label[child] == level:
            links[node, SCAN] = child
            return
        child = links[child, AFTER]
    links[node, SCAN] = -1
    count[level] -= 1
    label[node] = level + 1
    count[level + 1] += 1
    links[node, ARC] = 0


@compiled
def _lift(links: Ints, label: Ints, count: Longs, root: int, high: int) -> None:
    """Label the whole tree of a root as finished: nothing weak can be reached from it."""
    node = root
    while True:
        count[label[node]] -= 1
        label[node] = high
        count[high] += 1
        if links[node, CHILD] >= 0:
            node = links[node, CHILD]
            continue
        while node != root and links[node, AFTER] < 0:
            node = links[node, PARENT]
        if node == root:
            return
        node = links[node, AFTER]


@compiled
def _next_root(links: Ints, label: Ints, start: Ints, count: Longs, top: int) -> int:
    """Take the strong root of lowest label; above an empty label all are finished. -1: none."""
    gap = False
    for level in range(1, top + 1):
        if start[level] < 0:
            continue
        gap = gap or count[level - 1] == 0
        if not gap:
            root = start[level]
            start[level] = links[root, QUEUE]
            return root
        while start[level] >= 0:
            root = start[level]
            start[level] = links[root, QUEUE]
            _lift(links, label, count, root, len(start) - 1)
    return -1


@compiled
def _process(arcs: Arcs, tree: Tree, start: Ints, count: Longs, root: int) -> int:
    """Merge a strong root's tree with something weak, or raise labels; return the top label."""
    links, mass, label = tree.links, tree.mass, tree.label
    level = label[root]
    node = root
    links[root, SCAN] = links[root, CHILD]
    weak = _weak(arcs, links, label, node, level - 1)
    if weak < 0:
        _look(links, label, count, root)
    while weak < 0:
        while links[node, SCAN] >= 0:
            child = links[node, SCAN]
            links[node, SCAN] = links[child, AFTER]
            node = child
            links[node, SCAN] = links[node, CHILD]
            weak = _weak(arcs, links, label, node, level - 1)
            if weak >= 0:
                break
            _look(links, label, count, node)
        if weak >= 0:
            break
        node = links[node, PARENT]
        if node < 0:
            level = label[root]
            if count[level - 1] == 0:
                return _enqueue(links, label, start, count, root)
            node = root
            links[root, SCAN] = links[root, CHILD]
            weak = _weak(arcs, links, label, node, level - 1)
            if weak < 0:
                _look(links, label, count, root)
            continue
        _look(links, label, count, node)
    _merge(links, mass, weak, node)
    return _push(links, mass, label, start, count, root, level)


@compiled
def solve(arcs: Arcs, tree: Tree) -> int:
    """Run the pseudoflow from a normalised tree that was planted; return the number of steps.

    Afterwards a node is in the smallest heaviest closure where its label is the number of nodes
    plus one.
    """
    links, mass, label = tree.links, tree.mass, tree.label
    nodes = len(label)
    start = np.full(nodes + 2, -1, np.int32)
    count = np.zeros(nodes + 2, np.int64)
    for node in range(nodes):
        if label[node] != NO_NODE:
            count[label[node]] += 1
    top, steps = 1, 0
    for node in range(nodes - 1, -1, -1):
        if links[node, PARENT] < 0 and mass[node, EXCESS] > 0 and 0 <= label[node] <= nodes:
            top = max(top, _enqueue(links, label, start, count, node))
        if node % _AT_ONCE:
            continue
        while True:
            root = _next_root(links, label, start, count, top)
            if root < 0:
                break
            top = max(_process(arcs, tree, start, count, root), top)
            steps += 1
    return steps


@compiled
def plant(tree: Tree, weight: Longs, keep_labels: bool) -> None:
    """Set new weights on an old tree: recompute what flows, cut where it would flow backwards.

    The flow on each arc of a normalised tree is the weight of what hangs below it, so one pass
    from the leaves suffices. `keep_labels` is right where no weight has fallen since the last
    solve; nodes of the last closure then stay in it. Otherwise labels begin anew.
    """
    links, mass = tree.links, tree.mass
    nodes = len(weight)
    roots = np.empty(nodes, np.int32)
    found = 0
    for node in range(nodes):
        mass[node, EXCESS] = weight[node]
        if links[node, PARENT] < 0 and links[node, CHILD] >= 0:
            roots[found] = node
            found += 1
    for place in range(found):
        root = node = roots[place]
        while links[node, CHILD] >= 0:
            node = links[node, CHILD]
        while node != root:
            after, parent = links[node, AFTER], links[node, PARENT]
            amount = mass[node, EXCESS] if links[node, UP] else -mass[node, EXCESS]
            if amount < 0:
                _cut(links, node)
                mass[node, FLOW] = 0
                links[node, UP] = 1
            else:
                mass[node, FLOW] = amount
                mass[parent, EXCESS] += mass[node, EXCESS]
                mass[node, EXCESS] = 0
            if after >= 0:
                node = after
                while links[node, CHILD] >= 0:
                    node = links[node, CHILD]
            else:
                node = parent
    if not keep_labels:
        _relabel(tree)


@compiled
def _relabel(tree: Tree) -> None:
    """Label the roots of weak trees 0 and everything else 1."""
    links, label = tree.links, tree.label
    for root in range(len(label)):
        if links[root, PARENT] >= 0 or label[root] == NO_NODE:
            continue
        value = 1 if tree.mass[root, EXCESS] > 0 else 0
        node = root
        while True:
            label[node] = value
            value = 1
            links[node, ARC] = 0
            if links[node, CHILD] >= 0:
                node = links[node, CHILD]
                continue
            while node != root and links[node, AFTER] < 0:
                node = links[node, PARENT]
            if node == root:
                break
            node = links[node, AFTER]


@compiled
def open_arcs(arcs: Arcs, inside: NDArray[np.bool_], node_of: NDArray[np.bool_]) -> int:
    """Count arcs that leave the set: zero for a closure."""
    leaving = 0
    for node in range(len(inside)):
        if not inside[node]:
            continue
        if len(arcs.group):
            group = arcs.group[node]
            for place in range(arcs.first[group], arcs.first[group + 1]):
                other = node + arcs.head[place]
                if node_of[other] and not inside[other]:
                    leaving += 1
            continue
        block = node // arcs.periods
        period = node - block * arcs.periods
        if (period + 1) % arcs.sides == 0:
            for place in range(arcs.first[block], arcs.first[block + 1]):
                if not inside[arcs.head[place] * arcs.periods + period]:
                    leaving += 1
        if period < arcs.periods - 1 and not inside[node + 1]:
            leaving += 1
    return leaving


@compiled
def count_arcs(arcs: Arcs, node_of: NDArray[np.bool_]) -> int:
    """Count the arcs between nodes of a template."""
    total = 0
    for node in range(len(node_of)):
        if node_of[node]:
            group = arcs.group[node]
            for place in range(arcs.first[group], arcs.first[group + 1]):
                total += node_of[node + arcs.head[place]]
    return total
