"""The fiscal engine: what state and investor receive, year by year, in every possible world.

Conventions: money is real and falls at year ends; the cost bank takes the year's opex and capex
before recovery; R is cumulative investor revenue over cumulative cost at the start of the year;
straight-line depreciation starts with the first year of revenue, declining balance with the
spending, and writes the rest off in the last year; losses are used oldest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.economics import _kernel
from lodeway.economics.regime import Regime
from lodeway.economics.roots import dated_irr_roots, irr, irr_roots
from lodeway.errors import LodewayError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ledger:
    """Every column of a fiscal ledger, each of shape ``(draw, year)``, in USD.

    `state_take` is the sum of `bonus`, `royalty`, `export_duty`, `gov_share`, `tax`, `rrt`,
    `dividend` and `withholding`; `investor_ncf` is what is left of revenue less costs for the
    private investor.
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
    bonus: Array
    export_duty: Array

    @property
    def taxes(self) -> Array:
        """Bonuses, royalties, export duty, profit tax, rent tax and withholding."""
        return (
            self.bonus + self.royalty + self.export_duty + self.tax + self.rrt + self.withholding
        )  # fmt: skip

    @property
    def state_take(self) -> Array:
        """All that the state receives."""
        return self.taxes + self.gov_share + self.dividend


def depreciation(
    regime: Regime, revenue: Array, capex: Array, units: Array | None = None
) -> Array:  # fmt: skip
    """Return the yearly depreciation of capital, ``(draw, year)``.

    Straight line: each year's capital over `dep_years`, from the year of first revenue or of the
    spending, whichever is later. Declining balance: a share of the balance every year, and the
    rest in the last year of the table. Units of production: the balance times the year's share of
    the `units` still to come. A regime that names no method has no depreciation.

    Examples
    --------
    >>> regime = Regime("royalty", dep="sl", dep_years=2)
    >>> depreciation(regime, np.array([[0.0, 9.0, 9.0, 9.0]]), np.array([[10.0, 0.0, 4.0, 0.0]]))
    array([[0., 5., 7., 2.]])
    """
    terms, _, _ = _kernel.packed(regime)
    made = np.zeros_like(revenue) if units is None else units
    found = np.zeros_like(revenue, dtype=np.float64)
    for draw in range(len(revenue)):
        _kernel.wear(terms, revenue[draw], capex[draw], made[draw], found[draw])
    return found


def run_regime(
    regime: Regime,
    revenue: Array,
    opex: Array,
    capex: Array,
    metal_t: Array | None = None,
    price: Array | None = None,
) -> Ledger:
    """Return the ledger of a project under a regime.

    Parameters
    ----------
    regime
        The terms.
    revenue, opex, capex
        USD, shape ``(draw, year)``.
    metal_t
        Tonnes of metal sold, for a fixed royalty and for units of production.
    price
        Price of the metal, for a royalty that slides with it.

    Raises
    ------
    LodewayError
        With code ``balance`` when state and investor do not share exactly what there is.

    Examples
    --------
    >>> regime = Regime("psa", cost_cap=0.75, gov_profit_share=0.51)
    >>> ledger = run_regime(regime, *(np.array([[x]]) for x in (100.0, 10.0, 200.0)))
    >>> float(ledger.gov_share[0, 0]), float(ledger.cost_bank[0, 0])
    (12.75, 135.0)
    """
    flows = _plain(regime, revenue, opex, capex, metal_t, price)
    out = np.zeros((len(_kernel.ROWS), *flows[0].shape))
    _kernel.ledgers(*_kernel.packed(regime), *flows, out)
    ledger = Ledger(**dict(zip(_kernel.ROWS, out, strict=True)))
    _check(ledger, revenue - opex - capex, revenue + opex + capex)
    return ledger


@dataclass(frozen=True)
class Values:
    """Present value to the private investor and to the state, each of shape ``(draw,)``, USD."""

    investor: Array
    state: Array


