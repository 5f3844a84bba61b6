"""Jobs: direct ones as somebody said them, indirect ones by a stated multiplier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lodeway.model import Facts

if TYPE_CHECKING:
    import pandas as pd


def jobs_table(projects: Sequence[Mapping[str, Any]], facts: Facts) -> pd.DataFrame:
    """Return operating jobs by project, direct and indirect.

    The multiplier is of type I, all jobs over direct ones: indirect is direct times (multiplier
    less one). Induced jobs are left out: they would exist elsewhere.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for project in projects:
        if "direct" not in project["jobs"]:
            continue
        direct = facts[project["jobs"]["direct"]]
        low, mode, high = direct.range("jobs")
        rows.append(_row(project, "direct", (low, mode, high), direct.source_id))
        if "indirect_per_direct" in project["jobs"]:
            factor = facts[project["jobs"]["indirect_per_direct"]]
            few, usual, many = (value - 1.0 for value in factor.range("ratio"))
            numbers = (low * few, mode * usual, high * many)
            both = f"{direct.source_id}|{factor.source_id}"
            rows.append(_row(project, "indirect", numbers, both))
    return pd.DataFrame(rows)


def _row(
    project: Mapping[str, Any], kind: str, numbers: tuple[float, float, float], source: str
) -> dict[str, Any]:
    low, mode, high = numbers
    return {
        "project": project["name"], "kind": kind, "phase": "operation",
        "low": low, "mode": mode, "high": high, "source_id": source,
    }  # fmt: skip
