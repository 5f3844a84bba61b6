"""The tornado: what each uncertain input moves, read from the worlds that were already computed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def tornado(
    result: Array, inputs: Mapping[str, Array], *, tail: float = 0.2, most: int = 8
) -> list[tuple[str, float, float]]:
    """Return the mean result where an input is low and where it is high, largest swing first.

    No extra runs: the mean over the `tail` of worlds with the input's lowest and highest values
    (a one-at-a-time first-order effect; Plischke, Borgonovo and Smith 2013, "Global sensitivity
    measures from given data").

    Parameters
    ----------
    result
        Shape ``(draw,)``.
    inputs
        Draws of each input, shape ``(draw,)``; constants are left out.
    tail
        Share of worlds at each end.
    most
        How many inputs to return.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 101)
    >>> [(name, round(low), round(high)) for name, low, high in tornado(100 * x, {"x": x})]
    [('x', 10, 90)]
    """
    count = max(1, int(tail * len(result)))
    swings = []
    for name, values in inputs.items():
        if np.ptp(values) == 0.0:
            continue
        order = np.argsort(values, kind="stable")
        low = float(np.nanmean(result[order[:count]]))
        high = float(np.nanmean(result[order[-count:]]))
        swings.append((name, low, high))
    swings.sort(key=lambda swing: (-abs(swing[2] - swing[1]), swing[0]))
    return swings[:most]
