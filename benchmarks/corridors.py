"""Corridors beside their peers: load, overlay, re-pricing, alternatives, flows.

    python -m benchmarks corridors [NAME ...]     NAME: load sweep large alternatives flow

Ours and the peer answer the same question on the same input in one process, on one core; CPU
seconds, and the ratio is the bar. A peer may run on a stated sample and be scaled; ours never.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from lodeway.corridors.alternatives import alternatives as diverse
from lodeway.corridors.cost import price_all
from lodeway.corridors.flow import FlowSolver
from lodeway.corridors.flow_instance import read_instance
from lodeway.corridors.graph import build_graph
from lodeway.corridors.hierarchy import Query, build_hierarchy, slabs
from lodeway.corridors.network import read_network
from lodeway.corridors.overlay import build_overlay
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.rates import RateBook
from lodeway.corridors.route import best_way
from lodeway.corridors.scenario import special_links, states
from lodeway.corridors.search import dijkstra

DRAWS, PEER_DRAWS, CHECKED, ORIGINS, TARGETS = 10_000, 12, 100, 5, 20
SHUT_SHARE = 0.1  # each gate is shut in this share of the worlds
MODES = ("road", "rail", "sea", "ferry")


def peer(name: str) -> Any:
    """Import a peer, or say that it is not here."""
    try:
        return __import__(name)
    except ImportError:
        print(f"  peer {name} is not here: left out")
        return None


def clock() -> float:
    return time.process_time()


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def data() -> Path | None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside)) / "corridors"
    if not folder.is_dir():
        print(f"left out: {folder} is not here (set LODEWAY_REFERENCE_DATA)")
        return None
    return folder


def prepared(folder: Path) -> tuple[Any, ...]:
    """Return network, graph, open arcs, stops and overlay."""
    network = read_network(folder)
    permission = Permission(MODES, avoid=("SYR",))
    graph = build_graph(network)
    links, services = usable_links(network, permission), usable_services(network, permission)
    usable = graph.usable(links, services)
    special = special_links(network, permission, states([{"name": "today"}], 2026))
    rng = np.random.default_rng(1)
    stops = [int(n) for n in rng.permutation(list(network.nodes.place.values()))]
    stops = stops[: ORIGINS + TARGETS]
    overlay = build_overlay(graph, usable, special, stops)
    return network, graph, usable, stops, overlay, overlay.graph.usable(links, services)


def load(folder: Path) -> None:
    read_network(folder)
    best = np.inf
    for _ in range(5):
        start = clock()
        network = read_network(folder)
        best = min(best, clock() - start)
    print(f"load and check {len(network.links):,} links: {best:.3f} s (bar 0.1)")
    code = (
        "import resource, sys, time\nfrom pathlib import Path\n"
        "from benchmarks.corridors import prepared\nprepared(Path(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
        "t = time.process_time()\nprepared(Path(sys.argv[1]))\nprint(time.process_time() - t)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True,
                          text=True, check=True).stdout.split()  # fmt: skip
    print(f"tables to overlay: {float(done[1]):.2f} s (bar 0.5), peak of the process "
          f"{float(done[0]):.0f} MiB (bar 300)")  # fmt: skip


def _worlds(network: Any, graph: Any, first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw prices, and shut gates at random (a shut gate costs infinitely much)."""
    prices = price_all(network, graph, RateBook(network.rates, 1, count, first=first), MODES)
    per_km, once = prices.when_choosing(np.full(count, 1500.0))
    rng = np.random.Generator(np.random.Philox(key=7, counter=[first, 0, 0, 0]))
    gates = np.array([price.kind == "gate" for price in graph.prices])
    shut = rng.random(once.shape) < SHUT_SHARE
    return per_km, np.where(shut & gates, np.inf, once)


