"""Samples of uneven length become composites of one length, each with a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.resource.check_intervals import sorted_rows
from lodeway.resource.checking import Checked
from lodeway.resource.columns import element_of
from lodeway.resource.desurvey import Method, trace_holes
from lodeway.resource.drillholes import Intervals

Floats = NDArray[np.float64]
Residual = Literal["drop", "merge", "spread"]
_MOST_PER_HOLE = 1_000_000


@dataclass(frozen=True)
class Rule:
    """How composites are made.

    Attributes
    ----------
    length
        Length of a composite, in the unit of the depths.
    least_share
        A composite is kept when at least this share of its length is assayed for the first grade.
    residual
        The short piece at the end of a hole or domain: ``drop`` counts it as a composite of full
        length, so that it falls to the share rule; ``merge`` joins it to the one above when it is
        shorter than half; ``spread`` makes all composites of the run equally long.
    by
        A text column (rock, domain) at whose changes composites begin anew.
    by_density
        Whether grades are weighted by density as well as by length.
    """

    length: float
    least_share: float = 0.5
    residual: Residual = "drop"
    by: str = ""
    by_density: bool = False

    def __post_init__(self) -> None:
        if not (np.isfinite(self.length) and self.length > 0):
            raise LodewayError("bad-argument", "--length", self.length, "a length above 0")
        if not 0 < self.least_share <= 1:
            raise LodewayError("bad-fraction", "least share", self.least_share, "above 0, up to 1")
        if self.residual not in ("drop", "merge", "spread"):
            raise LodewayError("bad-argument", "residual", self.residual, "drop, merge or spread")


def grade_columns(table: Intervals, wanted: Sequence[str]) -> list[str]:
    """Return the columns of grades that the user means, by name or element, any case.

    Raises
    ------
    LodewayError
        With code ``missing`` when a name fits no column of grades.
    """
    known = {column.casefold(): column for column in table.grades}
    by_element: dict[str, str] = {}
    for column in table.grades:
        by_element.setdefault(element_of(column)[0].casefold(), column)
    chosen = []
    for name in wanted:
        found = known.get(name.casefold()) or by_element.get(name.casefold())
        if found is None:
            raise LodewayError(
                "missing", f"{table.file}:1", repr(name),
                f"a column of grades: {', '.join(table.grades) or 'there is none'}",
                suggestion(name, table.grades),
            )  # fmt: skip
        chosen.append(found)
    return chosen


def composite(
    checked: Checked,
    rule: Rule,
    wanted: Sequence[str],
    *,
    method: Method = "minimum-curvature",
) -> pd.DataFrame:
    """Return down-hole composites.

    Composites lie on whole multiples of the length below the collar (below the top of each run
    where `rule.by` names a column). A grade is the mean of the samples by length within the
    composite; where samples overlap, each counts by its length, and the depth counts once as
    assayed. Blank grades are left out, never taken as zero.

    Returns
    -------
    pandas.DataFrame
        ``hole, from, to, x, y, z``, the grades, ``assayed`` (length of the first grade), the
        column `rule.by` if any, and ``row`` (line of the first sample in the file). `x, y, z` is
        the middle, not a number where the hole has no place.
    """
    table = checked.holes.intervals
    columns = grade_columns(table, wanted)
    rows = sorted_rows(table.hole, table.start)
    rows = rows[checked.use_interval[rows]]
    names = table.hole[rows].astype(str)
    edges = np.append(np.flatnonzero(np.append(True, names[1:] != names[:-1])), len(rows))
    pieces = []
    for a, b in pairwise(edges):
        if b > a:
            pieces += [
                _run(table, own, columns, rule) for own in _domains(table, rows[a:b], rule.by)
            ]
    frame = pd.concat(pieces, ignore_index=True) if pieces else _empty(columns, rule)
    places = _places(checked, frame, method)
    for number, axis in enumerate("xyz"):
        frame.insert(3 + number, axis, places[:, number])
    return frame


def _empty(columns: Sequence[str], rule: Rule) -> pd.DataFrame:
    names = ["hole", "from", "to", *columns, "assayed", *([rule.by] if rule.by else []), "row"]
    return pd.DataFrame({name: [] for name in names})


def _domains(table: Intervals, rows: NDArray[np.int64], column: str) -> list[NDArray[np.int64]]:
    """Split a hole's rows where the text of a column changes."""
    if not column:
        return [rows]
    if column not in table.texts:
        raise LodewayError(
            "missing", f"{table.file}:1", repr(column), "a column of text",
            suggestion(column, table.texts),
        )  # fmt: skip
    words = table.texts[column][rows]
    return np.split(rows, np.flatnonzero(words[1:] != words[:-1]) + 1)


