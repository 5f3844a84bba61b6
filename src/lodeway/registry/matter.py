"""Checks on ore, metal and grade: contained is less than ore, and grades have a ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lodeway.registry.evidence import Circle, Evidence, Reading, short, tonnes
from lodeway.registry.laws import distance, ratios, z_grade, z_metal, z_ore
from lodeway.registry.quantities import Nature, Quantity, nature
from lodeway.registry.readings import (
    GRADE_SLIPS,
    METAL_SLIPS,
    ORE_SLIPS,
    culprit,
    fitting,
    likeliest,
    near,
    reading_of,
    suspect_alone,
)

#: Share of world reserves that no deposit has.
_BEYOND = 0.10


def ore_times_grade(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold metal against ore times grade, where both are known."""
    if claim.kind != "metal" or not claim.value:
        return
    pair = _best_pair(claim.value, circle, claim.commodity)
    limits = nature().get(claim.commodity)
    if pair is None or limits is None:
        return
    ore, grade = pair
    mass, share = ore.value or 0.0, grade.value or 0.0
    wanted = mass * share
    line = (
        f"{tonnes(mass)} of ore ({ore.claim.id}) x {grade_text(share, claim.commodity)} "
        f"({grade.claim.id}) = {tonnes(wanted)} against {tonnes(claim.value)}"
    )
    if near(claim.value, wanted):
        yield Evidence("consistent", "ore times grade gives the metal", line)
    elif culprit(claim.commodity, mass, share, claim.value) != "metal":
        yield Evidence("plausible", "the other figures are the ones to doubt", line)
    elif claim.value > mass * min(1.0, limits.ceiling):
        reading = _metal_reading(claim.value, mass, wanted, limits)
        if reading is not None:
            line += f"; as {reading.reading} {short(reading.value)} t"
        yield Evidence("impossible", "more metal than the ore can hold", line, reading)
    elif (slip := fitting(METAL_SLIPS, claim.value, wanted)) is not None:
        text = f"{line}; as {slip.name} {tonnes(claim.value * slip.factor)}"
        reading = reading_of(slip, claim.value)
        yield Evidence("unit-suspect", "another reading closes", text, reading)
    elif not near(claim.value, wanted, 3.0):
        yield Evidence("conflicts", "ore times grade gives another mass", line)


def _best_pair(metal: float, circle: Circle, commodity: str) -> tuple[Quantity, Quantity] | None:
    """Return the ore and the grade whose product comes nearest to a mass."""
    pairs = [
        (ore, grade)
        for ore in circle.of("ore")
        for grade in circle.of("grade", commodity)
        if ore.value and grade.value and grade.commodity == commodity
    ]

    def off(pair: tuple[Quantity, Quantity]) -> float:
        product = (pair[0].value or 1.0) * (pair[1].value or 1.0)
        return max(metal / product, product / metal)

    return min(pairs, key=off, default=None)


