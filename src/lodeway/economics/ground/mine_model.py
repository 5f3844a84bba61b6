"""From a deposit under cover to a mine: size, life, rock moved, capital and running cost.

Capacity follows Taylor's rule as refitted by Long (2009, "A test and re-calibration of Taylor's
rule to estimate operating rate of mines", U.S. Geological Survey Open-File Report 2009-1189, doi
10.3133/ofr20091189): a power of the ore. Costs are powers of capacity about a stated size, the
form of O'Hara (1980, "Quick guides to the evaluation of orebodies", CIM Bulletin 73) and of the
U.S. Bureau of Mines (Camm 1991, Information Circular 9298). Everything is smooth in the cover, so
that it can be tabulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.settings import Ground, Method

Array = NDArray[np.float64]

DAYS_PER_YEAR = 350.0
ROCK_T_PER_M3 = 2.7
REFERENCE_ORE_T = 1e8  # ore to which a method's `ore_t_per_d` belongs
REFERENCE_T_PER_D = 1e4  # rate to which costs belong


@dataclass(frozen=True)
class Deposit:
    """One deposit: ore and grades in per cent by element; the first element leads."""

    ore_t: float
    grades_pct: Mapping[str, float]


@dataclass(frozen=True)
class Yield:
    """What a tonne of ore gives: tonnes of dry product, and its content by element."""

    product_t: float
    content: Mapping[str, float]


def ore_yield(ground: Ground, world: int, deposit: Deposit) -> Yield:
    """Return the product of a tonne of ore, by the leading element's balance.

    Ore that is richer than the concentrate is sold as it is.
    """
    lead = next(iter(deposit.grades_pct))
    grade = ground.plant["concentrate_pct"][world] / 100.0
    recovered = {
        element: share / 100.0 * float(ground.recovery[element][world])
        for element, share in deposit.grades_pct.items()
        if element in ground.recovery
    }
    product = min(recovered[lead] / grade, 1.0)
    return Yield(product, {element: kept / product for element, kept in recovered.items()})


@dataclass(frozen=True)
class Site:
    """A mine by one method at n covers; shapes ``(n,)`` where it depends on the cover.

    `shares` is the share of full output by year of production, ``(year,)``.
    """

    ore_t_per_y: float
    shares: Array
    capex_usd: Array
    opex_usd_per_t_ore: Array
    sustaining_usd_per_t_ore: float
    left_out: float


def mine_site(ground: Ground, method: Method, world: int, deposit: Deposit, cover_m: Array) -> Site:
    """Return what a mine on the deposit costs at some covers.

    The ore body is a flat box, its height a share of its width; an open pit takes it whole behind
    walls of the study's slope, with the rock above it stripped before the first ore; underground
    pays for every metre of depth. Ore that is left after the horizon is not counted (`left_out`
    is its share).
    """
    take, plant = method.draws, ground.plant
    ore_t = deposit.ore_t * float(take["ore_recovered_share"][world])
    rate = float(
        take["ore_t_per_d"][world]
        * (deposit.ore_t / REFERENCE_ORE_T) ** take["taylor_power"][world]
    )
    size = rate / REFERENCE_T_PER_D
    yearly = rate * DAYS_PER_YEAR
    life = ore_t / yearly
    years = min(int(np.ceil(life)), ground.horizon_years)
    shares = np.clip(life - np.arange(years), 0.0, 1.0)
    mill = plant["mill_capex_usd"][world] * size ** plant["mill_capex_power"][world]
    milling = plant["mill_opex_usd_per_t"][world] * size ** plant["mill_opex_power"][world]
    digging = _pit if method.kind == "pit" else _underground
    capital, mining = digging(ground, method, world, deposit, rate, cover_m)
    overhead = 1.0 / (1.0 - float(plant["overhead_share"][world]))
    return Site(
        yearly, shares, mill + capital, (milling + mining) * overhead,
        float(plant["sustaining_usd_per_t_ore"][world]), 1.0 - min(float(shares.sum()) / life, 1.0),
    )  # fmt: skip


def _box(ground: Ground, world: int, deposit: Deposit) -> tuple[float, float]:
    """Return width and height of the ore body, m."""
    flat = float(ground.plant["height_per_width"][world])
    width = (deposit.ore_t / ROCK_T_PER_M3 / flat) ** (1.0 / 3.0)
    return width, width * flat


def opened_m3(width: float, depth_m: Array, slope_deg: float) -> Array:
    """Return the rock within a pit of a square floor down to a depth.

    The floor's column, four walls and four quarter cones; its derivative by depth is the area of
    the slice, walls counted on both sides.

    Examples
    --------
    >>> float(opened_m3(10.0, np.array(2.0), 90.0))
    200.0
    """
    back = 1.0 / np.tan(np.radians(slope_deg))
    return np.asarray(
        width**2 * depth_m + 2.0 * width * back * depth_m**2 + np.pi / 3.0 * back**2 * depth_m**3
    )


def _pit(
    ground: Ground, method: Method, world: int, deposit: Deposit, rate: float, cover_m: Array
) -> tuple[Array, Array]:
    """Return capital and mining cost per tonne of ore of an open pit."""
    take = method.draws
    width, height = _box(ground, world, deposit)
    above = opened_m3(width, cover_m, ground.slope_deg) * ROCK_T_PER_M3
    rock = opened_m3(width, cover_m + height, ground.slope_deg) * ROCK_T_PER_M3
    moved = np.maximum(rock - above, deposit.ore_t) / deposit.ore_t  # t of rock per t of ore
    size = rate * moved / REFERENCE_T_PER_D
    per_t = take["mine_opex_usd_per_t"][world] * size ** take["mine_opex_power"][world]
    fleet = take["mine_capex_usd"][world] * size ** take["mine_capex_power"][world]
    return fleet + above * per_t, moved * per_t


def _underground(
    ground: Ground, method: Method, world: int, deposit: Deposit, rate: float, cover_m: Array
) -> tuple[Array, Array]:
    """Return capital and mining cost per tonne of ore of an underground mine."""
    take = method.draws
    _, height = _box(ground, world, deposit)
    size = rate / REFERENCE_T_PER_D
    depth = cover_m + height
    fleet = take["mine_capex_usd"][world] * size ** take["mine_capex_power"][world]
    per_t = take["mine_opex_usd_per_t"][world] * size ** take["mine_opex_power"][world]
    haul = take["haul_usd_per_t_m"][world] * depth
    return fleet + take["access_usd_per_m"][world] * depth, per_t + haul
