"""The fiscal recursion, compiled: blocks of possible worlds side by side, year by year.

Every step is a short loop over the lanes of a block, so that the machine does several at once. A
block's flows lie as ``(flow, year, lane)`` and its ledger as ``(row, year, lane)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.economics._compiled import fused
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
LANES = 64
_REVENUE, _OPEX, _CAPEX, _METAL, _PRICE = range(5)
#: What a block remembers from year to year: ``(memory, lane)``.
_GOT, _SPENT, _RENT, _FIRST, _NET, _LEFT = range(6)


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


@fused
def first_years(flows: Array, memory: Array) -> None:
    """Write each lane's first year of revenue, or the number of years where there is none."""
    years = flows.shape[1]
    first = memory[_FIRST]
    first[:] = float(years)
    for back in range(years):
        revenue = flows[_REVENUE, years - 1 - back]
        for lane in range(LANES):
            first[lane] = years - 1.0 - back if revenue[lane] > 0.0 else first[lane]


@fused
def wear(terms: Array, flows: Array, memory: Array, worn: Array, pot: Array) -> None:
    """Write the yearly depreciation of capital into `worn`, ``(year, lane)``."""
    worn[:] = 0.0
    method = terms[_DEP]
    if method == _SL:
        _straight_line(terms, flows, memory[_FIRST], worn)
    elif method == _DB:
        _declining(terms, flows, memory[_FIRST], worn, pot)
    elif method == _UOP:
        _by_units(flows, worn, pot)


@fused
def _straight_line(terms: Array, flows: Array, first: Array, worn: Array) -> None:
    years, life = flows.shape[1], max(terms[_DEP_YEARS], 1.0)
    waits, latest = terms[_FROM_REVENUE], 0.0
    for lane in range(LANES):
        latest = max(latest, waits * first[lane])
    for spent in range(years):
        capex = flows[_CAPEX, spent]
        for year in range(spent, int(min(max(latest, spent) + life, years))):
            row = worn[year]
            for lane in range(LANES):
                start = max(waits * first[lane], float(spent))
                on = start <= year < start + life
                row[lane] += capex[lane] / life if on else 0.0


@fused
def _declining(terms: Array, flows: Array, first: Array, worn: Array, balance: Array) -> None:
    years = flows.shape[1]
    waits = terms[_FROM_REVENUE]
    balance[:] = 0.0
    for year in range(years):
        share = 1.0 if year == years - 1 else terms[_DEP_RATE]
        capex, row = flows[_CAPEX, year], worn[year]
        for lane in range(LANES):
            held = balance[lane] + capex[lane]
            used = held * share if year >= waits * first[lane] else 0.0
            row[lane] = used
            balance[lane] = held - used


@fused
def _by_units(flows: Array, worn: Array, balance: Array) -> None:
    """Units still to come are summed from the end, so that small ones are kept."""
    years = flows.shape[1]
    balance[:] = 0.0
    for back in range(years):
        units, row = flows[_METAL, years - 1 - back], worn[years - 1 - back]
        for lane in range(LANES):
            balance[lane] += units[lane]
            row[lane] = balance[lane]
    balance[:] = 0.0
    for year in range(years):
        units, capex, row = flows[_METAL, year], flows[_CAPEX, year], worn[year]
        for lane in range(LANES):
            held = balance[lane] + capex[lane]
            used = held * units[lane] / row[lane] if row[lane] > 0.0 else 0.0
            row[lane] = used
            balance[lane] = held - used


@fused
def _in_bands(bands: Array, values: Array, shares: Array) -> None:
    """Write the share of the first band whose upper bound is above each value."""
    shares[:] = bands[-1, 1]
    for back in range(1, len(bands)):
        upper, share = bands[len(bands) - 1 - back, 0], bands[len(bands) - 1 - back, 1]
        for lane in range(LANES):
            shares[lane] = share if values[lane] < upper else shares[lane]


@fused
def _royalties(terms: Array, bands: Array, flows: Array, year: int, book: Array) -> None:
    """Write royalty, export duty and bonus of a year."""
    revenue, opex = flows[_REVENUE, year], flows[_OPEX, year]
    worn, royalty, duty = book[_WORN, year], book[_ROYALTY, year], book[_DUTY, year]
    royalty[:] = terms[_FLAT]
    if len(bands) > 0:
        _in_bands(bands, flows[_PRICE, year], royalty)
    if terms[_DIVISOR] > 0.0:
        for lane in range(LANES):
            profit = max(revenue[lane] - opex[lane] - worn[lane], 0.0)
            margin = profit / revenue[lane] if revenue[lane] > 0.0 else 0.0
            royalty[lane] = terms[_FLOOR] + margin / terms[_DIVISOR]
    for lane in range(LANES):
        royalty[lane] *= max(revenue[lane], 0.0)
        duty[lane] = terms[_EXPORT] * revenue[lane]
    if terms[_PROFIT] > 0.0:
        for lane in range(LANES):
            profit = max(revenue[lane] - opex[lane] - worn[lane], 0.0)
            left = max(profit - royalty[lane], 0.0)
            taken = left > terms[_PROFIT_FROM] * revenue[lane]
            royalty[lane] += terms[_PROFIT] * left if taken else 0.0
    if terms[_PER_T] > 0.0:
        metal = flows[_METAL, year]
        for lane in range(LANES):
            royalty[lane] += terms[_PER_T] * metal[lane]


