"""What opening or losing a corridor is worth: with minus without, every combination, Shapley.

Single values are never added: a railway to a shut gate is worth nothing. Each function works on the
values of all combinations of a scenario's changes, in the same possible worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Array = NDArray[np.float64]
Subset = frozenset[int]


def subsets(changes: int) -> list[Subset]:
    """Return every combination of `changes` changes, the empty one first.

    Examples
    --------
    >>> [sorted(s) for s in subsets(2)]
    [[], [0], [1], [0, 1]]
    """
    return [
        frozenset(group)
        for size in range(changes + 1)
        for group in combinations(range(changes), size)
    ]


def shapley(values: Mapping[Subset, Array], changes: int) -> Array:
    """Return each change's Shapley share of what all changes are worth together.

    The mean, over all orders of arrival, of what a change adds when it comes (Shapley 1953, "A
    value for n-person games"). The shares sum to the worth of the whole.

    Parameters
    ----------
    values
        Worth of every combination, each of the same shape ``(...)``.
    changes
        How many changes there are.

    Returns
    -------
    numpy.ndarray
        Shape ``(changes, ...)``.

    Examples
    --------
    A railway (0) and a gate (1), worth something only together:

    >>> worth = {frozenset(): 0.0, frozenset({0}): 0.0, frozenset({1}): 0.0}
    >>> worth[frozenset({0, 1})] = 10.0
    >>> shapley({key: np.array(value) for key, value in worth.items()}, 2)
    array([5., 5.])
    """
    missing = [sorted(subset) for subset in subsets(changes) if subset not in values]
    if missing:
        raise LodewayError("missing", "combinations", missing[0], "the worth of every combination")
    shares = []
    for change in range(changes):
        share = np.zeros_like(np.asarray(values[frozenset()], dtype=np.float64))
        for subset in subsets(changes):
            if change in subset:
                continue
            size = len(subset)
            weight = factorial(size) * factorial(changes - size - 1) / factorial(changes)
            share = share + weight * (values[subset | {change}] - values[subset])
        shares.append(share)
    return np.stack(shares) if shares else np.zeros((0,))


def response_range(
    freight_without: Array,
    freight_with: Array,
    haul_without: Array,
    haul_with: Array,
    avoidable: Array,
) -> tuple[Array, Array]:
    """Return what users save after the carriers have answered, low and high.

    Low: the entrant prices up to the saving, and users keep nothing. High: both carriers cut
    towards their avoidable cost, and the price settles at the dearer of the two (Bertrand 1883).
    Where the new corridor is not used at equal tariffs nothing changes.

    Parameters
    ----------
    freight_without, freight_with
        All freight per tonne on the best route without and with the change, ``(draw,)``.
    haul_without, haul_with
        The part of it that is a carrier's tariff.
    avoidable
        Share of a tariff that is avoidable cost.

    Examples
    --------
    >>> one = np.ones(1)
    >>> low, high = response_range(100 * one, 90 * one, 60 * one, 50 * one, 0.5 * one)
    >>> float(low[0]), float(high[0])
    (0.0, 30.0)
    """
    saving = freight_without - freight_with
    floor_without = freight_without - (1.0 - avoidable) * haul_without
    floor_with = freight_with - (1.0 - avoidable) * haul_with
    settled = freight_without - np.maximum(floor_without, floor_with)
    used = saving > 1e-9
    high = np.where(used, np.maximum(settled, 0.0), np.minimum(saving, 0.0))
    low = np.where(used, 0.0, np.minimum(saving, 0.0))
    return low, high


def annuity(cost: Array, rate: float, years: int) -> Array:
    """Return the even yearly payment that pays a cost back over `years` at `rate`.

    Examples
    --------
    >>> float(annuity(np.array(1000.0), 0.10, 30).round(2))
    106.08
    """
    if rate == 0.0:
        return cost / years
    return cost * rate / (1.0 - (1.0 + rate) ** -years)


def break_even_tonnes(yearly_cost: Array, saving_usd_per_t: Array) -> Array:
    """Return the tonnes a year at which users' savings pay for a link; infinite without saving.

    Examples
    --------
    >>> break_even_tonnes(np.array([100.0, 100.0]), np.array([5.0, 0.0]))
    array([20., inf])
    """
    with np.errstate(divide="ignore"):
        tonnes = yearly_cost / np.maximum(saving_usd_per_t, 0.0)
    return np.where(saving_usd_per_t > 0.0, tonnes, np.inf)
