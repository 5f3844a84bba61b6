"""Collocated cokriging: a second variable, known everywhere, helps the first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.kriging import krige_all
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]


def collocated_cokriging(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    secondary: ArrayLike,
    correlation: float,
    variogram: Variogram,
    *,
    mean: float,
    secondary_mean: float,
    secondary_variance: float,
    **options: Any,
) -> tuple[Floats, Floats]:
    """Return estimates and variances by simple collocated cokriging.

    Under the first Markov model (Almeida and Journel 1994, Mathematical Geology 26) the cross
    covariance is the primary's, scaled by the correlation. Then the system need not be solved
    anew: with s the simple kriging variance over the sill and r the correlation, the secondary's
    weight is ``v = r s / (1 - r**2 (1 - s))``, the primary's weights shrink by ``1 - v r``, and the
    variance becomes ``s (1 - r**2) / (1 - r**2 (1 - s))``.

    Parameters
    ----------
    xyz, values, targets
        As for `lodeway.resource.krige`.
    secondary
        At the targets, ``(m,)``.
    correlation
        Between primary and secondary at one place, within -1 to 1.
    variogram
        Of the primary.
    mean, secondary_mean, secondary_variance
        Of primary and secondary.
    **options
        As for `lodeway.resource.krige_all`, without kind, mean and block.
    """
    if not -1.0 <= correlation <= 1.0:
        raise LodewayError("bad-number", "correlation", correlation, "-1 to 1")
    if not secondary_variance > 0:
        raise LodewayError("bad-number", "secondary variance", secondary_variance, "above 0")
    found = krige_all(xyz, values, targets, variogram, kind="simple", mean=mean, **options)
    second = np.asarray(secondary, dtype=np.float64)
    if second.shape != found.variance.shape:
        raise LodewayError("bad-argument", "secondary", second.shape, f"{found.variance.shape}")
    share, r = np.maximum(found.variance / variogram.sill, 0.0), correlation
    below = 1.0 - r * r * (1.0 - share)
    weight = np.divide(r * share, below, out=np.zeros_like(share), where=below > 0)
    scaled = (second - secondary_mean) * np.sqrt(variogram.sill / secondary_variance)
    estimate = mean + (1.0 - weight * r) * (found.estimate - mean) + weight * scaled
    rest = np.divide(share * (1.0 - r * r), below, out=np.zeros_like(share), where=below > 0)
    return estimate, rest * variogram.sill