@fused
def _bonuses(terms: Array, year: int, first: Array, bonus: Array) -> None:
    """Write the bonuses of a year: the first of all, and that of the first revenue."""
    signature = terms[_SIGNATURE] if year == 0 else 0.0
    for lane in range(LANES):
        bonus[lane] = signature + (terms[_PRODUCTION] if first[lane] == year else 0.0)


@fused
def _oldest(year: int, life: float) -> int:
    """Return the first pot that still counts; what never lapses is all in that of the last year."""
    return max(year - 1, 0) if life >= _EVER else int(max(0.0, year - life))


@fused
def _use(pots: Array, first: int, last: int, most: Array, used: Array) -> None:
    """Take up to `most` out of the pots of some years, oldest first, and write what was taken."""
    used[:] = 0.0
    for year in range(first, last):
        pot = pots[year]
        for lane in range(LANES):
            part = min(pot[lane], most[lane] - used[lane])
            pot[lane] -= part
            used[lane] += part


@fused
def _share(
    terms: Array, bands: Array, bank: Array, flows: Array, year: int, memory: Array, book: Array
) -> None:
    """Recover costs from production and write the state's share of what that leaves."""
    net, most = memory[_NET], memory[_LEFT]
    opex, capex = flows[_OPEX, year], flows[_CAPEX, year]
    oldest = _oldest(year, terms[_CARRY_YEARS])
    if terms[_UPLIFT] > 0.0:
        bank[oldest:year] *= 1.0 + terms[_UPLIFT]
    pot = bank[year]
    for lane in range(LANES):
        pot[lane] = opex[lane] + capex[lane]
        most[lane] = max(terms[_CAP] * net[lane], 0.0)
    if terms[_CARRY_YEARS] >= _EVER and year > 0:
        pot += bank[year - 1]
        oldest = year
    recovered, left = book[_RECOVERY, year], book[_BANK, year]
    _use(bank, oldest, year + 1, most, recovered)
    left[:] = 0.0
    for back in range(oldest, year + 1):
        left += bank[back]
    rate, ratio = book[_RATE, year], book[_RATIO, year]
    rate[:] = terms[_GOV]
    if terms[_KIND] == _RFACTOR:
        got, spent = memory[_GOT], memory[_SPENT]
        for lane in range(LANES):
            ratio[lane] = got[lane] / spent[lane] if spent[lane] > 0.0 else 0.0
        _in_bands(bands, ratio, rate)
    pool, share = book[_POOL, year], book[_SHARE, year]
    for lane in range(LANES):
        pool[lane] = net[lane] - recovered[lane]
        share[lane] = pool[lane] * rate[lane]


@fused
def _tax(terms: Array, losses: Array, flows: Array, year: int, memory: Array, book: Array) -> None:
    """Write taxable income, losses used and tax; the state may bear the tax from its share."""
    net, most, opex = memory[_NET], memory[_LEFT], flows[_OPEX, year]
    taxable, used, tax = book[_TAXABLE, year], book[_USED, year], book[_TAX, year]
    share, bonus, worn = book[_SHARE, year], book[_BONUS, year], book[_WORN, year]
    for lane in range(LANES):
        taxable[lane] = net[lane] - share[lane] - bonus[lane] - opex[lane] - worn[lane]
    pot = losses[year]
    for lane in range(LANES):
        most[lane] = max(taxable[lane], 0.0)
        pot[lane] = max(-taxable[lane], 0.0)
    _use(losses, _oldest(year, terms[_LOSS_YEARS]), year, most, used)
    if terms[_LOSS_YEARS] >= _EVER and year > 0:
        pot += losses[year - 1]
    for lane in range(LANES):
        tax[lane] = terms[_TAX_RATE] * max(taxable[lane] - used[lane], 0.0)
    if terms[_STATE_BEARS]:  # paid out of the state's share: the company is held harmless
        share -= tax


