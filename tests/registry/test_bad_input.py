"""The list of bad input of the registry, one test each, by the numbers of its design."""

import numpy as np
import pandas as pd
import pytest

from lodeway.errors import LodewayError
from lodeway.registry.claims import Claim, read_claims
from lodeway.registry.door import in_si
from lodeway.registry.fusion import fuse
from lodeway.registry.linkage import link
from lodeway.registry.linkage.records import to_records
from lodeway.registry.reading import read_article
from lodeway.registry.reading.names import Gazetteer
from lodeway.registry.statements import operator_of
from lodeway.registry.verdict import judge

from lodeway.registry.areas import read_areas  # isort: skip


def claim(name, property_, value, unit="t", **more):
    fields = {"subject": "Alpha", "high": None, "date": "2020", "who": name, "source": "",
              "basis": "", "kind": "", "group": "", "file": "t.csv", "line": 2} | more  # fmt: skip
    return Claim(id=name, property_=property_, text=f"{value}", value=value, unit=unit, **fields)


def verdict(rows, name):
    return next(item for item in judge(rows) if item.claim.id == name)


def sites(*rows):
    columns = ["id", "name", "lon", "lat", "country", "commodities"]
    return to_records(pd.DataFrame(rows, columns=columns, dtype=str), "t.csv")


def test_1_a_unit_that_was_lost():
    found = verdict([claim("A", "gold reserves", 13.6, "units")], "A")
    assert (found.verdict, found.best_reading.unit) == ("unit-suspect", "t")


def test_2_a_slip_of_a_thousand():
    rows = [claim("A", "ore", 3.5e6), claim("B", "contained copper", 47.9e6)]
    found = verdict(rows, "B")
    assert (found.verdict, found.best_reading.value) == ("impossible", 47.9e3)


def test_3_a_decimal_comma_read_as_thousands():
    rows = [claim("A", "gold C1", 2169.0), claim("B", "gold C2", 4347.0), claim("C", "gold", 6.5)]
    assert "2.169 + 4.347 = 6.516" in verdict(rows, "A").arithmetic


def test_4_min_is_thousand():
    assert read_article("Yataqda 457 min ton mis var.")[0].value == 457000.0


def test_5_a_ton_is_ambiguous():
    with pytest.raises(LodewayError, match="short"):
        in_si(1.0, "tons")
    assert "short" in read_article("It yields 5 tons of gold.")[0].note


def test_6_concentrate_for_contained():
    rows = [claim("A", "capacity", 6e6, "t/a"), claim("B", "copper grade", 0.4, "% Cu"),
            claim("C", "production copper concentrate", 15000.0, "t/a")]  # fmt: skip
    found = verdict(rows, "C")
    assert (found.verdict, found.best_reading.reading) == ("unit-suspect", "contained Cu")


def test_7_swapped_axes():
    good = [(str(i), f"N{i}", f"{44 + 0.17 * i:.3f}", f"{40 + 0.09 * i:.3f}", "ARM", "")
            for i in range(7)]  # fmt: skip
    found = sites(*good, ("x", "X", "40.213", "44.517", "ARM", ""))
    assert np.isnan(found.lon[7])


@pytest.mark.parametrize(
    ("lon", "lat"), [("40.1234", "44.9876"), ("0", "0"), ("44 51 24 E", "41.1")]
)
def test_8_9_11_positions_that_were_not_measured(lon, lat):
    found = sites(("x", "X", lon, lat, "", ""))
    assert np.isnan(found.lon[0])
    assert found.faults


def test_10_the_middle_of_a_country():
    found = sites(*[(str(i), f"N{i}", "45.5", "40.5", "", "") for i in range(9)])
    assert (found.accuracy_km >= 25.0).all()


def test_12_13_another_datum_is_no_disagreement():
    one = sites(("a", "Longname", "46.0667", "40.5167", "AZE", "Fe"))
    other = sites(("x", "Longname", "46.0684", "40.5162", "AZE", "Fe"))  # 150 m off
    assert link(one, other)["probability"].iloc[0] > 0.9


