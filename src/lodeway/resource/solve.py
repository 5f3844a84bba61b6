"""Kriging systems, many at a time: the same step of every system stands side by side in memory.

A system of 24 data is too small to fill a processor's vectors. So `lanes` systems are solved
together: entry (i, j) of all of them lies in one row, and each step of the factorisation is one
loop over lanes. Systems with fewer data are filled up with rows of the unit matrix, which change
nothing. With the Cholesky factor L of the covariances, the rest is two substitutions:
``y = inv(L) c`` and ``Y = inv(L) F`` for the drift F; the multipliers solve
``(Y'Y) m = Y'y - f``, and the weights are ``inv(L') (y - Y m)`` (Journel and Huijbregts 1978,
Mining Geostatistics, chapter V).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Model(NamedTuple):
    """What all systems share.

    `nugget, kinds, sills` make the variogram; `own` is the covariance of the target with itself;
    `offset` ``(structures, 3, points)`` are the points that stand for a block, in units of range;
    `point` says that the target is a point, which may be a datum; `power` ``(drifts, 3)`` are the
    exponents of the drift's monomials, and `drift` their means over the target.
    """

    nugget: float
    kinds: NDArray[np.int64]
    sills: Floats
    own: float
    offset: Floats
    point: bool
    power: NDArray[np.int64]
    drift: Floats
    scale: float


class Room(NamedTuple):
    """Memory for the systems of one batch."""

    matrix: Floats  # (k (k + 1) / 2, lanes): rows of the lower triangle
    place: Floats  # (structures, 3, k, lanes)
    goal: Floats  # (structures, 3, lanes)
    right: Floats  # (1 + drifts, k, lanes): covariances to the target, then the drift
    small: Floats  # (drifts, drifts, lanes)
    multiplier: Floats  # (drifts, lanes)
    valid: Floats  # (k, lanes)
    sum: Floats  # (lanes,)
    least: Floats  # (lanes,): smallest pivot


def room(structures: int, drifts: int, k: int, lanes: int) -> Room:
    """Return memory for batches of `lanes` systems of at most `k` data."""
    return Room(
        np.empty((k * (k + 1) // 2, lanes)),
        np.zeros((structures, 3, k, lanes)),
        np.zeros((structures, 3, lanes)),
        np.empty((1 + drifts, k, lanes)),
        np.empty((drifts, drifts, lanes)),
        np.empty((drifts, lanes)),
        np.empty((k, lanes)),
        np.empty(lanes),
        np.empty(lanes),
    )


@compiled
def _add(kind: int, sill: float, dx: float, dy: float, dz: float) -> float:
    h2 = dx * dx + dy * dy + dz * dz
    if kind == 1:
        return sill * math.exp(-3.0 * math.sqrt(h2))
    if kind == 2:
        return sill * math.exp(-3.0 * h2)
    h = np.sqrt(h2)
    h = min(1.0, h)
    return float(sill * (1.0 - h * h * (7.0 - h * (8.75 - h * h * (3.5 - 0.75 * h * h)))))


@compiled
def _covariances(model: Model, here: Room, size: int) -> None:
    """Fill in the lower triangle of the covariances between data."""
    place, matrix, valid = here.place, here.matrix, here.valid
    lanes = valid.shape[1]
    row = 0
    for i in range(size):
        for j in range(i):
            out = matrix[row + j]
            for s in range(len(model.kinds)):
                kind, sill = model.kinds[s], model.sills[s]
                xi, yi, zi = place[s, 0, i], place[s, 1, i], place[s, 2, i]
                xj, yj, zj = place[s, 0, j], place[s, 1, j], place[s, 2, j]
                if s == 0:
                    out[:] = 0.0
                if kind == 0:
                    for e in range(lanes):
                        dx = xi[e] - xj[e]
                        dy = yi[e] - yj[e]
                        dz = zi[e] - zj[e]
                        h = np.sqrt(dx * dx + dy * dy + dz * dz)
                        h = min(1.0, h)
                        out[e] += sill * (1.0 - h * (1.5 - 0.5 * h * h))
                else:
                    for e in range(lanes):
                        out[e] += _add(kind, sill, xi[e] - xj[e], yi[e] - yj[e], zi[e] - zj[e])
            vi, vj = valid[i], valid[j]
            for e in range(lanes):
                out[e] *= vi[e] * vj[e]
        total = model.nugget + model.sills.sum()
        for e in range(lanes):
            matrix[row + i, e] = total * valid[i, e] + (1.0 - valid[i, e])
        row += i + 1


@compiled
def _to_target(model: Model, here: Room, size: int) -> None:
    """Fill in the mean covariances of the data with the points of the target."""
    place, goal, right = here.place, here.goal, here.right
    lanes = here.valid.shape[1]
    points = model.offset.shape[2]
    for i in range(size):
        out = right[0, i]
        out[:] = 0.0
        for s in range(len(model.kinds)):
            kind, sill = model.kinds[s], model.sills[s] / points
            xi, yi, zi = place[s, 0, i], place[s, 1, i], place[s, 2, i]
            tx, ty, tz = goal[s, 0], goal[s, 1], goal[s, 2]
            for p in range(points):
                ox, oy, oz = model.offset[s, 0, p], model.offset[s, 1, p], model.offset[s, 2, p]
                if kind == 0:
                    for e in range(lanes):
                        dx = xi[e] - tx[e] - ox
                        dy = yi[e] - ty[e] - oy
                        dz = zi[e] - tz[e] - oz
                        h = np.sqrt(dx * dx + dy * dy + dz * dz)
                        h = min(1.0, h)
                        out[e] += sill * (1.0 - h * (1.5 - 0.5 * h * h))
                else:
                    for e in range(lanes):
                        out[e] += _add(
                            kind, sill, xi[e] - tx[e] - ox, yi[e] - ty[e] - oy, zi[e] - tz[e] - oz
                        )
        if model.point:
            for e in range(lanes):
                dx = place[0, 0, i, e] - goal[0, 0, e]
                dy = place[0, 1, i, e] - goal[0, 1, e]
                dz = place[0, 2, i, e] - goal[0, 2, e]
                out[e] += model.nugget if dx == 0.0 and dy == 0.0 and dz == 0.0 else 0.0
        for e in range(lanes):
            out[e] *= here.valid[i, e]


@compiled
def _factor(here: Room, size: int) -> None:
    """Replace the covariances by their Cholesky factor, its diagonal by the inverse."""
    matrix, total, least = here.matrix, here.sum, here.least
    lanes = len(total)
    least[:] = 1e300
    row = 0
    for i in range(size):
        other = 0
        for j in range(i + 1):
            for e in range(lanes):
                total[e] = matrix[row + j, e]
            k = 0
            while k + 4 <= j:
                a0, a1 = matrix[row + k], matrix[row + k + 1]
                a2, a3 = matrix[row + k + 2], matrix[row + k + 3]
                b0, b1 = matrix[other + k], matrix[other + k + 1]
                b2, b3 = matrix[other + k + 2], matrix[other + k + 3]
                for e in range(lanes):
                    total[e] = (
                        total[e] - a0[e] * b0[e] - a1[e] * b1[e] - a2[e] * b2[e] - a3[e] * b3[e]
                    )
                k += 4
            while k < j:
                a0, b0 = matrix[row + k], matrix[other + k]
                for e in range(lanes):
                    total[e] -= a0[e] * b0[e]
                k += 1
            if j == i:
                for e in range(lanes):
                    least[e] = min(least[e], total[e])
                    matrix[row + i, e] = 1.0 / np.sqrt(max(total[e], 1e-300))
            else:
                for e in range(lanes):
                    matrix[row + j, e] = total[e] * matrix[other + j, e]
            other += j + 1
        row += i + 1


@compiled
def _forward(here: Room, size: int) -> None:
    """Solve with the factor for the covariances to the target and for each drift."""
    matrix, right = here.matrix, here.right
    lanes = here.valid.shape[1]
    for q in range(right.shape[0]):
        row = 0
        for i in range(size):
            out = right[q, i]
            k = 0
            while k + 4 <= i:
                a0, a1 = matrix[row + k], matrix[row + k + 1]
                a2, a3 = matrix[row + k + 2], matrix[row + k + 3]
                y0, y1, y2, y3 = right[q, k], right[q, k + 1], right[q, k + 2], right[q, k + 3]
                for e in range(lanes):
                    out[e] = out[e] - a0[e] * y0[e] - a1[e] * y1[e] - a2[e] * y2[e] - a3[e] * y3[e]
                k += 4
            while k < i:
                a0, y0 = matrix[row + k], right[q, k]
                for e in range(lanes):
                    out[e] -= a0[e] * y0[e]
                k += 1
            for e in range(lanes):
                out[e] *= matrix[row + i, e]
            row += i + 1


@compiled
def _small_solve(small: Floats, mu: Floats, least: Floats, e: int) -> None:
    """Solve the small system of one lane in place; a singular one gets a negative pivot."""
    drifts = mu.shape[0]
    for q in range(drifts):
        for r in range(q + 1):
            total = small[q, r, e]
            for s in range(r):
                total -= small[q, s, e] * small[r, s, e]
            if r == q:
                # a drift that the data cannot tell from the others
                if total <= 1e-12 * small[q, q, e] or not total > 0.0:
                    least[e] = -1.0
                    total = 1.0
                small[q, q, e] = np.sqrt(total)
            else:
                small[q, r, e] = total / small[r, r, e]
    for q in range(drifts):
        for s in range(q):
            mu[q, e] -= small[q, s, e] * mu[s, e]
        mu[q, e] /= small[q, q, e]
    for q in range(drifts - 1, -1, -1):
        for s in range(q + 1, drifts):
            mu[q, e] -= small[s, q, e] * mu[s, e]
        mu[q, e] /= small[q, q, e]


@compiled
def _multipliers(model: Model, here: Room, size: int) -> None:
    """Solve the small systems of the drift's multipliers, by Cholesky as well."""
    right, small, mu = here.right, here.small, here.multiplier
    drifts, lanes = mu.shape
    for q in range(drifts):
        for e in range(lanes):
            mu[q, e] = -model.drift[q]
        for i in range(size):
            y, f = right[0, i], right[1 + q, i]
            for e in range(lanes):
                mu[q, e] += f[e] * y[e]
        for r in range(q + 1):
            small[q, r] = 0.0
            for i in range(size):
                f, g = right[1 + q, i], right[1 + r, i]
                for e in range(lanes):
                    small[q, r, e] += f[e] * g[e]
    for e in range(lanes):
        _small_solve(small, mu, here.least, e)


