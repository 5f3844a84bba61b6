"""A distance or cost claim as data: what was said, and every way in which it can be meant."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from lodeway.corridors.network import Network
from lodeway.corridors.records import sorted_pair
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_rows, read_text

#: What a claim can measure: the search's measure, and whether it speaks of a difference.
METRICS: Mapping[str, tuple[str, bool]] = {
    "length_km": ("km", False),
    "saving_km": ("km", True),
    "cost_usd_per_t": ("cost", False),
    "saving_usd_per_t": ("cost", True),
    "hours": ("hours", False),
    "saving_hours": ("hours", True),
}
#: Words for one measure that may mean a length or a difference; the rest of the claim decides.
_PLAIN = {"km": "km", "distance": "km", "cost": "usd_per_t", "usd_per_t": "usd_per_t", "days": "d"}
_KEYS = (
    "name", "text", "label", "source", "date", "metric", "value", "unit", "tolerance",
    "tolerance_pct", "origin", "origins", "destination", "destinations", "base", "alternative",
    "alternatives", "state", "modes", "avoid", "include", "usd_per_t",
)  # fmt: skip
_STATE_KEYS = ("name", "open", "close", "include", "via")
#: Without a tolerance of its own a claim is taken to be right within the network's error.
NETWORK_ERROR = 0.10
MOST_READINGS = 20_000


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a name, and what it changes in the network of today."""

    name: str
    open_gates: tuple[str, ...] = ()
    closed_gates: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One way in which a claim can be meant; `base` is None where it speaks of no difference."""

    origin: str
    destination: str
    base: Side | None
    alternative: Side


@dataclass(frozen=True)
class DistanceClaim:
    """What was said.

    Attributes
    ----------
    metric
        One of `METRICS`.
    value, tolerance
        In the metric's unit (km, USD/t or hours).
    stated
        Which of origin, destination, base and alternative the claim names as exactly one.
    """

    text: str
    metric: str
    value: float
    tolerance: float
    modes: tuple[str, ...]
    avoid: tuple[str, ...]
    usd_per_t: float
    readings: tuple[Reading, ...]
    stated: frozenset[str]

    @property
    def by(self) -> str:
        """The measure of the search."""
        return METRICS[self.metric][0]

    @property
    def difference(self) -> bool:
        """Whether the claim speaks of a saving."""
        return METRICS[self.metric][1]


def read_claim(path: Path, network: Network) -> DistanceClaim:
    """Read a claim and list its readings, before anything is computed.

    Parameters
    ----------
    path
        A TOML file, the claim at its top level or in ``[claim]``. Needed: ``metric`` and ``value``.
        Optional: ``tolerance`` (below 1 a share of the value, else in the metric's unit) or
        ``tolerance_pct``; ``origin`` and ``destination`` (a place or a list); ``base`` and
        ``alternative`` (a state, or a list): the name of a ``[[state]]``, a gate, a pair of
        countries, several joined by ``+``, or a table with ``open, close, include, via``;
        ``modes``, ``avoid``, ``include``, ``usd_per_t``, ``text``, ``source``.
    network
        Where the places and gates are looked up. What a claim leaves open is filled: origins are
        its mines, destinations its other places, the base is today, and alternatives open the shut
        gates of each border, alone and two borders together where they share a country.

    Raises
    ------
    LodewayError
        For an unknown key, metric, place, gate or state, or a number that is none.
    """
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-argument", path.name, str(problem), "a TOML file") from None
    inner = data.get("claim")
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    claim: dict[str, Any] = {**data, **inner} if isinstance(inner, dict) else data
    claim.pop("claim", None) if isinstance(inner, dict) else None
    for key in claim:
        if key not in _KEYS:
            raise LodewayError(
                "bad-argument", f"{path.name} {key}", "an unknown key",
                f"some of {', '.join(_KEYS)}", suggestion(key, _KEYS),
            )  # fmt: skip
    metric, scale = _metric(claim, path.name)
    value = _number(claim, "value", path.name) * scale
    readings, stated = _readings(claim, network, path.name, METRICS[metric][1])
    return DistanceClaim(
        text=str(claim.get("text") or claim.get("label") or claim.get("name") or path.stem),
        metric=metric,
        value=value,
        tolerance=_tolerance(claim, value, scale, path.name),
        modes=tuple(_texts(claim.get("modes"))) or ("road",),
        avoid=tuple(_texts(claim.get("avoid"))),
        usd_per_t=_number(claim, "usd_per_t", path.name) if "usd_per_t" in claim else 0.0,
        readings=readings,
        stated=stated,
    )


def _metric(claim: Mapping[str, Any], where: str) -> tuple[str, float]:
    """Return the metric, and by how much the claim's numbers are multiplied."""
    said = str(claim.get("metric", "")).strip().lower().replace("-", "_").replace("/", "_per_")
    aliases = {"km_saved": "saving_km", "km_shorter": "saving_km", "saved_km": "saving_km",
               "usd_per_t_saved": "saving_usd_per_t", "hours_saved": "saving_hours",
               "length": "length_km", "detour_km": "saving_km"}  # fmt: skip
    said = aliases.get(said, said)
    if said in METRICS:
        return said, 1.0
    if said not in _PLAIN:
        raise LodewayError(
            "bad-argument", f"{where} metric", repr(claim.get("metric")),
            f"one of {', '.join((*METRICS, *_PLAIN))}", suggestion(said, METRICS),
        )  # fmt: skip
    compares = "alternative" in claim or "alternatives" in claim or "base" in claim
    whole = "origin" in claim and "destination" in claim and not compares
    kind = {"km": ("length_km", "saving_km"), "usd_per_t": ("cost_usd_per_t", "saving_usd_per_t"),
            "d": ("hours", "saving_hours")}[_PLAIN[said]]  # fmt: skip
    return kind[0] if whole else kind[1], 24.0 if said == "days" else 1.0


def _number(claim: Mapping[str, Any], key: str, where: str) -> float:
    value = claim.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
        raise LodewayError("bad-number", f"{where} {key}", repr(value), "a finite number")
    return float(value)


def _tolerance(claim: Mapping[str, Any], value: float, scale: float, where: str) -> float:
    if "tolerance_pct" in claim:
        given = abs(value) * _number(claim, "tolerance_pct", where) / 100.0
    elif "tolerance" in claim:
        number = _number(claim, "tolerance", where)
        given = number * abs(value) if 0 <= number < 1 else number * scale
    else:
        given = NETWORK_ERROR * abs(value)
    if given < 0:
        raise LodewayError("bad-number", f"{where} tolerance", given, "0 or more")
    return given


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [word.strip() for word in value.replace("|", ",").split(",") if word.strip()]
    return [str(item) for item in value]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else (list(value) if isinstance(value, list) else [value])


def _readings(
    claim: Mapping[str, Any], network: Network, where: str, difference: bool
) -> tuple[tuple[Reading, ...], frozenset[str]]:
    origins = _texts(claim.get("origin", claim.get("origins")))
    destinations = _texts(claim.get("destination", claim.get("destinations")))
    for key, names in (("origin", origins), ("destination", destinations)):
        for name in names:
            network.node_of(name, f"{where} {key}")
    named = _named_states(claim, network, where)
    include = tuple(_texts(claim.get("include")))
    bases = [
        _side(item, network, named, f"{where} base") for item in _listed(claim.get("base"))
    ] or [Side("today", include=include)]
    given = _listed(claim.get("alternative", claim.get("alternatives")))
    sides = [_side(item, network, named, f"{where} alternative") for item in given]
    stated = {
        key
        for key, items in (("origin", origins), ("destination", destinations),
                           ("base", claim.get("base")), ("alternative", sides))
        if items and (not isinstance(items, list) or len(items) == 1)
    }  # fmt: skip
    if not sides:
        sides = _openings(network) if difference else bases
    kinds = _kinds(network)
    origins = origins or [place for place, kind in kinds.items() if kind == "mine"] or list(kinds)
    destinations = destinations or [place for place, kind in kinds.items() if kind != "mine"]
    pairs = [(one, two) for one in origins for two in destinations if one != two]
    readings = [
        Reading(one, two, base if difference else None, side)
        for base in (bases if difference else bases[:1])
        for side in sides
        for one, two in pairs
        if not difference or side != base
    ]
    if len(readings) > MOST_READINGS:
        raise LodewayError(
            "too-large", where, f"{len(readings):,} readings", f"at most {MOST_READINGS:,}",
            "name an origin, a destination or an alternative",
        )  # fmt: skip
    if not readings:
        raise LodewayError("missing", where, "no readings", "places and states to compare")
    return tuple(readings), frozenset(stated)


def _kinds(network: Network) -> dict[str, str]:
    path = network.folder / "places.csv"
    rows = read_rows(path, ("place",), name=path.name) if path.is_file() else []
    return {row.text("place"): row.text("kind", "") for row in rows}


def _named_states(claim: Mapping[str, Any], network: Network, where: str) -> dict[str, Side]:
    found = {"today": Side("today")}
    for number, item in enumerate(_listed(claim.get("state"))):
        here = f"{where} state[{number}]"
        if not isinstance(item, dict) or "name" not in item:
            raise LodewayError("bad-argument", here, repr(item), "a table with a name")
        found[str(item["name"])] = _side(item, network, {}, here)
    return found


def _side(item: Any, network: Network, named: Mapping[str, Side], where: str) -> Side:
    """Read one side: a table, or a name, or several names joined by ``+``."""
    if isinstance(item, dict):
        for key in item:
            if key not in _STATE_KEYS:
                raise LodewayError(
                    "bad-argument", where, repr(key), f"some of {', '.join(_STATE_KEYS)}",
                    suggestion(key, _STATE_KEYS),
                )  # fmt: skip
        opened, closed = _texts(item.get("open")), _texts(item.get("close"))
        for gate in opened:
            network.gate_of(gate, f"{where}.open")
        include = tuple(_texts(item.get("include")))
        words = [f"open {gate}" for gate in opened] + [f"close {gate}" for gate in closed]
        name = str(item.get("name") or ", ".join([*words, *include]) or "today")
        return Side(name, tuple(opened), tuple(closed), include, tuple(_texts(item.get("via"))))
    name = str(item)
    if name in named:
        return named[name]
    opened = []
    for part in (word.strip() for word in name.split("+")):
        if part in network.gate_position:
            opened.append(part)
            continue
        pair = shut_gates(network).get(sorted_pair(part)) if part.count("-") == 1 else None
        if not pair:
            known = [*named, *network.gate_position, *shut_gates(network)]
            raise LodewayError(
                "unknown-id", where, repr(part), "a [[state]], a gate, or a border with shut gates",
                suggestion(part, known),
            )  # fmt: skip
        opened += pair
    return Side(name, open_gates=tuple(opened))


def shut_gates(network: Network) -> dict[str, list[str]]:
    """Return the gates of each border that are closed or planned, by pair of countries."""
    found: dict[str, list[str]] = {}
    for gate in network.gates:
        if gate.status in {"closed", "planned"}:
            found.setdefault(gate.pair, []).append(gate.id)
    return dict(sorted(found.items()))


def _openings(network: Network) -> list[Side]:
    """List what may have been meant: each shut border opened, and two that share a country."""
    shut = shut_gates(network)
    sides = [Side(f"open {pair}", tuple(gates)) for pair, gates in shut.items()]
    for one, two in combinations(shut, 2):
        if set(one.split("-")) & set(two.split("-")):
            sides.append(Side(f"open {one} and {two}", (*shut[one], *shut[two])))
    return sides


__all__: Sequence[str] = [
    "METRICS", "NETWORK_ERROR", "DistanceClaim", "Reading", "Side", "read_claim", "shut_gates",
]  # fmt: skip
