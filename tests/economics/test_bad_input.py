"""The list of mistakes that people make: each is caught, with its place and a cure.

The numbers are those of the list in ``docs/economics.md``; what other rooms catch stands there too.
"""

from datetime import date

import numpy as np
import pytest

from lodeway.economics.measures import flow_warnings, value_of
from lodeway.economics.prices import fresh, plausible_level
from lodeway.economics.regime import make_regime
from lodeway.economics.series import cholesky
from lodeway.economics.terms import Terms, later_price, payable
from lodeway.errors import LodewayError
from lodeway.model import Fact, Facts
from lodeway.processing.balance import check_head, check_share, two_product_recovery
from lodeway.processing.flotation import Concentrate, float_ore
from lodeway.randomness import triangular
from lodeway.units import convert


def caught(code, word, function, *arguments, **options):
    with pytest.raises(LodewayError, match=word) as found:
        function(*arguments, **options)
    assert found.value.code == code
    assert found.value.where


def test_01_percent_against_fraction():
    caught("bad-fraction", "read as a share", check_share, np.array([25.0]), "grade")
    caught("bad-fraction", "write 0.2", make_regime, {"kind": "royalty", "tax": 20}, "r")


def test_02_grams_per_tonne_as_percent():
    caught("bad-fraction", "write g/t", check_head, {"Au": np.array([0.02])}, "project x head_pct")
    check_head({"Au": np.array([2.1e-6]), "Cu": np.array([0.02])}, "x")


@pytest.mark.parametrize(
    ("level", "last", "word"),
    [(4.2, 9300.0, "USD/lb was perhaps read as USD/t"), (9300.0, 4.2, "read as USD/lb"),
     (110.0, 3400.0, "USD/g was perhaps read as USD/oz"), (9.3, 9300.0, "USD/lb|USD/kg")],
)  # fmt: skip
def test_04_06_a_price_in_another_unit(level, last, word):
    caught("bad-unit", word, plausible_level, level, last, "study.toml price[0].spot")
    plausible_level(13000.0, 9300.0, "x")


def test_05_a_price_per_dry_metric_tonne_unit():
    caught("bad-unit", "dry metric tonne unit", convert, 1.6, "USD/dmtu", "USD/t", "facts.csv:4")


def test_06_an_ounce_is_a_troy_ounce():
    assert convert(1.0, "oz", "g") == pytest.approx(31.1034768)


def test_08_a_recovery_of_85():
    product = Concentrate("copper-concentrate", "Cu", np.array([0.25]), {"Cu": np.array([85.0])})
    caught("bad-fraction", "percentage", float_ore, np.array([1e6]), {"Cu": np.array([0.01])},
           [product], "p")  # fmt: skip


def test_09_a_concentrate_above_its_mineral():
    product = Concentrate("zinc-concentrate", "Zn", np.array([0.70]), {"Zn": np.array([0.8])})
    caught("bad-fraction", "grade of Zn", float_ore, np.array([1e6]), {"Zn": np.array([0.05])},
           [product], "p")  # fmt: skip


def test_10_more_metal_out_than_in():
    caught("balance", "tailings below feed", two_product_recovery, 1.0, 25.0, 1.2)


def test_11_a_deduction_above_the_grade_pays_nothing_and_never_less():
    paid = payable(np.array([0.005]), np.array([0.96]), np.array([0.01]), np.array([0.0]))
    assert float(paid[0]) == 0.0


def test_12_nominal_flows_with_a_real_rate():
    caught("bad-argument", "nominal flows with a real rate", value_of, np.ones(3), 0.1,
           flows_are="nominal", rate_is="real")  # fmt: skip


def test_13_another_currency():
    caught("bad-unit", "a unit of money", convert, 5.0, "AZN/t", "USD/t", "facts.csv:9")


@pytest.mark.parametrize(
    ("flows", "options", "word"),
    [
        (([0, 9, 9], [0, 1, 1], [0, 0, 0]), {}, "built already"),
        (([0, 9, 9], [0, 1, 1], [5, 0, 9]), {}, "after the first ore"),
        (([0, 9, 0, 9], [0, 1, 1, 1], [5, 0, 0, 0]), {}, "between years"),
        (([0, 9, 9], [0, 1, 1], [5, 0, 0]), {"ore_t_per_y": 6e6, "reserve_t": 10e6}, "more than"),
        (([0, 9, 9], [2, 1, 1], [5, 0, 0]), {}, "is it capital"),
        (([0, 0], [0, 0], [1, 1]), {}, "nothing is sold"),
        (([0, 9], [0, 1], [5, 0]), {}, "every mine is closed"),
    ],
)  # fmt: skip
def test_14_15_19_flows_that_look_wrong(flows, options, word):
    found = flow_warnings(*(np.array(flow, dtype=float) for flow in flows), **options)
    assert any(word in sentence for sentence in found)


