"""Estimation in several passes: near and strict first, then wider for what is still blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.kriging import Kriging, krige_all
from lodeway.resource.search import Search
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Passes:
    """The kriging of every target and the pass that reached it (1 is the first, 0 is none)."""

    kriging: Kriging
    number: NDArray[np.int8]


def krige_in_passes(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    variogram: Variogram,
    searches: Sequence[Search],
    **options: Any,
) -> Passes:
    """Estimate with the first search, what stays blank with the second, and so on.

    Parameters
    ----------
    xyz, values, targets, variogram
        As for `lodeway.resource.krige`.
    searches
        One for each pass, from near to far.
    **options
        As for `lodeway.resource.krige_all`.
    """
    if not searches:
        raise LodewayError("bad-argument", "searches", "none", "one or more")
    goals = np.asarray(targets, dtype=np.float64)
    whole: Kriging | None = None
    number = np.zeros(len(goals), dtype=np.int8)
    for step, search in enumerate(searches, 1):
        left = np.flatnonzero(number == 0)
        if not len(left):
            break
        found = krige_all(xyz, values, goals[left], variogram, search=search, **options)
        one = found.estimate if found.estimate.ndim == 1 else found.estimate[:, 0]
        reached = np.isfinite(one)
        if whole is None:
            whole = found
        else:
            for name in ("estimate", "variance", "multiplier", "count", "nearest", "negative"):
                getattr(whole, name)[left[reached]] = getattr(found, name)[reached]
        number[left[reached]] = step
    if whole is None:
        empty = np.full(0, np.nan)
        whole = Kriging(empty, empty, empty, empty.astype(np.int32), empty, empty, 0.0)
    return Passes(whole, number)


def search_passes(
    variogram: Variogram, first: Search, factors: Sequence[float] = (0.5, 1.0, 2.0)
) -> list[Search]:
    """Return searches that follow the variogram's longest structure.

    Parameters
    ----------
    variogram
        Its structure of the longest range gives radii and axes.
    first
        The limits of the first pass; its radii are not used. Later passes ask for half as many
        data at least, and the last for no octants.
    factors
        Radii of each pass over the ranges.
    """
    longest = max(variogram.structures, key=lambda one: one.range)
    major, semi, minor = longest.ranges
    found = []
    for step, factor in enumerate(factors):
        last = step == len(factors) - 1
        found.append(
            replace(
                first,
                radius=major * factor, radius_semi=semi * factor, radius_minor=minor * factor,
                dip=longest.dip, dip_direction=longest.dip_direction, pitch=longest.pitch,
                minimum=max(1, first.minimum // (step + 1)),
                octants=0 if last and step else first.octants,
            )
        )  # fmt: skip
    return found
