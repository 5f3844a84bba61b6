"""Checks on words, counts, shares and dates: what cannot be added, compared or both be true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lodeway.registry.evidence import Circle, Evidence, Reading, short
from lodeway.registry.quantities import Quantity

_PLACES = re.compile(
    r"registered|location|headquarter|country|jurisdiction|domicile", re.IGNORECASE
)


def words_disagree(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Find two claims that give one place or name two values in words."""
    text = claim.claim.text
    if claim.claim.value is not None or not text or not _PLACES.search(claim.claim.property_):
        return
    for other in circle.members:
        same = other.claim.property_.casefold() == claim.claim.property_.casefold()
        mine, theirs = _words(text), _words(other.claim.text)
        if same and other.claim.value is None and theirs and mine and not mine & theirs:
            line = f"{text} against {other.claim.text} ({other.claim.id})"
            yield Evidence("conflicts", "another claim says otherwise; both are kept", line)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) > 3}


def counts(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold counts against each other: parts against the whole, one area against another."""
    value = claim.claim.value
    if claim.kind != "count" or value is None:
        return
    about = _counted(claim)
    fellows = [item for item in circle.members if item.kind == "count" and item.claim.value]
    parts = [item for item in fellows if _is_part(item, about)]
    if not _is_part(claim, about) and len(parts) >= 2:
        total = sum(item.claim.value or 0.0 for item in parts)
        terms = " + ".join(f"{item.claim.value:g}" for item in parts)
        line = f"{terms} = {total:g} of {value:g}"
        same_place = all(_overlap(item, claim) for item in parts)
        if total > value and same_place and "lower" not in claim.claim.kind:
            yield Evidence("impossible", "the parts are more than the whole", line)
        elif total == value:
            yield Evidence("consistent", "the parts make up the whole", line)
        elif same_place:
            yield Evidence("plausible", "the parts are a partial list of the whole", line)
    for other in fellows:
        low = other.claim.value or 0.0
        if _is_part(other, about) != _is_part(claim, about) or _counted(other) != about:
            continue
        if _overlap(other, claim) and not _is_part(claim, about):
            line = f"{value:g} against {low:g} ({other.claim.id})"
            if max(value, low) > 2.0 * min(value, low) and "bound" not in claim.claim.kind:
                yield Evidence("conflicts", "another count of the same things", line)
        elif not _is_part(claim, about) and value != low:
            line = (
                f"{value:g} in {claim.claim.subject} and {low:g} in {other.claim.subject} "
                f"({other.claim.id})"
            )
            reason = "counts of different areas: not comparable until the areas are drawn"
            yield Evidence("not-checkable", reason, line)


def _counted(claim: Quantity) -> str:
    """Return the noun that is counted."""
    words = re.findall(r"[a-z]+", claim.claim.property_.casefold())
    nouns = [word for word in words if word.endswith("s") and len(word) > 3]
    return nouns[-1] if nouns else ""


def _is_part(claim: Quantity, about: str) -> bool:
    """Whether a count is of one kind only: gold deposits are a part of deposits."""
    return bool(claim.commodity) and _counted(claim) == about


def _overlap(one: Quantity, other: Quantity) -> bool:
    mine, theirs = (
        set(re.findall(r"[a-z]{4,}", item.claim.subject.casefold())) for item in (one, other)
    )
    return bool((mine & theirs) - {"territory", "territories", "deposit", "deposits"})


def points_and_shares(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Work out what a change in percentage points implies, and name a number that only looks it."""
    value = claim.claim.value
    if value is None or "point" not in claim.claim.unit.casefold():
        return
    shares = [
        item for item in circle.members if item.claim.unit.strip() == "%" and item.claim.value
    ]
    subject = _words(claim.claim.property_)
    related = [item for item in shares if subject & _words(item.claim.property_)] or shares
    for item in related[:1]:
        before = (item.claim.value or 0.0) - value
        same = [other.claim.id for other in shares if other.claim.value == before
                and other.claim.id != item.claim.id]  # fmt: skip
        line = f"{item.claim.value:g} % ({item.claim.id}) - {value:g} points = {before:g} % before"
        if same:
            line += f"; the {before:g} % of {same[0]} is another question"
        if before < 0.0 or before > 100.0:
            yield Evidence("impossible", "the share before would be none", line)
        else:
            yield Evidence("plausible", "points are differences of shares, not per cent", line)


def growth(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Work out what a growth or a multiple implies for the year before."""
    value = claim.claim.value
    if value is None:
        return
    name, unit = claim.claim.property_.casefold(), claim.claim.unit.casefold()
    money = [item for item in circle.of("money") if item.value and item.claim.id != claim.claim.id]
    if not money:
        return
    now = money[0].value or 0.0
    if "growth" in name and unit in {"%", "percent"}:
        before = now / (1 + value / 100)
        line = (
            f"{short(now)} USD ({money[0].claim.id}) / {1 + value / 100:.3f} = {short(before)} USD"
        )
        yield Evidence("plausible", "what it implies for the year before", line)
    elif unit in {"x", "times"}:
        line = (
            f"{short(now)} USD ({money[0].claim.id}) / {value:g} = {short(now / value)} USD before"
        )
        yield Evidence("plausible", "what it implies for the earlier year", line)


def upper_bounds(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Warn of sums of upper bounds: two projections of one corridor overlap."""
    name = claim.claim.words
    if not re.search(r"cargo|transit|freight|traffic|throughput of", name) or not claim.claim.value:
        return
    for other in circle.members:
        if re.search(r"cargo|transit|freight|traffic", other.claim.words) and other.claim.value:
            line = (
                f"{claim.claim.value:g} and {other.claim.value:g} {other.claim.unit} "
                f"({other.claim.id}) are flows over one corridor: they overlap and are never added"
            )
            yield Evidence("plausible", "one of several projections of the same flow", line)


def shares_of_whole(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Find shares above the whole, and shares of one whole that are more than it together."""
    if claim.kind != "share" or claim.value is None:
        return
    name = claim.claim.property_.casefold()
    if claim.value > 1.0 and not re.search(r"growth|change|increase|return|ratio|rise", name):
        line = f"{claim.value:.0%} of a whole"
        reading = Reading("a slip of the comma", (claim.claim.value or 0.0) / 10, "%")
        yield Evidence("impossible", "a share above the whole", line, reading)
    kin = [item for item in circle.of("share") if "share in" in item.claim.property_.casefold()]
    if "share in" in name and kin:
        total = claim.value + sum(item.value or 0.0 for item in kin)
        line = " + ".join(f"{item.value:.0%}" for item in [claim, *kin]) + f" = {total:.0%}"
        if abs(total - 1.0) < 0.005:
            yield Evidence("consistent", "the shares make up the whole", line)
        elif total > 1.005:
            yield Evidence("conflicts", "the shares are more than the whole", line)


def endorsement(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Say of an endorsement that it is no evidence of its own."""
    if not re.search(r"endors|confirm", f"{claim.claim.kind} {claim.claim.property_}".casefold()):
        return
    if claim.claim.value is not None:
        return
    told = ", ".join(item.claim.id for item in circle.members if item.claim.value is not None)
    line = f"it repeats {told}" if told else "it repeats another claim"
    yield Evidence("not-checkable", "an endorsement is no independent evidence", line)


def fiscal_year(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Say that a fiscal year is no calendar year."""
    if claim.claim.value is not None and re.search(
        r"\bfy ?\d{4}|fiscal", claim.claim.date.casefold()
    ):
        line = f"{claim.claim.date} is a fiscal year: it is compared with no calendar year"
        yield Evidence("not-checkable", "a fiscal year", line)


def sequence(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Find an end that stands before its beginning."""
    if claim.kind != "date" or not re.search(
        r"complet|end|finish|clos", claim.claim.property_.casefold()
    ):
        return
    end = claim.claim.date[:10]
    for other in circle.members:
        begun = re.search(r"start|begin|commission|launch|open", other.claim.property_.casefold())
        start = other.claim.date[:10]
        if (
            begun
            and re.match(r"\d{4}", start)
            and re.match(r"\d{4}", end)
            and end[: len(start)] < start[: len(end)]
        ):
            line = f"{end} is before {start} ({other.claim.id})"
            yield Evidence("impossible", "it ends before it begins", line)


LOOSE_CHECKS = (
    words_disagree, counts, points_and_shares, growth, upper_bounds, shares_of_whole, endorsement,
    fiscal_year, sequence,
)  # fmt: skip
