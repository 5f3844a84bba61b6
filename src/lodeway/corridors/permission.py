"""Which links and services may be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.network import CLOSED, OPEN, PLANNED, Network
from lodeway.corridors.records import BASE_MODES, LINK_STATUS, sorted_pair
from lodeway.errors import LodewayError, suggestion

_PAIR = r"[A-Z]{3}[-|][A-Z]{3}"
_STATUS = {"open": OPEN, "closed": CLOSED, "planned": PLANNED}


@dataclass(frozen=True)
class Permission:
    """What a route may use.

    Attributes
    ----------
    modes
        Modes that are asked for; a mode includes its connectors.
    include
        ``planned`` and/or ``closed``: links of that status count as open.
    open_gates
        Closed links of these gates are open.
    closed_gates
        Gates, or pairs of countries in either order, whose links are shut.
    avoid
        Countries that no link may touch.
    unfit
        Words of a surface on which the vehicle cannot go ("gravel" for a truck of 40 t).
    month
        Month of travel, 1 to 12: links shut in it are shut. Without one passes count as open.
    """

    modes: tuple[str, ...] = ("road",)
    include: tuple[str, ...] = ()
    open_gates: tuple[str, ...] = ()
    closed_gates: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    month: int | None = None


#: What a laden articulated truck of 40 t does not drive.
UNFIT_FOR_TRUCKS = ("gravel", "dirt", "earth", "track", "unpaved", "no trucks", "4x4")


def _known(words: Iterable[str], choices: Iterable[str], where: str, code: str) -> None:
    allowed = list(choices)
    for word in words:
        if word not in allowed:
            raise LodewayError(
                code, where, repr(word), f"one of {', '.join(allowed)}", suggestion(word, allowed)
            )


def opened_gates(network: Network, names: Iterable[str]) -> list[int]:
    """Return gates by id; a pair of countries is refused, for gates open by name.

    Raises
    ------
    LodewayError
        With code ``unknown-id`` and a suggestion.
    """
    found = []
    for name in names:
        if re.fullmatch(_PAIR, name) and name not in network.gate_position:
            pair = sorted_pair(name)
            gates = [gate.id for gate in network.gates if gate.pair == pair]
            raise LodewayError(
                "unknown-id", "open gates", repr(name), "the id of a gate",
                f"gates open by name, never a border as a whole: {', '.join(gates) or 'none'}",
            )  # fmt: skip
        found.append(network.gate_of(name, "open gates"))
    return found


def shut_links(network: Network, names: Iterable[str]) -> NDArray[np.bool_]:
    """Return the links of gates, or of the whole border of a pair of countries in either order.

    Raises
    ------
    LodewayError
        With code ``unknown-id`` and a suggestion.
    """
    links = network.links
    shut = np.zeros(len(links), dtype=bool)
    pairs = {gate.pair for gate in network.gates}
    for name in names:
        pair = sorted_pair(name) if re.fullmatch(_PAIR, name) else ""
        if name in network.gate_position:
            shut |= links.gate == network.gate_position[name]
        elif pair and (pair in pairs or _border(network, pair).any()):
            shut |= _border(network, pair)
            shut |= np.isin(links.gate, [n for n, g in enumerate(network.gates) if g.pair == pair])
        else:
            near = suggestion(name, [*network.gate_position, *pairs])
            raise LodewayError(
                "unknown-id", "closed gates", repr(name),
                "a gate, or a pair of countries with a border", near,
            )  # fmt: skip
    return shut


def _border(network: Network, pair: str) -> NDArray[np.bool_]:
    """Return the links that cross the border of two countries."""
    both = set(pair.split("-"))
    crossing = [both <= set(words) for words in network.links.countries_words]
    return np.asarray(np.array(crossing or [False])[network.links.countries])


def usable_links(network: Network, permission: Permission) -> NDArray[np.bool_]:
    """Return which links may be used, shape ``(links,)``.

    A link may be used when its mode is asked for; when it is open, or its status is included, or
    it is closed and its gate is opened; when its gate is not shut; and when none of its countries
    is avoided.

    Raises
    ------
    LodewayError
        With a suggestion, for an unknown mode, status, gate, pair or country.
    """
    links = network.links
    check_words(network, permission)
    modes = np.array([mode in permission.modes for mode in links.mode_words] or [False])
    usable = modes[links.mode]
    passable = links.status == OPEN
    for word in permission.include:
        passable |= links.status == _STATUS[word]
    opened = opened_gates(network, permission.open_gates)
    passable |= (links.status == CLOSED) & np.isin(links.gate, opened) & (links.gate >= 0)
    usable &= passable
    usable &= ~shut_links(network, permission.closed_gates)
    shunned = np.array(
        [bool(set(words) & set(permission.avoid)) for words in links.countries_words]
    )
    usable &= ~shunned[links.countries]
    if permission.unfit:
        bad = [any(word in text.lower() for word in permission.unfit)
               for text in links.surface_words]  # fmt: skip
        usable &= ~np.array(bad or [False])[links.surface]
    if permission.month is not None:
        shut = [permission.month in months for months in links.months_words]
        usable &= ~np.array(shut or [False])[links.months_shut]
    return np.asarray(usable)


def usable_services(network: Network, permission: Permission) -> NDArray[np.bool_]:
    """Return which services may be used, shape ``(services,)``."""
    return np.array(
        [
            service.mode in permission.modes
            and (service.status == "open" or service.status in permission.include)
            and not set(service.countries) & set(permission.avoid)
            for service in network.services
        ],
        dtype=bool,
    )


def check_words(network: Network, permission: Permission) -> None:
    """Refuse unknown modes, statuses and countries."""
    _known(permission.modes, BASE_MODES, "modes", "bad-argument")
    _known(permission.include, LINK_STATUS, "include", "bad-argument")
    if permission.month is not None and not 1 <= permission.month <= 12:
        raise LodewayError("bad-argument", "month", permission.month, "1 to 12")
    for code in permission.avoid:
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise LodewayError(
                "bad-argument", "avoid", repr(code), "a country as three capital letters",
                suggestion(code, network.countries),
            )  # fmt: skip
