"""Sampling, sensitivity and decisions against exact answers of known functions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from lodeway.economics.decisions import cvar, evpi, evppi, evsi, expected_given
from lodeway.economics.fiscal import regime_values
from lodeway.economics.regime import make_regime
from lodeway.economics.sampling import Worlds, bridge, copula
from lodeway.economics.sensitivity import sobol_indices, spider
from lodeway.errors import LodewayError
from lodeway.randomness import normal, triangular


def ishigami(x):
    """Ishigami and Homma (1990), a = 7, b = 0.1, on (-pi, pi)."""
    a, b, c = (np.pi * (2.0 * x[name] - 1.0) for name in "abc")
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_sobol_indices_of_the_ishigami_function():
    """Exact: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    found = sobol_indices(ishigami, "abc", 8192)
    assert [found.first[n] for n in "abc"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.006)
    assert [found.total[n] for n in "abc"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.006)
    assert found.evaluations == 8192 * 5


def test_every_block_of_sobol_points_falls_once_into_each_interval():
    table = Worlds(list("abcdefgh"), 256).table()
    for column in table:
        assert np.array_equal(np.sort((column * 256).astype(int)), np.arange(256))
    pairs = (table[0] * 16).astype(int) * 16 + (table[1] * 16).astype(int)
    assert len(np.unique(pairs)) == 256  # a net in base 2: one point in every small square


def test_latin_hypercubes_have_one_point_a_slice():
    table = Worlds(list("abc"), 100, kind="lhs").table()
    for column in table:
        assert np.array_equal(np.sort((column * 100).astype(int)), np.arange(100))


@pytest.mark.parametrize("kind", ["sobol", "lhs", "plain"])
def test_a_quantity_that_is_added_moves_no_other(kind):
    few = Worlds(["price", "grade"], 64, kind=kind)
    more = Worlds(["price", "grade", "capex"], 64, kind=kind)
    assert np.array_equal(few.table(), more.table()[:2])


@pytest.mark.parametrize(
    ("change", "word"),
    [({"draws": 100}, "use 128"), ({"kind": "sobl"}, "did you mean sobol"),
     ({"names": ["a", "a"]}, "each quantity once")],
)  # fmt: skip
def test_worlds_that_cannot_be_are_refused(change, word):
    with pytest.raises(LodewayError, match=word):
        Worlds(**{"names": ["a"], "draws": 64, **change})
    with pytest.raises(LodewayError, match="did you mean price"):
        Worlds(["price"], 8).uniform("prise")


def test_a_copula_keeps_the_margins_and_brings_the_correlation():
    matrix = np.array([[1.0, 0.7, -0.3], [0.7, 1.0, 0.0], [-0.3, 0.0, 1.0]])
    both = copula(Worlds(list("abc"), 4096).table(), matrix)
    assert np.corrcoef(normal(both)) == pytest.approx(matrix, abs=0.01)
    for column in both:
        assert np.quantile(column, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.01)


def test_a_bridge_is_a_random_walk():
    walk = bridge(Worlds([f"step {n}" for n in range(12)], 8192).table())
    steps = np.diff(np.vstack([np.zeros(8192), walk]), axis=0)
    assert np.cov(steps) == pytest.approx(np.eye(12), abs=0.06)
    assert walk[-1].std() == pytest.approx(np.sqrt(12.0), rel=0.01)


REGIME = make_regime(
    {"kind": "psa", "cost_cap": 0.75, "gov_profit_share": 0.51, "tax": 0.32, "dep": "db",
     "dep_rate": 0.25}, "psa",
)  # fmt: skip
INPUTS = ("price", "grade", "opex", "capex", "recovery", "freight")


def mine_npv(x):
    """Fifteen years, two of building, six inputs: the smooth single case of the notes."""
    price = 9000.0 * np.exp(0.25 * normal(x["price"]))
    grade = triangular(x["grade"], 0.004, 0.006, 0.009)
    recovery = triangular(x["recovery"], 0.80, 0.87, 0.92)
    unit = triangular(x["opex"], 14.0, 18.0, 24.0) + triangular(x["freight"], 0.5, 1.0, 2.0)
    capital = triangular(x["capex"], 90e6, 120e6, 180e6)
    on = np.array([0.0, 0.0, *([1.0] * 13)])
    revenue = (price * grade * recovery * 3e6)[:, None] * on
    opex = (unit * 3e6)[:, None] * on
    capex = capital[:, None] * np.array([0.5, 0.5, *([0.0] * 13)])
    return regime_values(REGIME, revenue, opex, capex, rate=0.1).investor


def test_sobol_worlds_need_a_tenth_of_the_error_of_plain_ones():
    """256 worlds each: error of the mean present value against a million plain worlds' worth."""
    truth = float(np.mean([
        mine_npv({n: w.uniform(n) for n in INPUTS}).mean()
        for w in (Worlds(INPUTS, 2**15, seed=900 + s) for s in range(4))
    ]))  # fmt: skip
    error = {}
    for kind in ("plain", "lhs", "sobol"):
        means = [
            mine_npv({n: w.uniform(n) for n in INPUTS}).mean()
            for w in (Worlds(INPUTS, 256, seed=seed, kind=kind) for seed in range(24))
        ]
        error[kind] = float(np.sqrt(np.mean((np.array(means) - truth) ** 2)))
    assert error["sobol"] <= error["plain"] / 10.0
    assert error["sobol"] < error["lhs"] < error["plain"]


def test_value_of_information_of_a_normal_gamble():
    """NPV ~ N(m, s): EVPI is the unit normal loss; a survey with error e leaves s^2/(s^2+e^2)."""
    mean, spread, error = 10.0, 40.0, 30.0
    value = mean + spread * normal(Worlds(["v"], 2**14).uniform("v"))
    options = np.stack([value, np.zeros_like(value)])

    def loss(sd):
        z = mean / sd
        return sd * (norm.pdf(z) + z * norm.cdf(z)) - mean

    assert evpi(options) == pytest.approx(loss(spread), rel=0.01)
    assert evppi(options, value) == pytest.approx(loss(spread), rel=0.01)
    learned = spread**2 / np.sqrt(spread**2 + error**2)
    assert evsi(options, value, error, name="hole") == pytest.approx(loss(learned), rel=0.03)
    assert evsi(options, value, 1e9, name="hole") < 0.02 * loss(spread)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=40), st.floats(0.05, 1.0))
def test_the_worst_worlds_are_worse_than_the_mean(values, tail):
    array = np.array(values)
    scale = 1e-9 * (1.0 + np.abs(array).max())
    assert array.min() - scale <= cvar(array, tail) <= array.mean() + scale
    assert evpi(np.stack([array, np.zeros_like(array)])) >= -scale
    assert expected_given(array, array).mean() == pytest.approx(array.mean(), abs=1e-3)


def test_tails_and_errors_without_sense_are_refused():
    with pytest.raises(LodewayError, match="tail"):
        cvar(np.ones(3), 0.0)
    with pytest.raises(LodewayError, match="error"):
        evsi(np.ones((1, 3)), np.ones(3), -1.0, name="x")


def test_a_spider_goes_through_the_base():
    lines = spider(lambda x: x["price"] * 2.0 - x["cost"], {"price": 10.0, "cost": 5.0})
    assert lines["price"][1.0] == lines["cost"][1.0] == 15.0
    assert lines["price"][1.1] == pytest.approx(17.0)
