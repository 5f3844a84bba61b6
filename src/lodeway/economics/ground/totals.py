"""What the undiscovered deposits of a province are worth in all, and how sure that is.

In every possible world prices, tariffs and costs are the same everywhere; how many deposits there
are, where they lie and what each holds are its own. Deposits of one world differ from each other,
so that their chances even out; the world's prices do not, so that the total stays uncertain. Every
scenario meets the same worlds and the same deposits: differences are paired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.deposits import DepositCount
from lodeway.economics.ground.province import Province
from lodeway.economics.ground.rasters import sample_cells
from lodeway.economics.ground.tables import in_threads
from lodeway.economics.ground.valuer import Deposits, Sites
from lodeway.randomness import uniform

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Totals:
    """Sums over the deposits of each world, ``(scenario, draw)``.

    `owner` and `state` in USD: only what somebody would build; `mines` is how many.
    """

    owner: Array
    state: Array
    mines: Array
    deposits: Array


def province_totals(province: Province, count: DepositCount, seed: int, threads: int) -> Totals:
    """Return the totals: every deposit valued by the full ledger, no table.

    Parameters
    ----------
    province
        The province.
    count
        The law of the number of undiscovered deposits.
    seed, threads
        Key of the random numbers, and how many threads.
    """
    draws = province.draws
    order = np.argsort(uniform(seed, "ground", "deposits", draws))
    number = count.quantile((np.argsort(order) + 0.5) / draws)
    shape = (len(province.scenarios), draws)
    totals = Totals(np.zeros(shape), np.zeros(shape), np.zeros(shape), number.astype(float))
    for rank in range(int(number.max(initial=0))):
        _add_rank(province, totals, rank, np.flatnonzero(number > rank), seed, threads)
    return totals


def _add_rank(
    province: Province, totals: Totals, rank: int, worlds: NDArray[np.int64], seed: int,
    threads: int,
) -> None:  # fmt: skip
    """Add the next deposit of every world that has one."""
    ground = province.ground
    names = ("ore", *province.model.elements)
    u = np.column_stack(
        [uniform(seed, "ground deposit", f"{rank} {name}", province.draws) for name in names]
    )
    ore, grades = province.model.draw(u)
    deposits = Deposits(ore, {name: grades[:, i] for i, name in enumerate(names[1:])})
    value = province.valuer.value_of_product(deposits)
    place = uniform(seed, "ground place", str(rank), province.draws)
    rasters = list(province.grid.kinds)
    cells = sample_cells(province.grid, ground.cover, ground.favourable, place, rasters)

    def one(item: int) -> tuple[Array, Array]:
        world = int(worlds[item])
        here = {name: values[world] for name, values in cells.items()}
        return _best(province, world, deposits, value[:, :, world], here)

    for item, (owner, state) in enumerate(in_threads(one, range(len(worlds)), threads)):
        world, built = worlds[item], owner > 0.0
        totals.owner[:, world] += np.where(built, owner, 0.0)
        totals.state[:, world] += np.where(built, state, 0.0)
        totals.mines[:, world] += built


def _best(
    province: Province, world: int, deposits: Deposits, value: Array, here: dict[str, float]
) -> tuple[Array, Array]:
    """Return the value to owner and state by the best corridor, ``(scenario,)``."""
    sites = sites_of(province, world, {name: np.array([x]) for name, x in here.items()})
    scenarios, corridors = province.base.shape[0], province.base.shape[2]
    flat = Sites(sites.freight.ravel(), sites.spur_usd.ravel(), sites.cover_m.ravel())
    open_ = np.isfinite(flat.freight) & np.isfinite(flat.spur_usd)
    owner, state = np.full(len(open_), -np.inf), np.zeros(len(open_))
    if open_.any():
        some = Sites(flat.freight[open_], flat.spur_usd[open_], flat.cover_m[open_])
        worth = province.valuer.worth(world, deposits.at(world), value, some)
        owner[open_], state[open_] = worth.owner, worth.state
    best = np.argmax(owner.reshape(scenarios, corridors), axis=1)
    place = np.arange(scenarios) * corridors + best
    return owner[place], state[place]


def sites_of(province: Province, world: int, cells: dict[str, Array]) -> Sites:
    """Return cells as places, by scenario and corridor: ``(scenario, corridor, cell)``.

    Freight is less what the corridor's market pays above the reference terms; NaN or infinite
    where no road leads.
    """
    ground = province.ground
    count = len(next(iter(cells.values())))
    shape = (*province.base[:, world].shape, count)
    freight, spur = np.empty(shape), np.zeros(shape)
    for number, corridor in enumerate(ground.corridors):
        km = _km(cells[corridor.raster])
        freight[:, number] = province.base[:, world, number, None] + province.haul[world] * km
        for item in ground.infrastructure:
            if not item.only_for or corridor.name in item.only_for:
                spur[:, number] += item.usd_per_km[world] * _km(cells[item.raster])
    cover = np.broadcast_to(cells[ground.cover], shape)
    return Sites(freight, spur, np.asarray(cover))


def _km(values: Array) -> Array:
    return np.where(np.isnan(values), np.inf, values)