def _bounds(top: float, bottom: float, rule: Rule, *, anew: bool) -> Floats:
    """Return the edges of the composites of one run."""
    start = top if anew else 0.0
    length = bottom - start
    number = length / rule.length
    if number > _MOST_PER_HOLE:
        raise LodewayError(
            "too-large", "composites", f"{number:,.0f} in one hole", f"at most {_MOST_PER_HOLE:,}",
            "a depth is mistyped, or the length too small",
        )  # fmt: skip
    if rule.residual == "spread":
        pieces = max(1, round(number))
        return np.asarray(np.linspace(start, bottom, pieces + 1), dtype=np.float64)
    whole = int(np.floor(number + 1e-9))
    rest = length - whole * rule.length
    edges = start + rule.length * np.arange(whole + 1, dtype=np.float64)
    if rest <= 1e-9 * rule.length:
        return edges
    if rule.residual == "merge" and whole and rest < rule.length / 2:
        edges[-1] = bottom
        return edges
    end = bottom if rule.residual == "merge" or anew else edges[-1] + rule.length
    return np.append(edges, end)


def _run(
    table: Intervals, rows: NDArray[np.int64], columns: Sequence[str], rule: Rule
) -> pd.DataFrame:
    """Return the composites of one hole, or of one domain's run in it."""
    start, stop = table.start[rows], table.stop[rows]
    edges = _bounds(float(start.min()), float(stop.max()), rule, anew=bool(rule.by))
    sample, piece, length = _shares(start, stop, edges)
    weight = length * _weights(table, rows, rule)[sample]
    number = len(edges) - 1
    means: dict[str, Floats] = {}
    assayed = np.zeros(number)
    for place, column in enumerate(columns):
        grade = table.grades[column].values[rows]
        good = np.isfinite(grade)[sample]
        total = np.bincount(piece[good], weight[good], number)
        metal = np.bincount(piece[good], (weight * grade[sample])[good], number)
        means[column] = np.divide(metal, total, out=np.full(number, np.nan), where=total > 0)
        if place == 0:
            assayed = _covered(start, stop, np.isfinite(grade), edges)
    first = np.full(number, np.iinfo(np.int64).max)
    np.minimum.at(first, piece, table.line[rows][sample])
    span = np.diff(edges)
    full = span if rule.residual != "drop" else np.full(number, rule.length)
    keep = assayed >= rule.least_share * full * (1 - 1e-9)
    columns_out: dict[str, object] = {
        "hole": np.full(number, table.hole[rows[0]], dtype=object),
        "from": edges[:-1], "to": edges[1:], **means, "assayed": assayed,
    }  # fmt: skip
    if rule.by:
        columns_out[rule.by] = table.texts[rule.by][rows[0]]
    columns_out["row"] = first
    return pd.DataFrame(columns_out)[keep]


def _shares(
    start: Floats, stop: Floats, edges: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return every pair of a sample and a composite that share length: both numbers, the length."""
    low = np.clip(np.searchsorted(edges, start, side="right") - 1, 0, len(edges) - 2)
    high = np.clip(np.searchsorted(edges, stop, side="left") - 1, 0, len(edges) - 2)
    count = high - low + 1
    sample = np.repeat(np.arange(len(start)), count)
    offset = np.arange(len(sample)) - np.repeat(np.cumsum(count) - count, count)
    piece = low[sample] + offset
    length = np.minimum(stop[sample], edges[piece + 1]) - np.maximum(start[sample], edges[piece])
    some = length > 0
    return sample[some], piece[some], length[some]


def _covered(start: Floats, stop: Floats, good: NDArray[np.bool_], edges: Floats) -> Floats:
    """Return the length of each composite that is assayed, counting a depth once."""
    begin, end = start[good], stop[good]
    if not len(begin):
        return np.zeros(len(edges) - 1)
    reach = np.maximum.accumulate(end)
    fresh = begin.copy()
    fresh[1:] = np.maximum(begin[1:], reach[:-1])
    some = end > fresh
    if not some.any():
        return np.zeros(len(edges) - 1)
    _, piece, length = _shares(fresh[some], end[some], edges)
    return np.asarray(np.bincount(piece, length, len(edges) - 1), dtype=np.float64)


def _weights(table: Intervals, rows: NDArray[np.int64], rule: Rule) -> Floats:
    """Return densities as weights: those out of range or missing count as the hole's middle."""
    if not rule.by_density:
        return np.ones(len(rows))
    if "density" not in table.other:
        raise LodewayError("missing", f"{table.file}:1", "no density", "a column of densities")
    density = table.other["density"][rows]
    good = (density >= 1.0) & (density <= 5.5)
    middle = float(np.median(density[good])) if good.any() else 1.0
    return np.where(good, density, middle)


def _places(checked: Checked, frame: pd.DataFrame, method: Method) -> Floats:
    places = np.full((len(frame), 3), np.nan)
    paths = trace_holes(checked, method)
    middle = ((frame["from"] + frame["to"]) / 2).to_numpy(dtype=np.float64)
    for name, own in frame.groupby("hole", sort=False).indices.items():
        if str(name) in paths:
            places[own] = paths[str(name)].at(middle[own])
    return places
