"""Kriging neighbourhood analysis: what block size, how many data, how fine a discretisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lodeway.resource.kriging import krige_all
from lodeway.resource.search import Search
from lodeway.resource.variogram import Variogram


def neighbourhood_analysis(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    variogram: Variogram,
    *,
    neighbours: Sequence[int] = (4, 8, 12, 16, 24, 32),
    blocks: Sequence[tuple[float, float, float]] = ((1.0, 1.0, 1.0),),
    discretisations: Sequence[tuple[int, int, int]] = ((4, 4, 4),),
    search: Search | None = None,
    holes: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the quality of kriging for every combination of choices.

    After Vann, Jackson and Bertoli (2003), "Quantitative kriging neighbourhood analysis for the
    mining geologist": more data raise the slope of regression until negative weights creep in; a
    block too small for the spacing has a slope far below 1.

    Parameters
    ----------
    xyz, values, targets, variogram, holes
        As for `lodeway.resource.krige`; a few hundred targets are enough.
    neighbours, blocks, discretisations
        What to try.
    search
        Radii and limits; its number of neighbours is replaced.

    Returns
    -------
    pandas.DataFrame
        One row a combination: ``block, discretisation, neighbours, slope, efficiency, negative``
        (mean sum of negative weights), ``block_variance, estimated`` (share of targets).
    """
    base = search or Search()
    rows: list[dict[str, Any]] = []
    for block in blocks:
        for points in discretisations:
            for number in neighbours:
                own = replace(base, neighbours=number, minimum=min(base.minimum, number))
                found = krige_all(
                    xyz, values, targets, variogram, holes=holes, search=own, block=block,
                    discretisation=points,
                )  # fmt: skip
                good = np.isfinite(found.estimate)
                some = bool(good.any())
                rows.append({
                    "block": " x ".join(f"{size:g}" for size in block),
                    "discretisation": " x ".join(map(str, points)),
                    "neighbours": number,
                    "slope": float(np.nanmean(found.slope[good])) if some else np.nan,
                    "efficiency": float(found.efficiency[good].mean()) if some else np.nan,
                    "negative": float(found.negative[good].mean()) if some else np.nan,
                    "block_variance": found.own,
                    "estimated": float(good.mean()),
                })  # fmt: skip
    return pd.DataFrame(rows)
