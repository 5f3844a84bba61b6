"""Checks on plants and money: rates, life, cost and revenue that must fit each other."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from lodeway.errors import LodewayError
from lodeway.registry.evidence import Circle, Evidence, Reading, short, tonnes
from lodeway.registry.quantities import Quantity, commodity_of, nature
from lodeway.units import parse

#: Usual grades of concentrates.
_CONCENTRATE = {"Cu": 0.22, "Zn": 0.50, "Pb": 0.50, "Mo": 0.50}
_RECOVERY = 0.85
#: HBI: iron content, iron recovery of magnetite ores, and a price range in USD/t.
_HBI_FE, _FE_RECOVERY, _HBI_PRICE = 0.92, (0.70, 0.90), (300.0, 450.0)
#: Employment multipliers that studies print (type I and II, all jobs or ancillary ones).
_MULTIPLIER = (0.3, 9.0)


def concentrate_for_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a concentrate tonnage against the plant: its head grade must be one that ore has."""
    if claim.kind != "product rate" or not claim.value:
        return
    words = claim.claim.words
    of_metal = re.search(r"\b(?:in|as) (?:the )?concentrates?\b|contained", words)
    if "concentrate" not in words or "hbi" in words or of_metal:
        return
    commodity = claim.commodity or _sibling_commodity(circle)
    grade = _CONCENTRATE.get(commodity)
    if grade is None:
        return
    if "?" in claim.claim.unit:
        reason = "the source does not say whether concentrate or metal is meant"
    else:
        reason = "as concentrate the ore would be poorer than any that is worked"
    metal = claim.value * grade
    rate, origin = _ore_rate(circle)
    reading = Reading(f"contained {commodity}", claim.value, "t of metal")
    if rate is None:
        if "?" in claim.claim.unit:
            line = (
                f"{tonnes(claim.value)} of concentrate at {grade:.0%} is {tonnes(metal)} of metal"
            )
            yield Evidence("unit-suspect", reason, line, reading)
        return
    head, as_metal = metal / _RECOVERY / rate, claim.value / _RECOVERY / rate
    lowest = nature()[commodity].grade_low * 100
    line = (
        f"as concentrate {short(claim.value)} x {grade:.0%} / {_RECOVERY:.0%} / {tonnes(rate)} of "
        f"ore ({origin}) = {head:.3%} {commodity}; as metal {as_metal:.3%}; "
        f"poorest ore that is known {lowest:.3g} %"
    )
    if head < lowest / 100 and as_metal > head:
        yield Evidence("unit-suspect", reason, line, reading)


def _sibling_commodity(circle: Circle) -> str:
    found = {item.commodity for item in circle.members if item.commodity in _CONCENTRATE}
    return min(found) if found else ""


def _ore_rate(circle: Circle) -> tuple[float | None, str]:
    """Return what the plant mills in a year: as said, else by the size of the deposit.

    The rule for open pits: 0.123 t/d x (ore in t)^0.649 (Long 2009, "A test and re-estimation of
    Taylor's empirical capacity-reserve relationship", Natural Resources Research 18).
    """
    said = circle.of("ore rate")
    if said:
        best = max(said, key=lambda item: item.value or 0.0)
        return best.value, best.claim.id
    ores = [item for item in circle.of("ore") if (item.value or 0.0) > 1e6]
    if ores:
        mass = float(np.median([item.value for item in ores if item.value]))
        return 0.123 * mass**0.649 * 365, f"by its {short(mass)} t of ore, {ores[0].claim.id}"
    return None, ""


