"""A stockpile after a schedule: answers by hand, and the law that it never loses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.mine.problem import Problem, Schedule
from lodeway.mine.stockpile import after_schedule


def problem(value, mass, mill, rate=0.1, low=-np.inf):
    """Ends: waste and mill; resources: rock moved and the mill."""
    blocks, periods = len(mass), len(mill)
    use = np.zeros((blocks, 2, 2))
    use[:, :, 0] = mass[:, None]
    use[:, 1, 1] = mass
    high = np.stack([np.full(periods, mass.sum()), mill])
    lows = np.full_like(high, -np.inf)
    lows[1] = low
    return Problem("p", value, use, lows, high, rate, "PCPSP")


def test_poor_ore_waits_by_hand():
    """Rich and poor are dug at once; the mill takes the rich, the poor waits a year."""
    mass = np.array([100.0, 100.0])
    case = problem(np.array([[-10.0, 990.0], [-10.0, 190.0]]), mass, np.array([100.0, 100.0]))
    plan = Schedule(np.zeros(2, np.int32), np.array([1, 0], np.int32))
    found = after_schedule(case, plan, 0.5)
    assert found.gain == pytest.approx((200 - 50) / 1.1)
    assert found.at_once.tolist() == pytest.approx([100.0, 0.0])
    assert found.later.tolist() == pytest.approx([0.0, 100.0])
    assert found.stock.tolist() == pytest.approx([100.0, 0.0])
    assert after_schedule(case, plan, 3.0).gain == pytest.approx(0.0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.0, 5.0))
def test_a_stockpile_never_loses_and_keeps_the_mill(seed, reclaim):
    rng = np.random.default_rng(seed)
    mass = rng.uniform(1.0, 3.0, 40)
    value = np.c_[-mass, mass * rng.normal(1.0, 4.0, 40)]
    period = rng.integers(0, 5, 40).astype(np.int32)  # the fifth: never
    side = rng.integers(0, 2, 40).astype(np.int32)
    milled = np.where(side == 1, mass, 0.0)
    mill = np.bincount(period, weights=milled, minlength=5)[:4] * 1.05
    found = after_schedule(problem(value, mass, mill), Schedule(period, side), reclaim)
    assert found.gain >= 0.0
    assert (found.at_once + found.later <= mill + 1e-6).all()
    assert found.later[0] == pytest.approx(0.0)
    assert found.stock[-1] == pytest.approx(0.0)
    np.testing.assert_allclose(np.cumsum(found.later) <= mass.sum(), True)


def test_a_least_feed_is_kept_with_poor_ore_that_the_schedule_mills():
    mass = np.array([100.0])
    case = problem(np.array([[-1.0, -5.0]]), mass, np.array([100.0, 100.0]), low=0.0)
    case.low[1, 0] = 100.0
    plan = Schedule(np.zeros(1, np.int32), np.ones(1, np.int32))
    found = after_schedule(case, plan, 0.5)
    assert found.at_once.tolist() == pytest.approx([100.0, 0.0])
    assert found.gain == pytest.approx(0.0)


def test_a_problem_without_one_mill_is_refused():
    case = problem(np.zeros((1, 2)), np.ones(1), np.ones(2))
    plan = Schedule(np.zeros(1, np.int32), np.zeros(1, np.int32))
    case.use[:, 0, 1] = 1.0
    with pytest.raises(LodewayError, match="no single mill"):
        after_schedule(case, plan, 0.5)
    case.use[:, 0, 1] = 0.0
    case.use[:, 1, 0] = 2.0  # digging more where it is milled: the limits would move
    with pytest.raises(LodewayError, match="no single mill"):
        after_schedule(case, plan, 0.5)
