"""Draws belong to a quantity and an item, never to an order of calls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lodeway.errors import LodewayError
from lodeway.model import Fact
from lodeway.randomness import normal, triangular, uniform


@given(st.integers(0, 2**31), st.integers(1, 300), st.integers(1, 300))
def test_more_draws_do_not_move_the_first(seed, few, more):
    long = uniform(seed, "price", "copper", max(few, more))
    assert (uniform(seed, "price", "copper", few) == long[:few]).all()


@given(st.integers(0, 200), st.integers(1, 50))
def test_slabs_equal_the_whole(first, count):
    whole = uniform(7, "q", "item", first + count)
    assert (uniform(7, "q", "item", count, first=first) == whole[first:]).all()


def test_streams_of_other_items_are_other_streams_and_uniform():
    a, b = uniform(1, "q", "a", 20_000), uniform(1, "q", "b", 20_000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.03
    assert stats.kstest(a, "uniform").pvalue > 1e-3


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_triangular_agrees_with_scipy(low, left, right):
    u = np.linspace(0.001, 0.999, 41)
    mode, high = low + left, low + left + right
    ours = triangular(u, low, mode, high)
    if high - low < 1e-6 * max(1.0, abs(low)):
        assert np.allclose(ours, low, atol=1e-6 * max(1.0, abs(low)))
        return
    peer = stats.triang.ppf(u, (mode - low) / (high - low), loc=low, scale=high - low)
    assert np.allclose(ours, peer, rtol=1e-9, atol=1e-9 * (high - low))


def test_normal_agrees_with_scipy():
    u = np.linspace(0.01, 0.99, 33)
    assert np.allclose(normal(u), stats.norm.ppf(u))


def fact(low, mode, high, unit="t"):
    return Fact(
        "F-1", "f.csv", 2, "s", "q", low, mode, high, unit, "", "", "", "", "", "published", ""
    )


def test_a_fact_upside_down_is_refused():
    with pytest.raises(LodewayError, match=r"f\.csv:2 F-1"):
        fact(3.0, 2.0, 1.0).range("t")


def test_a_fact_without_a_number_says_so():
    with pytest.raises(LodewayError, match="expected a number"):
        fact(None, None, None).range("t")


def test_a_fact_is_the_same_for_everyone_and_within_its_range():
    kg = fact(1.0, 2.0, 4.0).draw(5, 1000, "kg")
    assert (kg == fact(1.0, 2.0, 4.0).draw(5, 2000, "kg")[:1000]).all()
    assert 1000.0 <= kg.min() <= kg.max() <= 4000.0
