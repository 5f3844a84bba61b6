"""Published freight quotes beside the model: normalised with care, compared, each miss listed.

A quote is turned into USD/t with the payload of what it is quoted for, and compared with what the
model asks for the same places, modes and vehicles, without what a quote does not hold (inventory,
waiting, and border fees where the tariff is a through rate). What cannot be compared is listed with
its reason; nothing is guessed. The spread of the misfit is a lower bound of what the cost draws
must show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lodeway.corridors.graph import build_graph
from lodeway.corridors.network import Network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import Route, find_route
from lodeway.corridors.vehicles import Vehicle, read_vehicles
from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows

#: What a quote is quoted for: tonnes in it, and the vehicle that carries it by each mode.
_BOX = {"rail": "container-train", "sea": "container-ship", "ferry": "wagon-ferry",
        "road": "container-truck"}  # fmt: skip
_UNITS: Mapping[str, tuple[float, Mapping[str, str]]] = {
    "40hq": (26.0, _BOX), "40ft": (26.0, _BOX), "feu": (26.0, _BOX), "20ft": (22.0, _BOX),
    "teu": (13.0, _BOX), "container": (20.0, _BOX),
    "t": (1.0, {"rail": "wagon", "sea": "bulk-ship", "ferry": "wagon-ferry", "road": "truck"}),
    "truck": (21.0, {"road": "truck", "ferry": "truck-ferry"}),
}  # fmt: skip
#: A container of a national railway's own tariff is a TEU of about 12 t.
_RAIL_CONTAINER_T = 12.0
_METRES = 16.5


@dataclass(frozen=True)
class Quote:
    """A quote beside the model; figures are None where the quote or the model has none."""

    id: str
    origin: str
    destination: str
    quoted_usd_per_t: tuple[float, float] | None
    model_usd_per_t: float | None
    quoted_days: tuple[float, float] | None
    model_days: float | None
    km: float | None
    note: str

    @property
    def error(self) -> float | None:
        """Model over the middle of the quote, less one."""
        if self.quoted_usd_per_t is None or self.model_usd_per_t is None:
            return None
        return self.model_usd_per_t / (sum(self.quoted_usd_per_t) / 2.0) - 1.0

    @property
    def days_error(self) -> float | None:
        """The same for days."""
        if self.quoted_days is None or self.model_days is None:
            return None
        return self.model_days / (sum(self.quoted_days) / 2.0) - 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as ``--json`` prints it."""
        return {
            "quote": self.id, "from": self.origin, "to": self.destination, "km": self.km,
            "quoted_usd_per_t": self.quoted_usd_per_t, "model_usd_per_t": self.model_usd_per_t,
            "error": self.error, "quoted_days": self.quoted_days, "model_days": self.model_days,
            "days_error": self.days_error, "note": self.note,
        }  # fmt: skip


def compare_quotes(network: Network, path: Path, avoid: Sequence[str] = ()) -> list[Quote]:
    """Compare every quote of a table with the model, or say why it cannot be.

    Parameters
    ----------
    network
        A checked network.
    path
        CSV with ``quote, from, to, mode, unit, low_usd, high_usd, low_days, high_days, note``.
    avoid
        Countries that the route may not touch.
    """
    vehicles = read_vehicles()
    graph = build_graph(network)
    found = []
    for row in read_rows(path, ("quote", "from", "to", "mode", "unit"), name=path.name):
        ends = [_place(network, row.text(end)) for end in ("from", "to")]
        unit, note = _unit(row)
        quoted = _span(row, "low_usd", "high_usd")
        days = _span(row, "low_days", "high_days")
        route: Route | None = None
        if not note and None in ends:
            note = "an end outside the network"
        if not note:
            permission = Permission(_modes(row.text("mode")), avoid=tuple(avoid))
            try:
                route = find_route(network, str(ends[0]), str(ends[1]), permission=permission,
                                   by="cost", graph=graph)  # fmt: skip
            except LodewayError as problem:
                if problem.code != "no-route":
                    raise
                note = f"no way by {', '.join(permission.modes)}"
        payload, carried = unit
        model = model_usd_per_t(route, carried, vehicles) if route and carried else None
        found.append(
            Quote(
                row.text("quote"), row.text("from"), row.text("to"),
                (quoted[0] / payload, quoted[1] / payload) if quoted and carried else None,
                model, days, route.hours / 24.0 if route else None,
                route.length_km if route else None, note,
            )
        )  # fmt: skip
    return found


