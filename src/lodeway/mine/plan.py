"""The annual plan: tonnes and head grades by year and draw, from a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lodeway.errors import LodewayError
from lodeway.mine.problem import Floats, Schedule


@dataclass(frozen=True)
class AnnualPlan:
    """What the mine delivers.

    Attributes
    ----------
    ore_t, waste_t
        By year; shape ``(years,)``.
    head_pct
        By element, mass per cent of the ore; shape ``(years, draws)``; 0 where there is no ore.
    """

    ore_t: Floats
    waste_t: Floats
    head_pct: Mapping[str, Floats]


def annual_plan(
    schedule: Schedule,
    mass_t: Floats,
    grade_pct: Mapping[str, Floats],
    periods: int,
    mill: int = 1,
) -> AnnualPlan:
    """Sum a schedule by year; grades by draw come from the same blocks, as planned.

    The plan is made once, on what is known; the draws say what the planned ore turns out to hold.
    Ore whose grade is not estimated in a draw counts as barren there.
    """
    ore = (schedule.destination == mill) & (schedule.period < periods)
    waste = (schedule.destination != mill) & (schedule.period < periods)
    ore_t = np.bincount(schedule.period[ore], weights=mass_t[ore], minlength=periods)
    waste_t = np.bincount(schedule.period[waste], weights=mass_t[waste], minlength=periods)
    heads = {}
    for element, grade in grade_pct.items():
        metal = np.nan_to_num(grade[ore]) * mass_t[ore][:, None]
        sums = np.zeros((periods, metal.shape[1]))
        np.add.at(sums, schedule.period[ore], metal)
        heads[element] = sums / np.maximum(ore_t, 1e-300)[:, None]
    return AnnualPlan(np.asarray(ore_t, float), np.asarray(waste_t, float), heads)


def capacity_by_year(full_t: float, periods: int, ramp: Sequence[float] = ()) -> Floats:
    """Return a capacity by year with its ramp-up: shares of the full capacity in the first years.

    Examples
    --------
    >>> capacity_by_year(10.0, 4, [0.5, 0.8]).tolist()
    [5.0, 8.0, 10.0, 10.0]
    """
    if not full_t >= 0 or not np.isfinite(full_t):
        raise LodewayError("bad-number", "capacity", full_t, "at least 0 t/y")
    for share in ramp:
        if not 0.0 <= share <= 1.0:
            raise LodewayError("bad-fraction", "ramp", share, "shares from 0 to 1")
    factors = np.ones(periods)
    first = np.asarray(ramp, dtype=np.float64)[:periods]
    factors[: len(first)] = first
    return full_t * factors
