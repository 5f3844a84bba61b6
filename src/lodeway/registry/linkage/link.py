"""Linking two files: each record with its best partner, and what the two are to each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.registry.linkage.candidates import between
from lodeway.registry.linkage.names import name_book
from lodeway.registry.linkage.records import Records
from lodeway.registry.linkage.score import Scored, posterior, score

#: A second partner is kept when its evidence is within this of the best one's.
_TIE = 1.0


def link(left: Records, right: Records, *, least: float = 0.5) -> pd.DataFrame:
    """Link two lists of deposits.

    Parameters
    ----------
    left, right
        Records.
    least
        Pairs below this probability are left out.

    Returns
    -------
    DataFrame
        ``left, right, probability, relation`` (``same_as``; ``alias_of`` where only another name
        of one is the name of the other; ``part_of`` where one names a part of the other), likeliest
        first.
    """
    book = name_book([left, right])
    pairs = between(left, right, book)
    if not len(pairs[0]):
        return pd.DataFrame({"left": [], "right": [], "probability": [], "relation": []})
    scored = score(left, right, book, pairs, one_file=False)
    probability = posterior(scored.evidence, len(left), len(right))
    keep = best_of_both(scored, probability, least)
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(-probability[rows], kind="stable")]
    return pd.DataFrame(
        {
            "left": [left.ids[i] for i in scored.left[rows]],
            "right": [right.ids[j] for j in scored.right[rows]],
            "probability": np.round(probability[rows], 4),
            "relation": relations(scored, rows),
        }
    )


def best_of_both(
    scored: Scored, probability: NDArray[np.float64], least: float
) -> NDArray[np.bool_]:
    """Return which pairs are, for both partners, the best or as good as the best."""
    evidence = scored.evidence
    best_left = np.full(scored.left.max() + 1, -np.inf)
    best_right = np.full(scored.right.max() + 1, -np.inf)
    np.maximum.at(best_left, scored.left, evidence)
    np.maximum.at(best_right, scored.right, evidence)
    near = (evidence >= best_left[scored.left] - _TIE) & (
        evidence >= best_right[scored.right] - _TIE
    )
    return np.asarray(near & (probability >= least))


def relations(scored: Scored, rows: NDArray[np.int64]) -> list[str]:
    """Return what two linked records are to each other."""
    return [
        "part_of" if scored.part[row] else "alias_of" if scored.alias[row] else "same_as"
        for row in rows
    ]
