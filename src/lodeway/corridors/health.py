"""Looking a network over: everything that is wrong or odd, listed at once, nothing repaired.

`read_network` stops at the first row that it cannot trust; this reads the same tables leniently and
goes on, so that a network can be mended in one sitting. Findings are errors (the network is
refused), warnings (routes would be wrong) or notes (worth a look; real networks have some).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.columns import Columns, locate, read_columns
from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
SEVERITIES = ("error", "warning", "note")
_NODES = ("node", "lon", "lat", "mode", "country", "place")
_LINKS = ("link", "from", "to", "mode", "length_km", "status")


@dataclass(frozen=True)
class Finding:
    """One thing to look at: `item` is an id, `place` a place or coordinates near it."""

    code: str
    severity: str
    item: str
    place: str
    what: str
    cure: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the fields that ``--json`` prints."""
        return asdict(self)


@dataclass(frozen=True)
class Raw:
    """The tables as they stand: numbers that cannot be read are NaN, unknown ends are -1."""

    folder: Path
    nodes: Columns
    links: Columns
    places: list[Row]
    gates: list[Row]

    @cached_property
    def ids(self) -> list[str]:
        """Ids of the links."""
        return self.links.texts("link")

    @cached_property
    def node_ids(self) -> list[str]:
        """Ids of the nodes."""
        return self.nodes.texts("node")

    @cached_property
    def lon(self) -> Floats:
        """Longitudes of the nodes."""
        return numbers(self.nodes, "lon")

    @cached_property
    def lat(self) -> Floats:
        """Latitudes of the nodes."""
        return numbers(self.nodes, "lat")

    @cached_property
    def country(self) -> NDArray[np.str_]:
        """Countries of the nodes."""
        return np.array([text.strip() for text in self.nodes.texts("country")], dtype=np.str_)

    @cached_property
    def node_place(self) -> list[str]:
        """Places of the nodes."""
        return [text.strip() for text in self.nodes.texts("place")]

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """Positions of the two nodes of each link; -1 where the node is not in the table."""
        position = {name: number for number, name in enumerate(self.node_ids)}
        return tuple(  # type: ignore[return-value]
            np.array([position.get(text, -1) for text in self.links.texts(end)], dtype=np.int32)
            for end in ("from", "to")
        )

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Links with two different nodes that have coordinates, and a length."""
        tail, head = self.ends
        good = (tail >= 0) & (head >= 0) & (tail != head) & (self.km > 0)
        placed = np.isfinite(self.lon) & np.isfinite(self.lat)
        return np.asarray(good & placed[tail] & placed[head])

    @cached_property
    def km(self) -> Floats:
        """Lengths of the links."""
        return numbers(self.links, "length_km")

    @cached_property
    def mode(self) -> NDArray[np.str_]:
        """Modes of the links, connectors with those that they serve."""
        return np.char.replace(self.words("mode"), "access_", "")

    @cached_property
    def access(self) -> NDArray[np.bool_]:
        """Which links are connectors."""
        return np.asarray(np.char.startswith(self.words("mode"), "access_"))

    @cached_property
    def gate(self) -> NDArray[np.str_]:
        """Gates of the links, empty without."""
        return self.words("gate")

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Which links are open."""
        return np.asarray(self.words("status") == "open")

    @cached_property
    def crossing(self) -> NDArray[np.bool_]:
        """Which links have their ends in two countries."""
        tail, head = self.ends
        one, two = self.country[tail], self.country[head]
        known = (one != "") & (two != "") & (tail >= 0) & (head >= 0)
        return np.asarray((one != two) & known)

    def words(self, column: str) -> NDArray[np.str_]:
        """Return a column of the links as stripped words."""
        return np.char.strip(np.array(self.links.texts(column), dtype=np.str_))

    def near(self, node: int) -> str:
        """Say where a node is: its place, or its coordinates."""
        if node < 0:
            return ""
        return self.node_place[node] or f"{self.lon[node]:.3f} {self.lat[node]:.3f}"

    def at(self, link: int) -> str:
        """Say where a link is."""
        return self.near(int(self.ends[0][link]))


def numbers(table: Columns, column: str) -> Floats:
    """Return a column as numbers, NaN where a cell is none."""
    try:
        return table.floats(column)
    except LodewayError:
        found = np.full(len(table), np.nan)
        for row, text in enumerate(table.texts(column)):
            try:
                found[row] = float(text)
            except ValueError:
                continue
        return found


def examine(folder: Path) -> list[Finding]:
    """Return everything that is wrong or odd in a network folder, errors first.

    Parameters
    ----------
    folder
        As for `lodeway.corridors.read_network`.

    Returns
    -------
    list of Finding
        Empty for a network without fault or oddity. A table that cannot be read at all is a
        finding too.

    Raises
    ------
    LodewayError
        Where there is no such folder.
    """
    from lodeway.corridors import health_map, health_places, health_rows
    from lodeway.corridors.network import read_network

    if not folder.is_dir():
        raise LodewayError("missing", str(folder), "no folder", "a folder with a freight network")
    try:
        raw = read_raw(folder)
    except LodewayError as problem:
        return [_refused(problem)]
    looks: tuple[Callable[[Raw], Iterator[Finding]], ...] = (
        health_rows.nodes, health_rows.links, health_rows.gates, health_map.swapped,
        health_map.lengths, health_rows.doubles, health_rows.borders, health_map.islands_of_country,
        health_map.gaps, health_places.places, health_places.detours, health_places.components,
    )  # fmt: skip
    found = [finding for look in looks for finding in look(raw)]
    found = _without_echoes(found)
    if not any(finding.severity == "error" for finding in found):
        try:
            read_network(folder)
        except LodewayError as problem:
            found.append(_refused(problem))
    return sorted(found, key=lambda f: (SEVERITIES.index(f.severity), f.code))


def read_raw(folder: Path) -> Raw:
    """Read the tables of a network folder leniently."""
    paths = {stem: locate(folder, stem) for stem in ("nodes", "links", "places")}
    for stem, path in paths.items():
        if path is None:
            raise LodewayError(
                "missing", f"{folder}/{stem}.csv", "no file", "a table of the network"
            )
    nodes, links, places = (path for path in paths.values() if path is not None)
    gates = folder / "gates.csv"
    return Raw(
        folder=folder,
        nodes=read_columns(nodes, _NODES),
        links=read_columns(links, _LINKS),
        places=read_rows(places, ("place",), name=places.name),
        gates=read_rows(gates, ("gate", "pair", "mode"), name=gates.name)
        if gates.is_file() else [],
    )  # fmt: skip


def _refused(problem: LodewayError) -> Finding:
    return Finding(
        problem.code, "error", problem.where, "", f"{problem.got}; expected {problem.expected}",
        problem.cure,
    )  # fmt: skip


def _without_echoes(found: list[Finding]) -> list[Finding]:
    """Drop short lengths that a swapped node explains: one fault, one finding."""
    swapped = {f.item for f in found if f.code == "lat-lon-swapped"}
    explained = {
        link for f in found if f.code == "lat-lon-swapped" for link in f.what.split("links ")[-1:]
    }
    if not swapped:
        return found
    links = {link.strip() for text in explained for link in text.split(",")}
    echo = {"too-short", "miles-for-km", "nautical-miles", "detour-link"}
    return [f for f in found if not (f.code in echo and f.item in links)]
