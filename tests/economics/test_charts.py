"""Pictures: the same bytes twice, labels and units on them, files named by their kind."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lodeway.economics.case import read_case
from lodeway.economics.case_charts import draw_case, draw_fan, draw_waterfall
from lodeway.economics.charts import (
    cost_curve,
    picture,
    progressivity_chart,
    spider_chart,
    tornado_chart,
    waterfall,
)
from lodeway.errors import LodewayError

CASES = Path(__file__).resolve().parents[1] / "data" / "fiscal_cases"
SERIES = (
    Path(__file__).resolve().parents[2]
    / "studies" / "tiny" / "data" / "prices" / "worldbank_copper_gold_1990_2021.csv"
)  # fmt: skip
STEPS = [("payable", 100.0), ("delivered value", 100.0), ("haul", -30.0), ("net", 70.0)]


def texts(svg):
    return " ".join(element.text or "" for element in ET.fromstring(svg).iter())


def test_a_picture_is_the_same_bytes_twice_and_says_its_unit():
    def draw(kind):
        return picture(waterfall(STEPS, ("delivered value", "net"), "USD/t", "Title"), kind)

    for kind in ("png", "svg"):
        assert draw(kind) == draw(kind)
    assert "USD/t" in texts(draw("svg"))
    assert "Title" in texts(draw("svg"))
    with pytest.raises(LodewayError, match="png or svg"):
        draw("gif")


def test_every_kind_of_chart_names_what_it_shows():
    drawn = {
        "input high": tornado_chart([("price", -1.0, 2.0)], 0.0, "M USD", "t"),
        "price": spider_chart({"price": {0.9: 1.0, 1.1: 2.0}}, "M USD", "t"),
        "more than there is": progressivity_chart({"PSA": {0.8: 2.4, 1.0: 0.7}}, "t"),
        "Alpha": cost_curve([("Alpha", 10.0, 2000.0)], "USD/t", "kt", "t", price=9000.0),
    }
    for word, figure in drawn.items():
        assert word in texts(picture(figure, "svg"))


def test_a_case_a_fan_and_a_waterfall_are_drawn_into_files(tmp_path):
    paths = draw_case(read_case(CASES / "rfactor.json"), tmp_path)
    assert [path.stem for path in paths] == ["waterfall", "cumulative", "progressivity", "spider"]
    assert all(path.stat().st_size > 2000 for path in paths)
    draw_fan(SERIES, "Gold ($/troy oz)", "2019-12", "gbm", tmp_path / "fan.svg")
    assert "P10 to P90" in texts((tmp_path / "fan.svg").read_text())
    answer = {"project": "p", "product": "c", "market": "m", "scenario": "s", "year": 2030,
              "lines": [{"name": n, "mean": v} for n, v in STEPS]}  # fmt: skip
    draw_waterfall(answer, tmp_path / "w.png")
    assert (tmp_path / "w.png").read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(LodewayError, match="ends in"):
        draw_waterfall(answer, tmp_path / "w.pdf")
