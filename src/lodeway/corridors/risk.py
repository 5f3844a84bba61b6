"""What closures and queues cost a shipper on one journey, and what he can do against them.

The best way and those that differ from it, priced in all possible worlds; each of their gates shut
as often and as long as dated events suggest; the choice made before that is known. Then the worth
of a second road, of an insurance layer and of a store before the gate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.choice import Corridors, Worth, choose, worth
from lodeway.corridors.closures import DAYS_PER_YEAR, Event, fit, shut_days, with_shocks
from lodeway.corridors.cost import Prices, RateBook, components, price_all
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.network import Network
from lodeway.corridors.permission import Permission
from lodeway.corridors.records import sorted_pair
from lodeway.corridors.resilience import Cover, cvar, insurance, storage
from lodeway.corridors.route import Route, find_routes
from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
#: Years over which closures are drawn; figures are means of these years.
YEARS = 10


@dataclass(frozen=True)
class Risk:
    """One journey under closures.

    Attributes
    ----------
    routes
        The best way and those that differ.
    usd_per_t, days
        As they turn out while a route is open, shape ``(routes, draws)``.
    shut_days
        Days a year on which a route is shut, shape ``(routes, draws)``.
    used
        Share of worlds in which each route is chosen.
    paid
        What a tonne pays in the mean of a year, closures counted, shape ``(draws,)``.
    extra_usd_per_y
        What closures add to the bill of a year, by world.
    second_roads
        Worth of each further route to one who has only the best.
    """

    routes: tuple[Route, ...]
    usd_per_t: Floats
    days: Floats
    shut_days: Floats
    used: tuple[float, ...]
    paid: Floats
    extra_usd_per_y: Floats
    second_roads: tuple[Worth, ...]
    insured: Cover
    stored: Cover
    notes: tuple[str, ...]

    def within(self, days: float) -> float:
        """Return the chance that goods on the best way arrive within so many days.

        A closed gate counts as late.
        """
        open_share = 1.0 - self.shut_days[0] / DAYS_PER_YEAR
        return float(((self.days[0] <= days) * open_share).mean())

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as ``--json`` prints it."""

        def spread(values: Floats) -> dict[str, float]:
            low, mid, high = np.quantile(values, [0.1, 0.5, 0.9])
            return {"p10": float(low), "p50": float(mid), "p90": float(high)}

        return {
            "routes": [
                {"length_km": round(route.length_km, 1), "countries": list(route.countries),
                 "gates": list(route.gates), "usd_per_t": spread(self.usd_per_t[n]),
                 "days": spread(self.days[n]), "shut_days_per_y": float(self.shut_days[n].mean()),
                 "p_used": self.used[n]}
                for n, route in enumerate(self.routes)
            ],
            "paid_usd_per_t": spread(self.paid),
            "closures_usd_per_y": {"mean": float(self.extra_usd_per_y.mean()),
                                   "cvar_95": cvar(self.extra_usd_per_y, 0.95)},
            "second_roads": [asdict(one) for one in self.second_roads],
            "insurance": asdict(self.insured),
            "storage": asdict(self.stored),
            "notes": list(self.notes),
        }  # fmt: skip


def gates_of(network: Network, item: str) -> list[str]:
    """Return the gates that an event's item speaks of.

    An item may be a gate's id or name, a pair of countries with or without a mode
    (``AAA-BBB rail``), a pair and a name, or one country (all its gates).

    Examples
    --------
    ``AAA-BBB North`` is the gate North of that border, or all of its gates where none is called so.
    """
    words = re.findall(r"[A-Za-z_]+(?:-[A-Za-z_]+)*", item)
    pairs = {sorted_pair(word) for word in words if re.fullmatch(r"[A-Z]{3}-[A-Z]{3}", word)}
    alone = {word for word in words if re.fullmatch(r"[A-Z]{3}", word)}
    modes = {word.lower() for word in words} & {"road", "rail", "sea", "ferry"}
    plain = item
    for word in (*pairs, *alone, *modes):
        plain = re.sub(rf"\b{re.escape(word)}\b", " ", plain)
    name = " ".join(plain.replace("_", " ").split()).casefold()
    found = []
    for gate in network.gates:
        called = {gate.id.replace("_", " ").casefold(), *gate.name.casefold().split(" / ")}
        by_name = len(name) > 2 and any(name in text or text in name for text in called if text)
        at_border = gate.pair in pairs or bool(alone & set(gate.pair.split("-")))
        if by_name or (at_border and not modes - {gate.mode} and (not name or by_name)):
            found.append(gate.id)
    if not found and pairs:
        found = [gate.id for gate in network.gates
                 if gate.pair in pairs and not modes - {gate.mode}]  # fmt: skip
    return found