@compiled
def _variance(model: Model, here: Room, size: int) -> None:
    """Leave the kriging variances in ``here.sum``."""
    right, mu, out = here.right, here.multiplier, here.sum
    lanes = len(out)
    out[:] = model.own
    for i in range(size):
        y = right[0, i]
        for e in range(lanes):
            out[e] -= y[e] * y[e]
    for q in range(mu.shape[0]):
        for i in range(size):
            y, f = right[0, i], right[1 + q, i]
            for e in range(lanes):
                out[e] += mu[q, e] * f[e] * y[e]
        for e in range(lanes):
            out[e] -= mu[q, e] * model.drift[q]


@compiled
def _backward(here: Room, size: int) -> None:
    """Leave the weights in the first right-hand side."""
    matrix, right, mu = here.matrix, here.right, here.multiplier
    lanes = here.valid.shape[1]
    for q in range(mu.shape[0]):
        for i in range(size):
            y, f = right[0, i], right[1 + q, i]
            for e in range(lanes):
                y[e] -= mu[q, e] * f[e]
    row = size * (size - 1) // 2
    for i in range(size - 1, -1, -1):
        y = right[0, i]
        for e in range(lanes):
            y[e] *= matrix[row + i, e]
        for j in range(i):
            a, other = matrix[row + j], right[0, j]
            for e in range(lanes):
                other[e] -= a[e] * y[e]
        row -= i