def model_usd_per_t(
    route: Route, carried: Mapping[str, str], vehicles: Mapping[str, Vehicle]
) -> float:
    """Return what the model asks for a route with given vehicles, as a carrier would quote it."""
    parts = route.components
    modes = {leg.mode for leg in route.legs}
    used = {mode: vehicles[carried[mode]] for mode in modes if mode in carried}
    total = 0.0
    for mode, vehicle in used.items():
        legs = sum(leg.mode == mode for leg in route.legs)
        total += parts[f"haul {mode}"] * vehicle.haul.mode + legs * vehicle.call_usd_per_t.mode
    through = any("border_fee" in vehicle.contains for vehicle in used.values())
    total += 0.0 if through else parts["border fees"]
    loaded = any("loading" in vehicle.contains for vehicle in used.values())
    total += parts.get("permits", 0.0)
    return total + parts["gauge break"] + (0.0 if loaded else parts["loading"])


def _modes(text: str) -> tuple[str, ...]:
    words = text.lower()
    found = [mode for mode in ("rail", "ferry", "sea") if mode in words]
    found += ["ferry"] if "ro-ro" in words and "ferry" not in found else []
    found += ["road"] if "truck" in words or "road" in words else []
    if "rail" in found and "ferry" in found and "sea" not in found:
        found.append(
            "sea"
        )  # a through rate over the sea of Marmara or the Black Sea says so or not
    return tuple(found)


def _unit(row: Row) -> tuple[tuple[float, Mapping[str, str]], str]:
    """Return tonnes and vehicles of a quote's unit, and why it cannot be compared."""
    unit, note = row.text("unit").lower(), row.text("note", "")
    if "eur" in note.lower():
        return (1.0, {}), "not in USD"
    if "suspect" in note.lower():
        return (1.0, {}), "its own source note calls it suspect"
    if unit.startswith("truck"):
        metres = 1.0 / _METRES if "metre" in unit else 1.0
        return (21.0 * metres, _UNITS["truck"][1]), ""
    if unit == "container" and "rail" in row.text("mode"):
        return (_RAIL_CONTAINER_T, _BOX), ""
    if unit == "container train":
        return (1.0, {}), ""
    if unit not in _UNITS:
        return (1.0, {}), f"{unit}: no freight by the tonne"
    return _UNITS[unit], ""


def _span(row: Row, low: str, high: str) -> tuple[float, float] | None:
    one, two = row.optional_number(low, low=0), row.optional_number(high, low=0)
    one, two = one if one is not None else two, two if two is not None else one
    if one is None or two is None or two <= 0:
        return None
    if one > two:
        raise LodewayError("bad-number", row.where(low), f"{one:g} to {two:g}", "low <= high")
    return one, two


def _place(network: Network, text: str) -> str | None:
    """Return the place that a quote names: as written, or one of the names in it."""
    names = [text, *re.split(r"[()/]| in ", text)]
    for name in names:
        word = name.strip().replace(" ", "_")
        if word in network.nodes.place:
            return word
    for name in names:
        word = name.strip().replace(" ", "_")
        longer = [place for place in network.nodes.place if word and place.startswith(f"{word}_")]
        if len(longer) == 1:
            return longer[0]
    return None


def summary(quotes: Sequence[Quote]) -> dict[str, float]:
    """Return how many compare, the median absolute error, and the factor by which to widen.

    `log_spread` is the standard deviation of log(model / quote), about zero: cost draws with a
    smaller spread than that pretend to know more than the quotes allow.
    """
    errors = np.array([quote.error for quote in quotes if quote.error is not None], dtype=float)
    days = np.array([q.days_error for q in quotes if q.days_error is not None], dtype=float)
    logs = np.log1p(errors)
    return {
        "compared": float(len(errors)),
        "median_error": float(np.median(np.abs(errors))) if len(errors) else float("nan"),
        "within_30_pct": float((np.abs(errors) <= 0.30).mean()) if len(errors) else float("nan"),
        "log_spread": float(np.sqrt((logs**2).mean())) if len(logs) else float("nan"),
        "days_compared": float(len(days)),
        "days_median_error": float(np.median(np.abs(days))) if len(days) else float("nan"),
    }


def widening(log_spread: float, relative_range: float) -> float:
    """Return the factor by which a relative range (high / low) must be stretched about its mode.

    A triangular price with ends ``mode / f`` and ``mode * f`` has a log-spread of about
    ``log(f) / sqrt(6)``; the factor brings that up to the misfit, and is never below 1.

    Examples
    --------
    >>> round(widening(0.5, 1.2), 2), widening(0.01, 2.0)
    (3.11, 1.0)
    """
    needed = float(np.exp(log_spread * np.sqrt(6.0)))
    return max(1.0, needed / float(np.sqrt(relative_range)) if relative_range > 0 else needed)
