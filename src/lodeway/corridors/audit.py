"""Checks over whole columns of a network; each names the first row that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.columns import Columns
from lodeway.corridors.records import BASE_MODES, LINK_STATUS, Gate, sorted_pair
from lodeway.errors import LodewayError, suggestion
from lodeway.io import Row, parse_number

if TYPE_CHECKING:
    from lodeway.corridors.network import Network, Nodes

EARTH_RADIUS_KM = 6371.0088  # mean radius (IUGG 1980)
#: A link may read this much shorter than the great circle before it is refused.
SHORT_SHARE, SHORT_KM = 0.01, 0.05
_ACCESS = "access_"


@dataclass(frozen=True)
class CheckedLinks:
    """Columns of links that have passed the checks, in file order."""

    mode: NDArray[np.int32]
    mode_words: tuple[str, ...]
    access: NDArray[np.bool_]
    km: NDArray[np.float64]
    gate: NDArray[np.int32]
    status: NDArray[np.int32]
    capacity_mt: NDArray[np.float64]


def great_circle_km(
    lon1: NDArray[np.float64],
    lat1: NDArray[np.float64],
    lon2: NDArray[np.float64],
    lat2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return great-circle distances in km (haversine formula) between points in degrees.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([0.0])
    >>> round(float(great_circle_km(one, one, one + 90.0, one)[0]))
    10008
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    across = np.sin(np.radians(lon2 - lon1) / 2) ** 2
    chord = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * across
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def _refuse_first(
    bad: NDArray[np.bool_], table: Columns, column: str, expected: str, cure: str = ""
) -> None:
    if bool(bad.any()):
        row = int(np.argmax(bad))
        got = repr(table.cell(row, column)) if table.has(column) else "nothing"
        raise LodewayError("bad-network", table.where(row, column), got, expected, cure)


def check_nodes(table: Columns) -> None:
    """Refuse duplicate nodes or places, unknown modes, and coordinates outside the world."""
    table.refuse_duplicates("node")
    _refuse_first(np.abs(table.floats("lon")) > 180, table, "lon", "a longitude from -180 to 180")
    _refuse_first(np.abs(table.floats("lat")) > 90, table, "lat", "a latitude from -90 to 90")
    mode, words = table.codes("mode")
    unknown = np.array([word not in (*BASE_MODES, "place") for word in words], dtype=bool)
    _refuse_first(unknown[mode], table, "mode", f"one of {', '.join((*BASE_MODES, 'place'))}")
    seen: set[str] = set()
    for row, name in enumerate(table.texts("place")):
        if name and name in seen:
            raise LodewayError(
                "bad-network", table.where(row, "place"), f"{name!r} for the second time",
                "each place once",
            )  # fmt: skip
        if name:
            seen.add(name)


def check_links(
    table: Columns,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    nodes: Nodes,
    gates: Sequence[Gate],
    *,
    has_gates: bool,
) -> CheckedLinks:
    """Check the links table and return its columns as numbers.

    Parameters
    ----------
    table
        The links.
    tail, head
        Positions of the two nodes of each link, shape ``(links,)``.
    nodes, gates
        What links refer to.
    has_gates
        Whether the folder has a gates table; without one no link needs a gate, and `gates` are
        those that links name.
    """
    table.refuse_duplicates("link")
    raw_mode, words = table.codes("mode")
    allowed = (*BASE_MODES, *(_ACCESS + mode for mode in BASE_MODES))
    unknown = np.array([word not in allowed for word in words], dtype=bool)
    _refuse_first(unknown[raw_mode], table, "mode", f"one of {', '.join(allowed)}")
    base = [word.removeprefix(_ACCESS) for word in words]
    mode_words = tuple(mode for mode in BASE_MODES if mode in base)
    mode = np.array([mode_words.index(word) for word in base] or [0], dtype=np.int32)[raw_mode]
    access = np.array([word.startswith(_ACCESS) for word in words] or [False])[raw_mode]
    status_raw, status_words = table.codes("status")
    unknown = np.array([word not in LINK_STATUS for word in status_words], dtype=bool)
    _refuse_first(unknown[status_raw], table, "status", f"one of {', '.join(LINK_STATUS)}")
    status = np.array([LINK_STATUS.index(word) for word in status_words] or [0], dtype=np.int32)
    km = _checked_lengths(table, tail, head, nodes)
    gate = _gates_of_links(table, gates)
    _check_borders(table, tail, head, nodes, gates, gate, access, status[status_raw], has_gates)
    if has_gates:
        _check_gate_modes(table, gates, gate, mode, mode_words)
    return CheckedLinks(mode, mode_words, access, km, gate, status[status_raw], _capacity(table))


def _checked_lengths(
    table: Columns, tail: NDArray[np.int32], head: NDArray[np.int32], nodes: Nodes
) -> NDArray[np.float64]:
    km = table.floats("length_km")
    _refuse_first(km <= 0, table, "length_km", "a length above 0 km")
    direct = great_circle_km(nodes.lon[tail], nodes.lat[tail], nodes.lon[head], nodes.lat[head])
    short = km < direct - np.maximum(SHORT_SHARE * direct, SHORT_KM)
    if bool(short.any()):
        row = int(np.argmax(short))
        raise LodewayError(
            "bad-network", table.where(row, "length_km"), f"{km[row]:g} km",
            f"at least the great circle of {direct[row]:.2f} km",
            "a length in miles, or a node in the wrong place?",
        )  # fmt: skip
    return km


def _gates_of_links(table: Columns, gates: Sequence[Gate]) -> NDArray[np.int32]:
    codes, words = table.codes("gate")
    position = {gate.id: number for number, gate in enumerate(gates)}
    found = np.array([position.get(word, -1) for word in words] or [-1], dtype=np.int32)
    unknown = np.array([bool(word) and word not in position for word in words], dtype=bool)
    if bool(unknown.any()) and bool(unknown[codes].any()):
        row = int(np.argmax(unknown[codes]))
        word = words[codes[row]]
        raise LodewayError(
            "bad-network", table.where(row, "gate"), repr(word), "a gate of gates.csv",
            suggestion(word, position),
        )  # fmt: skip
    return found[codes]


def _check_borders(
    table: Columns,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    nodes: Nodes,
    gates: Sequence[Gate],
    gate: NDArray[np.int32],
    access: NDArray[np.bool_],
    status: NDArray[np.int32],
    has_gates: bool,
) -> None:
    """Refuse links that cross a border where nobody guards it, or where another gate stands."""
    empty = np.array([not word for word in nodes.country_words], dtype=bool)
    one, two = nodes.country[tail], nodes.country[head]
    differ = (one != two) & ~empty[one] & ~empty[two]
    codes, words = table.codes("border")
    declared = np.array([bool(word) for word in words] or [False])[codes]
    _refuse_first(
        access & (differ | declared) & (gate < 0), table, "mode",
        "a connector whose two ends lie in one country, or one with a gate",
        "a connector joins a place to its own side of the border",
    )  # fmt: skip
    if not has_gates:
        return
    _refuse_first(
        (differ | declared) & (gate < 0) & (status == 0), table, "gate",
        "the gate of an open link that crosses a border", "name its gate, or close the link",
    )  # fmt: skip
    for row in np.flatnonzero(gate >= 0):
        word = words[codes[row]]
        ends = f"{nodes.country_words[one[row]]}-{nodes.country_words[two[row]]}"
        pair = sorted_pair(word or ends)
        standing = gates[gate[row]]
        if standing.pair != pair:
            raise LodewayError(
                "bad-network", table.where(int(row), "gate"), f"{standing.id} ({standing.pair})",
                f"a gate of the border {pair}",
            )  # fmt: skip


def _check_gate_modes(
    table: Columns,
    gates: Sequence[Gate],
    gate: NDArray[np.int32],
    mode: NDArray[np.int32],
    mode_words: Sequence[str],
) -> None:
    for row in np.flatnonzero(gate >= 0):
        standing = gates[gate[row]]
        if standing.mode != mode_words[mode[row]]:
            raise LodewayError(
                "bad-network", table.where(int(row), "gate"), f"{standing.id} ({standing.mode})",
                f"a gate for {mode_words[mode[row]]}",
            )  # fmt: skip


def _capacity(table: Columns) -> NDArray[np.float64]:
    codes, words = table.codes("capacity_mt")
    first = np.zeros(len(words), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    values = [
        parse_number(word, table.where(int(first[number]), "capacity_mt"), low=0)
        if word
        else np.nan
        for number, word in enumerate(words)
    ]
    return np.array(values or [np.nan], dtype=np.float64)[codes]


def check_references(network: Network, places: Sequence[Row]) -> None:
    """Refuse small tables that name places, gates or links which do not exist."""
    known = network.nodes.place
    for row in places:
        name = row.text("place")
        if name not in known:
            raise LodewayError(
                "bad-network", row.where("place"), repr(name), "a place that stands in the nodes",
                suggestion(name, known),
            )  # fmt: skip
        row.optional_number("lon", low=-180, high=180)
        row.optional_number("lat", low=-90, high=90)
    tables = {
        "gate": network.gate_position,
        "link": network.links.position if network.capacities else {},
        "place": known,
    }
    for capacity in network.capacities:
        table = tables[capacity.kind]
        if capacity.item not in table:
            near = suggestion(capacity.item, table) if len(table) <= 20_000 else ""
            raise LodewayError(
                "unknown-id", capacity.where, repr(capacity.item),
                f"a {capacity.kind} of the network", near,
            )  # fmt: skip


def shut_months(table: Columns) -> tuple[NDArray[np.int32], tuple[frozenset[int], ...]]:
    """Read the optional column ``months_closed``: months as ``12|1|2``, or a span ``11-4``.

    Raises
    ------
    LodewayError
        For a month that is none, naming the first row that says so.
    """
    codes, words = table.codes("months_closed")
    found = []
    for number, word in enumerate(words):
        where = table.where(int(np.argmax(codes == number)), "months_closed")
        found.append(frozenset(_months(word, where)))
    return codes, tuple(found)


def _months(word: str, where: str) -> list[int]:
    months: list[int] = []
    for part in word.split("|"):
        if not part.strip():
            continue
        ends = [parse_number(text, where, low=1, high=12) for text in part.split("-")]
        if len(ends) > 2 or any(end != int(end) for end in ends):
            raise LodewayError("bad-network", where, repr(word), "months such as 12|1|2 or 11-4")
        first, last = int(ends[0]), int(ends[-1])
        months += [(first + n - 1) % 12 + 1 for n in range((last - first) % 12 + 1)]
    return months
