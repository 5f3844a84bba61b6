"""Re-pricing the freight network: our overlay against scipy's Dijkstra on the whole network.

    python -m benchmarks corridors

Both answer the same question, the cheapest way from some origins to some destinations in one
possible world. The ratio is the bar; the times are illustrations. scipy runs on a stated sample of
draws (its matrix is built anew for each draw, parallel links at their minimum, never their sum).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from lodeway.corridors.cost import Prices, price_all
from lodeway.corridors.freight import Shipment, run_sweep
from lodeway.corridors.graph import Graph, build_graph
from lodeway.corridors.network import Network, read_network
from lodeway.corridors.overlay import build_overlay
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.rates import RateBook
from lodeway.corridors.scenario import special_links, states

DRAWS, PEER_DRAWS, ORIGINS, TARGETS = 256, 4, 5, 20
MODES = ("road", "rail", "sea", "ferry")


def _peer(
    graph: Graph, usable: np.ndarray, prices: Prices, ship: Shipment, draw: int
) -> np.ndarray:
    """Price, build the matrix and run scipy for one draw."""
    per_km, once = prices.when_choosing(ship.usd_per_t)
    rates, fixed = np.append(per_km[draw], 0.0), np.append(once[draw], 0.0)
    cost = graph.km * rates[graph.rate] + fixed[graph.fixed] + 1e-12  # scipy drops zeros
    two = usable & graph.both
    tail = np.concatenate([graph.tail[usable], graph.head[two]])
    head = np.concatenate([graph.head[usable], graph.tail[two]])
    price = np.concatenate([cost[usable], cost[two]])
    order = np.lexsort((price, head, tail))
    tail, head, price = tail[order], head[order], price[order]
    first = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]))
    size = (len(graph.node), len(graph.node))
    matrix = csr_matrix((price[first], (tail[first], head[first])), shape=size)
    dist = dijkstra(matrix, indices=graph.vertices_of(ship.origin), min_only=True)
    return np.array([dist[graph.vertices_of(node)].min() for node in ship.targets])


def _ships(network: Network, draws: int) -> list[Shipment]:
    rng = np.random.default_rng(1)
    nodes = [int(n) for n in rng.permutation(list(network.nodes.place.values()))]
    targets = tuple(nodes[ORIGINS : ORIGINS + TARGETS])
    lanes = tuple(f"o>{n}" for n in targets)
    value = rng.uniform(500, 3000, draws)
    return [Shipment("o", node, -1, value, lanes, targets) for node in nodes[:ORIGINS]]


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside))
    folder = root / "corridors"
    if not folder.is_dir():
        print(f"left out: {folder} is not here (set LODEWAY_REFERENCE_DATA)")
        return
    read_network(folder)
    start = time.perf_counter()
    network = read_network(folder)
    print(f"load and check: {time.perf_counter() - start:.2f} s, {len(network.links):,} links")
    permission = Permission(MODES, avoid=("SYR",))
    graph = build_graph(network)
    usable = graph.usable(usable_links(network, permission), usable_services(network, permission))
    special = special_links(network, permission, states([{"name": "today"}], 2026))
    ships = _ships(network, DRAWS)
    stops = {n for ship in ships for n in (ship.origin, *ship.targets)}
    build_overlay(graph, usable, special, stops)
    start = time.perf_counter()
    overlay = build_overlay(graph, usable, special, stops)
    built = time.perf_counter() - start
    small = overlay.graph
    print(f"overlay: {built:.2f} s, {len(small.node):,} portals, {len(small.km):,} arcs")
    prices = price_all(network, graph, RateBook(network.rates, 1, DRAWS), MODES)
    open_arcs = small.usable(
        usable_links(network, permission), usable_services(network, permission)
    )
    run_sweep(small, open_arcs, prices, ships[0])
    start = time.perf_counter()
    ours = [run_sweep(small, open_arcs, prices, ship)[0].total for ship in ships]
    per_draw = (time.perf_counter() - start) / DRAWS
    print(f"ours: {1e3 * per_draw:.2f} ms a draw ({ORIGINS} origins x {TARGETS} destinations), "
          f"{1 / per_draw:,.0f} draws/s")  # fmt: skip
    start = time.perf_counter()
    peer = [[_peer(graph, usable, prices, ship, k) for k in range(PEER_DRAWS)] for ship in ships]
    theirs = (time.perf_counter() - start) / PEER_DRAWS
    print(f"scipy, whole network: {1e3 * theirs:.1f} ms a draw (sample of {PEER_DRAWS} draws)")
    worst = 0.0
    for one, two in zip(ours, peer, strict=True):
        mine, true = one[:PEER_DRAWS], np.array(two)
        assert (np.isfinite(mine) == np.isfinite(true)).all()
        good = np.isfinite(true) & (true > 0)
        worst = max(worst, float(np.max(np.abs(mine[good] / true[good] - 1), initial=0.0)))
    print(f"ratio: {theirs / per_draw:.0f} x faster; largest relative difference {worst:.1e}")


if __name__ == "__main__":
    main()