def regime_values(
    regime: Regime,
    revenue: Array,
    opex: Array,
    capex: Array,
    *,
    rate: float,
    when: str = "end",
    metal_t: Array | None = None,
    price: Array | None = None,
) -> Values:
    """Return present values without keeping a ledger: the fast way over many worlds or cells.

    Shapes as for `run_regime`; several millions of project-years a second on one core, and other
    threads may run beside it.

    Examples
    --------
    >>> flows = (np.array([[0.0, 150.0]]), np.array([[0.0, 10.0]]), np.array([[100.0, 0.0]]))
    >>> found = regime_values(Regime("royalty", royalty=0.1), *flows, rate=0.0)
    >>> float(found.investor[0]), float(found.state[0])
    (25.0, 15.0)
    """
    flows = _plain(regime, revenue, opex, capex, metal_t, price)
    out = np.zeros((2, len(flows[0])))
    factors = discount_factors(flows[0].shape[1], rate, when=when)
    _kernel.values(*_kernel.packed(regime), *flows, factors, out)
    return Values(out[0], out[1])


def _plain(
    regime: Regime, revenue: Array, opex: Array, capex: Array,
    metal_t: Array | None, price: Array | None,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    """Return flows as contiguous arrays of one shape; what a regime needs must be there."""
    shape = np.shape(revenue)
    if metal_t is None and (regime.dep == "uop" or regime.royalty_usd_per_t_metal):
        raise LodewayError("missing", f"regime {regime.name}", "no tonnes of metal", "metal_t")
    if price is None and regime.price_bands:
        raise LodewayError("missing", f"regime {regime.name}", "no price", "price")

    def whole(flow: Array) -> Array:
        return np.ascontiguousarray(np.broadcast_to(flow, shape), dtype=np.float64)

    metal = np.zeros(shape) if metal_t is None else metal_t
    quoted = np.full(shape, np.nan) if price is None else price
    return whole(revenue), whole(opex), whole(capex), whole(metal), whole(quoted)


def _check(ledger: Ledger, cash: Array, size: Array) -> None:
    """State and investor together hold what the project earned."""
    error = np.abs(ledger.state_take + ledger.investor_ncf - cash)
    bonus = float(ledger.bonus.max(initial=0.0))
    if error.size and float(error.max()) > 1e-9 * max(1.0, bonus, float(np.abs(size).max())):
        raise LodewayError("balance", "fiscal ledger", float(error.max()), "shares that sum up")


def ring_fenced(
    regime: Regime, areas: Sequence[tuple[Array, Array, Array]]
) -> list[Ledger]:  # fmt: skip
    """Return one ledger an area, or one for all where the regime has no ring-fence.

    Without a ring-fence the costs and losses of one area are set against the revenue of another:
    the flows are added up before the terms are applied.

    Parameters
    ----------
    areas
        Revenue, opex and capex of each area, ``(draw, year)``.
    """
    if regime.ring_fence:
        return [run_regime(regime, *flows) for flows in areas]
    revenue, opex, capex = (np.sum([area[part] for area in areas], axis=0) for part in range(3))
    return [run_regime(regime, revenue, opex, capex)]


def discount_factors(years: int, rate: float, *, when: str = "end") -> Array:
    """Return the present value of a dollar in each year from 0.

    ``end``: the first flow is discounted by a year; ``mid``: by half a year; ``start``: not at all.

    Examples
    --------
    >>> discount_factors(2, 0.25)
    array([0.8 , 0.64])
    """
    shifts = {"end": 1.0, "mid": 0.5, "start": 0.0}
    if when not in shifts:
        raise LodewayError("bad-argument", "when", repr(when), "end, mid or start")
    if not rate > -1.0:
        raise LodewayError("bad-argument", "rate", rate, "a rate above -1")
    return np.asarray(np.power(1.0 + rate, -(np.arange(years) + shifts[when])))


def npv(flows: Array, rate: float, *, when: str = "end") -> Array:
    """Return the net present value of yearly flows over the last axis.

    ``end``: the first flow is discounted by a year; ``mid``: by half a year.

    Examples
    --------
    >>> round(float(npv(np.array([-10000.0, 3000.0, 4200.0, 6800.0]), 0.10)), 2)
    1188.44
    """
    return np.asarray(flows @ discount_factors(flows.shape[-1], rate, when=when))


__all__ = [
    "Ledger", "Values", "dated_irr_roots", "depreciation", "discount_factors", "irr", "irr_roots",
    "npv", "regime_values", "ring_fenced", "run_regime",
]  # fmt: skip
