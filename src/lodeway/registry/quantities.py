"""What a claim measures: its kind, its commodity and its value in one unit."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.registry.claims import Claim
from lodeway.units import HOURS_PER_YEAR, parse

#: Words of a subject that name a part of it, not another subject.
_PARTS = {
    "deposit", "mine", "plant", "project", "contract", "area", "group", "ore", "concentrate",
    "field", "the", "license", "licence", "stages", "both", "figures", "above",
}  # fmt: skip


@dataclass(frozen=True)
class Nature:
    """What nature allows for one commodity; mass fractions and tonnes."""

    commodity: str
    words: tuple[str, ...]
    ceiling: float
    grade_low: float
    grade_high: float
    largest_t: float
    world_t: float


@cache
def nature() -> Mapping[str, Nature]:
    """Return the limits of every commodity from ``nature.csv``."""
    with Path(__file__).with_name("nature.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["commodity"]: Nature(
                row["commodity"],
                tuple(row["words"].split("|")),
                float(row["ceiling_pct"]) / 100,
                float(row["grade_low_pct"]) / 100,
                float(row["grade_high_pct"]) / 100,
                float(row["largest_t"]),
                float(row["world_reserves_t"]),
            )
            for row in csv.DictReader(stream)
        }


@dataclass(frozen=True)
class Quantity:
    """A claim that has been understood.

    Attributes
    ----------
    kind
        ``ore``, ``metal`` (contained), ``grade`` (of ore), ``product grade``, ``ore rate``,
        ``product rate``, ``life``,
        ``capex``, ``budget``, ``money``, ``jobs``, ``multiplier``, ``share``, ``count``,
        ``distance``, ``area``, ``date``, ``position`` or ``other``.
    commodity
        Chemical symbol, or empty.
    value, high
        In t, mass fraction, t/y, years, USD, jobs, km, km2 or a plain number; None where unread.
    scope
        A qualifier in brackets: claims of different scope do not contradict each other.
    keys
        Names of the subject.
    """

    claim: Claim
    kind: str
    commodity: str
    value: float | None
    high: float | None
    scope: str
    keys: frozenset[str]


def understand(claims: Sequence[Claim], aliases: Mapping[str, str] | None = None) -> list[Quantity]:
    """Return every claim with its kind, commodity, value and subject.

    Names in brackets are taken as other names of the subject, across the whole table; `aliases`
    adds more (each name to one canonical name).
    """
    found = [_quantity(part) for claim in claims for part in parts_of(claim)]
    return _join_names(found, aliases or {})


def parts_of(claim: Claim) -> list[Claim]:
    """Return a claim, or the claims that one row holds: ``60.0; 0.35`` of ``ore; Cu``.

    Each part keeps the id of the row.
    """
    values = [text.strip() for text in claim.text.split(";")]
    names = [text.strip() for text in claim.property_.split(";")]
    units = [text.strip() for text in claim.unit.split(";")]
    plain = all(re.fullmatch(r"[-+]?\d+(?:\.\d+)?", text) for text in values)
    if len(values) < 2 or not len(values) == len(names) == len(units) or not plain:
        return [claim]
    return [
        replace(claim, text=text, value=float(text), high=None, property_=name, unit=unit)
        if unit != "%" or name.casefold() not in _words()
        else replace(
            claim,
            text=text,
            value=float(text),
            high=None,
            property_=f"{name} grade",
            unit=f"% {name}",
        )
        for text, name, unit in zip(values, names, units, strict=True)
    ]


def _quantity(claim: Claim) -> Quantity:
    kind, commodity = kind_of(claim)
    value, high = _in_base(claim, kind)
    return Quantity(
        claim, kind, commodity, value, high, _scope(claim.property_), names_of(claim.subject)
    )


def names_of(subject: str) -> frozenset[str]:
    """Return the names in a subject, without words such as deposit or mine.

    Examples
    --------
    >>> sorted(names_of("Gyzylbulag (Drmbon) deposit"))
    ['drmbon', 'gyzylbulag']
    """
    outer = re.sub(r"\([^)]*\)", " ", subject)
    inner = re.findall(r"\(([^)]*)\)", subject)
    names = []
    for part in [outer, *(name for text in inner for name in text.split(","))]:
        words = [word for word in re.findall(r"[^\W_]+", part.casefold()) if word not in _PARTS]
        if words:
            names.append(" ".join(words))
    return frozenset(names)


def _join_names(found: list[Quantity], aliases: Mapping[str, str]) -> list[Quantity]:
    """Give claims that share a name or a group one name (union-find)."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for item in found:
        names = sorted(item.keys)
        group = [f"group {item.claim.group}"] if item.claim.group else []
        for name in [*names, *group]:
            parent[root(name)] = root(names[0] if names else name)
            if name in aliases:
                parent[root(name)] = root(aliases[name].casefold())
    return [replace(item, keys=frozenset(root(name) for name in item.keys)) for item in found]


