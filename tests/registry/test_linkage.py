"""Linkage: against pairs that share a tonnage which the linker does not see, and case by case."""

import csv
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.registry.linkage import dedupe, link, read_records
from lodeway.registry.linkage.records import to_records
from lodeway.registry.transliteration import latin, plain


def records(rows, columns=("id", "name", "aliases", "lon", "lat", "country", "commodities")):
    return to_records(pd.DataFrame(rows, columns=list(columns), dtype=str), "t.csv")


def linked(one, other):
    pairs = link(records(one), records(other))
    return {(row.left, row.right): row.relation for row in pairs.itertuples()}


def test_copper_and_lead_zinc_lists_are_linked(reference_data):
    """Truth: equal tonnage and a shared grade; pairs with a record that it does not know count
    only where one side is in it (the truth is incomplete, as expert truth is)."""
    left = read_records(reference_data("registry_watch/link_cu.csv"), "rid")
    right = read_records(reference_data("registry_watch/link_pbzn.csv"), "rid")
    with reference_data("registry_watch/link_truth.csv").open(encoding="utf-8") as stream:
        truth = {(row["rid_cu"], row["rid_pbzn"]) for row in csv.DictReader(stream)}
    pairs = link(left, right)
    found = set(zip(pairs["left"], pairs["right"], strict=True))
    one, other = ({pair[side] for pair in truth} for side in (0, 1))
    judged = {pair for pair in found if pair[0] in one or pair[1] in other}
    hits = len(judged & truth)
    f1 = 2 * hits / (len(judged) + len(truth))
    assert len(truth) == 162
    assert f1 >= 0.98
    assert pairs["probability"].between(0.5, 1.0).all()


def test_names_in_other_scripts_and_with_russian_endings_are_one():
    one = [("a", "Дашкесан", "", "46.066", "40.516", "Azerbaijan", "Fe"),
           ("b", "Kadzharanskoe", "", "46.085", "39.169", "Armenia", "Cu")]  # fmt: skip
    other = [("x", "Daşkəsən", "Dashkesan", "46.068", "40.517", "AZE", "iron"),
             ("y", "Kajaran", "", "46.14", "39.15", "Armenia", "copper|molybdenum"),
             ("z", "Elsewhere", "", "48.0", "41.0", "AZE", "Au")]  # fmt: skip
    found = linked(one, other)
    assert ("a", "x") in found
    assert ("b", "y") in found
    assert not {pair for pair in found if pair[1] == "z"}


def test_one_place_does_not_make_one_deposit():
    one = [("a", "Silver King", "", "-120.5", "38.5", "USA", "Ag")]
    other = [("x", "Blue Jay", "", "-120.5", "38.5", "USA", "Ag")]
    assert not linked(one, other)


def test_one_name_far_apart_or_in_two_countries_is_not_one_deposit():
    one = [("a", "Copper King", "", "-120.5123", "38.5123", "USA", "Cu")]
    far = [("x", "Copper King", "", "-105.5123", "44.5123", "USA", "Cu")]
    abroad = [("x", "Copper King", "", "149.5123", "-33.5123", "Australia", "Cu")]
    assert not linked(one, far)
    assert not linked(one, abroad)


def test_an_alias_links_what_no_spelling_does():
    one = [("a", "Alphaberg", "Zetatal", "46.6144", "40.1491", "AZE", "Au")]
    other = [("x", "Zetatal", "", "46.6155", "40.1499", "AZE", "Au")]
    assert linked(one, other) == {("a", "x"): "alias_of"}


def test_numbers_tell_claims_apart():
    one = [("a", "Espy No. 04", "", "-81.2712", "35.2712", "USA", "mica")]
    other = [("x", "Espy No. 08", "", "-81.2719", "35.2719", "USA", "mica"),
             ("y", "Espy No. 4", "", "-81.2713", "35.2713", "USA", "mica")]  # fmt: skip
    assert set(linked(one, other)) == {("a", "y")}


