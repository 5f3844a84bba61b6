"""Terms of sale: what a buyer pays for a dry tonne, line by line.

Concentrates are paid by what can be recovered, less treatment and refining charges and penalties;
iron products by an index, a premium and their iron content; dore by its gold and silver. A charge
may be zero or negative: a smelter that is short of feed pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.model import Facts
from lodeway.model.parameters import fact_in, unit_of
from lodeway.units import POUND_G, TROY_OUNCE_G

Array = NDArray[np.float64]
KINDS = ("concentrate", "iron", "dore")
#: Keys of a section that are decisions, not facts.
DECISIONS = ("name", "kind", "quotation_months", "pro_rata")
#: Lines that are paid for the goods, of which a handling loss takes its share.
_PAID = ("payable", "quoted price", "premium", "iron content")
_POUNDS_PER_T = 1e6 / POUND_G
_OUNCES_PER_T = 1e6 / TROY_OUNCE_G
#: Dollars per tonne of metal for one unit of a quoted price.
PER_TONNE = {"USD/t": 1.0, "USD/lb": _POUNDS_PER_T, "USD/oz": _OUNCES_PER_T, "USD/kg": 1e3}


def payable(content: Array, pay: Array, deduction: Array, minimum: Array) -> Array:
    """Return the payable mass fraction: the lesser of a share and a deduction, never below zero.

    ``min(pay * content, content - deduction)``, and nothing below the minimum content: the usual
    form of a concentrate contract (Wills and Finch 2016, chapter 1).

    Examples
    --------
    >>> round(float(payable(np.array(0.18), np.array(0.965), np.array(0.01), np.array(0.0))), 4)
    0.17
    """
    paid = np.maximum(np.minimum(pay * content, content - deduction), 0.0)
    return np.where(content >= minimum, paid, 0.0)


def later_price(prices: Array, months: float) -> Array:
    """Return the price of a quotational period some months after shipment.

    Between the mean of a year and that of the next in proportion; the last year stays as it is. A
    single level (no years) has no later.

    Parameters
    ----------
    prices
        Shape ``(year, draw)`` or ``(draw,)``.
    months
        0 to 12.

    Examples
    --------
    >>> later_price(np.array([[100.0], [200.0]]), 3.0).ravel()
    array([125., 200.])
    """
    if not 0.0 <= months <= 12.0:
        raise LodewayError("bad-number", "quotation_months", months, "0 to 12 months")
    if prices.ndim < 2 or months == 0.0:
        return prices
    following = np.concatenate([prices[1:], prices[-1:]])
    return (1.0 - months / 12.0) * prices + months / 12.0 * following


class Terms:
    """One section ``[[terms]]`` with its facts drawn."""

    def __init__(self, section: Mapping[str, Any], facts: Facts, seed: int, draws: int) -> None:
        self.name = str(section["name"])
        self.section, self.facts = section, facts
        self.seed, self.draws = seed, draws
        self.sources: set[str] = set()
        kind = str(section.get("kind", ""))
        if kind not in KINDS:
            raise LodewayError(
                "bad-study", f"terms {self.name} kind", repr(kind), f"one of {', '.join(KINDS)}",
                suggestion(kind, KINDS),
            )  # fmt: skip
        self.kind = kind

    def fact(self, table: Mapping[str, Any], key: str, *, needed: bool = False) -> Array:
        """Return a term's draws in the unit that its name says; zeros where it is not given."""
        if key not in table:
            if needed:
                raise LodewayError("bad-study", f"terms {self.name}.{key}", "nothing", "a fact id")
            return np.zeros(self.draws)
        unit = unit_of(key)
        fact = fact_in(self.facts, table[key], unit, f"terms {self.name}.{key}")
        self.sources.add(fact.source_id)
        return fact.draw(self.seed, self.draws, unit)

    def lines(self, content: Mapping[str, Array], prices: Mapping[str, Array]) -> dict[str, Array]:
        """Return the lines of the invoice for a dry tonne.

        Parameters
        ----------
        content
            Mass fraction of each element, shape ``(draw,)``.
        prices
            Price of each quoted metal or product in USD per tonne, shape ``(..., draw)``.

        Returns
        -------
        dict
            USD per dry tonne by line, shape ``(..., draw)``; their sum is the delivered value.
        """
        months = float(self.section.get("quotation_months", 0.0))
        prices = {name: later_price(values, months) for name, values in prices.items()}
        lines = (self._iron if self.kind == "iron" else self._metals)(content, prices)
        return self._further(lines, content)

    def _further(
        self, lines: dict[str, Array], content: Mapping[str, Array]
    ) -> dict[str, Array]:  # fmt: skip
        """Add penalties, handling losses and assaying to an invoice."""
        paid = sum((value for name, value in lines.items() if name.startswith(_PAID)),
                   np.zeros(self.draws))  # fmt: skip
        flat = 0.0 * paid
        for item in self.section.get("penalty", []):
            held = content.get(str(item["element"]), np.zeros(self.draws))
            over = held - self.fact(item, "above_pct") / 100.0
            rate = self.fact(item, "usd_per_t_per_pct", needed=True) * 100.0
            lines[f"penalty {item['element']}"] = flat - np.maximum(over, 0.0) * rate
        if "loss_pct" in self.section:
            lines["handling losses"] = -paid * self.fact(self.section, "loss_pct") / 100.0
        if "assaying_usd_per_t" in self.section:
            lines["assaying"] = flat - self.fact(self.section, "assaying_usd_per_t")
        return lines

    def _escalation(self, like: Array) -> Array:
        """Return the factor by which charges have grown, by year; 1 for a single level."""
        if "escalator_pct_per_y" not in self.section or like.ndim < 2:
            return np.ones(self.draws)
        yearly = 1.0 + self.fact(self.section, "escalator_pct_per_y") / 100.0
        return np.asarray(yearly ** np.arange(len(like))[:, None])

    def _price(self, prices: Mapping[str, Array], name: str) -> Array:
        if name not in prices:
            raise LodewayError(
                "unknown-id", f"terms {self.name}", repr(name), "the name of a [[price]]",
                suggestion(name, prices),
            )  # fmt: skip
        return prices[name]

    def _metals(
        self, content: Mapping[str, Array], prices: Mapping[str, Array]
    ) -> dict[str, Array]:
        lines: dict[str, Array] = {}
        zero = np.zeros(self.draws)
        ounces = zero
        for item in self.section.get("payable", []):
            element = str(item["element"])
            held = content.get(element, zero)
            price = self._price(prices, str(item["price"]))
            deduction = self.fact(item, "deduct_pct") / 100.0
            deduction = deduction + self.fact(item, "deduct_g_per_t") * 1e-6
            minimum = self.fact(item, "minimum_g_per_t") * 1e-6
            share = self.fact(item, "pay_pct", needed=True) / 100.0
            paid = payable(held, share, deduction, minimum)
            lines[f"payable {element}"] = paid * price
            refining = self.fact(item, "rc_usd_per_lb") * _POUNDS_PER_T
            refining = refining + self.fact(item, "rc_usd_per_oz") * _OUNCES_PER_T
            grown = self._escalation(price)
            lines[f"refining {element}"] = -paid * refining * grown + 0.0 * price
            if "participation_pct" in item:
                above = price - self.fact(item, "participation_above_usd_per_t", needed=True)
                part = self.fact(item, "participation_pct") / 100.0
                lines[f"participation {element}"] = -paid * part * np.maximum(above, 0.0)
            ounces = ounces + held * _OUNCES_PER_T
        flat = 0.0 * next(iter(lines.values())) if lines else zero
        if self.kind == "concentrate":
            charge = self.fact(self.section, "tc_usd_per_t", needed=True)
            lines["treatment"] = flat - charge * self._escalation(flat)
        else:
            charge = self.fact(self.section, "charge_usd_per_oz")
            lines["refining and transport"] = flat - charge * ounces
        return lines

    def _iron(self, content: Mapping[str, Array], prices: Mapping[str, Array]) -> dict[str, Array]:
        price = self._price(prices, str(self.section.get("price", "")))
        base = self.fact(self.section, "base_fe_pct", needed=True)
        step = self.fact(self.section, "usd_per_t_per_fe_pct")
        points = content.get("Fe", np.zeros(self.draws)) * 100.0 - base
        if self.section.get("pro_rata"):  # paid by the iron in it, as an index per unit of iron is
            step = price / base
        return {
            "quoted price": price,
            "premium": 0.0 * price + self.fact(self.section, "premium_usd_per_t"),
            "iron content": 0.0 * price + points * step,
        }
