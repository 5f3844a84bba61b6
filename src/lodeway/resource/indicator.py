"""Indicator kriging: the chance to stay below each threshold, made to rise with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.kriging import krige_all
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]


def indicator_kriging(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    thresholds: Sequence[float],
    variograms: Variogram | Sequence[Variogram],
    **options: Any,
) -> Floats:
    """Return the probability that the grade is at most each threshold, ``(m, thresholds)``.

    With one variogram, that of the median, the weights are the same for all thresholds (median
    indicator kriging); with one for each threshold every indicator has its own. Order relations
    are restored by the mean of an upward and a downward correction (Deutsch and Journel 1998).

    Parameters
    ----------
    xyz, values, targets
        As for `lodeway.resource.krige`.
    thresholds
        Rising.
    variograms
        Of the indicators.
    **options
        As for `lodeway.resource.krige_all`.

    Raises
    ------
    LodewayError
        When thresholds do not rise, or their number is not that of the variograms.
    """
    levels = np.asarray(thresholds, dtype=np.float64)
    if levels.ndim != 1 or not len(levels) or (np.diff(levels) <= 0).any():
        raise LodewayError("bad-argument", "thresholds", thresholds, "rising numbers")
    below = (np.asarray(values, dtype=np.float64)[:, None] <= levels).astype(np.float64)
    if isinstance(variograms, Variogram):
        raw = krige_all(xyz, below, targets, variograms, **options).estimate
    else:
        if len(variograms) != len(levels):
            got = f"{len(variograms)} variograms"
            raise LodewayError("bad-argument", "variograms", got, f"{len(levels)}")
        parts = [
            krige_all(xyz, below[:, place], targets, model, **options).estimate
            for place, model in enumerate(variograms)
        ]
        raw = np.column_stack(parts)
    return in_order(raw)


def in_order(probability: Floats) -> Floats:
    """Return probabilities within 0 to 1 that do not fall along the last axis.

    Examples
    --------
    >>> in_order(np.array([[-0.1, 0.5, 0.4, 1.2]])).round(3).tolist()
    [[0.0, 0.45, 0.45, 1.0]]
    """
    held = np.clip(probability, 0.0, 1.0)
    up = np.maximum.accumulate(held, axis=-1)
    down = np.minimum.accumulate(held[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(0.5 * (up + down))


def e_type(probability: Floats, class_means: ArrayLike) -> Floats:
    """Return the mean grade that probabilities stand for.

    Parameters
    ----------
    probability
        ``(m, thresholds)``, in order.
    class_means
        Mean grade of each class: below the first threshold, between, and above the last,
        ``(thresholds + 1,)``.

    Examples
    --------
    >>> e_type(np.array([[0.25, 0.75]]), [1.0, 2.0, 4.0]).tolist()
    [2.25]
    """
    means = np.asarray(class_means, dtype=np.float64)
    if means.shape != (probability.shape[-1] + 1,):
        raise LodewayError(
            "bad-argument", "class_means", means.shape, f"({probability.shape[-1] + 1},)"
        )
    whole = np.concatenate(
        [np.zeros_like(probability[..., :1]), probability, np.ones_like(probability[..., :1])], -1
    )
    return np.asarray(np.diff(whole, axis=-1) @ means)
