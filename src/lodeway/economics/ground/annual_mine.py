"""An annual model of one orebody under cover: how it is mined, what it yields and what it costs.

The model of the economic-fairways literature (Walsh, S.D.C. et al. 2020, "Evaluating the economic
potential of mineral deposits under cover", *Resources Policy* 66, 101598), whose published map is
the oracle: a cube of ore, capacity by Taylor's rule (Long 2009), an open pit with sloping walls,
underground mining where it is cheaper, and a switch from pit to underground where the next slice
costs more by pit. What is odd in it is kept here, said in the documentation, and not used by the
maps of this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.royalties import Accounts

Array = NDArray[np.float64]

DAYS_PER_YEAR = 350.0
ROCK_T_PER_M3 = 2.7
DILUTION = 0.05
PROCESSING_LOSS = 0.10
INFLATION = 0.02
SUSTAINING_SHARE = 0.20
HAUL_PER_T_M = 0.0073  # money per tonne and metre of depth, underground
HAUL_FREE_M = 60.0
RAMP_GRADE, RAMP_AREA_M2 = 0.1, 25.0
COTANGENT = 1.0 / np.tan(np.radians(40.0))  # of the pit slope
DEEPEST_PIT_M = 2000.0
#: Share of value that the refiner keeps, and metal in the concentrate, by leading metal.
REFINER = {"Au": 0.01, "Cu": 0.10, "Ni": 0.30, "Ag": 0.05, "Pb": 0.17, "Zn": 0.17}
CONCENTRATE = {"Au": 0.75, "Ag": 0.85, "Ni": 0.1, "Cu": 0.25, "Pb": 0.5, "Zn": 0.5}


@dataclass(frozen=True)
class PowerLaw:
    """A cost or a rate as a power of size: ``coefficient * size ** power``."""

    coefficient: float
    power: float

    def at(self, size: float) -> float:
        """Return the value at a size."""
        return float(self.coefficient * size**self.power)


@dataclass(frozen=True)
class Orebody:
    """One orebody and its market.

    Attributes
    ----------
    metal
        The leading metal.
    mass_t
        Ore, t.
    shares, prices_per_t
        Mass share and price per tonne of each metal.
    dip_deg
        Dip, which decides how it is mined underground.
    """

    metal: str
    mass_t: float
    shares: Mapping[str, float]
    prices_per_t: Mapping[str, float]
    dip_deg: float = 0.0

    @property
    def side_m(self) -> float:
        """Side of the cube of ore."""
        return float((self.mass_t / ROCK_T_PER_M3) ** (1.0 / 3.0))

    @property
    def underground(self) -> str:
        """Underground method of a cube, by dip and width."""
        if self.dip_deg < 20.0:
            return "UG_RP"
        return "UG_CF" if self.side_m < 10.0 else "UG_ST"


@dataclass(frozen=True)
class Plan:
    """Yearly tonnes of a mine: `ore`, `pit` (all rock moved in the pit) and `below` (underground).

    `capacity_t` is ore a year, `moved_t` the rate that sizes the fleet, `start` the years before
    the first ore, `depth_m` the depth of each year's underground face.
    """

    method: str
    capacity_t: float
    moved_t: float
    start: int
    ore: Array
    pit: Array
    below: Array
    depth_m: Array


def pit_volume(side: float, top: float, bottom: float) -> float:
    """Return the volume of a pit between two depths around a cube of ore, m3.

    The sum of what lies above the ore and of four walls and four quarter cones.
    """
    wall, cone = 2.0 * side * COTANGENT, np.pi / 3.0 * COTANGENT**2
    return float(
        side**2 * (bottom - top) + wall * (bottom**2 - top**2) + cone * (bottom**3 - top**3)
    )


def pit_area(side: float, depth: float, *, as_published: bool = False) -> float:
    """Return the area of a pit's slice: the derivative of `pit_volume` by its bottom, m2.

    As published, the walls are counted once and not twice, which makes the next slice too cheap
    and the switch to underground too deep.

    Examples
    --------
    >>> step = (pit_volume(300.0, 0.0, 200.001) - pit_volume(300.0, 0.0, 199.999)) / 0.002
    >>> round(step / pit_area(300.0, 200.0), 6)
    1.0
    >>> round(pit_area(300.0, 200.0, as_published=True) / pit_area(300.0, 200.0), 2)
    0.74
    """
    border = depth * COTANGENT
    walls = (2.0 if as_published else 4.0) * side * border
    return float(side**2 + walls + np.pi * border**2)


def underground_plan(body: Orebody, laws: Mapping[str, PowerLaw], cover_m: float) -> Plan:
    """Return the plan of an underground mine reached by a ramp through the cover."""
    method = body.underground
    capacity = DAYS_PER_YEAR * laws[f"TaylorsRule_{method}"].at(body.mass_t)
    ramp_t = ROCK_T_PER_M3 * RAMP_AREA_M2 * cover_m * np.sqrt(1.0 + 1.0 / RAMP_GRADE**2)
    start, below = _mined(body.mass_t, capacity, ramp_t / capacity)
    ore = below.copy()
    ore[:start] = 0.0
    depth = np.zeros(len(ore))
    depth[start - 1 :] = np.linspace(cover_m, cover_m + body.side_m, len(ore) + 1 - start)
    return Plan(method, capacity, capacity, start, ore, np.zeros(len(ore)), below, depth)


def _mined(mass_t: float, capacity: float, start_y: float) -> tuple[int, Array]:
    """Return the years before ore and yearly tonnes: access, full years, the rest in the last."""
    start = max(int(np.ceil(start_y)), 1)
    life = int(np.ceil(mass_t / capacity)) + start
    mined = np.zeros(life)
    if start_y > 1.0:
        whole = int(np.floor(start_y))
        mined[: whole - 1] = capacity
        mined[whole - 1] = capacity * (start_y - whole)
    else:
        mined[0] = capacity * start_y
    mined[start:-1] = capacity
    mined[-1] = mass_t - capacity * (life - start - 1)
    return start, mined


def pit_plan(body: Orebody, laws: Mapping[str, PowerLaw], cover_m: float) -> Plan:
    """Return the plan of a pit, which goes on underground where the next slice is cheaper so."""
    from scipy.optimize import brentq

    side = body.side_m
    capacity = DAYS_PER_YEAR * laws["TaylorsRule_OC"].at(body.mass_t)
    start_y = ROCK_T_PER_M3 * pit_volume(side, 0.0, cover_m) / capacity
    start, mined = _mined(body.mass_t, capacity, start_y)
    floor = cover_m + side
    below_cost = laws["MiningOpex_UG_ST"].at(capacity / 1e6)

    def moved(bottom: float) -> float:
        """Rock a year that keeps the mill full down to a depth."""
        share = side**2 * (bottom - cover_m) / (pit_volume(side, cover_m, bottom) + 1e-64)
        return capacity / (share + 1e-64)

    def gain(bottom: float) -> float:
        """By how much the next slice costs less by pit, per tonne of ore."""
        slice_ = pit_area(side, bottom, as_published=True) / side**2
        by_pit = laws["MiningOpex_OC"].at(moved(bottom) / 1e6) * slice_
        return below_cost + HAUL_PER_T_M * (bottom - HAUL_FREE_M) - by_pit

    switch = (floor if gain(floor) >= 0.0 else float(brentq(gain, cover_m, floor))) + 1e-3
    rate = moved(min(switch, floor))
    if switch >= floor:
        return _pit_only(body, capacity, rate, start, start_y, len(mined), cover_m)
    return _pit_then_below(body, capacity, rate, start, mined, cover_m, switch)


def _deepen(side: float, top: float, rate_t: float) -> float:
    """Return the pit's depth after a year's rock."""
    from scipy.optimize import brentq

    volume = rate_t / ROCK_T_PER_M3
    return float(brentq(lambda d: pit_volume(side, top, d) - volume, top, top + volume / side**2))


def _pit_only(
    body: Orebody, capacity: float, rate: float, start: int, start_y: float, life: int, cover: float
) -> Plan:
    """Return a pit that takes all of the ore."""
    side, top = body.side_m, cover
    pit = np.full(life, rate)
    pit[0] = rate * (start_y - np.floor(start_y))
    ore = np.zeros(life)
    for year in range(start, life - 1):
        bottom = _deepen(side, top, rate)
        ore[year] = (bottom - top) / side * body.mass_t
        top = bottom
    ore[-1] = body.mass_t - ore[:-1].sum()
    floor = cover + side
    pit[-1] = ore[-1] / (side**2 * (floor - top) / (pit_volume(side, top, floor) + 1e-64))
    return Plan("OC", capacity, rate, start, ore, pit, np.zeros(life), np.zeros(life))


def _pit_then_below(
    body: Orebody, capacity: float, rate: float, start: int, mined: Array, cover: float,
    switch: float,
) -> Plan:  # fmt: skip
    """Return a pit down to the switch and an underground mine from there."""
    side, life = body.side_m, len(mined)
    when = (switch - cover) / side * body.mass_t / capacity + start
    year, part = int(np.floor(when)), float(when - np.floor(when))
    ore = mined.copy()
    ore[:start] = 0.0
    below = np.zeros(life)
    below[year + 1 :] = ore[year + 1 :]
    below[year] = capacity * (1.0 - part)
    pit = np.zeros(life)
    pit[:year], pit[year] = rate, rate * part
    top = cover
    for earlier in range(start, year):
        bottom = _deepen(side, top, rate)
        ore[earlier] = (bottom - top) / side * body.mass_t
        top = bottom
    ore[year] = capacity * (when - start) - ore[:year].sum() + below[year]
    depth = np.zeros(life)
    depth[year:] = np.linspace(switch, cover + side, life - year)
    depth[year] = switch
    depth[-1] = cover + side
    return Plan("OCUG", capacity, rate, start, ore, pit, below, depth)


@dataclass(frozen=True)
class Mine:
    """What a plan yields and costs, before royalty and tax; `concentrate_t` by year."""

    accounts: Accounts
    concentrate_t: Array
    plan: Plan


def mine(
    body: Orebody, laws: Mapping[str, PowerLaw], plan: Plan, *, overhead: float = 0.14
) -> Mine:
    """Return the money and the concentrate of a plan.

    Parameters
    ----------
    body, laws, plan
        The orebody, the power laws by name, and how it is mined.
    overhead
        Share of general and administrative cost in all cost.
    """
    milled = _milled(plan)
    method = plan.method
    dig = laws["MiningOpex_OC"] if method.startswith("OC") else laws["MiningOpex_UG"]
    deep = laws["MiningOpex_UG_ST"].at(plan.capacity_t / 1e6) if method == "OCUG" else 0.0
    if not method.startswith("OC"):
        deep = dig.at(plan.moved_t / 1e6)
    haul = HAUL_PER_T_M * (plan.depth_m - HAUL_FREE_M)
    mining = plan.pit * dig.at(plan.moved_t / 1e6) + plan.below * (deep + haul)
    digging = np.zeros(len(mining))
    digging[0] = laws[f"MiningCapex_{method.removesuffix('UG') or method}"].at(plan.moved_t / 1e6)
    digging[: plan.start] += mining[: plan.start]
    mining[: plan.start] = 0.0
    milling = milled * laws[f"ProcessingOpex_{body.metal}"].at(plan.capacity_t / 1e6)
    mill = np.zeros(len(mining))
    mill[0] = laws[f"ProcessingCapex_{body.metal}"].at(plan.capacity_t / 1e6)
    general = (mining + digging + milling + mill) * overhead / (1.0 - overhead)
    running = mining + milling + general
    grow = (1.0 + INFLATION) ** np.arange(len(mining))
    capex = (digging + mill + SUSTAINING_SHARE * running) * grow
    opex = (1.0 - SUSTAINING_SHARE) * running * grow
    left = np.arange(len(mining), 0, -1)
    revenue = milled * _value_per_t(body) * grow
    accounts = Accounts(
        revenue, opex, capex, np.cumsum(capex / left),
        revenue - milling - general / 3.0 - np.cumsum(mill / left),
    )  # fmt: skip
    return Mine(accounts, (1.0 - PROCESSING_LOSS) * milled / _concentration(body), plan)


def _milled(plan: Plan) -> Array:
    """Return ore through the mill: what is above its capacity waits for the next year."""
    milled, waiting = np.zeros(len(plan.ore)), 0.0
    for year, mined in enumerate(plan.ore[:-1]):
        milled[year] = min(waiting + mined, plan.capacity_t)
        waiting = waiting + mined - milled[year]
    milled[-1] = waiting + plan.ore[-1]
    return milled


def _value_per_t(body: Orebody) -> float:
    """Return what a tonne of diluted ore brings."""
    value = sum(
        share / (1.0 + DILUTION) * body.prices_per_t[metal] for metal, share in body.shares.items()
    )
    return float(value * (1.0 - PROCESSING_LOSS) * (1.0 - REFINER.get(body.metal, 0.10)))


def _concentration(body: Orebody) -> float:
    """Return the least tonnes of ore in a tonne of concentrate that the market takes."""
    factors = [
        max(CONCENTRATE[metal] / (share / (1.0 + DILUTION)), 1.0)
        for metal, share in body.shares.items()
        if metal in CONCENTRATE
    ]
    return min(factors)
