"""Receipts of the state against disclosures, jobs from tables of others, gas and carbon lines."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lodeway.chain import STAGES
from lodeway.economics.backcast import steady_receipts
from lodeway.economics.jobs import employment_multipliers, jobs_table
from lodeway.economics.parity import parity_lines
from lodeway.economics.regime import make_regime
from lodeway.errors import LodewayError
from lodeway.model import Fact, Facts
from lodeway.study.run import run
from lodeway.study.store import Store

TINY = Path(__file__).resolve().parents[2] / "studies" / "tiny"
ONE = np.ones(1)


def test_receipts_of_a_steady_year_worked_by_hand():
    """Royalty 4 % + margin / 8, 15 % of profit, 18 % tax; 100 in, 50 out, 8 sustaining."""
    regime = make_regime(
        {"kind": "royalty", "royalty_floor": 0.04, "royalty_divisor": 8.0, "profit_royalty": 0.15,
         "profit_royalty_from": 0.10, "tax": 0.18, "dep": "sl", "dep_years": 8,
         "state_equity": 0.2}, "x",
    )  # fmt: skip
    found = steady_receipts(regime, 100 * ONE, 50 * ONE, 8 * ONE, ONE)
    profit = 100 - 50 - 8
    royalty = 100 * (0.04 + profit / 100 / 8)
    royalty += 0.15 * (profit - royalty)
    tax = 0.18 * (profit - royalty)
    assert found["taxes"][0] == pytest.approx(royalty + tax)
    assert found["dividends"][0] == pytest.approx(0.2 * (100 - 50 - 8 - royalty - tax))
    assert found["all"][0] == pytest.approx(found["taxes"][0] + found["dividends"][0])


def test_a_disclosed_payment_in_a_study(tmp_path):
    """The tiny study with one disclosed payment: the miss is printed, units are checked."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    study, facts = folder / "study.toml", folder / "data" / "facts" / "facts.csv"
    text, rows = study.read_text(), facts.read_text()
    entry = (
        '\n[[economics.disclosed]]\nproject = "hill"\nyear = 2018\npaid = "TY-90"\n'
        'units_per_usd = "TY-91"\nprice = "copper"\n\n[report]'
    )
    study.write_text(text.replace("\n[report]", entry))
    line = ",,,2026,the example,invented for the example,general-knowledge-unverified,\n"
    facts.write_text(
        rows + f"TY-90,Hill,taxes paid,,4000000000,,AMD{line}TY-91,AMD,rate,,485,,AMD/USD{line}"
    )
    keys = run(STAGES, folder, draws=16).keys
    table = Store(folder).load(keys["economics"]).data["backcast"]
    assert isinstance(table, pd.DataFrame)
    row = table.iloc[0]
    assert row["disclosed_usd"] == pytest.approx(4e9 / 485)
    assert row["miss"] == pytest.approx(row["p50"] / row["disclosed_usd"] - 1.0)
    assert row["p10"] <= row["p50"] <= row["p90"]
    study.write_text(study.read_text().replace('units_per_usd = "TY-91"\n', ""))
    with pytest.raises(LodewayError, match="exchange rate"):
        run(STAGES, folder, draws=16)
    study.write_text(study.read_text().replace('"hill"\nyear', '"hil"\nyear'))
    with pytest.raises(LodewayError, match="did you mean hill"):
        run(STAGES, folder, draws=16)


def fact(name, low, mode, high, unit):
    return Fact(name, "f.csv", 2, "", "", low, mode, high, unit, "", "", "", "", "", "", "")


def test_phases_and_kinds_of_jobs_stay_apart():
    facts = Facts(
        {"D": fact("D", 100, 200, 300, "jobs"), "C": fact("C", 900, 1000, 1100, "jobs"),
         "I": fact("I", 1.3, 1.6, 2.0, "ratio"), "J": fact("J", 1.8, 2.5, 3.5, "ratio")}
    )  # fmt: skip
    jobs = {"direct": "D", "construction_direct": "C", "indirect_per_direct": "I",
            "induced_per_direct": "J"}  # fmt: skip
    table = jobs_table([{"name": "x", "jobs": jobs}], facts).set_index(["phase", "kind"])
    assert table.loc[("operation", "indirect"), "mode"] == pytest.approx(120.0)
    assert table.loc[("operation", "induced"), "mode"] == pytest.approx(180.0)
    assert table.loc[("construction", "direct"), "mode"] == 1000.0
    total = table.loc["operation"]["mode"].sum()
    assert total == pytest.approx(200.0 * 2.5)


def test_multipliers_of_a_textbook_table():
    """Miller and Blair (2009), chapter 2: A = [[.15, .25], [.20, .05]] has the Leontief inverse
    [[1.254, .330], [.264, 1.122]]."""
    table = np.array([[0.15, 0.25], [0.20, 0.05]])
    jobs = np.array([1.0, 1.0])
    found = employment_multipliers(table, jobs, np.zeros(2), np.zeros(2))
    assert found.type_1 == pytest.approx([1.254 + 0.264, 0.330 + 1.122], abs=1e-3)
    assert found.type_2 == pytest.approx(found.type_1)
    more = employment_multipliers(table, jobs, np.array([0.3, 0.25]), np.array([0.05, 0.4]))
    assert np.all(more.type_2 > more.type_1)


@pytest.mark.parametrize(
    "table", [np.array([[0.9, 0.2], [0.3, 0.1]]), np.array([[-0.1, 0.2], [0.3, 0.1]]), np.eye(3)]
)
def test_tables_that_cannot_be_are_refused(table):
    with pytest.raises(LodewayError):
        employment_multipliers(table, np.ones(2), np.ones(2) * 0.2, np.ones(2) * 0.2)


def test_gas_below_parity_is_the_difference_of_two_lines():
    lines = parity_lines(10.3 * ONE, 3.7 * ONE, 11.3 * ONE, 0.55 * ONE, 82.0 * ONE)
    gain = lines["gas as it is paid"] - lines["gas at export parity"]
    assert lines["gas below export parity"] == pytest.approx(gain)
    assert lines["carbon at the border"][0] == pytest.approx(-45.1)
