"""The small tables of a network folder: gates, rates, services and capacities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lodeway.errors import LodewayError, suggestion
from lodeway.io import Row, read_rows

#: What a rate can pay for.
CONTENTS = (
    "haul", "border_fee", "waiting", "loading", "backhaul", "inventory", "standing", "permit",
    "guarantee",
)  # fmt: skip
KINDS = (
    "haul", "transshipment", "gauge_break", "border_fee", "inventory", "standing", "backhaul",
    "speed", "loss", "insurance", "own_error", "permit", "guarantee",
)  # fmt: skip
#: What a vehicle pays for each foreign country that it enters, beside the fee of the gate.
ENTRY = ("permit", "guarantee")
GATE_STATUS = ("open", "closed", "planned", "restricted")
LINK_STATUS = ("open", "closed", "planned")
BASE_MODES = ("road", "rail", "sea", "ferry", "barge", "air")

_GATE_NEEDS = ("gate", "pair", "mode", "lon", "lat", "freight_status")
_RATE_NEEDS = ("rate", "kind", "mode", "unit", "mode_value", "contains", "source", "confidence")
_SERVICE_NEEDS = ("service", "from", "to", "mode", "hours_mode", "usd_per_t_mode", "contains")
_CAPACITY_NEEDS = ("capacity", "kind", "item", "mt_per_y")


@dataclass(frozen=True)
class Range:
    """Low, most likely and high value of one quantity."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Mean of the triangular distribution."""
        return (self.low + self.mode + self.high) / 3.0


@dataclass(frozen=True)
class Gate:
    """A border crossing; delay and fee (USD per 20 t) are None where the table is empty."""

    id: str
    name: str
    pair: str
    mode: str
    lon: float
    lat: float
    status: str
    delay_h: Range | None
    fee_usd_20t: Range | None
    gauge_change: str
    where: str

    @property
    def breaks_gauge(self) -> bool:
        """Whether wagons cannot roll through: the field says something other than "none...".

        Examples
        --------
        >>> gate = Gate("g", "", "A-B", "rail", 0, 0, "open", None, None, "none (1520)", "")
        >>> gate.breaks_gauge
        False
        """
        return bool(self.gauge_change) and not self.gauge_change.lower().startswith("none")


@dataclass(frozen=True)
class Rate:
    """One row of ``rates.csv``: a price, a speed or a factor with its range and its source."""

    id: str
    kind: str
    mode: str
    country: str
    unit: str
    value: Range
    contains: frozenset[str]
    source: str
    confidence: str
    where: str


@dataclass(frozen=True)
class Service:
    """A leg that is sold at a price per tonne, in the direction in which it is written.

    Services of one `tariff` share their price and their hours in every possible world: the same
    ship from two ports is no second chance.
    """

    id: str
    tariff: str
    origin: str
    destination: str
    mode: str
    length_km: float
    hours: Range
    usd_per_t: Range
    contains: frozenset[str]
    status: str
    countries: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class Capacity:
    """How many million tonnes a year a gate, link or place can pass, and how many it passes."""

    id: str
    kind: str
    item: str
    mt_per_y: float
    used_mt_per_y: float
    where: str


class Priced(Protocol):
    """Whatever has gates and services: a network, or a `Tariff`."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates."""
        ...

    @property
    def services(self) -> tuple[Service, ...]:
        """The services."""
        ...


@dataclass(frozen=True)
class Tariff:
    """What a worker needs to price a graph: no nodes and no links."""

    gates: tuple[Gate, ...]
    services: tuple[Service, ...]
    rates: tuple[Rate, ...]


def unique_ids(rows: Iterable[Row], column: str) -> list[Row]:
    """Return the rows, refusing an id that stands twice."""
    seen: dict[str, Row] = {}
    for row in rows:
        text = row.text(column)
        if text in seen:
            raise LodewayError(
                "bad-network", row.where(column), f"{text!r} for the second time",
                f"each {column} once", f"it stands first on line {seen[text].line}",
            )  # fmt: skip
        seen[text] = row
    return list(seen.values())


def one_of(row: Row, field: str, words: Iterable[str], default: str | None = None) -> str:
    """Return a field that must be one of some words."""
    choices = list(words)
    word = row.text(field, default)
    if word not in choices:
        raise LodewayError(
            "bad-network", row.where(field), repr(word), f"one of {', '.join(choices)}",
            suggestion(word, choices),
        )  # fmt: skip
    return word


def _range(row: Row, low: str, mode: str, high: str, *, least: float = 0.0) -> Range | None:
    """Return a range; empty ends are the mode; None where all three are empty."""
    given = [row.optional_number(name, low=least) for name in (low, mode, high)]
    numbers = [number for number in given if number is not None]
    if not numbers:
        return None
    below = given[0] if given[0] is not None else (given[1] if given[1] is not None else numbers[0])
    above = given[2] if given[2] is not None else (given[1] if given[1] is not None else below)
    middle = given[1] if given[1] is not None else (below + above) / 2
    if not below <= middle <= above:
        raise LodewayError(
            "bad-network", row.where(mode), f"{below:g}, {middle:g}, {above:g}",
            "low <= mode <= high",
        )  # fmt: skip
    return Range(below, middle, above)


