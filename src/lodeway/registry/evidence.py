"""Evidence: what one check found out about one claim, in a line that a journalist can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lodeway.registry.quantities import Quantity

#: Verdicts in order of precedence: the first that has evidence counts.
VERDICTS = ("impossible", "unit-suspect", "conflicts", "consistent", "plausible", "not-checkable")


@dataclass(frozen=True)
class Reading:
    """Another way to read a claim: what it says, its value and its unit."""

    reading: str
    value: float
    unit: str

    def as_dict(self) -> dict[str, object]:
        """Return the reading as ``--json`` prints it."""
        return {"reading": self.reading, "value": self.value, "unit": self.unit}


@dataclass(frozen=True)
class Evidence:
    """One finding: the verdict that it supports, why, and the arithmetic in one line."""

    verdict: str
    reason: str
    arithmetic: str
    reading: Reading | None = None


@dataclass(frozen=True)
class Circle:
    """The claims about the same subject, or of the same conflict group."""

    members: Sequence[Quantity]

    def of(self, kind: str, commodity: str | None = None) -> list[Quantity]:
        """Return members of a kind (and commodity) that have a value."""
        return [
            item
            for item in self.members
            if item.kind == kind
            and item.value is not None
            and (commodity is None or item.commodity in {commodity, ""})
        ]

    def without(self, one: Quantity) -> Circle:
        """Return the circle without one claim."""
        return Circle([item for item in self.members if item.claim.id != one.claim.id])


#: A check looks at a claim and its circle.
Check = Callable[[Quantity, Circle], Sequence[Evidence]]


def short(value: float) -> str:
    """Return a number as people write it.

    Examples
    --------
    >>> short(47.9e6), short(0.00047), short(9324.71)
    ('47.9 million', '0.00047', '9,325')
    """
    size = abs(value)
    for limit, word in ((1e9, "billion"), (1e6, "million")):
        if size >= limit:
            return f"{value / limit:.4g} {word}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def tonnes(value: float) -> str:
    """Return a mass with its unit."""
    return f"{short(value)} t"
