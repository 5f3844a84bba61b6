"""Price models: known processes are found again, fans cover, bad series are refused."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lodeway.economics.price_models import (
    MODELS,
    coverage_of,
    draw_paths,
    fit_model,
    rolling_coverage,
)
from lodeway.economics.price_report import fit_report
from lodeway.economics.series import cholesky, correlation, read_series
from lodeway.errors import LodewayError

SERIES = (
    Path(__file__).resolve().parents[2]
    / "studies" / "tiny" / "data" / "prices" / "worldbank_copper_gold_1990_2021.csv"
)  # fmt: skip
PINK = "economics/prices/worldbank_pinksheet_metals_energy_1960_2021.csv"


def test_a_reverting_price_is_found_again():
    """An AR(1) of the logarithm with a half-life of 3 years and 24 % a year, 2,000 years of it."""
    dice = np.random.default_rng(0)
    kept = 0.5 ** (1.0 / 36.0)
    logs = np.zeros(24_000)
    for month in range(1, len(logs)):
        logs[month] = kept * logs[month - 1] + 0.24 / np.sqrt(12.0) * dice.normal()
    fit = fit_model(100.0 * np.exp(logs), "schwartz")
    assert fit.half_life_y == pytest.approx(3.0, rel=0.12)
    assert fit.parameters["volatility_per_y"] == pytest.approx(0.24, rel=0.05)
    assert fit.parameters["level"] == pytest.approx(100.0, rel=0.06)


@pytest.mark.parametrize(
    ("model", "kept"), [("gbm", 1.0), ("bootstrap", 1.0), ("schwartz", 0.97), ("bootstrap", 0.995)]
)
def test_fans_of_known_processes_cover_what_they_promise(model, kept):
    """120 paths of 25 years; five more years of each are held against its fan."""
    fans, actual = {}, {}
    for walk in range(120):
        dice = np.random.default_rng(walk)
        logs = np.zeros(360)
        for month, shock in enumerate(dice.normal(0.0, 0.06, 359)):
            logs[month + 1] = kept * logs[month] + shock
        prices = np.exp(logs)
        fit = fit_model(prices[:300], model)
        fans[walk] = draw_paths(fit, 60, 300, seed=1, name=str(walk))
        actual[walk] = prices[300:]
    found = coverage_of(fans, actual)
    assert found.share == pytest.approx(0.8, abs=0.08)


def test_more_months_and_more_draws_move_nothing():
    prices = read_series(SERIES, "Copper ($/mt)").prices
    for model in MODELS:
        fit = fit_model(prices, model)
        short = draw_paths(fit, 24, 50, seed=4, name="copper")
        long = draw_paths(fit, 60, 80, seed=4, name="copper")
        assert np.array_equal(long[:24, :50], short)


def test_five_year_fans_of_all_fourteen_prices_cover_four_fifths(reference_data):
    """Every third year since 1985, all columns: the miss of any one period averages out."""
    path = reference_data(PINK)
    columns = path.read_text().splitlines()[0]
    names = next(__import__("csv").reader([columns]))[1:]
    shares = []
    for name in names:
        prices = read_series(path, name).prices
        for until in (len(prices) - 60, len(prices) - 156, len(prices) - 252, len(prices) - 348):
            if until >= 180:
                fit = fit_model(prices[:until], "bootstrap")
                fan = draw_paths(fit, 60, 400, seed=1, name=name)
                shares.append(coverage_of({0: fan}, {0: prices[until : until + 60]}).share)
    assert np.mean(shares) == pytest.approx(0.8, abs=0.08)


def test_coverage_of_the_months_after_the_fit():
    report = fit_report(SERIES, "Copper ($/mt)", "2016-12", "gbm")
    assert report["held_back"]["months"] == 60
    assert report["coverage"] == report["held_back"]["share"]
    assert report["half_life_years"] > 0.0
    assert {"model", "parameters", "half_life_years", "coverage"} <= report.keys()


def test_rolling_fans_never_look_ahead():
    prices = read_series(SERIES, "Copper ($/mt)").prices
    whole = rolling_coverage(prices[:300], "gbm")
    changed = prices[:300].copy()
    changed[-1] *= 100.0  # only the very last month of the last fan may notice
    moved = rolling_coverage(changed, "gbm")
    assert abs(whole.share - moved.share) <= 1.0 / whole.months + 1e-12


def test_prices_that_move_together():
    years = range(2000, 2020)
    dice = np.random.default_rng(2)
    common = np.cumsum(dice.normal(size=20))
    own = np.cumsum(dice.normal(size=20))
    annual = {
        "a": dict(zip(years, np.exp(common), strict=True)),
        "b": dict(zip(years, np.exp(0.5 * common), strict=True)),
        "c": dict(zip(years, np.exp(own), strict=True)),
        "d": {},
    }
    matrix = correlation(annual)
    assert matrix[0, 1] == pytest.approx(1.0)
    assert np.array_equal(matrix[3], [0.0, 0.0, 0.0, 1.0])
    factor = cholesky(matrix, "x")
    assert factor @ factor.T == pytest.approx(matrix, abs=1e-6)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]],
        [[1.0, 0.5], [0.4, 1.0]],
        [[2.0, 0.0], [0.0, 1.0]],
        [[1.0, 0.5, 0.1]],
    ],
)
def test_correlations_that_cannot_be_are_refused(matrix):
    with pytest.raises(LodewayError) as caught:
        cholesky(np.array(matrix), "study.toml correlation", ["a", "b", "c"])
    assert caught.value.code == "bad-number"


HEAD = "month,Copper\n"


@pytest.mark.parametrize(
    ("rows", "code", "word"),
    [
        ([("2020-01", 5), ("2020-03", 6)], "bad-date", "after 2020-01"),
        ([("2020-01", 5), ("2020-01", 6)], "bad-date", "same month twice"),
        ([("2020-01", 5), ("2020-02", 0)], "bad-number", "s.csv:3 Copper"),
        ([("2020-01", 5), ("2020-02", -3)], "bad-number", "s.csv:3"),
        ([("Jan 2020", 5)], "bad-date", "s.csv:2"),
        ([("2020-01", 5)], "bad-number", "at least 36"),
    ],
)
def test_series_that_cannot_be_read(tmp_path, rows, code, word):
    path = tmp_path / "s.csv"
    path.write_text(HEAD + "".join(f"{month},{price}\n" for month, price in rows))
    with pytest.raises(LodewayError, match=word) as caught:
        read_series(path, "Copper")
    assert caught.value.code == code


def test_a_column_that_is_not_there_is_suggested():
    with pytest.raises(LodewayError, match="did you mean Copper"):
        read_series(SERIES, "Coper ($/mt)")
    with pytest.raises(LodewayError, match="before it"):
        read_series(SERIES, "Copper ($/mt)").until("1990-05")


def test_the_commands(tmp_path):
    out = tmp_path / "d.parquet"
    common = [str(SERIES), "--column", "Gold ($/troy oz)", "--until", "2020-12", "--json"]
    base = [sys.executable, "-m", "lodeway", "prices"]
    fit = subprocess.run([*base, "fit", *common], capture_output=True, text=True, check=True)
    assert json.loads(fit.stdout)["model"] in MODELS
    subprocess.run(
        [*base, "draw", *common, "--months", "14", "--draws", "30", "--out", str(out)],
        capture_output=True, check=True,
    )  # fmt: skip
    table = pd.read_parquet(out)
    assert list(table.columns) == ["draw", "month", "price"]
    assert len(table) == 14 * 30
    assert table["month"].iloc[0] == "2021-01"
    assert (table["price"] > 0.0).all()
