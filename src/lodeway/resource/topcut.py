"""Top cuts: what a few very high grades carry, and what capping them costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TopCut:
    """A cap and what it does: share of data cut, share of metal lost, CV before and after."""

    cap: float
    data_cut: int
    metal_lost_pct: float
    cv_before: float
    cv_after: float
    why: str


def _sorted(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    grade = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(grade)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(grade) or not np.isfinite(grade).all() or weight.shape != grade.shape:
        raise LodewayError("bad-number", "values", "a blank or no value", "finite numbers")
    order = np.argsort(grade, kind="stable")
    return grade[order], weight[order] / weight.sum()


def deciles(values: ArrayLike, weights: ArrayLike | None = None) -> pd.DataFrame:
    """Return Parrish's decile analysis: metal by tenths of the data, the last by hundredths.

    Parrish (1997), "Geologist's Gordian knot: to cut or not to cut", Mining Engineering 49: a cut
    is called for when the top tenth holds more than 40 % of the metal, or more than 2.3 times that
    of the tenth below, or the top hundredth more than 10 %.

    Returns
    -------
    pandas.DataFrame
        ``from_pct, to_pct, data, mean, least, greatest, metal_pct``.
    """
    grade, weight = _sorted(values, weights)
    metal = grade * weight
    edges = [*range(0, 100, 10), *range(90, 101)]
    bounds = sorted({(a, a + 10) for a in edges if a % 10 == 0 and a < 100}) + [
        (a, a + 1) for a in range(90, 100)
    ]
    top = np.cumsum(weight) * 100
    rows = []
    for low, high in bounds:
        own = (top > low + 1e-9) & (top <= high + 1e-9)
        some = bool(own.any())
        rows.append({
            "from_pct": low, "to_pct": high, "data": int(own.sum()),
            "mean": float(metal[own].sum() / weight[own].sum()) if some else np.nan,
            "least": float(grade[own].min()) if some else np.nan,
            "greatest": float(grade[own].max()) if some else np.nan,
            "metal_pct": float(100 * metal[own].sum() / metal.sum()) if metal.sum() else np.nan,
        })  # fmt: skip
    return pd.DataFrame(rows)


def probability_plot(values: ArrayLike, weights: ArrayLike | None = None) -> pd.DataFrame:
    """Return grade against its normal quantile: ``grade, probability, quantile``."""
    grade, weight = _sorted(values, weights)
    probability = np.cumsum(weight) - weight / 2
    return pd.DataFrame(
        {"grade": grade, "probability": probability, "quantile": ndtri(probability)}
    )


def cut(values: ArrayLike, cap: float, weights: ArrayLike | None = None, why: str = "") -> TopCut:
    """Return what a cap does."""
    grade, weight = _sorted(values, weights)
    if not cap > 0:
        raise LodewayError("bad-number", "top cut", cap, "above 0")
    capped = np.minimum(grade, cap)
    mean, after = float(weight @ grade), float(weight @ capped)

    def cv(data: Floats, middle: float) -> float:
        return float(np.sqrt(weight @ (data - middle) ** 2) / middle) if middle else np.nan

    lost = 100 * (mean - after) / mean if mean else 0.0
    return TopCut(
        cap, int((grade > cap).sum()), float(lost), cv(grade, mean), cv(capped, after), why
    )


def propose_cut(values: ArrayLike, weights: ArrayLike | None = None) -> TopCut:
    """Return the cap where the upper tail of the probability plot breaks, or none (infinite).

    The tail breaks at the first gap above the 99th percentile that is wider than a tenth of the
    grade below it (in logarithms, the disintegration of the histogram; Roscoe 1996). Without a
    gap, and where the decile analysis calls for no cut, nothing is cut.
    """
    grade, weight = _sorted(values, weights)
    table = deciles(grade, weight)
    tenths, hundredths = table.iloc[:10], table.iloc[10:]
    called = (
        tenths["metal_pct"].iloc[9] > 40
        or tenths["metal_pct"].iloc[9] > 2.3 * tenths["metal_pct"].iloc[8]
        or hundredths["metal_pct"].iloc[9] > 10
    )
    top = np.cumsum(weight)
    tail = np.flatnonzero((top > 0.99) & (grade > 0))
    if not called or len(tail) < 2:
        why = "the decile analysis calls for no cut"
        return TopCut(
            np.inf, 0, 0.0, *(cut(grade, max(float(grade[-1]), 1e-300), weight).cv_before,) * 2, why
        )
    ratio = grade[tail[1:]] / grade[tail[:-1]]
    gaps = np.flatnonzero(ratio > 1.1)
    place = tail[gaps[0]] if len(gaps) else tail[0]
    what = "first gap of the tail above" if len(gaps) else "no gap in the tail: the"
    return cut(grade, float(grade[place]), weight, f"{what} 99th percentile")
