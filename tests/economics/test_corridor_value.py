"""Value of a corridor: Shapley's axioms, and gains that sum to the whole."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.economics.corridor_value import annuity, response_range, shapley, subsets
from lodeway.economics.gains import Margins, split
from lodeway.economics.netback import Choice
from lodeway.economics.world import Product

numbers = st.floats(-1e4, 1e4)


@given(st.integers(1, 4), st.integers(0, 10_000))
def test_shares_sum_to_the_worth_of_the_whole(changes, seed):
    dice = np.random.default_rng(seed)
    worth = {subset: dice.normal(size=3) for subset in subsets(changes)}
    shares = shapley(worth, changes)
    whole = worth[frozenset(range(changes))] - worth[frozenset()]
    assert np.allclose(shares.sum(axis=0), whole)


def test_a_railway_to_a_shut_gate_is_worth_nothing_and_a_dummy_gets_nothing():
    """Shapley's dummy and symmetry axioms on a glove game, worked by hand."""
    worth = {subset: np.array(10.0 if {0, 1} <= subset else 0.0) for subset in subsets(3)}
    assert shapley(worth, 3).tolist() == [5.0, 5.0, 0.0]
    assert worth[frozenset({0})] == 0.0


def test_annuity_agrees_with_the_sum_of_a_geometric_series():
    payment = float(annuity(np.array(1.0), 0.07, 25))
    assert abs(sum(payment / 1.07**year for year in range(1, 26)) - 1.0) < 1e-12


@given(numbers, numbers, st.floats(0, 1))
def test_a_corridor_that_is_not_used_changes_nothing_in_response(freight, haul, avoidable):
    one = np.ones(1)
    low, high = response_range(
        freight * one, freight * one, haul * one, haul * one, avoidable * one
    )
    assert low[0] == high[0] == 0.0


amount = st.floats(0.0, 1e3)


@settings(max_examples=80)
@given(st.lists(amount, min_size=8, max_size=8), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_gains_sum_to_what_the_freight_truly_costs_less(values, passed, carrier, transit):
    def product(delivered, freight, haul, fees):
        arrays = [np.array([v]) for v in (delivered, freight, haul, fees)]
        gross, paid, hauled, border = arrays
        gate = gross - passed * paid
        choice = Choice(np.zeros(1, dtype=np.int64), gross - paid)
        left = gross - paid
        return Product(choice, left, gate, left, gross, paid, gate, hauled, border)

    parts = split(
        product(*values[:4]), product(*values[4:]), np.array([1000.0]),
        Margins(np.array([carrier]), np.array([transit])),
        shares_with={"AAA": 0.25, "BBB": 0.75}, shares_without={"CCC": 1.0},
    )  # fmt: skip
    whole = parts.pop("whole")
    assert np.allclose(sum(parts.values()), whole, atol=1e-6)
