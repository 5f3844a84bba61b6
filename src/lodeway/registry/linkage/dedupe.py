"""Deduplicating one file: records that mean one deposit become one entity, and stay records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.registry.linkage.candidates import within
from lodeway.registry.linkage.names import name_book
from lodeway.registry.linkage.records import Records
from lodeway.registry.linkage.score import Scored, posterior, score


@dataclass(frozen=True)
class Entities:
    """What deduplication found.

    Attributes
    ----------
    entity
        The number of each record's entity, shape ``(n,)``.
    probability
        Of the weakest link that holds a record to its entity (1 for a lone record).
    pairs
        DataFrame of the links used: left, right, probability, relation, distance_km.
    """

    entity: NDArray[np.int64]
    probability: NDArray[np.float64]
    pairs: pd.DataFrame


def dedupe(records: Records, *, least: float = 0.5) -> Entities:
    """Group the records of one file into entities.

    Links are taken from the surest down; one that would join two groups of which some pair speaks
    strongly against being the same (another country, far apart) is left out, so that chains of
    near neighbours do not swallow a district.
    """
    book = name_book([records])
    pairs = within(records, book)
    size = len(records)
    if not len(pairs[0]):
        empty = pd.DataFrame({"left": [], "right": [], "probability": [], "relation": []})
        return Entities(np.arange(size), np.ones(size), empty)
    scored = score(records, records, book, pairs, one_file=True)
    probability = posterior(scored.evidence, size, size // 2 + 1, start=0.2)
    good = np.flatnonzero((probability >= least) & ~scored.part)
    order = good[np.argsort(-probability[good], kind="stable")]
    entity, used = _group(records, scored, order)
    weakest = np.ones(size)
    for row in used:
        for record in (scored.left[row], scored.right[row]):
            weakest[record] = min(weakest[record], probability[row])
    return Entities(entity, np.round(weakest, 4), _pairs(records, scored, probability, used))


def with_entities(table: pd.DataFrame, records: Records, found: Entities) -> pd.DataFrame:
    """Return the table with what was found: every record stays, and so does every disagreement.

    Columns added: ``entity`` (number), ``entity_size``, ``probability`` (of the weakest link that
    holds the record), ``entity_names`` (how many different names), ``entity_spread_km`` (how far
    apart its positions lie) and ``entity_name`` (the commonest name).
    """
    frame = pd.DataFrame(
        {"entity": found.entity, "name": [names[0] for names in records.names],
         "x": records.lon, "y": records.lat}
    )  # fmt: skip
    by = frame.groupby("entity", sort=True)
    box = by[["x", "y"]].agg(["min", "max", "mean"])
    high = (box[("y", "max")] - box[("y", "min")]) * 111.2
    wide = (box[("x", "max")] - box[("x", "min")]) * 111.2 * np.cos(np.radians(box[("y", "mean")]))
    counts = frame.groupby(["entity", "name"], sort=False).size().reset_index(name="n")
    best = counts.sort_values(["entity", "n"], ascending=[True, False], kind="stable")
    first = best.drop_duplicates("entity").set_index("entity")["name"]
    out = table.copy()
    out["entity"] = found.entity
    spread = np.hypot(high, wide)
    out["entity_name"] = first.to_numpy()[found.entity]
    out["entity_size"] = by.size().to_numpy()[found.entity]
    out["entity_names"] = by["name"].nunique().to_numpy()[found.entity]
    out["entity_spread_km"] = np.round(spread.to_numpy()[found.entity], 3)
    out["probability"] = found.probability
    return out


def _group(
    records: Records, scored: Scored, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[int]]:
    """Join records from the surest pair down, keeping each group within reach of itself."""
    parent = np.arange(len(records))
    members: dict[int, list[int]] = {}

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = int(parent[place])
        return place

    used: list[int] = []
    for row in order:
        a, b = root(int(scored.left[row])), root(int(scored.right[row]))
        if a == b:
            used.append(int(row))
            continue
        one, other = members.get(a, [a]), members.get(b, [b])
        if len(one) * len(other) > 1 and not _together(records, one, other):
            continue
        parent[b] = a
        members[a] = [*one, *other]
        used.append(int(row))
    roots = [root(place) for place in range(len(records))]
    number = {value: i for i, value in enumerate(dict.fromkeys(roots))}
    return np.array([number[value] for value in roots], dtype=np.int64), used


def _together(records: Records, one: list[int], other: list[int]) -> bool:
    """Whether two groups may be one: near each other, and of no two different states."""
    states = {records.country[i] for i in (*one, *other)} - {""}
    if len(states) > 1 and not any("|" in state for state in states):
        return False
    lon, lat = records.lon[[*one, *other]], records.lat[[*one, *other]]
    if np.isnan(lon).all():
        return True
    height = (np.nanmax(lat) - np.nanmin(lat)) * 111.2
    width = (np.nanmax(lon) - np.nanmin(lon)) * 111.2 * np.cos(np.radians(np.nanmean(lat)))
    return bool(np.hypot(height, width) < 30.0)


def _pairs(
    records: Records, scored: Scored, probability: NDArray[np.float64], used: list[int]
) -> pd.DataFrame:
    rows = np.array(used, dtype=np.int64)
    return pd.DataFrame(
        {
            "left": [records.ids[i] for i in scored.left[rows]],
            "right": [records.ids[j] for j in scored.right[rows]],
            "probability": np.round(probability[rows], 4),
            "relation": np.where(scored.alias[rows], "alias_of", "same_as"),
            "distance_km": np.round(scored.distance_km[rows], 3),
        }
    )
