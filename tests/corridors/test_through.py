"""The cheapest way through a change, against networkx on two layers: before and after its use."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.corridors.graph import compressed_rows
from lodeway.corridors.through import _through_worlds


@st.composite
def graphs(draw):
    vertices = draw(st.integers(2, 9))
    ends = st.integers(0, vertices - 1)
    arc = st.tuples(ends, ends, st.integers(1, 9), st.booleans(), st.booleans())
    return vertices, draw(st.lists(arc, min_size=1, max_size=30))


def layered(vertices, arcs):
    """Return the least cost from (0, unused) to (last, used): (tail, head, cost, both, new)."""
    graph = nx.DiGraph()
    graph.add_nodes_from((vertex, layer) for vertex in range(vertices) for layer in (0, 1))
    for one, two, cost, both, new in arcs:
        for tail, head in [(one, two), (two, one)] if both else [(one, two)]:
            for start, end in [(0, 0), (1, 1), *([(0, 1)] if new else [])]:
                old = graph.get_edge_data((tail, start), (head, end), {"cost": np.inf})["cost"]
                graph.add_edge((tail, start), (head, end), cost=min(old, cost))
    try:
        return nx.dijkstra_path_length(graph, (0, 0), (vertices - 1, 1), weight="cost")
    except nx.NetworkXNoPath:
        return np.inf


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_the_way_through_is_that_of_a_graph_with_two_layers(case):
    vertices, arcs = case
    tail, head = (np.array([arc[n] for arc in arcs], dtype=np.int32) for n in (0, 1))
    both = np.array([arc[3] for arc in arcs])
    new = np.flatnonzero([arc[4] for arc in arcs]).astype(np.int32)
    cost = np.array([[float(arc[2]) for arc in arcs]])
    least = _through_worlds(
        *compressed_rows(vertices, tail, head, both), *compressed_rows(vertices, head, tail, both),
        cost, np.zeros(1, np.int32), np.zeros((1, 1)), np.array([vertices - 1], np.int32),
        new, tail[new], head[new], both[new],
    )  # fmt: skip
    assert least[0] == layered(vertices, arcs)


def test_a_shut_gate_has_the_toll_that_opening_it_saves(folder, make_context):
    """Where the opened way is taken, going through it costs what the best way costs."""
    from lodeway.corridors.stage import run

    freight = run(make_context(folder)).data["freight"]
    through = freight["through_usd_per_wet_t"].sel(state="east")
    known = freight["known_usd_per_wet_t"]
    assert np.isnan(freight["through_usd_per_wet_t"].sel(state="today")).all()
    best, before = known.sel(state="east"), known.sel(state="today")
    taken = (best < before - 1e-9).to_numpy()
    assert taken.any()
    np.testing.assert_allclose(through.to_numpy()[taken], best.to_numpy()[taken], rtol=1e-12)
    assert (through.to_numpy() >= best.to_numpy() - 1e-9).all()
