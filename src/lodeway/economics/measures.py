"""What is read off a cash flow: payback, modified return, take of the state, break-even, unit cost.

All flows are ``(draw, year)`` or ``(year,)``, at year ends unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import Values, discount_factors, irr, npv, regime_values, run_regime
from lodeway.economics.regime import Regime
from lodeway.errors import LodewayError

Array = NDArray[np.float64]


def mirr(flows: Array, finance_rate: float, reinvest_rate: float) -> Array:
    """Return the modified internal rate of return of yearly flows (last axis).

    Outflows are discounted to the start at the finance rate, inflows compounded to the end at the
    reinvestment rate (Lin 1976, "The modified internal rate of return and investment criterion",
    The Engineering Economist 21). NaN without both.

    Examples
    --------
    >>> float(mirr(np.array([-120.0, 39.0, 30.0, 21.0, 37.0, 46.0]), 0.10, 0.12).round(4))
    0.1261
    """
    years = flows.shape[-1]
    out = -npv(np.minimum(flows, 0.0), finance_rate, when="start")
    grown = npv(np.maximum(flows, 0.0), reinvest_rate, when="start")
    grown = grown * (1.0 + reinvest_rate) ** (years - 1)
    good = (out > 0.0) & (grown > 0.0)
    ratio = np.divide(grown, out, out=np.full(np.shape(out), np.nan), where=good)
    return np.asarray(ratio ** (1.0 / (years - 1)) - 1.0)


def payback_years(flows: Array, rate: float = 0.0) -> Array:
    """Return the years from the start until cumulative flow first comes back to zero.

    Within a year in proportion; with a rate, of discounted flows. NaN where it never does or where
    nothing was laid out.

    Examples
    --------
    >>> payback_years(np.array([[-100.0, 50.0, 100.0], [-1.0, 0.0, 0.0]]))
    array([2.5, nan])
    """
    flows = np.atleast_2d(flows) * discount_factors(np.shape(flows)[-1], rate)
    held = np.cumsum(flows, axis=1)
    before = held - flows
    comes_back = (before < 0.0) & (held >= 0.0)
    year = np.argmax(comes_back, axis=1)
    row = np.arange(len(flows))
    owed, got = before[row, year], flows[row, year]
    part = np.divide(-owed, got, out=np.full(len(flows), np.nan), where=got > 0.0)
    return np.where(comes_back.any(axis=1), year + part, np.nan)


def profitability_index(flows: Array, capex: Array, rate: float) -> Array:
    """Return present value of what the capital brings over that of the capital: 1 breaks even.

    Examples
    --------
    >>> float(profitability_index(np.array([-100.0, 121.0]), np.array([100.0, 0.0]), 0.1).round(6))
    1.1
    """
    invested = npv(capex, rate)
    return np.asarray(1.0 + npv(flows, rate) / invested)


@dataclass(frozen=True)
class Take:
    """How a regime divides a project, ``(draw,)``; shares are of the pre-tax present value.

    Attributes
    ----------
    undiscounted, discounted
        State take over net cash, plain and as present values; NaN where there is nothing to divide.
    aetr
        Average effective tax rate: by how much the regime lowers the present value. The same as
        `discounted` at the investor's rate.
    irr_loss
        Points of the rate of return that the regime takes.
    """

    undiscounted: Array
    discounted: Array
    aetr: Array
    irr_loss: Array


def government_take(
    regime: Regime, revenue: Array, opex: Array, capex: Array, rate: float
) -> Take:  # fmt: skip
    """Return the take of the state (IMF 2016, FARI methodology, TNM 16/01, section II).

    Flows ``(draw, year)``.
    """
    ledger = run_regime(regime, revenue, opex, capex)
    cash = revenue - opex - capex
    plain = _share(ledger.state_take.sum(axis=1), cash.sum(axis=1))
    whole = npv(cash, rate)
    discounted = _share(npv(ledger.state_take, rate), whole)
    aetr = _share(whole - npv(ledger.investor_ncf, rate), whole)
    loss = irr(cash)[0] - irr(ledger.investor_ncf)[0]
    return Take(plain, discounted, aetr, loss)


def _share(part: Array, whole: Array) -> Array:
    found = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=found, where=whole > 0.0))


def progressivity(
    regime: Regime, revenue: Array, opex: Array, capex: Array, rate: float,
    factors: Sequence[float] = (0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 2.0),
) -> dict[float, float]:  # fmt: skip
    """Return the mean discounted take at several multiples of revenue.

    A regime whose take rises along the curve is progressive.
    """
    return {
        factor: float(
            np.nanmean(government_take(regime, revenue * factor, opex, capex, rate).discounted)
        )
        if np.any(npv(revenue * factor - opex - capex, rate) > 0.0)
        else float("nan")
        for factor in factors
    }


def break_even_factor(
    regime: Regime, revenue: Array, opex: Array, capex: Array, rate: float
) -> float:
    """Return the multiple of revenue at which the investor's mean present value is zero.

    NaN where no multiple from 0 to 100 does it. Found by halving, for the value rises with revenue.

    Examples
    --------
    >>> flows = (np.array([[0.0, 110.0]]), np.array([[0.0, 0.0]]), np.array([[50.0, 0.0]]))
    >>> round(break_even_factor(Regime("royalty"), *flows, rate=0.1), 6)
    0.5
    """

    def value(factor: float) -> float:
        found: Values = regime_values(regime, revenue * factor, opex, capex, rate=rate)
        return float(found.investor.mean())

    low, high = 0.0, 100.0
    if value(low) > 0.0 or value(high) < 0.0:
        return float("nan")
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if value(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def unit_costs(
    payable: float, costs: Mapping[str, float], credits_usd: float = 0.0
) -> dict[str, float]:
    """Return C1 and all-in sustaining cost per unit of payable metal.

    C1: mining, processing, site administration, treatment, refining and freight, less by-product
    credits. AISC adds royalties, sustaining capital, exploration and closure accretion (World Gold
    Council 2018, guidance note on all-in sustaining costs).

    Parameters
    ----------
    payable
        Payable metal in the unit that the answer is per.
    costs
        USD by name: ``mining, processing, administration, treatment, refining, freight, royalty,
        sustaining, exploration, closure``; those that are missing are nothing.
    credits_usd
        By-product revenue.

    Examples
    --------
    >>> unit_costs(1000.0, {"mining": 2e6, "freight": 1e6, "royalty": 5e5}, credits_usd=1e6)
    {'c1': 2000.0, 'aisc': 2500.0}
    """
    direct = ("mining", "processing", "administration", "treatment", "refining", "freight")
    further = ("royalty", "sustaining", "exploration", "closure")
    for name in costs:
        if name not in (*direct, *further):
            raise LodewayError("bad-argument", "costs", repr(name), "a known kind of cost")
    if payable <= 0.0:
        raise LodewayError("bad-number", "payable", payable, "metal above 0")
    c1 = (sum(costs.get(name, 0.0) for name in direct) - credits_usd) / payable
    return {"c1": c1, "aisc": c1 + sum(costs.get(name, 0.0) for name in further) / payable}


def nominal(flows: Array, inflation: float, *, when: str = "end") -> Array:
    """Return real flows in the money of their own day; `when` as for discounting.

    Examples
    --------
    >>> nominal(np.array([100.0, 100.0]), 0.10).round(6)
    array([110., 121.])
    """
    return np.asarray(flows / discount_factors(np.shape(flows)[-1], inflation, when=when))


def value_of(
    flows: Array, rate: float, *, flows_are: str, rate_is: str,
    inflation: float | None = None, when: str = "end",
) -> Array:  # fmt: skip
    """Return the present value of flows whose money and whose rate are both said.

    Real flows at a real rate and nominal flows at a nominal rate give one answer; mixed ones need
    the inflation that lies between them (Fisher 1930, *The Theory of Interest*).

    Raises
    ------
    LodewayError
        With code ``bad-argument`` for nominal flows with a real rate, or the reverse, without
        inflation.

    Examples
    --------
    >>> real = np.array([-100.0, 60.0, 60.0])
    >>> one = value_of(real, 0.05, flows_are="real", rate_is="real")
    >>> two = value_of(nominal(real, 0.03), 0.05, flows_are="nominal", rate_is="real",
    ...                inflation=0.03)
    >>> bool(abs(one - two) < 1e-12)
    True
    """
    for name, value in (("flows_are", flows_are), ("rate_is", rate_is)):
        if value not in {"real", "nominal"}:
            raise LodewayError("bad-argument", name, repr(value), "real or nominal")
    if flows_are != rate_is:
        if inflation is None:
            raise LodewayError(
                "bad-argument", "flows and rate", f"{flows_are} flows with a {rate_is} rate",
                "both in one money", "give the inflation, or deflate the flows",
            )  # fmt: skip
        fisher = (1.0 + rate) * (1.0 + inflation) - 1.0
        rate = fisher if rate_is == "real" else (1.0 + rate) / (1.0 + inflation) - 1.0
    return npv(flows, rate, when=when)


def monthly(flows: Array) -> Array:
    """Spread yearly flows evenly over twelve months.

    Examples
    --------
    >>> monthly(np.array([12.0, 24.0])).tolist()[11:13]
    [1.0, 2.0]
    """
    return np.repeat(np.asarray(flows, dtype=np.float64) / 12.0, 12, axis=-1)


def monthly_npv(flows: Array, rate: float) -> Array:
    """Return the present value of monthly flows, each at the end of its month, at a yearly rate."""
    months = np.arange(1, np.shape(flows)[-1] + 1) / 12.0
    return np.asarray(flows @ np.power(1.0 + rate, -months))


def with_closure(flows: Array, cost: float, years_after: int, rate: float) -> tuple[Array, float]:
    """Return flows with closure at the end, and the share of its cost that discounting leaves.

    Parameters
    ----------
    flows
        ``(draw, year)``; the last year is the last of operation.
    cost
        USD, spread evenly over `years_after` years after the last.
    rate
        Rate at which the share is worked out. A small share is a warning: the one who pays is
        not the one who decides, and a security is due.
    """
    if cost <= 0.0 or years_after < 1:
        raise LodewayError("missing", "closure", f"{cost} USD in {years_after} years",
                           "a cost above 0, a year or more", "every mine is closed")  # fmt: skip
    flows = np.atleast_2d(flows)
    tail = np.full((len(flows), years_after), -cost / years_after)
    whole = np.concatenate([flows, tail], axis=1)
    factors = discount_factors(whole.shape[1], rate)[-years_after:]
    return whole, float(factors.mean())


def flow_warnings(
    revenue: Array, opex: Array, capex: Array, *, closure_usd: float = 0.0,
    ore_t_per_y: float = 0.0, reserve_t: float = 0.0,
) -> list[str]:  # fmt: skip
    """Return in words what looks wrong about a project's yearly flows, ``(year,)`` each.

    Examples
    --------
    >>> flow_warnings(np.array([9.0, 9.0]), np.array([1.0, 1.0]), np.array([0.0, 0.0]))
    ['no capital is spent: is this mine built already?', 'no closure cost: every mine is closed']
    """
    found = []
    sold = np.nonzero(revenue > 0.0)[0]
    if not len(sold):
        return ["nothing is sold in any year"]
    if not capex.any():
        found.append("no capital is spent: is this mine built already?")
    elif capex[sold[0] + 1 :].sum() > capex[: sold[0] + 1].sum():
        found.append("most capital is spent after the first ore")
    gaps = [int(year) for year in range(sold[0], sold[-1]) if revenue[year] == 0.0]
    if gaps:
        found.append(f"no revenue in year {gaps[0]}, between years that have some")
    if closure_usd <= 0.0:
        found.append("no closure cost: every mine is closed")
    if reserve_t > 0.0 and ore_t_per_y * len(sold) > reserve_t * (1.0 + 1e-9):
        found.append(
            f"{len(sold)} years at {ore_t_per_y:,.0f} t a year take more than the "
            f"{reserve_t:,.0f} t that there are"
        )
    if np.any(opex[revenue == 0.0] > 0.0) and opex[: sold[0]].any():
        found.append("operating cost before the first ore: is it capital?")
    return found
