"""Weighted sums of data in one fixed order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.compiled import compiled

Floats = NDArray[np.float64]


@compiled
def weighted_sums(
    weight: Floats, near: NDArray[np.int32], count: NDArray[np.int32], values: Floats
) -> Floats:
    """Return ``sum(weight[t, i] * values[near[t, i]])`` for each target, ``(m, variables)``."""
    m, variables = len(count), values.shape[1]
    out = np.empty((m, variables))
    for t in range(m):
        for v in range(variables):
            total = 0.0
            for i in range(count[t]):
                total += weight[t, i] * values[near[t, i], v]
            out[t, v] = total if count[t] else np.nan
    return out
