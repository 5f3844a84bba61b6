"""A case of the published economic-fairways model: reading it, its depth table, and its map."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import npv
from lodeway.economics.ground.annual_mine import (
    DEEPEST_PIT_M,
    Mine,
    Orebody,
    PowerLaw,
    mine,
    pit_plan,
    underground_plan,
)
from lodeway.economics.ground.royalties import Federation, after_tax, royalty
from lodeway.errors import LodewayError
from lodeway.io import parse_number, read_text

Array = NDArray[np.float64]

_TROY_OUNCE_T = 31.1034768e-6
_MASS_T = {"": 1e-3, "kg": 1e-3, "g": 1e-6, "tonne": 1.0, "t": 1.0, "lb": 0.45359237e-3,
           "toz": _TROY_OUNCE_T}  # fmt: skip
_DEEPEST_M = 30_000.0
_SHALLOW_M = 200.0


@dataclass(frozen=True)
class FairwaysCase:
    """One case: the orebody, power laws by name, and rates."""

    body: Orebody
    laws: Mapping[str, PowerLaw]
    discount_rate: float
    overhead: float
    state: str
    price_unit_t: float


def read_case(path: Path) -> FairwaysCase:
    """Read a case of the published model (XML).

    Raises
    ------
    LodewayError
        For XML with entities or a document type, and for what is missing or out of range.
    """
    import xml.etree.ElementTree as ET

    text = read_text(path)
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
        raise LodewayError("bad-study", str(path), "a document type or an entity", "plain XML")
    try:
        root = ET.fromstring(text)  # noqa: S314  entities were refused above
    except ET.ParseError as problem:
        raise LodewayError("bad-study", str(path), str(problem), "XML") from None
    laws = {
        str(item.get("name")): PowerLaw(
            _number(item, "coeff", path, low=0.0), _number(item, "power", path)
        )
        for item in root.iter("PowerLaw")
    }
    body, money = root.find(".//Orebody"), root.find(".//Economics")
    if body is None or money is None:
        raise LodewayError("missing", str(path), "no Orebody or Economics", "both")
    metal = (body.get("type") or "")[:2]
    shares = {
        str(item.get("name")): _number(item, "grade", path, low=0.0, high=1.0)
        for item in body.findall("Commodity")
    }
    prices = {
        str(item.get("name")): _price(str(item.get("price")), f"{path} price")
        for item in money.findall("Commodity")
    }
    missing = set(shares) - set(prices)
    if missing or metal not in shares:
        raise LodewayError("missing", f"{path} Commodity", sorted(missing) or metal, "grade, price")
    return FairwaysCase(
        Orebody(metal, _mass(str(body.get("mass")), f"{path} mass"), shares, prices,
                math.degrees(_number(body, "dip", path))),
        laws,
        _number(money, "discountRate", path, low=0.0, high=1.0),
        _number(money, "GandAFraction", path, low=0.0, high=0.99) if money.get("GandAFraction")
        else 0.14,
        str(money.get("state") or ""),
        _TROY_OUNCE_T if metal == "Au" else 1.0,
    )  # fmt: skip


def _number(item: object, name: str, path: Path, **limits: float) -> float:
    text = item.get(name)  # type: ignore[attr-defined]
    where = f"{path} {item.tag} {name}"  # type: ignore[attr-defined]
    if text is None:
        raise LodewayError("missing", where, "nothing", "a number")
    return parse_number(str(text), where, **limits)


def _mass(text: str, where: str) -> float:
    number, _, unit = text.strip().partition(" ")
    if unit.strip() not in _MASS_T:
        raise LodewayError("bad-unit", where, repr(text), "kg, g, tonne, lb or toz")
    return parse_number(number, where, low=0.0) * _MASS_T[unit.strip()]


def _price(text: str, where: str) -> float:
    """Return a price per tonne."""
    match = re.fullmatch(r"\s*(\S+)\s+[A-Z]{3}/(\w+)\s*", text)
    if not match or match[2] not in _MASS_T:
        raise LodewayError("bad-unit", where, repr(text), "such as '9000 AUD/tonne'")
    return parse_number(match[1], where, low=0.0) / _MASS_T[match[2]]


@dataclass(frozen=True)
class DepthTable:
    """What a case yields by depth of cover.

    `value` has shape ``(state, depth)``: net present value without infrastructure;
    `tonnes` (discounted from year 0, so one year before the money) and `peak_t` are of
    concentrate, ``(depth,)``; `mill_t` is ore a year at the deepest cover.
    """

    cover_m: Array
    value: Array
    states: tuple[int, ...]
    tonnes: Array
    peak_t: Array
    mill_t: float


def cover_depths() -> Array:
    """Return the depths at which the published model computes a mine: dense above 200 m only."""
    deep = np.linspace(0.0, _DEEPEST_M - _SHALLOW_M, 20)
    return np.append(np.linspace(0.0, _SHALLOW_M, 21), deep + deep[1] + _SHALLOW_M)


def depth_table(case: FairwaysCase, federation: Federation) -> DepthTable:
    """Compute a mine at every depth, and its value in every state."""
    depths = cover_depths()
    names = [state.name for state in federation.states]
    judge = case.state
    values, tonnes, peaks, mill = [], [], [], 0.0
    for cover in depths:
        best = _best(case, federation, float(cover), judge)
        judge = federation.choose_method_in or case.state
        values.append(_values(case, federation, best, names))
        factors = (1.0 + case.discount_rate) ** np.arange(len(best.concentrate_t))
        tonnes.append(float(np.sum(best.concentrate_t / factors)))
        peaks.append(float(best.concentrate_t.max()))
        mill = best.plan.capacity_t
    return DepthTable(
        depths, np.array(values).T.copy(), tuple(s.number for s in federation.states),
        np.array(tonnes), np.array(peaks), mill,
    )  # fmt: skip


def _best(case: FairwaysCase, federation: Federation, cover: float, judge: str) -> Mine:
    """Return the pit where it is worth more than underground, and more than nothing."""
    below = mine(
        case.body, case.laws, underground_plan(case.body, case.laws, cover), overhead=case.overhead
    )
    if cover >= DEEPEST_PIT_M:
        return below
    pit = mine(case.body, case.laws, pit_plan(case.body, case.laws, cover), overhead=case.overhead)
    if _hopeless(case, federation, pit, judge):
        return below
    worth = _values(case, federation, pit, [judge])[0]
    return pit if worth > max(_values(case, federation, below, [judge])[0], 0.0) else below


def _dues(case: FairwaysCase, federation: Federation, found: Mine, states: Sequence[str]) -> Array:
    """Return the royalty under each state, ``(state, year)``."""
    metal = case.body.metal
    price = case.body.prices_per_t[metal] * case.price_unit_t
    return np.stack(
        [royalty(federation.state(s).royalty, found.accounts, metal, price) for s in states]
    )


def _hopeless(case: FairwaysCase, federation: Federation, found: Mine, judge: str) -> bool:
    """Whether a mine is worth nothing before tax, so that its (long) ledger need not be run."""
    money = found.accounts
    due = _dues(case, federation, found, [judge])
    before = npv(money.revenue - money.opex - money.capex, case.discount_rate)
    return bool(np.all(due >= 0.0)) and float(before) <= 0.0


def _values(
    case: FairwaysCase, federation: Federation, found: Mine, states: Sequence[str]
) -> list[float]:
    """Return the net present value under each state."""
    due = _dues(case, federation, found, states)
    cash = after_tax(found.accounts, due, federation.income_tax)
    return [float(value) for value in npv(cash, case.discount_rate)]
