# ruff: noqa: E501
"""The report as a whole: nothing leaves the file, every link resolves, the bytes repeat."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))

import sample

from lodeway.model.stage import Result
from lodeway.report.stage import run

KEYS = {"id", "label", "unit", "project", "product", "market", "scenario", "year", "p10", "p50",
        "p90", "value", "stage", "inputs", "sources"}  # fmt: skip


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.scripts = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name == "href" and tag == "a":
                self.links.append(value)
            elif name in {"src", "href", "xlink:href", "srcset", "action", "data"}:
                self.loads.append(value)


@pytest.fixture(scope="module")
def result() -> Result:
    return run(sample.context())


@pytest.fixture(scope="module")
def html(result) -> str:
    return result.files["report.html"].decode()


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_no_request_leaves_the_file(html, page):
    assert page.loads == []
    assert all(link.startswith("#") for link in page.links)
    assert "@import" not in html
    assert set(re.findall(r"url\(([^)]*)\)", html)) == {"#hatch"}
    assert not re.findall(r"https?://", html)


def test_every_link_resolves_and_ids_are_unique(page):
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_a_claim_cannot_run(html, page):
    assert page.scripts == 1
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_first_screen_is_in_order(html):
    places = [html.index(f'<section id="{name}"') for name in
              ("answers", "map", "netback", "claims", "ladder", "cash", "ledger", "trace")]  # fmt: skip
    assert places == sorted(places)


def test_what_does_not_fit_stays_off_the_first_screen(html):
    first = html[html.index('<section id="netback"') : html.index('<section id="claims"')]
    dashkasan = first[first.index("Dashkasan: HBI") :].split('class="sale"')[0]
    assert "Zangezur railway" not in dashkasan
    assert "does not fit" in html[html.index('<section id="unfit"') :]


def test_answers_hold_their_figures(html):
    part = html[html.index('<section id="answers"') : html.index('<section id="map"')]
    assert "saves Dashkasan HBI <a" in part
    assert "{corridor" not in part
    assert "nothing.here" in part  # an unknown id is shown, not linked


def test_figures_json(result):
    rows = json.loads(result.files["figures.json"])
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids))
    for row in rows:
        assert set(row) - {"method", "citation", "draws"} == KEYS
        assert row["value"] is not None or None not in (row["p10"], row["p50"], row["p90"])
        if row["value"] is None:
            assert row["p10"] <= row["p50"] <= row["p90"]
    by_id = {row["id"]: row for row in rows}
    lane = by_id["netback.demirli.pirdop.armenia-open.2028"]
    assert lane["product"] == "copper-concentrate"
    assert "rates.csv#2" in lane["sources"]
    assert "gates.csv#9" not in lane["sources"]  # it is about another item
    assert "netback-zinc-concentrate.filizchay.pirdop-zinc.today.2026" in by_id
    assert not any("[" in name for name in ids)


def test_a_row_brings_its_own_source(result):
    rows = {row["id"]: row for row in json.loads(result.files["figures.json"])}
    assert "links.csv#4" in rows["link-breakeven-agdam-spur-8pct"]["sources"]
    assert rows["jobs-direct-operation.demirli"]["sources"] == ["c.csv#1"]


def test_changes_are_paired(result):
    rows = {row["id"]: row for row in json.loads(result.files["figures.json"])}
    change = rows["netback-change.demirli.armenia-open.2028"]
    best = rows["best-netback.demirli.armenia-open.2028"]
    assert change["p90"] - change["p10"] < 0.1 * (best["p90"] - best["p10"])
    assert "netback-change.demirli.today.2026" not in rows


def test_geopackage_opens_and_is_styled(result, tmp_path):
    path = tmp_path / "routes.gpkg"
    path.write_bytes(result.files["routes.gpkg"])
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert {"routes", "gates", "deposits", "lines", "notice", "layer_styles"} <= layers
    styles = pyogrio.read_dataframe(path, layer="layer_styles", read_geometry=False)
    assert set(styles["f_table_name"]) == {"routes", "gates", "deposits", "lines"}
    assert styles["styleQML"].str.contains("<renderer-v2").all()
    routes = pyogrio.read_dataframe(path, layer="routes")
    assert routes.crs.to_epsg() == 4326
    assert len(routes) == len(sample.LANES) * len(sample.STATES)
    notice = pyogrio.read_dataframe(path, layer="notice", read_geometry=False)
    assert "OpenStreetMap contributors" in notice["notice"].iloc[0]


def test_same_bytes_twice(result):
    again = run(sample.context())
    assert dict(again.files) == dict(result.files)


def test_tables_open_and_cannot_run(result):
    for name in ("netback.csv", "projects.csv", "claims.csv"):
        rows = list(csv.DictReader(io.StringIO(result.files[name].decode())))
        assert rows
        assert not any((cell or "").startswith("=") for row in rows for cell in row.values())


@pytest.mark.parametrize("missing", ["economics", "corridors", "registry", "processing"])
def test_a_stage_may_be_absent(missing):
    context = sample.context()
    inputs = {name: part for name, part in context.inputs.items() if name != missing}
    page = Page(run(sample.context(inputs)).files["report.html"].decode())
    assert {link[1:] for link in page.links} <= set(page.ids)


@pytest.mark.parametrize("name", sorted(sample.economics().data))
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_an_economics_table_may_be_absent_or_empty(name, how):
    full = sample.economics()
    data = dict(full.data)
    if how == "empty" and isinstance(data[name], pd.DataFrame):
        data[name] = data[name].iloc[:0]
    else:
        del data[name]
    inputs = {**sample.context().inputs, "economics": Result(data, {}, full.sources)}
    page = Page(run(sample.context(inputs)).files["report.html"].decode())
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_nothing_at_all_still_gives_a_page():
    files = run(sample.context({}, {})).files
    assert b"Lodeway report" in files["report.html"]
    assert json.loads(files["figures.json"]) == []


def test_contract_areas_are_drawn_named_and_attributed(html):
    """An outline without words in the picture; a table that is absent draws nothing."""
    assert 'class="area"' not in html
    assert "contract area or licence" not in html
    context = sample.context()
    frame = gpd.GeoDataFrame(
        {"area": ["a", "far"], "name": ["Hill <b>", "Far"], "kind": ["contract", "licence"],
         "parties": ["State|Company", "x"], "regime": "", "terms": "", "start": ["2022-07-01", ""],
         "end": "", "area_km2": 1.0, "source": ["gazette 5", "y"], "repairs": ""},
        geometry=[shapely.box(45.5, 40.0, 46.0, 40.5), shapely.box(-60, -10, -59, -9)], crs=4326,
    )  # fmt: skip
    inputs = dict(context.inputs)
    inputs["registry"] = Result({**inputs["registry"].data, "areas": frame})
    shown = run(sample.context(inputs)).files["report.html"].decode()
    assert shown.count('class="area"') == 2, "on the map, and closer"
    assert shown.count('id="hatch"') == 1
    words = "Hill &lt;b&gt; (contract, 2022-07-01 to open): State, Company. Source: gazette 5"
    assert shown.count(f"<title>{words}</title>") == 2
    assert shown.count("contract area or licence") == 1
    assert "Hill &lt;b&gt;: gazette 5" in shown
    assert "Far: y" not in shown
