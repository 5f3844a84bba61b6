"""Jobs: direct ones as somebody said them, further ones by multiplier or input-output table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.model import Facts

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
#: Keys of ``[project.jobs]`` with the direct jobs of each phase.
_PHASES = {"operation": "direct", "construction": "construction_direct"}


def jobs_table(projects: Sequence[Mapping[str, Any]], facts: Facts) -> pd.DataFrame:
    """Return jobs by project: direct, indirect and induced, operation and construction apart.

    Multipliers are all jobs over direct ones: ``indirect_per_direct`` of type I (suppliers),
    ``induced_per_direct`` of type II (suppliers and what wages buy), so that induced is the
    difference of the two. Jobs of construction are counted as jobs while it lasts and are never
    added to those of operation. Multipliers overstate: the people would work elsewhere
    (Productivity Commission 2013).
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for project in projects:
        for phase, key in _PHASES.items():
            if key in project["jobs"]:
                rows += _phase(project, facts, phase, project["jobs"][key])
    return pd.DataFrame(rows)


def _phase(
    project: Mapping[str, Any], facts: Facts, phase: str, fact_id: str
) -> list[dict[str, Any]]:
    """Return the rows of one phase."""
    direct = facts[fact_id]
    rows = [_row(project, phase, "direct", direct.range("jobs"), direct.source_id)]
    less = (1.0, 1.0, 1.0)
    for kind, key in (("indirect", "indirect_per_direct"), ("induced", "induced_per_direct")):
        if key not in project["jobs"]:
            continue
        factor = facts[project["jobs"][key]]
        more = factor.range("ratio")
        pairs = zip(direct.range("jobs"), more, less, strict=True)
        low, mode, high = (jobs * max(one - other, 0.0) for jobs, one, other in pairs)
        source = f"{direct.source_id}|{factor.source_id}"
        rows.append(_row(project, phase, kind, (low, mode, high), source))
        less = more
    return rows


def _row(
    project: Mapping[str, Any], phase: str, kind: str, numbers: tuple[float, float, float],
    source: str,
) -> dict[str, Any]:  # fmt: skip
    low, mode, high = numbers
    return {
        "project": project["name"], "kind": kind, "phase": phase,
        "low": low, "mode": mode, "high": high, "source_id": source,
    }  # fmt: skip


@dataclass(frozen=True)
class Multipliers:
    """Jobs for each direct job, by sector, ``(sector,)``.

    Attributes
    ----------
    type_1
        Direct and suppliers.
    type_2
        Direct, suppliers and what the wages buy.
    """

    type_1: Array
    type_2: Array


def employment_multipliers(
    technical: Array, jobs_per_output: Array, wages: Array, spending: Array
) -> Multipliers:
    """Return employment multipliers from an input-output table.

    Type I from the Leontief inverse ``(I - A)^-1``, type II with households as a sector that sells
    labour and buys consumption (Miller and Blair 2009, *Input-Output Analysis*, sections 6.2-6.3).

    Parameters
    ----------
    technical
        What a unit of output of sector j buys from sector i, ``(sector, sector)``.
    jobs_per_output
        Direct jobs for a unit of output.
    wages
        Wages in a unit of output.
    spending
        What households buy from each sector for a unit of income.

    Raises
    ------
    LodewayError
        For coefficients below zero, columns that sum to 1 or more, or shapes that do not fit.

    Examples
    --------
    >>> table = np.array([[0.15, 0.25], [0.20, 0.05]])  # Miller and Blair, example of chapter 2
    >>> one = np.array([0.3, 0.25])
    >>> found = employment_multipliers(table, one, np.array([0.3, 0.25]), np.array([0.05, 0.4]))
    >>> found.type_1.round(3)
    array([1.474, 1.518])
    """
    table = np.asarray(technical, dtype=np.float64)
    size = len(table)
    if table.shape != (size, size) or not all(
        np.shape(part) == (size,) for part in (jobs_per_output, wages, spending)
    ):
        raise LodewayError("bad-argument", "input-output table", table.shape, "one row a sector")
    if np.any(table < 0.0) or np.any(table.sum(axis=0) >= 1.0):
        worst = int(np.argmax(table.sum(axis=0)))
        raise LodewayError(
            "bad-fraction", f"input-output column {worst}", float(table.sum(axis=0)[worst]),
            "purchases from 0 to less than 1",
        )  # fmt: skip
    inverse = np.linalg.inv(np.eye(size) - table)
    closed = np.zeros((size + 1, size + 1))
    closed[:size, :size], closed[size, :size], closed[:size, size] = table, wages, spending
    whole = np.linalg.inv(np.eye(size + 1) - closed)[:size, :size]
    return Multipliers(
        type_1=jobs_per_output @ inverse / jobs_per_output,
        type_2=jobs_per_output @ whole / jobs_per_output,
    )
