"""Mending a network: only what is asked for by name, every change listed, every new link flagged.

Nothing here runs by itself. A repair that invents a link says so in the link's `source`
(``gapfill``, ``connector``), so that a route over it can be told from one over a surveyed road.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lodeway.corridors.audit import great_circle_km
from lodeway.corridors.formats import Tables, read_tables
from lodeway.corridors.health import Finding, Raw, examine, read_raw
from lodeway.corridors.health_map import KM_PER_MILE, KM_PER_NAUTICAL_MILE, points
from lodeway.errors import LodewayError, suggestion

#: An invented link is so much longer than the straight line (simplified roads: 1.1 to 1.2).
SINUOSITY = 1.1
#: A place is joined to a node of its mode within this distance, a gap bridged up to this length.
SNAP_KM = 15.0
BRIDGE_KM = {"road": 6.0, "rail": 12.0}


@dataclass(frozen=True)
class Repair:
    """One change: what was wrong, where, what stood there and what stands there now."""

    code: str
    item: str
    place: str
    before: str
    after: str

    def as_dict(self) -> dict[str, str]:
        """Return the fields that ``--json`` prints."""
        return asdict(self)


Mend = Callable[[Finding, Tables, Raw], list[Repair]]


def repair(folder: Path, codes: Collection[str]) -> tuple[Tables, list[Repair]]:
    """Return a mended copy of a network's tables, and every change that was made.

    Parameters
    ----------
    folder
        A network of CSV tables, as `lodeway.corridors.health.examine` reads it.
    codes
        Which findings to mend: ``lat-lon-swapped, miles-for-km, nautical-miles, bad-length``
        (decimal commas only), ``duplicate-link, self-loop, gap, no-access, unreachable``.

    Raises
    ------
    LodewayError
        For a code that cannot be mended by a rule.
    """
    for code in codes:
        if code not in MENDS:
            raise LodewayError(
                "bad-argument", "repair", repr(code), f"some of {', '.join(MENDS)}",
                suggestion(code, MENDS),
            )  # fmt: skip
    tables, raw = read_tables(folder), read_raw(folder)
    done: list[Repair] = []
    for finding in examine(folder):
        if finding.code in codes:
            done += MENDS[finding.code](finding, tables, raw)
    return tables, done


def _row(table: pd.DataFrame, column: str, item: str) -> int:
    rows = np.flatnonzero((table[column] == item).to_numpy())
    return int(rows[-1]) if len(rows) else -1


def _unswap(finding: Finding, tables: Tables, _raw: Raw) -> list[Repair]:
    for name, column in (("nodes", "node"), ("places", "place"), ("gates", "gate")):
        table = tables.get(name)
        row = -1 if table is None else _row(table, column, finding.item)
        if table is not None and row >= 0:
            lon, lat = (str(table[axis].iloc[row]) for axis in ("lon", "lat"))
            table.loc[row, "lon"] = lat
            table.loc[row, "lat"] = lon
            return [Repair(finding.code, finding.item, finding.place, f"lon {lon}, lat {lat}",
                           f"lon {lat}, lat {lon}")]  # fmt: skip
    return []


def _length(factor: float) -> Mend:
    def mend(finding: Finding, tables: Tables, _raw: Raw) -> list[Repair]:
        links = tables["links"]
        row = _row(links, "link", finding.item)
        before = str(links.loc[row, "length_km"])
        if factor == 1.0 and ("," not in before or "." in before):
            return []
        after = before.replace(",", ".") if factor == 1.0 else f"{float(before) * factor:.3f}"
        links.loc[row, "length_km"] = after
        return [Repair(finding.code, finding.item, finding.place, before, f"{after} km")]

    return mend


def _drop(finding: Finding, tables: Tables, _raw: Raw) -> list[Repair]:
    links = tables["links"]
    row = _row(links, "link", finding.item)
    tables["links"] = links.drop(index=row).reset_index(drop=True)
    return [Repair(finding.code, finding.item, finding.place, finding.what, "left out")]


def _bridge(finding: Finding, tables: Tables, raw: Raw) -> list[Repair]:
    one, two = (raw.node_ids.index(name) for name in finding.item.split("-"))
    modes = {str(raw.mode[link]) for link in np.flatnonzero(raw.known)
             if one in (raw.ends[0][link], raw.ends[1][link])}  # fmt: skip
    mode = "rail" if "rail" in modes else "road"
    return _join(finding, tables, raw, (one, two), mode, "gapfill", BRIDGE_KM[mode])


def _snap(finding: Finding, tables: Tables, raw: Raw) -> list[Repair]:
    """Join a place to the nearest node of the mode that it lacks, on its own side of the border."""
    from scipy.spatial import cKDTree

    mode = finding.what.rpartition("by ")[2] if "by " in finding.what else "road"
    node = raw.node_place.index(finding.item)
    of_mode = np.zeros(len(raw.lon), dtype=bool)
    for end in raw.ends:
        of_mode[end[raw.known & (raw.mode == mode) & ~raw.access]] = True
    able = np.flatnonzero(of_mode & ((raw.country == raw.country[node]) | (raw.country == "")))
    if not len(able):
        return []
    where = points(raw.lon, raw.lat)
    _, nearest = cKDTree(where[able]).query(where[node])
    ends = (node, int(able[int(nearest)]))
    return _join(finding, tables, raw, ends, f"access_{mode}", "connector", SNAP_KM)


def _join(
    finding: Finding, tables: Tables, raw: Raw, ends: tuple[int, int], mode: str, source: str,
    most_km: float,
) -> list[Repair]:  # fmt: skip
    one, two = ends
    direct = float(great_circle_km(*(array[[node]] for node in ends
                                     for array in (raw.lon, raw.lat)))[0])  # fmt: skip
    if direct > most_km:
        return []
    links = tables["links"]
    numbers = [int(name) for name in links["link"] if str(name).isdigit()]
    link = str(max(numbers, default=0) + 1)
    row = dict.fromkeys(links.columns, "")
    row |= {"link": link, "from": raw.node_ids[one], "to": raw.node_ids[two], "mode": mode,
            "length_km": f"{max(direct * SINUOSITY, 0.001):.3f}", "status": "open",
            "countries": str(raw.country[one]), "source": source,
            "note": f"bridges {direct:.2f} km, invented"}  # fmt: skip
    row = {name: value for name, value in row.items() if name in links.columns}
    tables["links"] = pd.concat([links, pd.DataFrame([row])], ignore_index=True)
    return [Repair(finding.code, finding.item, finding.place, finding.what,
                   f"link {link}, {row['length_km']} km by {mode}, source {source}")]  # fmt: skip


MENDS: Mapping[str, Mend] = {
    "lat-lon-swapped": _unswap,
    "miles-for-km": _length(KM_PER_MILE),
    "nautical-miles": _length(KM_PER_NAUTICAL_MILE),
    "bad-length": _length(1.0),
    "duplicate-link": _drop,
    "self-loop": _drop,
    "gap": _bridge,
    "no-access": _snap,
    "unreachable": _snap,
}
