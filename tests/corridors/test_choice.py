"""A clone is worth nothing; a gain is split; nobody is paid for luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.corridors.choice import Corridors, choose, path_size_shares, worth
from lodeway.errors import LodewayError


def world(seed, corridors=3, draws=40, shut=0.3):
    rng = np.random.default_rng(seed)
    known = rng.uniform(50, 150, (corridors, draws))
    return Corridors(known, known + rng.normal(0, 20, known.shape),
                     rng.uniform(0, shut, known.shape), 5.0)  # fmt: skip


def cloned(one, number):
    tables = (one.known, one.realised, one.shut_share)
    longer = [np.concatenate([table, table[[number]]]) for table in tables]
    return Corridors(*longer, one.reroute_usd_per_t, (0, 1, 2, number))


@given(st.integers(0, 10_000), st.integers(0, 2))
def test_a_clone_that_shuts_with_its_original_is_worth_nothing(seed, number):
    """A copy of a corridor is the same road: it is shut when the original is."""
    one = world(seed)
    found = worth(cloned(one, number), range(3), [3])
    assert found.gain == found.mean_gain == found.option_gain == 0.0
    assert found.p_used == 0.0


@given(st.integers(0, 10_000))
def test_one_more_corridor_never_looks_worse_when_choosing(seed):
    one = world(seed)
    few, many = choose(one, [0, 1]), choose(one)
    rows = np.arange(one.known.shape[1])
    assert (one.known[many.corridor, rows] <= one.known[few.corridor, rows]).all()


def test_gains_are_split_and_bounded():
    one = world(4, draws=4000, shut=0.0)
    found = worth(one, [0, 1], [2])
    assert found.gain == pytest.approx(found.mean_gain + found.option_gain)
    assert found.option_gain > 0
    assert found.gain < found.upper_bound
    assert 0.2 < found.p_used < 0.5


def test_by_hand_with_a_closure():
    """Cheap 10, shut a quarter of the time; dear 30; rerouting costs 4."""
    one = Corridors(np.array([[10.0], [30.0]]), np.array([[10.0], [30.0]]),
                    np.array([[0.25], [0.0]]), 4.0)  # fmt: skip
    assert choose(one).paid.tolist() == [0.75 * 10 + 0.25 * 34]
    assert choose(one, [1]).paid.tolist() == [30.0]
    found = worth(one, [1], [0])
    assert found.gain == pytest.approx(30 - 16)
    assert (found.option_gain, found.p_used) == (0.0, 1.0)


def test_a_shock_does_not_sway_the_choice():
    known = np.array([[10.0, 10.0], [11.0, 11.0]])
    one = Corridors(known, np.array([[10.0, 90.0], [11.0, 11.0]]), np.zeros((2, 2)))
    assert choose(one).corridor.tolist() == [0, 0]
    assert choose(one).paid.tolist() == [10.0, 90.0]


def test_no_way_has_no_price():
    one = Corridors(np.array([[np.inf], [5.0]]), np.array([[5.0], [5.0]]), np.zeros((2, 1)))
    assert choose(one, [0]).corridor.tolist() == [-1]
    with pytest.raises(LodewayError) as caught:
        worth(one, [0], [1])
    assert caught.value.code == "no-route"
    with pytest.raises(LodewayError):
        Corridors(np.ones((1, 1)), np.ones((1, 1)), np.full((1, 1), 1.1))


def test_two_names_for_one_road_draw_no_more_cargo():
    cost, hours = np.array([10.0, 12.0]), np.array([5.0, 3.0])
    parts = [[("a", 50.0), ("b", 50.0)], [("a", 50.0), ("c", 70.0)]]
    options = {"scale_per_usd": 0.2, "usd_per_t_hour": 0.5}
    two = path_size_shares(cost, hours, parts, **options)
    three = path_size_shares(np.append(cost, 30.0), np.append(hours, 0.0), [*parts, [("d", 9.0)]],
                             **options)  # fmt: skip
    twice = path_size_shares(np.append(np.append(cost, 30.0), 30.0),
                             np.append(np.append(hours, 0.0), 0.0),
                             [*parts, [("d", 9.0)], [("d", 9.0)]], **options)  # fmt: skip
    assert two.sum() == pytest.approx(1)
    assert twice[2:].sum() == pytest.approx(three[2], abs=1e-15)
    assert twice[:2] == pytest.approx(three[:2])


def test_plain_logit_without_overlap():
    shares = path_size_shares(np.array([0.0, 10.0]), np.zeros(2), [[("a", 1.0)], [("b", 1.0)]],
                              scale_per_usd=0.1, usd_per_t_hour=0.0)  # fmt: skip
    assert shares[0] / shares[1] == pytest.approx(np.e)
