"""Units: conversions against published constants, and refusal of what is ambiguous."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.units import convert, parse


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        (1.0, "USD/lb", "USD/t", 2204.6226218),  # NIST: 1 lb = 0.45359237 kg
        (1.0, "oz Au", "g", 31.1034768),  # NIST: troy ounce
        (1.0, "short ton", "kg", 907.18474),
        (1.0, "long ton", "kg", 1016.0469088),
        (8.225, "US cents/lb", "USD/t", 181.330211),
        (1.0, "g/t", "ppm", 1.0),
        (10000.0, "ppm", "%", 1.0),
        (22.0, "Mt/a", "t/y", 22e6),
        (12.0, "t/month", "t/y", 144.0),
        (208.0, "USD/20 t truck", "USD/t", 10.4),
        (1.0, "mile", "km", 1.609344),
        (1.0, "nm", "km", 1.852),
        (1.0, "MWh", "GJ", 3.6),
        (1.6, "USD bn", "USD", 1.6e9),
        (141.2, "USD/1000 m3", "USD/m3", 0.1412),
        (75.0, "% of sales", "fraction", 0.75),
    ],
)
def test_conversion_agrees_with_published_constants(value, unit, wanted, expected):
    assert convert(value, unit, wanted) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("unit", ["ton", "tons/y", "USD/dmtu", "TEU/y", "quintal", "units"])
def test_what_is_ambiguous_or_unknown_is_refused(unit):
    with pytest.raises(LodewayError) as caught:
        parse(unit, "facts.csv:7 unit")
    assert caught.value.code == "bad-unit"
    assert "facts.csv:7" in str(caught.value)


@pytest.mark.parametrize(("unit", "wanted"), [("AZN/t", "USD/t"), ("t", "t/y"), ("km", "h")])
def test_another_dimension_is_refused(unit, wanted):
    with pytest.raises(LodewayError, match="expected a unit of"):
        convert(1.0, unit, wanted)


@given(st.floats(1e-6, 1e12), st.sampled_from(["t", "kt", "Mt", "kg", "lb", "oz", "g"]))
def test_there_and_back_is_the_same(value, unit):
    assert convert(convert(value, unit, "t"), "t", unit) == pytest.approx(value, rel=1e-12)
