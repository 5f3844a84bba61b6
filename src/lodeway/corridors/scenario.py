"""Scenarios: decided changes of the network, and every subset of them as a state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import Adjustment
from lodeway.corridors.network import CLOSED, OPEN, PLANNED, Network
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.errors import LodewayError, suggestion

KINDS = ("gate", "link", "rate", "capacity")
#: More changes than this in one scenario would mean more than 64 states.
MOST_CHANGES = 6


@dataclass(frozen=True)
class Change:
    """One decided change; `ids` open or shut together.

    `status` is ``open``, ``closed`` or empty; `factor` and `add` change a gate's delay (hours), a
    rate or a capacity (Mt/y). `include` beside a link change is ``planned`` or ``closed``.
    """

    kind: str
    ids: tuple[str, ...]
    status: str
    factor: float
    add: float
    first_year: int | None
    last_year: int | None
    where: str


@dataclass(frozen=True)
class State:
    """A set of changes that are in force together."""

    name: str
    scenario: str
    positions: tuple[int, ...]
    full: bool
    report_year: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Conditions:
    """What a state makes of the network.

    Attributes
    ----------
    links, services
        What may be used.
    delays, rates, capacities
        Changes by gate id, rate id and capacity id.
    """

    links: NDArray[np.bool_]
    services: NDArray[np.bool_]
    delays: Mapping[str, Adjustment]
    rates: Mapping[str, Adjustment]
    capacities: Mapping[str, Adjustment]


def read_changes(scenario: Mapping[str, Any], where: str) -> tuple[Change, ...]:
    """Read the changes of one ``[[scenario]]`` section.

    Raises
    ------
    LodewayError
        For an unknown kind or status, a number that is none, or a last year before the first.
    """
    changes = []
    for number, item in enumerate(scenario.get("change") or ()):
        here = f"{where}.change[{number}]"
        kind = str(item.get("kind", ""))
        if kind not in KINDS:
            raise LodewayError(
                "bad-study", f"{here}.kind", repr(kind), f"one of {', '.join(KINDS)}",
                suggestion(kind, KINDS),
            )  # fmt: skip
        ids = item.get("id", ())
        listed = (ids,) if isinstance(ids, str) else tuple(str(name) for name in ids)
        if not listed:
            raise LodewayError("bad-study", f"{here}.id", "nothing", f"the id of a {kind}")
        status = str(item.get("status") or "")
        if not status and item.get("include"):
            status = "open"
        if status not in {"", "open", "closed"}:
            raise LodewayError("bad-study", f"{here}.status", repr(status), "open or closed")
        first, last = item.get("from"), item.get("to")
        if first is not None and last is not None and last < first:
            raise LodewayError("bad-date", f"{here}.to", last, f"a year not before {first}")
        changes.append(
            Change(
                kind,
                listed,
                status,
                _number(item, "factor", 1.0, here),
                _number(item, "add", 0.0, here),
                first,
                last,
                here,
            )
        )
    return tuple(changes)


def _number(item: Mapping[str, Any], name: str, default: float, where: str) -> float:
    value = item.get(name)
    if value is None:
        return default
    good = isinstance(value, (int, float)) and np.isfinite(value)
    if not good or (name == "factor" and value < 0):
        raise LodewayError("bad-number", f"{where}.{name}", repr(value), "a finite number")
    return float(value)


def states(
    scenarios: Sequence[Mapping[str, Any]], first_year: int, report_year: int | None = None
) -> tuple[State, ...]:
    """Return the baseline and every subset of each scenario's changes.

    Parameters
    ----------
    scenarios
        Sections ``[[scenario]]``; the first is the baseline.
    first_year
        First year of the study.
    report_year
        From ``[report] year``; without it a scenario is told for the first year in which all its
        changes are in force.

    Returns
    -------
    tuple
        The empty subset is the baseline and stands once. The full subset bears the scenario's
        name, others ``name[0+2]``.

    Examples
    --------
    >>> change = {"kind": "gate", "id": "A", "status": "open", "from": 2028}
    >>> found = states([{"name": "today"}, {"name": "x", "change": [change, change]}], 2026)
    >>> [(state.name, state.report_year) for state in found]
    [('today', 2026), ('x[0]', 2028), ('x[1]', 2028), ('x', 2028)]
    """
    found: list[State] = []
    for number, scenario in enumerate(scenarios):
        name = str(scenario["name"])
        changes = read_changes(scenario, f"scenario[{number}]")
        if len(changes) > MOST_CHANGES:
            raise LodewayError(
                "too-large", f"scenario[{number}].change", f"{len(changes)} changes",
                f"at most {MOST_CHANGES}", "let ids that open together share one change",
            )  # fmt: skip
        years = [change.first_year for change in changes if change.first_year is not None]
        year = report_year if report_year is not None else max([first_year, *years])
        everything = tuple(range(len(changes)))
        subsets = [everything]
        if number:
            subsets = [
                chosen
                for size in range(1, len(changes) + 1)
                for chosen in combinations(everything, size)
            ] or [()]
        for chosen in subsets:
            full = chosen == everything
            label = name if full else f"{name}[{'+'.join(map(str, chosen))}]"
            picked = tuple(changes[position] for position in chosen)
            found.append(State(label, name, chosen, full, year, picked))
    return tuple(found)


def links_named(network: Network, name: str, where: str) -> tuple[list[int], list[int]]:
    """Return links and services by link id, service id, or name ("TRIPP railway*").

    The name of a link is what its source says behind ``manual:``, else its note; patterns are
    those of the shell.

    Raises
    ------
    LodewayError
        With code ``unknown-id`` and a suggestion.
    """
    links = network.links
    if name in links.position:
        return [links.position[name]], []
    services = [
        number for number, service in enumerate(network.services) if fnmatchcase(service.id, name)
    ]
    fitting = [bool(word) and fnmatchcase(word, name) for word in links.name_words]
    found = np.flatnonzero(np.array(fitting or [False])[links.name]).tolist()
    if not found and not services:
        words = {word for word in links.name_words if word} | {s.id for s in network.services}
        plain = re.sub(r"[*?\[\]]", "", name)
        raise LodewayError(
            "unknown-id", where, repr(name), "a link id, or the name of a link or service",
            suggestion(plain, words),
        )  # fmt: skip
    return found, services


def apply(network: Network, permission: Permission, changes: Sequence[Change]) -> Conditions:
    """Return what a set of changes makes of the network.

    A gate that opens also opens the links with status ``closed`` or ``planned`` that carry it; a
    gate that shuts shuts all its links. A link that is named opens whatever its status. What is
    shut by one change stays shut. Modes and avoided countries hold in every state. Only freight
    counts: a gate's passengers are no part of the network.

    Raises
    ------
    LodewayError
        With code ``unknown-id`` and a suggestion.
    """
    links = network.links
    opened = np.zeros(len(links), dtype=bool)
    shut = np.zeros(len(links), dtype=bool)
    services_open = np.zeros(len(network.services), dtype=bool)
    services_shut = np.zeros(len(network.services), dtype=bool)
    tables: dict[str, dict[str, Adjustment]] = {"gate": {}, "rate": {}, "capacity": {}}
    for change in changes:
        for name in change.ids:
            if change.kind == "gate":
                on_gate = links.gate == network.gate_of(name, change.where)
                (shut if change.status == "closed" else opened)[:] |= on_gate & bool(change.status)
            elif change.kind == "link":
                found, services = links_named(network, name, change.where)
                (shut if change.status == "closed" else opened)[found] = True
                (services_shut if change.status == "closed" else services_open)[services] = True
            else:
                _check_id(network, change.kind, name, change.where)
            if change.kind in tables and (change.factor, change.add) != (1.0, 0.0):
                before = tables[change.kind].get(name, Adjustment())
                tables[change.kind][name] = Adjustment(
                    before.factor * change.factor, before.add * change.factor + change.add
                )
    everything = Permission(
        permission.modes, ("open", "closed", "planned"), (), permission.closed_gates,
        permission.avoid,
    )  # fmt: skip
    possible, sold = usable_links(network, everything), usable_services(network, everything)
    return Conditions(
        links=((usable_links(network, permission) | opened) & possible) & ~shut,
        services=((usable_services(network, permission) | services_open) & sold) & ~services_shut,
        delays=tables["gate"],
        rates=tables["rate"],
        capacities=tables["capacity"],
    )


def _check_id(network: Network, kind: str, name: str, where: str) -> None:
    rows = network.rates if kind == "rate" else network.capacities
    known = [row.id for row in rows]
    if name not in known:
        raise LodewayError(
            "unknown-id", where, repr(name), f"an id of {kind}s", suggestion(name, known)
        )


def special_links(
    network: Network, permission: Permission, every: Sequence[State]
) -> NDArray[np.bool_]:
    """Return links that must stay apart in an overlay, shape ``(links,)``.

    These are links that are not simply open, that hold a capacity, or that a state changes.
    """
    links = network.links
    special = (links.status == CLOSED) | (links.status == PLANNED) | ~np.isnan(links.capacity_mt)
    for capacity in network.capacities:
        if capacity.kind == "link":
            special[links.position[capacity.item]] = True
    base = usable_links(network, permission)
    for state in every:
        special |= apply(network, permission, state.changes).links != base
    return np.asarray(special | (base & (links.status != OPEN)))
