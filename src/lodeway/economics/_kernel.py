"""The fiscal recursion, compiled: one project in one possible world, year by year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.economics._compiled import compiled
from lodeway.economics.regime import Regime

Array = NDArray[np.float64]

#: Rows of a ledger table, in order.
ROWS = (
    "royalty", "cost_recovery", "cost_bank", "profit_pool", "gov_rate", "r_factor", "gov_share",
    "depreciation", "taxable", "loss_used", "tax", "rrt", "dividend", "withholding",
    "investor_ncf", "bonus", "export_duty",
)  # fmt: skip
(_ROYALTY, _RECOVERY, _BANK, _POOL, _RATE, _RATIO, _SHARE, _WORN, _TAXABLE, _USED, _TAX, _RRT,
 _DIVIDEND, _WITHHELD, _INVESTOR, _BONUS, _DUTY) = range(len(ROWS))  # fmt: skip
#: Terms of a regime as the kernel takes them, in order; the first are words as numbers.
_TERMS = (
    "kind", "dep", "from_revenue", "state_bears", "loss_years", "cost_carry_years", "dep_years",
    "cost_cap", "gov_profit_share", "cost_uplift", "signature_bonus_usd", "production_bonus_usd",
    "royalty", "royalty_floor", "royalty_divisor", "profit_royalty", "profit_royalty_from",
    "royalty_usd_per_t_metal", "export_duty", "tax", "dep_rate", "rrt", "rrt_uplift",
    "state_equity", "withholding",
)  # fmt: skip
(_KIND, _DEP, _FROM_REVENUE, _STATE_BEARS, _LOSS_YEARS, _CARRY_YEARS, _DEP_YEARS, _CAP, _GOV,
 _UPLIFT, _SIGNATURE, _PRODUCTION, _FLAT, _FLOOR, _DIVISOR, _PROFIT, _PROFIT_FROM, _PER_T, _EXPORT,
 _TAX_RATE, _DEP_RATE, _RRT_RATE, _RRT_UPLIFT, _EQUITY, _WITHHOLDING,
) = range(len(_TERMS))  # fmt: skip
_SL, _DB, _UOP = 1.0, 2.0, 3.0
_ROYALTY_ONLY, _RFACTOR = 0.0, 2.0
_EVER = 1e9


def packed(regime: Regime) -> tuple[Array, Array, Array]:
    """Return a regime as plain arrays: terms, bands of R, bands of price; ``(band, 2)``."""
    words = {
        "kind": {"royalty": _ROYALTY_ONLY, "psa": 1.0, "rfactor": _RFACTOR}[regime.kind],
        "dep": {"": 0.0, "sl": _SL, "db": _DB, "uop": _UOP}[regime.dep],
        "from_revenue": float(regime.wears_from_revenue),
        "state_bears": float(regime.tax_bearer == "state"),
        "loss_years": _EVER if regime.loss_years is None else float(regime.loss_years),
        "cost_carry_years": _EVER
        if regime.cost_carry_years is None
        else float(regime.cost_carry_years),
    }
    terms = [words[name] if name in words else float(getattr(regime, name)) for name in _TERMS]
    tables = [
        np.array(
            [(np.inf if upper is None else upper, share) for upper, share in bands], dtype=float
        ).reshape(-1, 2)
        for bands in (regime.bands, regime.price_bands)
    ]
    return np.array(terms), tables[0], tables[1]


@compiled
def _in_band(bands: Array, value: float) -> float:
    for row in range(len(bands)):
        if value < bands[row, 0]:
            return float(bands[row, 1])
    return float(bands[-1, 1])


@compiled
def first_year(revenue: Array) -> int:
    """Return the first year of revenue, or the number of years where there is none."""
    for year in range(len(revenue)):
        if revenue[year] > 0.0:
            return year
    return len(revenue)


@compiled
def wear(terms: Array, revenue: Array, capex: Array, units: Array, worn: Array) -> None:
    """Write the yearly depreciation of capital into `worn`."""
    years = len(revenue)
    first = first_year(revenue) if terms[_FROM_REVENUE] else 0
    worn[:] = 0.0
    method, life = terms[_DEP], int(max(terms[_DEP_YEARS], 1.0))
    if method == _SL:
        for spent in range(years):
            if capex[spent] != 0.0:
                start = max(first, spent)
                for year in range(start, min(start + life, years)):
                    worn[year] += capex[spent] / life
        return
    balance, ahead = 0.0, 0.0
    if method == _UOP:  # units still to come, summed from the end so that small ones are kept
        for back in range(years):
            ahead += units[years - 1 - back]
            worn[years - 1 - back] = ahead
    for year in range(years):
        balance += capex[year]
        share = 0.0
        if method == _DB and year >= first:
            share = 1.0 if year == years - 1 else terms[_DEP_RATE]
        if method == _UOP and worn[year] > 0.0:
            share = units[year] / worn[year]
        worn[year] = balance * share
        balance -= worn[year]


@compiled
def _oldest(year: int, life: float) -> int:
    """Return the first pot that still counts; what never lapses is all in that of the last year."""
    return max(year - 1, 0) if life >= _EVER else int(max(0.0, year - life))


@compiled
def _use(pots: Array, first: int, last: int, most: float) -> float:
    """Take up to `most` out of the pots of some years, oldest first."""
    used = 0.0
    for year in range(first, last):
        part = min(pots[year], most - used)
        if part > 0.0:
            pots[year] -= part
            used += part
    return used


@compiled
def _royalty(terms: Array, price_bands: Array, income: float, profit: float, price: float) -> float:
    rate = terms[_FLAT]
    if len(price_bands) > 0 and price == price:  # noqa: PLR0124  a price is there
        rate = _in_band(price_bands, price)
    if terms[_DIVISOR] > 0.0:
        margin = profit / income if income > 0.0 else 0.0
        rate = terms[_FLOOR] + margin / terms[_DIVISOR]
    royalty = rate * max(income, 0.0)
    if terms[_PROFIT] > 0.0:
        left = max(profit - royalty, 0.0)
        if left > terms[_PROFIT_FROM] * income:
            royalty += terms[_PROFIT] * left
    return float(royalty)


@compiled
def _share(
    terms: Array, bands: Array, bank: Array, year: int, cost: float, net: float, ratio: float,
    table: Array,
) -> float:  # fmt: skip
    """Recover costs from production, write what that leaves, and return the state's share."""
    oldest = _oldest(year, terms[_CARRY_YEARS])
    for back in range(oldest, year):
        bank[back] *= 1.0 + terms[_UPLIFT]
    bank[year] = cost
    if terms[_CARRY_YEARS] >= _EVER and year > 0:
        bank[year], oldest = bank[year] + bank[year - 1], year
    recovered = _use(bank, oldest, year + 1, max(terms[_CAP] * net, 0.0))
    left = 0.0
    for back in range(oldest, year + 1):
        left += bank[back]
    rate = terms[_GOV]
    if terms[_KIND] == _RFACTOR:
        rate = _in_band(bands, ratio)
        table[_RATIO, year] = ratio
    table[_RECOVERY, year], table[_BANK, year] = recovered, left
    table[_POOL, year], table[_RATE, year] = net - recovered, rate
    return float((net - recovered) * rate)


