"""Testing a distance or cost claim: every reading is computed, and chance gets its due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.claim_file import NETWORK_ERROR, DistanceClaim, Reading, Side
from lodeway.corridors.cost import RateBook, price_all
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.network import Network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import arc_costs
from lodeway.corridors.scenario import Change, apply
from lodeway.corridors.search import dijkstra

Floats = NDArray[np.float64]
#: So many conditions are named in a verdict; the rest are counted.
_NAMED = 5
#: As many fits, or more, must be rarer than this by chance to count for anything.
CHANCE = 0.05


@dataclass(frozen=True)
class Computed:
    """A reading with its numbers: NaN where a side has no way."""

    reading: Reading
    base: float
    alternative: float
    value: float


@dataclass(frozen=True)
class Weighed:
    """What came of a claim.

    Attributes
    ----------
    readings
        All readings, in the order in which they were listed.
    fitting
        Positions of those within the claim's tolerance.
    indistinct
        How many differences are smaller than the network's own error.
    chance
        How many readings would fit if their values were spread evenly over their range.
    verdict
        In words.
    """

    claim: DistanceClaim
    readings: tuple[Computed, ...]
    fitting: tuple[int, ...]
    indistinct: int
    chance: float
    verdict: str

    def as_dict(self) -> dict[str, Any]:
        """Return the test as ``--json`` prints it."""
        return {
            "claim": self.claim.text,
            "metric": self.claim.metric,
            "claimed": self.claim.value,
            "tolerance": self.claim.tolerance,
            "readings": [
                {
                    "origin": item.reading.origin,
                    "destination": item.reading.destination,
                    "base": item.reading.base.name if item.reading.base else None,
                    "alternative": item.reading.alternative.name,
                    "value": _rounded(item.value),
                    "base_value": _rounded(item.base),
                    "alternative_value": _rounded(item.alternative),
                    "within_error": number in self.fitting,
                }
                for number, item in enumerate(self.readings)
            ],
            "tried": len(self.readings),
            "within_error": len(self.fitting),
            "indistinct": self.indistinct,
            "expected_by_chance": self.chance,
            "verdict": self.verdict,
        }


def _rounded(value: float) -> float | None:
    return round(value, 3) if np.isfinite(value) else None


def weigh_claim(network: Network, claim: DistanceClaim) -> Weighed:
    """Compute every reading of a claim and weigh those that fit against chance.

    A reading compares the best way between the same two places on both sides. It fits when its
    value lies within the tolerance of what was claimed. Under the null hypothesis values are spread
    evenly between the smallest and the largest found (differences that the network cannot tell from
    nothing left out); the verdict is "coincidence" while as many fits would come by chance in more
    than one case of twenty (Poisson).
    """
    measured = _measure(network, claim)
    computed = tuple(_computed(item, measured) for item in claim.readings)
    values = np.array([item.value for item in computed])
    fits = np.abs(values - claim.value) <= claim.tolerance * (1 + 1e-12)
    bases = np.array([item.base for item in computed])
    blurred = np.abs(values) < NETWORK_ERROR * bases if claim.difference else np.zeros_like(fits)
    chance = by_chance(values[~blurred], claim.value, claim.tolerance)
    fitting = tuple(int(n) for n in np.flatnonzero(fits))
    indistinct = int(np.count_nonzero(blurred))
    verdict = _verdict(claim, computed, fitting, blurred, chance)
    return Weighed(claim, computed, fitting, indistinct, chance, verdict)


def by_chance(values: Floats, claimed: float, tolerance: float) -> float:
    """Return how many values would lie in the band if they were spread evenly over their range.

    Examples
    --------
    >>> by_chance(np.array([0.0, 100.0, 400.0]), 340.0, 34.0)
    0.51
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 2 or finite.max() <= finite.min():
        return 0.0
    low, high = float(finite.min()), float(finite.max())
    covered = max(0.0, min(high, claimed + tolerance) - max(low, claimed - tolerance))
    return round(len(finite) * covered / (high - low), 4)


def at_least(count: int, mean: float) -> float:
    """Return the Poisson probability of `count` or more.

    Examples
    --------
    >>> round(at_least(1, 1.0), 4)
    0.6321
    """
    from scipy.stats import poisson

    return float(poisson.sf(count - 1, mean)) if mean > 0 else float(count == 0)