def sweep(folder: Path) -> None:
    network, graph, usable, stops, overlay, small_usable = prepared(folder)
    small = overlay.graph
    tree = build_hierarchy(small)
    query = Query(tree, *(tuple(small.vertices_of(n) for n in part)
                          for part in (stops[:ORIGINS], stops[ORIGINS:])))  # fmt: skip
    print(f"overlay of {len(small.node):,} portals and {len(small.km):,} arcs; "
          f"{len(tree.triangles):,} triangles")  # fmt: skip
    query.costs(*_worlds(network, graph, 0, 8), small_usable)
    drawing = ours = 0.0
    kept = None
    for first, count in slabs(DRAWS):
        start = clock()
        worlds = _worlds(network, graph, first, count)
        drawing += clock() - start
        start = clock()
        found = query.costs(*worlds, small_usable)
        ours += clock() - start
        if kept is None:
            kept = (worlds, found)
    assert kept is not None
    (per_km, once), found = kept
    print(f"ours: {ours:.2f} s for {DRAWS:,} draws x {ORIGINS} origins x {TARGETS} markets "
          f"(and {drawing:.2f} s to draw the prices)")  # fmt: skip
    _same_as_dijkstra(graph, usable, stops, per_km, once, found)
    igraph = peer("igraph")
    if igraph is None:
        return
    arcs = np.flatnonzero(usable)
    two = arcs[graph.both[arcs]]
    ends = np.concatenate([np.column_stack([graph.tail[arcs], graph.head[arcs]]),
                           np.column_stack([graph.head[two], graph.tail[two]])])  # fmt: skip
    # one more vertex for each origin, joined to its sides for nothing: one search an origin
    sides = [(len(graph.node) + row, int(side)) for row, node in enumerate(stops[:ORIGINS])
             for side in graph.vertices_of(node)]  # fmt: skip
    whole = igraph.Graph(n=len(graph.node) + ORIGINS, edges=ends.tolist() + sides, directed=True)
    sources = [len(graph.node) + row for row in range(ORIGINS)]
    targets = [graph.vertices_of(node).tolist() for node in stops[ORIGINS:]]
    start = clock()
    worst = 0.0
    for draw in range(PEER_DRAWS):
        cost = _cost(graph, per_km[draw], once[draw])
        weights = np.concatenate([cost[arcs], cost[two], np.zeros(len(sides))])
        table = np.array(whole.distances(sources, [t for side in targets for t in side],
                                         weights=weights.tolist()))  # fmt: skip
        worst = max(worst, _compare(table, targets, found[draw]))
    theirs = (clock() - start) * DRAWS / PEER_DRAWS
    print(f"igraph {igraph.__version__}, whole network: {theirs:.0f} s (from {PEER_DRAWS} draws); "
          f"largest relative difference {worst:.1e}")  # fmt: skip
    print(f"ratio: {theirs / ours:.0f} x (bar 600); drawing the prices counted too, "
          f"{theirs / (ours + drawing):.0f} x")  # fmt: skip


def _cost(graph: Any, per_km: np.ndarray, once: np.ndarray) -> np.ndarray:
    rates, fixed = np.append(per_km, 0.0), np.append(once, 0.0)
    return graph.km * rates[graph.rate] + fixed[graph.fixed]


def _compare(table: np.ndarray, targets: list, ours: np.ndarray) -> float:
    columns = np.cumsum([0, *map(len, targets)])
    worst = 0.0
    for i in range(len(table)):
        for j in range(len(targets)):
            true = table[i, columns[j] : columns[j + 1]].min()
            assert np.isfinite(true) == np.isfinite(ours[i, j])
            if np.isfinite(true) and true > 0:
                worst = max(worst, abs(ours[i, j] / true - 1))
    return worst


def _same_as_dijkstra(
    graph: Any,
    usable: np.ndarray,
    stops: list,
    per_km: np.ndarray,
    once: np.ndarray,
    found: np.ndarray,
) -> None:
    wanted = np.zeros(len(graph.node), dtype=bool)
    worst, reached = 0.0, 0
    for draw in range(min(CHECKED, len(per_km))):
        cost = np.where(usable, _cost(graph, per_km[draw], once[draw]), np.inf)
        for row, node in enumerate(stops[:ORIGINS]):
            sides = graph.vertices_of(node)
            dist = dijkstra(graph.first, graph.neighbour, graph.arc_of, cost, sides,
                            np.zeros(len(sides)), wanted)[0]  # fmt: skip
            true = np.array([dist[graph.vertices_of(to)].min() for to in stops[ORIGINS:]])
            assert (np.isfinite(true) == np.isfinite(found[draw, row])).all()
            good = np.isfinite(true) & (true > 0)
            reached += int(good.sum())
            worst = max(worst, float(np.max(np.abs(found[draw, row][good] / true[good] - 1),
                                            initial=0.0)))  # fmt: skip
    print(f"full Dijkstra on {min(CHECKED, len(per_km))} draws, {reached:,} ways: largest relative "
          f"difference {worst:.1e}, reachability the same")  # fmt: skip