def test_invented_and_empty_positions_are_left_out_and_listed():
    found = records([
        ("a", "One", "", "40.1234", "44.9876", "ARM", ""), ("b", "Two", "", "0", "0", "", ""),
        ("c", "Three", "", "44 51 24 E", "41.1", "", ""),
        ("d", "Four", "", "46.1", "191.0", "", ""),
    ])  # fmt: skip
    assert np.isnan(found.lon).all()
    assert [row for row, _ in found.faults] == [2, 3, 0, 1]
    assert "count up or down" in dict(found.faults)[0]


def test_columns_are_found_by_name_and_missing_ones_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("rid,name,Longitude\n1,Alpha,46\n")
    found = read_records(path, "rid")
    assert "lat" in found.missing
    assert "country" in found.missing
    with pytest.raises(LodewayError, match="a column 'id'"):
        read_records(path)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "id,name\n1,Запасы\n".encode("cp1251"), "bad-csv"),
        ("a.parquet", b"not a parquet file", "bad-csv"),
        ("a.vrt", b"<VRT/>", "bad-csv"),
        ("a.csv", b"", "bad-csv"),
    ],
)
def test_bad_tables_of_records_are_refused(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LodewayError) as caught:
        read_records(path)
    assert caught.value.code == code


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(LodewayError, match=r"nowhere\.csv"):
        read_records(tmp_path / "nowhere.csv")


def test_deduplication_keeps_every_record_and_every_disagreement(tmp_path):
    table = tmp_path / "sites.csv"
    table.write_text(
        "id,source,name,lon,lat,commodities\n"
        "1,A,Madneuli,44.4917,41.3617,Cu\n2,B,Madneuli deposit,44.5217,41.3711,Cu|Au\n"
        "3,B,Far Away,50.1111,42.2222,Cu\n",
        encoding="utf-8",
    )
    out = tmp_path / "out.csv"
    done = subprocess.run(
        [sys.executable, "-m", "lodeway", "registry", "dedupe", table, "--out", out, "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["entities"] == 2
    rows = pd.read_csv(out)
    assert list(rows["id"]) == [1, 2, 3]
    assert rows["entity"].tolist()[:2] == [rows["entity"][0]] * 2
    assert rows["entity_spread_km"][0] == pytest.approx(2.7, abs=0.4)


def test_chains_of_neighbours_do_not_swallow_a_district():
    rows = [(str(i), "Long Lode", "", f"{20.0013 + 0.05 * i:.4f}", "10.0013", "", "Au")
            for i in range(40)]  # fmt: skip
    found = dedupe(records(rows))
    assert len(set(found.entity)) > 3


@given(st.permutations(range(6)))
def test_the_order_of_records_does_not_matter(order):
    names = ["Alphaville", "Alphavile", "Betaburg", "Betaburg mine", "Gammadorf", "Deltaton"]
    rows = [(str(i), name, "", f"{46.0113 + 0.01 * (i // 2):.4f}", "40.0113", "AZE", "Cu")
            for i, name in enumerate(names)]  # fmt: skip

    def groups(places):
        found = dedupe(records([rows[i] for i in places])).entity
        return {
            frozenset(i for i, e in zip(places, found, strict=True) if e == one) for one in found
        }

    assert groups(order) == groups(range(6))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ağdərə", "Agdara"), ("Filizçay", "Филизчай"), ("Տեղուտ", "Teghut"), ("მადნეული", "Madneuli"),
     ("Kadjaran", "Kadzharan"), ("Xocalı", "Khojaly")],
)  # fmt: skip
def test_spellings_of_one_name_fold_together(one, other):
    assert plain(one) == plain(other)


@given(st.text(max_size=30))
def test_folding_is_stable(text):
    assert plain(plain(text)) == plain(text)
    assert latin(latin(text)) == latin(text)
