"""Random numbers that belong to a quantity and a draw, never to an order of calls.

Draw *k* of a quantity is the same number in every room, scenario and run, so that adding a
deposit, splitting the work or asking for more draws moves nothing else.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

_WORDS_PER_COUNTER = 4


def uniform(
    seed: int, quantity: str, item: str, draws: int, *, first: int = 0
) -> NDArray[np.float64]:
    """Return one number in (0, 1) for each draw, keyed by seed, quantity and item.

    The stream is counter-based (Philox4x64-10; Salmon et al. 2011, "Parallel random numbers: as
    easy as 1, 2, 3", SC'11): the key is a hash of the three names and the counter is the draw.

    Parameters
    ----------
    seed
        The study's seed.
    quantity
        What is drawn, for example ``"fact"``.
    item
        Whose quantity it is, for example a fact's id.
    draws
        How many draws.
    first
        Number of the first draw, so that slabs of draws can be made apart.

    Returns
    -------
    numpy.ndarray
        Shape ``(draws,)``.

    Examples
    --------
    >>> whole = uniform(1, "price", "copper", 8)
    >>> bool((uniform(1, "price", "copper", 3, first=5) == whole[5:]).all())
    True
    """
    digest = hashlib.sha256(f"{seed}\x1f{quantity}\x1f{item}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype=np.uint64)
    stream = np.random.Philox(key=key, counter=[first, 0, 0, 0])
    words = stream.random_raw(_WORDS_PER_COUNTER * draws)[::_WORDS_PER_COUNTER]
    return (np.asarray(words >> np.uint64(11), dtype=np.float64) + 0.5) * 2.0**-53


def triangular(u: NDArray[np.float64], low: float, mode: float, high: float) -> NDArray[np.float64]:
    """Return the triangular distribution's quantiles at `u` (inverse of its distribution).

    Examples
    --------
    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0)
    array([0., 1., 2.])
    """
    if not low <= mode <= high:
        raise LodewayError(
            "bad-number", "triangular range", f"{low}, {mode}, {high}", "low <= mode <= high"
        )
    if high == low:
        return np.full_like(u, mode)
    split = (mode - low) / (high - low)
    left = low + np.sqrt(np.maximum(u * (high - low) * (mode - low), 0.0))
    right = high - np.sqrt(np.maximum((1.0 - u) * (high - low) * (high - mode), 0.0))
    return np.where(u < split, left, right)


def normal(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal quantiles at `u`.

    Examples
    --------
    >>> float(round(normal(np.array([0.975]))[0], 6))
    1.959964
    """
    from scipy.special import ndtri

    return np.asarray(ndtri(u), dtype=np.float64)
