"""The full record of a claim: everything that is known of who said what, when, in which sense."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lodeway.errors import LodewayError
from lodeway.registry.claims import Claim
from lodeway.registry.door import in_si
from lodeway.registry.quantities import kind_of

#: What a property may be: the controlled list.
KINDS = (
    "ore", "metal", "grade", "product grade", "ore rate", "product rate", "life", "capex", "budget",
    "money", "jobs", "multiplier", "share", "count", "distance", "area", "date", "position",
    "other",
)  # fmt: skip
OPERATORS = ("=", ">", ">=", "<", "about", "range", "unknown")
_CODES = (
    (r"\bJORC\b", "JORC"), (r"NI ?43-?101", "NI 43-101"), (r"\bUNFC\b", "UNFC"),
    (r"\bGKZ\b|\b[ABC][12]?\+|\bC[12]\b|\bP[123]\b", "GKZ"), (r"\bPERC\b", "PERC"),
    (r"S-?K ?1300", "S-K 1300"),
)  # fmt: skip
_BASES = (
    "in situ", "recoverable", "concentrate", "contained", "payable", "gross", "net", "wet", "dry",
    "origin", "consignment", "CIF", "FOB", "EXW", "DAP",
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A claim with all its fields; immutable, corrected only by another that supersedes it.

    Texts are empty where nothing is known. `value_si` is None where the unit cannot be read.
    """

    claim_id: str
    subject: str
    property: str
    kind: str
    commodity: str
    operator: str
    value: float | None
    value_high: float | None
    unit: str
    value_si: float | None
    unit_si: str
    code: str
    category: str
    basis: str
    valid_time: str
    stated_time: str
    speaker: str
    endorser: str
    publisher: str
    document: str
    span: str
    language: str
    translated: str
    extractor: str
    confidence: str
    supersedes: str

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name."""
        return asdict(self)


def statement(claim: Claim, row: Mapping[str, str] | None = None) -> Statement:
    """Return the full record of a claim.

    Parameters
    ----------
    claim
        The claim.
    row
        Its row as it was written: columns of the same names as the fields are taken from it, the
        others are found in the wording.

    Examples
    --------
    >>> one = Claim("A", "X", "ore reserves C1+C2", "5", 5.0, None, "kt", "2020", "Y", "Z", "",
    ...             "lower bound", "", "t.csv", 2)
    >>> full = statement(one)
    >>> full.operator, full.code, full.category, full.value_si, full.unit_si
    ('>', 'GKZ', 'C1+C2', 5000.0, 't')
    """
    given = row or {}
    kind, commodity = kind_of(claim)
    words = f"{claim.property_} {claim.unit} {claim.basis} {claim.kind}"
    value_si, unit_si = _si(claim)
    category = re.search(r"\b(?:(?:A|B|C1|C2|P1|P2|P3)(?:\+(?:A|B|C1|C2|P1|P2|P3))*)\b(?!-)", words)
    return Statement(
        claim_id=claim.id, subject=claim.subject, property=claim.property_, kind=kind,
        commodity=commodity, operator=given.get("operator", "") or operator_of(claim),
        value=claim.value, value_high=claim.high, unit=claim.unit, value_si=value_si,
        unit_si=unit_si,
        code=given.get("code", "") or _first(words, _CODES),
        category=given.get("category", "") or (category[0] if category else ""),
        basis="|".join(base for base in _BASES if re.search(rf"\b{base}\b", words, re.IGNORECASE)),
        valid_time=claim.date, stated_time=given.get("stated_time", ""), speaker=claim.who,
        endorser=given.get("endorser", ""), publisher=given.get("publisher", ""),
        document=claim.source, span=given.get("span", ""), language=given.get("language", ""),
        translated=given.get("translated", ""), extractor=given.get("extractor", ""),
        confidence=given.get("confidence", ""), supersedes=given.get("supersedes", ""),
    )  # fmt: skip


def operator_of(claim: Claim) -> str:
    """Return the operator that the wording of a claim implies."""
    if claim.value is None:
        return "unknown"
    words = f"{claim.kind} {claim.basis} {claim.property_} {claim.date}".casefold()
    if claim.high is not None:
        return "range"
    if re.search(r"at least|not less", words):
        return ">="
    if re.search(r"lower bound|more than|over\b|exceed|>", words):
        return ">"
    if re.search(r"upper bound|up to|at most|<", words):
        return "<"
    if re.search(r"about|approx|roughly|estimate|projection", words):
        return "about"
    return "="


def _si(claim: Claim) -> tuple[float | None, str]:
    if claim.value is None or not claim.unit:
        return None, ""
    try:
        value, unit = in_si(claim.value, claim.unit)
    except LodewayError:
        return None, ""
    return value, unit


def _first(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in rules if re.search(pattern, text)), "")
