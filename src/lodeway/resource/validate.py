"""Is the model right? Leave-one-hole-out, swaths, quantiles, global bias, accuracy of intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from lodeway.errors import LodewayError
from lodeway.resource.scores import normal_scores
from lodeway.resource.search import Search
from lodeway.resource.variogram import Variogram
from lodeway.resource.weights import leave_out

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CrossValidation:
    """What leaving out one hole at a time shows.

    `slope` is of the regression of truth on estimate; `standardised` the variance of the errors
    over their kriging deviation (1 is right).
    """

    estimate: Floats
    variance: Floats
    number: int
    bias: float
    rmse: float
    correlation: float
    slope: float
    standardised: float


def leave_one_hole_out(
    xyz: ArrayLike, values: ArrayLike, holes: ArrayLike, variogram: Variogram, search: Search
) -> CrossValidation:
    """Estimate every datum from all other holes by ordinary kriging, and compare.

    Leaving out single samples would flatter: the next sample of the hole tells nearly all.
    """
    truth = np.asarray(values, dtype=np.float64)
    estimate, variance = leave_out(xyz, values, holes, variogram, search)
    good = np.isfinite(estimate) & (variance > 0)
    if good.sum() < 3:
        raise LodewayError("missing", "cross-validation", f"{good.sum()} data", "3 or more")
    error = estimate[good] - truth[good]
    covariance = np.cov(estimate[good], truth[good])
    return CrossValidation(
        estimate, variance, int(good.sum()), float(error.mean()),
        float(np.sqrt((error**2).mean())),
        float(np.corrcoef(estimate[good], truth[good])[0, 1]),
        float(covariance[0, 1] / covariance[0, 0]) if covariance[0, 0] > 0 else np.nan,
        float((error**2 / variance[good]).mean()),
    )  # fmt: skip


def swath(
    axis: int,
    width: float,
    data: tuple[Floats, Floats, Floats],
    models: dict[str, tuple[Floats, Floats]],
) -> pd.DataFrame:
    """Return means by slices along x (0), y (1) or z (2).

    Parameters
    ----------
    axis, width
        Direction, and thickness of a slice.
    data
        Places, grades and declustering weights.
    models
        Places and grades by name; blanks are left out.

    Returns
    -------
    pandas.DataFrame
        ``middle, data, samples`` and each model's mean.
    """
    xyz, grade, weight = data
    low = min(xyz[:, axis].min(), *(places[:, axis].min() for places, _ in models.values()))

    def slices(places: Floats) -> NDArray[np.int64]:
        return np.asarray(np.floor((places[:, axis] - low) / width), dtype=np.int64)

    own = slices(xyz)
    rows = []
    for number in range(int(max(own.max(), *(slices(p).max() for p, _ in models.values()))) + 1):
        here = own == number
        row: dict[str, float] = {
            "middle": low + (number + 0.5) * width,
            "data": float(np.average(grade[here], weights=weight[here])) if here.any() else np.nan,
            "samples": int(here.sum()),
        }
        for name, (places, values) in models.items():
            inside = values[slices(places) == number]
            inside = inside[np.isfinite(inside)]
            row[name] = float(inside.mean()) if len(inside) else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def quantiles(
    data: Floats, weights: Floats, model: Floats, shares: Sequence[float] | None = None
) -> pd.DataFrame:
    """Return the same quantiles of weighted data and of a model: ``share, data, model``."""
    share = np.arange(0.01, 1.0, 0.01) if shares is None else np.asarray(shares)
    order = np.argsort(data, kind="stable")
    reach = np.cumsum(weights[order]) - weights[order] / 2
    return pd.DataFrame(
        {
            "share": share,
            "data": np.interp(share, reach / weights.sum(), data[order]),
            "model": np.quantile(model[np.isfinite(model)], share),
        }
    )


def global_bias(declustered_mean: float, model: Floats) -> float:
    """Return the model's mean over the declustered mean, less one; within 2 % is usual.

    Examples
    --------
    >>> round(global_bias(1.0, np.array([1.0, 1.02])), 3)
    0.01
    """
    return float(np.nanmean(model)) / declustered_mean - 1.0


def accuracy(
    xyz: ArrayLike,
    values: ArrayLike,
    holes: ArrayLike,
    variogram: Variogram,
    search: Search,
    weights: ArrayLike | None = None,
) -> tuple[pd.DataFrame, float]:
    """Return how often intervals of a stated probability hold the truth, and one figure for it.

    Deutsch (1997), "Direct assessment of local accuracy and precision": each datum's distribution
    is normal in scores, with mean and variance of simple kriging from all other holes. The figure
    is his goodness, 1 when all intervals hold what they promise; too narrow ones count double.
    """
    scores, _ = normal_scores(values, weights)
    mean, variance = leave_out(xyz, scores, holes, variogram.scaled(1.0), search, mean=0.0)
    good = np.isfinite(mean) & (variance > 0)
    share = np.arange(0.05, 1.0, 0.05)
    away = np.abs(scores[good] - mean[good]) / np.sqrt(variance[good])
    held = (away[None] <= ndtri(0.5 + share / 2)[:, None]).mean(axis=1)
    short = np.where(held >= share, 1.0, 2.0) * np.abs(held - share)
    goodness = 1.0 - float(np.trapezoid(short, share) / (share[-1] - share[0]))
    return pd.DataFrame({"probability": share, "held": held}), goodness
