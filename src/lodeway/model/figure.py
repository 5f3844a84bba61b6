"""A figure: a number that the report shows, with everything needed to walk it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

COLUMNS = (
    "id", "label", "unit", "project", "product", "market", "scenario", "year",
    "p10", "p50", "p90", "value", "stage", "inputs", "sources", "method", "citation", "draws",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One shown number: either `value`, or the quantiles `p10`, `p50` and `p90`.

    `sources` are source ids (``file#row``); `inputs` are content hashes, filled in by the runner.
    """

    quantity: str
    label: str
    unit: str
    stage: str
    method: str
    citation: str = ""
    project: str | None = None
    product: str | None = None
    market: str | None = None
    scenario: str | None = None
    year: int | None = None
    value: float | None = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    draws: int | None = None
    sources: Sequence[str] = ()
    inputs: Sequence[str] = field(default=())

    @property
    def id(self) -> str:
        """``quantity.project[.market][.scenario][.year]``."""
        parts = [self.quantity, self.project, self.market, self.scenario]
        parts.append(None if self.year is None else str(self.year))
        return ".".join(part for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as ``figures.json`` holds it."""
        row = {"id": self.id, **asdict(self)}
        row["sources"], row["inputs"] = sorted(set(self.sources)), sorted(set(self.inputs))
        return {name: row[name] for name in COLUMNS}


def quantiles(values: ArrayLike) -> dict[str, float | int | None]:
    """Return P10, P50, P90 and the number of draws, as keywords for `Figure`.

    Draws that are not a number (no route in that world) are left out; with none left the
    quantiles are None.

    Examples
    --------
    >>> quantiles([1.0, 2.0, 3.0])
    {'p10': 1.2, 'p50': 2.0, 'p90': 2.8, 'draws': 3}
    """
    array = np.asarray(values, dtype=np.float64)
    finite = array[np.isfinite(array)]
    if not finite.size:
        return {"p10": None, "p50": None, "p90": None, "draws": int(array.size)}
    p10, p50, p90 = (float(value) for value in np.quantile(finite, [0.1, 0.5, 0.9]))
    return {"p10": p10, "p50": p50, "p90": p90, "draws": int(array.size)}


def rows(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return the figures as rows of a table, in order of id."""
    return sorted((figure.as_dict() for figure in figures), key=lambda row: row["id"])
