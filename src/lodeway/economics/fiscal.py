"""The fiscal engine: what state and investor receive, year by year, in every possible world.

Conventions: money is real and falls at year ends; the cost bank takes the year's opex and capex
before recovery; R is cumulative investor revenue over cumulative cost at the start of the year;
straight-line depreciation starts with the first year of revenue; declining balance writes the rest
off in the last year; losses are used oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.regime import Regime
from lodeway.errors import LodewayError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ledger:
    """Every column of a fiscal ledger, each of shape ``(draw, year)``, in USD.

    `state_take` is `royalty` + `gov_share` + `tax` + `rrt` + `dividend` + `withholding`;
    `investor_ncf` is what is left of revenue less costs for the private investor.
    """

    royalty: Array
    cost_recovery: Array
    cost_bank: Array
    profit_pool: Array
    gov_rate: Array
    r_factor: Array
    gov_share: Array
    depreciation: Array
    taxable: Array
    loss_used: Array
    tax: Array
    rrt: Array
    dividend: Array
    withholding: Array
    investor_ncf: Array

    @property
    def taxes(self) -> Array:
        """Royalties, profit tax, rent tax and withholding."""
        return self.royalty + self.tax + self.rrt + self.withholding

    @property
    def state_take(self) -> Array:
        """All that the state receives."""
        return self.taxes + self.gov_share + self.dividend


def depreciation(regime: Regime, revenue: Array, capex: Array) -> Array:
    """Return the yearly depreciation of capital, ``(draw, year)``.

    Straight line: each year's capital over `dep_years`, from the year of first revenue or of the
    spending, whichever is later. Declining balance: a share of the balance every year, and the
    rest in the last year of the table. A regime that names no method has no depreciation.

    Examples
    --------
    >>> regime = Regime("royalty", dep="sl", dep_years=2)
    >>> depreciation(regime, np.array([[0.0, 9.0, 9.0, 9.0]]), np.array([[10.0, 0.0, 4.0, 0.0]]))
    array([[0., 5., 7., 2.]])
    """
    draws, years = revenue.shape
    found = np.zeros((draws, years))
    first = np.where((revenue > 0.0).any(axis=1), np.argmax(revenue > 0.0, axis=1), years)
    if regime.dep == "db":
        balance = np.zeros(draws)
        for year in range(years):
            balance = balance + capex[:, year]
            share = 1.0 if year == years - 1 else regime.dep_rate
            used = np.where(year >= first, balance * share, 0.0)
            found[:, year] = used
            balance = balance - used
        return found
    if not regime.dep:
        return found
    life = max(int(regime.dep_years), 1)
    for spent in range(years):
        start = np.maximum(first, spent)
        for year in range(spent, years):
            on = (year >= start) & (year < start + life)
            found[:, year] += np.where(on, capex[:, spent] / life, 0.0)
    return found


class _Losses:
    """Losses by age, used oldest first; those too old lapse."""

    def __init__(self, draws: int, life: int | None) -> None:
        self.life = life
        self.pots: list[Array] = []
        self.draws = draws

    def use(self, profit: Array) -> Array:
        """Return how much of the stored losses this year's profit uses, and store a new loss."""
        if self.life is not None:
            self.pots = self.pots[-self.life :] if self.life else []
        room = np.maximum(profit, 0.0)
        used = np.zeros(self.draws)
        for number, pot in enumerate(self.pots):
            part = np.minimum(pot, room)
            self.pots[number] = pot - part
            room, used = room - part, used + part
        self.pots.append(np.maximum(-profit, 0.0))
        return used


def run_regime(
    regime: Regime, revenue: Array, opex: Array, capex: Array, metal_t: Array | None = None
) -> Ledger:
    """Return the ledger of a project under a regime.

    Parameters
    ----------
    regime
        The terms.
    revenue, opex, capex
        USD, shape ``(draw, year)``.
    metal_t
        Tonnes of metal sold, for a fixed royalty.

    Raises
    ------
    LodewayError
        With code ``balance`` when state and investor do not share exactly what there is.
    """
    draws, years = revenue.shape
    table = {name: np.zeros((draws, years)) for name in Ledger.__dataclass_fields__}
    table["depreciation"] = depreciation(regime, revenue, capex)
    bank, got, spent = np.zeros(draws), np.zeros(draws), np.zeros(draws)
    losses, rent = _Losses(draws, regime.loss_years), np.zeros(draws)
    zero = np.zeros(draws)
    for year in range(years):
        income, cost, capital = revenue[:, year], opex[:, year], capex[:, year]
        royalty = _royalty(regime, income, cost, table["depreciation"][:, year])
        if regime.royalty_usd_per_t_metal and metal_t is not None:
            royalty = royalty + regime.royalty_usd_per_t_metal * metal_t[:, year]
        share = zero
        if regime.kind in {"psa", "rfactor"}:
            bank = bank + cost + capital
            room = np.maximum(regime.cost_cap * (income - royalty), 0.0)
            recovered = np.minimum(bank, room)
            bank = bank - recovered
            pool = income - royalty - recovered
            ratio = zero
            if regime.kind == "rfactor":
                ratio = np.divide(got, spent, out=np.zeros(draws), where=spent > 0.0)
            rate = _gov_rate(regime, ratio)
            share = pool * rate
            table["cost_recovery"][:, year], table["cost_bank"][:, year] = recovered, bank
            table["profit_pool"][:, year], table["gov_rate"][:, year] = pool, rate
            table["r_factor"][:, year] = ratio
        profit = income - royalty - share - cost - table["depreciation"][:, year]
        used = losses.use(profit)
        tax = regime.tax * np.maximum(profit - used, 0.0)
        if regime.tax_bearer == "state":
            share = share - tax  # paid out of the state's share: the company is held harmless
        cash = income - royalty - share - tax - cost - capital
        rent_tax = zero
        if regime.rrt:
            rent = rent * (1.0 + regime.rrt_uplift) + cash
            rent_tax = regime.rrt * np.maximum(rent, 0.0)
            rent = np.minimum(rent, 0.0)
        left = cash - rent_tax
        dividend = regime.state_equity * np.maximum(left, 0.0)
        withheld = regime.withholding * np.maximum(left - dividend, 0.0)
        got = got + income - royalty - share - tax
        spent = spent + cost + capital
        row = {
            "royalty": royalty, "gov_share": share, "taxable": profit, "loss_used": used,
            "tax": tax, "rrt": rent_tax, "dividend": dividend, "withholding": withheld,
            "investor_ncf": left - dividend - withheld,
        }  # fmt: skip
        for name, value in row.items():
            table[name][:, year] = value
    ledger = Ledger(**table)
    _check(ledger, revenue - opex - capex, revenue + opex + capex)
    return ledger


