"""Fiscal cases in exact decimals: given answers, the fast engine, and what the format allows."""

import csv
import json
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.economics.case import make_case, read_case, solve
from lodeway.economics.exact import exact_ledger
from lodeway.economics.fiscal import npv, regime_values, ring_fenced, run_regime
from lodeway.economics.regime import Regime, make_regime
from lodeway.errors import LodewayError

CASES = Path(__file__).resolve().parents[1] / "data" / "fiscal_cases"
NAMES = ["psa_75_51", "royalty5_cit20", "rfactor", "lossmaking_psa_75_51"]


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_the_published_text(name):
    answers = solve(read_case(CASES / f"{name}.json"))
    expected = json.loads((CASES / f"{name}_answers.json").read_text())
    ledger = answers.pop("ledger")
    assert answers == expected
    with (CASES / f"{name}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [list(row) for row in ledger] == [list(row) for row in rows]
    for ours, theirs in zip(ledger, rows, strict=True):
        for column, text in theirs.items():
            wanted = "0.0000000000" if text == "0E-10" else text
            assert ours[column] == wanted, (ours["year"], column)


share = st.integers(0, 100).map(lambda part: Decimal(part) / 100)
cents = st.integers(0, 10**11).map(lambda part: Decimal(part) / 100)
years = st.integers(0, 9)


@st.composite
def cases(draw):
    """Every combination of the format's words, and the wider terms."""
    kind = draw(st.sampled_from(["psa", "rfactor", "royalty"]))
    terms = {"kind": kind}
    if kind != "royalty":
        terms["cost_cap"] = draw(share)
    if kind == "psa":
        terms["gov_profit_share"] = draw(share)
    if kind == "rfactor":
        uppers = sorted(draw(st.sets(st.integers(1, 400), max_size=3)))
        terms["bands"] = [[Decimal(upper) / 100, draw(share)] for upper in uppers]
        terms["bands"].append([None, draw(share)])
    optional = {
        "royalty": share, "tax": share, "loss_years": years, "rrt": share, "rrt_uplift": share,
        "cost_uplift": share, "cost_carry_years": years, "signature_bonus_usd": cents,
        "production_bonus_usd": cents, "export_duty": share, "state_equity": share,
        "withholding": share, "profit_royalty": share, "profit_royalty_from": share,
        "royalty_divisor": years, "royalty_floor": share,
        "tax_bearer": st.sampled_from(["company", "state"]),
    }  # fmt: skip
    for key, values in optional.items():
        if draw(st.integers(0, 2)) == 0:
            terms[key] = draw(values)
    dep = draw(st.sampled_from(["", "sl", "db", "uop"]))
    if dep:
        terms |= {"dep": dep, "dep_years": draw(st.integers(1, 12)), "dep_rate": draw(share)}
    if dep and draw(st.booleans()):
        terms["dep_from"] = draw(st.sampled_from(["revenue", "spending"]))
    count = draw(st.integers(1, 16))
    flows = [
        draw(st.lists(cents | st.just(Decimal(0)), min_size=count, max_size=count))
        for _ in range(4)
    ]
    return terms, flows


@settings(deadline=None, max_examples=300)
@given(cases())
def test_the_fast_engine_agrees_with_the_exact_one_to_the_cent(case):
    terms, (revenue, opex, capex, metal) = case
    regime = make_regime(
        {key: _plain(value) for key, value in terms.items()}, "terms"
    )  # fmt: skip
    exact = exact_ledger(regime, terms, revenue, opex, capex, metal)
    flows = [np.array([flow], dtype=float) for flow in (revenue, opex, capex)]
    units = np.array([metal], dtype=float)
    fast = run_regime(regime, *flows, units)
    ratios = {float(row["r_factor"]) for row in exact}
    uppers = [upper for upper, _ in regime.bands if upper is not None]
    if any(abs(ratio - upper) < 1e-9 for ratio in ratios for upper in uppers):
        return  # a float cannot tell on which side of a band such a ratio is
    if regime.profit_royalty and _on_the_edge(regime, exact):
        return
    for column in Regime.__dataclass_fields__.keys() & exact[0].keys() | {
        "royalty", "cost_recovery", "cost_bank", "profit_pool", "gov_share", "depreciation",
        "taxable", "loss_used", "tax", "rrt", "dividend", "withholding", "investor_ncf",
        "state_take", "bonus", "export_duty",
    }:  # fmt: skip
        ours = getattr(fast, column)[0]
        theirs = np.array([float(row[column]) for row in exact])
        scale = 1.0 + 1e-7 * np.abs(theirs).max()
        assert np.abs(ours - theirs).max() < 0.005 * scale, column
    with localcontext() as context:
        context.prec = 50
        for row in exact:
            whole = row["revenue"] - row["opex"] - row["capex"]
            assert abs(row["state_take"] + row["investor_ncf"] - whole) < Decimal("1e-30")


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _on_the_edge(regime, exact):
    """Whether profit over revenue is at the threshold of the royalty on profit."""
    for row in exact:
        profit = max(row["revenue"] - row["opex"] - row["depreciation"], Decimal(0))
        edge = float(row["revenue"]) * regime.profit_royalty_from
        if abs(float(profit - row["royalty"]) - edge) < 1e-6 * (1 + edge):
            return True
    return False


def case_of(regime, revenue, opex, capex, rates=("0.1",)):
    return make_case(
        {"revenue": revenue, "opex": opex, "capex": capex, "regime": regime, "rates": list(rates)},
        "case.json",
    )


def test_declining_balance_begins_with_the_spending_and_ends_with_the_rest():
    """Worked by hand: 100 at 25 %: 25, 18.75, 14.0625, and 42.1875 in the last year."""
    terms = {"kind": "royalty", "tax": 0.2, "dep": "db", "dep_rate": 0.25}
    rows = solve(case_of(terms, [0, 0, 50, 50], [0] * 4, [100, 0, 0, 0]))["ledger"]
    assert [row["depreciation"] for row in rows] == ["25.00", "18.75", "14.06", "42.19"]


def test_losses_lapse_oldest_first():
    """Losses of 10, 20, 30 with two years of life: of the first nothing is left in year 3."""
    terms = {"kind": "royalty", "tax": 0.5, "loss_years": 2}
    rows = solve(case_of(terms, [0, 0, 0, 60, 60], [10, 20, 30, 0, 0], [0] * 5))["ledger"]
    assert [row["loss_used"] for row in rows] == ["0.00", "0.00", "0.00", "50.00", "0.00"]
    assert rows[3]["tax"] == "5.00"


def test_a_rent_tax_balance_is_uplifted_taxed_and_reset():
    """-100, then +50: -110 + 50 = -60; then +100: -66 + 100 = 34 taxed at 40 %; then 10 at 40 %."""
    terms = {"kind": "royalty", "rrt": 0.4, "rrt_uplift": 0.1}
    rows = solve(case_of(terms, [0, 50, 100, 10], [0] * 4, [100, 0, 0, 0]))["ledger"]
    assert [row["rrt"] for row in rows] == ["0.00", "0.00", "13.60", "4.00"]


def test_r_factor_looks_at_the_start_of_the_year():
    """Year 1: R = 0 / 100; year 2: (200 - 20 of 10 %) / 100 = 1.8, in the second band."""
    terms = {"kind": "rfactor", "cost_cap": 0, "bands": [[1, 0.1], [2, 0.5], [None, 0.9]]}
    rows = solve(case_of(terms, [0, 200, 100], [0] * 3, [100, 0, 0]))["ledger"]
    assert [row["r_factor"] for row in rows] == ["0.0000000000", "0.0000000000", "1.8000000000"]
    assert [row["gov_share"] for row in rows] == ["0.00", "20.00", "50.00"]


def test_a_negative_rate_of_discount_and_rates_as_numbers():
    found = solve(case_of({"kind": "royalty"}, [0, 110], [0, 0], [100, 0], ["-0.5", "0.10"]))
    assert found["npv_investor_ncf_-0.5_end"] == "240.0000"
    assert found["npv_investor_ncf_0.10_end"] == "0.0000"
    assert found["irr_roots"] == ["0.10000000000000"]
    assert found["payback_years_from_start"] == "1.909090909091"


def test_nothing_that_the_state_can_take_a_share_of():
    found = solve(case_of({"kind": "royalty"}, [10, 0], [10, 0], [0, 0]))
    assert found["state_take_share_undiscounted"] is None
    assert found["payback_years_from_start"] is None
    assert found["irr_roots"] == []


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"revenue": [1]}, "bad-number", "opex: got 2 years"),
        ({"opex": [1, None]}, "bad-number", r"opex\[1\].*not a gap"),
        ({"opex": [1, "x"]}, "bad-number", r"opex\[1\]"),
        ({"capex": [1, -2]}, "bad-number", r"capex\[1\]"),
        ({"capex": "12"}, "bad-number", "a list"),
        ({"rates": [10]}, "bad-fraction", "write 0.1"),
        ({"rates": "0.1"}, "bad-number", "a list of rates"),
        ({"regime": {"kind": "psa", "cost_cap": 75, "gov_profit_share": 0.5}}, "bad-fraction",
         "write 0.75"),
        ({"regime": {"kind": "psa", "cost_cap": 0.75}}, "bad-study", "gov_profit_share"),
        ({"regime": {"kind": "royalty", "dep": "sl"}}, "bad-study", "dep_years"),
        ({"regime": {"kind": "royalty", "dep": "uop"}}, "missing", "metal_t"),
        ({"regime": {"kind": "rfactor"}}, "bad-study", "bands"),
        ({"regime": [1]}, "bad-study", "terms by name"),
        ({"regime": {"kind": "rfactor", "bands": [[1, 0.1], [1, 0.2], [None, 0.3]]}}, "bad-study",
         "rising"),
    ],
)  # fmt: skip
def test_a_case_without_sense_is_refused(change, code, word):
    good = {
        "revenue": [0, 1], "opex": [0, 1], "capex": [1, 0], "regime": {"kind": "royalty"},
        "rates": ["0.1"],
    }  # fmt: skip
    with pytest.raises(LodewayError, match=word) as caught:
        make_case({**good, **change}, "case.json")
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["{", "[]", '{"revenue": NaN}', "[" * 3000, '{"revenue": [1]}'])
def test_a_file_that_is_no_case_is_refused(tmp_path, text):
    path = tmp_path / "case.json"
    path.write_text(text)
    with pytest.raises(LodewayError):
        read_case(path)


