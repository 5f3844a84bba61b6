"""Several claims of one quantity: an estimate with an interval, and why each claim counts so much.

Log-normal random effects: each claim measures the truth with an error of its own kind and an error
that claims of one deposit share with no other (DerSimonian, R., Laird, N. (1986), "Meta-analysis in
clinical trials", Controlled Clinical Trials 7, 177-188). Claims that repeat one figure are one
piece of evidence (Dong, X.L., Berti-Equille, L., Srivastava, D. (2009), "Integrating conflicting
data: the role of source dependence", PVLDB 2).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from lodeway.errors import LodewayError, suggestion
from lodeway.registry.claims import Claim
from lodeway.registry.quantities import Quantity, names_of, understand
from lodeway.registry.verdict import Verdict, judge

#: Half-width of the interval in standard deviations: 10th to 90th percentile.
_P90 = 1.2815515655446004
#: Bases of which two figures are not two measurements of one thing.
_BASES = (
    "origin",
    "consignment",
    "recoverable",
    "in situ",
    "payable",
    "wet",
    "dry",
    "gross",
    "net",
)
#: Two figures within this of each other are one figure that was copied.
_COPY = 0.002


@dataclass(frozen=True)
class Weighed:
    """A claim with its value in the base unit, its error and its share of the estimate."""

    claim: Claim
    value: float
    error: float
    share: float
    reason: str


@dataclass(frozen=True)
class Fused:
    """What several claims come to.

    Attributes
    ----------
    estimate, low, high
        Median and the 10th and 90th percentile, in `unit`; None where no claim is left.
    used
        Claims that count, with their share and the reason for it.
    excluded
        Claims that do not, each with the reason.
    spread
        Standard deviation between claims beyond their own errors (of the logarithm).
    """

    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    used: tuple[Weighed, ...]
    excluded: tuple[tuple[Claim, str], ...]
    spread: float

    def as_dict(self) -> dict[str, object]:
        """Return what ``lodeway claims fuse --json`` prints."""
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "used": [
                {"claim_id": item.claim.id, "value": item.value, "weight": round(item.share, 3),
                 "reason": item.reason}
                for item in self.used
            ],
            "excluded": [
                {"claim_id": claim.id, "reason": reason} for claim, reason in self.excluded
            ],
        }  # fmt: skip


def fuse(
    claims: Sequence[Claim], subject: str, property_: str,
    aliases: Mapping[str, str] | None = None,
) -> Fused:  # fmt: skip
    """Fuse all claims of one property of one subject.

    Parameters
    ----------
    claims
        Every claim of the table: those of other quantities serve to judge.
    subject
        A name of the subject; names in brackets and `aliases` lead to it as well.
    property_
        For example ``contained copper`` or ``ore``: claims of the same kind and commodity count.

    Raises
    ------
    LodewayError
        When no claim is of that subject, or none of that property.

    Examples
    --------
    >>> rows = [Claim(str(i), "A", "contained copper", str(v), v, None, "t", "", w, "", "", "", "",
    ...               "", 1) for i, v, w in [(1, 2e5, "x"), (2, 4e5, "y"), (3, 4e5, "z")]]
    >>> found = fuse(rows, "A", "contained copper")
    >>> [item.claim.id for item in found.used], [claim.id for claim, _ in found.excluded]
    (['1', '2'], ['3'])
    """
    quantities = understand(claims, aliases)
    chosen = _chosen(quantities, subject, property_)
    scope = " ".join(sorted(re.findall(r"\(([^)]*)\)", property_.casefold())))
    return fuse_quantities(chosen, judge(claims, aliases), scope)


def fuse_quantities(
    chosen: Sequence[Quantity], judged: Sequence[Verdict], scope: str | None = None
) -> Fused:
    """Fuse claims of one quantity that have been understood and judged.

    Parameters
    ----------
    chosen
        At least one claim; where two tell one figure, the first counts.
    judged
        Verdicts, of these claims and perhaps of others.
    scope
        What stands in brackets in the property: claims of another scope do not count. By default
        the scope of the first claim.
    """
    verdicts = {item.claim.id: item for item in judged}
    kept: list[Quantity] = []
    out: list[tuple[Claim, str]] = []
    for item in chosen:
        reason = _unfit(item, verdicts[item.claim.id], kept)
        wanted = chosen[0].scope if scope is None else scope
        if not reason and item.scope != wanted:
            reason = f"another scope: {item.scope or 'the whole'}, not {wanted or 'the whole'}"
        if reason:
            out.append((item.claim, reason))
        else:
            kept.append(item)
    estimate, low, high, used, spread = _estimate(kept)
    unit = {"ore": "t", "metal": "t", "ore rate": "t/y", "product rate": "t/y"}.get(
        chosen[0].kind, "fraction" if "grade" in chosen[0].kind else chosen[0].claim.unit
    )
    return Fused(estimate, low, high, unit, used, tuple(out), spread)


def _chosen(quantities: Sequence[Quantity], subject: str, property_: str) -> list[Quantity]:
    """Return the claims of a subject and a property."""
    wanted = names_of(subject)
    # a name leads to the joined key of every claim that bears it
    keys = {
        key for item in quantities if names_of(item.claim.subject) & wanted for key in item.keys
    }
    about = [item for item in quantities if item.keys & (keys | wanted)]
    if not about:
        known = {item.claim.subject for item in quantities}
        raise LodewayError(
            "unknown-id", "--subject", repr(subject), "a subject of the table",
            suggestion(subject, known),
        )  # fmt: skip
    asked = about[0].claim
    plain = replace(asked, id="", property_=property_, basis="", kind="", text="1", value=1.0)
    probe = understand(
        [replace(plain, unit=unit)
         for unit in ("t", "t/a", "%", "y", "USD")]
    )  # fmt: skip
    kinds = {(item.kind, item.commodity) for item in probe} - {("other", "")}
    exact = [item for item in about if item.claim.property_.casefold() == property_.casefold()]
    kinds = {(item.kind, item.commodity) for item in exact} or kinds
    chosen = [item for item in about if _number(item) and _asked(item, kinds)]
    if not chosen:
        known = {item.claim.property_ for item in about}
        raise LodewayError(
            "unknown-id", "--property", repr(property_), f"one of {', '.join(sorted(known))}",
            suggestion(property_, known),
        )  # fmt: skip
    return sorted(chosen, key=lambda item: (item.claim.date or "9999", item.claim.id))


def _asked(item: Quantity, kinds: set[tuple[str, str]]) -> bool:
    """Whether a claim is of one of the kinds; ore may be named with its metal or without."""
    return any(
        item.kind == kind
        and (item.commodity == metal or (kind == "ore" and not (item.commodity and metal)))
        for kind, metal in kinds
    )


def basis_of(claim: Claim) -> str:
    """Return the basis on which a figure stands, of those that are never mixed."""
    words = f"{claim.property_} {claim.unit} {claim.basis} {claim.kind}".casefold()
    return "|".join(name for name in _BASES if re.search(rf"\b{name}\b", words))


def _number(item: Quantity) -> float | None:
    return item.value if item.value is not None else item.claim.value


def _unfit(item: Quantity, verdict: Verdict, kept: Sequence[Quantity]) -> str:
    """Return why a claim does not count, or an empty text."""
    if verdict.verdict in {"impossible", "unit-suspect"}:
        best = f"; best reading: {verdict.best_reading.reading}" if verdict.best_reading else ""
        return f"{verdict.verdict}: {verdict.reason} ({verdict.arithmetic}){best}"
    if item.value is None:
        return f"the unit {item.claim.unit!r} cannot be compared"
    if re.search(r"endors|confirm", f"{item.claim.kind} {item.claim.property_}".casefold()):
        return "an endorsement repeats a claim and is no evidence of its own"
    for other in kept:
        if abs(np.log(item.value / (other.value or 1.0))) < _COPY:
            return f"the same figure as {other.claim.id}: a copy is no independent evidence"
    other_basis = [b for b in (basis_of(one.claim) for one in kept) if b]
    mine = basis_of(item.claim)
    if mine and other_basis and mine != other_basis[0]:
        return f"another basis: {mine}, not {other_basis[0]}"
    if re.search(r"\bpart\b|C1\b|C2\b|\bone of\b", item.claim.property_):
        return "one category or part only"
    return ""


@cache
def _kinds() -> list[dict[str, str]]:
    with Path(__file__).with_name("reliability.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def error_of(claim: Claim) -> tuple[float, str]:
    """Return the error of a claim (standard deviation of its logarithm) and the reason for it.

    Rules stand in ``reliability.csv``: the first whose pattern is found in speaker, source, kind or
    property; a bound adds its own width.
    """
    text = f"{claim.who} {claim.source} {claim.kind} {claim.property_} {claim.basis}".casefold()
    error, reason = 0.30, "a speaker of unknown standing"
    for row in _kinds():
        if re.search(row["pattern"], text):
            error, reason = float(row["error"]), row["reason"]
            break
    if re.search(r"lower bound|>|more than|over|at least", f"{claim.kind} {claim.basis}"):
        error, reason = float(np.hypot(error, 0.15)), f"{reason}; a bound, not a figure"
    return error, reason


def _estimate(
    kept: Sequence[Quantity],
) -> tuple[float | None, float | None, float | None, tuple[Weighed, ...], float]:
    """Return median, 10th and 90th percentile, the claims weighed, and the spread between them."""
    if not kept:
        return None, None, None, (), 0.0
    logs = np.log([item.value or 1.0 for item in kept])
    errors = np.array([error_of(item.claim)[0] for item in kept])
    spread2 = between_variance(logs, errors)
    weight = 1.0 / (errors**2 + spread2)
    weight /= weight.sum()
    middle = float(weight @ logs)
    wide = float(np.sqrt(1.0 / (1.0 / (errors**2 + spread2)).sum()))
    if len(kept) > 1:  # few claims: the estimate is never surer than they are alike
        wide = max(wide, float(np.sqrt(weight @ (logs - middle) ** 2)))
    used = tuple(
        Weighed(item.claim, float(item.value or 0.0), float(error), float(share),
                error_of(item.claim)[1])
        for item, error, share in zip(kept, errors, weight, strict=True)
    )  # fmt: skip
    low, high = (float(np.exp(middle + sign * _P90 * wide)) for sign in (-1.0, 1.0))
    return float(np.exp(middle)), low, high, used, float(np.sqrt(spread2))


def between_variance(logs: np.ndarray, errors: np.ndarray) -> float:
    """Return the variance between claims beyond their own errors, by the method of moments.

    Examples
    --------
    >>> between_variance(np.array([0.0, 0.0]), np.array([0.1, 0.1]))
    0.0
    """
    if len(logs) < 2:
        return 0.0
    weight = 1.0 / errors**2
    mean = (weight @ logs) / weight.sum()
    excess = float(weight @ (logs - mean) ** 2) - (len(logs) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, excess / scale)
