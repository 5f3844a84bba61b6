"""What the check of drillholes can find: one row each, with what was done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: Every code that the check can give, and what it means.
FINDINGS: Mapping[str, str] = {
    "dialect": "The file is not plain comma-separated UTF-8 with one header line.",
    "ragged-row": "A row has more or fewer cells than the header.",
    "bad-number": "A cell that should hold a number holds something else.",
    "mangled-id": "A hole's name looks as if a spreadsheet had turned it into a number or a date.",
    "hole-spelling": "A hole is spelled differently in another table.",
    "duplicate-collar": "A hole has two collars.",
    "shared-collar": "Two or more holes start at the same point (twins, wedges or re-entries).",
    "collar-coordinate": "A collar has no usable coordinate.",
    "collar-far": "A collar lies far from all others (wrong zone, unit or typing).",
    "collar-swapped": "A collar joins the others when x and y are exchanged.",
    "collar-elevation": "A collar's elevation is zero, or differs from its neighbours' ground.",
    "collar-without-survey": "A hole has no survey.",
    "collar-without-assay": "A hole has no assay.",
    "survey-without-collar": "A survey belongs to no collar.",
    "assay-without-collar": "Intervals belong to no collar.",
    "survey-not-at-zero": "The first survey of a hole is below its collar.",
    "survey-past-end": "A survey lies below the end of its hole.",
    "survey-duplicate": "A hole has two surveys at one depth.",
    "dip-sign": "A dip has the other sign than most of its file.",
    "dip-range": "A dip is steeper than 90 degrees.",
    "azimuth-range": "An azimuth is negative or above 360 degrees.",
    "azimuth-magnetic": "The azimuths are named magnetic: no declination was applied.",
    "kink": "A hole bends by more than 10 degrees in 30 m.",
    "missing-depth": "An interval or a survey has no depth or no direction.",
    "from-not-below-to": "An interval does not end below its beginning.",
    "overlap": "An interval begins above the end of the one before it.",
    "gap": "An interval begins below the end of the one before it.",
    "duplicate-interval": "An interval stands twice in its hole.",
    "interval-past-end": "An interval ends below the end of its hole.",
    "long-interval": "An interval is so much longer than the others that it was hardly sampled.",
    "below-detection": "A grade is negative or written as less than a limit.",
    "above-detection": "A grade is written as more than a limit.",
    "missing-code": "A grade is a number that stands for a missing one.",
    "zero-grade": "Grades are zero: below detection, or not assayed.",
    "not-assayed": "Grades are blank.",
    "grade-limit": "A grade is higher than any mineral of that element can hold.",
    "unit-suspect": "A hole's grades look as if they were in another unit.",
    "oxide-and-element": "One element is given both as itself and as its oxide.",
    "density-range": "A density is below 1 or above 5.5 t/m3.",
    "low-recovery": "A grade stands where less than 70 % of the core was recovered.",
    "mixed-support": "Samples of different kinds are mixed.",
    "laboratory-change": "Samples come from several laboratories.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was found, and what was done about it.

    `row` is the line of the file as an editor counts it, or None for a whole file or column.
    """

    code: str
    file: str
    row: int | None
    hole: str
    what: str
    action: str

    def __post_init__(self) -> None:
        if self.code not in FINDINGS:
            msg = f"unknown finding {self.code!r}"
            raise KeyError(msg)

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as ``--json`` prints it."""
        return asdict(self)


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each code.

    Examples
    --------
    >>> counts([Finding("gap", "a.csv", 3, "A-1", "", "")])
    {'gap': 1}
    """
    return dict(sorted(Counter(finding.code for finding in findings).items()))
