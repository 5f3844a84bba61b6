"""Prices and terms: dated levels, fitted behaviour, invoices that add up."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.economics.netback import choose
from lodeway.economics.prices import Behaviour, fit, fresh, paths
from lodeway.economics.terms import Terms, payable
from lodeway.errors import LodewayError
from lodeway.model import Fact, Facts


def fact(name, mode, unit, as_of="2026-05", low=None, high=None):
    return Fact(name, "f.csv", 2, "", "", low, mode, high, unit, "", "", as_of, "", "", "", "")


@pytest.mark.parametrize("as_of", ["2025", "2025-11", "2026-10-31"])
def test_a_level_of_the_last_twelve_months_is_accepted(as_of):
    assert fresh(fact("P", 1.0, "USD/t", as_of), date(2026, 11, 1)).id == "P"


@pytest.mark.parametrize("as_of", ["2024", "2025-09", ""])
def test_an_older_level_is_refused_with_its_row(as_of):
    with pytest.raises(LodewayError, match=r"f\.csv:2 P as_of") as caught:
        fresh(fact("P", 1.0, "USD/t", as_of), date(2026, 11, 1))
    assert caught.value.code == "stale"


def test_the_mean_of_a_path_reverts_and_its_spread_is_that_of_the_model():
    """Ornstein-Uhlenbeck in yearly steps: variance s2 (1 - k^2n) / (1 - k^2)."""
    behaviour, draws = Behaviour(0.25, 3.0), 60_000
    spot, anchor = np.full(draws, 13000.0), np.full(draws, 10000.0)
    table = paths(
        spot, anchor, behaviour, [2026, 2030, 2040], 2026, names=["x"], weights=[1.0], seed=3
    )
    assert (table[0] == 13000.0).all()
    kept = behaviour.kept
    for year, ahead in ((2030, 4), (2040, 14)):
        values = table[year - 2026]
        expected = 10000.0 * 1.3 ** (kept**ahead)
        assert values.mean() == pytest.approx(expected, rel=0.01)
        variance = 0.25**2 * (1 - kept ** (2 * ahead)) / (1 - kept**2)
        assert np.log(values).std() == pytest.approx(np.sqrt(variance), rel=0.02)


def test_a_price_with_letters_or_zeros_is_refused():
    with pytest.raises(LodewayError, match="at least 8"):
        fit([1.0, 2.0])


@given(st.floats(0.0, 0.4), st.floats(0.8, 1.0), st.floats(0.0, 0.05))
def test_payable_is_never_negative_nor_more_than_contained(content, pay, deduction):
    paid = float(payable(np.array(content), np.array(pay), np.array(deduction), np.array(0.0)))
    assert 0.0 <= paid <= content


def terms(tc, **more):
    facts = Facts(
        {
            "TC": fact("TC", tc, "USD/t"), "PAY": fact("PAY", 96.5, "%"),
            "DED": fact("DED", 1.0, "%"), "RC": fact("RC", 8.0, "US cents/lb"),
            "MIN": fact("MIN", 1.0, "g/t"), "ABOVE": fact("ABOVE", 0.2, "%"),
            "PEN": fact("PEN", 25.0, "USD/t"),
        }
    )  # fmt: skip
    section = {
        "name": "t", "kind": "concentrate", "tc_usd_per_t": "TC",
        "payable": [
            {"element": "Cu", "price": "copper", "pay_pct": "PAY", "deduct_pct": "DED",
             "rc_usd_per_lb": "RC"},
            {"element": "Au", "price": "gold", "pay_pct": "PAY", "minimum_g_per_t": "MIN"},
        ],
        "penalty": [{"element": "As", "above_pct": "ABOVE", "usd_per_t_per_pct": "PEN"}],
        **more,
    }  # fmt: skip
    return Terms(section, facts, 1, 1)


@pytest.mark.parametrize("tc", [80.0, 0.0, -45.0])
def test_an_invoice_worked_by_hand(tc):
    """25 % Cu at 10,000 USD/t: min(24.125, 24.0) = 24 % payable = 2,400; RC 8 c/lb = 42.33."""
    content = {"Cu": np.array([0.25]), "Au": np.array([0.5e-6]), "As": np.array([0.005])}
    prices = {"copper": np.array([10000.0]), "gold": np.array([1e8])}
    lines = {name: float(value[0]) for name, value in terms(tc).lines(content, prices).items()}
    assert lines["payable Cu"] == pytest.approx(2400.0)
    assert lines["refining Cu"] == pytest.approx(-0.24 * 0.08 * 2204.6226, rel=1e-6)
    assert lines["payable Au"] == 0.0  # below one gram
    assert lines["treatment"] == pytest.approx(-tc)
    assert lines["penalty As"] == pytest.approx(-0.3 * 25.0)


def test_an_unknown_price_is_suggested():
    with pytest.raises(LodewayError, match="did you mean copper"):
        terms(0.0).lines({"Cu": np.array([0.25])}, {"coper": np.ones(1), "copper2": np.ones(1)})


@given(st.integers(2, 6), st.integers(1, 20), st.integers(0, 10_000))
def test_choosing_on_what_is_known_never_beats_choosing_with_hindsight(lanes, draws, seed):
    dice = np.random.default_rng(seed)
    known = dice.normal(size=(lanes, draws))
    realised = known + dice.normal(size=(lanes, draws))
    choice = choose(known, realised)
    assert np.all(choice.netback <= realised.max(axis=0))
    clone = choose(np.vstack([known, known[:1]]), np.vstack([realised, realised[:1] + 1.0]))
    assert np.array_equal(clone.netback, choice.netback)  # a copy of a lane is worth nothing
