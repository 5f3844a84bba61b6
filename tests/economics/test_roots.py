"""Rates of return: published answers, mpmath's roots, and flows that others get wrong."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.economics.cash_table import CashFlows, read_flows
from lodeway.economics.roots import dated_irr_roots, exact_irr_roots, irr, irr_roots
from lodeway.errors import LodewayError

DATED = Path(__file__).resolve().parents[1] / "data" / "dated_cash_flows"
ANSWERS = json.loads((DATED / "answers.json").read_text())


@pytest.mark.parametrize("name", ANSWERS)
def test_published_rates_of_dated_flows(name):
    flows = read_flows(DATED / name)
    roots = flows.roots()
    assert min(abs(root - ANSWERS[name]["test_xirr_samples"]) for root in roots) < 1e-8
    first = min(flows.days)
    with mpmath.workdps(60):
        for root in roots:
            terms = [
                mpmath.mpf(amount)
                * (1 + mpmath.mpf(root)) ** (-mpmath.mpf((day - first).days) / 365)
                for amount, day in zip(flows.amounts, flows.days, strict=True)
            ]
            size = mpmath.fsum(abs(term) for term in terms)
            gap = mpmath.mpf(2) ** -52 / (1 + mpmath.mpf(root))  # what a float of the rate loses
            assert abs(mpmath.fsum(terms)) < size * (mpmath.mpf("1e-12") + 60 * gap)


@pytest.mark.parametrize("name", [name for name in ANSWERS if "test_xnpv_samples" in ANSWERS[name]])
def test_published_present_values_of_dated_flows(name):
    """The published values are at 10 % and taken on the first date."""
    found = read_flows(DATED / name).present_value(0.1)
    assert found == pytest.approx(ANSWERS[name]["test_xnpv_samples"], rel=1e-9)


def test_documented_spreadsheet_example_of_dated_flows():
    days = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15),
            date(2009, 4, 1)]  # fmt: skip
    flows = CashFlows([-10000.0, 2750.0, 4250.0, 3250.0, 2750.0], days)
    assert flows.roots() == pytest.approx([0.373362535], abs=1e-8)
    assert flows.present_value(0.09) == pytest.approx(2086.65, abs=0.005)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=14))
def test_all_roots_are_those_of_mpmath(flows):
    """Real roots of the polynomial in the discount factor, by another library's algorithm."""
    ours = [float(root) for root in exact_irr_roots([Decimal(flow) for flow in flows], 14)]
    trimmed = np.trim_zeros(np.array(flows))
    if len(trimmed) < 2:
        assert ours == []
        return
    with mpmath.workdps(50):
        found = mpmath.polyroots([int(x) for x in trimmed[::-1]], maxsteps=2000, extraprec=2000,
                                 error=False)  # fmt: skip
        theirs = sorted({
            round(float(1 / mpmath.re(root) - 1), 9)
            for root in found
            if abs(mpmath.im(root)) < mpmath.mpf("1e-15") and mpmath.re(root) > 0
        })  # fmt: skip
    assert len(ours) == len(theirs)
    assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-7)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(-100, 100), min_size=2, max_size=14))
def test_the_interval_search_finds_what_exact_arithmetic_finds(flows):
    exact = exact_irr_roots([Decimal(flow) for flow in flows], 12)
    within = [float(root) for root in exact if root < 1e9]
    searched = dated_irr_roots(np.arange(len(flows), dtype=float), np.array(flows, dtype=float))
    assert searched == pytest.approx(within, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("flows", "roots"),
    [
        ([-100, 230, -132], [0.1, 0.2]),
        ([-100, 220, -121], [0.1]),  # touches zero
        ([-1, 6, -11, 6], [0.0, 1.0, 2.0]),  # three
        ([-1000, 6, -11, 6], [-0.8366]),
        ([0, 0, -10, 21, 0], [1.1]),
        ([-100000, 1], [-0.99999]),
        ([0, 0, 0], []),
        ([5], []),
    ],
)
def test_flows_with_none_one_or_several_rates(flows, roots):
    assert irr_roots([float(x) for x in flows]) == pytest.approx(roots, abs=1e-4)


def test_a_rate_near_minus_one_hundred_percent():
    years = np.array([0.0, 1.0, 2.5])
    roots = dated_irr_roots(years, np.array([-1e6, 1.0, 0.5]))
    assert len(roots) == 1
    value = -1e6 + (1 + roots[0]) ** -1.0 + 0.5 * (1 + roots[0]) ** -2.5
    assert abs(value) < 1.0


def test_a_thousand_yearly_flows():
    flows = [-1000.0] + [1.0 + 0.01 * year for year in range(999)]
    (root,) = irr_roots(flows)
    factors = (1.0 + root) ** -np.arange(1000.0)
    assert abs(float(np.array(flows) @ factors)) < 1e-8 * 1000.0


@pytest.mark.parametrize(("mean", "spread", "years"), [(20, 30, 12), (30, 15, 21), (0, 40, 7)])
def test_many_flows_at_once_agree_with_one_at_a_time(mean, spread, years):
    dice = np.random.default_rng(7)
    table = dice.normal(mean, spread, (250, years))
    table[:, 0] = -100.0
    table[::9, -1] = 0.0
    rates, counts = irr(table)
    for flow, rate, count in zip(table, rates, counts, strict=True):
        roots = irr_roots(flow)
        assert len(roots) == count
        if count == 1:
            assert rate == pytest.approx(roots[0], rel=1e-9, abs=1e-11)
        else:
            assert np.isnan(rate)


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("amount\n-100\n110\n", [0.1]),
        ("-100\n110\n", [0.1]),
        ("year,amount\n1,110\n0,-100\n", [0.1]),
        ("0,-100\n1,110\n", [0.1]),
        ("date,amount\n2021-01-01,-100\n2022-01-01,110\n", [0.1]),
        ("amount,date\n-100,2021-01-01\n110,2022-01-01\n", [0.1]),
        ("2022-01-01,110\n2021-01-01,-100\n", [0.1]),
        ("date,amount\n2021-01-01,0\n2022-01-01,0\n", []),
    ],
)
def test_tables_of_flows_that_people_write(tmp_path, text, roots):
    path = tmp_path / "flows.csv"
    path.write_text(text)
    assert read_flows(path).roots() == pytest.approx(roots, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("year,amount\n2020,-1\n2022,2\n", "bad-date", "a gap of 2 years"),
        ("year,amount\n2020,-1\n2020,2\n", "bad-date", "the same year twice"),
        ("date,amount\n2020-01-01,-1\n2021-01-01,\n", "missing", "flows.csv:3"),
        ("date,amount\n2020-01-01,-1\n2021-01-01,nan\n", "bad-number", "finite"),
        ("date,amount\n01.02.2020,-1\n", "bad-date", "2026-05-01"),
        ("date;amount\n2020-01-01;-1\n", "bad-csv", "semicolons"),
        ("", "missing", "empty"),
        ("amount\n", "missing", "no flows"),
    ],
)
def test_tables_of_flows_that_cannot_be_read(tmp_path, text, code, word):
    path = tmp_path / "flows.csv"
    path.write_text(text)
    with pytest.raises(LodewayError, match=word) as caught:
        read_flows(path)
    assert caught.value.code == code


def test_a_gap_in_many_flows_is_refused():
    with pytest.raises(LodewayError, match="gap"):
        irr(np.array([[-1.0, np.nan]]))