def _measure(network: Network, claim: DistanceClaim) -> Mapping[tuple[Side, str, str], float]:
    """Run one search from every origin in every state, and keep what the readings ask for."""
    graph = build_graph(network)
    prices = price_all(network, graph, RateBook(network.rates, 0, None), claim.modes)
    value = np.array([claim.usd_per_t])
    cost = arc_costs(graph, prices, value, claim.by)
    wanted: dict[Side, dict[str, set[str]]] = {}
    for reading in claim.readings:
        for side in (reading.base, reading.alternative):
            if side is not None:
                wanted.setdefault(side, {}).setdefault(reading.origin, set()).add(
                    reading.destination
                )
    found: dict[tuple[Side, str, str], float] = {}
    for side, asked in wanted.items():
        usable = _usable(network, graph, claim, side)
        here = np.where(usable, cost, np.inf)
        for origin, destinations in asked.items():
            sources = graph.vertices_of(network.node_of(origin))
            start = np.zeros(len(sources))
            if claim.by == "cost":
                start = prices.start(graph, sources, value)[0]
            ends = {place: graph.vertices_of(network.node_of(place)) for place in destinations}
            for stop in side.via:
                middle = graph.vertices_of(network.node_of(stop, "via"))
                start = _settled(graph, here, sources, start, [middle])[middle]
                sources = middle
            reached = _settled(graph, here, sources, start, list(ends.values()))
            for place, end in ends.items():
                found[side, origin, place] = float(reached[end].min())
    return found


def _settled(
    graph: Graph,
    cost: Floats,
    sources: NDArray[np.int32],
    start: Floats,
    ends: list[NDArray[np.int32]],
) -> Floats:
    wanted = np.zeros(len(graph.node), dtype=bool)
    for end in ends:
        wanted[end] = True
    return dijkstra(graph.first, graph.neighbour, graph.arc_of, cost, sources, start, wanted)[0]


def _usable(network: Network, graph: Graph, claim: DistanceClaim, side: Side) -> NDArray[np.bool_]:
    permission = Permission(claim.modes, side.include, (), side.closed_gates, claim.avoid)
    changes = []
    if side.open_gates:
        changes.append(
            Change("gate", side.open_gates, "open", 1.0, 0.0, None, None, f"state {side.name}")
        )
    conditions = apply(network, permission, changes)
    return graph.usable(conditions.links, conditions.services)


def _computed(reading: Reading, found: Mapping[tuple[Side, str, str], float]) -> Computed:
    other = found[reading.alternative, reading.origin, reading.destination]
    other = other if np.isfinite(other) else np.nan
    if reading.base is None:
        return Computed(reading, np.nan, other, other)
    base = found[reading.base, reading.origin, reading.destination]
    base = base if np.isfinite(base) else np.nan
    return Computed(reading, base, other, base - other)


def _condition(item: Computed, claim: DistanceClaim) -> str:
    reading = item.reading
    unit = {"km": "km", "cost": "USD/t", "hours": "h"}[claim.by]
    text = f"{reading.origin} to {reading.destination}, {reading.alternative.name}"
    if reading.base is None:
        return f"{text}: {item.value:,.0f} {unit}"
    return (
        f"{text} against {reading.base.name}: {item.base:,.0f} less {item.alternative:,.0f} "
        f"is {item.value:,.0f} {unit}"
    )


def _verdict(
    claim: DistanceClaim,
    computed: tuple[Computed, ...],
    fitting: tuple[int, ...],
    blurred: NDArray[np.bool_],
    chance: float,
) -> str:
    able = [n for n, item in enumerate(computed) if np.isfinite(item.value)]
    if not able:
        return f"not supported: none of {len(computed)} readings has a way on both sides"
    if not fitting:
        near = min(able, key=lambda n: abs(computed[n].value - claim.value))
        return (
            f"not supported: none of {len(computed)} readings fits; the nearest is "
            f"{_condition(computed[near], claim)}"
        )
    if len(fitting) == len(computed):
        if bool(blurred[list(fitting)].all()):
            return (
                "supported, though the difference is smaller than the network's own error of "
                f"{NETWORK_ERROR:.0%} of the route"
            )
        return "supported"
    conditions = "; ".join(_condition(computed[n], claim) for n in fitting[:_NAMED])
    more = f"; and {len(fitting) - _NAMED} more" if len(fitting) > _NAMED else ""
    if at_least(len(fitting), chance) > CHANCE:
        return (
            f"coincidence: {len(fitting)} of {len(computed)} readings fit, {chance:.1f} would by "
            f"chance ({conditions}{more})"
        )
    return f"not supported as stated; true only if {conditions}{more}"
