"""Schedules: against an exact integer program, published bounds, and the independent judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from lodeway.errors import LodewayError
from lodeway.mine.files import read_model
from lodeway.mine.precedence import from_template
from lodeway.mine.problem import Blocks, Problem
from lodeway.mine.relaxation import earliest, relax
from lodeway.mine.schedule import reduce_to_pit, schedule_mine
from lodeway.mine.slope import Slope, template


def toy(seed, *, sides=1, low=False, size=(4, 3, 3)):
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(*(range(n) for n in size[::-1]), indexing="ij")
    blocks = Blocks(np.c_[x.ravel(), y.ravel(), z.ravel()].astype(np.int64))
    count, periods = len(blocks), 3
    mass = rng.uniform(1, 2, count)
    ore = rng.random(count) < 0.5
    grade = rng.uniform(1, 10, count) * ore
    value = np.stack([-mass, grade * mass - 2 * mass], axis=1)
    use = np.zeros((count, 2, 2))
    use[:, :, 0] = mass[:, None]
    use[:, 1, 1] = mass
    if sides == 1:
        best = value.argmax(axis=1)
        value = value.max(axis=1, keepdims=True)
        use = use[np.arange(count), best][:, None, :]
    high = np.array([[0.35 * mass.sum()] * periods, [0.15 * mass.sum()] * periods])
    lower = np.full_like(high, -np.inf)
    if low:
        lower[0, 0] = 0.2 * mass.sum()
    problem = Problem("toy", value, use, lower, high, 0.1, "CPIT" if sides == 1 else "PCPSP")
    return problem, from_template(blocks, [template(Slope((45.0,)), 2)])


def exact(problem, precedence, *, whole=True):
    """The same problem as a plain program over (block, period, destination) for HiGHS."""
    blocks, sides, periods = problem.blocks, problem.destinations, problem.periods
    place = np.arange(blocks * periods * sides).reshape(blocks, periods, sides)
    rows, low, high = [], [], []

    def row(columns, values, least, most):
        line = np.zeros(place.size)
        np.add.at(line, columns, values)
        rows.append(line)
        low.append(least)
        high.append(most)

    first, head = precedence.rows()
    for block in range(blocks):
        row(place[block].ravel(), 1.0, -np.inf, 1.0)
        for other in head[first[block] : first[block + 1]]:
            for end in range(1, periods + 1):
                mine, its = place[block, :end].ravel(), place[other, :end].ravel()
                signs = np.concatenate([np.ones(len(mine)), -np.ones(len(its))])
                row(np.concatenate([mine, its]), signs, -np.inf, 0.0)
    for resource in range(problem.resources):
        for period in range(periods):
            columns, values = place[:, period].ravel(), problem.use[:, :, resource].ravel()
            limits = problem.low[resource, period], problem.high[resource, period]
            row(columns, values, *limits)
    worth = (problem.value[:, None, :] * problem.factors()[None, :, None]).ravel()
    found = milp(
        -worth,
        constraints=LinearConstraint(np.array(rows), low, high),
        integrality=np.full(place.size, int(whole)),
        bounds=(0, 1),
        options={"mip_rel_gap": 1e-9},
    )
    return None if found.x is None else -found.fun


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("low", [False, True])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_relaxation_equals_the_plain_linear_program(sides, low, seed):
    problem, precedence = toy(seed, sides=sides, low=low)
    small = reduce_to_pit(problem, precedence)
    relaxed = relax(small.problem, small.first, small.head, tolerance=1e-9)
    plain = exact(problem, precedence, whole=False)
    assert relaxed.upper >= plain - 1e-7
    assert relaxed.upper == pytest.approx(plain, rel=1e-6, abs=1e-6)
    assert relaxed.lower == pytest.approx(plain, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("seed", "sides"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_schedule_is_nearly_the_best_there_is_on_small_mines(seed, sides):
    problem, precedence = toy(seed, sides=sides)
    plan = schedule_mine(problem, precedence, moves=60_000, starts=2)
    best = exact(problem, precedence)
    assert plan.verdict.feasible
    assert plan.bound >= plan.whole_bound >= best - 1e-6
    assert plan.npv <= best + 1e-6
    assert plan.npv >= 0.985 * best


def test_lower_limits_are_kept():
    problem, precedence = toy(6, low=True)
    plan = schedule_mine(problem, precedence, moves=60_000)
    assert plan.verdict.feasible


def test_lower_limits_out_of_reach_are_told():
    problem, precedence = toy(7)
    low = problem.low.copy()
    low[1] = problem.high[1]
    high = problem.high.copy()
    high[0] = problem.high[1] * 0.1
    hard = Problem("hard", problem.value, problem.use, low, high, 0.1)
    with pytest.raises(LodewayError, match="lower limits"):
        schedule_mine(hard, precedence, moves=20_000)


def test_no_capacity_means_no_mining():
    problem, precedence = toy(8)
    shut = Problem("shut", problem.value, problem.use, problem.low, problem.high * 0, 0.1)
    plan = schedule_mine(shut, precedence, moves=20_000)
    assert (plan.npv, plan.bound) == (0.0, pytest.approx(0.0, abs=1e-6))


def test_the_same_schedule_on_every_run():
    problem, precedence = toy(9)
    one, two = (schedule_mine(problem, precedence, moves=40_000) for _ in range(2))
    assert (one.schedule.period == two.schedule.period).all()


def test_earliest_period_counts_everything_above():
    first, head = np.array([0, 1, 2, 2]), np.array([1, 2], np.int32)
    room = np.array([[10.0, 20.0, 30.0]])
    assert earliest(first, head, np.full((3, 1), 8.0), room).tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("name", "kind", "lower", "upper"),
    [  # published LP values where they converged, else a converged master's and its bound
        ("newman1", "cpit", 24_486_184.09, 24_486_184.0912),
        ("newman1", "pcpsp", 24_486_548.5, 24_486_549.5),
        ("zuck_small", "cpit", 854_189_716.09, 854_190_584.33),
        ("marvin", "cpit", 863_931_055.73, 863_938_292.64),
    ],
)
def test_bounds_of_minelib(reference_data, name, kind, lower, upper):
    prefix = reference_data(f"resource/minelib/{name}/{name}.{kind}").with_suffix("")
    slope = (45.0, 8) if name == "marvin" else (None, None)
    model = read_model(prefix, *slope, kind=kind)
    small = reduce_to_pit(model.problem, model.precedence)
    relaxed = relax(small.problem, small.first, small.head)
    assert lower <= relaxed.upper <= upper
    assert relaxed.gap <= 1e-5
    assert relaxed.lower <= relaxed.upper


def test_newman1_within_one_per_cent_of_the_bound_for_whole_blocks(reference_data):
    prefix = reference_data("resource/minelib/newman1/newman1.cpit").with_suffix("")
    model = read_model(prefix, kind="cpit")
    plan = schedule_mine(model.problem, model.precedence, moves=400_000)
    assert plan.verdict.feasible
    assert plan.whole_gap <= 0.01
    # a branch-and-bound solver (HiGHS, 40 s) proves that no schedule is worth more than this
    assert plan.npv <= 24_177_395.59
