"""Checks on ore, metal and grade: contained is less than ore, and grades have a ceiling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lodeway.registry.evidence import Circle, Evidence, Reading, short, tonnes
from lodeway.registry.quantities import Nature, Quantity, nature

#: log10 of Cu:Au by mass in 115 porphyry deposits (USGS grade-tonnage model, CC0): mean, spread.
_CU_AU = (4.0451, 0.3206)
#: log10 of ore tonnage of the same deposits.
_TONNAGE = (8.3054, 0.6073)
#: Shares of world reserves: more than one deposit usually has, and more than any has.
_SHARE_OF_WORLD, _BEYOND = 0.04, 0.10


def metal_against_ore(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold metal against ore: contained is less than ore, and no richer than its mineral."""
    if claim.kind != "metal" or claim.value is None:
        return
    limits = nature().get(claim.commodity)
    for ore in circle.of("ore"):
        mass = ore.value or 0.0
        grade = claim.value / mass if mass else np.inf
        line = (
            f"{tonnes(claim.value)} of {claim.commodity} / {tonnes(mass)} of ore "
            f"({ore.claim.id}) = {_grade(grade, claim.commodity)}"
        )
        if limits and grade > min(1.0, limits.ceiling):
            reason = "more metal than the ore can hold"
            yield Evidence("impossible", reason, line, _best_metal(claim, mass, limits))
        elif limits and limits.grade_low / 3 <= grade <= limits.grade_high:
            for other in circle.of("grade", claim.commodity):
                if other.value and 0.6 <= grade / other.value <= 1.67:
                    yield Evidence("consistent", "ore times grade gives the metal", line)
            yield Evidence("plausible", "the grade that it implies is ordinary", line)


def ore_against_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold ore against metal: the grade that it implies must be one that ore can have."""
    if claim.kind != "ore" or not claim.value:
        return
    for metal in circle.of("metal"):
        limits = nature().get(metal.commodity)
        if limits is None or metal.value is None or _too_large(metal):
            continue
        grade = metal.value / claim.value
        line = (
            f"{tonnes(metal.value)} of {metal.commodity} ({metal.claim.id}) / "
            f"{tonnes(claim.value)} of ore = {_grade(grade, metal.commodity)}"
        )
        thousand = metal.value / (claim.value * 1e3)
        if grade > 10 * limits.grade_high or grade > limits.ceiling:
            reading = None
            if limits.grade_low / 3 <= thousand <= limits.grade_high:
                reading = Reading("thousand tonnes of ore", claim.value * 1e3, "t")
                line += f"; as thousand tonnes {_grade(thousand, metal.commodity)}"
            yield Evidence("impossible", "no ore is as rich as that", line, reading)
        elif limits.grade_low / 3 <= grade <= limits.grade_high:
            yield Evidence("plausible", "the grade that it implies is ordinary", line)


def ratio_of_metals(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold copper against gold of the same deposit: their ratio is known from deposits."""
    if claim.kind != "metal" or claim.commodity != "Cu" or not claim.value:
        return
    golds = [
        (item.claim.id, item.value if item.value is not None else item.claim.value)
        for item in circle.members
        if item.kind == "metal" and item.commodity == "Au"
    ]
    scores = sorted((abs(_z_ratio(claim.value, mass)), name, mass) for name, mass in golds if mass)
    for _, name, mass in scores[:1]:  # the gold figure that is kindest to the claim
        z = _z_ratio(claim.value, mass)
        line = (
            f"Cu:Au = {tonnes(claim.value)} / {short(mass)} t ({name}) = "
            f"{short(claim.value / mass)}; 115 deposits range from 2,083 to 133,333 (z = {z:+.1f})"
        )
        if abs(z) > 6.0:
            lower = _z_ratio(claim.value / 1e3, mass)
            reading = None
            if abs(lower) < 3.0:
                reading = Reading("thousand tonnes of metal", claim.value / 1e3, "t")
                line += f"; as thousand tonnes z = {lower:+.1f}"
            yield Evidence("impossible", "no deposit has such a ratio of metals", line, reading)
        elif abs(z) < 3.0:
            yield Evidence("plausible", "the ratio of its metals is ordinary", line)


def _z_ratio(copper: float, gold: float) -> float:
    return float((np.log10(copper / gold) - _CU_AU[0]) / _CU_AU[1])


