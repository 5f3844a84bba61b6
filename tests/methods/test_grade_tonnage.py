"""Grade-tonnage laws against a library's densities, against draws, and on bad input."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from lodeway.errors import LodewayError
from lodeway.methods.grade_tonnage import GradeTonnage, LogNormal


def porphyries():
    path = Path(__file__).parents[1] / "data/grade_tonnage/porphyry_cu_au_115.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    ore = np.array([float(row["ore_t"]) for row in rows])
    grades = np.array([[float(row["cu_pct"]), float(row["au_pct"])] for row in rows])
    return ore, grades


def made_up(scale="log", count=400):
    u = qmc.Sobol(3, scramble=True, rng=3).random(512)[:count]
    mean = np.array([18.0, -0.7, -9.8])
    covariance = np.array([[2.2, -0.3, -0.2], [-0.3, 0.25, 0.05], [-0.2, 0.05, 0.5]])
    if scale == "log-ratio":
        mean[1:] = [0.2, -3.0]
    return GradeTonnage(("Cu", "Au"), mean, covariance, count, scale), u


def test_published_misprints_stand_out():
    """Copper to gold by mass: 2,083 to 133,333 in 115 deposits; 3.5 million is 7.8 sigma off."""
    model = GradeTonnage.fit(*porphyries(), ["Cu", "Au"])
    law = model.ratio("Cu", "Au")
    assert law.z(47.9e6 / 13.6) == pytest.approx(7.8, abs=0.1)
    assert law.z(47.9e3 / 13.6) == pytest.approx(-1.6, abs=0.1)
    assert model.ore.z(100e6) == pytest.approx(-0.5, abs=0.1)


@pytest.mark.parametrize("scale", ["log", "log-ratio"])
def test_fit_returns_what_was_drawn(scale):
    model, u = made_up(scale)
    again = GradeTonnage.fit(*model.draw(u), ["Cu", "Au"], scale=scale)
    assert again.mean == pytest.approx(model.mean, abs=0.02)
    assert again.covariance == pytest.approx(model.covariance, abs=0.05)


def test_log_ratio_grades_never_sum_to_more_than_the_whole():
    model, u = made_up("log-ratio")
    assert (model.draw(u)[1].sum(axis=1) < 100.0).all()


def test_distance_is_the_density_of_a_library():
    """The log density of scipy's multivariate normal differs by half the square only."""
    model, u = made_up()
    ore, grades = model.draw(u)
    scores = model.z(ore, grades, ["Cu", "Au"])
    normal = stats.multivariate_normal(model.mean, model.covariance)
    table = np.column_stack([np.log(ore), np.log(grades)])
    drop = normal.logpdf(model.mean) - normal.logpdf(table)
    assert np.square(scores.distance) / 2.0 == pytest.approx(drop)
    assert (scores.known == 3).all()
    assert np.mean(scores.tail < 0.1) == pytest.approx(0.1, abs=0.03)


def test_unknown_figures_are_left_out_and_order_does_not_matter():
    model, _ = made_up()
    full = model.z([1e8, 1e8], [[0.5, np.nan], [np.nan, np.nan]], ["Cu", "Au"])
    part = model.z([1e8], [[0.5]], ["Cu"])
    swapped = model.z([1e8], [[np.nan, 0.5]], ["Au", "Cu"])
    assert full.distance[0] == pytest.approx(part.distance[0]) == swapped.distance[0]
    assert np.isnan(full.z[0, 2])
    assert full.known.tolist() == [2, 1]
    assert np.isnan(model.z([np.nan], [[np.nan]], ["Cu"]).distance[0])


def test_metal_and_ore_given_metal_against_draws():
    model, _ = made_up()
    u = qmc.Sobol(3, scramble=True, rng=5).random(2**16)
    ore, grades = model.draw(u)
    metal = ore * grades[:, 0] / 100.0
    law = model.metal("Cu")
    assert law.median == pytest.approx(np.median(metal), rel=0.01)
    assert law.sigma == pytest.approx(np.log(metal).std(), rel=0.01)
    line = stats.linregress(np.log(metal), np.log(ore))
    given_metal = model.ore_given_metal([1e5, 1e6], "Cu")
    expected = line.intercept + line.slope * np.log([1e5, 1e6])
    assert given_metal.mu == pytest.approx(expected, abs=0.02)
    rest = np.log(ore) - line.intercept - line.slope * np.log(metal)
    assert given_metal.sigma == pytest.approx(rest.std(), rel=0.02)


def test_independent_ore_keeps_the_margins():
    model, _ = made_up()
    apart = model.with_independent_ore()
    assert apart.ore == model.ore
    assert apart.grade("Au") == model.grade("Au")
    assert apart.covariance[0, 1] == 0.0


@given(st.floats(-5, 20), st.floats(0.01, 2.0), st.floats(0.01, 0.99))
def test_log_normal_against_scipy(mu, sigma, share):
    law, other = LogNormal(mu, sigma), stats.lognorm(sigma, scale=np.exp(mu))
    assert law.quantile(share) == pytest.approx(other.ppf(share), rel=1e-9)
    assert law.mean == pytest.approx(other.mean(), rel=1e-9)
    assert law.sd == pytest.approx(other.std(), rel=1e-7)


@pytest.mark.parametrize(
    ("ore", "grades", "word"),
    [
        ([1e7, np.nan, 1e8, 1e9], [[0.5], [0.4], [0.3], [0.6]], "deposit 1, ore"),
        ([1e7, 1e7, 1e8, 1e9], [[0.5], [0.0], [0.3], [0.6]], "deposit 1, grade"),
        ([1e7, 1e7, 1e8, 1e9], [[0.5], [0.4], [0.3], [150.0]], "deposit 3, grades"),
        ([1e7, 1e8], [[0.5], [0.4]], "2 deposits"),
        ([1e7, 1e8], [[0.5, 0.4]], "shapes"),
    ],
)
def test_bad_models_are_refused(ore, grades, word):
    with pytest.raises(LodewayError, match=word):
        GradeTonnage.fit(ore, grades, ["Cu"])


def test_unknown_element_and_scale_are_refused():
    model, _ = made_up("log-ratio")
    with pytest.raises(LodewayError, match="did you mean Cu"):
        model.ratio("cu", "Au")
    with pytest.raises(LodewayError, match="log-ratio"):
        model.metal("Cu")
    with pytest.raises(LodewayError, match="log-ratio"):
        model.grade("Cu")