@compiled
def project(
    terms: Array,
    bands: Array,
    price_bands: Array,
    revenue: Array,
    opex: Array,
    capex: Array,
    metal: Array,
    price: Array,
    table: Array,
    pots: Array,
) -> None:
    """Write the ledger of one project in one world into `table`, ``(row, year)``.

    `pots` is room for ``(2, year)`` numbers. All else is by year.
    """
    years = len(revenue)
    first = first_year(revenue)
    table[:] = 0.0
    wear(terms, revenue, capex, metal, table[_WORN])
    bank, losses = pots[0], pots[1]
    got, spent, rent = 0.0, 0.0, 0.0
    for year in range(years):
        income, cost, capital = revenue[year], opex[year], capex[year]
        worn = table[_WORN, year]
        bonus = terms[_SIGNATURE] if year == 0 else 0.0
        if year == first:
            bonus += terms[_PRODUCTION]
        profit = max(income - cost - worn, 0.0)
        royalty = _royalty(terms, price_bands, income, profit, price[year])
        royalty += terms[_PER_T] * metal[year]
        duty = terms[_EXPORT] * income
        net = income - royalty - duty
        share = 0.0
        if terms[_KIND] != _ROYALTY_ONLY:
            ratio = got / spent if spent > 0.0 else 0.0
            share = _share(terms, bands, bank, year, cost + capital, net, ratio, table)
        taxable = net - share - bonus - cost - worn
        used = _use(losses, _oldest(year, terms[_LOSS_YEARS]), year, max(taxable, 0.0))
        losses[year] = max(-taxable, 0.0)
        if terms[_LOSS_YEARS] >= _EVER and year > 0:
            losses[year] += losses[year - 1]
        tax = terms[_TAX_RATE] * max(taxable - used, 0.0)
        if terms[_STATE_BEARS]:
            share -= tax  # paid out of the state's share: the company is held harmless
        after = net - share - tax
        cash = after - bonus - cost - capital
        rent_tax = 0.0
        if terms[_RRT_RATE] > 0.0:
            rent = rent * (1.0 + terms[_RRT_UPLIFT]) + cash
            rent_tax = terms[_RRT_RATE] * max(rent, 0.0)
            rent = min(rent, 0.0)
        left = cash - rent_tax
        dividend = terms[_EQUITY] * max(left, 0.0)
        withheld = terms[_WITHHOLDING] * max(left - dividend, 0.0)
        got += after
        spent += cost + capital
        table[_ROYALTY, year], table[_SHARE, year] = royalty, share
        table[_TAXABLE, year], table[_USED, year], table[_TAX, year] = taxable, used, tax
        table[_RRT, year], table[_DIVIDEND, year] = rent_tax, dividend
        table[_WITHHELD, year], table[_BONUS, year], table[_DUTY, year] = withheld, bonus, duty
        table[_INVESTOR, year] = left - dividend - withheld


