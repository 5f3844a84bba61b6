"""Values, pushbacks, risk pits, stockpiles and annual plans: laws and hand-made answers."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_opening

from lodeway.errors import LodewayError
from lodeway.mine.phases import disk, pushbacks
from lodeway.mine.pit import nested_pits, ultimate_pit
from lodeway.mine.plan import annual_plan, capacity_by_year
from lodeway.mine.precedence import from_template
from lodeway.mine.problem import Blocks, Schedule
from lodeway.mine.risk import risk_pits
from lodeway.mine.slope import Slope, template
from lodeway.mine.stockpile import mill_from_stockpile
from lodeway.mine.value import MILL, WASTE, Terms, block_values, inside_areas

TERMS = Terms({"Cu": 6000.0, "Ni": 9000.0}, {"Cu": 0.9, "Ni": 0.5}, 2.0, 9.0, 0.01)


def box(nx, ny, nz):
    z, y, x = np.meshgrid(range(nz), range(ny), range(nx), indexing="ij")
    return Blocks(np.c_[x.ravel(), y.ravel(), z.ravel()].astype(np.int64))


def test_block_value_by_hand():
    """1,000 t at 0.5 % Cu and 0.1 % Ni, 100 m down."""
    value = block_values(
        np.array([1000.0]), {"Cu": np.array([0.5]), "Ni": np.array([0.1])}, TERMS, np.array([100.0])
    )
    assert value[0, WASTE] == pytest.approx(-1000 * (2 + 0.01 * 100))
    assert value[0, MILL] == pytest.approx(-3000 + 1000 * (5 * 6 * 0.9 + 1 * 9 * 0.5 - 9))


def test_marginal_cutoff_separates_ore_from_waste():
    terms = Terms({"Cu": 6000.0}, {"Cu": 0.9}, 2.0, 9.0)
    grade = terms.cutoff_pct("Cu") * np.array([0.99, 1.01])
    value = block_values(np.ones(2), {"Cu": grade}, terms)
    assert (value[:, MILL] > value[:, WASTE]).tolist() == [False, True]


def test_rock_that_nobody_estimated_is_waste_in_that_draw():
    grades = {"Cu": np.array([[np.nan, 1.0]]), "Ni": np.array([[np.nan, np.nan]])}
    value = block_values(np.array([10.0]), grades, TERMS)
    assert value.shape == (1, 2, 2)
    assert value[0, 0, WASTE] == value[0, 0, MILL]
    assert value[0, 1, MILL] > value[0, 1, WASTE]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Terms({"Cu": 1.0}, {"Cu": 1.2}, 1.0, 1.0),
        lambda: Terms({"Cu": 1.0}, {}, 1.0, 1.0),
        lambda: Terms({"Cu": 1.0}, {"Cu": 0.9}, -1.0, 1.0),
        lambda: block_values(np.ones(1), {"Ag": np.ones(1)}, TERMS),
        lambda: block_values(
            np.array([np.nan]), {"Cu": np.ones(1), "Ni": np.ones(1)}, TERMS
        ),
        lambda: capacity_by_year(-1.0, 3),
        lambda: capacity_by_year(1.0, 3, [1.5]),
    ],
)  # fmt: skip
def test_bad_terms_are_refused(make):
    with pytest.raises(LodewayError):
        make()


def test_forced_exclusion_by_area():
    """A pit keeps out of a village, and of the ground that only its slope would need."""
    blocks = box(15, 15, 4)
    precedence = from_template(blocks, [template(Slope((45.0,)), 3)])
    x, y = blocks.index[:, 0] + 0.5, blocks.index[:, 1] + 0.5
    village = inside_areas(x, y, [shapely.box(0, 0, 6, 15)])
    value = np.where(blocks.index[:, 2] == 0, 30.0, -1.0)
    free, kept = ultimate_pit(value, precedence), ultimate_pit(value, precedence, village)
    assert free.inside[village].any()
    assert not kept.inside[village].any()
    bottom = kept.inside & (blocks.index[:, 2] == 0)
    assert blocks.index[bottom, 0].min() == 9  # three benches up at 45 degrees, then the fence


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_pushbacks_are_nested_closed_and_wide(seed):
    rng = np.random.default_rng(seed)
    blocks = box(16, 14, 5)
    precedence = from_template(blocks, [template(Slope((45.0,)), 3)])
    revenue = np.where(rng.random(len(blocks)) < 0.15, rng.exponential(20, len(blocks)), 0.0)
    shell = nested_pits(revenue, np.ones(len(blocks)), [0.3, 0.5, 0.7, 1.0], precedence)
    found = pushbacks(shell, np.ones(len(blocks)), blocks, precedence, count=3, width_cells=3)
    first, head = precedence.rows()
    dug = found.phase < found.count
    assert found.left == (shell < 4).sum() - dug.sum()
    assert not (dug & (shell == 4)).any()
    for block in np.flatnonzero(dug):  # what a block requires is dug no later
        assert (found.phase[head[first[block] : first[block + 1]]] <= found.phase[block]).all()
    for number in range(found.count):
        for bench in range(5):
            plan = np.zeros((16, 14), bool)
            plan[
                tuple(blocks.index[(found.phase == number) & (blocks.index[:, 2] == bench), :2].T)
            ] = True
            assert (binary_opening(plan, disk(3)) == plan).all()


def test_pushbacks_have_about_equal_tonnes():
    blocks = box(40, 1, 1)
    precedence = from_template(blocks, [template(Slope((45.0,)), 1)])
    shell = (blocks.index[:, 0] // 2).astype(np.int32)
    found = pushbacks(shell, np.ones(40), blocks, precedence, count=4, width_cells=1)
    assert found.count == 4
    assert np.bincount(found.phase)[:4].max() <= 12


@pytest.mark.parametrize("words", [{"count": 0, "width_cells": 1}, {"count": 1, "width_cells": 0}])
def test_bad_pushbacks_are_refused(words):
    blocks = box(2, 2, 1)
    precedence = from_template(blocks, [template(Slope((45.0,)), 1)])
    with pytest.raises(LodewayError):
        pushbacks(np.zeros(4, np.int32), np.ones(4), blocks, precedence, **words)


def test_risk_pits_equal_pits_one_by_one():
    rng = np.random.default_rng(3)
    blocks = box(9, 8, 5)
    precedence = from_template(blocks, [template(Slope((45.0,)), 3)])
    value = rng.normal(-0.4, 2.0, (len(blocks), 12))
    found = risk_pits(value, precedence)
    pits = [ultimate_pit(value[:, draw], precedence) for draw in range(12)]
    assert found.value == pytest.approx([pit.value for pit in pits])
    assert found.probability == pytest.approx(np.mean([pit.inside for pit in pits], axis=0))


def test_stockpile_by_hand():
    """Two lots dug at once, a mill for half of them: the rich goes first, the poor waits a year."""
    margin, mass = np.array([10.0, 2.0]), np.array([100.0, 100.0])
    period, mill = np.zeros(2, np.int32), np.array([100.0, 100.0])
    found = mill_from_stockpile(margin, mass, period, mill, 0.1, reclaim_usd_per_t=0.5, lots=2)
    assert found.gain == pytest.approx(1000 + 100 * 1.5 / 1.1)
    assert found.stock_t().tolist() == pytest.approx([100.0, 0.0])
    dear = mill_from_stockpile(margin, mass, period, mill, 0.1, reclaim_usd_per_t=3.0, lots=2)
    assert dear.gain == pytest.approx(1000)


def test_stockpile_keeps_a_least_feed_or_says_that_it_cannot():
    margin, mass, period = np.array([10.0]), np.array([100.0]), np.zeros(1, np.int32)
    mill = np.array([100.0, 100.0])
    least = np.array([0.0, 40.0])
    found = mill_from_stockpile(margin, mass, period, mill, 0.1, least_t=least, lots=1)
    assert found.milled_t.sum(axis=(0, 1)).tolist() == pytest.approx([60.0, 40.0])
    with pytest.raises(LodewayError, match="least feed"):
        mill_from_stockpile(margin, mass, period, mill, 0.1, least_t=least * 9, lots=1)


def test_annual_plan_closes_mass_and_metal():
    rng = np.random.default_rng(5)
    mass = rng.uniform(1, 2, 200)
    grade = {"Cu": rng.uniform(0, 2, (200, 7))}
    grade["Cu"][::9, 2] = np.nan
    plan = Schedule(
        rng.integers(0, 5, 200).astype(np.int32), rng.integers(0, 2, 200).astype(np.int32)
    )
    found = annual_plan(plan, mass, grade, 4)
    dug = plan.period < 4
    assert found.ore_t.sum() + found.waste_t.sum() == pytest.approx(mass[dug].sum())
    ore = dug & (plan.destination == 1)
    metal = (np.nan_to_num(grade["Cu"][ore]) * mass[ore][:, None]).sum(axis=0)
    assert (found.head_pct["Cu"] * found.ore_t[:, None]).sum(axis=0) == pytest.approx(metal)
