"""The basis of a number: wet or dry, ore or metal, whose money of which year, delivered where.

A number without its basis is not yet a number. Each function here turns one basis into another and
needs what lies between them: moisture, grade, payable share, exchange rate, price index, freight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lodeway.errors import LodewayError, suggestion
from lodeway.units import POUND_G, TROY_OUNCE_G

#: Terms of delivery from the mine to the buyer, in the order in which the seller's duty grows
#: (Incoterms 2020; freight and insurance are counted from the mine gate).
INCOTERMS = ("EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "DAP")
_GRAMS_PER_T = 1e6


def dry_tonnes(wet_t: float, moisture: float, where: str = "moisture") -> float:
    """Return the dry tonnes in wet ones.

    Examples
    --------
    >>> dry_tonnes(100.0, 0.08)
    92.0
    """
    _share(moisture, where, below=1.0)
    return wet_t * (1.0 - moisture)


def metal_tonnes(
    amount_t: float, basis: str, wanted: str, *, grade: float | None = None,
    recovery: float | None = None, payable: float | None = None, where: str = "metal",
) -> float:  # fmt: skip
    """Return tonnes on another basis: from ore to metal in it, recoverable, and paid for.

    Parameters
    ----------
    amount_t
        Dry tonnes of ``ore``, or of metal: ``in-situ`` (in the ore), ``recoverable`` (in the
        concentrate) or ``payable``.
    basis, wanted
        The two bases.
    grade, recovery, payable
        Shares between them; those that lie between the two bases must be given.

    Raises
    ------
    LodewayError
        For a share that is missing, outside 0 to 1, or a basis that is not known.

    Examples
    --------
    >>> round(metal_tonnes(1e6, "ore", "payable", grade=0.005, recovery=0.88, payable=0.965), 6)
    4246.0
    """
    chain = ("ore", "in-situ", "recoverable", "payable")
    shares = {"in-situ": ("grade", grade), "recoverable": ("recovery", recovery),
              "payable": ("payable", payable)}  # fmt: skip
    for name in (basis, wanted):
        if name not in chain:
            raise LodewayError("bad-argument", where, repr(name), f"one of {', '.join(chain)}",
                               suggestion(name, chain))  # fmt: skip
    first, last = sorted((chain.index(basis), chain.index(wanted)))
    factor = 1.0
    for step in chain[first + 1 : last + 1]:
        name, share = shares[step]
        if share is None:
            raise LodewayError("missing", f"{where} {name}", f"{basis} to {wanted}", f"the {name}")
        _share(share, f"{where} {name}")
        factor *= share
    down = chain.index(wanted) >= chain.index(basis)
    return amount_t * factor if down else amount_t / factor


def usd_per_t_metal(price: float, unit: str, *, grade_pct: float | None = None) -> float:
    """Return a quoted price as USD per tonne of what is priced.

    ``USD/dmtu`` is a price for each per cent of a dry tonne: it needs the grade, and gives USD per
    dry tonne of product.

    Examples
    --------
    >>> round(usd_per_t_metal(4.2, "USD/lb"), 2), usd_per_t_metal(1.6, "USD/dmtu", grade_pct=62.0)
    (9259.42, 99.2)
    """
    factors = {"USD/t": 1.0, "USD/kg": 1e3, "USD/lb": _GRAMS_PER_T / POUND_G,
               "USD/oz": _GRAMS_PER_T / TROY_OUNCE_G, "USD/g": _GRAMS_PER_T}  # fmt: skip
    if unit == "USD/dmtu":
        if grade_pct is None or not 0.0 < grade_pct <= 100.0:
            raise LodewayError(
                "missing", "price in USD/dmtu", grade_pct or "no grade", "the grade in per cent",
                "a dry metric tonne unit is 1 % of a tonne",
            )  # fmt: skip
        return price * grade_pct
    if unit not in factors:
        raise LodewayError("bad-unit", "price", repr(unit), f"one of {', '.join(factors)}",
                           suggestion(unit, factors))  # fmt: skip
    return price * factors[unit]


@dataclass(frozen=True)
class Money:
    """An amount with its currency, its year, and whether it is in the money of that year.

    Attributes
    ----------
    year
        The year in which it is paid.
    base_year
        The year of its money: the same as `year` for nominal money.
    """

    amount: float
    currency: str
    year: int
    base_year: int

    @property
    def nominal(self) -> bool:
        """Whether it is in the money of its own day."""
        return self.base_year == self.year


def in_money(
    money: Money, currency: str, base_year: int, *, per_unit: Mapping[int, float],
    index: Mapping[int, float],
) -> Money:  # fmt: skip
    """Return an amount in another currency and the money of another year.

    First into the wanted currency at the rate of the year of its money, then by that currency's
    price index: the path matters where inflation and exchange rate went apart, and this one says
    what the amount would have bought abroad on the day.

    Parameters
    ----------
    per_unit
        Wanted currency for a unit of the amount's own, by year.
    index
        Price index of the wanted currency, by year.

    Raises
    ------
    LodewayError
        For a year without rate or index.

    Examples
    --------
    >>> paid = Money(51e9, "AMD", 2018, 2018)
    >>> rates, cpi = {2018: 1 / 485.7}, {2018: 251.107, 2025: 322.0}
    >>> round(in_money(paid, "USD", 2025, per_unit=rates, index=cpi).amount / 1e6, 1)
    134.6
    """
    amount = money.amount
    if currency != money.currency:
        amount *= _of_year(per_unit, money.base_year, f"{currency} per {money.currency}")
    if base_year != money.base_year:
        later = _of_year(index, base_year, f"index of {currency}")
        amount *= later / _of_year(index, money.base_year, f"index of {currency}")
    return Money(amount, currency, money.year, base_year)


def _of_year(table: Mapping[int, float], year: int, where: str) -> float:
    value = table.get(year)
    if value is None or not value > 0.0:
        raise LodewayError("missing", where, f"nothing for {year}", "a number above 0")
    return value


def at_term(
    price: float, incoterm: str, wanted: str, *, inland: float = 0.0, loading: float = 0.0,
    freight: float = 0.0, insurance: float = 0.0, onward: float = 0.0, where: str = "incoterm",
) -> float:  # fmt: skip
    """Return a price under other terms of delivery, by what lies between the two places.

    Parameters
    ----------
    price
        USD per tonne under `incoterm`.
    inland, loading, freight, insurance, onward
        USD per tonne: mine to port, loading, port to port, insurance, port to the buyer's works.

    Examples
    --------
    >>> at_term(500.0, "CIF", "FOB", freight=40.0, insurance=2.0)
    458.0
    """
    added = {"EXW": 0.0, "FCA": 0.0, "FAS": inland, "FOB": loading, "CFR": freight,
             "CIF": insurance, "DAP": onward}  # fmt: skip
    for name in (incoterm, wanted):
        if name not in INCOTERMS:
            raise LodewayError("bad-argument", where, repr(name), f"one of {', '.join(INCOTERMS)}",
                               suggestion(name, INCOTERMS))  # fmt: skip

    def to(name: str) -> float:
        return sum(added[step] for step in INCOTERMS[: INCOTERMS.index(name) + 1])

    return price + (to(wanted) - to(incoterm))


def _share(value: float, where: str, *, below: float | None = None) -> None:
    good = 0.0 <= value <= 1.0 if below is None else 0.0 <= value < below
    if not good:
        cure = f"write {value / 100:g}" if 1.0 < value <= 100.0 else ""
        raise LodewayError("bad-fraction", where, value, "a share from 0 to 1", cure)
