"""Verdicts: all checks on every claim, the first verdict that applies, the arithmetic beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lodeway.registry.claims import Claim
from lodeway.registry.evidence import VERDICTS, Check, Circle, Evidence, Reading
from lodeway.registry.flows import FLOW_CHECKS
from lodeway.registry.loose import LOOSE_CHECKS
from lodeway.registry.matter import MATTER_CHECKS
from lodeway.registry.plants import PLANT_CHECKS
from lodeway.registry.quantities import Quantity, understand
from lodeway.registry.sums import SUM_CHECKS

CHECKS: tuple[Check, ...] = (
    *MATTER_CHECKS, *PLANT_CHECKS, *FLOW_CHECKS, *SUM_CHECKS, *LOOSE_CHECKS,
)  # type: ignore[assignment]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What arithmetic says of one claim."""

    claim: Claim
    verdict: str
    reason: str
    arithmetic: str
    best_reading: Reading | None

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as ``lodeway claims check --json`` prints it."""
        return {
            "claim_id": self.claim.id,
            "verdict": self.verdict,
            "reason": self.reason,
            "arithmetic": self.arithmetic,
            "best_reading": self.best_reading.as_dict() if self.best_reading else None,
        }


def judge(claims: Sequence[Claim], aliases: Mapping[str, str] | None = None) -> list[Verdict]:
    """Judge every claim of a table against nature and against the claims around it.

    Parameters
    ----------
    claims
        Claims, in any order: the verdicts do not depend on it.
    aliases
        Other names of subjects, each to one canonical name.

    Returns
    -------
    list of Verdict
        In the order of the claims. The first of these that has evidence: impossible,
        unit-suspect, conflicts, consistent, plausible, not-checkable.
    """
    quantities = understand(claims, aliases)
    ordered = sorted(quantities, key=lambda item: (item.claim.id, item.claim.property_))
    parts: dict[str, list[Quantity]] = {}
    for item in quantities:
        parts.setdefault(item.claim.id, []).append(item)
    return [_judge_row(claim, parts[claim.id], ordered) for claim in claims]


def _judge_row(claim: Claim, parts: Sequence[Quantity], everyone: Sequence[Quantity]) -> Verdict:
    """Return the verdict of a row: the first that applies to any of its parts."""
    found = [_judge_one(part, everyone) for part in parts]
    first = min(found, key=lambda verdict: VERDICTS.index(verdict.verdict))
    return replace(first, claim=claim)


def _judge_one(quantity: Quantity, everyone: Sequence[Quantity]) -> Verdict:
    circle = Circle([other for other in everyone if _near(quantity, other)])
    found = [evidence for check in CHECKS for evidence in check(quantity, circle)]
    for verdict in VERDICTS:
        here = [evidence for evidence in found if evidence.verdict == verdict]
        if here:
            return _of(quantity.claim, here, found)
    return Verdict(quantity.claim, "not-checkable", _why_not(quantity), "", None)


def _near(one: Quantity, other: Quantity) -> bool:
    """Whether another claim belongs to the circle of one."""
    if one.claim.id == other.claim.id:
        return False
    return bool(one.keys & other.keys)


def _of(claim: Claim, here: Sequence[Evidence], found: Sequence[Evidence]) -> Verdict:
    """Join the evidence for one verdict; the reading may come from any check."""
    first = here[0]
    readings = [evidence.reading for evidence in [*here, *found] if evidence.reading]
    suspect = first.verdict in {"impossible", "unit-suspect"}
    return Verdict(
        claim, first.verdict, first.reason, first.arithmetic,
        readings[0] if readings and suspect else None,
    )  # fmt: skip


def _why_not(quantity: Quantity) -> str:
    if quantity.claim.value is None:
        return "words, a name or a date: no number to test"
    if quantity.value is None:
        return f"the unit {quantity.claim.unit!r} cannot be compared"
    return "no rule and no other claim to hold it against"