def large(folder: Path) -> None:
    """100,000 nodes (the network beside a copy of half of it), 10,000 draws in slabs."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom benchmarks.corridors import _large\n"
        "_large(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def _large(folder: Path) -> None:
    import csv
    import gzip
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        for stem in ("places", "gates"):
            (out / f"{stem}.csv").write_bytes((folder / f"{stem}.csv").read_bytes())
        copied: set[str] = set()
        with (
            gzip.open(folder / "nodes.csv.gz", "rt") as source,
            (out / "nodes.csv").open("w") as to,
        ):
            rows = csv.DictReader(source)
            writer = csv.DictWriter(to, rows.fieldnames or ())
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                if len(copied) < 33_000 and not row["place"]:
                    copied.add(row["node"])
                    lon = float(row["lon"])
                    writer.writerow({**row, "node": str(100_000 + int(row["node"])),
                                     "lon": f"{lon - 60:.4f}"})  # fmt: skip
        with (
            gzip.open(folder / "links.csv.gz", "rt") as source,
            (out / "links.csv").open("w") as to,
        ):
            rows = csv.DictReader(source)
            writer = csv.DictWriter(to, rows.fieldnames or ())
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                if {row["from"], row["to"]} <= copied:
                    writer.writerow({**row, "link": str(200_000 + int(row["link"])),
                                     "from": str(100_000 + int(row["from"])),
                                     "to": str(100_000 + int(row["to"]))})  # fmt: skip
        network, graph, _, stops, overlay, open_arcs = prepared(out)
    small = overlay.graph
    query = Query(build_hierarchy(small),
                  *(tuple(small.vertices_of(n) for n in part)
                    for part in (stops[:ORIGINS], stops[ORIGINS:])))  # fmt: skip
    start = clock()
    total = np.zeros((ORIGINS, TARGETS))
    for first, count in slabs(DRAWS):
        total += np.nan_to_num(query.costs(*_worlds(network, graph, first, count), open_arcs),
                               posinf=0.0).sum(axis=0)  # fmt: skip
    print(f"{len(network.nodes.lon):,} nodes, {DRAWS:,} draws in slabs: {clock() - start:.2f} s, "
          f"peak {memory_mib():.0f} MiB (bar 500)")  # fmt: skip


def alternatives(folder: Path) -> None:
    """The search alone, on weights that stand: what Yen's algorithm is given, too."""
    network = read_network(folder)
    graph = build_graph(network)
    permission = Permission()
    usable = graph.usable(usable_links(network, permission), usable_services(network, permission))
    cost = np.where(usable, graph.km, np.inf)
    arcs = np.flatnonzero(usable & graph.both)
    igraph = peer("igraph")
    whole = None
    if igraph is not None:
        ends = np.column_stack([graph.tail[arcs], graph.head[arcs]])
        whole = igraph.Graph(n=len(graph.node), edges=ends.tolist())
        whole.es["km"] = graph.km[arcs].tolist()
    for pair in (("Tehran", "Istanbul"), ("Demirli", "Istanbul"), ("Baku", "Trabzon")):
        nodes = [network.nodes.place[name] for name in pair]
        one, two = (graph.vertices_of(node) for node in nodes)
        start_cost = np.zeros(len(one))

        def search(now: np.ndarray, nodes: list = nodes, one: np.ndarray = one) -> Any:
            return best_way(graph, now, nodes, one, np.zeros(len(one)))

        best = np.inf
        for _ in range(6):
            start = clock()
            first = search(cost)
            ways = [first, *diverse(graph, cost, first, 5, search, (one, start_cost, two))]
            best = min(best, clock() - start)
        km = [round(float(graph.km[way.arcs].sum())) for way in ways]
        print(f"ours, {' to '.join(pair)} and 5 alternatives: {1e3 * best:.1f} ms, km {km}")
        if whole is None:
            continue
        sides = [graph.sides[node]["road"] if node in graph.sides else node for node in nodes]
        start = clock()
        found = whole.get_k_shortest_paths(*sides, k=5, weights="km", output="epath")
        theirs = clock() - start
        km = [round(float(graph.km[arcs][way].sum()), 1) for way in found]
        print(f"  igraph's Yen, 5 ways: {theirs:.2f} s, km {km}")
        print(f"  ratio: {theirs / best:.0f} x (bar 300)")