def needed_range(row: Row, low: str, mode: str, high: str) -> Range:
    """Read a range that must be there; empty ends are the mode."""
    found = _range(row, low, mode, high)
    if found is None:
        raise LodewayError("missing", row.where(mode), "nothing", "a number")
    return found


def _contents(row: Row) -> frozenset[str]:
    words = [word.strip() for word in row.text("contains", "").split("|") if word.strip()]
    for word in words:
        if word not in CONTENTS:
            raise LodewayError(
                "bad-network", row.where("contains"), repr(word), f"some of {', '.join(CONTENTS)}",
                suggestion(word, CONTENTS),
            )  # fmt: skip
    return frozenset(words)


def sorted_pair(pair: str) -> str:
    """Return a pair of countries in one order.

    Examples
    --------
    >>> sorted_pair("TUR-ARM")
    'ARM-TUR'
    """
    return "-".join(sorted(re.split(r"[-|]", pair.strip())))


def read_gates(path: Path) -> tuple[Gate, ...]:
    """Read ``gates.csv``; of its status columns only ``freight_status`` counts.

    Raises
    ------
    LodewayError
        Naming file and line, for a duplicate, an unknown mode or status, coordinates out of
        range, or a range that is upside down.
    """
    return tuple(
        Gate(
            id=row.text("gate"),
            name=row.text("name", row.text("gate")),
            pair=sorted_pair(row.text("pair")),
            mode=one_of(row, "mode", BASE_MODES),
            lon=row.number("lon", low=-180, high=180),
            lat=row.number("lat", low=-90, high=90),
            status=one_of(row, "freight_status", GATE_STATUS),
            delay_h=_range(row, "delay_low_h", "delay_mode_h", "delay_high_h"),
            fee_usd_20t=_range(row, "fee_low_usd_20t", "fee_mode_usd_20t", "fee_high_usd_20t"),
            gauge_change=row.text("gauge_change", ""),
            where=f"{row.file}:{row.line} {row.text('gate')}",
        )
        for row in unique_ids(read_rows(path, _GATE_NEEDS, name=path.name), "gate")
    )


def read_rates(path: Path) -> tuple[Rate, ...]:
    """Read ``rates.csv`` (or the package's own table of defaults)."""
    return tuple(
        _rate(row) for row in unique_ids(read_rows(path, _RATE_NEEDS, name=path.name), "rate")
    )


def _rate(row: Row) -> Rate:
    kind = one_of(row, "kind", KINDS)
    if kind in ENTRY:
        one_of(row, "mode", BASE_MODES)
        if row.text("country", ""):
            raise LodewayError(
                "bad-network", row.where("country"), repr(row.text("country")),
                f"nothing: a {kind} is paid at every border, whichever way it is crossed",
                "write what one country alone asks into the fees of its gates",
            )  # fmt: skip
    return Rate(
        id=row.text("rate"),
        kind=kind,
        mode=row.text("mode", ""),
        country=row.text("country", ""),
        unit=row.text("unit"),
        value=needed_range(row, "low", "mode_value", "high"),
        contains=_contents(row),
        source=row.text("source", ""),
        confidence=row.text("confidence", ""),
        where=f"{row.file}:{row.line} {row.text('rate')}",
    )


def read_services(path: Path) -> tuple[Service, ...]:
    """Read ``services.csv``: priced legs, each sold in the direction in which it is written."""
    return tuple(
        Service(
            id=row.text("service"),
            tariff=row.text("tariff", row.text("service")),
            origin=row.text("from"),
            destination=row.text("to"),
            mode=one_of(row, "mode", BASE_MODES),
            length_km=row.number("length_km", low=0, default=0.0),
            hours=needed_range(row, "hours_low", "hours_mode", "hours_high"),
            usd_per_t=needed_range(row, "usd_per_t_low", "usd_per_t_mode", "usd_per_t_high"),
            contains=_contents(row),
            status=one_of(row, "status", LINK_STATUS, "open"),
            countries=tuple(word for word in row.text("countries", "").split("|") if word),
            where=f"{row.file}:{row.line} {row.text('service')}",
        )
        for row in unique_ids(read_rows(path, _SERVICE_NEEDS, name=path.name), "service")
    )


def read_capacities(path: Path) -> tuple[Capacity, ...]:
    """Read ``capacities.csv``."""
    return tuple(
        Capacity(
            id=row.text("capacity"),
            kind=one_of(row, "kind", ("gate", "link", "place")),
            item=row.text("item"),
            mt_per_y=_million_tonnes(row),
            used_mt_per_y=row.number("used_mt_per_y", low=0, default=0.0),
            where=f"{row.file}:{row.line} {row.text('capacity')}",
        )
        for row in unique_ids(read_rows(path, _CAPACITY_NEEDS, name=path.name), "capacity")
    )


def _million_tonnes(row: Row) -> float:
    """Read a capacity, refusing boxes, wagons or trucks that pass for million tonnes."""
    unit = row.text("unit", "Mt/y")
    if unit.lower().replace(" ", "") not in {"mt/y", "mt/a", "mtpa", "mt"}:
        raise LodewayError(
            "bad-unit", row.where("unit"), repr(unit), "Mt/y",
            "a wagon holds 60 to 68 t, a truck 20 to 22 t, a TEU 12 to 14 t: multiply by what "
            "passes in a year",
        )  # fmt: skip
    return row.number("mt_per_y", low=0)
