"""The freight network: nodes, links, places, gates, and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.audit import check_links, check_nodes, check_references, shut_months
from lodeway.corridors.columns import Columns, locate, read_columns
from lodeway.corridors.records import (
    LINK_STATUS,
    Capacity,
    Gate,
    Rate,
    Service,
    read_capacities,
    read_gates,
    read_rates,
    read_services,
    sorted_pair,
    unique_ids,
)  # fmt: skip
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_rows, read_text

#: The package's own rates, used where a network folder brings none.
DEFAULT_RATES = Path(__file__).with_name("default_rates.csv")
OPEN, CLOSED, PLANNED = range(3)
Record = TypeVar("Record")


@dataclass(frozen=True)
class Nodes:
    """Nodes in file order; arrays have shape ``(nodes,)``, lon and lat are WGS84 degrees."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    country: NDArray[np.int32]
    country_words: tuple[str, ...]
    place: Mapping[str, int]


@dataclass(frozen=True)
class Links:
    """Links in order of their id; arrays have shape ``(links,)``.

    `mode`, `countries` and `name` are numbers that stand for the words beside them; `gate` is a
    position in `Network.gates`, -1 without; `status` is OPEN, CLOSED or PLANNED; `capacity_mt` is
    NaN where unknown. `access` marks connectors between a place and a mode. `surface` and
    `months_shut` stand for words too: what the road is made of, and the months (1 to 12) in which
    a pass or a channel is shut.
    """

    ids: list[str]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    mode: NDArray[np.int32]
    mode_words: tuple[str, ...]
    access: NDArray[np.bool_]
    km: NDArray[np.float64]
    countries: NDArray[np.int32]
    countries_words: tuple[tuple[str, ...], ...]
    gate: NDArray[np.int32]
    status: NDArray[np.int8]
    capacity_mt: NDArray[np.float64]
    name: NDArray[np.int32]
    name_words: tuple[str, ...]
    surface: NDArray[np.int32]
    surface_words: tuple[str, ...]
    months_shut: NDArray[np.int32]
    months_words: tuple[frozenset[int], ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def position(self) -> dict[str, int]:
        """Position of each link by its id."""
        return {name: number for number, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Network:
    """A network folder that has been read and found sound.

    `notes` says in plain sentences what the folder lacks and what was used instead.
    """

    folder: Path
    nodes: Nodes
    links: Links
    gates: tuple[Gate, ...]
    rates: tuple[Rate, ...]
    services: tuple[Service, ...]
    capacities: tuple[Capacity, ...]
    files: Mapping[str, str]
    notes: tuple[str, ...]

    @cached_property
    def gate_position(self) -> dict[str, int]:
        """Position of each gate by its id."""
        return {gate.id: number for number, gate in enumerate(self.gates)}

    def node_of(self, place: str, where: str = "place") -> int:
        """Return the node of a place, or refuse its name with a suggestion."""
        try:
            return self.nodes.place[place]
        except KeyError:
            raise LodewayError(
                "unknown-id", where, repr(place), "a place of the network",
                suggestion(place, self.nodes.place),
            ) from None  # fmt: skip

    def gate_of(self, gate: str, where: str = "gate") -> int:
        """Return the position of a gate, or refuse its name with a suggestion."""
        try:
            return self.gate_position[gate]
        except KeyError:
            raise LodewayError(
                "unknown-id", where, repr(gate), "a gate of the network",
                suggestion(gate, self.gate_position),
            ) from None  # fmt: skip

    @cached_property
    def countries(self) -> frozenset[str]:
        """All countries that nodes or links name."""
        of_links = {code for words in self.links.countries_words for code in words}
        return frozenset((of_links | set(self.nodes.country_words)) - {""})


def read_network(folder: Path) -> Network:
    """Read and check a network folder.

    Parameters
    ----------
    folder
        Holds ``nodes``, ``links`` (``.csv.gz`` or ``.csv``) and ``places.csv``; ``gates.csv``,
        ``rates.csv``, ``services.csv`` and ``capacities.csv`` where they exist. Without gates
        links go by their own status; without rates the package's defaults are used; `Network.notes`
        says so.

    Raises
    ------
    LodewayError
        Naming file and line of the first row that is wrong.
    """
    if not folder.is_dir():
        raise LodewayError("missing", str(folder), "no folder", "a folder with a freight network")
    notes: list[str] = []
    nodes_table = _table(folder, "nodes", ("node", "lon", "lat", "mode", "country", "place"))
    links_table = _table(folder, "links", ("link", "from", "to", "mode", "length_km", "status"))
    places_path = _existing(folder, "places")
    has_gates = (folder / "gates.csv").is_file()
    gates = read_gates(folder / "gates.csv") if has_gates else ()
    silent = sum(gate.delay_h is None for gate in gates)
    if silent:
        notes.append(f"{silent} gates of {folder.name} have no delay: 0 hours are used")
    if not has_gates:
        notes.append(
            f"{folder.name} has no gates.csv: links go by their own status; gates that links name "
            "have no delay and pay the general border fee"
        )
    nodes = _nodes(nodes_table)
    places = unique_ids(read_rows(places_path, ("place",), name=places_path.name), "place")
    services = _optional(folder, "services.csv", read_services)
    rates_path = folder / "rates.csv"
    if not rates_path.is_file():
        rates_path = DEFAULT_RATES
        notes.append(f"{folder.name} has no rates.csv: the package's default rates are used")
    links, gates = _links(links_table, nodes_table, nodes, gates, has_gates=has_gates)
    nodes = _with_new_places(nodes, services)
    capacities = _capacities(folder, notes)
    network = Network(
        folder=folder,
        nodes=nodes,
        links=links,
        gates=gates,
        rates=read_rates(rates_path),
        services=services,
        capacities=capacities,
        files={"rates": rates_path.name, "links": links_table.name},
        notes=tuple(notes),
    )
    check_references(network, places)
    return network


def _existing(folder: Path, stem: str) -> Path:
    path = locate(folder, stem)
    if path is None:
        raise LodewayError("missing", f"{folder}/{stem}.csv", "no file", "a table of the network")
    return path


def _table(folder: Path, stem: str, required: tuple[str, ...]) -> Columns:
    return read_columns(_existing(folder, stem), required)


def _optional(
    folder: Path, name: str, read: Callable[[Path], tuple[Record, ...]]
) -> tuple[Record, ...]:
    path = folder / name
    return read(path) if path.is_file() else ()


def _capacities(folder: Path, notes: list[str]) -> tuple[Capacity, ...]:
    """Read ``capacities.csv``; a table of claims without the column ``capacity`` is not used."""
    path = folder / "capacities.csv"
    if not path.is_file():
        return ()
    header = read_text(path).partition("\n")[0]
    if "capacity" not in [word.strip() for word in header.split(",")]:
        notes.append(f"{folder.name}/capacities.csv has no column 'capacity': it is not used")
        return ()
    return read_capacities(path)


def _nodes(table: Columns) -> Nodes:
    check_nodes(table)
    country, words = table.codes("country")
    place = {name: row for row, name in enumerate(table.texts("place")) if name}
    return Nodes(table.floats("lon"), table.floats("lat"), country, tuple(words), place)


def _with_new_places(nodes: Nodes, services: Iterable[Service]) -> Nodes:
    """Add places that only a service reaches; they have no coordinates (NaN)."""
    place, words = dict(nodes.place), list(nodes.country_words)
    added: list[int] = []
    for service in services:
        for name, end in ((service.origin, 0), (service.destination, -1)):
            if name not in place:
                country = service.countries[end] if service.countries else ""
                if country not in words:
                    words.append(country)
                place[name] = len(nodes.lon) + len(added)
                added.append(words.index(country))
    if not added:
        return nodes
    unknown = np.full(len(added), np.nan)
    return Nodes(
        np.concatenate([nodes.lon, unknown]),
        np.concatenate([nodes.lat, unknown]),
        np.concatenate([nodes.country, np.array(added, dtype=np.int32)]),
        tuple(words),
        place,
    )


def _links(
    table: Columns,
    nodes_table: Columns,
    nodes: Nodes,
    gates: tuple[Gate, ...],
    *,
    has_gates: bool,
) -> tuple[Links, tuple[Gate, ...]]:
    node_ids = nodes_table.raw("node")
    tail = table.find("from", node_ids, "a node of the nodes table")
    head = table.find("to", node_ids, "a node of the nodes table")
    gates = gates if has_gates else _implied_gates(table, tail, head, nodes)
    checked = check_links(table, tail, head, nodes, gates, has_gates=has_gates)
    order = table.order("link")
    countries, countries_words = table.codes("countries")
    name, name_words = _names(table)
    surface, surface_words = table.codes("surface")
    months, months_words = shut_months(table)
    ids = table.texts("link")
    links = Links(
        ids=ids if bool((np.diff(order) == 1).all()) else [ids[row] for row in order],
        tail=tail[order],
        head=head[order],
        mode=checked.mode[order],
        mode_words=checked.mode_words,
        access=checked.access[order],
        km=checked.km[order],
        countries=countries[order],
        countries_words=tuple(
            tuple(code for code in words.split("|") if code) for words in countries_words
        ),
        gate=checked.gate[order],
        status=checked.status[order].astype(np.int8),
        capacity_mt=checked.capacity_mt[order],
        name=name[order],
        name_words=name_words,
        surface=surface[order],
        surface_words=tuple(surface_words),
        months_shut=months[order],
        months_words=months_words,
    )
    return links, gates


def _implied_gates(
    table: Columns, tail: NDArray[np.int32], head: NDArray[np.int32], nodes: Nodes
) -> tuple[Gate, ...]:
    """Make gates of the names on links where there is no gates table: no delay, no fee known."""
    found: dict[str, Gate] = {}
    codes, words = table.codes("gate")
    for row in np.flatnonzero(np.array([bool(word) for word in words] or [False])[codes]):
        name = words[codes[row]]
        ends = [nodes.country_words[nodes.country[end[row]]] for end in (tail, head)]
        border = table.cell(int(row), "border") if table.has("border") else ""
        lon, lat = (float(x[tail[row]] + x[head[row]]) / 2 for x in (nodes.lon, nodes.lat))
        mode = table.cell(int(row), "mode").removeprefix("access_")
        pair = sorted_pair(border or "-".join(ends))
        gate = Gate(name, name, pair, mode, lon, lat, "open", None, None, "", table.where(int(row)))
        found.setdefault(name, gate)
    return tuple(found.values())


def _names(table: Columns) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Name special links: the source behind ``manual:``, else the note."""
    source, source_words = table.codes("source")
    note, note_words = table.codes("note")
    manual = np.array([word.startswith("manual:") for word in source_words])[source]
    words = [word.removeprefix("manual:") for word in source_words] + note_words
    return np.where(manual, source, note + len(source_words)).astype(np.int32), tuple(words)


__all__ = [
    "CLOSED", "DEFAULT_RATES", "LINK_STATUS", "OPEN", "PLANNED", "Links", "Network", "Nodes",
    "read_network",
]  # fmt: skip
