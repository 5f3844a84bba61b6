"""The whole check of drillholes: every finding, and what is left to place and to composite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.check_collars import collar_findings, first_rows, joined, without_collar
from lodeway.resource.check_intervals import check_intervals
from lodeway.resource.check_surveys import check_surveys
from lodeway.resource.drillholes import Drillholes
from lodeway.resource.findings import Finding, counts

_BY_COLUMN = ("below-detection", "above-detection", "missing-code", "grade-limit", "not-assayed",
              "zero-grade", "unit-suspect")  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """Drillholes that have been looked at.

    `first` is the row of each hole's collar; `use_survey` and `use_interval` say which rows place
    holes and make composites; the others stand in `findings`.
    """

    holes: Drillholes
    first: Mapping[str, int]
    use_survey: NDArray[np.bool_]
    use_interval: NDArray[np.bool_]
    findings: tuple[Finding, ...]

    def counts(self) -> dict[str, int]:
        """Return how many findings there are by code, and by code and column of grades."""
        by_code = counts(self.findings)
        for finding in self.findings:
            if finding.code in _BY_COLUMN and finding.row is not None:
                column = finding.what.split(" = ")[0].split(":")[0]
                key = f"{finding.code}:{column}"
                by_code[key] = by_code.get(key, 0) + 1
        return by_code

    def as_dict(self) -> dict[str, Any]:
        """Return what ``lodeway drillholes check --json`` prints."""
        return {
            "read": self.holes.summary(),
            "columns": {kind: dict(roles) for kind, roles in self.holes.mapping.items()},
            "counts": self.counts(),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def check_drillholes(holes: Drillholes) -> Checked:
    """Look at drillholes as a competent person would, and say what was found.

    Nothing is left out without a finding. Findings come by file and line.

    Parameters
    ----------
    holes
        As `read_drillholes` returned them.
    """
    collars = holes.collars
    first = first_rows(collars)
    survey_names, spelled = joined(
        holes.surveys.hole, first, holes.surveys.file, holes.surveys.line
    )
    interval_names, spelled_too = joined(
        holes.intervals.hole, first, holes.intervals.file, holes.intervals.line
    )
    surveys = replace(holes.surveys, hole=survey_names)
    table = replace(holes.intervals, hole=interval_names)
    deepest = float(np.nanmax(table.stop, initial=0.0))
    surveys, use_survey, survey_found = check_surveys(
        surveys, collars, first, deepest, holes.per_metre
    )
    use_interval, interval_found = check_intervals(table, collars, first)
    found = [
        *holes.findings,
        *spelled,
        *spelled_too,
        *collar_findings(collars, set(survey_names[use_survey]), set(interval_names)),
        *without_collar(
            survey_names, set(first), surveys.file, surveys.line, "survey-without-collar"
        ),
        *without_collar(interval_names, set(first), table.file, table.line, "assay-without-collar"),
        *survey_found,
        *interval_found,
    ]  # fmt: skip
    files = {collars.file: 0, surveys.file: 1, table.file: 2}
    found.sort(key=lambda one: (files.get(one.file, 3), one.row or 0, one.code))
    return Checked(
        replace(holes, surveys=surveys, intervals=table),
        first, use_survey, use_interval, tuple(found),
    )  # fmt: skip
