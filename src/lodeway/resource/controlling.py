"""A table of control samples: verdicts by kind, and charts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lodeway.errors import LodewayError, suggestion
from lodeway.resource.control import (
    HARD_LIMIT_PCT,
    blanks,
    duplicates,
    insertion_rates,
    standard_chart,
    standards,
)  # fmt: skip
from lodeway.resource.tablefiles import numeric, read_table

_KINDS = ("sample", "blank", "standard", *(f"{kind} duplicate" for kind in HARD_LIMIT_PCT))
_NUMBERS = ("value", "second", "certified", "deviation", "detection_limit")


@dataclass(frozen=True)
class Control:
    """What control samples say: a summary by kind and name, rows that failed, charts by name."""

    rates_pct: dict[str, float]
    summary: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    charts: dict[str, bytes]

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        rows = [
            {
                key: None if isinstance(value, float) and not np.isfinite(value) else value
                for key, value in row.items()
            }
            for row in self.summary
        ]
        return {"rates_pct": self.rates_pct, "summary": rows, "failures": self.failures}


def read_control(path: Path) -> Control:
    """Judge a table of control samples, in the order of analysis.

    Parameters
    ----------
    path
        CSV or Parquet with the columns ``kind`` (sample, blank, standard, pulp duplicate, coarse
        duplicate, field duplicate), ``name`` (of a standard), ``value``, and where they belong
        ``second`` (of a duplicate), ``certified`` and ``deviation`` (of a standard),
        ``detection_limit`` (of a blank).
    """
    frame = read_table(path)
    frame.columns = [str(name).strip().casefold() for name in frame.columns]
    for column in ("kind", "value"):
        if column not in frame:
            raise LodewayError(
                "missing", f"{path.name}:1", f"columns {', '.join(frame.columns)}",
                f"a column {column!r}", suggestion(column, frame.columns),
            )  # fmt: skip
    for column in _NUMBERS:
        frame[column] = numeric(frame, column, path.name) if column in frame else np.nan
    frame["kind"] = frame["kind"].fillna("").astype(str).str.strip().str.casefold()
    frame["name"] = frame["name"].fillna("").astype(str) if "name" in frame else ""
    frame["row"] = np.arange(2, len(frame) + 2)
    wrong = frame[~frame["kind"].isin(_KINDS)]
    if len(wrong):
        got, row = wrong["kind"].iloc[0], int(wrong["row"].iloc[0])
        raise LodewayError("bad-argument", f"{path.name}:{row} kind", repr(got),
                           f"one of {', '.join(_KINDS)}", suggestion(got, _KINDS))  # fmt: skip
    summary: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    charts: dict[str, bytes] = {}
    for (kind, name), own in frame.groupby(["kind", "name"], sort=True):
        if kind == "blank":
            _judged(str(kind), str(name), own, _blank(own, path), summary, failures)
        elif kind == "standard":
            table = _standard(own, path)
            _judged(str(kind), str(name), own, table, summary, failures)
            charts[str(name)] = standard_chart(table, str(name))
        elif str(kind).endswith("duplicate"):
            found = duplicates(own["value"], own["second"], str(kind).split()[0])
            summary.append({
                "kind": kind, "name": name, "number": found.pairs, "verdict": found.verdict,
                "within_pct": found.within_pct, "precision_pct": found.precision_pct,
                "bias_pct": found.bias_pct,
            })  # fmt: skip
    return Control(insertion_rates(frame["kind"]), summary, failures, charts)


def _blank(own: pd.DataFrame, path: Path) -> pd.DataFrame:
    limit = own["detection_limit"].to_numpy()
    if not (limit > 0).all():
        row = int(own["row"].to_numpy()[~(limit > 0)][0])
        raise LodewayError("bad-number", f"{path.name}:{row} detection_limit", "nothing", "above 0")
    parts = [blanks([value], float(dl)) for value, dl in zip(own["value"], limit, strict=True)]
    return pd.concat(parts, ignore_index=True)


def _standard(own: pd.DataFrame, path: Path) -> pd.DataFrame:
    certified, deviation = own["certified"].iloc[0], own["deviation"].iloc[0]
    if not np.isfinite(certified) or len(set(own["certified"])) > 1:
        where = f"{path.name}:{int(own['row'].iloc[0])} certified"
        raise LodewayError("bad-number", where, list(own["certified"])[:3], "one certified value")
    return standards(own["value"], float(certified), float(deviation))


def _judged(
    kind: str, name: str, own: pd.DataFrame, table: pd.DataFrame,
    summary: list[dict[str, Any]], failures: list[dict[str, Any]],
) -> None:  # fmt: skip
    counts = {str(k): int(v) for k, v in table["verdict"].value_counts().sort_index().items()}
    bad = table["verdict"].isin(["fail", "bias"]).to_numpy()
    summary.append({"kind": kind, "name": name, "number": len(table), "verdicts": counts,
                    "verdict": "fail" if bad.any() else "pass"})  # fmt: skip
    failures += [
        {"row": int(row), "kind": kind, "name": name, "value": float(value), "verdict": verdict}
        for row, value, verdict in zip(
            own["row"].to_numpy()[bad], table["value"][bad], table["verdict"][bad], strict=True
        )
    ]