@compiled
def ledgers(
    terms: Array,
    bands: Array,
    price_bands: Array,
    revenue: Array,
    opex: Array,
    capex: Array,
    metal: Array,
    price: Array,
    out: Array,
) -> None:
    """Write the ledger of every world: flows ``(draw, year)``, `out` ``(row, draw, year)``."""
    pots = np.empty((2, revenue.shape[1]))
    for draw in range(revenue.shape[0]):
        project(terms, bands, price_bands, revenue[draw], opex[draw], capex[draw], metal[draw],
                price[draw], out[:, draw], pots)  # fmt: skip


@compiled
def values(
    terms: Array,
    bands: Array,
    price_bands: Array,
    revenue: Array,
    opex: Array,
    capex: Array,
    metal: Array,
    price: Array,
    factors: Array,
    out: Array,
) -> None:
    """Write the investor's and the state's present value of every world into `out`, ``(2, draw)``.

    `factors` are discount factors by year. No ledger is kept.
    """
    years = revenue.shape[1]
    table, pots = np.empty((len(ROWS), years)), np.empty((2, years))
    for draw in range(revenue.shape[0]):
        project(terms, bands, price_bands, revenue[draw], opex[draw], capex[draw], metal[draw],
                price[draw], table, pots)  # fmt: skip
        investor, whole = 0.0, 0.0
        for year in range(years):
            cash = revenue[draw, year] - opex[draw, year] - capex[draw, year]
            investor += factors[year] * table[_INVESTOR, year]
            whole += factors[year] * cash
        out[0, draw], out[1, draw] = investor, whole - investor