def assess(
    network: Network,
    origin: str,
    destination: str,
    events: Sequence[Event],
    *,
    since: date,
    as_of: date,
    permission: Permission | None = None,
    usd_per_t: float = 2000.0,
    t_per_y: float = 50_000.0,
    reroute_usd_per_t: float = 10.0,
    late_pct_per_day: float = 0.1,
    others: int = 3,
    draws: int = 512,
    seed: int = 1,
) -> Risk:
    """Price a journey under closures, and what helps against them.

    Parameters
    ----------
    network, origin, destination, permission
        As for a route; routes are the cheapest and those that differ from it.
    events
        Dated closures of freight; those of gates that no route passes only lend their lengths.
    since, as_of
        The time over which closures were watched.
    usd_per_t, t_per_y
        Worth and amount of the goods.
    reroute_usd_per_t
        What a tonne pays besides when it is sent another way after all.
    late_pct_per_day
        What a day of waiting costs, as a share of the value, with the cost of capital.
    others, draws, seed
        How many further routes, and how many possible worlds.

    Raises
    ------
    LodewayError
        ``no-route``, and what `lodeway.corridors.closures.fit` refuses.
    """
    if t_per_y <= 0:
        raise LodewayError("bad-number", "t_per_y", t_per_y, "more than 0")
    allowed = permission or Permission(("road", "rail", "sea", "ferry"))
    graph = build_graph(network)
    routes = find_routes(network, origin, destination, others, permission=allowed, by="cost",
                         usd_per_t=usd_per_t, graph=graph)  # fmt: skip
    prices = price_all(network, graph, RateBook(network.rates, seed, draws), allowed.modes)
    priced = [_priced(network, graph, prices, route, usd_per_t) for route in routes]
    days, wait_days, notes = _shut(network, routes, events, since, as_of, seed, draws)
    shut = np.stack(days) / DAYS_PER_YEAR
    known, realised, hours = (np.stack([one[n] for one in priced]) for n in range(3))
    wait = usd_per_t * late_pct_per_day / 100.0 * wait_days
    corridors = Corridors(known, realised, shut, reroute_usd_per_t, _roads(routes), wait)
    chosen = choose(corridors)
    quiet = choose(replace(corridors, shut_share=np.zeros_like(shut)))
    extra = (chosen.paid - quiet.paid) * t_per_y
    late = wait
    if len(routes) > 1:
        dearer = float((realised[1:].min(axis=0) - realised[0]).mean())
        late = min(wait, reroute_usd_per_t + max(dearer, 0.0))
    return Risk(
        routes=tuple(routes),
        usd_per_t=realised,
        days=hours / 24.0,
        shut_days=np.stack(days),
        used=tuple(chosen.share(n) for n in range(len(routes))),
        paid=chosen.paid,
        extra_usd_per_y=extra,
        second_roads=tuple(worth(corridors, [0], [n]) for n in range(1, len(routes))),
        insured=insurance(extra, float(np.median(extra)), float(np.quantile(extra, 0.99))),
        stored=storage(days[0], t_per_y / DAYS_PER_YEAR, 14.0 * t_per_y / DAYS_PER_YEAR, late),
        notes=notes,
    )


