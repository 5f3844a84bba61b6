"""The overlay against the whole network, and the search against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.corridors.cost import price_all
from lodeway.corridors.freight import Shipment, run_sweep
from lodeway.corridors.graph import build_graph, compressed_rows
from lodeway.corridors.network import read_network
from lodeway.corridors.overlay import build_overlay, unpack
from lodeway.corridors.permission import Permission
from lodeway.corridors.rates import RateBook
from lodeway.corridors.scenario import apply, special_links, states
from lodeway.corridors.search import dijkstra


@st.composite
def graphs(draw):
    vertices = draw(st.integers(2, 12))
    ends = st.integers(0, vertices - 1)
    arcs = draw(st.lists(st.tuples(ends, ends, st.integers(1, 9)), min_size=1, max_size=40))
    return vertices, arcs, draw(st.permutations(range(len(arcs))))


def _distances(vertices, arcs):
    tail, head = (np.array([arc[n] for arc in arcs], dtype=np.int32) for n in (0, 1))
    rows = compressed_rows(vertices, tail, head, np.ones(len(arcs), dtype=bool))
    km = np.array([float(arc[2]) for arc in arcs])
    source, start = np.zeros(1, dtype=np.int32), np.zeros(1)
    return dijkstra(*rows, km, source, start, np.zeros(vertices, dtype=bool))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_distances_are_those_of_networkx_in_any_order_of_links(case):
    vertices, arcs, order = case
    peer = nx.Graph()
    peer.add_nodes_from(range(vertices))
    for one, two, km in arcs:  # parallel links: the shortest, never the sum
        if not peer.has_edge(one, two) or peer[one][two]["km"] > km:
            peer.add_edge(one, two, km=km)
    truth = nx.single_source_dijkstra_path_length(peer, 0, weight="km")
    for chosen in (arcs, [arcs[n] for n in order]):
        dist, before, by_arc = _distances(vertices, chosen)
        assert [truth.get(v, np.inf) for v in range(vertices)] == dist.tolist()
        for vertex in range(vertices):
            if by_arc[vertex] >= 0:
                assert dist[vertex] == dist[before[vertex]] + chosen[by_arc[vertex]][2]


def test_of_two_equal_arcs_the_smaller_number_is_kept():
    _, _, by_arc = _distances(3, [(1, 2, 5), (0, 1, 3), (0, 1, 3), (0, 2, 8)])
    assert by_arc.tolist() == [-1, 1, 0]


def _same(network, permission, scenarios, shipments, draws):
    """Compare overlay and whole network in every state, and return how many paths were found."""
    graph = build_graph(network)
    every = states(scenarios, 2026)
    conditions = [apply(network, permission, state.changes) for state in every]
    links = np.any([found.links for found in conditions], axis=0)
    services = np.any([found.services for found in conditions], axis=0)
    stops = {n for ship in shipments for n in (ship.origin, ship.via, *ship.targets)} - {-1}
    overlay = build_overlay(
        graph, graph.usable(links, services), special_links(network, permission, every), stops
    )
    found_paths = 0
    for found in conditions:
        book = RateBook(network.rates, 11, draws, dict(found.rates))
        prices = price_all(network, graph, book, permission.modes, found.delays)
        for ship in shipments:
            whole, _, _ = run_sweep(graph, graph.usable(found.links, found.services), prices, ship)
            small, _, _ = run_sweep(
                overlay.graph, overlay.graph.usable(found.links, found.services), prices, ship
            )
            assert (np.isfinite(whole.total) == np.isfinite(small.total)).all()
            np.testing.assert_allclose(small.total, whole.total, rtol=1e-9)
            np.testing.assert_allclose(small.km_by_rate.sum(2), whole.km_by_rate.sum(2), rtol=1e-6)
            found_paths += int(np.isfinite(whole.total).sum())
    return found_paths, overlay


def test_overlay_equals_the_small_network(folder):
    network = read_network(folder)
    scenarios = [
        {"name": "today"},
        {"name": "x", "change": [
            {"kind": "gate", "id": "East", "status": "open"},
            {"kind": "link", "id": "New railway*", "include": "planned"},
            {"kind": "link", "id": "7", "status": "closed"},
            {"kind": "gate", "id": "North", "factor": 3.0},
        ]},
    ]  # fmt: skip
    value = np.full(8, 900.0)
    place = network.nodes.place
    ships = [
        Shipment("a", place["Mine"], -1, value, ("a>b", "a>c"), (place["Port"], place["Plant"])),
        Shipment("b", place["Mine"], place["Hub"], value, ("b>c",), (place["Plant"],)),
        Shipment("c", place["Mine"], place["Port"], value, ("c>b",), (place["Port"],)),
    ]
    found, overlay = _same(network, Permission(("road", "rail", "sea")), scenarios, ships, 8)
    assert found > 0
    for arc in range(len(overlay.graph.km)):
        tail = int(overlay.graph.tail[arc])
        arcs, vertices = unpack(overlay, arc, tail)
        assert overlay.whole.km[arcs].sum() == pytest.approx(overlay.graph.km[arc])
        assert vertices[-1] == overlay.vertex[overlay.graph.head[arc]]


def test_overlay_equals_the_real_network_in_random_states(reference_data):
    network = read_network(reference_data("corridors"))
    rng = np.random.default_rng(5)
    gates = [gate.id for gate in network.gates]
    places = list(network.nodes.place)
    kinds = [("open", 1.0), ("closed", 1.0), ("", 2.5)]
    changes = []
    for gate in rng.choice(gates, 6, replace=False):
        status, factor = kinds[int(rng.integers(3))]
        changes.append({"kind": "gate", "id": str(gate), "status": status, "factor": factor})
    railway = {"kind": "link", "id": "TRIPP railway*", "include": "planned"}
    scenarios = [
        {"name": "today"}, {"name": "x", "change": changes[:3]},
        {"name": "y", "change": [railway, *changes[4:]]},
    ]  # fmt: skip
    ships = []
    for number in range(2):
        names = [str(name) for name in rng.choice(places, 8, replace=False)]
        nodes = [network.nodes.place[name] for name in names]
        via = nodes[1] if number else -1
        lanes = tuple(f"s>{name}" for name in names[2:])
        ships.append(Shipment("s", nodes[0], via, np.full(2, 1500.0), lanes, tuple(nodes[2:])))
    found, overlay = _same(
        network, Permission(("road", "rail", "sea", "ferry")), scenarios, ships, 2
    )
    assert found > 100
    assert len(overlay.graph.node) < 2500
