"""Bad years: CVaR against the linear programme, covers by hand, chokepoints by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from lodeway.corridors.flow import FlowSolver
from lodeway.corridors.flow_instance import Commodity, Instance
from lodeway.corridors.resilience import (
    chokepoints,
    cvar,
    insurance,
    storage,
    tonnes_that_pay,
    years_of_flow,
)
from lodeway.errors import LodewayError

LOSSES = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).map(np.array)


@given(LOSSES, st.floats(0, 0.98))
def test_cvar_is_the_minimum_of_rockafellar_and_uryasev(losses, level):
    def objective(at):
        return at + np.maximum(losses - at, 0).mean() / (1 - level)

    best = min([objective(at) for at in losses])  # the minimum lies at one of the losses
    assert cvar(losses, level) == pytest.approx(best, rel=1e-9, abs=1e-6)
    found = minimize_scalar(objective, bounds=(losses.min(), losses.max() + 1), method="bounded")
    assert cvar(losses, level) <= found.fun + 1e-3 + 1e-6 * abs(found.fun)


@given(LOSSES, st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1))
def test_a_cover_is_worth_no_less_than_nothing(losses, deductible, limit, caution):
    cover = insurance(losses, deductible, limit, caution=caution)
    assert cover.mean_saved >= -1e-9
    assert cover.worth_to_the_cautious >= -1e-6
    assert cover.cvar_after <= cover.cvar_before + 1e-6


def test_the_cautious_pay_more_than_the_mean():
    losses = np.array([0.0] * 19 + [1000.0])
    cover = insurance(losses, 0.0, 1e9, caution=0.5)
    assert cover.mean_saved == 50.0
    assert cover.worth_to_the_cautious == pytest.approx(0.5 * 50 + 0.5 * 1000)


def test_a_store_by_hand():
    """10 days shut at 100 t a day; 400 t wait, 600 t are late at 20 USD."""
    cover = storage(np.array([10.0, 0.0]), 100.0, 400.0, 20.0, level=0.5)
    assert cover.mean_saved == 400 * 20 / 2
    assert (cover.cvar_before, cover.cvar_after) == (20_000.0, 12_000.0)
    twice = storage(np.array([10.0, 0.0]), 100.0, 400.0, 20.0, closures_per_y=2.0)
    assert twice.mean_saved == 800 * 20 / 2


def small():
    names = ("a", "b", "c", "d")
    tail = np.array([0, 1, 0, 2], dtype=np.int32)
    head = np.array([1, 3, 2, 3], dtype=np.int32)
    cost = np.array([1.0, 1.0, 5.0, 5.0])
    return Instance(names, tail, head, cost, np.array([9.0, 9.0, 1.0, 9.0]), ("x",) * 4,
                    (Commodity("k", "a", "d", 2.0),), 100.0)  # fmt: skip


def test_chokepoints_are_ranked_by_expected_loss():
    problem = small()
    found = chokepoints(problem, {"cheap": [0], "dear": [2], "both": [0, 2]},
                        {"cheap": 36.525, "dear": 365.25, "both": 3.6525})  # fmt: skip
    by_name = {one.name: one for one in found}
    assert by_name["cheap"].loss_musd_per_y == pytest.approx(1 * 10 + 1 * 100 - 2 * 2)
    assert by_name["cheap"].expected_musd_per_y == pytest.approx(10.6)
    assert by_name["dear"].loss_musd_per_y == 0.0
    assert by_name["both"].unserved_mt == 2.0
    assert [one.name for one in found] == ["cheap", "both", "dear"]


def test_years_grow_in_and_share_with_others():
    problem = small()
    flows = years_of_flow(problem, np.array([[0.5], [1.0]]),
                          np.array([[0.0] * 4, [8.0, 0, 0, 0]]))  # fmt: skip
    assert flows[0].objective == pytest.approx(2.0)
    assert flows[1].objective == pytest.approx(1 * 2 + 1 * 10)
    with pytest.raises(LodewayError):
        years_of_flow(problem, np.ones(3))


def test_the_real_instance_has_chokepoints(reference_data):
    from lodeway.corridors.flow_instance import read_instance

    problem = read_instance(reference_data("corridors/mcf_instance.json"))
    base = FlowSolver(problem).solve()
    pairs = {"AZE-GEO rail": "border|AZE-GEO|rail", "GEO-TUR road": "border|GEO-TUR|road"}
    groups = {name: [n for n, what in enumerate(problem.what) if what == word]
              for name, word in pairs.items()}  # fmt: skip
    for one in chokepoints(problem, groups):
        capacity = problem.capacity_mt.copy()
        capacity[groups[one.name]] = 0.0
        cold = FlowSolver(problem).solve(capacity)
        assert one.loss_musd_per_y == pytest.approx(cold.objective - base.objective, abs=1e-6)


@pytest.mark.parametrize("call", [
    lambda: cvar(np.ones(2), 1.0), lambda: insurance(np.ones(2), -1, 1),
    lambda: insurance(np.ones(2), 1, 1, caution=2), lambda: storage(np.ones(2), -1, 1, 1),
])  # fmt: skip
def test_bad_numbers_are_refused(call):
    with pytest.raises(LodewayError):
        call()


def test_a_link_without_saving_is_never_paid():
    assert tonnes_that_pay(1e9, 0.0, 0.05, 30) == float("inf")
    assert tonnes_that_pay(300.0, 1.0, 0.0, 30) == 10.0
