"""Ultimate pits against published optima, a linear program, brute force, and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lodeway.errors import LodewayError
from lodeway.mine.files import read_model
from lodeway.mine.minelib import read_pit
from lodeway.mine.pit import nested_pits, to_whole, ultimate_pit
from lodeway.mine.precedence import from_rows, from_template
from lodeway.mine.problem import Blocks
from lodeway.mine.slope import Slope, template

#: MineLib's readme files: optimum, blocks, arcs.
PUBLISHED = {
    "newman1": (26_086_899, 1_059, 3_922),
    "zuck_small": (1_422_726_898, 9_399, 145_640),
    "marvin": (1_415_655_436, 8_516, 650_631),
}


def box(nx, ny, nz):
    z, y, x = np.meshgrid(range(nz), range(ny), range(nx), indexing="ij")
    return Blocks(np.c_[x.ravel(), y.ravel(), z.ravel()].astype(np.int64))


def rows(requires):
    first = np.concatenate([[0], np.cumsum([len(row) for row in requires])])
    return first, np.array([p for row in requires for p in row], np.int32)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_optimum_and_blocks(reference_data, name):
    prefix = reference_data(f"resource/minelib/{name}/{name}.upit").with_suffix("")
    slope = (45.0, 8) if name == "marvin" else (None, None)
    model = read_model(prefix, *slope)
    pit = ultimate_pit(model.value, model.precedence)
    value, blocks, arcs = PUBLISHED[name]
    assert (round(pit.value), pit.blocks, model.precedence.arc_count) == (value, blocks, arcs)
    published = read_pit(prefix.with_name(f"{name}_upit.sol"), len(model.value))
    assert (pit.inside == published).all()
    assert pit.bound - pit.value <= 2 * pit.rounding + 1e-6
    if name == "marvin":  # its columns of air change nothing, and stored arcs give the same pit
        stored = ultimate_pit(model.value, from_rows(*model.precedence.rows()))
        assert (stored.inside == pit.inside).all()


@pytest.mark.parametrize(
    ("benches", "arcs", "value", "blocks"),
    [(8, 5_349_104, 28_416_592, 74_412), (10, 7_116_016, 28_288_679, 74_587)],
)
def test_bauxite_equals_the_mineflow_paper(reference_data, benches, arcs, value, blocks):
    import gzip

    path = reference_data("resource/bauxite/bauxitemed.dat.gz")
    worth = np.array(gzip.decompress(path.read_bytes()).split(), float)
    precedence = from_template(box(120, 120, 26), [template(Slope((45.0,)), benches)])
    pit = ultimate_pit(worth, precedence)
    assert (precedence.arc_count, pit.value, pit.blocks) == (arcs, value, blocks)


@st.composite
def graphs(draw):
    blocks = draw(st.integers(1, 9))
    requires = [
        sorted(draw(st.sets(st.integers(b + 1, blocks - 1), max_size=4)) if b + 1 < blocks else [])
        for b in range(blocks)
    ]
    value = draw(st.lists(st.integers(-20, 20), min_size=blocks, max_size=blocks))
    return requires, np.array(value, float)


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_brute_force(graph):
    requires, value = graph
    best = 0.0
    for chosen in itertools.product([False, True], repeat=len(value)):
        if all(chosen[p] for b, row in enumerate(requires) if chosen[b] for p in row):
            best = max(best, float(value[list(chosen)].sum()))
    pit = ultimate_pit(value, from_rows(*rows(requires)))
    assert pit.value == best
    assert pit.bound == best
    assert all(pit.inside[p] for b, row in enumerate(requires) if pit.inside[b] for p in row)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_linear_program(seed):
    """The closure polytope is integral, so that an LP solver must find the same value."""
    rng = np.random.default_rng(seed)
    blocks = box(6, 5, 4)
    precedence = from_template(blocks, [template(Slope((45.0,)), 3)])
    value = rng.normal(-0.6, 2.0, len(blocks)).round(3)
    pit = ultimate_pit(value, precedence)
    first, head = precedence.rows()
    base = np.repeat(np.arange(len(blocks)), np.diff(first))
    matrix = np.zeros((len(head), len(blocks)))
    matrix[np.arange(len(head)), base] = 1
    matrix[np.arange(len(head)), head] = -1
    found = linprog(-value, A_ub=matrix, b_ub=np.zeros(len(head)), bounds=(0, 1))
    assert pit.value == pytest.approx(-found.fun, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_nested_pits_equal_pits_from_scratch(seed):
    rng = np.random.default_rng(seed)
    blocks = box(8, 7, 5)
    precedence = from_template(blocks, [template(Slope((45.0,)), 3)])
    revenue = np.where(rng.random(len(blocks)) < 0.3, rng.exponential(8, len(blocks)), 0.0)
    cost = rng.uniform(0.5, 1.5, len(blocks))
    factors = [0.3, 0.5, 0.8, 1.0, 1.6]
    shell = nested_pits(revenue, cost, factors, precedence)
    for number, factor in enumerate(factors):
        pit = ultimate_pit(factor * revenue - cost, precedence)
        assert (pit.inside == (shell <= number)).all()


def test_air_keeps_what_lies_above_it():
    """Ore under a hole in the model still needs the waste above the hole."""
    whole = box(1, 1, 3)
    holed = Blocks(whole.index[[0, 2]])
    precedence = from_template(holed, [template(Slope((45.0,)), 1)])
    assert precedence.air == 1
    assert ultimate_pit(np.array([5.0, -7.0]), precedence).blocks == 0
    assert ultimate_pit(np.array([5.0, -2.0]), precedence).value == 3.0


def test_air_above_the_ground_costs_nothing_and_asks_for_nothing():
    """A hill: the missing cells above the low ground are no node at all."""
    cells = [(x, 0, z) for x in range(5) for z in range(3) if z == 0 or x == 2]
    model = Blocks(np.array(cells))
    precedence = from_template(model, [template(Slope((80.0,)), 1)])
    assert precedence.air == 0


def test_forbidden_ground_stays_and_so_does_what_needs_it():
    precedence = from_rows(*rows([[1], [2], []]))
    value = np.array([10.0, -1.0, 2.0])
    assert ultimate_pit(value, precedence).value == 11.0
    pit = ultimate_pit(value, precedence, np.array([False, True, False]))
    assert pit.inside.tolist() == [False, False, True]


def test_all_waste_and_all_ore():
    precedence = from_rows(*rows([[1], []]))
    assert ultimate_pit(np.array([-1.0, -2.0]), precedence).blocks == 0
    assert ultimate_pit(np.array([1.0, 2.0]), precedence).value == 3.0
    assert ultimate_pit(np.array([0.0, 0.0]), precedence).blocks == 0


def test_border_blocks_are_told():
    precedence = from_template(box(3, 3, 2), [template(Slope((45.0,)), 1)])
    middle = precedence.border.reshape(2, 3, 3)
    assert middle[0].sum() == 8
    assert not middle[1].any()


def test_rocks_have_their_own_slopes():
    """Steep rock in the west, flat rock in the east: the arcs differ by block."""
    blocks = box(5, 1, 2)
    rock = (blocks.index[:, 0] > 2).astype(np.uint8)
    steep, flat = template(Slope((80.0,)), 1), template(Slope((45.0,)), 1)
    first, _ = from_template(blocks, [steep, flat], rock).rows()
    assert np.diff(first)[:5].tolist() == [1, 1, 1, 3, 2]


def test_a_circle_is_refused():
    with pytest.raises(LodewayError, match="circle"):
        from_rows(*rows([[1], [2], [0]]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_values_that_cannot_be_summed_are_refused(bad):
    with pytest.raises(LodewayError, match="block values"):
        ultimate_pit(np.array([bad, -1.0]), from_rows(*rows([[1], []])))


def test_scaling_is_reported():
    _, scale, moved = to_whole(np.array([1e-7, 1.0]))
    assert (scale, moved) == (10**6, 1e-7)
    _, scale, _ = to_whole(np.array([1e15, 1.0]))
    assert scale == 1_000


@pytest.mark.parametrize("factors", [[], [1.0, 0.5], [0.5, 0.5]])
def test_revenue_factors_must_rise(factors):
    one = from_rows(*rows([[]]))
    with pytest.raises(LodewayError, match="revenue factors"):
        nested_pits(np.ones(1), np.ones(1), factors, one)


def test_negative_revenue_is_refused():
    one = from_rows(*rows([[]]))
    with pytest.raises(LodewayError, match="revenue"):
        nested_pits(-np.ones(1), np.ones(1), [1.0], one)


def test_an_absurd_grid_is_refused():
    far = Blocks(np.array([[0, 0, 0], [10_000, 10_000, 10_000]]))
    with pytest.raises(LodewayError, match="cells"):
        from_template(far, [template(Slope((45.0,)), 1)])
