"""Compiled rates of return of many yearly flows: blocks of flows side by side in vector registers.

A flow that changes sign once has one rate at most. With gains P and losses N as sums in the
discount factor v, ``ln P - ln N`` rises nearly straight in ``ln v``: Newton's step there multiplies
v by ``(P / N) ** (-1 / D)``, D being how much later the gains come. The power is taken by its Pade
form of order (1, 1), so that no logarithm stands in the way of vectors; plain Newton steps finish.
Flows that change sign more often are certified by the signs of their partial sums, or searched.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lodeway.economics._compiled import Function, compiled

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
LANES = 32
_MOST_STEPS = 8
_STACK = 2048
_MOST_ROOTS = 256


def _fused(function: Function) -> Function:
    """Compile with multiply-add fused, which is all that the inner loops need to run in vectors."""
    make = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
    return cast("Function", make(function))


@_fused
def _load(flows: Array, first: int, net: Array, changes: Array, last: Array) -> None:
    """Copy a block of flows, year by year, and count the changes of sign of each."""
    lanes = min(LANES, flows.shape[0] - first)
    changes[:] = 0.0
    last[:] = 0.0
    for year in range(flows.shape[1]):
        row = net[year]
        for lane in range(lanes):
            row[lane] = flows[first + lane, year]
        for lane in range(LANES):
            value, before = row[lane], last[lane]
            turned = (value > 0.0 and before < 0.0) or (value < 0.0 and before > 0.0)
            changes[lane] += 1.0 if turned else 0.0
            last[lane] = value if value != 0.0 else before


@_fused
def _approach(net: Array, v: Array, work: Array) -> None:
    """Step on ``ln P - ln N`` for all lanes; ``work[4]`` keeps how far P / N was from 1."""
    work[:] = 0.0
    value, slope, gain, gain_slope, off = work[0], work[1], work[2], work[3], work[4]
    for year in range(net.shape[0] - 4, -1, -4):  # four years at once: less to and fro
        row0, row1, row2, row3 = net[year], net[year + 1], net[year + 2], net[year + 3]
        for lane in range(LANES):
            at, a, b, c, d = v[lane], value[lane], slope[lane], gain[lane], gain_slope[lane]
            b, d = b * at + a, d * at + c
            a, c = a * at + row3[lane], c * at + max(row3[lane], 0.0)
            b, d = b * at + a, d * at + c
            a, c = a * at + row2[lane], c * at + max(row2[lane], 0.0)
            b, d = b * at + a, d * at + c
            a, c = a * at + row1[lane], c * at + max(row1[lane], 0.0)
            b, d = b * at + a, d * at + c
            a, c = a * at + row0[lane], c * at + max(row0[lane], 0.0)
            value[lane], slope[lane], gain[lane], gain_slope[lane] = a, b, c, d
    for lane in range(LANES):
        loss, loss_slope = gain[lane] - value[lane], gain_slope[lane] - slope[lane]
        ratio = value[lane] / loss
        power = 1.0 / (v[lane] * (gain_slope[lane] / gain[lane] - loss_slope / loss))
        factor = (1.0 + 0.5 * (1.0 - power) * ratio) / (1.0 + 0.5 * (1.0 + power) * ratio)
        v[lane] *= min(max(factor, 0.2), 5.0)
        off[lane] = abs(ratio)


@_fused
def _finish(net: Array, v: Array, work: Array) -> None:
    """Step on the present value itself, now that it is near; ``work[4]`` keeps the step over v."""
    value, slope, off = work[0], work[1], work[4]
    value[:] = 0.0
    slope[:] = 0.0
    for year in range(net.shape[0] - 4, -1, -4):
        row0, row1, row2, row3 = net[year], net[year + 1], net[year + 2], net[year + 3]
        for lane in range(LANES):
            at, a, b = v[lane], value[lane], slope[lane]
            b = b * at + a
            a = a * at + row3[lane]
            b = b * at + a
            a = a * at + row2[lane]
            b = b * at + a
            a = a * at + row1[lane]
            b = b * at + a
            a = a * at + row0[lane]
            value[lane], slope[lane] = a, b
    for lane in range(LANES):
        step = value[lane] / slope[lane]
        v[lane] -= step
        off[lane] = abs(step / v[lane])


@_fused
def _worst(changes: Array, off: Array) -> float:
    worst = 0.0
    for lane in range(LANES):
        worst = max(worst, off[lane] if changes[lane] >= 1.0 else 0.0)
    return worst


@_fused
def _block(net: Array, changes: Array, v: Array, work: Array) -> None:
    """Solve a block; v is NaN where a lane has not arrived."""
    v[:] = 1.0
    for _ in range(_MOST_STEPS):
        _approach(net, v, work)
        if _worst(changes, work[4]) < 0.5:
            break
    for _ in range(_MOST_STEPS):
        _finish(net, v, work)
        if _worst(changes, work[4]) < 1e-7:  # the error squares: this step was the last needed
            break
    for lane in range(LANES):
        if not (work[4, lane] < 1e-7 and v[lane] > 0.0):
            v[lane] = np.nan


@_fused
def _certify(net: Array, v: Array, work: Array) -> None:
    """Write 1 into ``work[4]`` where the rate found is proved to be the only one.

    A polynomial has no more roots below a bound than its partial sums there change sign, and none
    beyond it where the sums from the other end do not (Laguerre 1883, "Sur la théorie des équations
    numériques"). The bound is the root itself, a hair above.
    """
    ahead, behind, changed = work[0], work[1], work[4]
    work[:] = 0.0
    years = net.shape[0]
    for lane in range(LANES):
        work[2, lane] = v[lane] * (1.0 + 1e-9)
        work[3, lane] = 1.0 / work[2, lane]
    bound, inverse = work[2], work[3]
    for year in range(years):
        row = net[year]
        for lane in range(LANES):
            before = ahead[lane]
            now = before * inverse[lane] + row[lane]
            changed[lane] += 1.0 if (now > 0.0) != (before > 0.0) and before != 0.0 else 0.0
            ahead[lane] = now
    for step in range(years):
        row = net[years - 1 - step]
        for lane in range(LANES):
            before = behind[lane]
            now = before * bound[lane] + row[lane]
            changed[lane] += 8.0 if (now > 0.0) != (before > 0.0) and before != 0.0 else 0.0
            behind[lane] = now


@compiled
def _scaled(flow: Array, x: float) -> float:
    """Return the present value at ``x = ln(1 + rate)``, the largest factor being 1, over its size.

    Counted from the first year where the factors fall, from the last where they rise.
    """
    total, size, factor = 0.0, 0.0, 1.0
    years = len(flow)
    ratio = np.exp(-abs(x))
    for step in range(years):
        value = flow[step if x >= 0.0 else years - 1 - step]
        total += value * factor
        size += abs(value) * factor
        factor *= ratio
    return total / size


@compiled
def _enclose(
    flow: Array, weight: Array, middle: float, half: float
) -> tuple[float, float, float, float]:
    """Return enclosures of value and slope of ``exp(c x) pv(x)``, as in ``_roots._enclosures``.

    `weight` is room for a number a year.
    """
    years = len(flow)
    ratio = np.exp(-abs(middle))
    size, moment, factor = 0.0, 0.0, 1.0
    for step in range(years):
        year = step if middle >= 0.0 else years - 1 - step
        weight[year] = abs(flow[year]) * factor
        size += weight[year]
        moment += weight[year] * year
        factor *= ratio
    centre = moment / size
    grow, spread = np.exp(half), np.exp(centre * half)
    turn = int(centre)
    low, high, slope_low, slope_high = 0.0, 0.0, 0.0, 0.0
    for year in range(years):
        if year == turn + 1:
            spread = np.exp((year - centre) * half)
        away = year - centre if flow[year] < 0.0 else centre - year
        most, least = weight[year] * spread, weight[year] / spread
        if flow[year] > 0.0:
            low, high = low + least, high + most
        else:
            low, high = low - most, high - least
        steep, flat = (least, most) if away > 0.0 else (most, least)
        slope_low, slope_high = slope_low + away * steep, slope_high + away * flat
        spread = spread / grow if year < turn else spread * grow
    return low / size, high / size, slope_low, slope_high


@compiled
def _bounds(flow: Array, lowest: float, highest: float) -> tuple[float, float]:
    """Return where roots in ``ln(1 + rate)`` can lie: one end's flow outweighs the rest beyond.

    Cauchy's bound on the roots of a polynomial, from both ends.
    """
    first, last = 0, len(flow) - 1
    while flow[first] == 0.0:
        first += 1
    while flow[last] == 0.0:
        last -= 1
    head = tail = 0.0
    for year in range(first, last + 1):
        if year > first:
            head = max(head, abs(flow[year]))
        if year < last:
            tail = max(tail, abs(flow[year]))
    high = np.log(1.0 + head / abs(flow[first])) + 1e-9
    low = -np.log(1.0 + tail / abs(flow[last])) - 1e-9
    return max(low, lowest), min(high, highest)


@compiled
def _between(flow: Array, low: float, high: float) -> float:
    """Return the root between two ends of different sign: false position, halved when it lingers.

    The method called Illinois (Dowell and Jarratt 1971, BIT 11), with halving as its guard.
    """
    at_low, at_high = _scaled(flow, low), _scaled(flow, high)
    for turn in range(200):
        middle = 0.5 * (low + high)
        if turn % 3 != 2 and at_high != at_low:
            guess = high - at_high * (high - low) / (at_high - at_low)
            if low < guess < high:
                middle = guess
        if middle <= low or middle >= high or high - low < 1e-16 * (1.0 + abs(middle)):
            break
        value = _scaled(flow, middle)
        if value == 0.0:
            return middle
        if (value > 0.0) == (at_high > 0.0):
            high, at_high = middle, value
            at_low *= 0.5
        else:
            low, at_low = middle, value
            at_high *= 0.5
    return 0.5 * (low + high)


@compiled
def search(flow: Array, lowest: float, highest: float, roots: Array) -> int:
    """Write every root of a yearly flow between two bounds into `roots`; return how many."""
    lows, highs, weight = np.empty(_STACK), np.empty(_STACK), np.empty(len(flow))
    lows[0], highs[0] = _bounds(flow, lowest, highest)
    depth, found = 1, 0
    noise = 4e-16 * len(flow) ** 0.5 + 1e-15
    while depth > 0 and found < _MOST_ROOTS:
        depth -= 1
        low, high = lows[depth], highs[depth]
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        least, most, slope_least, slope_most = _enclose(flow, weight, middle, half)
        if least > noise or most < -noise:
            continue
        if slope_least > 0.0 or slope_most < 0.0:
            if (_scaled(flow, low) > 0.0) != (_scaled(flow, high) > 0.0):
                roots[found] = _between(flow, low, high)
                found += 1
            continue
        if half < 5e-10:
            near = False
            for number in range(found):
                near = near or abs(roots[number] - middle) < 1e-7
            if not near and abs(_scaled(flow, middle)) <= noise:
                roots[found] = middle
                found += 1
            continue
        if depth + 2 > _STACK:
            break
        cut = low + 0.5137 * (high - low)  # never a round number: rates often are
        lows[depth], highs[depth] = cut, high
        lows[depth + 1], highs[depth + 1] = low, cut
        depth += 2
    return found


@compiled
def many(flows: Array, lowest: float, highest: float) -> tuple[Array, Counts]:
    """Return rate (NaN unless there is exactly one) and number of rates of each row."""
    count, years = flows.shape
    rates, numbers = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    net, last = np.zeros((-(-years // 4) * 4, LANES)), np.zeros(LANES)
    changes, v = np.zeros(LANES), np.empty(LANES)
    work, roots = np.zeros((5, LANES)), np.empty(_MOST_ROOTS)
    low_v, high_v = np.exp(-highest), np.exp(-lowest)
    for first in range(0, count, LANES):
        _load(flows, first, net, changes, last)
        _block(net, changes, v, work)
        if changes.max() > 1.0:
            _certify(net, v, work)
        for lane in range(min(LANES, count - first)):
            row = first + lane
            alone = changes[lane] == 1.0 or (changes[lane] > 1.0 and work[4, lane] == 1.0)
            if alone and low_v < v[lane] < high_v:
                rates[row], numbers[row] = 1.0 / v[lane] - 1.0, 1
            elif changes[lane] > 0.0:
                found = search(flows[row], lowest, highest, roots)
                numbers[row] = found
                if found == 1:
                    rates[row] = np.expm1(roots[0])
    return rates, numbers
