"""Kriging from all data at once: one factorisation serves every target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.spatial.distance import cdist

from lodeway.resource.search import into_space
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]
#: More data than this are never taken all at once.
MOST = 5_000
_PAIRS = 1_000_000


def covariances(variogram: Variogram, one: Floats, other: Floats, *, nugget: bool) -> Floats:
    """Return covariances ``(n, m)`` between two sets of points ``(n, 3)`` and ``(m, 3)``."""
    total = np.zeros((len(one), len(other)))
    centre = one.mean(axis=0)
    for structure in variogram.structures:
        matrix = structure.reduction()
        a, b = into_space(matrix, one - centre).T, into_space(matrix, other - centre).T
        total += structure.sill * structure.correlation(cdist(a, b))
    if nugget and variogram.nugget:
        total[cdist(one, other) == 0.0] += variogram.nugget
    return total


def krige_unique(
    xyz: Floats,
    rest: Floats,
    goals: Floats,
    variogram: Variogram,
    offsets: Floats,
    own: float,
    powers: NDArray[np.int64],
    *,
    point: bool,
    out: dict[str, Any],
) -> int:
    """Estimate every target from all data, and put the results into `out`.

    Parameters
    ----------
    xyz, rest
        Data, and their values less the mean, ``(n, variables)``.
    goals
        Targets, ``(m, 3)``.
    variogram
        The model.
    offsets, own, point
        The points that stand for a target, its covariance with itself, whether it is a point.
    powers
        Exponents of the drift's monomials, ``(drifts, 3)``.
    out
        ``estimate`` (of `rest`), ``variance, multiplier, count, nearest, negative``.

    Returns
    -------
    int
        0, or the number of targets when the system is singular.
    """
    centre, scale = xyz.mean(axis=0), float(np.ptp(xyz, axis=0).max()) or 1.0

    def drift(points: Floats) -> Floats:
        return np.stack([np.prod(((points - centre) / scale) ** power, axis=-1)
                         for power in powers], axis=-1)  # fmt: skip

    try:
        factor = cholesky(covariances(variogram, xyz, xyz, nugget=True), lower=True)
        inner = solve_triangular(factor, drift(xyz), lower=True) if len(powers) else None
        small = cholesky(inner.T @ inner, lower=True) if inner is not None else None
    except LinAlgError:
        return len(goals)
    if small is not None and np.diag(small).min() < 1e-7 * np.diag(small).max():
        return len(goals)
    step = max(1, _PAIRS // len(xyz))
    for a in range(0, len(goals), step):
        piece = slice(a, min(a + step, len(goals)))
        target = goals[piece]
        parts = [covariances(variogram, xyz, target + one, nugget=point) for one in offsets]
        y = solve_triangular(factor, np.mean(parts, axis=0), lower=True)
        variance = own - (y * y).sum(axis=0)
        if inner is not None and small is not None:
            wanted = np.mean([drift(target + one) for one in offsets], axis=0).T
            inside = inner.T @ y
            half = solve_triangular(small, inside - wanted, lower=True)
            multiplier = solve_triangular(small, half, lower=True, trans="T")
            variance += (multiplier * (inside - wanted)).sum(axis=0)
            y = y - inner @ multiplier
            out["multiplier"][piece] = multiplier[0]
        weight = solve_triangular(factor, y, lower=True, trans="T")
        out["estimate"][piece] = weight.T @ rest
        out["variance"][piece] = variance
        out["negative"][piece] = np.minimum(weight, 0.0).sum(axis=0)
        out["nearest"][piece] = cdist(xyz, target).min(axis=0)
    out["count"][:] = len(xyz)
    return 0
