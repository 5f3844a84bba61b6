"""What bad years cost, and what insurance, storage and a second road are worth against them.

Conditional value at risk: Rockafellar and Uryasev 2000, "Optimization of conditional
value-at-risk", Journal of Risk 2. Chokepoints: expected loss when one gate is shut, weighted by how
often that happens (interdiction in the sense of Wood 1993, "Deterministic network interdiction",
Mathematical and Computer Modelling 17, with chance instead of an enemy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.closures import DAYS_PER_YEAR
from lodeway.corridors.flow import Flow, FlowSolver, Instance
from lodeway.errors import LodewayError

Floats = NDArray[np.float64]


def cvar(losses: Floats, level: float = 0.95) -> float:
    """Return the mean of the worst ``1 - level`` of the losses.

    Parameters
    ----------
    losses
        One for each world, shape ``(draws,)``; more is worse.
    level
        From 0 (the mean) to below 1.

    Examples
    --------
    >>> round(cvar(np.arange(10.0), 0.8), 9), cvar(np.arange(10.0), 0.0)
    (8.5, 4.5)
    """
    if not 0 <= level < 1:
        raise LodewayError("bad-fraction", "level", level, "0 to below 1")
    ordered = np.sort(np.asarray(losses, dtype=np.float64))[::-1]
    mass = (1.0 - level) * len(ordered)
    whole = int(np.floor(mass + 1e-9))
    tail = ordered[:whole].sum()
    if mass - whole > 1e-9:
        tail += (mass - whole) * ordered[whole]
    return float(tail / mass)


@dataclass(frozen=True)
class Cover:
    """What a protection costs and takes away, USD a year.

    Attributes
    ----------
    mean_saved
        The mean loss that it takes away.
    worth_to_the_cautious
        By how much it lowers ``(1 - caution) * mean + caution * CVaR``: the most that an owner
        who weighs bad years so would pay.
    cvar_before, cvar_after
        Of the yearly loss.
    """

    mean_saved: float
    worth_to_the_cautious: float
    cvar_before: float
    cvar_after: float


def _cover(before: Floats, after: Floats, caution: float, level: float) -> Cover:
    if not 0 <= caution <= 1:
        raise LodewayError("bad-fraction", "caution", caution, "0 to 1")
    mean = float(before.mean() - after.mean())
    bad = (cvar(before, level), cvar(after, level))
    return Cover(mean, (1.0 - caution) * mean + caution * (bad[0] - bad[1]), *bad)


def insurance(
    loss_usd_per_y: Floats, deductible_usd: float, limit_usd: float,
    *, caution: float = 0.5, level: float = 0.95,
) -> Cover:  # fmt: skip
    """Return what a cover of the layer above a deductible is worth, before its premium.

    Parameters
    ----------
    loss_usd_per_y
        Yearly loss by world, shape ``(draws,)``.
    deductible_usd, limit_usd
        The insurer pays what exceeds the deductible, up to the limit.

    Examples
    --------
    >>> insurance(np.array([0.0, 0.0, 0.0, 100.0]), 20.0, 1000.0, level=0.75).mean_saved
    20.0
    """
    if deductible_usd < 0 or limit_usd < 0:
        raise LodewayError("bad-number", "insurance", deductible_usd, "0 or more")
    paid = np.clip(loss_usd_per_y - deductible_usd, 0.0, limit_usd)
    return _cover(loss_usd_per_y, loss_usd_per_y - paid, caution, level)


def storage(
    shut_days: Floats, t_per_day: float, store_t: float, usd_per_t_late: float,
    *, closures_per_y: float = 1.0, caution: float = 0.5, level: float = 0.95,
) -> Cover:  # fmt: skip
    """Return what a store before a gate is worth: so many days of goods wait instead of rerouting.

    Parameters
    ----------
    shut_days
        Days a year on which the gate is shut, by world.
    t_per_day
        What would pass it.
    store_t
        What the store holds; it is empty when a closure begins and is worked off after.
    usd_per_t_late
        What a tonne costs that neither passes nor waits (rerouted, or a sale missed).
    closures_per_y
        Into how many closures the days of a year fall: each fills the store anew.
    """
    if min(t_per_day, store_t, usd_per_t_late) < 0 or not closures_per_y > 0:
        raise LodewayError("bad-number", "storage", store_t, "0 or more; closures above 0")
    stopped = shut_days * t_per_day
    kept = np.minimum(stopped, store_t * closures_per_y)
    return _cover(stopped * usd_per_t_late, (stopped - kept) * usd_per_t_late, caution, level)


@dataclass(frozen=True)
class Chokepoint:
    """What depends on one group of arcs.

    Attributes
    ----------
    loss_musd_per_y
        How much dearer a whole year without it is, million USD; what is not carried counts at the
        instance's penalty.
    expected_musd_per_y
        That, times the share of the year on which it is shut on average.
    unserved_mt
        What is not carried without it.
    load_mt
        What passes it today.
    """

    name: str
    loss_musd_per_y: float
    expected_musd_per_y: float
    unserved_mt: float
    load_mt: float


def chokepoints(
    instance: Instance,
    groups: Mapping[str, Sequence[int]],
    shut_days_per_y: Mapping[str, float] | None = None,
) -> list[Chokepoint]:
    """Shut each group of arcs for itself, solve the flow again, and rank what is lost.

    Parameters
    ----------
    instance
        The network and what wants to travel.
    groups
        Arcs that are shut together (a gate, a ferry line, a pass).
    shut_days_per_y
        Mean days a year on which each is shut (`ClosureProcess.shut_share`); 1 day where missing.

    Returns
    -------
    list of Chokepoint
        Dearest expected loss first.
    """
    solver = FlowSolver(instance)
    base = solver.solve()
    found = []
    for name, arcs in groups.items():
        flow = _without(solver, instance, arcs)
        loss = max(flow.objective - base.objective, 0.0)
        days = (shut_days_per_y or {}).get(name, 1.0)
        found.append(
            Chokepoint(
                name, loss, loss * days / DAYS_PER_YEAR,
                float(flow.unserved_mt.sum() - base.unserved_mt.sum()),
                float(base.load_mt[list(arcs)].sum()),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.expected_musd_per_y, one.name))


def _without(solver: FlowSolver, instance: Instance, arcs: Sequence[int]) -> Flow:
    capacity = instance.capacity_mt.copy()
    capacity[list(arcs)] = 0.0
    return solver.solve(capacity)


def years_of_flow(
    instance: Instance, ramp: Floats, background_mt: Floats | None = None
) -> list[Flow]:
    """Return the cheapest flow of each year: demand grows in, and others' traffic takes its room.

    Parameters
    ----------
    instance
        The network and its commodities at full output.
    ramp
        Share of full output by year and commodity, shape ``(years, commodities)``.
    background_mt
        What others carry over each arc, shape ``(years, arcs)``.

    Raises
    ------
    LodewayError
        For arrays of another shape, or a share below 0.
    """
    demand = np.array([item.mt_per_y for item in instance.commodities])
    if ramp.ndim != 2 or ramp.shape[1] != len(demand) or bool((ramp < 0).any()):
        raise LodewayError("bad-argument", "ramp", ramp.shape, f"(years, {len(demand)}), 0 or more")
    solver = FlowSolver(instance)
    flows = []
    for year, share in enumerate(ramp):
        capacity = instance.capacity_mt
        if background_mt is not None:
            capacity = np.maximum(capacity - background_mt[year], 0.0)
        flows.append(solver.solve(capacity, demand * share))
    return flows


def tonnes_that_pay(cost_usd: float, saving_usd_per_t: float, rate: float, years: int) -> float:
    """Return the tonnes a year whose saving pays for a link that is not built; infinite without.

    Examples
    --------
    A line of 318 million USD at 5 % over 30 years, and 10 USD/t:

    >>> round(tonnes_that_pay(318e6, 10.0, 0.05, 30) / 1e6, 2)
    2.07
    """
    if saving_usd_per_t <= 0:
        return float("inf")
    yearly = cost_usd / years if rate == 0 else cost_usd * rate / (1.0 - (1.0 + rate) ** -years)
    return yearly / saving_usd_per_t
