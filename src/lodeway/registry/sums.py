"""Checks on sums, shares, places and agreement: what closes, and what excludes what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lodeway.registry.evidence import Circle, Evidence, Reading, short
from lodeway.registry.quantities import Quantity

#: Claims of one quantity that differ by more than this factor exclude each other.
_FAR = 2.0
_COMPARED = ("ore", "metal", "ore rate", "life", "grade", "capex")
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"


def sum_in_words(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Hold a figure against the sum in its own words: raised from A by B."""
    if claim.claim.value is None:
        return
    found = re.search(rf"from {_NUMBER}\D{{0,20}} by {_NUMBER}", claim.claim.words)
    if not found:
        return
    first, second = (float(text.replace(",", "")) for text in found.groups())
    total = first + second
    line = f"{first:g} + {second:g} = {total:g} against {claim.claim.value:g}"
    if abs(total / claim.claim.value - 1.0) < 0.005:
        yield Evidence("consistent", "the sum closes", line)
    else:
        yield Evidence("conflicts", "the sum does not close", line)


def production_sharing(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold a least state share against (1 - cost cap) x profit share."""
    if claim.kind != "share":
        return
    members = [claim, *circle.members]
    cap = _named(members, "cost recovery")
    split = _split(members)
    least = _named(members, "minimum")
    if cap is None or split is None or least is None:
        return
    if not re.search(r"cost recovery|split|minimum", claim.claim.words):
        return
    product = (1.0 - cap) * split
    line = f"(1 - {cap:.0%}) x {split:.0%} = {product:.2%} against {least:.2%}"
    if abs(product - least) < 5e-4:
        yield Evidence("consistent", "cap, split and least share agree", line)
    else:
        yield Evidence("conflicts", "cap, split and least share do not agree", line)


def _named(members: list[Quantity], word: str) -> float | None:
    found = [item.value for item in members if word in item.claim.words and item.value is not None]
    return found[0] if found else None


def _split(members: list[Quantity]) -> float | None:
    """Return the state's part of a split written ``51/49``."""
    for item in members:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)", item.claim.text)
        if match and abs(float(match[1]) + float(match[2]) - 100.0) < 1e-6:
            return float(match[1]) / 100.0
    return None


def agreement(claim: Quantity, circle: Circle) -> Iterator[Evidence]:
    """Hold claims of one quantity and scope against each other: within a factor of two."""
    if claim.kind not in _COMPARED or not claim.value:
        return
    same = [
        item
        for item in circle.of(claim.kind)
        if item.commodity == claim.commodity and item.scope == claim.scope
        and item.value and not _planned(item) and not _planned(claim)
    ]  # fmt: skip
    if len(same) < 2:
        return
    values = [item.value for item in same if item.value]
    middle = float(np.exp(np.median(np.log([*values, claim.value]))))
    ratio = claim.value / middle
    others = ", ".join(f"{short(item.value or 0.0)} ({item.claim.id})" for item in same[:4])
    if 1e-2 < ratio < 1e2 and (ratio > _FAR or ratio < 1.0 / _FAR):
        line = f"{short(claim.value)} is {ratio:.2g} times the middle of {others}"
        yield Evidence("conflicts", "other claims of the same quantity exclude it", line)


def _planned(claim: Quantity) -> bool:
    return bool(re.search(r"plan|target|forecast", claim.claim.words))


def invented_position(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Find coordinates whose decimals count up or down: typed, not measured."""
    if claim.kind != "position":
        return
    decimals = re.findall(r"\d+\.(\d{3,})", claim.claim.text)
    runs = [text for text in decimals if _counting(text)]
    if len(runs) >= 2:
        numbers = re.findall(r"\d+\.\d+", claim.claim.text)
        line = f"decimals {' and '.join(runs)} count up or down in {' , '.join(numbers[:2])}"
        reading = Reading("not a measured position; the axes may also be swapped", 0.0, "deg")
        yield Evidence("unit-suspect", "the digits are a pattern", line, reading)


def _counting(text: str) -> bool:
    """Whether the digits rise or fall by one: 1234, 9876."""
    steps = {int(b) - int(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})


def ordinary(claim: Quantity, _circle: Circle) -> Iterator[Evidence]:
    """Call sizes that are possible plausible, and no more."""
    value = claim.value
    if value is None:
        return
    limits = {"distance": (0.0, 2e4), "area": (0.0, 1.5e8), "capex": (1e5, 1e12),
              "life": (0.5, 200.0), "ore rate": (1e3, 3e8), "product rate": (1.0, 3e8)}  # fmt: skip
    if claim.kind in limits:
        low, high = limits[claim.kind]
        if low <= value <= high:
            line = f"{short(value)} lies between {short(low)} and {short(high)}"
            yield Evidence("plausible", "a possible size; nothing closes", line)
    elif claim.kind == "money" and re.search(r"cost|prepayment|facility", claim.claim.words):
        yield Evidence("plausible", "a possible cost; nothing closes", f"{short(value)} USD")


SUM_CHECKS = (sum_in_words, production_sharing, agreement, invented_position, ordinary)
