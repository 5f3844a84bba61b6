"""Royalties of a federation's states as data: on value, by price, on profit, at the mine mouth.

The income tax above them runs through the fiscal ledger. A royalty that is a plain share of value
could too; the others need what the ledger does not see: a price, or the cost of the mill alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import run_regime
from lodeway.economics.regime import make_regime
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text

Array = NDArray[np.float64]
KINDS = ("value", "by price", "profit", "mine mouth", "value and profit")


@dataclass(frozen=True)
class Accounts:
    """Yearly money of one mine before royalty and tax, each of shape ``(year,)``.

    `mine_mouth` is what the ore is worth before the mill; `depreciation` is of all capital.
    """

    revenue: Array
    opex: Array
    capex: Array
    depreciation: Array
    mine_mouth: Array


@dataclass(frozen=True)
class State:
    """One state: its number on the map and its royalty."""

    name: str
    number: int
    royalty: Mapping[str, Any]


@dataclass(frozen=True)
class Federation:
    """States with their royalties under one income tax.

    Attributes
    ----------
    states
        In the order of the file.
    income_tax
        Rate of the tax on profit after royalty, losses carried forward without end.
    infrastructure_tax_relief
        Share of the cost of roads, power and water that the tax is taken to give back.
    choose_method_in
        Name of the state under whose royalty open pit and underground are compared, or empty for
        the case's own.
    """

    states: tuple[State, ...]
    income_tax: float
    infrastructure_tax_relief: float
    choose_method_in: str = ""

    def state(self, name: str) -> State:
        """Return a state by name."""
        for state in self.states:
            if state.name == name:
                return state
        names = [state.name for state in self.states]
        raise LodewayError(
            "unknown-id", "state", repr(name), ", ".join(names), suggestion(name, names)
        )


def read_federation(path: Path) -> Federation:
    """Read royalties and tax from a TOML file.

    Raises
    ------
    LodewayError
        For a kind that is not known, a rate outside 0 to 1, or two states with one number.
    """
    try:
        terms = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", str(path), str(problem), "TOML") from None
    states = [
        State(str(item["name"]), int(item["id"]), _royalty_terms(item, str(path)))
        for item in terms.get("state", [])
    ]
    numbers = [state.number for state in states]
    if not states or len(set(numbers)) != len(numbers):
        raise LodewayError("bad-study", f"{path} state", numbers, "states, each with its own id")
    return Federation(
        tuple(states),
        _share(terms.get("income_tax"), f"{path} income_tax"),
        _share(terms.get("infrastructure_tax_relief", 0.0), f"{path} infrastructure_tax_relief"),
        str(terms.get("choose_method_in", "")),
    )


def _royalty_terms(item: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    terms: Mapping[str, Any] = item.get("royalty", {})
    kind = str(terms.get("kind", ""))
    if kind not in KINDS:
        raise LodewayError(
            "bad-study", f"{where} state {item['name']} royalty.kind", repr(kind),
            f"one of {', '.join(KINDS)}", suggestion(kind, KINDS),
        )  # fmt: skip
    for name in ("rate", "low_rate", "high_rate", "profit_rate", "cap"):
        if name in terms:
            _share(terms[name], f"{where} state {item['name']} royalty.{name}")
    return terms


def _share(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise LodewayError("bad-fraction", where, repr(value), "a share from 0 to 1")
    return float(value)


def royalty(
    terms: Mapping[str, Any], accounts: Accounts, metal: str, price_per_unit: float
) -> Array:
    """Return a state's royalty by year.

    Parameters
    ----------
    terms
        What the file says of the royalty.
    accounts
        The mine's money.
    metal, price_per_unit
        The leading metal and its price in the unit of the bands.

    Examples
    --------
    >>> ones = np.ones(2)
    >>> accounts = Accounts(100.0 * ones, 30.0 * ones, 0.0 * ones, 10.0 * ones, 80.0 * ones)
    >>> royalty({"kind": "profit", "rate": 0.1}, accounts, "Cu", 2.0)
    array([6., 6.])
    """
    kind, value = terms["kind"], accounts.revenue
    profit = accounts.revenue - accounts.opex - accounts.depreciation
    if kind == "by price":
        if metal not in terms["bands"]:
            raise LodewayError("missing", "royalty by price", metal, ", ".join(terms["bands"]))
        low, high, times = terms["bands"][metal]
        ends = [terms["low_rate"], terms["high_rate"]]
        rate = float(np.interp(price_per_unit, [low, high], ends))
        return np.asarray(value * rate * times)
    if kind == "profit":
        return np.asarray(terms["rate"] * (profit if terms.get("refund") else profit.clip(0.0)))
    if kind == "mine mouth":
        return np.asarray(terms["rate"] * accounts.mine_mouth)
    due = terms["rate"] * value
    if kind == "value and profit":
        above = (value > terms["from_value"]) & (profit > 0.0)
        part = np.divide(np.square(profit), value, out=np.zeros_like(value), where=above)
        due = np.minimum(due + terms["profit_rate"] * part, terms["cap"] * value)
    return np.asarray(due)


def after_tax(accounts: Accounts, due: Array, income_tax: float) -> Array:
    """Return yearly cash after royalty and income tax, the tax from the fiscal ledger.

    Depreciation and royalty enter the ledger as cost: it then taxes the profit after both, and
    carries losses forward without end.

    Parameters
    ----------
    accounts
        The mine's money, ``(year,)``.
    due
        The royalty under each of several states, ``(state, year)``.
    income_tax
        Rate of the tax.

    Returns
    -------
    numpy.ndarray
        Shape ``(state, year)``.
    """
    regime = make_regime({"kind": "royalty", "tax": income_tax}, "federation")
    cost = accounts.opex + accounts.depreciation + due
    revenue = np.broadcast_to(accounts.revenue, cost.shape)
    tax = run_regime(regime, revenue, cost, np.zeros_like(cost)).tax
    return np.asarray(accounts.revenue - accounts.opex - accounts.capex - due - tax)