def commodity_of(text: str) -> str:
    """Return the commodity that a text names first, or an empty text.

    Examples
    --------
    >>> commodity_of("iron ore reserves"), commodity_of("% Cu")
    ('Fe', 'Cu')
    """
    words = re.findall(r"[^\W_]+", text.casefold())
    for word in words:
        for item in nature().values():
            if word in item.words:
                return item.commodity
    return ""


def kind_of(claim: Claim) -> tuple[str, str]:
    """Return what a claim measures, and of which commodity."""
    commodity = commodity_of(f"{claim.property_} {claim.unit} {claim.basis}")
    if claim.value is None and "lat" in claim.text.lower():
        return "position", commodity
    name, unit = claim.property_.lower(), claim.unit.lower()
    if unit in {"date", "day", "ordinal"} or name.startswith("date"):
        return "date", commodity
    if re.search(r"multiplier|per direct job|ancillary", claim.words):
        return "multiplier", ""
    if re.search(r"\bjobs?\b|workforce|employ", f"{name} {unit}"):
        return "jobs", ""
    if re.search(r"usd|\$|azn|eur", unit):
        return _money_kind(claim), commodity
    if "grade" in name or unit.startswith(("g/t", "ppm")) or re.fullmatch(r"% [a-z]{2}", unit):
        made = re.search(r"concentrate|pellet|hbi|dore", f"{name} {claim.subject.lower()}")
        return ("product grade" if made else "grade"), commodity
    return _plain_kind(claim) or _mass_kind(claim, commodity), commodity


def _plain_kind(claim: Claim) -> str:
    """Return the kind of a quantity that is neither mass nor money, or an empty text."""
    name, unit = claim.property_.lower(), claim.unit.lower()
    years = unit in {"y", "year"} and "plan" in name
    if years or re.search(r"\blife\b|year plan", name):
        return "life"
    if "%" in unit or "percent" in unit:
        return "share"
    if "count" in unit or name.startswith("number"):
        return "count"
    return {"km": "distance", "m": "distance", "km2": "area", "ha": "area"}.get(unit, "")


def _money_kind(claim: Claim) -> str:
    words = claim.words
    if "budget" in words:
        return "budget"
    if re.search(r"capex|investment|capital", words):
        return "capex"
    return "money"


def _mass_kind(claim: Claim, commodity: str) -> str:
    """Tell ore, metal and yearly rates apart."""
    name, unit, words = claim.property_.lower(), claim.unit.lower(), claim.words
    yearly = bool(re.search(r"/\s*(a|y|year)\b|per year|pa\b|/a", unit))
    product = re.search(r"hbi|pellet|concentrate|cathode", words)
    if re.search(r"throughput|ore rate", name):
        return "ore rate"
    if "capacity" in name and not product and not commodity:
        return "ore rate" if yearly else "other"
    if re.search(r"production|output|target|capacity", name) and (yearly or commodity or product):
        return "product rate"
    if yearly:
        return "other"
    of_metal = re.search(r"\bof (copper|gold|zinc|lead)", words)
    if re.search(r"\bore\b|\brock\b", name) and not of_metal:
        return "ore"
    if commodity and (
        re.search(r"reserve|resource|contained", name) or name.split()[0] in _words()
    ):
        return "metal"
    return "ore" if re.search(r"reserve|resource", name) else "other"


@cache
def _words() -> frozenset[str]:
    return frozenset(word for item in nature().values() for word in item.words)


_BASE = {
    "ore": "t", "metal": "t", "grade": "fraction", "product grade": "fraction",
    "ore rate": "t/y", "product rate": "t/y",
    "life": "y", "capex": "USD", "budget": "USD", "money": "USD", "share": "fraction",
    "distance": "km", "area": "km2",
}  # fmt: skip


def _in_base(claim: Claim, kind: str) -> tuple[float | None, float | None]:
    """Return the value in the base unit of its kind; None where the unit cannot be read."""
    if claim.value is None:
        return None, None
    wanted = _BASE.get(kind)
    if wanted is None:
        return claim.value, claim.high
    try:
        factor = _factor(claim.unit, wanted, kind)
    except LodewayError:
        return None, None
    return claim.value * factor, None if claim.high is None else claim.high * factor


def _factor(unit: str, wanted: str, kind: str) -> float:
    """Return what to multiply by; a yearly rate may leave the year to the property."""
    text = re.sub(r"\(.*?\)|\?", " ", unit).strip() or unit
    text = re.sub(r"\bpercentage\b", "", text)
    have, want = parse(text), parse(wanted)
    if have.dimension == want.dimension:
        return have.factor / want.factor
    if kind in {"product rate", "ore rate"} and have.dimension == "mass":
        return have.factor / (want.factor * HOURS_PER_YEAR) if want.factor else have.factor
    raise LodewayError("bad-unit", "claim", unit, wanted)


def _scope(text: str) -> str:
    inner = re.findall(r"\(([^)]*)\)", text.casefold())
    return " ".join(sorted(inner))
