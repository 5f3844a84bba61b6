"""Compiled search for the roots of a present value in ``x = ln(1 + rate)``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.economics._compiled import compiled

Array = NDArray[np.float64]

_STACK = 4096
_MOST_ROOTS = 256


@compiled
def _sign(times: Array, values: Array, x: float) -> float:
    """Return the present value at `x` over the sum of its terms' sizes."""
    top = -np.inf
    for i in range(len(times)):
        top = max(top, np.log(abs(values[i])) - times[i] * x)
    total, size = 0.0, 0.0
    for i in range(len(times)):
        term = np.exp(np.log(abs(values[i])) - times[i] * x - top)
        size += term
        total += term if values[i] > 0.0 else -term
    return total / size


@compiled
def _enclosures(
    times: Array, values: Array, middle: float, half: float
) -> tuple[float, float, float, float]:
    """Return enclosures of value and slope of ``exp(c x) pv(x)`` on an interval.

    `c` is the weighted mean time, which keeps both narrow; the factor has no root.
    """
    top = -np.inf
    for i in range(len(times)):
        top = max(top, np.log(abs(values[i])) - times[i] * middle)
    size, moment = 0.0, 0.0
    for i in range(len(times)):
        weight = np.exp(np.log(abs(values[i])) - times[i] * middle - top)
        size += weight
        moment += weight * times[i]
    centre = moment / size
    low, high, slope_low, slope_high = 0.0, 0.0, 0.0, 0.0
    for i in range(len(times)):
        weight = np.exp(np.log(abs(values[i])) - times[i] * middle - top)
        away = times[i] - centre
        grow = np.exp(abs(away) * half)
        most, least = weight * grow, weight / grow
        if values[i] > 0.0:
            low, high = low + least, high + most
            away = -away
        else:
            low, high = low - most, high - least
        if away > 0.0:
            slope_low, slope_high = slope_low + away * least, slope_high + away * most
        else:
            slope_low, slope_high = slope_low + away * most, slope_high + away * least
    return low / size, high / size, slope_low, slope_high


@compiled
def _halve(times: Array, values: Array, low: float, high: float) -> float:
    """Return the root between two ends of different sign."""
    rising = _sign(times, values, high) > 0.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if (_sign(times, values, middle) > 0.0) == rising:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@compiled
def all_roots(times: Array, values: Array, lowest: float, highest: float) -> Array:
    """Return every root between two bounds, in no order.

    A place where the value comes within rounding of zero over a width of 1e-9 without crossing it
    counts as a root: there the flow touches zero.
    """
    lows, highs = np.empty(_STACK), np.empty(_STACK)
    lows[0], highs[0] = lowest, highest
    depth, found = 1, 0
    roots = np.empty(_MOST_ROOTS)
    noise = 4e-16 * len(times) ** 0.5 + 1e-15
    while depth > 0 and found < _MOST_ROOTS:
        depth -= 1
        low, high = lows[depth], highs[depth]
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        least, most, slope_least, slope_most = _enclosures(times, values, middle, half)
        if least > noise or most < -noise:
            continue
        if slope_least > 0.0 or slope_most < 0.0:
            first, last = _sign(times, values, low), _sign(times, values, high)
            if (first > 0.0) != (last > 0.0):
                roots[found] = _halve(times, values, low, high)
                found += 1
            continue
        if half < 5e-10:
            near = found > 0 and np.min(np.abs(roots[:found] - middle)) < 1e-7
            if not near and abs(_sign(times, values, middle)) <= noise:
                roots[found] = middle
                found += 1
            continue
        if depth + 2 > _STACK:
            break
        cut = low + 0.5137 * (high - low)  # never a round number: rates often are
        lows[depth], highs[depth] = cut, high
        lows[depth + 1], highs[depth + 1] = low, cut
        depth += 2
    return roots[:found]
