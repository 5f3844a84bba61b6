"""Quality control of assays: blanks, certified standards and duplicates, in numbers and charts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
#: Share of pairs that should lie within this half absolute relative difference (per cent).
HARD_LIMIT_PCT = {"pulp": 10.0, "coarse": 20.0, "field": 30.0}


def _numbers(values: ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if not len(array) or not np.isfinite(array).all():
        raise LodewayError("bad-number", name, "a blank or no value", "finite numbers")
    return array


def blanks(values: ArrayLike, detection_limit: float, factor: float = 5.0) -> pd.DataFrame:
    """Return which blanks fail: above `factor` detection limits metal was carried over.

    Examples
    --------
    >>> blanks([0.001, 0.02], 0.002)["verdict"].tolist()
    ['pass', 'fail']
    """
    grade = _numbers(values, "blanks")
    if not detection_limit > 0:
        raise LodewayError("bad-number", "detection limit", detection_limit, "above 0")
    limit = factor * detection_limit
    return pd.DataFrame(
        {"value": grade, "limit": limit, "verdict": np.where(grade > limit, "fail", "pass")}
    )


def standards(values: ArrayLike, certified: float, deviation: float) -> pd.DataFrame:
    """Return the verdict on each assay of one standard, in the order of analysis.

    Beyond two deviations is a warning, beyond three a failure; two in a row beyond two on the same
    side show a bias, and both fail (Shewhart's rules, as laboratories use them).

    Examples
    --------
    >>> standards([1.0, 1.05, 1.05, 0.8], 1.0, 0.02)["verdict"].tolist()
    ['pass', 'bias', 'bias', 'fail']
    """
    grade = _numbers(values, "standards")
    if not deviation > 0:
        raise LodewayError("bad-number", "standard deviation", deviation, "above 0")
    z = (grade - certified) / deviation
    verdict = np.where(np.abs(z) > 3, "fail", np.where(np.abs(z) > 2, "warning", "pass"))
    verdict = verdict.astype(object)
    side = np.where(np.abs(z) > 2, np.sign(z), 0.0)
    for place in np.flatnonzero((side[1:] != 0) & (side[1:] == side[:-1])):
        for number in (place, place + 1):
            if verdict[number] != "fail":
                verdict[number] = "bias"
    return pd.DataFrame({"value": grade, "z": z, "verdict": verdict})


@dataclass(frozen=True)
class Duplicates:
    """What pairs of assays say.

    Attributes
    ----------
    pairs
        How many.
    within_pct
        Share of pairs whose half absolute relative difference is within the kind's limit.
    precision_pct
        Coefficient of variation from the root mean square of the pairs' own (Stanley and Lawie
        2007).
    bias_pct
        Slope of the reduced major axis less one.
    verdict
        ``pass`` when at least half of the pairs are within the limit.
    hard_pct
        Half absolute relative difference of each pair.
    """

    pairs: int
    within_pct: float
    precision_pct: float
    bias_pct: float
    verdict: str
    hard_pct: Floats


def duplicates(first: ArrayLike, second: ArrayLike, kind: str = "pulp") -> Duplicates:
    """Compare pairs of assays of a kind: ``pulp``, ``coarse`` or ``field``.

    Pairs whose mean is zero say nothing and are left out of the ratios.
    """
    a, b = _numbers(first, "first"), _numbers(second, "second")
    if a.shape != b.shape:
        raise LodewayError("bad-argument", "duplicates", f"{len(a)} and {len(b)}", "pairs")
    if kind not in HARD_LIMIT_PCT:
        raise LodewayError("bad-argument", "kind", kind, ", ".join(HARD_LIMIT_PCT))
    mean = (a + b) / 2
    some = mean > 0
    if not some.any():
        raise LodewayError("missing", "duplicates", "no pair above 0", "one at least")
    hard = 50.0 * np.abs(a - b)[some] / mean[some]
    within = float(100 * (hard <= HARD_LIMIT_PCT[kind]).mean())
    own = (a - b)[some] ** 2 / 2 / mean[some] ** 2
    spread = float(a.std())
    slope = float(b.std() / spread) if spread > 0 else np.nan
    return Duplicates(
        len(a), within, float(100 * np.sqrt(own.mean())), 100 * (slope - 1.0),
        "pass" if within >= 50 else "fail", hard,
    )  # fmt: skip


def insertion_rates(kinds: ArrayLike) -> dict[str, float]:
    """Return the share of each kind of sample in per cent; about 5 % each is usual.

    Examples
    --------
    >>> insertion_rates(["sample"] * 19 + ["blank"])["blank"]
    5.0
    """
    names, count = np.unique(np.asarray(kinds).astype(str), return_counts=True)
    return {str(n): float(100 * c / count.sum()) for n, c in zip(names, count, strict=True)}


def standard_chart(table: pd.DataFrame, name: str) -> bytes:
    """Return the control chart of a standard, as PNG: deviations in order of analysis."""
    from matplotlib.figure import Figure

    colours = {"pass": "#0b5394", "warning": "#e69f00", "bias": "#cc79a7", "fail": "#d55e00"}
    figure = Figure(figsize=(7.0, 3.2), dpi=110, layout="constrained")
    axes: Any = figure.add_subplot()
    for level, style in ((0, "-"), (2, "--"), (-2, "--"), (3, ":"), (-3, ":")):
        axes.axhline(level, color="#999999", linestyle=style, linewidth=0.8)
    order = np.arange(1, len(table) + 1)
    for verdict, colour in colours.items():
        own = (table["verdict"] == verdict).to_numpy()
        if own.any():
            axes.plot(order[own], table["z"][own], "o", color=colour, markersize=4, label=verdict)
    axes.set_xlabel("order of analysis", fontsize=9)
    axes.set_ylabel("deviations from the certified value", fontsize=9)
    axes.legend(fontsize=8, frameon=False, ncols=4)
    axes.set_title(f"Standard {name}", fontsize=10, loc="left")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
