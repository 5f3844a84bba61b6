"""Bases: round trips close, and what lies between two bases must be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.economics.basis import (
    INCOTERMS,
    Money,
    at_term,
    dry_tonnes,
    in_money,
    metal_tonnes,
    usd_per_t_metal,
)
from lodeway.errors import LodewayError
from lodeway.units import convert

share = st.floats(0.01, 1.0)


@given(st.floats(1.0, 1e9), share, share, share)
def test_ore_to_payable_metal_and_back(ore, grade, recovery, payable):
    between = {"grade": grade, "recovery": recovery, "payable": payable}
    metal = metal_tonnes(ore, "ore", "payable", **between)
    assert metal <= ore
    assert metal_tonnes(metal, "payable", "ore", **between) == pytest.approx(ore, rel=1e-12)


def test_the_demirli_sale_of_november_2025_dry_and_wet():
    """2,055 wet t with 351 t of copper: 17.1 % of the wet, 18.6 % of the dry mass at 8 %."""
    wet = dry_tonnes(2055.0, 0.0)
    assert 351 / wet == pytest.approx(0.171, abs=5e-4)
    assert 351 / dry_tonnes(2055.0, 0.08) == pytest.approx(0.1857, abs=5e-4)


@pytest.mark.parametrize(("price", "unit"), [(4.1, "USD/lb"), (3400.0, "USD/oz"), (12.0, "USD/kg")])
def test_quoted_prices_agree_with_the_units_at_the_door(price, unit):
    assert usd_per_t_metal(price, unit) == pytest.approx(convert(price, unit, "USD/t"))


@given(st.sampled_from(INCOTERMS), st.sampled_from(INCOTERMS), st.floats(0.0, 100.0))
def test_terms_of_delivery_there_and_back(one, other, cost):
    between = {"inland": cost, "loading": 5.0, "freight": 40.0, "insurance": 1.0, "onward": 12.0}
    there = at_term(500.0, one, other, **between)
    assert at_term(there, other, one, **between) == pytest.approx(500.0)
    if INCOTERMS.index(other) >= INCOTERMS.index(one):
        assert there >= 500.0


def test_money_goes_by_the_rate_of_its_year():
    paid = Money(110e9, "TRY", 2025, 2025)
    found = in_money(paid, "USD", 2025, per_unit={2025: 1 / 40.5}, index={})
    assert found.amount == pytest.approx(110e9 / 40.5)
    assert found.nominal
    real = in_money(Money(100.0, "USD", 2020, 2020), "USD", 2025, per_unit={},
                    index={2020: 258.811, 2025: 322.0})  # fmt: skip
    assert real.amount == pytest.approx(100 * 1.2442, abs=0.01)
    assert not real.nominal


@pytest.mark.parametrize(
    ("function", "arguments", "options", "word"),
    [
        (dry_tonnes, (100.0, 8.0), {}, "write 0.08"),
        (dry_tonnes, (100.0, 1.0), {}, "a share"),
        (metal_tonnes, (1.0, "ore", "payable"), {"grade": 0.01}, "the recovery"),
        (metal_tonnes, (1.0, "ore", "payabel"), {}, "did you mean payable"),
        (metal_tonnes, (1.0, "ore", "in-situ"), {"grade": 2.0}, "write 0.02"),
        (usd_per_t_metal, (1.6, "USD/dmtu"), {}, "1 % of a tonne"),
        (usd_per_t_metal, (1.6, "EUR/t"), {}, "USD/t"),
        (at_term, (1.0, "CIF", "FOBB"), {}, "did you mean FOB"),
        (in_money, (Money(1.0, "AMD", 2018, 2018), "USD", 2025),
         {"per_unit": {}, "index": {}}, "nothing for 2018"),
    ],
)  # fmt: skip
def test_a_basis_that_is_not_said_is_refused(function, arguments, options, word):
    with pytest.raises(LodewayError, match=word):
        function(*arguments, **options)
