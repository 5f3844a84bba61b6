"""Scores of bids: utilities, nearness to the ideal, pairwise weights, dominance, stability."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.randomness import uniform

Array = NDArray[np.float64]
#: Mean consistency index of random reciprocal matrices by size (Saaty 1980, table 1).
_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56,
                 1.57, 1.59)  # fmt: skip


def maut(utilities: Array, weights: Array) -> Array:
    """Return the weighted sum of utilities (Keeney and Raiffa 1976), shape ``(..., bid)``.

    Parameters
    ----------
    utilities
        Between 0 and 1, shape ``(bid, criterion)``.
    weights
        Shape ``(..., criterion)``.

    Examples
    --------
    >>> maut(np.array([[1.0, 0.0], [0.5, 1.0]]), np.array([0.6, 0.4]))
    array([0.6, 0.7])
    """
    return np.asarray(weights @ utilities.T)


def topsis(values: Array, higher: NDArray[np.bool_], weights: Array) -> Array:
    """Return nearness to the ideal bid, 0 to 1, shape ``(..., bid)`` (Hwang and Yoon 1981).

    Columns are divided by their length; the distances are to the best and the worst of each
    weighted column.

    Parameters
    ----------
    values
        Shape ``(bid, criterion)``.
    higher
        Whether more is better, shape ``(criterion,)``.
    weights
        Shape ``(..., criterion)``.

    Examples
    --------
    >>> found = topsis(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([True, False]),
    ...                np.array([0.5, 0.5]))
    >>> found.tolist()
    [0.0, 1.0]
    """
    length = np.sqrt((values**2).sum(axis=0))
    table = values / np.where(length > 0.0, length, 1.0)
    signed = np.where(higher, table, -table)
    from_best = signed.max(axis=0) - signed
    from_worst = signed - signed.min(axis=0)
    square = np.asarray(weights) ** 2
    to_best = np.sqrt(square @ (from_best**2).T)
    to_worst = np.sqrt(square @ (from_worst**2).T)
    whole = to_best + to_worst
    near = np.divide(to_worst, whole, out=np.full_like(whole, 0.5), where=whole > 0.0)
    return np.asarray(near)


def ahp_weights(matrix: ArrayLike, where: str) -> tuple[Array, dict[str, Any]]:
    """Return weights from pairwise judgements, and how consistent they are.

    The principal eigenvector of the matrix; the consistency ratio is ``(lambda - n) / (n - 1)``
    over that of random judgements, and should stay below 0.1 (Saaty 1980, *The Analytic Hierarchy
    Process*).

    Raises
    ------
    LodewayError
        With code ``bad-number`` for a matrix that is not square, positive and reciprocal.

    Examples
    --------
    >>> weights, found = ahp_weights([[1, 2, 6], [0.5, 1, 3], [1 / 6, 1 / 3, 1]], "x")
    >>> weights.round(3), round(found["ratio"], 6), found["consistent"]
    (array([0.6, 0.3, 0.1]), 0.0, True)
    """
    try:
        table = np.array(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise LodewayError("bad-number", where, "rows of different length", "a square") from None
    size = len(table)
    if table.ndim != 2 or table.shape != (size, size) or not 1 <= size < len(_RANDOM_INDEX):
        raise LodewayError("bad-number", where, f"shape {table.shape}", "a square of at most 15")
    if not np.all(table > 0.0) or not np.allclose(table * table.T, 1.0, rtol=0.02):
        raise LodewayError("bad-number", where, "judgements that are not reciprocal",
                           "a[i][j] = 1 / a[j][i]")  # fmt: skip
    values, vectors = np.linalg.eig(table)
    top = int(np.argmax(values.real))
    vector = np.abs(vectors[:, top].real)
    index = (float(values[top].real) - size) / (size - 1) if size > 2 else 0.0
    ratio = max(index, 0.0) / _RANDOM_INDEX[size] if size > 2 else 0.0
    found = {"lambda_max": float(values[top].real), "index": index, "ratio": ratio,
             "consistent": ratio < 0.1}  # fmt: skip
    return vector / vector.sum(), found


def pareto(values: Array, higher: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which bids no other bid beats: as good everywhere and better somewhere.

    Examples
    --------
    >>> pareto(np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 3.0]]), np.array([True, True]))
    array([False,  True,  True])
    """
    signed = np.where(higher, values, -values)
    as_good = (signed[:, None, :] >= signed[None, :, :]).all(axis=2)
    better = (signed[:, None, :] > signed[None, :, :]).any(axis=2)
    return np.asarray(~(as_good & better).any(axis=0))


def uncertain_weights(weights: Array, concentration: float, draws: int, seed: int) -> Array:
    """Return weights about the given ones, shape ``(draw, criterion)``; each row sums to 1.

    Dirichlet with mean `weights` and total `concentration`: gamma variates by inverse distribution,
    so that a criterion's numbers stay its own. A weight of nothing stays nothing.
    """
    from scipy.special import gammaincinv

    columns = []
    for number, weight in enumerate(weights):
        shape = weight * concentration
        dice = uniform(seed, "tender-weight", str(number), draws)
        columns.append(gammaincinv(shape, dice) if shape > 0.0 else np.zeros(draws))
    table = np.stack(columns, axis=1)
    total = table.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, table / np.where(total > 0.0, total, 1.0), weights)


def first_shares(scores: Array) -> Array:
    """Return the share of worlds in which each bid is first, ``(bid,)``; ties are shared.

    Parameters
    ----------
    scores
        Shape ``(draw, bid)``.

    Examples
    --------
    >>> first_shares(np.array([[1.0, 2.0], [3.0, 3.0]]))
    array([0.25, 0.75])
    """
    best = scores >= scores.max(axis=1, keepdims=True) - 1e-12
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))
