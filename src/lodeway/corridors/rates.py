"""The rates of a network: looked up by kind, mode and country, drawn once for each world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.records import Range, Rate
from lodeway.errors import LodewayError
from lodeway.randomness import triangular, uniform

Floats = NDArray[np.float64]

TONNES_PER_TRUCK = 21.0  # middle of 20 to 22 t (unit_costs.csv, standing truck)
TONNES_PER_WAGON = 64.0  # middle of 60 to 68 t (unit_costs.csv, standing rail wagon)
TONNES_PER_FEE = 20.0  # gate fees are quoted for 20 t (CAREC CPMM)

#: Units that a rate may be written in, by kind, and what one of them is in the unit used here.
_UNITS: Mapping[str, Mapping[str, float]] = {
    "haul": {"usd/t-km": 1.0, "usd/tkm": 1.0, "usd/500 km/20 t": 1e-4},
    "transshipment": {"usd/t": 1.0, "h": 1.0, "hours": 1.0},
    "gauge_break": {"usd/t": 1.0},
    "border_fee": {"usd/20 t": 1 / 20, "usd/20 t truck": 1 / 20, "usd/20t": 1 / 20, "usd/t": 1.0},
    "inventory": {
        "1/y": 1.0, "fraction/y": 1.0, "fraction of goods value per year": 1.0, "%/y": 0.01,
    },
    "standing": {
        "usd/t-h": 1.0,
        "usd/truck-day": 1 / 24 / TONNES_PER_TRUCK,
        "usd/wagon-day": 1 / 24 / TONNES_PER_WAGON,
    },
    "backhaul": {"factor": 1.0, "factor on haul": 1.0},
    "speed": {"km/h": 1.0},
    "loss": {"fraction": 1.0, "%": 0.01},
    "insurance": {"fraction": 1.0, "%": 0.01},
    "own_error": {"factor": 1.0},
    "permit": {"usd/truck": 1 / TONNES_PER_TRUCK, "usd/t": 1.0},
    "guarantee": {
        "usd/truck": 1 / TONNES_PER_TRUCK, "usd/t": 1.0, "fraction": 1.0, "%": 0.01,
        "fraction of goods value": 1.0,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Adjustment:
    """What a scenario does to a rate or a gate's delay: ``value * factor + add``."""

    factor: float = 1.0
    add: float = 0.0


@dataclass
class RateBook:
    """The rates of a network, looked up by kind, mode and country, and drawn.

    A rate of a country stands before the one for all countries. ``draws=None`` gives the central
    world: every rate at its most likely value, gates at their mean delay. `first` is the number of
    the first draw, so that slabs of worlds can be priced one after the other.
    """

    rates: tuple[Rate, ...]
    seed: int
    draws: int | None
    adjust: Mapping[str, Adjustment] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    first: int = 0

    @property
    def count(self) -> int:
        """Length of every drawn array."""
        return self.draws or 1

    def find(self, kind: str, mode: str = "", country: str = "", *, unit: str = "") -> Rate | None:
        """Return the rate of a country, else the one for all countries, else None."""
        fitting = [
            rate
            for rate in self.rates
            if rate.kind == kind
            and _same_mode(rate.mode, mode)
            and rate.country in {country, ""}
            and (not unit or (rate.unit.lower() in {"h", "hours"}) == (unit == "h"))
        ]
        fitting.sort(key=lambda rate: (rate.country != country, rate.id))
        return fitting[0] if fitting else None

    def need(self, kind: str, mode: str, country: str = "") -> Rate:
        """Return a rate that must exist."""
        rate = self.find(kind, mode, country)
        if rate is None:
            place = f" in {country}" if country else ""
            raise LodewayError(
                "missing", "rates.csv", "no row", f"a rate of kind {kind} for {mode}{place}",
                "add a row with an empty country: it serves all countries",
            )  # fmt: skip
        return rate

    def value(self, rate: Rate) -> Floats:
        """Return a rate in each possible world, shape ``(draws,)``, in the unit used here."""
        units = _UNITS[rate.kind]
        if rate.unit.lower() not in units:
            raise LodewayError(
                "bad-unit", rate.where, repr(rate.unit), f"one of {', '.join(units)}"
            )
        self.used.add(rate.id)
        changed = self.adjust.get(rate.id, Adjustment())
        drawn = self.drawn(rate.value, "rate", rate.id) * changed.factor + changed.add
        return np.asarray(drawn * units[rate.unit.lower()])

    def drawn(self, value: Range, quantity: str, item: str) -> Floats:
        """Return a range in each possible world."""
        if self.draws is None:
            return np.array([value.mode])
        u = uniform(self.seed, quantity, item, self.draws, first=self.first)
        return triangular(u, value.low, value.mode, value.high)

    def optional(self, kind: str, mode: str = "", country: str = "", *, unit: str = "") -> Floats:
        """Return a rate's draws, or zeros where there is none."""
        rate = self.find(kind, mode, country, unit=unit)
        return self.value(rate) if rate else np.zeros(self.count)


def _same_mode(text: str, mode: str) -> bool:
    """Whether a rate's mode is this one; a pair of modes fits in either order."""
    return text == mode or ("-" in mode and sorted(text.split("-")) == sorted(mode.split("-")))
