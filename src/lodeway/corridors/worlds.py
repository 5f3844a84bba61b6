"""Delivered cost between places in very many worlds, slab by slab, on any number of workers.

The network is reduced once (overlay and hierarchy); a slab of worlds then needs a tariff and a few
arrays, and gives the same bytes wherever and in whatever company it is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import price_all
from lodeway.corridors.graph import build_graph
from lodeway.corridors.hierarchy import Hierarchy, Query, build_hierarchy, slabs
from lodeway.corridors.network import Network
from lodeway.corridors.overlay import build_overlay
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.rates import RateBook
from lodeway.corridors.records import Tariff
from lodeway.corridors.scenario import special_links, states
from lodeway.engine import Serial
from lodeway.errors import LodewayError, suggestion
from lodeway.model import Engine
from lodeway.randomness import uniform

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slab:
    """All that one worker needs for some worlds; it can be pickled."""

    tariff: Tariff
    tree: Hierarchy
    origins: tuple[NDArray[np.int32], ...]
    targets: tuple[NDArray[np.int32], ...]
    usable: NDArray[np.bool_]
    modes: tuple[str, ...]
    usd_per_t: float
    shut_share: Mapping[str, float]
    seed: int
    first: int
    count: int


def costs_in_worlds(
    network: Network,
    origins: Sequence[str],
    targets: Sequence[str],
    *,
    permission: Permission | None = None,
    draws: int = 1000,
    seed: int = 1,
    usd_per_t: float = 0.0,
    shut_share: Mapping[str, float] | None = None,
    engine: Engine | None = None,
) -> Floats:
    """Return the cheapest delivered cost of every pair of places in every world, USD per wet t.

    Parameters
    ----------
    network
        A checked network.
    origins, targets
        Names of places.
    permission
        What may be used; by default road, rail, sea and ferry.
    draws, seed
        How many worlds, and which.
    usd_per_t
        Worth of the goods.
    shut_share
        By gate, the share of the time that it is shut; in each world a gate is open or shut.
    engine
        Where slabs of worlds are computed; by default here.

    Returns
    -------
    numpy.ndarray
        Shape ``(draws, origins, targets)``, infinite where there is no way; the same bytes for any
        number of workers.

    Raises
    ------
    LodewayError
        For an unknown place or gate, or a share outside 0 to 1.
    """
    shares = dict(shut_share or {})
    for gate, share in shares.items():
        if gate not in network.gate_position:
            raise LodewayError(
                "unknown-id", "shut_share", repr(gate), "a gate of the network",
                suggestion(gate, network.gate_position),
            )  # fmt: skip
        if not 0 <= share <= 1:
            raise LodewayError("bad-fraction", f"shut_share {gate}", share, "0 to 1")
    allowed = permission or Permission(("road", "rail", "sea", "ferry"))
    ends = [[network.node_of(place) for place in group] for group in (origins, targets)]
    graph = build_graph(network)
    links, services = usable_links(network, allowed), usable_services(network, allowed)
    special = special_links(network, allowed, states([{"name": "today"}], 2000))
    small = build_overlay(
        graph, graph.usable(links, services), special, [node for group in ends for node in group]
    ).graph
    tree = build_hierarchy(small)
    tariff = Tariff(network.gates, network.services, network.rates)
    sides = [tuple(small.vertices_of(node) for node in group) for group in ends]
    tasks = [
        Slab(tariff, tree, sides[0], sides[1], small.usable(links, services), allowed.modes,
             usd_per_t, shares, seed, first, count)
        for first, count in slabs(draws)
    ]  # fmt: skip
    return np.concatenate((engine or Serial()).map(solve_slab, tasks))


def solve_slab(slab: Slab) -> Floats:
    """Price some worlds and solve them, shape ``(worlds, origins, targets)``."""
    graph = slab.tree.graph
    book = RateBook(slab.tariff.rates, slab.seed, slab.count, first=slab.first)
    prices = price_all(slab.tariff, graph, book, slab.modes)
    value = np.full(slab.count, slab.usd_per_t)
    per_km, once = prices.when_choosing(value)
    for number, price in enumerate(graph.prices):
        if price.kind == "gate":
            gate = slab.tariff.gates[price.item].id
            share = slab.shut_share.get(gate, 0.0)
            if share > 0:
                u = uniform(slab.seed, "gate shut", gate, slab.count, first=slab.first)
                once[:, number] = np.where(u < share, np.inf, once[:, number])
    start = [prices.start(graph, sides, value) for sides in slab.origins]
    return Query(slab.tree, slab.origins, slab.targets).costs(per_km, once, slab.usable, start)
