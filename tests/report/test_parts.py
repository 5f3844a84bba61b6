# ruff: noqa: E501
"""Rounding, the basemap and the ids of figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.model.figure import Figure
from lodeway.report.basemap import read_areas, recognised
from lodeway.report.book import Book
from lodeway.report.rounding import MINUS, rounded, single, spread, step_for

DISPUTED = Path(__file__).parents[2] / "studies/lesser-caucasus/data/map/disputed.geojson"
sizes = st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-6)


@given(st.tuples(sizes, sizes, sizes))
def test_rounding_stays_near_and_in_order(values):
    low, middle, high = sorted(values)
    text = rounded(low, middle, high)
    numbers = [float(word.strip("()").replace(",", "").replace(MINUS, "-"))
               for word in text.split() if word != "to"]  # fmt: skip
    step = step_for(high - low, max(abs(low), abs(high)))
    slack = step * 0.5 + 1e-9 * max(abs(low), abs(high))
    if len(numbers) == 3:
        assert numbers[1] <= numbers[0] <= numbers[2]
        for shown, true in zip(numbers, (middle, low, high), strict=True):
            assert abs(shown - true) <= slack
        assert (numbers[2] - numbers[1]) / step <= 52
    else:
        assert abs(numbers[0] - middle) <= slack


@pytest.mark.parametrize(
    ("values", "text"),
    [((2, 7, 12), "7 (2 to 12)"), ((-0.4, 0.1, 0.6), f"0.1 ({MINUS}0.4 to 0.6)"),
     ((float("nan"), 1, 2), "unknown")],
)  # fmt: skip
def test_rounded(values, text):
    assert rounded(*values) == text


def test_units_scale():
    assert spread(4.4e6, 5.04e6, 5.7e6, "USD/t") == "5.0 (4.4 to 5.7) USD/g"
    assert single(0.015, "Mt/y") == "0.015 Mt/y"
    assert single(None, "t") == "unknown"


@pytest.mark.parametrize(
    ("town", "lon", "lat", "answer"),
    [("Simferopol", 34.10, 44.95, ("UKR", "RUS")), ("Sukhumi", 41.02, 43.00, ("GEO", "RUS")),
     ("Tskhinvali", 43.97, 42.23, ("GEO", "RUS")), ("Kyrenia", 33.32, 35.33, ("CYP", "TUR")),
     ("Srinagar", 74.80, 34.08, ("", "IND")), ("Yerevan", 44.51, 40.18, ("ARM", "ARM")),
     ("Baku", 49.8, 40.4, ("AZE", "AZE")), ("Khankendi", 46.75, 39.82, ("AZE", "AZE"))],
)  # fmt: skip
def test_recognised_state(town, lon, lat, answer):
    assert recognised(lon, lat, read_areas(DISPUTED)) == answer, town


def test_the_study_speaks_before_the_basemap():
    areas = read_areas(DISPUTED)
    assert all(area["source"] for area in areas)
    assert recognised(34.10, 44.95)[0] != recognised(34.10, 44.95, areas)[0]


@pytest.mark.parametrize("text", ["no json", "[]", '{"features": [{"geometry": null}]}',
                                  json.dumps({"features": [{"properties": {}, "geometry": 3}]})])  # fmt: skip
def test_bad_areas_are_refused(tmp_path, text):
    path = tmp_path / "areas.geojson"
    path.write_text(text)
    with pytest.raises(LodewayError) as caught:
        read_areas(path)
    assert caught.value.code == "bad-study"


def test_ids_never_collide():
    book = Book({}, {}, {})
    first = Figure("npv", "a", "USD", "economics", "", project="x", value=1.0)
    assert [book.add(first, "cash") for _ in range(3)] == ["npv.x", "npv-2.x", "npv-3.x"]
    spaced = [book.add(Figure(name, "a", "t", "economics", "", value=1.0), "cash")
              for name in ("a b", "a/b")]  # fmt: skip
    assert len(set(spaced)) == 2
    assert "<b>" not in str(book.fill("<b>{npv.x}</b>"))


def test_quotes_stand_with_the_misses_first_and_what_they_widen():
    from lodeway.report.quotes import quote_tables

    path = "data/network/freight_quotes.csv"
    book = Book({"corridors": [("quote", "a", f"{path}#a"), ("quote", "b", f"{path}#b")]}, {}, {})
    common = {"from": "A", "to": "B", "days": 3.0, "quoted_days": None, "days_error": None}
    rows = [
        {"quote": "a", "ours_usd_per_t": 110.0, "theirs_usd_per_t": 100.0, "error": 0.1,
         "verdict": "within", "note": "", **common},
        {"quote": "b", "ours_usd_per_t": 60.0, "theirs_usd_per_t": 100.0, "error": -0.4,
         "verdict": "miss", "note": "", **common},
        {"quote": "c", "ours_usd_per_t": None, "theirs_usd_per_t": 9.0, "error": None,
         "verdict": "not compared", "note": "an end outside the network", **common},
    ]  # fmt: skip
    wide = [{"rate": "haul-rail", "unit": "USD/t-km", "low": 0.04, "mode": 0.05, "high": 0.06,
             "factor": 1.2, "drawn_low": 0.0333, "drawn_high": 0.072, "log_spread": 0.37}]  # fmt: skip
    quotes, widened = quote_tables(book, rows, wide)
    assert [row[0] for row in quotes.rows] == ["b", "a", "c"]
    assert "40 %" in str(quotes.rows[0][5])
    assert quotes.rows[2][-1] == "an end outside the network"
    assert widened.rows[0][1] == "0.04 to 0.06"
    assert widened.rows[0][3] == "0.0333 to 0.072"
    assert "compares: 2" in widened.note
    assert "0.37" in widened.note
    found = {row["id"]: row for row in book.rows()}
    error = next(row for name, row in found.items() if "quote-error-b" in name)
    assert error["sources"] == [f"{path}#b"]
    misfit = next(row for name, row in found.items() if "quote-misfit" in name)
    assert misfit["sources"] == [f"{path}#a", f"{path}#b"]
    assert quote_tables(book, [], []) == []
