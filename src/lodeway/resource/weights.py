"""What kriging weights say beyond an estimate: each datum's influence, and each left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.resource.kriging import CHUNK, checked_points, plan_for, prepare
from lodeway.resource.search import Search
from lodeway.resource.sums import weighted_sums
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]


def leave_out(
    xyz: ArrayLike,
    values: ArrayLike,
    holes: ArrayLike,
    variogram: Variogram,
    search: Search,
    *,
    mean: float | None = None,
) -> tuple[Floats, Floats]:
    """Return estimate and variance of every datum from the data of all other holes.

    Parameters
    ----------
    xyz, values, holes, variogram, search
        As for `krige_all`.
    mean
        For simple kriging; else ordinary kriging.

    Returns
    -------
    tuple
        ``(n,)`` each, by row of the input; not a number for coincident data that were left out
        and where too few data are near.
    """
    data = prepare(xyz, values, holes)
    plan = plan_for(data, data.xyz, search, variogram, degree=0 if mean is None else -1)
    rest = np.ascontiguousarray(data.values - (mean or 0.0))
    estimate, variance = np.full((2, len(np.asarray(xyz))), np.nan)
    for a in range(0, len(data.xyz), CHUNK):
        found = plan.solve(data.xyz[a : a + CHUNK], data.hole[a : a + CHUNK])
        own = data.row[a + found.order]
        one = weighted_sums(found.weight, found.near, found.count, rest)[:, 0] + (mean or 0.0)
        estimate[own] = np.where(found.count > 0, one, np.nan)
        variance[own] = np.where(found.count > 0, found.variance, np.nan)
    return estimate, variance


def influences(
    xyz: ArrayLike,
    targets: ArrayLike,
    shares: ArrayLike,
    variogram: Variogram,
    search: Search,
    *,
    holes: ArrayLike | None = None,
    block: tuple[float, float, float] | None = None,
) -> Floats:
    """Return how much each datum counts in a sum over targets: shares times kriging weights.

    Parameters
    ----------
    xyz, targets, variogram, search, holes, block
        As for `krige_all`, ordinary kriging.
    shares
        What each target counts in the sum, for example its tonnes, ``(m,)``.

    Returns
    -------
    numpy.ndarray
        ``(n,)``, by row of the input. With the data's grades it adds up to the sum's metal.
    """
    data = prepare(xyz, np.zeros(len(np.asarray(xyz))), holes)
    goals, share = checked_points(targets, "targets"), np.asarray(shares, dtype=np.float64)
    plan = plan_for(data, goals, search, variogram, block, (4, 4, 4), 0)
    total = np.zeros(len(data.xyz))
    for a in range(0, len(goals), CHUNK):
        found = plan.solve(goals[a : a + CHUNK])
        part = found.weight * share[a + found.order][:, None]
        used = np.arange(part.shape[1]) < found.count[:, None]
        total += np.bincount(found.near[used], part[used], len(total))
    out = np.zeros(len(np.asarray(xyz)))
    out[data.row] = total
    return out
