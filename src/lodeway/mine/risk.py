"""Risk pits: how often a block lies in the best pit when the ground is as a simulation says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lodeway.mine.closure import new_tree, open_arcs, plant, solve
from lodeway.mine.pit import to_whole
from lodeway.mine.precedence import Precedence
from lodeway.mine.problem import Floats


@dataclass(frozen=True)
class RiskPits:
    """Pits over draws.

    Attributes
    ----------
    probability
        Share of the draws whose best pit holds the block; shape ``(blocks,)``.
    value
        Value of each draw's best pit; shape ``(draws,)``.
    blocks
        Blocks of each draw's best pit; shape ``(draws,)``.
    """

    probability: Floats
    value: Floats
    blocks: Floats


def risk_pits(value: Floats, precedence: Precedence) -> RiskPits:
    """Return the exact pit of every draw, each warm-started from the one before.

    Parameters
    ----------
    value
        Value of each block in each draw; shape ``(blocks, draws)``.
    precedence
        What each block requires.

    Notes
    -----
    A draw's best pit knows that draw: its value is an upper bound on what a plan made beforehand
    can earn, and the probability says where drilling matters, not what to dig.
    """
    tree = new_tree(precedence.nodes)
    tree.label[:] = precedence.node_label
    times = np.zeros(precedence.nodes, np.int64)
    worth, sizes = np.zeros(value.shape[1]), np.zeros(value.shape[1])
    node = precedence.node_label == 0
    for draw in range(value.shape[1]):
        weight, _, _ = to_whole(value[:, draw], f"draw {draw}")
        plant(tree, precedence.to_nodes(weight), False)
        solve(precedence.arcs, tree)
        mined = tree.label > precedence.nodes
        assert open_arcs(precedence.arcs, mined, node) == 0
        times += mined
        inside = mined[precedence.node_of]
        worth[draw], sizes[draw] = value[inside, draw].sum(), inside.sum()
    return RiskPits(times[precedence.node_of] / value.shape[1], worth, sizes)
