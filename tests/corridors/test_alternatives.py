"""Alternatives: different, not much dearer, and the same whatever found them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from lodeway.corridors.alternatives import MOST_OVERLAP, MOST_STRETCH, Way, alternatives, shared
from lodeway.corridors.graph import build_graph
from lodeway.corridors.matrix import matrix, matrix_rows, read_places
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import best_way, find_routes
from lodeway.corridors.two_trees import turned_rows, two_trees
from lodeway.errors import LodewayError


@pytest.fixture(scope="module")
def real(reference_data):
    network = read_network(reference_data("corridors"))
    return network, build_graph(network)


PAIRS = [("Tehran", "Istanbul"), ("Demirli", "Poti"), ("Baku", "Trabzon"), ("Tashkent", "Poti")]


@pytest.mark.parametrize("pair", PAIRS)
def test_alternatives_differ_and_are_not_much_longer(real, pair):
    network, graph = real
    permission = Permission(("road", "rail", "sea", "ferry"))
    routes = find_routes(network, *pair, 5, permission=permission, graph=graph)
    assert len(routes) == 6
    km = dict(zip(network.links.ids, network.links.km.tolist(), strict=True))
    for one, two in combinations(routes, 2):
        common = sum(km[link] for link in set(one.links) & set(two.links))
        assert common <= MOST_OVERLAP * min(one.length_km, two.length_km) + 1e-6
    for route in routes:
        assert route.length_km <= MOST_STRETCH * routes[0].length_km + 1e-6
        assert sum(km[link] for link in route.links) == pytest.approx(route.length_km)
        assert len(set(route.links)) == len(route.links)


def test_the_best_is_the_same_with_and_without_alternatives(real):
    network, graph = real
    for by in ("km", "cost", "hours"):
        permission = Permission(("road", "rail", "sea", "ferry"))
        alone = find_routes(network, "Demirli", "Samsun", 0, permission=permission, by=by,
                            graph=graph)  # fmt: skip
        several = find_routes(network, "Demirli", "Samsun", 3, permission=permission, by=by,
                              graph=graph)  # fmt: skip
        assert alone[0] == several[0]
        field = {"km": "length_km", "cost": "cost_usd_per_t", "hours": "hours"}[by]
        best = getattr(several[0], field)
        assert all(getattr(route, field) >= best - 1e-9 for route in several)


def test_by_way_of_a_place_the_penalty_method_serves(real):
    network, graph = real
    routes = find_routes(network, "Baku", "Trabzon", 2, via=("Tbilisi",), graph=graph)
    assert len(routes) >= 2
    assert routes[1].length_km <= 1.5 * routes[0].length_km


def test_few_alternatives_where_there_are_few(folder):
    network = read_network(folder)
    assert len(find_routes(network, "Mine", "Port", 4)) == 1
    open_east = Permission(open_gates=("East",))
    both = find_routes(network, "Mine", "Port", 4, permission=open_east)
    assert [route.length_km for route in both] == [102.0]  # the northern way is 1.8 times as long
    with pytest.raises(LodewayError):
        find_routes(network, "Mine", "Port", -1)


def test_two_trees_meet_at_the_shortest_way(real):
    network, graph = real
    cost = graph.km
    nodes = [network.nodes.place[name] for name in ("Baku", "Ankara")]
    one, two = (graph.vertices_of(node) for node in nodes)
    start = np.zeros(len(one))
    way = best_way(graph, cost, nodes, one, start)
    rows = (graph.first, graph.neighbour, graph.arc_of)
    assert two_trees(rows, graph.turned, cost, one, start, two, 1.0)[0] == pytest.approx(way.length)


def test_rows_turned_round_are_those_of_the_turned_graph(folder):
    from lodeway.corridors.graph import compressed_rows

    tail = np.array([0, 1, 2, 0, 3], dtype=np.int32)
    head = np.array([1, 2, 0, 3, 1], dtype=np.int32)
    both = np.array([True, False, True, False, False])
    rows = compressed_rows(4, tail, head, both)
    mine = turned_rows(4, tail, head, both, rows)
    true = compressed_rows(4, np.where(both, tail, head), np.where(both, head, tail), both)
    for vertex in range(4):
        part = [sorted(zip(r[1][r[0][vertex] : r[0][vertex + 1]].tolist(),
                           r[2][r[0][vertex] : r[0][vertex + 1]].tolist(), strict=True))
                for r in (mine, true)]  # fmt: skip
        assert part[0] == part[1]


def test_overlap_is_a_share_of_the_shorter(folder):
    graph = build_graph(read_network(folder))
    assert shared(graph, [1, 2], [1, 5, 6, 7]) == pytest.approx(50 / 60)
    best = Way([1], [1], 0, 50.0)
    assert alternatives(graph, graph.km, best, 0, lambda _: None, None) == []


def test_a_matrix_leaves_unreachable_pairs_empty(folder, tmp_path):
    network = read_network(folder)
    (tmp_path / "p.csv").write_text("place,kind\nMine,x\nPort,x\nPlant,x\n")
    names = read_places(tmp_path / "p.csv")
    table = matrix(network, names, Permission())
    rows = {(r["from"], r["to"]): r["km"] for r in matrix_rows(names, table, "km")}
    assert rows["Mine", "Port"] == rows["Port", "Mine"] == 182.0
    assert rows["Mine", "Plant"] is None
    assert len(rows) == 6


def test_a_matrix_agrees_with_routes(real):
    network, graph = real
    names = ("Demirli", "Kars", "Poti", "Baku", "Yerevan")
    permission = Permission(avoid=("IRN", "SYR"))
    table = matrix(network, names, permission)
    for row, one in enumerate(names):
        for column, two in enumerate(names):
            if one != two:
                route = find_routes(network, one, two, 0, permission=permission, graph=graph)[0]
                assert table[row, column] == pytest.approx(route.length_km, abs=1e-9)


@pytest.mark.parametrize("text", ["", "place\n", "place,x\nMine,1\nMine,2\n", "Mine\nMine\n"])
def test_bad_lists_of_places_are_refused(text, tmp_path):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(LodewayError):
        read_places(tmp_path / "p.csv")
