"""What a mine is worth to its owner before it is built: the full ledger over all later prices.

The owner knows the deposit, its costs, the terms of sale, the tariff and today's price; later
prices are shocks. For each possible world the ledger is run along every later path, and the mean
of its present values is E[NPV | known]: what a decision can rest on. The better of the methods is
chosen by that mean, not path by path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import regime_values
from lodeway.economics.ground.market import delivered
from lodeway.economics.ground.mine_model import Deposit, Site, mine_site, ore_yield
from lodeway.economics.ground.settings import Ground
from lodeway.economics.regime import Regime
from lodeway.economics.terms import Terms

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Deposits:
    """One deposit a world: ore ``(draw,)`` and grades in per cent by element, ``(draw,)`` each."""

    ore_t: Array
    grades_pct: Mapping[str, Array]

    def at(self, world: int) -> Deposit:
        """Return the deposit of one world."""
        return Deposit(
            float(self.ore_t[world]),
            {element: float(values[world]) for element, values in self.grades_pct.items()},
        )


@dataclass(frozen=True)
class Sites:
    """Places of one world: freight USD per dry t, spur capital USD, cover m; each ``(n,)``."""

    freight: Array
    spur_usd: Array
    cover_m: Array


@dataclass(frozen=True)
class Worth:
    """Expected value of a mine at n places, USD, ``(n,)``.

    `owner` is E[NPV | known] of the better method; `state` what the states then receive; `upper`
    the mean of max(0, NPV) over paths, which counts hindsight as skill; `capex` what is built.
    """

    owner: Array
    state: Array
    upper: Array
    capex: Array


@dataclass(frozen=True)
class Valuer:
    """Everything that a value needs apart from the place.

    Attributes
    ----------
    ground
        The section ``[ground]`` with its draws.
    regime, discount_rate
        Fiscal terms and the owner's real rate.
    terms, prices
        Terms of sale, and later prices ``(path, year, draw)`` in USD per tonne by name.
    lead_price
        Name of the price that a sliding royalty looks at.
    """

    ground: Ground
    regime: Regime
    discount_rate: float
    terms: Terms
    prices: Mapping[str, Array]
    lead_price: str

    @cached_property
    def draws(self) -> int:
        """How many possible worlds."""
        return int(next(iter(self.prices.values())).shape[2])

    def value_of_product(self, deposits: Deposits) -> Array:
        """Return the delivered value of each world's product, ``(path, year, draw)``."""
        yields = [ore_yield(self.ground, k, deposits.at(k)) for k in range(self.draws)]
        content = {
            element: np.array([found.content[element] for found in yields])
            for element in yields[0].content
        }
        return delivered(self.terms, content, self.prices)

    def worth(
        self, world: int, deposit: Deposit, value: Array, sites: Sites, *, premium: float = 0.0
    ) -> Worth:
        """Return the value of one world's deposit at n places, by the better method.

        Parameters
        ----------
        world
            Number of the possible world.
        deposit
            Its deposit.
        value
            Delivered value of the product, ``(path, year)``, USD per dry t.
        sites
            The places.
        premium
            What another market pays above that, USD per dry t.
        """
        found = self.by_method(world, deposit, value + premium, sites)
        best = np.argmax(np.stack([worth.owner for worth in found]), axis=0)

        def pick(name: str) -> Array:
            table = np.stack([getattr(worth, name) for worth in found])
            return np.asarray(np.take_along_axis(table, best[None], axis=0)[0])

        return Worth(pick("owner"), pick("state"), pick("upper"), pick("capex"))

    def by_method(self, world: int, deposit: Deposit, value: Array, sites: Sites) -> list[Worth]:
        """Return the value of one world's deposit at n places, by each method in turn."""
        return [
            self._one_method(number, world, deposit, value, sites)
            for number in range(len(self.ground.methods))
        ]

    def _one_method(
        self, number: int, world: int, deposit: Deposit, value: Array, sites: Sites
    ) -> Worth:
        site = mine_site(self.ground, self.ground.methods[number], world, deposit, sites.cover_m)
        revenue, opex, capex, metal, price = self._flows(world, deposit, value, sites, site)
        paths, count = len(value), len(sites.freight)
        values = regime_values(
            self.regime, revenue, opex, capex, rate=self.discount_rate, metal_t=metal, price=price
        )
        by_path = values.investor.reshape(count, paths)
        return Worth(
            by_path.mean(axis=1),
            values.state.reshape(count, paths).mean(axis=1),
            np.maximum(by_path, 0.0).mean(axis=1),
            site.capex_usd + sites.spur_usd,
        )

    def _flows(
        self, world: int, deposit: Deposit, value: Array, sites: Sites, site: Site
    ) -> tuple[Array, Array, Array, Array, Array]:
        """Return yearly flows, a row for each place and path: ``(place * path, year)``."""
        build, last = self.ground.build_years, len(site.shares)
        paths, count, years = len(value), len(sites.freight), build + last
        shape = (count, paths, years)
        given = ore_yield(self.ground, world, deposit)
        tonnes = site.ore_t_per_y * given.product_t * site.shares
        ore = site.ore_t_per_y * site.shares
        revenue, opex, capex = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        net = value[None, :, build:years] - sites.freight[:, None, None]
        revenue[:, :, build:] = net * tonnes
        opex[:, :, build:] = (site.opex_usd_per_t_ore[:, None] * ore)[:, None]
        capex[:, :, :build] = ((site.capex_usd + sites.spur_usd) / build)[:, None, None]
        capex[:, :, build:] = site.sustaining_usd_per_t_ore * ore
        metal, price = np.zeros(shape), np.empty(shape)
        metal[:, :, build:] = tonnes * next(iter(given.content.values()))
        price[:] = self.prices[self.lead_price][:, :years, world]
        flat = (count * paths, years)
        return (revenue.reshape(flat), opex.reshape(flat), capex.reshape(flat),
                metal.reshape(flat), price.reshape(flat))  # fmt: skip