def flow(folder: Path) -> None:
    instance = read_instance(folder / "mcf_instance.json")
    FlowSolver(instance).solve()
    best = np.inf
    for _ in range(5):
        start = clock()
        solver = FlowSolver(instance)
        found = solver.solve()
        best = min(best, clock() - start)
    print(f"ours: {1e3 * best:.1f} ms, objective {found.objective:.9f}, proved above "
          f"{found.bound:.9f}, {found.rounds} rounds")  # fmt: skip
    theirs, objective = _node_arc(instance)
    print(f"HiGHS dual simplex, node-arc model: {theirs:.2f} s, objective {objective:.9f}")
    print(f"ratio: {theirs / best:.0f} x (bar 12)")
    rng = np.random.default_rng(1)
    limited = np.flatnonzero(np.isfinite(instance.capacity_mt))
    used = np.flatnonzero(found.load_mt > 0)
    solver = FlowSolver(instance)
    spent, rounds, gap = 0.0, 0, 0.0
    for _ in range(1000):
        capacity = instance.capacity_mt.copy()
        capacity[limited] *= rng.uniform(0.3, 1.5, len(limited))
        capacity[rng.choice(limited, 20, replace=False)] = 0.0
        capacity[rng.choice(used, 2, replace=False)] = 0.0
        start = clock()
        each = solver.solve(capacity)
        spent += clock() - start
        rounds += each.rounds
        gap = max(gap, abs(each.objective - each.bound) / each.objective)
    print(f"1,000 scenarios (all capacities drawn, 22 arcs shut), warm-started: {spent:.1f} s, "
          f"{rounds} rounds, largest proven gap {gap:.0e}")  # fmt: skip
    print(f"ratio: {spent / theirs:.1f} x one node-arc solve (bar 27)")


def _node_arc(instance: Any) -> tuple[float, float]:
    """Solve the node-arc model: a variable for each commodity and direction of each arc."""
    import highspy
    from scipy.sparse import coo_matrix, csc_matrix, hstack, vstack

    from lodeway.corridors.solver import quiet_highs

    arcs, vertices, many = len(instance.tail), len(instance.vertices), len(instance.commodities)
    position = {name: n for n, name in enumerate(instance.vertices)}
    one = coo_matrix((np.ones(arcs), (instance.tail, np.arange(arcs))), shape=(vertices, arcs))
    two = coo_matrix((np.ones(arcs), (instance.head, np.arange(arcs))), shape=(vertices, arcs))
    balance = hstack([two - one, one - two]).tocsc()
    limited = np.flatnonzero(np.isfinite(instance.capacity_mt))
    blocks, right = [], []
    for number, item in enumerate(instance.commodities):
        lost = np.zeros((vertices, 1))
        lost[position[item.destination], 0] = 1.0
        lost[position[item.origin], 0] = -1.0
        row = [csc_matrix((vertices, 2 * arcs + 1))] * many
        row[number] = hstack([balance, csc_matrix(lost)])
        blocks.append(hstack(row))
        need = np.zeros(vertices)
        need[position[item.destination]] = item.mt_per_y
        need[position[item.origin]] = -item.mt_per_y
        right.append(need)
    pick = coo_matrix((np.ones(len(limited)), (np.arange(len(limited)), limited)),
                      shape=(len(limited), arcs))  # fmt: skip
    share = hstack([pick, pick, csc_matrix((len(limited), 1))])
    matrix = vstack([*blocks, hstack([share] * many)]).tocsc()
    cost = np.tile(np.concatenate([instance.usd_per_t, instance.usd_per_t,
                                   [instance.unserved_usd_per_t]]), many)  # fmt: skip
    rows = np.concatenate(right)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = np.zeros(len(cost)), np.full(len(cost), highspy.kHighsInf)
    model.row_lower_ = np.concatenate([rows, np.full(len(limited), -highspy.kHighsInf)])
    model.row_upper_ = np.concatenate([rows, instance.capacity_mt[limited]])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    solver = quiet_highs()
    solver.setOptionValue("solver", "simplex")
    start = clock()
    solver.passModel(model)
    solver.run()
    return clock() - start, float(solver.getInfo().objective_function_value)


PARTS = {"load": load, "sweep": sweep, "large": large, "alternatives": alternatives, "flow": flow}


def main() -> None:
    folder = data()
    if folder is None:
        return
    asked = [name for name in sys.argv[2:] if name in PARTS] or list(PARTS)
    for name in asked:
        print(f"-- {name}")
        PARTS[name](folder)


if __name__ == "__main__":
    main()
