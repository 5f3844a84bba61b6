"""The waterfall of a small study, its closed forms, and names that do not exist."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lodeway.chain import STAGES
from lodeway.economics.waterfall import Line, netback_answer, switch_prices
from lodeway.errors import LodewayError
from lodeway.study.load import load_study
from lodeway.study.run import run
from lodeway.study.store import Store

TINY = Path(__file__).resolve().parents[2] / "studies" / "tiny"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("netback") / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    keys = run(STAGES, folder, draws=24).keys
    store = Store(folder)
    results = {
        name: store.load(keys[name]) for name in ("processing", "sales", "corridors", "economics")
    }
    return folder, load_study(folder).settings, results


def test_the_lines_add_up_from_the_buyer_to_the_mine(tiny):
    _, settings, results = tiny
    for scenario in ("today", "south-open"):
        answer = netback_answer(settings, results, "hill", scenario)
        mean = {line["name"]: line["mean"] for line in answer["lines"]}
        names = list(mean)
        value, net = names.index("delivered value"), names.index("net-back at the mine")
        assert sum(mean[n] for n in names[:value]) == pytest.approx(mean["delivered value"])
        costs = sum(mean[n] for n in names[value + 1 : net])
        assert mean["delivered value"] + costs == pytest.approx(mean["net-back at the mine"])
        assert answer["netback"] <= answer["mine_gate"] <= answer["delivered"]
        gate = names[net + 1 : -1]
        assert mean["delivered value"] + sum(mean[n] for n in gate) == pytest.approx(
            mean["mine-gate value"]
        )


def test_the_haul_that_eats_the_netback_is_the_closed_form(tiny):
    _, settings, results = tiny
    answer = netback_answer(settings, results, "hill", "today")
    more = answer["breakeven_km"] - answer["haul_km"]
    assert more * answer["haul_usd_per_t_km"] == pytest.approx(answer["netback"])


def test_two_lanes_are_worth_the_same_at_the_switch_price():
    best = Line(np.array([0.24, 0.24, 0.2]), np.array([-300.0, -300.0, 10.0]))
    other = Line(np.array([0.20, 0.24, 0.1]), np.array([-100.0, -100.0, 0.0]))
    price = switch_prices(best, other)
    assert price[0] == pytest.approx(5000.0)
    assert 0.24 * price[0] - 300.0 == pytest.approx(0.20 * price[0] - 100.0)
    assert np.isnan(price[1])  # one slope: one of them is better at every price
    assert np.isnan(price[2])  # they cross below zero


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (("hil", "today"), "did you mean hill"),
        (("hill", "tody"), "did you mean today"),
    ],
)
def test_a_name_that_does_not_exist_is_suggested(tiny, names, word):
    _, settings, results = tiny
    with pytest.raises(LodewayError, match=word):
        netback_answer(settings, results, *names)
    with pytest.raises(LodewayError, match="--market"):
        netback_answer(settings, results, "hill", "today", market="moon")


def test_the_command_prints_one_json_value(tiny):
    folder, *_ = tiny
    done = subprocess.run(
        [sys.executable, "-m", "lodeway", "netback", str(folder), "--project", "hill",
         "--scenario", "south-open", "--draws", "24", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    wanted = {"lines", "delivered", "mine_gate", "breakeven_km", "switch_price"}
    assert wanted <= answer.keys()
    assert {"name", "p10", "p50", "p90", "unit"} <= answer["lines"][0].keys()
