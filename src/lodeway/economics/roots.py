"""Internal rates of return: every one there is, proved; none, one or several.

The present value of yearly flows is a polynomial in the discount factor: its roots are isolated
exactly, in integers, by Descartes' rule of signs and bisection (Collins and Akritas 1976,
"Polynomial real root isolation using Descartes' rule of signs", SYMSAC'76). Dated flows are sums
of exponentials in ``ln(1 + rate)``: intervals are thrown away where an enclosure of the value
holds no zero, kept where an enclosure of the slope holds none, and halved otherwise (Moore,
Kearfott and Cloud 2009, *Introduction to Interval Analysis*, chapter 8).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import gcd

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Array = NDArray[np.float64]
#: Rates are searched from just above -100 % to this one.
HIGHEST_RATE = 1e9
_LOWEST_LOG = -36.5  # 1 + rate is then as small as a float can tell from nothing
_EXACT_MOST = 150
_ROWS_A_THREAD = 4096
_DIGITS = 60
_DEEPEST = 48
Integers = list[int]


def exact_irr_roots(flows: Sequence[Decimal], places: int = 14) -> list[Decimal]:
    """Return every rate above -1 at which yearly flows are worth nothing, in order, rounded.

    Parameters
    ----------
    flows
        Money by year from 0, exact.
    places
        Decimal places of the answer.

    Examples
    --------
    >>> [str(root) for root in exact_irr_roots([Decimal(x) for x in (-100, 230, -132)], 4)]
    ['0.1000', '0.2000']
    >>> exact_irr_roots([Decimal(-100), Decimal(220), Decimal(-121)], 2)  # touches zero at 10 %
    [Decimal('0.10')]
    """
    rising = _integers(flows)
    if len(rising) < 2:
        return []
    unit = Decimal(1).scaleb(-places)
    with localcontext() as context:
        context.prec = _DIGITS + 2 * len(rising)
        try:
            found = _rates(rising, _DEEPEST)
        except _TouchesError:
            found = _rates(_square_free(rising), None)
        decimals = [Decimal(root.numerator) / Decimal(root.denominator) for root in found]
        return sorted(_plain(root.quantize(unit)) for root in decimals)


class _TouchesError(Exception):
    """Two roots lie closer than bisection has gone: they may be one."""


def _rates(poly: Integers, deepest: int | None) -> list[Fraction]:
    """Return the rates at which a polynomial in the discount factor is zero."""
    found = [_one_over(root) for root in _between_0_and_1(poly, deepest)]
    if sum(poly) == 0:
        found.append(Fraction(0))
    return found + [root - 1 for root in _between_0_and_1(poly[::-1], deepest)]


def _one_over(root: Fraction) -> Fraction:
    return 1 / root - 1


def _plain(value: Decimal) -> Decimal:
    return value.copy_abs() if value == 0 else value


def _integers(flows: Sequence[Decimal]) -> Integers:
    """Return whole numbers in proportion to the flows, without zeros at the ends."""
    parts = [Fraction(flow) for flow in flows]
    common = 1
    for part in parts:
        common = common * part.denominator // gcd(common, part.denominator)
    whole = [int(part * common) for part in parts]
    while whole and whole[0] == 0:
        whole.pop(0)
    while whole and whole[-1] == 0:
        whole.pop()
    return _primitive(whole)


def _primitive(poly: Integers) -> Integers:
    content = gcd(*poly) if poly else 1
    return [value // content for value in poly] if content > 1 else poly


def _square_free(poly: Integers) -> Integers:
    """Return the polynomial with every root once: divided by what it shares with its slope."""
    slope = [power * value for power, value in enumerate(poly)][1:]
    first, second = poly, _primitive(slope)
    while any(second):
        first, second = second, _primitive(_remainder(first, second))
    if len(first) == 1:
        return poly
    return _quotient(poly, first)


def _remainder(poly: Integers, by: Integers) -> Integers:
    """Return the pseudo-remainder, lowest power first, without leading zeros."""
    left = list(poly)
    while len(left) >= len(by):
        lead = left[-1]
        shift = len(left) - len(by)
        left = [value * by[-1] for value in left]
        for power, value in enumerate(by):
            left[power + shift] -= lead * value
        left.pop()
        while left and left[-1] == 0:
            left.pop()
    return left


def _quotient(poly: Integers, by: Integers) -> Integers:
    left = [Fraction(value) for value in poly]
    found = [Fraction(0)] * (len(poly) - len(by) + 1)
    for shift in range(len(found) - 1, -1, -1):
        found[shift] = left[shift + len(by) - 1] / by[-1]
        for power, value in enumerate(by):
            left[power + shift] -= found[shift] * value
    common = 1
    for part in found:
        common = common * part.denominator // gcd(common, part.denominator)
    return _primitive([int(part * common) for part in found])


def _changes(poly: Integers) -> int:
    signs = [value > 0 for value in poly if value]
    return sum(one != other for one, other in pairwise(signs))


def _shifted(poly: Integers) -> Integers:
    """Return the polynomial of ``x + 1``."""
    values = list(poly)
    for start in range(len(values) - 1):
        for power in range(len(values) - 2, start - 1, -1):
            values[power] += values[power + 1]
    return values


def _between_0_and_1(poly: Integers, deepest: int | None) -> list[Fraction]:
    """Return the roots of a polynomial strictly between 0 and 1, each to 40 digits.

    Unless it is square-free, halving never ends at a root that is there twice: it stops `deepest`
    levels down.
    """
    found: list[Fraction] = []
    stack = [(Fraction(0), Fraction(1), poly)]
    while stack:
        low, width, part = stack.pop()
        if part[0] == 0:  # a root at the left end
            part = part[1:]
            if low > 0:
                found.append(low)
            if deepest is not None and part[0] == 0:
                raise _TouchesError
        count = _changes(_shifted(part[::-1]))
        if count == 0:
            continue
        if count == 1:
            found.append(_narrowed(poly, low, low + width))
            continue
        if deepest is not None and width.denominator >> deepest:
            raise _TouchesError
        degree = len(part) - 1
        left = [value << (degree - power) for power, value in enumerate(part)]
        stack.append((low + width / 2, width / 2, _shifted(left)))
        stack.append((low, width / 2, left))
    return found


def _narrowed(poly: Integers, low: Fraction, high: Fraction) -> Fraction:
    """Halve an interval with one root inside until it is known to 40 digits."""
    a, b = (Decimal(end.numerator) / Decimal(end.denominator) for end in (low, high))
    nudge = (b - a).scaleb(-_DIGITS // 2)
    sign = _value(poly, a + nudge) > 0
    while (b - a) > max(a, nudge) * Decimal(1).scaleb(-40):
        middle = (a + b) / 2
        value = _value(poly, middle)
        if value == 0:
            return Fraction(middle)
        a, b = (middle, b) if (value > 0) == sign else (a, middle)
    return Fraction((a + b) / 2)


def _value(poly: Integers, at: Decimal) -> Decimal:
    total = Decimal(0)
    for value in reversed(poly):
        total = total * at + value
    return total


def irr_roots(flows: Array | Sequence[float]) -> list[float]:
    """Return every internal rate of return above -1 of one yearly flow, in order.

    Exact up to 150 flows; beyond that as for dated flows, up to a rate of 1e9.

    Examples
    --------
    >>> irr_roots([-100.0, 230.0, -132.0])
    [0.1, 0.2]
    >>> irr_roots(np.array([-100.0, -1.0]))
    []
    """
    values = np.asarray(flows, dtype=np.float64)
    _check_finite(values)
    if len(values) <= _EXACT_MOST:
        return [float(root) for root in exact_irr_roots([Decimal(float(x)) for x in values], 18)]
    return dated_irr_roots(np.arange(len(values), dtype=np.float64), values)


def dated_irr_roots(years: Array, amounts: Array) -> list[float]:
    """Return every rate at which dated flows are worth nothing, in order.

    Parameters
    ----------
    years
        Time of each flow in years from any moment, in any order, shape ``(flow,)``.
    amounts
        Money, shape ``(flow,)``; flows at one time are added up.

    Returns
    -------
    list of float
        Rates above -1 and up to 1e9.

    Examples
    --------
    >>> [round(rate, 9) for rate in dated_irr_roots(np.array([0.0, 0.5]), np.array([-1.0, 1.1]))]
    [0.21]
    """
    times, where = np.unique(np.asarray(years, dtype=np.float64), return_inverse=True)
    values = np.zeros(len(times))
    np.add.at(values, where, np.asarray(amounts, dtype=np.float64))
    _check_finite(values)
    kept = values != 0.0
    times, values = times[kept], values[kept]
    if not ((values > 0.0).any() and (values < 0.0).any()):
        return []
    from lodeway.economics import _roots

    times = times - times[0]
    logs = _roots.all_roots(times, values, _LOWEST_LOG, float(np.log1p(HIGHEST_RATE)))
    return sorted({float(np.expm1(x)) for x in logs})


def status_of(roots: Sequence[object]) -> str:
    """Return ``none``, ``one`` or ``several``."""
    return {0: "none", 1: "one"}.get(len(roots), "several")


def irr(flows: Array, *, threads: int = 0) -> tuple[Array, NDArray[np.int64]]:
    """Return the rate of return of many yearly flows at once, and how many each has.

    Flows that change sign once have at most one rate (Descartes), which Newton's method finds for
    many of them side by side; the others are searched whole. A flow with no rate or with several
    gets NaN: whoever needs one must say which.

    Parameters
    ----------
    flows
        Shape ``(flow, year)``.
    threads
        How many run at once; 0 for as many as there are processors. The answer is the same.

    Examples
    --------
    >>> rate, count = irr(np.array([[-100.0, 110.0], [1.0, 1.0]]))
    >>> rate.round(12), count
    (array([0.1, nan]), array([1, 0]))
    """
    from lodeway.economics import _many

    table = np.ascontiguousarray(np.atleast_2d(flows), dtype=np.float64)
    _check_finite(table)
    highest = float(np.log1p(HIGHEST_RATE))
    workers = threads or os.cpu_count() or 1
    parts = np.array_split(table, max(1, min(workers, len(table) // _ROWS_A_THREAD)))
    if len(parts) == 1:
        return _many.many(table, _LOWEST_LOG, highest)
    with ThreadPoolExecutor(len(parts)) as pool:
        found = list(pool.map(lambda part: _many.many(part, _LOWEST_LOG, highest), parts))
    return np.concatenate([rate for rate, _ in found]), np.concatenate([n for _, n in found])


def _check_finite(values: Array) -> None:
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        raise LodewayError("bad-number", "flows", "a gap or a number without end", "numbers")
