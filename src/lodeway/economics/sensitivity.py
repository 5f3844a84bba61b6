"""What moves a result: one input at a time, and Sobol's shares of variance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.sampling import sobol_column

Array = NDArray[np.float64]
Model = Callable[[Mapping[str, Array]], Array]


def tornado(
    result: Array, inputs: Mapping[str, Array], *, tail: float = 0.2, most: int = 12
) -> list[tuple[str, float, float]]:
    """Return the inputs that move a result most: name, result when low, result when high.

    Low and high are the mean result over the `tail` of worlds with the input's lowest and highest
    values (a one-at-a-time first-order effect; Plischke, Borgonovo and Smith 2013, "Global
    sensitivity measures from given data").

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


def swings(
    model: Callable[[Mapping[str, float]], float], base: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
) -> list[tuple[str, float, float]]:  # fmt: skip
    """Return a model's answer at the low and high end of each input alone, widest first.

    Examples
    --------
    >>> swings(lambda x: x["a"] - x["b"], {"a": 5.0, "b": 1.0}, {"a": (4, 6), "b": (0, 5)})
    [('b', 5.0, 0.0), ('a', 3.0, 5.0)]
    """
    found = [
        (name, float(model({**base, name: low})), float(model({**base, name: high})))
        for name, (low, high) in ranges.items()
    ]
    return sorted(found, key=lambda swing: (-abs(swing[2] - swing[1]), swing[0]))


def spider(
    model: Callable[[Mapping[str, float]], float], base: Mapping[str, float],
    factors: Sequence[float] = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3),
) -> dict[str, dict[float, float]]:  # fmt: skip
    """Return a model's answer with each input alone at several multiples of its base."""
    return {
        name: {factor: float(model({**base, name: value * factor})) for factor in factors}
        for name, value in base.items()
    }


@dataclass(frozen=True)
class Indices:
    """Sobol's indices by input.

    Attributes
    ----------
    first
        Share of the variance that an input explains alone.
    total
        Share that would be left if all other inputs were known.
    evaluations
        How often the model was run.
    """

    first: Mapping[str, float]
    total: Mapping[str, float]
    evaluations: int


def sobol_indices(model: Model, names: Sequence[str], draws: int = 4096, seed: int = 1) -> Indices:
    """Return first-order and total indices of a model of numbers in (0, 1).

    Two tables of Sobol points and the mixes of one column: first order by Saltelli et al. (2010),
    "Variance based sensitivity analysis of model output", Computer Physics Communications 181,
    table 2 (b); total by Jansen (1999), the same table (f).

    Parameters
    ----------
    model
        Takes arrays ``(draw,)`` by name, returns ``(draw,)``.
    names
        The inputs.
    draws
        Rows of each table, a power of two; the model is run ``draws * (inputs + 2)`` times.

    Examples
    --------
    >>> found = sobol_indices(lambda x: 3.0 * x["a"] + x["b"], ["a", "b"], 1024)
    >>> round(found.first["a"], 2), round(found.total["b"], 2)
    (0.9, 0.1)
    """
    count = len(names)
    one = {name: sobol_column(i, f"a:{name}", draws, seed) for i, name in enumerate(names)}
    two = {name: sobol_column(count + i, f"b:{name}", draws, seed) for i, name in enumerate(names)}
    at_one, at_two = model(one), model(two)
    both = np.concatenate([at_one, at_two])
    middle, variance = both.mean(), float(both.var())
    first, total = {}, {}
    for name in names:
        mixed = model({**one, name: two[name]})
        if variance == 0.0:
            first[name] = total[name] = 0.0
            continue
        first[name] = float(np.mean((at_two - middle) * (mixed - at_one)) / variance)
        total[name] = float(np.mean((at_one - mixed) ** 2) / (2.0 * variance))
    return Indices(first, total, draws * (count + 2))
