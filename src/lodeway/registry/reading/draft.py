"""A claim as a machine read it: to be looked at by a person before it counts."""

from __future__ import annotations

from dataclasses import dataclass

EXTRACTOR = "lodeway rules 1"


@dataclass(frozen=True)
class Draft:
    """One quantity or date of a text, with all that was understood of it.

    `note` says how an ambiguous comma, ton or year was decided, and by which evidence.
    """

    start: int
    end: int
    text: str
    value: float | None
    high: float | None
    unit: str | None
    operator: str
    date: str | None
    subject: str | None
    property_: str | None
    speaker: str | None
    confidence: float
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the keys that ``lodeway claims read --json`` prints."""
        return {
            "span": [self.start, self.end],
            "text": self.text,
            "value": self.value,
            "value_high": self.high,
            "unit": self.unit,
            "operator": self.operator,
            "date": self.date,
            "subject": self.subject,
            "property": self.property_,
            "speaker": self.speaker,
            "confidence": self.confidence,
        }

    def as_row(self, number: int, document: str) -> dict[str, object]:
        """Return the row of a claims table, marked as read by a machine."""
        return {
            "claim_id": f"{document}-{number:03d}",
            "subject": self.subject or "unknown",
            "property": self.property_ or "unknown",
            "value": self.value,
            "value_high": self.high,
            "unit": self.unit or "",
            "operator": self.operator,
            "date": self.date or "",
            "who_says": self.speaker or "",
            "source": document,
            "span": f"{self.start}-{self.end}",
            "kind": "machine-read",
            "extractor": EXTRACTOR,
            "confidence": self.confidence,
            "reading": self.note,
        }