@compiled
def _drifts(model: Model, here: Room, size: int) -> None:
    """Fill in the drift's monomials at the data, seen from the target."""
    right, place, goal = here.right, here.place, here.goal
    lanes = here.valid.shape[1]
    raw = place.shape[0] - 1  # the last coordinates are the plain ones
    for q in range(model.power.shape[0]):
        for i in range(size):
            out = right[1 + q, i]
            for e in range(lanes):
                value = here.valid[i, e]
                for axis in range(3):
                    step = (place[raw, axis, i, e] - goal[raw, axis, e]) / model.scale
                    for _ in range(model.power[q, axis]):
                        value *= step
                out[e] = value


@compiled
def solve(
    model: Model, here: Room, data: Floats, target: Floats, near: Ints, count: Ints,
    weight: Floats, variance: Floats, multiplier: Floats,
) -> int:  # fmt: skip
    """Solve the systems of all targets.

    Parameters
    ----------
    model, here
        What they share, and memory.
    data, target
        Coordinates ``(structures + 1, 3, n)`` and ``(structures + 1, 3, m)`` in units of range;
        the last are plain.
    near, count
        Numbers of each target's data ``(m, k)``, and how many.
    weight, variance, multiplier
        Out: ``(m, k)``, ``(m,)`` and the first multiplier ``(m,)``; not a number where there are
        no data, or the system is singular.

    Returns
    -------
    int
        How many systems were singular.
    """
    m, lanes = len(count), len(here.sum)
    total = model.nugget + model.sills.sum()
    bad = 0
    for a in range(0, m, lanes):
        size = 0
        for e in range(min(lanes, m - a)):
            size = max(size, count[a + e])
        if size == 0:
            for t in range(a, min(a + lanes, m)):
                variance[t] = np.nan
                multiplier[t] = np.nan
            continue
        for e in range(lanes):
            t = min(a + e, m - 1)
            for s in range(data.shape[0]):
                for axis in range(3):
                    here.goal[s, axis, e] = target[s, axis, t]
                    for i in range(count[t]):
                        here.place[s, axis, i, e] = data[s, axis, near[t, i]]
            for i in range(size):
                here.valid[i, e] = 1.0 if i < count[t] else 0.0
        _covariances(model, here, size)
        _to_target(model, here, size)
        if model.power.shape[0]:
            _drifts(model, here, size)
        _factor(here, size)
        _forward(here, size)
        _multipliers(model, here, size)
        _variance(model, here, size)
        _backward(here, size)
        for e in range(min(lanes, m - a)):
            t = a + e
            fine = here.least[e] > 1e-13 * total and count[t] > 0
            bad += count[t] > 0 and not fine
            variance[t] = here.sum[e] if fine else np.nan
            multiplier[t] = np.nan
            if fine and here.multiplier.shape[0]:
                multiplier[t] = here.multiplier[0, e]
            for i in range(count[t]):
                weight[t, i] = here.right[0, i, e] if fine else np.nan
    return bad
