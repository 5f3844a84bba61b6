"""What is at risk, and what it is worth to know more before deciding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]


def chance_of_gain(values: Array) -> float:
    """Return the share of worlds in which a value is above zero.

    Examples
    --------
    >>> chance_of_gain(np.array([-1.0, 0.0, 2.0, 3.0]))
    0.5
    """
    return float(np.mean(np.asarray(values) > 0.0))


def cvar(values: Array, tail: float = 0.1) -> float:
    """Return the mean of the worst share of worlds (Rockafellar and Uryasev 2000).

    The world at the edge of the tail counts in part.

    Examples
    --------
    >>> cvar(np.array([-4.0, -2.0, 0.0, 2.0]), 0.5)
    -3.0
    >>> round(cvar(np.array([-4.0, -2.0, 0.0, 2.0]), 0.375), 4)
    -3.3333
    """
    if not 0.0 < tail <= 1.0:
        raise LodewayError("bad-fraction", "tail", tail, "a share above 0, up to 1")
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    weight = np.clip(tail * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / weight.sum())


def evpi(options: Array) -> float:
    """Return what it is worth to know everything before choosing.

    ``E[max over options] - max over options of E`` (Raiffa and Schlaifer 1961, *Applied Statistical
    Decision Theory*, chapter 4).

    Parameters
    ----------
    options
        Value of each option in each world, ``(option, draw)``; doing nothing is an option of zeros.

    Examples
    --------
    >>> evpi(np.array([[10.0, -10.0], [0.0, 0.0]]))
    5.0
    """
    table = np.atleast_2d(options)
    return float(table.max(axis=0).mean() - table.mean(axis=1).max())


def expected_given(values: Array, seen: Array, groups: int | None = None) -> Array:
    """Return the expectation of `values` given one number that is seen, in each world.

    Worlds are put into groups of equal size by what is seen, and averaged within each; the number
    of groups is the square root of the number of worlds (Strong and Oakley 2013, "An efficient
    method for computing single-parameter partial expected value of perfect information").

    Parameters
    ----------
    values
        ``(..., draw)``.
    seen
        ``(draw,)``.
    """
    draws = len(seen)
    count = groups or max(int(np.sqrt(draws)), 1)
    order = np.argsort(seen, kind="stable")
    found = np.empty_like(np.asarray(values, dtype=np.float64))
    for part in np.array_split(order, count):
        found[..., part] = values[..., part].mean(axis=-1, keepdims=True)
    return found


def evppi(options: Array, seen: Array) -> float:
    """Return what it is worth to know one input exactly before choosing.

    Never more than `evpi`. Grouping lets a little noise through: with fewer than a thousand worlds
    read it as an upper bound.
    """
    return evpi(expected_given(np.atleast_2d(options), seen))


def evsi(options: Array, quantity: Array, error: float, *, name: str, seed: int = 1) -> float:
    """Return what a measurement with an error is worth before choosing: one more hole, one survey.

    What the measurement would say in each world is drawn about the truth; the choice then sees only
    that (preposterior analysis, Raiffa and Schlaifer 1961, chapter 5).

    Parameters
    ----------
    options
        ``(option, draw)``.
    quantity
        What is measured, in each world.
    error
        Standard error of the measurement, in its unit.
    name
        Key of the error's numbers.
    """
    if not error >= 0.0:
        raise LodewayError("bad-number", "error", error, "a standard error from 0")
    noise = normal(uniform(seed, "measurement", name, len(quantity)))
    return evppi(options, quantity + error * noise)