def _royalty(regime: Regime, income: Array, cost: Array, worn: Array) -> Array:
    """Return the royalty: flat, or rising with profit over revenue, and the part on profit."""
    rate = np.full_like(income, regime.royalty)
    profit = np.maximum(income - cost - worn, 0.0)
    if regime.royalty_divisor:
        margin = np.divide(profit, income, out=np.zeros_like(income), where=income > 0.0)
        rate = regime.royalty_floor + margin / regime.royalty_divisor
    royalty = rate * np.maximum(income, 0.0)
    if regime.profit_royalty:
        left = np.maximum(profit - royalty, 0.0)
        above = left > regime.profit_royalty_from * income
        royalty = royalty + np.where(above, regime.profit_royalty * left, 0.0)
    return royalty


def _gov_rate(regime: Regime, ratio: Array) -> Array:
    if regime.kind == "psa":
        return np.full_like(ratio, regime.gov_profit_share)
    rate = np.full_like(ratio, regime.bands[-1][1])
    for upper, share in reversed(regime.bands[:-1]):
        rate = np.where(ratio < (upper or 0.0), share, rate)
    return rate


def _check(ledger: Ledger, cash: Array, size: Array) -> None:
    """State and investor together hold what the project earned."""
    error = np.abs(ledger.state_take + ledger.investor_ncf - cash)
    if error.size and float(error.max()) > 1e-9 * max(1.0, float(np.abs(size).max())):
        raise LodewayError("balance", "fiscal ledger", float(error.max()), "shares that sum up")


def npv(flows: Array, rate: float, *, when: str = "end") -> Array:
    """Return the net present value of yearly flows over the last axis.

    ``end``: the first flow is discounted by a year; ``mid``: by half a year.

    Examples
    --------
    >>> round(float(npv(np.array([-10000.0, 3000.0, 4200.0, 6800.0]), 0.10)), 2)
    1188.44
    """
    if when not in {"end", "mid"}:
        raise LodewayError("bad-argument", "when", repr(when), "end or mid")
    shift = 1.0 if when == "end" else 0.5
    factors = np.power(1.0 + rate, -(np.arange(flows.shape[-1]) + shift))
    return np.asarray(flows @ factors)


def irr_roots(flows: Array) -> list[float]:
    """Return every internal rate of return above -1 of one yearly flow, in order.

    All real roots of the polynomial in ``1 / (1 + rate)`` by its companion matrix, each polished
    with Newton's method. None, one or several: whoever needs one has to say which.

    Examples
    --------
    >>> [round(root, 10) for root in irr_roots(np.array([-100.0, 230.0, -132.0]))]
    [0.1, 0.2]
    >>> irr_roots(np.array([-100.0, -1.0]))
    []
    """
    values = np.trim_zeros(np.asarray(flows, dtype=np.float64))
    if len(values) < 2 or not ((values > 0.0).any() and (values < 0.0).any()):
        return []
    scale = np.abs(values).max()
    rising = values[::-1] / scale  # highest power of the discount factor first
    slope = np.polyder(rising)
    found: set[float] = set()
    for root in np.roots(rising):
        if abs(root.imag) > 1e-7 * max(1.0, abs(root)) or root.real <= 1e-9:
            continue
        x = float(root.real)
        for _ in range(8):
            steep = float(np.polyval(slope, x))
            if steep == 0.0:
                break
            x -= float(np.polyval(rising, x)) / steep
        size = float(np.sum(np.abs(rising)))
        if x > 0.0 and abs(float(np.polyval(rising, x))) < 1e-9 * size:
            found.add(round(1.0 / x - 1.0, 12))
    return sorted(found)