def test_14_15_one_name_in_two_countries_or_far_apart():
    one = sites(("a", "Madneuli", "44.4917", "41.3617", "GEO", "Cu"))
    assert link(one, sites(("x", "Madneuli", "", "", "ARM", "Cu"))).empty
    assert link(one, sites(("x", "Madneuli", "20.4917", "11.3617", "", "Cu"))).empty
    on_the_spot = link(one, sites(("x", "Madneuli", "44.4917", "41.3617", "ARM", "Cu")))
    assert len(on_the_spot) == 1  # the same point is the reason to join them


def test_16_bytes_of_another_code_page(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_bytes("claim_id,subject,property,value,unit\nA,Зод,ore,1,t\n".encode("cp1251"))
    with pytest.raises(LodewayError, match="UTF-8"):
        read_claims([path])


def test_17_shapes_that_are_no_points():
    table = pd.DataFrame({"id": ["a", "b", "c"], "name": ["A", "B", "C"], "wkt": [
        "MULTIPOINT ((46 40), (46.2 40.2))", "POINT EMPTY", "POINT (46.5 40.5)"]})  # fmt: skip
    found = to_records(table, "t.csv")
    assert found.lon.tolist()[::2] == [46.1, 46.5]
    assert np.isnan(found.lon[1])
    assert [row for row, _ in found.faults] == [0, 1]


def test_19_20_a_year_and_a_day_that_are_left_out():
    drafts = read_article(
        "date 2022-12-13 News. The road is shut for the second day since 12 December."
    )
    assert {"2022-12-12"} <= {draft.date for draft in drafts if draft.unit == "date"}
    assert next(d for d in drafts if d.unit == "day").value == 2.0


def test_21_a_fiscal_year():
    row = claim("A", "trade turnover", 1e9, "USD", date="FY2024")
    assert verdict([row], "A").reason == "a fiscal year"
    assert (
        next(d.date for d in read_article("In fiscal year 2024 it paid $3m.") if d.value) == "2024"
    )


def test_22_23_ranges_and_bounds_are_no_single_numbers():
    draft = read_article("It needs two to three plants.")[0]
    assert (draft.value, draft.high, draft.operator) == (2.0, 3.0, "range")
    assert read_article("More than 150 deposits are known.")[0].operator == ">"
    assert operator_of(claim("A", "number of deposits", 150.0, "count", kind="lower bound")) == ">"


def test_24_25_endorsements_and_copies_are_no_evidence():
    rows = [claim("A", "contained copper", 2e5), claim("B", "contained copper", 2e5),
            claim("C", "contained copper", 3e5, kind="endorsement")]  # fmt: skip
    found = fuse(rows, "Alpha", "contained copper")
    assert [item.claim.id for item in found.used] == ["A"]
    assert {one.id for one, _ in found.excluded} == {"B", "C"}


def test_26_one_id_for_two_figures(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("claim_id,subject,property,value,unit\nA,x,ore,1,t\nA,x,ore,2,t\n")
    with pytest.raises(LodewayError, match=":3"):
        read_claims([path])


def test_27_origin_and_consignment_are_not_mixed():
    rows = [claim("A", "trade turnover", 9.24e9, "USD", basis="origin"),
            claim("B", "trade turnover", 9.43e9, "USD", basis="consignment")]  # fmt: skip
    found = fuse(rows, "Alpha", "trade turnover")
    assert [reason for _, reason in found.excluded] == ["another basis: consignment, not origin"]


def test_30_an_outline_in_metres(tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text("area_id,name,parties,source,wkt\n"
                    'A,x,P,s,"POLYGON ((5e5 4e6, 6e5 4e6, 6e5 5e6, 5e5 4e6))"\n')  # fmt: skip
    with pytest.raises(LodewayError, match="degrees"):
        read_areas(path)


def test_31_one_company_under_two_legal_forms():
    book = Gazetteer([("AlphaGold CJSC", "AG")])
    assert book.canonical("AlphaGold OJSC") == "AlphaGold CJSC"