def test_20_a_cap_above_one_and_bands_that_overlap():
    caught("bad-fraction", "cost_cap", make_regime,
           {"kind": "psa", "gov_profit_share": 0.5, "cost_cap": 1.2}, "r")  # fmt: skip
    caught("bad-study", "rising", make_regime,
           {"kind": "rfactor", "bands": [[2, 0.1], [1, 0.2], [None, 0.3]]}, "r")  # fmt: skip
    caught("bad-study", "null for the last", make_regime,
           {"kind": "rfactor", "bands": [[2, 0.1], [3, 0.2]]}, "r")  # fmt: skip


def test_24_correlations_that_cannot_all_hold():
    matrix = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    caught("bad-number", "can all hold", cholesky, matrix, "correlation", ["a", "b", "c"])


def test_25_a_triangle_with_its_peak_outside():
    caught("bad-number", "low <= mode <= high", triangular, np.array([0.5]), 1.0, 5.0, 3.0)


def fact(name, value, unit, as_of="2026-05"):
    return Fact(name, "f.csv", 2, "", "", None, value, None, unit, "", "", as_of, "", "", "", "")


def test_27_a_level_that_is_too_old():
    caught("stale", "f.csv:2", fresh, fact("P", 1.0, "USD/t", "2020"), date(2026, 11, 1))


FACTS = Facts(
    {name: fact(name, value, unit) for name, value, unit in (
        ("TC", 100.0, "USD/t"), ("PAY", 100.0, "%"), ("UP", 10.0, "%"), ("ABOVE", 9000.0, "USD/t"),
        ("PART", 10.0, "%"), ("LOSS", 1.0, "%"), ("ASSAY", 3.0, "USD/t"), ("BASE", 62.0, "%"),
        ("SI", 4.0, "%"), ("PEN", 2.0, "USD/t"),
    )}
)  # fmt: skip


def test_further_terms_worked_by_hand():
    """0.2 t payable at 10,000 then 12,000 USD/t; participation 10 % above 9,000; TC up 10 %."""
    section = {
        "name": "t", "kind": "concentrate", "tc_usd_per_t": "TC", "escalator_pct_per_y": "UP",
        "loss_pct": "LOSS", "assaying_usd_per_t": "ASSAY",
        "payable": [{"element": "Cu", "price": "copper", "pay_pct": "PAY",
                     "participation_pct": "PART", "participation_above_usd_per_t": "ABOVE"}],
    }  # fmt: skip
    prices = {"copper": np.array([[10000.0], [12000.0]])}
    lines = Terms(section, FACTS, 1, 1).lines({"Cu": np.array([0.2])}, prices)
    assert lines["payable Cu"].ravel() == pytest.approx([2000.0, 2400.0])
    assert lines["participation Cu"].ravel() == pytest.approx([-20.0, -60.0])
    assert lines["treatment"].ravel() == pytest.approx([-100.0, -110.0])
    assert lines["handling losses"].ravel() == pytest.approx([-20.0, -24.0])
    assert lines["assaying"].ravel() == pytest.approx([-3.0, -3.0])
    later = Terms({**section, "quotation_months": 3}, FACTS, 1, 1).lines(
        {"Cu": np.array([0.2])}, prices
    )
    assert later["payable Cu"].ravel() == pytest.approx([2100.0, 2400.0])
    caught("bad-number", "0 to 12 months", later_price, np.ones((2, 1)), 13.0)


def test_iron_paid_by_its_iron_with_a_penalty_for_silica():
    """65 % at an index of 100 USD/t for 62 %: 100 x 65 / 62; 2 USD a point of silica above 4 %."""
    section = {
        "name": "i", "kind": "iron", "price": "iron", "base_fe_pct": "BASE", "pro_rata": True,
        "penalty": [{"element": "SiO2", "above_pct": "SI", "usd_per_t_per_pct": "PEN"}],
    }  # fmt: skip
    content = {"Fe": np.array([0.65]), "SiO2": np.array([0.06])}
    lines = Terms(section, FACTS, 1, 1).lines(content, {"iron": np.array([100.0])})
    assert sum(float(value[0]) for value in lines.values()) == pytest.approx(100 * 65 / 62 - 4.0)
