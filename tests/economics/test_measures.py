"""Measures of a cash flow against documented spreadsheet answers, filings and closed forms."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lodeway.economics.debt import Loan, debt_capacity, schedule
from lodeway.economics.fiscal import irr_roots, npv
from lodeway.economics.measures import (
    break_even_factor,
    government_take,
    mirr,
    monthly,
    monthly_npv,
    nominal,
    payback_years,
    profitability_index,
    progressivity,
    unit_costs,
    value_of,
    with_closure,
)
from lodeway.economics.regime import make_regime
from lodeway.errors import LodewayError

PUBLISHED = "economics/published_cases/"


def test_documented_spreadsheet_answers():
    assert npv(np.array([-10000.0, 3000, 4200, 6800]), 0.1) == pytest.approx(1188.44, abs=5e-3)
    flows = np.array([-120000.0, 39000, 30000, 21000, 37000, 46000])
    assert mirr(flows, 0.10, 0.12) == pytest.approx(0.1261, abs=5e-5)
    assert irr_roots([-70000.0, 12000, 15000, 18000, 21000, 26000]) == pytest.approx(
        [0.087], abs=5e-4
    )


def test_a_published_mine_to_its_return(reference_data):
    """Natural Resources Canada, 2011: a base-metal mine of 22 years; two libraries agreed."""
    path = reference_data(PUBLISHED + "nrcan_base_metal_mine_2012_2033.csv")
    answers = json.loads(reference_data(PUBLISHED + "nrcan_answers.json").read_text())
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    parts = ("net_cash_from_operations_CADk", "total_capital_CADk")
    columns = {"total_flow": parts, "equity_flow": ("pretax_equity_CADk",)}
    for answer, names in columns.items():
        flows = np.array([sum(float(row[name] or 0.0) for name in names) for row in rows])
        assert flows.sum() == pytest.approx(answers[answer]["sum"])
        assert irr_roots(flows) == pytest.approx([answers[answer]["irr"]], abs=1e-10)
        value = npv(flows, 0.075, when="start")
        assert value == pytest.approx(answers[answer]["npv_7_5_t0"], rel=1e-9)


flows_10 = arrays(np.float64, (4, 10), elements=st.floats(-1e6, 1e6))


@settings(deadline=None)
@given(flows_10, st.floats(0.0, 0.3), st.floats(-0.02, 0.2))
def test_real_and_nominal_money_give_one_present_value(flows, rate, inflation):
    real = value_of(flows, rate, flows_are="real", rate_is="real")
    in_money = nominal(flows, inflation)
    nominal_rate = (1 + rate) * (1 + inflation) - 1
    scale = 1e-9 * (1.0 + np.abs(flows).sum())
    for other in (
        value_of(in_money, nominal_rate, flows_are="nominal", rate_is="nominal"),
        value_of(in_money, rate, flows_are="nominal", rate_is="real", inflation=inflation),
        value_of(flows, nominal_rate, flows_are="real", rate_is="nominal", inflation=inflation),
    ):
        assert np.abs(real - other).max() < scale


def test_nominal_flows_with_a_real_rate_are_refused():
    with pytest.raises(LodewayError, match="nominal flows with a real rate"):
        value_of(np.array([1.0]), 0.1, flows_are="nominal", rate_is="real")
    with pytest.raises(LodewayError, match="real or nominal"):
        value_of(np.array([1.0]), 0.1, flows_are="constant", rate_is="real")


def test_months_lie_between_year_ends_and_mid_years():
    """Twelve flows a year at month ends: their mean moment is 13/24 of the year."""
    flows = np.array([100.0, 100.0, 100.0])
    found = float(monthly_npv(monthly(flows), 0.1))
    assert float(npv(flows, 0.1)) < found < float(npv(flows, 0.1, when="mid"))
    exact = sum(100.0 / 12.0 * 1.1 ** (-month / 12.0) for month in range(1, 37))
    assert found == pytest.approx(exact)


def test_payback_and_index_worked_by_hand():
    flows = np.array([[-100.0, 50.0, 100.0, -10.0], [5.0, 5.0, 5.0, 5.0]])
    assert payback_years(flows) == pytest.approx([2.5, np.nan], nan_ok=True)
    later = payback_years(flows, 0.1)[0]
    owed = 100 / 1.1 - 50 / 1.1**2
    assert later == pytest.approx(2.0 + owed / (100 / 1.1**3))
    index = profitability_index(np.array([-100.0, 132.0]), np.array([100.0, 0.0]), 0.1)
    assert index == pytest.approx(1.2)


PSA = make_regime({"kind": "psa", "cost_cap": 0.75, "gov_profit_share": 0.51}, "psa")
FLAT = make_regime({"kind": "royalty", "royalty": 0.05}, "flat")
RENT = make_regime({"kind": "royalty", "rrt": 0.5, "rrt_uplift": 0.15}, "rent")
REVENUE = np.array([[0.0, 0, 90, 90, 90, 90, 90, 90]])
OPEX = np.array([[0.0, 0, 30, 30, 30, 30, 30, 30]])
CAPEX = np.array([[60.0, 60, 5, 5, 5, 5, 5, 5]])


def test_take_and_progressivity_are_what_the_regimes_are_known_for():
    """A royalty takes more of a poor project, a rent tax more of a rich one (IMF, FARI)."""
    royalty = progressivity(FLAT, REVENUE, OPEX, CAPEX, 0.1)
    rent = progressivity(RENT, REVENUE, OPEX, CAPEX, 0.1)
    falls = [value for value in royalty.values() if np.isfinite(value)]
    rises = [value for value in rent.values() if np.isfinite(value)]
    assert falls == sorted(falls, reverse=True)
    assert rises == sorted(rises)
    take = government_take(FLAT, REVENUE, OPEX, CAPEX, 0.1)
    assert take.undiscounted[0] == pytest.approx(0.05 * 540 / (540 - 180 - 150))
    assert take.aetr == pytest.approx(take.discounted)
    assert take.irr_loss[0] > 0.0


def test_minimum_state_share_of_the_production_sharing_agreement():
    """While costs wait for recovery the state has (1 - 75 %) x 51 % = 12.75 %: as printed."""
    from lodeway.economics.fiscal import run_regime

    ledger = run_regime(PSA, REVENUE, OPEX, CAPEX * 100.0)
    assert ledger.gov_share[0, 2] / REVENUE[0, 2] == pytest.approx(0.1275)


def test_at_the_break_even_price_nothing_is_left():
    for regime in (PSA, FLAT, RENT):
        factor = break_even_factor(regime, REVENUE, OPEX, CAPEX, 0.1)
        from lodeway.economics.fiscal import regime_values

        values = regime_values(regime, REVENUE * factor, OPEX, CAPEX, rate=0.1)
        assert abs(float(values.investor[0])) < 1e-6


def test_unit_costs_and_closure_refuse_what_is_not_there():
    with pytest.raises(LodewayError, match="metal above 0"):
        unit_costs(0.0, {})
    with pytest.raises(LodewayError, match="a known kind"):
        unit_costs(1.0, {"minnig": 1.0})
    with pytest.raises(LodewayError, match="every mine is closed"):
        with_closure(np.ones((1, 3)), 0.0, 3, 0.1)
    whole, share = with_closure(np.zeros((1, 20)), 90.0, 3, 0.1)
    assert whole.sum() == pytest.approx(-90.0)
    assert share < 0.13  # discounted to little: the security is due


CASH = np.array([[0.0, 0, 40, 45, 50, 42, 44, 60, 55, 50]])
BUILD = np.array([[60.0, 40, 0, 0, 0, 0, 0, 0, 0, 0]])


@pytest.mark.parametrize("style", ["equal", "annuity", "sculpted"])
@pytest.mark.parametrize("capitalise", [True, False])
def test_a_loan_is_paid_back_and_the_owners_see_the_rest(style, capitalise):
    loan = Loan(0.6, 0.08, 6, grace_years=1, style=style, target_dscr=1.5, capitalise=capitalise,
                upfront_fee=0.01, commitment_fee=0.005, cover=0.95, cover_premium=0.06)  # fmt: skip
    found = schedule(CASH, BUILD, loan)
    assert found.balance[0, -1] == pytest.approx(0.0, abs=1e-9)
    outgoing = (found.interest + found.repaid).sum()
    lent = npv(found.drawn, 0.08)
    assert npv(found.interest + found.repaid, 0.08) == pytest.approx(lent)
    whole = CASH.sum() - BUILD.sum() + found.drawn.sum() - outgoing - found.fees.sum()
    assert found.equity.sum() == pytest.approx(whole)
    premium = 0.95 * 0.06 * 60.0
    assert found.fees.sum() == pytest.approx(0.01 * 60 + 0.005 * 24 + premium)


def test_a_sculpted_loan_has_one_cover_and_its_loan_life_cover_is_the_same():
    cash = CASH[:, 2:]
    most = float(debt_capacity(cash, 0.08, 1.4)[0])
    build = np.array([[most, *([0.0] * 8)]])
    flows = np.concatenate([np.zeros((1, 1)), cash], axis=1)
    found = schedule(flows, build, Loan(1.0, 0.08, 8, style="sculpted", target_dscr=1.4))
    assert found.dscr[0, 1:] == pytest.approx(1.4)
    assert found.llcr[0] == pytest.approx(1.4)
    assert found.balance[0, -1] == pytest.approx(0.0, abs=1e-6)
    assert found.lowest_dscr[0] == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        ({"gearing": 70.0}, "gearing"), ({"rate": 8.0}, "0.07"), ({"style": "bullet"}, "sculpted"),
        ({"tenor_years": 0}, "1 or more"), ({"tenor_years": 30}, "at most 10 years"),
    ],
)  # fmt: skip
def test_loans_without_sense_are_refused(terms, word):
    with pytest.raises(LodewayError, match=word):
        schedule(CASH, BUILD, Loan(**{"gearing": 0.7, "rate": 0.08, "tenor_years": 6, **terms}))
    with pytest.raises(LodewayError, match="no spending"):
        schedule(CASH, BUILD * 0.0, Loan(0.7, 0.08, 6))