def share_of_world(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold one deposit against the world: it has no large part of all reserves."""
    if claim.kind != "metal" or not claim.value:
        return
    limits = nature().get(claim.commodity)
    if limits is None:
        return
    share = claim.value / limits.world_t
    line = (
        f"{tonnes(claim.value)} of {claim.commodity} = {share:.1%} of world reserves of about "
        f"{tonnes(limits.world_t)}"
    )
    if share <= _SHARE_OF_WORLD / 4:
        yield Evidence("plausible", "a small part of what the world has", line)
    elif share > _SHARE_OF_WORLD:
        reading = _best_metal(claim, None, limits)
        beyond = claim.value > limits.largest_t or share > _BEYOND
        verdict = "impossible" if beyond else "unit-suspect"
        yield Evidence(verdict, "too much for one deposit", line, reading)


def grade_ceiling(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold a grade against what the richest ore mineral holds."""
    if claim.kind not in {"grade", "product grade"} or claim.value is None:
        return
    limits = nature().get(claim.commodity)
    if limits is None:
        return
    line = (
        f"{_grade(claim.value, claim.commodity)} against a ceiling of {limits.ceiling:.1%} "
        f"({claim.commodity} in its richest mineral)"
    )
    if claim.value > limits.ceiling and claim.commodity != "Au":
        reading = Reading("per mille or a slip of the comma", claim.value / 10, "fraction")
        yield Evidence("impossible", "richer than the mineral itself", line, reading)
    elif claim.value <= limits.ceiling:
        yield Evidence("plausible", "below the ceiling", line)


def tonnage(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold an ore tonnage against what deposits have."""
    if claim.kind != "ore" or not claim.value:
        return
    z = (np.log10(claim.value) - _TONNAGE[0]) / _TONNAGE[1]
    line = f"{tonnes(claim.value)} of ore; 115 porphyry deposits: z = {z:+.1f}"
    if z <= 4.0 and claim.value >= 1e4:
        yield Evidence("plausible", "an ordinary tonnage", line)
    elif z > 6.0:
        yield Evidence("unit-suspect", "larger than any deposit", line)


def unit_missing(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Find a mass without a unit, and name the unit that fits."""
    if claim.kind not in {"metal", "ore", "product rate"} or claim.value is not None:
        return
    number = claim.claim.value
    if number is None:
        return
    limits = nature().get(claim.commodity)
    line = f"{short(number)} {claim.claim.unit or 'without unit'}: no unit of mass"
    reading = None
    if limits and number < limits.largest_t * 0.2:
        reading = Reading("tonnes of metal", number, "t")
        line += f"; as tonnes {number / limits.world_t:.2%} of world reserves"
    yield Evidence("unit-suspect", "the unit is missing", line, reading)


def decimal_comma(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Find parts that are a thousand times too large, whose thousandths sum to the whole."""
    if claim.kind != "metal" or not claim.value or claim.value < 1000:
        return
    fellows = [item for item in circle.of("metal", claim.commodity) if item.value]
    total = [item for item in fellows if item.value and item.value * 50 < (claim.value or 0)]
    parts = [claim, *[item for item in fellows if item.value and item.value * 50 >= claim.value]]
    for whole in total:
        summed = sum(item.value or 0.0 for item in parts) / 1e3
        target = whole.value or 1.0
        if abs(summed / target - 1.0) < 0.05 or claim.value / 1e3 <= target * 1.05:
            pieces = " + ".join(f"{(item.value or 0) / 1e3:.4g}" for item in parts)
            line = (
                f"{short(claim.value)} t is {short(claim.value / target)} times {tonnes(target)} "
                f"({whole.claim.id}); with a decimal comma {pieces} = {summed:.4g} t"
            )
            reading = Reading("decimal comma read as thousands", claim.value / 1e3, "t")
            yield Evidence("unit-suspect", "a decimal comma was read as thousands", line, reading)


def _too_large(metal: Quantity) -> bool:
    """Whether a metal figure is itself beyond belief, so that it judges nothing."""
    limits = nature().get(metal.commodity)
    return limits is None or (metal.value or 0.0) > _SHARE_OF_WORLD * limits.world_t


def _best_metal(claim: Quantity, ore: float | None, limits: Nature) -> Reading | None:
    """Return the likeliest other reading: ore instead of metal, or thousand tonnes."""
    value = claim.value or 0.0
    thousand = value / 1e3
    as_ore = (np.log10(value) - _TONNAGE[0]) / _TONNAGE[1]
    if ore:
        fits_ore = 0.3 <= value / ore <= 3.0
        grade = thousand / ore
        if fits_ore:
            return Reading("ore instead of metal", value, "t of ore")
        if limits.grade_low / 3 <= grade <= limits.grade_high:
            return Reading("thousand tonnes of metal", thousand, "t")
    if abs(as_ore) < 1.0 and value > limits.world_t * 0.09:
        return Reading("ore instead of metal", value, "t of ore")
    return Reading("thousand tonnes of metal", thousand, "t")


def _grade(share: float, commodity: str) -> str:
    if commodity in {"Au", "Ag"} and share < 0.02:
        return f"{share * 1e6:,.4g} g/t {commodity}"
    return f"{share * 100:,.4g} % {commodity}"


MATTER_CHECKS = (
    decimal_comma,
    metal_against_ore, ore_against_metal, ratio_of_metals, share_of_world, grade_ceiling, tonnage,
    unit_missing,
)  # fmt: skip