def metal_against_ore(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold metal against ore alone: contained is less than ore, and no richer than its mineral."""
    if claim.kind != "metal" or not claim.value or _has_grade(circle, claim.commodity):
        return
    limits = nature().get(claim.commodity)
    for ore in circle.of("ore"):
        mass = ore.value or 0.0
        if limits is None or not mass:
            continue
        share = claim.value / mass
        line = (
            f"{tonnes(claim.value)} of {claim.commodity} / {tonnes(mass)} of ore "
            f"({ore.claim.id}) = {grade_text(share, claim.commodity)}"
        )
        if _ordinary(limits, share):
            yield Evidence("plausible", "the grade that it implies is ordinary", line)
        elif _ore_is_odd(claim, mass, circle):
            yield Evidence("plausible", "the ore is the figure to doubt", line)
        elif share > min(1.0, limits.ceiling):
            reading = _metal_reading(claim.value, mass, None, limits)
            yield Evidence("impossible", "more metal than the ore can hold", line, reading)
        elif share > 3 * limits.grade_high or share < limits.grade_low / 30:
            found = _metal_reading(claim.value, mass, None, limits)
            if found is not None:
                yield Evidence("unit-suspect", "no ore has such a grade", line, found)


def ore_against_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold ore against metal, with a grade or without: which of the figures is to be doubted."""
    if claim.kind != "ore" or not claim.value:
        return
    for metal in circle.of("metal"):
        limits = nature().get(metal.commodity)
        if limits is None or not metal.value or metal.commodity == claim.commodity == "Fe":
            continue
        share = metal.value / claim.value
        line = (
            f"{tonnes(metal.value)} of {metal.commodity} ({metal.claim.id}) / "
            f"{tonnes(claim.value)} of ore = {grade_text(share, metal.commodity)}"
        )
        grades = [item.value for item in circle.of("grade", metal.commodity) if item.value]
        if grades:
            yield from _ore_by_grade(claim, metal, grades, line)
        elif _ordinary(limits, share):
            yield Evidence("plausible", "the grade that it implies is ordinary", line)
        elif (share > 10 * limits.grade_high or share > limits.ceiling) and _ore_is_odd(
            metal, claim.value, circle
        ):
            slip = next((s for s in ORE_SLIPS if _ordinary(limits, share / s.factor)), None)
            reading = reading_of(slip, claim.value) if slip else None
            if slip:
                line += f"; as {slip.name} {grade_text(share / slip.factor, metal.commodity)}"
            yield Evidence("impossible", "no ore is as rich as that", line, reading)


def _ore_by_grade(
    claim: Quantity, metal: Quantity, grades: Sequence[float], line: str
) -> Iterator[Evidence]:
    """Judge ore where metal and grade are known as well."""
    ore, mass = claim.value or 0.0, metal.value or 0.0
    share = min(grades, key=lambda item: abs(mass / item - ore))
    if near(ore * share, mass):
        yield Evidence("consistent", "ore times grade gives the metal", line)
    elif culprit(metal.commodity, ore, share, mass) == "ore":
        slip = fitting(ORE_SLIPS, ore, mass / share)
        if slip is not None:
            verdict = "impossible" if mass > ore else "unit-suspect"
            reason = "metal over grade gives another mass of ore"
            yield Evidence(verdict, reason, line, reading_of(slip, ore))


def grade_against_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a grade against metal over ore."""
    if claim.kind != "grade" or not claim.value:
        return
    for metal in circle.of("metal", claim.commodity):
        for ore in circle.of("ore"):
            if not metal.value or not ore.value or metal.commodity != claim.commodity:
                continue
            share = metal.value / ore.value
            line = (
                f"{tonnes(metal.value)} ({metal.claim.id}) / {tonnes(ore.value)} of ore "
                f"({ore.claim.id}) = {grade_text(share, claim.commodity)} against "
                f"{grade_text(claim.value, claim.commodity)}"
            )
            if near(share, claim.value):
                yield Evidence("consistent", "metal over ore gives the grade", line)
            elif culprit(claim.commodity, ore.value, claim.value, metal.value) == "grade":
                slip = fitting(GRADE_SLIPS, claim.value, share)
                if slip is not None:
                    reading = reading_of(slip, claim.value)
                    yield Evidence("unit-suspect", "metal over ore gives another", line, reading)


def ratio_of_metals(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold two metals of one deposit against each other: their ratio is known from deposits."""
    if claim.kind != "metal" or not claim.value or _closes(claim, circle):
        return
    for other in circle.members:
        mass = other.value if other.value is not None else other.claim.value
        law = ratios().get((claim.commodity, other.commodity))
        if other.kind != "metal" or law is None or not mass:
            continue
        value = claim.value / mass
        z = float(law.law.z(value))
        line = (
            f"{claim.commodity}:{other.commodity} = {tonnes(claim.value)} / {short(mass)} t "
            f"({other.claim.id}) = {short(value)}; {law.count:,} deposits: median "
            f"{short(float(law.law.median))}, z = {z:+.1f}"
        )
        mine, theirs = z_metal(claim.commodity, claim.value), z_metal(other.commodity, mass)
        odd = abs(mine or 0.0) > abs(theirs or 0.0)
        lower = float(law.law.z(value / 1e3))
        if z > 3.4 and odd:
            thousand = abs(lower) < 2.0
            reading = Reading("thousand tonnes of metal", claim.value / 1e3, "t")
            line += f"; as thousand tonnes z = {lower:+.1f}" if thousand else ""
            beyond = value > law.highest / 2 or z > 5.0
            verdict = "impossible" if beyond and (mine or 0.0) > 2.0 else "unit-suspect"
            yield Evidence(
                verdict,
                "no deposit has such a ratio of metals",
                line,
                reading if thousand else None,
            )
        elif abs(z) < 2.5:
            yield Evidence("plausible", "the ratio of its metals is ordinary", line)


def lone_metal(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a contained mass against all deposits, where nothing else is known of this one."""
    if claim.kind != "metal" or not claim.value or _closes(claim, circle):
        return
    limits = nature().get(claim.commodity)
    if limits is None:
        return
    share = claim.value / limits.world_t
    line = (
        f"{tonnes(claim.value)} of {claim.commodity} = {_percent(share)} of world reserves of "
        f"about {tonnes(limits.world_t)}"
    )
    z = z_metal(claim.commodity, claim.value)
    if z is not None:
        line += f"; among deposits z = {z:+.1f}"
    if share > _BEYOND:
        reading = _metal_reading(claim.value, _ore_of(circle), None, limits)
        yield Evidence("impossible", "too much for one deposit", line, reading)
        return
    alone = not circle.of("ore") and not _backed(claim, circle)
    found = suspect_alone(claim.commodity, claim.value) if alone else None
    if found is not None:
        reading, times = found
        text = f"{line}; as {reading.reading} {times:,.0f} times likelier"
        yield Evidence("unit-suspect", "another reading fits far better", text, reading)
    else:
        yield Evidence("plausible", "a possible size; nothing closes", line)


def grade_ceiling(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold a grade against what the richest ore mineral holds, and against known ores."""
    if claim.kind not in {"grade", "product grade"} or claim.value is None:
        return
    limits = nature().get(claim.commodity)
    if limits is None:
        return
    line = (
        f"{grade_text(claim.value, claim.commodity)} against a ceiling of {limits.ceiling:.4g} "
        f"({claim.commodity} in its richest mineral)"
    ).replace(f"{limits.ceiling:.4g}", f"{limits.ceiling:.1%}")
    z = z_grade(claim.commodity, claim.value) if claim.kind == "grade" else None
    best = likeliest(GRADE_SLIPS, claim.value, lambda v: z_grade(claim.commodity, v))
    if claim.value > limits.ceiling:
        reading = reading_of(best[0], claim.value) if best else None
        reading = reading or Reading("a slip of the comma", claim.value / 10, "fraction")
        yield Evidence("impossible", "richer than the mineral itself", line, reading)
    elif z is not None and abs(z) > 4.2 and best is not None and abs(best[1]) < 1.5:
        text = f"{line}; among known ores z = {z:+.1f}, as {best[0].name} {best[1]:+.1f}"
        reading = reading_of(best[0], claim.value)
        yield Evidence("unit-suspect", "no ore that is known is like it", text, reading)
    else:
        yield Evidence("plausible", "below the ceiling", line)


def tonnage(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold an ore tonnage against what deposits have."""
    if claim.kind != "ore" or not claim.value:
        return
    metals = [item.commodity for item in circle.members if item.commodity in nature()]
    commodity = claim.commodity or (metals[0] if metals else "Cu")
    z = z_ore(commodity, claim.value)
    if z is None:
        return
    line = f"{tonnes(claim.value)} of ore; deposits with {commodity}: z = {z:+.1f}"
    if claim.value > 1e11:
        reading = Reading("thousand tonnes of ore", claim.value / 1e3, "t")
        yield Evidence("impossible", "more ore than any district holds", line, reading)
    elif claim.value > 3e10:
        reading = Reading("thousand tonnes of ore", claim.value / 1e3, "t")
        yield Evidence("unit-suspect", "larger than any deposit", line, reading)
    elif claim.value >= 300.0:
        yield Evidence("plausible", "an ordinary tonnage" if abs(z) < 2 else "a rare tonnage", line)


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
    if claim.kind != "metal" or not claim.value or claim.value < 1000 or _closes(claim, circle):
        return
    fellows = [item for item in circle.of("metal", claim.commodity) if item.value]
    total = [item for item in fellows if item.value and item.value * 50 < (claim.value or 0)]
    parts = [claim, *[item for item in fellows if item.value and item.value * 50 >= claim.value]]
    for whole in total:
        target = whole.value or 1.0
        if claim.value / target > 3e4:
            continue
        summed = sum(item.value or 0.0 for item in parts) / 1e3
        agreeing = claim.value / 1e3 <= target * 1.05 and claim.value / 1e3 > 0.02 * target
        mine, lower = z_metal(claim.commodity, claim.value), z_metal(claim.commodity, target)
        if (abs(summed / target - 1.0) < 0.05 or agreeing) and (mine or 0.0) > abs(lower or 0.0):
            pieces = " + ".join(f"{(item.value or 0) / 1e3:.4g}" for item in parts)
            line = (
                f"{short(claim.value)} t is {short(claim.value / target)} times {tonnes(target)} "
                f"({whole.claim.id}); with a decimal comma {pieces} = {summed:.4g} t"
            )
            reading = Reading("decimal comma read as thousands", claim.value / 1e3, "t")
            yield Evidence("unit-suspect", "a decimal comma was read as thousands", line, reading)


def _ordinary(limits: Nature, share: float) -> bool:
    return limits.grade_low / 3 <= share <= limits.grade_high


def _has_grade(circle: Circle, commodity: str) -> bool:
    found = circle.of("grade", commodity)
    return any(item.commodity == commodity and item.value for item in found) and bool(
        circle.of("ore")
    )


def _ore_is_odd(metal: Quantity, ore: float, circle: Circle) -> bool:
    """Whether it is the ore that must be wrong: another ore, or the laws, say so."""
    mass = metal.value or 0.0
    backed = [item for item in circle.of("metal", metal.commodity)
              if item.value and item.claim.id != metal.claim.id
              and near(item.value, mass, 2.0)]  # fmt: skip
    others = [
        item.value for item in circle.of("ore") if item.value and not near(item.value, ore, 3.0)
    ]
    limits = nature()[metal.commodity]
    if any(_ordinary(limits, mass / other) for other in others):
        return True
    if backed and ore < 1e6:
        return True
    z = z_metal(metal.commodity, mass)
    size = z_ore(metal.commodity, ore)
    if z is None or size is None:
        return False
    grade = distance(metal.commodity, ore * 1e3, mass / (ore * 1e3))
    return abs(z) < 2.4 and size < -1.5 and grade is not None and grade < 2.6


def _closes(claim: Quantity, circle: Circle) -> bool:
    """Whether ore times grade gives this mass, with an ore and a grade that deposits have."""
    pair = _best_pair(claim.value or 1.0, circle, claim.commodity)
    if pair is None:
        return False
    ore, grade = pair[0].value or 0.0, pair[1].value or 0.0
    return near(claim.value or 0.0, ore * grade)


def _backed(claim: Quantity, circle: Circle) -> bool:
    """Whether another speaker gives about the same mass."""
    return any(
        item.value and item.commodity == claim.commodity
        and near(item.value, claim.value or 0.0, 3.0)
        and item.claim.who != claim.claim.who
        for item in circle.of("metal", claim.commodity)
    )  # fmt: skip


def _ore_of(circle: Circle) -> float | None:
    found = [item.value for item in circle.of("ore") if item.value]
    return found[0] if found else None


def _metal_reading(
    value: float, ore: float | None, wanted: float | None, limits: Nature
) -> Reading | None:
    """Return the likeliest other reading of a contained mass that cannot be."""
    slip = fitting(METAL_SLIPS, value, wanted) if wanted else None
    closes = slip is not None and near(value * slip.factor, wanted or 0.0, 1.1)
    if ore and near(value, ore, 3.0) and not (closes and not near(value, ore, 1.1)):
        return Reading("ore instead of metal", value, "t of ore")
    if slip is not None:
        return reading_of(slip, value)
    if ore:
        good = [s for s in METAL_SLIPS if _ordinary(limits, value * s.factor / ore)]
        best = max(good, key=lambda slip: slip.prior, default=None)
        return reading_of(best, value) if best else None
    size, metal = z_ore(limits.commodity, value), z_metal(limits.commodity, value / 1e3)
    round_figure = float(f"{value:.1g}") == value
    if size is not None and metal is not None and abs(size) < 1.2 and round_figure:
        return Reading("ore instead of metal", value, "t of ore")
    return Reading("thousand tonnes of metal", value / 1e3, "t")


def grade_text(share: float, commodity: str) -> str:
    """Return a mass fraction as people write grades."""
    if commodity in {"Au", "Ag"} and share < 0.02:
        return f"{share * 1e6:,.4g} g/t {commodity}"
    return f"{share * 100:,.4g} % {commodity}"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else f"{share:.2g}"


MATTER_CHECKS = (
    decimal_comma,
    ore_times_grade, metal_against_ore, ore_against_metal, grade_against_metal, ratio_of_metals,
    lone_metal, grade_ceiling, tonnage, unit_missing,
)  # fmt: skip
