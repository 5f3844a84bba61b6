"""Checks on yearly flows: mill, metal and life must fit each other and the reserve."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from lodeway.registry.evidence import Circle, Evidence, Reading, short, tonnes
from lodeway.registry.quantities import Quantity, nature

#: Share of the metal in the mill feed that plants recover, from poor to very good.
_RECOVERY = (0.4, 1.0)


def mill_against_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold yearly metal against mill feed times grade."""
    if claim.kind != "product rate" or not claim.value or claim.commodity not in nature():
        return
    if re.search(r"concentrate|hbi|pellet", claim.claim.words):
        return
    grades = [
        item for item in circle.of("grade", claim.commodity) if item.commodity == claim.commodity
    ]
    for mill in circle.of("ore rate")[:1]:
        for grade in grades[:1]:
            feed = (mill.value or 0.0) * (grade.value or 0.0)
            if not feed:
                continue
            share = claim.value / feed
            line = (
                f"{tonnes(mill.value or 0.0)}/y of ore ({mill.claim.id}) x "
                f"{(grade.value or 0.0) * 100:.3g} % ({grade.claim.id}) = {tonnes(feed)}/y; "
                f"{tonnes(claim.value)}/y is {share:.0%} of that"
            )
            if _RECOVERY[0] <= share <= _RECOVERY[1]:
                yield Evidence("consistent", "mill, grade and recovery give this output", line)
            elif 400.0 <= share <= 1500.0:
                reading = Reading("a slip of a thousand", claim.value / 1e3, "t/y")
                yield Evidence("unit-suspect", "more metal than the mill is fed", line, reading)
            elif share > 1.15:
                yield Evidence("conflicts", "more metal than the mill is fed", line)


def life_against_ore(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a stated life against ore over the mill's yearly feed."""
    if claim.kind != "life" or not claim.value:
        return
    ores = [item for item in circle.of("ore") if item.value]
    mills = [item for item in circle.of("ore rate") if item.value]
    if not ores or not mills or any("->" in item.claim.text for item in circle.members):
        return
    ore, mill = _middle(ores), _middle(mills)
    years = (ore.value or 0.0) / (mill.value or 1.0)
    line = (
        f"{tonnes(ore.value or 0.0)} of ore ({ore.claim.id}) / {tonnes(mill.value or 0.0)}/y "
        f"({mill.claim.id}) = {years:.0f} years against {claim.value:g}"
    )
    least = bool(re.search(r"at least|lower bound|>|no less", claim.claim.words))
    if 0.75 <= claim.value / years <= 1.33 or (least and claim.value <= years):
        yield Evidence("consistent", "ore over yearly feed gives this life", line)
    else:
        yield Evidence("conflicts", "ore over yearly feed gives another life", line)


def output_against_reserve(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold yearly metal times life against the metal in the ground."""
    if claim.kind != "product rate" or not claim.value or claim.commodity not in nature():
        return
    if re.search(r"concentrate|hbi|pellet", claim.claim.words):
        return
    lives = [item for item in circle.of("life") if item.value]
    metals = [item for item in circle.of("metal", claim.commodity)
              if item.value and item.commodity == claim.commodity]  # fmt: skip
    if not lives or not metals:
        return
    life, metal = lives[0], max(metals, key=lambda item: item.value or 0.0)
    needed = claim.value * (life.value or 0.0)
    line = (
        f"{tonnes(claim.value)}/y x {life.value:g} y ({life.claim.id}) = {tonnes(needed)} against "
        f"{tonnes(metal.value or 0.0)} in the ground ({metal.claim.id})"
    )
    share = needed / (metal.value or 1.0)
    if share > 1.15:
        yield Evidence("conflicts", "more is to be mined than is said to be there", line)
    elif share >= 0.5:
        yield Evidence("consistent", "output times life fits the reserve", line)


def _middle(items: list[Quantity]) -> Quantity:
    ordered = sorted(items, key=lambda item: item.value or 0.0)
    return ordered[len(ordered) // 2]


def six_tenths(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold two costs of two capacities against each other: about the power 0.6."""
    if claim.kind != "capex" or not claim.value:
        return
    own = _capacity_beside(claim, circle)
    if own is None:
        return
    for other in circle.of("capex"):
        rate = _capacity_beside(other, circle)
        if rate is None or not other.value or not 1.3 < own / rate < 30.0:
            continue
        power = float(np.log(claim.value / other.value) / np.log(own / rate))
        line = (
            f"{own / rate:.2f} times the capacity for {claim.value / other.value:.2f} times the "
            f"money of {other.claim.id}: exponent {power:.2f}; six-tenths rule "
            f"{short(other.value * (own / rate) ** 0.6)} USD"
        )
        if power < 0.4:
            yield Evidence("conflicts", "too little money for so much more plant", line)


def _capacity_beside(cost: Quantity, circle: Circle) -> float | None:
    """Return the capacity that the same source gives at the same date."""
    found = [
        item.value
        for item in circle.of("product rate")
        if item.claim.source == cost.claim.source and item.claim.date == cost.claim.date
    ]
    return found[0] if found else None


FLOW_CHECKS = (mill_against_metal, life_against_ore, output_against_reserve, six_tenths)
