"""Flows against the node-arc model, against networkx, and against arithmetic by hand."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lodeway.corridors.flow import FlowReport, FlowSolver
from lodeway.corridors.flow_instance import Commodity, Instance, read_instance
from lodeway.errors import LodewayError


def instance(arcs, commodities, unserved=500.0):
    """Arcs (a, b, cost, capacity or None); commodities (a, b, mt)."""
    names = tuple(sorted({end for arc in arcs for end in arc[:2]}))
    at = {name: n for n, name in enumerate(names)}
    return Instance(
        names,
        np.array([at[arc[0]] for arc in arcs], dtype=np.int32),
        np.array([at[arc[1]] for arc in arcs], dtype=np.int32),
        np.array([float(arc[2]) for arc in arcs]),
        np.array([np.inf if arc[3] is None else float(arc[3]) for arc in arcs]),
        tuple(f"arc {n}" for n in range(len(arcs))),
        tuple(Commodity(f"{a}-{b}", a, b, mt) for a, b, mt in commodities),
        unserved,
    )


def node_arc(problem):
    """Solve the same problem as a node-arc model with another solver interface."""
    arcs, vertices, many = (
        len(problem.tail), len(problem.vertices), len(problem.commodities),
    )  # fmt: skip
    at = {name: n for n, name in enumerate(problem.vertices)}
    width = 2 * arcs + 1
    equal, right = np.zeros((vertices * many, width * many)), np.zeros(vertices * many)
    limits = np.zeros((arcs, width * many))
    for k, item in enumerate(problem.commodities):
        for arc in range(arcs):
            for column, start, end in ((arc, problem.tail, problem.head),
                                       (arcs + arc, problem.head, problem.tail)):  # fmt: skip
                equal[k * vertices + start[arc], k * width + column] -= 1
                equal[k * vertices + end[arc], k * width + column] += 1
            limits[arc, [k * width + arc, k * width + arcs + arc]] = 1
        one, two = at[item.origin], at[item.destination]
        if one != two:
            right[k * vertices + one] -= item.mt_per_y
            right[k * vertices + two] += item.mt_per_y
            equal[k * vertices + one, k * width + 2 * arcs] -= 1
            equal[k * vertices + two, k * width + 2 * arcs] += 1
    cost = np.tile(
        np.concatenate([problem.usd_per_t, problem.usd_per_t, [problem.unserved_usd_per_t]]), many
    )
    held = np.isfinite(problem.capacity_mt)
    found = linprog(cost, A_ub=limits[held] if held.any() else None,
                    b_ub=problem.capacity_mt[held] if held.any() else None,
                    A_eq=equal, b_eq=right, method="highs-ipm")  # fmt: skip
    return found.fun


@st.composite
def problems(draw):
    names = "abcdefg"[: draw(st.integers(3, 7))]
    end = st.sampled_from(names)
    arcs = draw(
        st.lists(st.tuples(end, end, st.integers(0, 9), st.sampled_from([None, 0, 1, 2, 3])),
                 min_size=3, max_size=14)
    )  # fmt: skip
    known = sorted({e for arc in arcs for e in arc[:2]})
    place = st.sampled_from(known)
    wants = draw(st.lists(st.tuples(place, place, st.integers(0, 4)), min_size=1, max_size=4))
    return instance(arcs, wants, unserved=draw(st.sampled_from([12.0, 500.0])))


@settings(max_examples=80, deadline=None)
@given(problems())
def test_the_optimum_is_that_of_the_node_arc_model(problem):
    flow = FlowSolver(problem).solve()
    assert flow.objective == pytest.approx(node_arc(problem), abs=1e-6)
    assert flow.bound == pytest.approx(flow.objective, abs=1e-7)
    assert (flow.load_mt <= problem.capacity_mt + 1e-9).all()


@settings(max_examples=30, deadline=None)
@given(problems(), st.lists(st.sampled_from([0.0, 0.5, 2.0, np.inf]), min_size=14, max_size=14))
def test_a_warm_start_changes_no_answer(problem, capacities):
    capacity = np.array(capacities[: len(problem.tail)])
    solver = FlowSolver(problem)
    solver.solve()
    warm = solver.solve(capacity)
    assert warm.objective == pytest.approx(FlowSolver(problem).solve(capacity).objective, abs=1e-8)
    assert solver.solve().objective == pytest.approx(
        FlowSolver(problem).solve().objective, abs=1e-8
    )


def test_one_commodity_is_a_minimum_cost_flow_of_networkx():
    arcs = [
        ("a", "b", 4, 3),
        ("b", "d", 1, 2),
        ("a", "c", 2, 2),
        ("c", "d", 5, 4),
        ("b", "c", 1, 9),
    ]
    graph = nx.DiGraph()
    for one, two, cost, limit in arcs:
        for start, end in ((one, two), (two, one)):
            graph.add_edge(start, end, weight=cost, capacity=limit)
    graph.nodes["a"]["demand"], graph.nodes["d"]["demand"] = -5, 5
    truth = nx.min_cost_flow_cost(graph)
    assert FlowSolver(instance(arcs, [("a", "d", 5.0)])).solve().objective == pytest.approx(truth)


def test_the_shadow_price_is_what_one_more_tonne_saves():
    arcs = [("a", "b", 5, 1), ("a", "b", 15, 1.5), ("a", "b", 90, None)]
    problem = instance(arcs, [("a", "b", 3.0)])
    flow = FlowSolver(problem).solve()
    more = problem.capacity_mt.copy()
    for arc in range(2):
        more[arc] += 0.01
        better = FlowSolver(problem).solve(more)
        more[arc] -= 0.01
        assert (flow.objective - better.objective) / 0.01 == pytest.approx(
            flow.shadow_usd_per_t[arc], abs=1e-6
        )
    assert flow.shadow_usd_per_t.tolist() == pytest.approx([85.0, 75.0, 0.0])


def test_what_cannot_be_carried_is_said(tmp_path):
    flow = FlowSolver(instance([("a", "b", 5, 1)], [("a", "b", 3.0)])).solve()
    assert flow.unserved_mt.tolist() == [2.0]
    assert flow.objective == 5 + 2 * 500


def test_the_reference_instance(reference_data):
    problem = read_instance(reference_data("corridors/mcf_instance.json"))
    flow = FlowSolver(problem).solve()
    assert flow.objective == pytest.approx(728.554455, abs=1e-6)
    assert flow.objective - flow.bound < 1e-7
    assert not flow.unserved_mt.any()
    told = FlowReport(problem, flow).as_dict()
    dual = sum(item["usd_per_t"] * item["capacity_mt_per_y"] for item in told["shadow_prices"])
    sold = sum(told["commodity_prices"][c.name] * c.mt_per_y for c in problem.commodities)
    assert sold - dual == pytest.approx(flow.objective, abs=1e-6)  # strong duality, by hand


def write(folder, data, arcs="a,b,cost_usd_t,cap_mt,what\n1,2,5,,x\n"):
    (folder / "f.json").write_text(json.dumps(data))
    (folder / "f_arcs.csv").write_text(arcs)
    return folder / "f.json"


GOOD = {"commodities": [{"frm": 1, "to": 2, "mt": 1.0, "name": "x"}]}
BAD = {
    "no list": ({}, None, "commodities"),
    "negative demand": (
        {"commodities": [{"frm": 1, "to": 2, "mt": -1}]},
        None,
        "commodities[0].mt",
    ),
    "demand as text": (
        {"commodities": [{"frm": 1, "to": 2, "mt": "1"}]},
        None,
        "commodities[0].mt",
    ),
    "unknown end": ({"commodities": [{"frm": 1, "to": 3, "mt": 1}]}, None, "commodities[0].to"),
    "no end": ({"commodities": [{"frm": 1, "mt": 1}]}, None, "commodities[0].to"),
    "negative cost": (GOOD, "a,b,cost_usd_t\n1,2,-5\n", "f_arcs.csv:2 cost_usd_t"),
    "negative capacity": (GOOD, "a,b,cost_usd_t,cap_mt\n1,2,5,-1\n", "f_arcs.csv:2 cap_mt"),
    "comma": (GOOD, 'a,b,cost_usd_t,cap_mt\n1,2,"5,5",1\n', "f_arcs.csv:2 cost_usd_t"),
    "outside": ({**GOOD, "arcs": "../x.csv"}, None, "f.json arcs"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_instances_are_refused(name, tmp_path):
    data, arcs, where = BAD[name]
    path = write(tmp_path, data, arcs) if arcs else write(tmp_path, data)
    with pytest.raises(LodewayError) as caught:
        read_instance(path)
    assert where in caught.value.where + caught.value.got


def test_arcs_may_stand_in_the_file_or_in_another(tmp_path):
    inline = {**GOOD, "arcs": [{"a": 1, "b": 2, "cost_usd_t": 5}], "unserved_usd_per_t": 7}
    assert read_instance(write(tmp_path, inline)).unserved_usd_per_t == 7
    (tmp_path / "other.csv").write_text("a,b,cost_usd_t\n1,2,9\n")
    named = read_instance(write(tmp_path, {**GOOD, "arcs": "other.csv"}))
    assert named.usd_per_t.tolist() == [9.0]


def test_the_solver_says_nothing_on_standard_output(capfd):
    FlowSolver(instance([("a", "b", 5, 1)], [("a", "b", 1.0)])).solve()
    assert capfd.readouterr().out == ""
