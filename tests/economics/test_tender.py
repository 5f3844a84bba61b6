"""Tenders: methods against published worked examples, gates before scores, bad files refused."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lodeway.economics.tender import ahp_weights, compare, first_shares, maut, pareto, topsis
from lodeway.economics.tender.score import uncertain_weights
from lodeway.errors import LodewayError

PLAN = """
method = "maut"
[[criterion]]
name = "royalty"
weight = 0.5
better = "max"
low = 0.0
high = 0.10
[[criterion]]
name = "co2_t_per_t"
weight = 0.3
better = "min"
[[criterion]]
name = "jobs"
weight = 0.2
[[gate]]
column = "tailings_plan"
equals = "yes"
[[gate]]
name = "experience"
column = "years"
min = 5
"""
BIDS = """bid,royalty,co2_t_per_t,jobs,tailings_plan,years
North,0.05,1.0,300,yes,12
South,0.04,2.0,500,yes,8
Cheap,0.10,3.0,900,no,3
Weak,0.03,2.5,250,yes,5
"""


def files(tmp_path, bids=BIDS, plan=PLAN):
    (tmp_path / "bids.csv").write_text(bids)
    (tmp_path / "criteria.toml").write_text(plan)
    return tmp_path / "bids.csv", tmp_path / "criteria.toml"


def test_gates_come_first_and_the_scores_are_worked_by_hand(tmp_path):
    found = compare(*files(tmp_path))
    by_name = {row["bid"]: row for row in found["ranking"]}
    # co2 from 1.0 to 2.5, jobs from 250 to 500 among the bids that are left
    assert by_name["North"]["score"] == pytest.approx(0.5 * 0.5 + 0.3 * 1.0 + 0.2 * 0.2)
    assert by_name["South"]["score"] == pytest.approx(0.5 * 0.4 + 0.3 * (1 / 3) + 0.2 * 1.0)
    assert by_name["Weak"]["score"] == pytest.approx(0.5 * 0.3)
    assert by_name["Cheap"]["score"] is None
    assert [gate["gate"] for gate in by_name["Cheap"]["gates"]] == ["tailings_plan", "experience"]
    assert [row["bid"] for row in found["ranking"]] == ["North", "South", "Weak", "Cheap"]
    assert found["pareto"] == ["North", "South"]
    assert sum(row["p_first"] for row in found["ranking"]) == pytest.approx(1.0)
    assert found["consistency"] is None


def test_consistency_of_a_published_matrix():
    """Saaty (1987), "The analytic hierarchy process - what it is and how it is used", the drinks
    example: coffee, wine, tea, beer, sodas, milk, water; consistency ratio 0.022."""
    rows = [
        [1, 9, 5, 2, 1, 1, 1 / 2],
        [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
        [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [1, 9, 4, 2, 1, 2, 1 / 2],
        [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [2, 9, 9, 3, 2, 3, 1],
    ]
    weights, found = ahp_weights(rows, "x")
    assert weights == pytest.approx([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=2e-3)
    assert found["ratio"] == pytest.approx(0.022, abs=5e-3)
    assert found["consistent"]


def test_topsis_by_hand():
    """Two criteria, equal weights: (3, 4)/5 and (4, 3)/5: each is as near as the other."""
    found = topsis(np.array([[3.0, 4.0], [4.0, 3.0]]), np.array([True, True]), np.array([0.5, 0.5]))
    assert found == pytest.approx([0.5, 0.5])


values = arrays(np.float64, (5, 3), elements=st.floats(0.0, 100.0))


@settings(deadline=None, max_examples=50)
@given(values)
def test_a_bid_that_is_beaten_everywhere_is_never_first(table):
    higher = np.array([True, True, True])
    front = pareto(table, higher)
    assert front.any()
    weights = uncertain_weights(np.array([0.2, 0.3, 0.5]), 10.0, 50, 1)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    span = np.where(np.ptp(table, axis=0) > 0.0, np.ptp(table, axis=0), 1.0)
    scores = maut((table - table.min(axis=0)) / span, weights)
    first = first_shares(scores)
    strictly = (table[:, None, :] < table[None, :, :] - 1e-9).all(axis=2).any(axis=1)
    assert np.all(first[strictly] == 0.0)


def test_firm_weights_make_a_firm_ranking(tmp_path):
    firm = compare(*files(tmp_path, plan="weights = { concentration = 1e6 }\n" + PLAN))
    assert firm["ranking"][0]["p_first"] == 1.0
    loose = compare(*files(tmp_path, plan="weights = { concentration = 2 }\n" + PLAN))
    assert loose["ranking"][0]["p_first"] < 1.0


NPV_PLAN = """
[[criterion]]
name = "state_npv"
weight = 0.7
[[criterion]]
name = "disclosure_share"
weight = 0.3
[npv]
rate = 0.10
output_t = [0, 10000, 10000, 10000]
opex_usd = [0, 3e7, 3e7, 3e7]
capex_usd = [6e7, 0, 0, 0]
price = { spot_usd_per_t = 9000, volatility = 0.2, half_life_y = 3 }
draws = 500
[npv.regime]
kind = "royalty"
royalty = 0.03
tax = 0.2
dep = "sl"
dep_years = 3
"""
NPV_BIDS = """bid,royalty,signature_bonus_usd,capex_factor,disclosed:contract,disclosed:tailings
High,0.08,0,1.0,yes,no
Bonus,0.03,20000000,1.0,yes,yes
Plain,0.03,0,1.0,no,no
"""


def test_value_to_the_state_under_the_same_prices_for_all(tmp_path):
    found = compare(*files(tmp_path, NPV_BIDS, NPV_PLAN))
    by_name = {row["bid"]: row for row in found["ranking"]}
    for quantile in ("p10", "p50", "p90", "mean"):
        plain = by_name["Plain"]["state_npv_usd"][quantile]
        assert by_name["High"]["state_npv_usd"][quantile] > plain
        assert by_name["Bonus"]["state_npv_usd"][quantile] > plain
    # by hand at the mean price: 5 % more royalty on 90 MUSD a year, less a fifth of it in tax
    gain = by_name["High"]["state_npv_usd"]["mean"] - by_name["Plain"]["state_npv_usd"]["mean"]
    factors = sum(1.1 ** -(year + 1) for year in (1, 2, 3))
    assert gain == pytest.approx(0.05 * 9e7 * 0.8 * factors, rel=0.1)
    assert by_name["High"]["utilities"]["disclosure_share"] == pytest.approx(0.4)
    assert by_name["Plain"]["p_first"] == 0.0


@pytest.mark.parametrize(
    ("bids", "plan", "code", "word"),
    [
        (BIDS, PLAN.replace("0.2\n", "0.1\n", 1), "bad-fraction", "a sum of 0.9"),
        (BIDS, PLAN.replace('"max"', '"biggest"'), "bad-study", "max or min"),
        (BIDS, PLAN.replace("royalty", "roialty", 1), "missing", "did you mean royalty"),
        (BIDS, PLAN + "\nmetod = 1", "bad-study", "metod"),
        (BIDS, PLAN.replace('"maut"', '"best"'), "bad-study", "maut or topsis"),
        (BIDS, "x = [", "bad-study", "TOML"),
        (BIDS.replace("South", "North"), PLAN, "unknown-id", "each bid once"),
        (BIDS.replace("300", "three hundred"), PLAN, "bad-number", "bids.csv:2 jobs"),
        (BIDS.replace("bid,", "firma,"), PLAN, "missing", "a column 'bid'"),
        (BIDS, PLAN.replace("min = 5", ""), "bad-study", "no condition"),
        (BIDS, PLAN + "\n[ahp]\nmatrix = [[1, 2], [0.5, 1]]", "bad-number", "2 rows"),
        (BIDS, PLAN + "\n[ahp]\nmatrix = [[1,2,3],[2,1,1],[1,1,1]]", "bad-number", "reciprocal"),
        (NPV_BIDS.replace("0.08", "8"), NPV_PLAN, "bad-fraction", "write 0.08"),
        (NPV_BIDS.replace("yes,no", "yes,perhaps"), NPV_PLAN, "bad-argument", "yes or no"),
        (NPV_BIDS, NPV_PLAN.replace("rate = 0.10", "rate = 10"), "bad-fraction", "0.10"),
    ],
)  # fmt: skip
def test_files_that_make_no_sense_are_refused(tmp_path, bids, plan, code, word):
    with pytest.raises(LodewayError, match=word) as caught:
        compare(*files(tmp_path, bids, plan))
    assert caught.value.code == code


def test_the_command_prints_one_json_value(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lodeway", "tender", *map(str, files(tmp_path)), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert {"ranking", "pareto", "consistency"} <= found.keys()
    assert {"bid", "score", "p_first", "gates"} <= found["ranking"][0].keys()