@fused
def _rest(terms: Array, flows: Array, year: int, memory: Array, book: Array) -> None:
    """Write rent tax, dividend, withholding and what is left to the investor."""
    net, got, spent, left = memory[_NET], memory[_GOT], memory[_SPENT], memory[_LEFT]
    opex, capex = flows[_OPEX, year], flows[_CAPEX, year]
    share, tax, bonus = book[_SHARE, year], book[_TAX, year], book[_BONUS, year]
    for lane in range(LANES):
        after = net[lane] - share[lane] - tax[lane]
        got[lane] += after
        spent[lane] += opex[lane] + capex[lane]
        left[lane] = after - bonus[lane] - opex[lane] - capex[lane]
    if terms[_RRT_RATE] > 0.0:
        rent, rent_tax = memory[_RENT], book[_RRT, year]
        for lane in range(LANES):
            held = rent[lane] * (1.0 + terms[_RRT_UPLIFT]) + left[lane]
            rent_tax[lane] = terms[_RRT_RATE] * max(held, 0.0)
            rent[lane] = min(held, 0.0)
            left[lane] -= rent_tax[lane]
    dividend, withheld = book[_DIVIDEND, year], book[_WITHHELD, year]
    investor = book[_INVESTOR, year]
    for lane in range(LANES):
        dividend[lane] = terms[_EQUITY] * max(left[lane], 0.0)
        withheld[lane] = terms[_WITHHOLDING] * max(left[lane] - dividend[lane], 0.0)
        investor[lane] = left[lane] - dividend[lane] - withheld[lane]


@fused
def block(
    terms: Array, bands: Array, price_bands: Array, flows: Array, book: Array, pots: Array,
    memory: Array,
) -> None:  # fmt: skip
    """Write the ledgers of a block of worlds into `book`.

    `pots` is room for ``(2, year, lane)`` numbers, `memory` for ``(6, lane)``.
    """
    book[:] = 0.0
    memory[:] = 0.0
    first_years(flows, memory)
    wear(terms, flows, memory, book[_WORN], memory[_LEFT])
    net = memory[_NET]
    for year in range(flows.shape[1]):
        _royalties(terms, price_bands, flows, year, book)
        _bonuses(terms, year, memory[_FIRST], book[_BONUS, year])
        revenue, royalty = flows[_REVENUE, year], book[_ROYALTY, year]
        duty = book[_DUTY, year]
        for lane in range(LANES):
            net[lane] = revenue[lane] - royalty[lane] - duty[lane]
        if terms[_KIND] != _ROYALTY_ONLY:
            _share(terms, bands, pots[0], flows, year, memory, book)
        _tax(terms, pots[1], flows, year, memory, book)
        _rest(terms, flows, year, memory, book)


@fused
def _load(
    revenue: Array, opex: Array, capex: Array, metal: Array, price: Array, first: int, flows: Array
) -> int:
    """Copy the flows of a block, year by year; lanes without a world hold nothing."""
    lanes = int(min(LANES, revenue.shape[0] - first))
    if lanes < LANES:
        flows[:] = 0.0
    for lane in range(lanes):
        for year in range(revenue.shape[1]):
            flows[_REVENUE, year, lane] = revenue[first + lane, year]
            flows[_OPEX, year, lane] = opex[first + lane, year]
            flows[_CAPEX, year, lane] = capex[first + lane, year]
            flows[_METAL, year, lane] = metal[first + lane, year]
            flows[_PRICE, year, lane] = price[first + lane, year]
    return lanes


@fused
def ledgers(
    terms: Array, bands: Array, price_bands: Array, revenue: Array, opex: Array, capex: Array,
    metal: Array, price: Array, out: Array,
) -> None:  # fmt: skip
    """Write the ledger of every world: flows ``(draw, year)``, `out` ``(row, draw, year)``."""
    draws, years = revenue.shape
    flows, book = np.zeros((5, years, LANES)), np.zeros((len(ROWS), years, LANES))
    pots, memory = np.zeros((2, years, LANES)), np.zeros((6, LANES))
    for first in range(0, draws, LANES):
        lanes = _load(revenue, opex, capex, metal, price, first, flows)
        block(terms, bands, price_bands, flows, book, pots, memory)
        for row in range(len(ROWS)):
            for lane in range(lanes):
                for year in range(years):
                    out[row, first + lane, year] = book[row, year, lane]


@fused
def values(
    terms: Array, bands: Array, price_bands: Array, revenue: Array, opex: Array, capex: Array,
    metal: Array, price: Array, factors: Array, out: Array,
) -> None:  # fmt: skip
    """Write the investor's and the state's present value of every world into `out`, ``(2, draw)``.

    `factors` are discount factors by year. No ledger is kept.
    """
    draws, years = revenue.shape
    flows, book = np.zeros((5, years, LANES)), np.zeros((len(ROWS), years, LANES))
    pots, memory = np.zeros((2, years, LANES)), np.zeros((6, LANES))
    investor, whole = np.zeros(LANES), np.zeros(LANES)
    for first in range(0, draws, LANES):
        lanes = _load(revenue, opex, capex, metal, price, first, flows)
        block(terms, bands, price_bands, flows, book, pots, memory)
        investor[:] = 0.0
        whole[:] = 0.0
        for year in range(years):
            gain, own = flows[_REVENUE, year], book[_INVESTOR, year]
            cost, capital = flows[_OPEX, year], flows[_CAPEX, year]
            for lane in range(LANES):
                investor[lane] += factors[year] * own[lane]
                whole[lane] += factors[year] * (gain[lane] - cost[lane] - capital[lane])
        for lane in range(lanes):
            out[0, first + lane] = investor[lane]
            out[1, first + lane] = whole[lane] - investor[lane]