def _roads(routes: Sequence[Route]) -> tuple[int, ...]:
    """Give routes that share a gate one number: they are one road, for it shuts them together."""
    number = list(range(len(routes)))
    for two, route in enumerate(routes):
        for one in range(two):
            if set(route.gates) & set(routes[one].gates):
                old, new = number[two], number[one]
                number = [new if group == old else group for group in number]
    return tuple(number)


def _priced(
    network: Network, graph: Graph, prices: Prices, route: Route, usd_per_t: float
) -> tuple[Floats, Floats, Floats]:
    """Return a route's cost as it looks when choosing, as it turns out, and its hours, by draw."""
    position = network.links.position
    arcs = np.array([position[link] for link in route.links], dtype=np.int64)
    by_rate, times = np.zeros(len(graph.rates)), np.zeros(len(graph.prices))
    np.add.at(by_rate, graph.rate[arcs], graph.km[arcs])
    gated = arcs[graph.fixed[arcs] >= 0]
    np.add.at(times, graph.fixed[gated], 1.0)
    modes = [leg.mode for leg in route.legs]
    changes = [(one, two) for one, two in pairwise(modes) if one != two]
    for number, price in enumerate(graph.prices):
        times[number] += changes.count(price.modes) if price.kind == "transfer" else 0
    value = np.full(prices.draws, usd_per_t)
    nothing = np.zeros((prices.draws, 1))
    usd, hours, _ = components(
        prices, graph, np.tile(by_rate, (prices.draws, 1, 1)),
        np.tile(times, (prices.draws, 1, 1)), value, (nothing, nothing),
    )  # fmt: skip
    per_km, once = prices.when_choosing(value)
    return per_km @ by_rate + once @ times, usd[:, 0].sum(axis=1), hours[:, 0]


def _shut(
    network: Network, routes: Sequence[Route], events: Sequence[Event], since: date, as_of: date,
    seed: int, draws: int,
) -> tuple[list[Floats], float, tuple[str, ...]]:  # fmt: skip
    """Return the days a year on which each route is shut, in all worlds, and how long one waits.

    One waits half of a closure's median length (a tonne may come at any moment of it).
    """
    passed = sorted({gate for route in routes for gate in route.gates})
    named = {item: gates_of(network, item) for item in dict.fromkeys(e.item for e in events)}
    own_items: Mapping[str, list[str]] = {
        gate: [item for item, gates in named.items() if gates == [gate]] for gate in passed
    }
    of_one = {item: gate for gate, items in own_items.items() for item in items}
    moved = [
        Event(e.name, of_one.get(e.item, e.item), e.start, e.end, e.cause, e.where) for e in events
    ]
    items = sorted({*passed, *(event.item for event in moved)})
    processes, notes = fit(moved, items, since, as_of)

    def drawn(item: str) -> Floats:
        days = shut_days(processes[item], seed, draws, YEARS)
        return np.asarray(days.mean(axis=1, keepdims=True))

    own = {gate: drawn(gate) for gate in passed}
    shocks = {
        item: (drawn(item), gates)
        for item, gates in named.items()
        if len(gates) > 1 and set(gates) & set(passed)
    }
    by_gate = with_shocks(own, shocks)
    found = []
    for route in routes:
        open_share = np.ones(draws)
        for gate in dict.fromkeys(route.gates):
            open_share = open_share * (1.0 - by_gate[gate][:, 0] / DAYS_PER_YEAR)
        found.append((1.0 - open_share) * DAYS_PER_YEAR)
    unknown = [item for item, gates in named.items() if not gates]
    said = list(notes)
    said += [f"events of {item!r} speak of no gate: only their lengths count" for item in unknown]
    said += [
        f"{item} strikes {len(gates)} gates together"
        for item, gates in named.items()
        if item in shocks
    ]
    passes = [processes[gate] for gate in dict.fromkeys(routes[0].gates)]
    waits = [float(np.exp(one.log_days)) / 2.0 for one in passes]
    return found, max(waits, default=0.0), tuple(said)
