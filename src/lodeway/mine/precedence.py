"""What each block requires: from stored rows or from a slope template on a grid with air."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.mine.closure import NO_NODE, Arcs, Ints, Longs, compiled, count_arcs
from lodeway.mine.problem import Blocks
from lodeway.mine.slope import Template

#: Most cells of a grid, air and padding included.
CELL_LIMIT = 400_000_000
_NO_GROUP = np.zeros(0, np.uint8)


@dataclass(frozen=True)
class Precedence:
    """Arcs between nodes, and which node each block is.

    Attributes
    ----------
    arcs
        Arcs; a node requires only nodes with a larger number.
    node_of
        Node of each block; shape ``(blocks,)``.
    node_label
        0 where a number is a node, `NO_NODE` where it is none; shape ``(nodes,)``.
    arc_count
        Arcs from block to block.
    air
        Cells that are no block but are kept so that what lies above them is still required.
    border
        Blocks whose slope would reach beyond the side of the model; shape ``(blocks,)``.
    """

    arcs: Arcs
    node_of: Ints
    node_label: Ints
    arc_count: int
    air: int
    border: NDArray[np.bool_]

    @property
    def nodes(self) -> int:
        """How many numbers there are, air and padding included."""
        return len(self.node_label)

    def to_nodes(self, weight: NDArray[Any]) -> Longs:
        """Return block weights as node weights; air weighs nothing."""
        out = np.zeros(self.nodes, np.int64)
        out[self.node_of] = weight
        return out

    def rows(self) -> tuple[Longs, Ints]:
        """Return block-to-block arcs as compressed rows, through air where air lies between.

        A chain through air becomes arcs to the nearest blocks above it.
        """
        blocks = len(self.node_of)
        if not len(self.arcs.group):
            block_of = np.empty(blocks, np.int32)
            block_of[self.node_of] = np.arange(blocks, dtype=np.int32)
            count = np.diff(self.arcs.first)[self.node_of]
            first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
            return first, _reorder(self.arcs, self.node_of, block_of, first)
        block_of = np.full(self.nodes, -1, np.int32)
        block_of[self.node_of] = np.arange(blocks, dtype=np.int32)
        return _rows_of_template(self.arcs, self.node_of, block_of, self.node_label)


@compiled
def _reorder(arcs: Arcs, node_of: Ints, block_of: Ints, first: Longs) -> Ints:
    """Return the heads of compressed rows, in order of block and named by block."""
    head = np.empty(first[-1], np.int32)
    for block in range(len(node_of)):
        start = arcs.first[node_of[block]]
        for place in range(first[block + 1] - first[block]):
            head[first[block] + place] = block_of[arcs.head[start + place]]
    return head


@compiled
def _rows_of_template(arcs: Arcs, node_of: Ints, block_of: Ints, label: Ints) -> tuple[Longs, Ints]:
    """Return compressed rows of a template: blocks required directly or through air alone."""
    first = np.zeros(len(node_of) + 1, np.int64)
    size = len(node_of) * 8
    head = np.empty(size, np.int32)
    seen = np.full(len(label), -1, np.int32)
    pile = np.empty(len(label), np.int32)
    total = 0
    for block in range(len(node_of)):
        depth = 1
        pile[0] = node_of[block]
        while depth > 0:
            depth -= 1
            node = pile[depth]
            group = arcs.group[node]
            for place in range(arcs.first[group], arcs.first[group + 1]):
                other = node + arcs.head[place]
                if label[other] == NO_NODE or seen[other] == block:
                    continue
                seen[other] = block
                if block_of[other] < 0:
                    pile[depth] = other
                    depth += 1
                    continue
                if total == size:
                    size *= 2
                    longer = np.empty(size, np.int32)
                    longer[:total] = head
                    head = longer
                head[total] = block_of[other]
                total += 1
        first[block + 1] = total
    return first, head[:total].copy()


def from_rows(first: Longs, head: Ints, file: str = "precedence") -> Precedence:
    """Return stored precedence in an order in which every block comes before what it requires.

    Raises
    ------
    LodewayError
        Where blocks require each other in a circle, naming one of them.

    Examples
    --------
    >>> found = from_rows(np.array([0, 1, 1]), np.array([1], np.int32))
    >>> found.arc_count
    1
    """
    blocks = len(first) - 1
    depth = _depth(first.astype(np.int64), head.astype(np.int32))
    if (depth < 0).any():
        block = int(np.argmax(depth < 0))
        raise LodewayError(
            "bad-argument", f"{file} block {block}", "blocks that require each other in a circle",
            "precedence without circles",
        )  # fmt: skip
    order = np.argsort(-depth, kind="stable")
    node_of = np.empty(blocks, np.int32)
    node_of[order] = np.arange(blocks, dtype=np.int32)
    count = np.diff(first)[order]
    new_first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    new_head = _sorted_rows(
        first.astype(np.int64), head.astype(np.int32), order, node_of, new_first
    )
    arcs = Arcs(new_first, new_head, _NO_GROUP)
    label = np.zeros(blocks, np.int32)
    return Precedence(arcs, node_of, label, len(head), 0, np.zeros(blocks, bool))


@compiled
def _depth(first: Longs, head: Ints) -> Ints:
    """Return the longest chain of required blocks above each block; -1 on or below a circle."""
    blocks = len(first) - 1
    depth = np.full(blocks, -1, np.int32)
    left = np.empty(blocks, np.int64)
    start = np.zeros(blocks + 1, np.int64)
    for place in range(len(head)):
        start[head[place] + 1] += 1
    for block in range(blocks):
        start[block + 1] += start[block]
    user = np.empty(len(head), np.int32)
    at = start[:-1].copy()
    queue = np.empty(blocks, np.int32)
    end = 0
    for block in range(blocks):
        left[block] = first[block + 1] - first[block]
        if left[block] == 0:
            queue[end] = block
            end += 1
        for place in range(first[block], first[block + 1]):
            user[at[head[place]]] = block
            at[head[place]] += 1
    rank = np.zeros(blocks, np.int32)
    for position in range(blocks):
        if position == end:
            break
        block = queue[position]
        depth[block] = rank[block]
        for place in range(start[block], start[block + 1]):
            below = user[place]
            rank[below] = max(rank[below], rank[block] + 1)
            left[below] -= 1
            if left[below] == 0:
                queue[end] = below
                end += 1
    return depth


@compiled
def _sorted_rows(first: Longs, head: Ints, order: Longs, node_of: Ints, new_first: Longs) -> Ints:
    """Return the rows in the new order, nearest required nodes (smallest number) first."""
    out = np.empty(len(head), np.int32)
    for node in range(len(order)):
        start = new_first[node]
        source = first[order[node]]
        for place in range(new_first[node + 1] - start):
            out[start + place] = node_of[head[source + place]]
        out[start : new_first[node + 1]].sort()
    return out


def from_template(
    blocks: Blocks, templates: Sequence[Template], rock: NDArray[Any] | None = None
) -> Precedence:
    """Return the precedence of a slope on the blocks' grid; no arc is stored.

    Cells that are missing inside the model's box are air: they weigh nothing, and whatever the
    slope requires above them stays required. Arcs end at the sides and at the top of the box.

    Parameters
    ----------
    blocks
        The blocks.
    templates
        One template, or one for each rock.
    rock
        Number of the template of each block; air takes the first.
    """
    index = blocks.index - blocks.index.min(axis=0)
    size = index.max(axis=0) + 1
    pad = np.max([np.abs(template.offsets).max(axis=0) for template in templates], axis=0)
    wide = size + np.array([2 * pad[0], 2 * pad[1], pad[2]])
    cells = int(wide.prod())
    if cells > CELL_LIMIT:
        raise LodewayError(
            "too-large", "block model", f"{cells:,} cells", f"at most {CELL_LIMIT:,}"
        )
    strides = np.array([1, wide[0], wide[0] * wide[1]])
    node_of = ((index + np.array([pad[0], pad[1], 0])) @ strides).astype(np.int32)
    offsets = [(template.offsets @ strides).astype(np.int32) for template in templates]
    group = np.zeros(cells, np.uint8)
    if rock is not None:
        group[node_of] = rock
    first = np.concatenate([[0], np.cumsum([len(part) for part in offsets])]).astype(np.int64)
    arcs = Arcs(first, np.concatenate(offsets), group)
    is_block = np.zeros(cells, bool)
    is_block[node_of] = True
    label = np.full(cells, NO_NODE, np.int32)
    label[node_of] = 0
    air = 0
    if len(index) < int(size.prod()):
        box = label.reshape(wide[::-1])[
            : size[2], pad[1] : pad[1] + size[1], pad[0] : pad[0] + size[0]
        ]
        box[box == NO_NODE] = 1
        air = int(_keep_air(arcs, label))
    rocks = np.zeros(len(index), np.int64) if rock is None else np.asarray(rock, np.int64)
    border = _leaves(index, size, np.concatenate([t.offsets for t in templates]), first, rocks)
    return Precedence(arcs, node_of, label, int(count_arcs(arcs, is_block)), air, border)


@compiled
def _keep_air(arcs: Arcs, label: Ints) -> int:
    """Keep missing cells (label 1) that require a block, directly or through air; from the top."""
    kept = 0
    for node in range(len(label) - 1, -1, -1):
        if label[node] != 1:
            continue
        label[node] = NO_NODE
        group = arcs.group[node]
        for place in range(arcs.first[group], arcs.first[group + 1]):
            if label[node + arcs.head[place]] != NO_NODE:
                label[node] = 0
                kept += 1
                break
    return kept


@compiled
def _leaves(index: Longs, size: Longs, offsets: Longs, first: Longs, rock: Longs) -> NDArray[Any]:
    """Return which blocks' slopes would leave the model sideways below its top."""
    out = np.zeros(len(index), np.bool_)
    for block in range(len(index)):
        x, y, z = index[block]
        for place in range(first[rock[block]], first[rock[block] + 1]):
            to_x, to_y = x + offsets[place, 0], y + offsets[place, 1]
            if z + offsets[place, 2] < size[2] and (
                to_x < 0 or to_y < 0 or to_x >= size[0] or to_y >= size[1]
            ):
                out[block] = True
                break
    return out
