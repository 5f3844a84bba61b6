"""Vehicles, terminals and cargoes as data: payloads, lots, storage, moisture, and what may not go.

Weights are wet: what is hauled is the moist concentrate, what is paid for is the dry. Solid bulk
follows the IMSBC Code (IMO, Resolution MSC.268(85) as amended): group A may liquefy and must stay
below its transportable moisture limit, group B is chemically hazardous (direct reduced iron).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lodeway.corridors.records import (
    BASE_MODES,
    CONTENTS,
    Range,
    needed_range,
    one_of,
    unique_ids,
)
from lodeway.errors import LodewayError
from lodeway.io import read_rows

DEFAULT_VEHICLES = Path(__file__).with_name("default_vehicles.csv")
GROUPS = ("", "A", "B", "A|B", "C")


@dataclass(frozen=True)
class Vehicle:
    """What carries the goods in one mode.

    Attributes
    ----------
    payload_t
        Tonnes in one vehicle, wagon, container or ship.
    haul
        Its price by km as a part of the mode's haul rate.
    call_usd_per_t
        What a leg costs however long it is.
    contains
        What these two already pay for.
    axle_load_t, gauge_mm
        What the way must bear; None where it does not matter.
    lot_t
        The smallest lot that is sold: a block train, a ship.
    """

    id: str
    mode: str
    payload_t: Range
    haul: Range
    call_usd_per_t: Range
    contains: frozenset[str]
    axle_load_t: float | None
    gauge_mm: float | None
    lot_t: float
    where: str

    def trips_per_y(self, wet_t_per_y: float) -> int:
        """Return how many laden trips a year's tonnes need.

        Examples
        --------
        >>> read_vehicles()["truck"].trips_per_y(85_000)
        4048
        """
        return math.ceil(wet_t_per_y / self.payload_t.mode)

    def fleet(self, wet_t_per_y: float, cycle_h: float, available: float = 0.85) -> int:
        """Return how many vehicles carry a year's tonnes, each on the road `available` of the time.

        Raises
        ------
        LodewayError
            For a cycle that is not above 0, or a share outside 0 to 1.
        """
        if not cycle_h > 0 or not 0 < available <= 1:
            raise LodewayError(
                "bad-number", "fleet", f"{cycle_h} h, {available}", "above 0; 0 to 1"
            )
        trips_each = 8766.0 * available / cycle_h
        return math.ceil(self.trips_per_y(wet_t_per_y) / trips_each)


@dataclass(frozen=True)
class Terminal:
    """Where goods change mode or wait.

    Attributes
    ----------
    mt_per_y, storage_t
        What it can pass and hold.
    storage_usd_per_t_day, free_days
        Price of storing beyond the free time.
    demurrage_usd_per_t_day
        What a waiting ship or wagon costs.
    groups
        IMSBC groups that it handles; empty: it says nothing, and takes general cargo only.
    covered
        Whether its stores are under roof.
    """

    id: str
    place: str
    modes: tuple[str, str]
    mt_per_y: float
    storage_t: float
    storage_usd_per_t_day: float
    free_days: float
    demurrage_usd_per_t_day: float
    groups: str
    covered: bool
    where: str

    def storing_usd_per_t(self, days: float) -> float:
        """Return what a stay costs, in USD/t."""
        return max(days - self.free_days, 0.0) * self.storage_usd_per_t_day


@dataclass(frozen=True)
class Cargo:
    """Goods as a shipper declares them: dry tonnes, moisture, and the IMSBC group.

    Attributes
    ----------
    moisture
        Water as a share of the wet weight.
    moisture_limit
        Transportable moisture limit of a group A cargo, as a share of the wet weight.
    group
        ``A``, ``B``, ``A|B``, ``C`` (neither), or empty where nothing was declared.
    packing
        ``bulk``, ``big bag`` or ``container``.
    """

    name: str
    dry_t: float
    moisture: float
    moisture_limit: float | None = None
    group: str = ""
    packing: str = "bulk"

    @property
    def wet_t(self) -> float:
        """Tonnes that are hauled.

        Examples
        --------
        >>> Cargo("concentrate", 92.0, 0.08).wet_t
        100.0
        """
        if not 0 <= self.moisture < 1:
            raise LodewayError("bad-fraction", f"{self.name} moisture", self.moisture, "0 to 1")
        return self.dry_t / (1.0 - self.moisture)


def accept(cargo: Cargo, terminal: Terminal, vehicle: Vehicle) -> list[str]:
    """Return why a cargo may not pass a terminal onto a vehicle; empty where it may.

    Sea legs in bulk need a declared group; a group A cargo must lie below its moisture limit; a
    group B cargo (HBI) needs a roof; the terminal must handle the group.
    """
    reasons = []
    bulk_at_sea = vehicle.mode == "sea" and cargo.packing == "bulk"
    if bulk_at_sea and cargo.group not in GROUPS[1:]:
        reasons.append(f"{cargo.name}: no IMSBC group is declared")
    if bulk_at_sea and "A" in cargo.group.split("|"):
        if cargo.moisture_limit is None:
            reasons.append(f"{cargo.name}: group A without a transportable moisture limit")
        elif cargo.moisture > cargo.moisture_limit:
            reasons.append(
                f"{cargo.name}: moisture {cargo.moisture:.1%} above the limit of "
                f"{cargo.moisture_limit:.1%}: it may liquefy"
            )
    dangerous = [word for word in cargo.group.split("|") if word in {"A", "B"}]
    reasons += [
        f"{terminal.id}: does not handle IMSBC group {group} in bulk"
        for group in dangerous
        if cargo.packing == "bulk" and group not in terminal.groups.split("|")
    ]
    if "B" in cargo.group.split("|") and not terminal.covered:
        reasons.append(f"{terminal.id}: {cargo.name} needs a roof")
    if vehicle.mode not in terminal.modes:
        reasons.append(f"{terminal.id}: no {vehicle.mode}")
    return reasons


_VEHICLE = (
    "vehicle",
    "mode",
    "payload_mode_t",
    "haul_mode",
    "call_mode_usd_t",
    "contains",
    "lot_t",
)
_TERMINAL = ("terminal", "place", "from_mode", "to_mode", "mt_per_y")


def read_vehicles(path: Path = DEFAULT_VEHICLES) -> dict[str, Vehicle]:
    """Read a vehicles table by id; without a path the package's own.

    Raises
    ------
    LodewayError
        Naming file and line, for an unknown mode or content, a range that is upside down, or a
        vehicle that stands twice.
    """
    found = {}
    for row in unique_ids(read_rows(path, _VEHICLE, name=path.name), "vehicle"):
        words = frozenset(word for word in row.text("contains").split("|") if word)
        if words - set(CONTENTS):
            raise LodewayError(
                "bad-network", row.where("contains"), row.text("contains"),
                f"some of {', '.join(CONTENTS)}",
            )  # fmt: skip
        found[row.text("vehicle")] = Vehicle(
            id=row.text("vehicle"),
            mode=one_of(row, "mode", BASE_MODES),
            payload_t=needed_range(row, "payload_low_t", "payload_mode_t", "payload_high_t"),
            haul=needed_range(row, "haul_low", "haul_mode", "haul_high"),
            call_usd_per_t=needed_range(
                row, "call_low_usd_t", "call_mode_usd_t", "call_high_usd_t"
            ),
            contains=words,
            axle_load_t=row.optional_number("axle_load_t", low=0),
            gauge_mm=row.optional_number("gauge_mm", low=0),
            lot_t=row.number("lot_t", low=0),
            where=f"{row.file}:{row.line} {row.text('vehicle')}",
        )
    return found


def read_terminals(path: Path, places: Sequence[str]) -> dict[str, Terminal]:
    """Read a terminals table by id; each must stand at a place of the network."""
    found = {}
    for row in unique_ids(read_rows(path, _TERMINAL, name=path.name), "terminal"):
        found[row.text("terminal")] = Terminal(
            id=row.text("terminal"),
            place=one_of(row, "place", places),
            modes=(one_of(row, "from_mode", BASE_MODES), one_of(row, "to_mode", BASE_MODES)),
            mt_per_y=row.number("mt_per_y", low=0),
            storage_t=row.number("storage_t", low=0, default=0.0),
            storage_usd_per_t_day=row.number("storage_usd_per_t_day", low=0, default=0.0),
            free_days=row.number("free_days", low=0, default=0.0),
            demurrage_usd_per_t_day=row.number("demurrage_usd_per_t_day", low=0, default=0.0),
            groups=one_of(row, "imsbc", GROUPS, ""),
            covered=one_of(row, "covered", ("yes", "no"), "no") == "yes",
            where=f"{row.file}:{row.line} {row.text('terminal')}",
        )
    return found