def chain_of(text: str) -> dict[str, float] | None:
    """Return the masses and grades of a process chain written with arrows, or None.

    Examples
    --------
    >>> chain_of("3.0-3.2 Mt ore -> 1.3 Mt conc -> 0.9 Mt HBI (95 % Fe); USD 1.0bn")
    {'ore': 3.1, 'conc': 1.3, 'hbi': 0.9, 'hbi_grade': 0.95, 'usd': 1000000000.0}
    """
    if "->" not in text:
        return None
    found: dict[str, float] = {}
    for part in text.partition(";")[0].split("->"):
        match = re.search(
            r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?\s*(?:Mt|kt|t)\s*([A-Za-z]+)", part
        )
        if not match:
            return None
        low, high = float(match[1]), float(match[2] or match[1])
        name = match[3].lower()
        found[name] = (low + high) / 2
        grade = re.search(r"(\d+(?:\.\d+)?)\s*%", part)
        if grade:
            found[f"{name}_grade"] = float(grade[1]) / 100
    money = re.search(r"USD\s*(\d+(?:\.\d+)?)\s*(bn|m)", text, re.IGNORECASE)
    if money:
        found["usd"] = float(money[1]) * (1e9 if money[2].lower() == "bn" else 1e6)
    return found


def process_chain(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Follow the iron of a chain: it survives every step, and no more than all of it."""
    chain = chain_of(claim.claim.text)
    if not chain or not {"ore", "conc"} <= set(chain):
        return
    head = _one(circle, "grade", "Fe")
    middle = _one(circle, "product grade", "Fe")
    if head is None or middle is None:
        return
    recovery = chain["conc"] * middle / (chain["ore"] * head)
    line = (
        f"{chain['conc']:g} x {middle:.0%} / ({chain['ore']:g} x {head:.0%}) = {recovery:.1%} of "
        "the iron recovered"
    )
    good = 0.5 <= recovery <= 0.97
    if "hbi" in chain and "hbi_grade" in chain:
        kept = chain["hbi"] * chain["hbi_grade"] / (chain["conc"] * middle)
        line += (
            f"; {chain['hbi']:g} x {chain['hbi_grade']:.0%} / ({chain['conc']:g} x {middle:.0%}) "
        )
        line += f"= {kept:.1%} kept in the furnace"
        good = good and 0.9 <= kept <= 1.0
    if good:
        yield Evidence("consistent", "the chain balances", line)
    elif recovery > 1.0:
        yield Evidence("impossible", "more iron comes out than goes in", line)


def _one(circle: Circle, kind: str, commodity: str) -> float | None:
    found = circle.of(kind, commodity)
    return found[0].value if found else None


def _iron_need(circle: Circle) -> tuple[float, float, str] | None:
    """Return the ore that the HBI plant needs a year, low and high, and how it is reckoned."""
    head = _one(circle, "grade", "Fe")
    plants = [item for item in circle.of("product rate") if "hbi" in item.claim.words
              or any("hbi" in key for key in item.keys)]  # fmt: skip
    if head is None or not plants:
        return None
    rate = max(item.value or 0.0 for item in plants)
    low, high = (rate * _HBI_FE / (head * share) for share in reversed(_FE_RECOVERY))
    line = (
        f"{tonnes(rate)}/y of HBI x {_HBI_FE:.0%} / ({head:.0%} x {_FE_RECOVERY[0]:.0%} to "
        f"{_FE_RECOVERY[1]:.0%}) = {short(low)} to {short(high)} t/y of ore"
    )
    return low, high, line


def reserve_life(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a stated life against reserve over yearly need."""
    need = _iron_need(circle)
    stated = _stated_years(claim)
    if stated is None:
        return
    years, at_least = stated
    ores = [claim] if claim.kind == "ore" else circle.of("ore")
    chains = [chain for item in circle.members if (chain := chain_of(item.claim.text))]
    rates = [(need[0], need[1], need[2])] if need else []
    if claim.kind == "life" and chains and "ore" in chains[0]:
        rate = chains[0]["ore"] * 1e6
        rates = [(rate, rate, f"{tonnes(rate)}/y of ore in the plan"), *rates]
    for low, high, line in rates[:1]:
        for ore in ores[:1]:
            longest, shortest = (ore.value or 0.0) / low, (ore.value or 0.0) / high
            text = (
                f"{tonnes(ore.value or 0.0)} ({ore.claim.id}) / ({line}) = {shortest:.0f} to "
                f"{longest:.0f} years against {years:g}"
            )
            if at_least and longest >= years:
                yield Evidence("consistent", "it lasts longer than was said", text)
            elif not at_least and (years < 0.75 * shortest or years > 1.33 * longest):
                yield Evidence("conflicts", "reserve and yearly need give another life", text)
            elif not at_least:
                yield Evidence("consistent", "reserve and yearly need give this life", text)
            else:
                yield Evidence("conflicts", "the reserve does not last so long", text)


def _stated_years(claim: Quantity) -> tuple[float, bool] | None:
    """Return the years that a claim states, and whether it says at least."""
    words = claim.claim.words
    if claim.kind == "life" and claim.value:
        return claim.value, bool(re.search(r"at least|lower bound|>=", words))
    if claim.kind == "ore":
        found = re.search(r"at least (\d+) years?", words)
        return (float(found[1]), True) if found else None
    return None


def capex_scaling(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold cost against capacity: about to the power 0.6 (six-tenths rule)."""
    if claim.kind != "capex" or not claim.value:
        return
    plants = [item for item in circle.of("product rate") if item.value]
    if not plants:
        return
    rate = max(item.value or 0.0 for item in plants)
    unit = claim.value / rate
    line = f"{short(claim.value)} USD / {tonnes(rate)}/y = {unit:,.0f} USD for each yearly tonne"
    for item in circle.members:
        chain = chain_of(item.claim.text)
        if not chain or "usd" not in chain or "hbi" not in chain:
            continue
        smaller = chain["hbi"] * 1e6
        if smaller < rate:
            power = np.log(claim.value / chain["usd"]) / np.log(rate / smaller)
            rule = chain["usd"] * (rate / smaller) ** 0.6
            text = (
                f"{rate / smaller:.2f} times the capacity for {claim.value / chain['usd']:.2f} "
                f"times the money of {item.claim.id}: exponent {power:.2f}; six-tenths rule "
                f"{short(rule)} USD"
            )
            if power < 0.4:
                yield Evidence("conflicts", "too little money for so much more plant", text)
                return
    if 100.0 <= unit <= 3000.0:
        yield Evidence("plausible", "an ordinary cost for each yearly tonne", line)


def product_conflict(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a capacity against the product of a chain that somebody else printed."""
    if claim.kind != "product rate" or not claim.value or "hbi" not in claim.claim.words:
        return
    for item in circle.members:
        chain = chain_of(item.claim.text)
        if chain and "hbi" in chain:
            other = chain["hbi"] * 1e6
            if max(claim.value, other) / min(claim.value, other) > 1.5:
                line = (
                    f"{tonnes(claim.value)}/y against {tonnes(other)}/y of HBI in {item.claim.id}: "
                    f"{claim.value / other:.2g} times"
                )
                yield Evidence("conflicts", "another plan says another capacity", line)


def budget_against_sales(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold receipts of a state against what the plant can sell."""
    if claim.kind != "budget" or not claim.value:
        return
    plants = [item for item in circle.of("product rate") if item.value]
    if not plants:
        return
    rate = max(item.value or 0.0 for item in plants)
    lives = [stated[0] for item in circle.members if (stated := _stated_years(item))]
    years = max(lives) if lives else 20.0
    low, high = (rate * price * years for price in _HBI_PRICE)
    line = (
        f"gross sales {tonnes(rate)}/y x {_HBI_PRICE[0]:.0f} to {_HBI_PRICE[1]:.0f} USD/t x "
        f"{years:g} y = {short(low)} to {short(high)} USD; the claim is "
        f"{claim.value / high:.0%} to {claim.value / low:.0%} of that"
    )
    if claim.value > 0.5 * high:
        yield Evidence(
            "unit-suspect",
            "as receipts of the state it would take most of what is sold; it fits gross sales over "
            "the life, and a contribution to GDP (value added of the project and what it sets "
            "moving) is another reading",
            line,
            Reading("gross sales over the life, or contribution to GDP", claim.value, "USD"),
        )
    else:
        yield Evidence("plausible", "a share of sales that states take", line)


@cache
def _prices() -> list[dict[str, str]]:
    with Path(__file__).with_name("prices.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def price_at(commodity: str, date: str) -> tuple[float, str] | None:
    """Return the price of a metal in USD/t in the month of a date, and that month.

    World Bank Commodity Markets, CC BY 4.0; None for a month that is not in the table.
    """
    for row in _prices():
        if row["month"] == date[:7] and row.get(commodity):
            return float(row[commodity]), row["month"]
    return None


def price_of_the_month(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold a price against the mean of its month, also under another unit of weight."""
    if claim.kind != "money" or not claim.claim.value or "/" not in claim.claim.unit:
        return
    try:
        unit = parse(claim.claim.unit)
    except LodewayError:
        return
    price = price_at(claim.commodity, claim.claim.date)
    if unit.dimension != "money/mass" or price is None:
        return
    told = claim.claim.value * unit.factor
    off = told / price[0] - 1.0
    line = f"{told:,.0f} USD/t against {price[0]:,.0f} USD/t in {price[1]}: {off:+.0%}"
    if 0.75 < told / price[0] < 1.33:
        close = abs(off) < 0.03
        reason = "it is the price of the month" if close else "near the price of the month"
        yield Evidence("consistent" if close else "plausible", reason, line)
        return
    for name in ("t", "lb", "oz", "kg", "g"):
        other = claim.claim.value * parse(f"USD/{name}").factor
        if 0.75 < other / price[0] < 1.33:
            reading = Reading(f"USD per {name}", claim.claim.value, f"USD/{name}")
            yield Evidence("unit-suspect", "another unit of weight fits", line, reading)
            return
    yield Evidence("conflicts", "no such price in that month", line)


def implied_unit_value(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold money over metal against the price of the month."""
    if claim.kind != "money" or not claim.value:
        return
    text = claim.claim.basis
    found = re.search(r"(\d[\d,]*(?:\.\d+)?)\s*(kt|mt|t)\b", text, re.IGNORECASE)
    commodity = commodity_of(text)
    if not found or not commodity:
        return
    scale = {"kt": 1e3, "mt": 1e6}.get(found[2].lower(), 1.0)
    mass = float(found[1].replace(",", "")) * scale
    price = price_at(commodity, claim.claim.date)
    if price is None:
        return
    implied = claim.value / mass
    off = implied / price[0] - 1.0
    line = (
        f"{short(claim.value)} USD / {tonnes(mass)} = {implied:,.0f} USD/t against "
        f"{price[0]:,.2f} USD/t in {price[1]}: {off:+.0%}"
    )
    if abs(off) <= 0.05:
        yield Evidence("consistent", "it is the price of the month", line)
    elif 1 / 3 < implied / price[0] < 3:
        yield Evidence("conflicts", "the price of the month gives another value", line)
    else:
        yield Evidence("unit-suspect", "no such price in that month", line)


def jobs_of_two_kinds(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Find jobs of building added to posts that last."""
    if claim.kind != "jobs" or claim.value is None:
        return
    words = claim.claim.words
    if "construction" in words and "operation" in words:
        line = f"{short(claim.value)} jobs = posts of construction + posts of operation"
        yield Evidence("unit-suspect", "two kinds of jobs are added", line)
    else:
        yield Evidence("plausible", "a number of posts", f"{short(claim.value)} posts")


def multiplier_range(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold an employment multiplier against those that studies print."""
    if claim.kind != "multiplier" or claim.value is None:
        return
    high = claim.high if claim.high is not None else claim.value
    low, most = _MULTIPLIER
    line = f"{claim.value:g} to {high:g} beside printed multipliers of {low} to {most}"
    if _MULTIPLIER[0] <= claim.value <= high <= _MULTIPLIER[1]:
        yield Evidence("plausible", "within what studies print", line)


PLANT_CHECKS = (
    concentrate_for_metal, process_chain, reserve_life, capex_scaling, product_conflict,
    budget_against_sales, price_of_the_month, implied_unit_value, jobs_of_two_kinds,
    multiplier_range,
)  # fmt: skip