def test_values_without_a_ledger_are_those_of_the_ledger():
    dice = np.random.default_rng(1)
    revenue, opex, capex = dice.uniform(0.0, 1e8, (3, 40, 15))
    regime = make_regime(
        {"kind": "rfactor", "cost_cap": 0.6, "bands": [[1.0, 0.3], [None, 0.6]], "tax": 0.2,
         "dep": "sl", "dep_years": 5, "royalty": 0.03}, "x",
    )  # fmt: skip
    ledger = run_regime(regime, revenue, opex, capex)
    for when in ("end", "mid", "start"):
        found = regime_values(regime, revenue, opex, capex, rate=0.09, when=when)
        assert found.investor == pytest.approx(npv(ledger.investor_ncf, 0.09, when=when))
        assert found.state == pytest.approx(npv(ledger.state_take, 0.09, when=when))


def test_a_ring_fence_keeps_costs_apart():
    """Two areas, one with cost only: without the fence its cost is recovered from the other."""
    terms = {"kind": "psa", "cost_cap": 1.0, "gov_profit_share": 0.5}
    rich = (np.array([[100.0]]), np.array([[0.0]]), np.array([[0.0]]))
    poor = (np.array([[0.0]]), np.array([[0.0]]), np.array([[60.0]]))
    apart = ring_fenced(make_regime(terms, "x"), [rich, poor])
    joint = ring_fenced(make_regime({**terms, "ring_fence": False}, "x"), [rich, poor])
    assert sum(float(ledger.gov_share[0, 0]) for ledger in apart) == 50.0
    assert [float(ledger.gov_share[0, 0]) for ledger in joint] == [20.0]


def test_a_royalty_slides_with_the_price():
    terms = {"kind": "royalty", "price_bands": [[2800.0, 0.075], [None, 0.11]]}
    revenue, nothing = np.array([[100.0, 100.0]]), np.zeros((1, 2))
    price = np.array([[2500.0, 3800.0]])
    ledger = run_regime(make_regime(terms, "x"), revenue, nothing, nothing, price=price)
    assert ledger.royalty[0] == pytest.approx([7.5, 11.0])
    with pytest.raises(LodewayError, match="no price"):
        run_regime(make_regime(terms, "x"), revenue, nothing, nothing)
