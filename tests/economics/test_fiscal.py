"""The fiscal engine against ledgers that a slow 50-digit program computed."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lodeway.economics.fiscal import depreciation, irr_roots, npv, run_regime
from lodeway.economics.regime import Regime, make_regime
from lodeway.errors import LodewayError

CASES = Path(__file__).resolve().parents[1] / "data" / "fiscal_cases"
NAMES = ["psa_75_51", "royalty5_cit20", "rfactor", "lossmaking_psa_75_51"]


def case(name):
    given_ = json.loads((CASES / f"{name}.json").read_text())
    answers = json.loads((CASES / f"{name}_answers.json").read_text())
    with (CASES / f"{name}.csv").open(newline="") as stream:
        ledger = list(csv.DictReader(stream))
    flows = [np.array([given_[key]]) for key in ("revenue", "opex", "capex")]
    return make_regime(given_["regime"], name), flows, ledger, answers


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_the_ledger_to_the_cent(name):
    regime, flows, expected, _ = case(name)
    ledger = run_regime(regime, *flows)
    for column in expected[0]:
        if column in {"year", "revenue", "opex", "capex"}:
            continue
        ours = getattr(ledger, column)[0]
        theirs = np.array([float(row[column]) for row in expected])
        assert np.abs(ours - theirs).max() < 0.0051, column


@pytest.mark.parametrize("name", NAMES)
def test_present_values_and_all_rates_of_return(name):
    regime, flows, _, answers = case(name)
    ledger = run_regime(regime, *flows)
    for key, text in answers.items():
        if key.startswith("npv_"):
            _, column, rate, when = key.replace("investor_ncf", "investor-ncf").replace(
                "state_take", "state-take").split("_")  # fmt: skip
            flow = getattr(ledger, column.replace("-", "_"))[0]
            assert float(npv(flow, float(rate), when=when)) == pytest.approx(float(text), abs=1e-3)
    roots = irr_roots(ledger.investor_ncf[0])
    assert roots == pytest.approx([float(root) for root in answers["irr_roots"]], abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_worlds_do_not_touch_each_other(name):
    regime, flows, _, _ = case(name)
    twice = [np.vstack([flow, 2.0 * flow, flow]) for flow in flows]
    alone, together = run_regime(regime, *flows), run_regime(regime, *twice)
    assert np.array_equal(alone.tax[0], together.tax[0])
    assert np.array_equal(together.tax[0], together.tax[2])


money = arrays(np.float64, (3, 8), elements=st.floats(0.0, 1e9))
share = st.floats(0.0, 1.0)


@settings(deadline=None, max_examples=60)
@given(
    money, money, money,
    st.fixed_dictionaries({
        "kind": st.sampled_from(["psa", "royalty"]), "cost_cap": share, "gov_profit_share": share,
        "royalty": share, "tax": share, "dep": st.sampled_from(["sl", "db"]),
        "dep_years": st.integers(1, 9), "dep_rate": share, "loss_years": st.integers(1, 6),
        "tax_bearer": st.sampled_from(["company", "state"]), "state_equity": share,
        "withholding": share, "rrt": share, "rrt_uplift": share,
        "royalty_divisor": st.integers(0, 9),
        "profit_royalty": share, "profit_royalty_from": share,
    }),
)  # fmt: skip
def test_state_and_investor_share_exactly_what_there_is(revenue, opex, capex, terms):
    ledger = run_regime(make_regime(terms, "terms"), revenue, opex, capex)
    cash = revenue - opex - capex
    scale = 1.0 + np.abs(revenue) + np.abs(opex) + np.abs(capex)
    assert np.all(np.abs(ledger.state_take + ledger.investor_ncf - cash) <= 1e-6 * scale.max())
    assert np.all(ledger.tax >= 0.0)


@settings(deadline=None, max_examples=60)
@given(money, money, st.integers(1, 12))
def test_straight_line_never_writes_off_more_than_was_spent(revenue, capex, years):
    worn = depreciation(Regime("royalty", dep="sl", dep_years=years), revenue, capex)
    assert np.all(worn.sum(axis=1) <= capex.sum(axis=1) * (1 + 1e-12) + 1e-9)


def test_a_loss_lapses_after_its_years():
    regime = make_regime({"kind": "royalty", "tax": 0.5, "loss_years": 2}, "r")
    revenue = np.array([[0.0, 0.0, 0.0, 100.0]])
    opex = np.array([[60.0, 0.0, 30.0, 0.0]])
    ledger = run_regime(regime, revenue, opex, np.zeros((1, 4)))
    assert ledger.loss_used[0, 3] == 30.0  # the 60 of three years ago is gone
    assert ledger.tax[0, 3] == 35.0


@pytest.mark.parametrize(
    ("flows", "roots"),
    [
        ([-100, 230, -132], [0.1, 0.2]),
        ([-100] + [30] * 8 + [-400], []),
        ([1, 2, 3], []),
        ([-1, -2], []),
        ([0, 0], []),
        ([-70000, 12000, 15000, 18000, 21000], [-0.0212448482734675]),
    ],
)
def test_rates_of_return_that_others_get_wrong(flows, roots):
    assert irr_roots(np.array(flows, dtype=float)) == pytest.approx(roots, abs=1e-9)


@pytest.mark.parametrize(
    ("terms", "code", "word"),
    [
        ({"kind": "psc"}, "bad-study", "did you mean psa"),
        ({"kind": "psa", "cost_cap": 1.1}, "bad-fraction", "cost_cap"),
        ({"kind": "royalty", "tax": 20}, "bad-fraction", "write 0.2"),
        ({"kind": "royalty", "taks": 0.2}, "bad-study", "did you mean tax"),
        ({"kind": "royalty", "dep_years": -1}, "bad-number", "dep_years"),
        ({"kind": "rfactor", "bands": [[2.0, 0.3], [1.0, 0.4], [None, 0.5]]}, "bad-study", "bands"),
        ({"kind": "psa", "tax_bearer": "nobody"}, "bad-study", "company or state"),
    ],
)  # fmt: skip
def test_terms_without_sense_are_refused(terms, code, word):
    with pytest.raises(LodewayError) as caught:
        make_regime(terms, "regimes/x.toml")
    assert caught.value.code == code
    assert word in str(caught.value)
