"""The hierarchy against Dijkstra on the whole network: prices, closures, one-way legs, slabs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.corridors.cost import price_all
from lodeway.corridors.graph import build_graph
from lodeway.corridors.hierarchy import Query, build_hierarchy, slabs
from lodeway.corridors.network import read_network
from lodeway.corridors.overlay import build_overlay
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.rates import RateBook
from lodeway.corridors.scenario import special_links, states
from lodeway.corridors.search import dijkstra


def whole(graph, usable, sources, targets, per_km, once, start):
    """Run one Dijkstra for each world, origin by origin."""
    found = np.full((len(per_km), len(sources), len(targets)), np.inf)
    nothing = np.zeros(len(graph.node), dtype=bool)
    for world in range(len(per_km)):
        rates, fixed = np.append(per_km[world], 0.0), np.append(once[world], 0.0)
        cost = np.where(usable, graph.km * rates[graph.rate] + fixed[graph.fixed], np.inf)
        cost = np.where(np.isnan(cost), np.inf, cost)
        for row, sides in enumerate(sources):
            dist = dijkstra(graph.first, graph.neighbour, graph.arc_of, cost, sides,
                            start[row][world], nothing)[0]  # fmt: skip
            found[world, row] = [dist[end].min() for end in targets]
    return found


def compare(folder, modes, stops, worlds, seed, shut_share):
    network = read_network(folder)
    permission = Permission(modes)
    graph = build_graph(network)
    links, services = usable_links(network, permission), usable_services(network, permission)
    special = special_links(network, permission, states([{"name": "today"}], 2026))
    nodes = [network.nodes.place[name] for name in stops]
    overlay = build_overlay(graph, graph.usable(links, services), special, nodes)
    small = overlay.graph
    prices = price_all(network, graph, RateBook(network.rates, seed, worlds), modes)
    value = np.linspace(100, 3000, worlds)
    per_km, once = prices.when_choosing(value)
    shut = np.random.default_rng(seed).random(once.shape) < shut_share
    gates = np.array([price.kind == "gate" for price in graph.prices], dtype=bool)
    once = np.where(shut & gates, np.inf, once)
    cut = len(nodes) // 2
    sides = [[g.vertices_of(node) for node in nodes] for g in (small, graph)]
    start = [[prices.start(g, side, value) for side in s[:cut]]
             for g, s in zip((small, graph), sides, strict=True)]  # fmt: skip
    query = Query(build_hierarchy(small), tuple(sides[0][:cut]), tuple(sides[0][cut:]))
    mine = query.costs(per_km, once, small.usable(links, services), start[0])
    true = whole(graph, graph.usable(links, services), sides[1][:cut], sides[1][cut:], per_km,
                 once, start[1])  # fmt: skip
    assert (np.isfinite(mine) == np.isfinite(true)).all()
    good = np.isfinite(true)
    np.testing.assert_allclose(mine[good], true[good], rtol=1e-9)
    return good


def test_small_network(folder):
    good = compare(folder, ("road", "rail", "sea"), ["Mine", "Hub", "Port", "Plant"], 21, 3, 0.3)
    assert good.any()
    assert not good.all()  # some worlds shut every gate: the same ones on both sides


def test_real_network_with_a_tenth_of_the_gates_shut(reference_data):
    stops = ["Demirli", "Kajaran", "Tashkent", "Kabul", "Poti", "Istanbul", "Pirdop", "Urumqi"]
    good = compare(reference_data("corridors"), ("road", "rail", "sea", "ferry"), stops, 11, 5, 0.1)
    assert good.mean() > 0.8


def test_one_way_services_are_one_way(folder):
    (folder / "services.csv").write_text(
        "service,from,to,mode,length_km,hours_low,hours_mode,hours_high,usd_per_t_low,"
        "usd_per_t_mode,usd_per_t_high,contains,status,countries,source,confidence\n"
        "ship,Port,Far,sea,900,50,60,70,9,10,12,haul|loading,open,BBB,test,assumption\n"
    )
    network = read_network(folder)
    permission = Permission(("road", "sea"))
    graph = build_graph(network)
    usable = graph.usable(usable_links(network, permission), usable_services(network, permission))
    tree = build_hierarchy(graph)
    sides = [graph.vertices_of(network.nodes.place[name]) for name in ("Port", "Far")]
    prices = price_all(network, graph, RateBook(network.rates, 1, 3), ("road", "sea"))
    per_km, once = prices.when_choosing(np.zeros(3))
    costs = Query(tree, tuple(sides), tuple(sides)).costs(per_km, once, usable)
    assert np.isfinite(costs[:, 0, 1]).all()
    assert np.isinf(costs[:, 1, 0]).all()
    assert costs[:, 0, 1] == pytest.approx(once[:, graph.fixed[-1]])


def test_slabs_change_nothing(folder):
    network = read_network(folder)
    graph = build_graph(network)
    modes = ("road", "rail", "sea")
    together = price_all(network, graph, RateBook(network.rates, 9, 50), modes)
    for first, count in slabs(50, 17):
        part = price_all(network, graph, RateBook(network.rates, 9, count, first=first), modes)
        for name in ("haul", "fee", "hours", "cost", "inventory"):
            whole_array = getattr(together, name)[first : first + count]
            assert (getattr(part, name) == whole_array).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(1, 25), st.integers(0, 2**31))
def test_any_graph(vertices, arcs, seed):
    from lodeway.corridors.graph import Graph, compressed_rows

    rng = np.random.default_rng(seed)
    tail, head = rng.integers(0, vertices, (2, arcs)).astype(np.int32)
    both = rng.random(arcs) < 0.7
    none = np.full(arcs, -1, dtype=np.int32)
    graph = Graph(
        np.arange(vertices, dtype=np.int32), ("",) * vertices, {}, tail, head,
        rng.integers(0, 9, arcs).astype(float), np.zeros(arcs, dtype=np.int32), none, none, both,
        (("road", ()),), (), *compressed_rows(vertices, tail, head, both),
    )  # fmt: skip
    every = tuple(np.array([v], dtype=np.int32) for v in range(vertices))
    per_km = rng.integers(1, 5, (10, 1)).astype(float)
    start = [np.zeros((10, 1))] * vertices
    usable = rng.random(arcs) < 0.8
    mine = Query(build_hierarchy(graph), every, every).costs(per_km, np.zeros((10, 0)), usable)
    true = whole(graph, usable, every, every, per_km, np.zeros((10, 0)), start)
    np.testing.assert_array_equal(mine, true)
