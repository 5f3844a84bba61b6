"""Project and equity views: loans with grace and sculpting, export-credit cover, their ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Array = NDArray[np.float64]
STYLES = ("equal", "annuity", "sculpted")


@dataclass(frozen=True)
class Loan:
    """A loan on a project.

    Attributes
    ----------
    gearing
        Share of capital that it pays for, drawn with the spending.
    rate
        Yearly interest.
    grace_years, tenor_years
        Years after the last drawdown without repayment, and years of repayment.
    style
        ``equal`` principal, ``annuity`` (equal payments), or ``sculpted`` to a constant cover.
    target_dscr
        Cover of a sculpted loan.
    capitalise
        Whether interest before repayment is added to the loan; else it is paid.
    upfront_fee, commitment_fee
        Shares: of the loan at the start, and yearly of what is not drawn yet.
    cover, cover_premium
        Export-credit insurance: share of the loan that is covered, and the premium as a share of
        that, paid with the drawdown.
    """

    gearing: float
    rate: float
    tenor_years: int
    grace_years: int = 0
    style: str = "annuity"
    target_dscr: float = 1.3
    capitalise: bool = True
    upfront_fee: float = 0.0
    commitment_fee: float = 0.0
    cover: float = 0.0
    cover_premium: float = 0.0

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1, an unknown style and a loan without years."""
        for name in ("gearing", "upfront_fee", "commitment_fee", "cover", "cover_premium"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise LodewayError("bad-fraction", f"loan {name}", value, "a share from 0 to 1")
        if not -1.0 < self.rate < 1.0:
            raise LodewayError("bad-fraction", "loan rate", self.rate, "a rate such as 0.07")
        if self.style not in STYLES:
            raise LodewayError("bad-argument", "loan style", repr(self.style),
                               f"one of {', '.join(STYLES)}")  # fmt: skip
        if self.tenor_years < 1 or self.grace_years < 0:
            raise LodewayError("bad-number", "loan years", self.tenor_years, "1 or more")


@dataclass(frozen=True)
class Schedule:
    """A loan year by year, each of shape ``(draw, year)`` in USD unless said otherwise.

    Attributes
    ----------
    drawn, interest, repaid, fees, balance
        Drawdown, interest paid, principal repaid, fees and premium paid, balance at year end.
    dscr
        Cash available for debt service over interest and principal; NaN without service.
    llcr
        Present value, at the loan's rate, of that cash over the loan's life, over the balance at
        the start of repayment; ``(draw,)``.
    equity
        What the owners pay and receive.
    """

    drawn: Array
    interest: Array
    repaid: Array
    fees: Array
    balance: Array
    dscr: Array
    llcr: Array
    equity: Array

    @property
    def lowest_dscr(self) -> Array:
        """The worst year's cover, ``(draw,)``."""
        return np.asarray(np.nanmin(self.dscr, axis=1))


def schedule(cash: Array, capex: Array, loan: Loan) -> Schedule:
    """Return a loan's schedule and what is left for the owners.

    Parameters
    ----------
    cash
        Cash available for debt service: after operating cost and state, before capital,
        ``(draw, year)``.
    capex
        Capital of construction, drawn from loan and equity in proportion, same shape.
    loan
        The terms.

    Raises
    ------
    LodewayError
        When repayment would go beyond the last year, or no capital is spent.
    """
    draws, years = capex.shape
    spending = capex.sum(axis=0) > 0.0
    if not spending.any():
        raise LodewayError("missing", "capex", "no spending", "capital to lend on")
    last = int(np.nonzero(spending)[0][-1])
    first = last + 1 + loan.grace_years
    end = first + loan.tenor_years
    if end > years:
        raise LodewayError("bad-argument", "loan tenor", f"repaid after year {end}",
                           f"at most {years} years")  # fmt: skip
    drawn = loan.gearing * capex
    whole = drawn.sum(axis=1)
    interest, repaid, fees = (np.zeros((draws, years)) for _ in range(3))
    balance, owed = np.zeros((draws, years)), np.zeros(draws)
    service = np.zeros((draws, years))
    for year in range(years):
        due = owed * loan.rate
        if year < first and loan.capitalise:
            owed, due = owed + due, np.zeros(draws)
        owed = owed + drawn[:, year]
        fees[:, year] = _fees(loan, drawn, whole, year)
        if year == first:
            service[:, first:end] = _service(owed, cash[:, first:end], loan)
        principal = np.zeros(draws)
        if first <= year < end:
            principal = np.minimum(_principal(service[:, year], due, loan), owed)
        owed = owed - principal
        interest[:, year], repaid[:, year], balance[:, year] = due, principal, owed
    paid = interest + repaid
    dscr = np.divide(cash, paid, out=np.full(cash.shape, np.nan), where=paid > 1e-9)
    equity = cash - capex + drawn - paid - fees
    at_start = balance[:, first] + repaid[:, first]
    factors = (1.0 + loan.rate) ** -np.arange(1.0, loan.tenor_years + 1.0)
    llcr = np.divide(
        cash[:, first:end] @ factors, at_start, out=np.full(draws, np.nan), where=at_start > 0.0
    )
    return Schedule(drawn, interest, repaid, fees, balance, dscr, llcr, equity)


def _fees(loan: Loan, drawn: Array, whole: Array, year: int) -> Array:
    """Return the fees of a year: up front, on what is not drawn, and the premium of the cover."""
    undrawn = whole - drawn[:, : year + 1].sum(axis=1)
    fee = loan.commitment_fee * undrawn + loan.cover * loan.cover_premium * drawn[:, year]
    return np.asarray(fee + (loan.upfront_fee * whole if year == 0 else 0.0))


def _service(owed: Array, cash: Array, loan: Loan) -> Array:
    """Return what is to be paid in each year of repayment: principal for ``equal``, else all."""
    years = loan.tenor_years
    if loan.style == "equal":
        return np.repeat(owed[:, None] / years, years, axis=1)
    if loan.style == "annuity":
        share = 1.0 / years if loan.rate == 0.0 else loan.rate / (1.0 - (1.0 + loan.rate) ** -years)
        return np.repeat(owed[:, None] * share, years, axis=1)
    return np.maximum(cash, 0.0) / loan.target_dscr


def _principal(service: Array, interest: Array, loan: Loan) -> Array:
    return service if loan.style == "equal" else np.maximum(service - interest, 0.0)


def debt_capacity(cash: Array, rate: float, target_dscr: float) -> Array:
    """Return the largest loan that a sculpted repayment pays off, ``(draw,)``.

    The present value of the cash over the cover.

    Examples
    --------
    >>> float(debt_capacity(np.array([[110.0, 121.0]]), 0.10, 2.0)[0].round(6))
    100.0
    """
    factors = (1.0 + rate) ** -np.arange(1.0, cash.shape[1] + 1.0)
    return np.asarray((np.maximum(cash, 0.0) @ factors) / target_dscr)
