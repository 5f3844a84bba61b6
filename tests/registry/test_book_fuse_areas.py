"""The book of claims, fusion, contract areas, actors: laws, other tools' answers, bad input."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.registry.actors import Holding, disputed, owners_of, read_holdings
from lodeway.registry.areas import area_km2, areas_of, overlaps, read_areas
from lodeway.registry.book import ClaimBook
from lodeway.registry.claims import Claim, read_claims
from lodeway.registry.deposits import Deposit
from lodeway.registry.door import in_si
from lodeway.registry.fusion import between_variance, fuse
from lodeway.registry.inside import points_in_polygons
from lodeway.registry.ownership import owners_table, regimes_of
from lodeway.registry.provenance import erml_lite, nanopublications, prov_json
from lodeway.registry.statements import statement

FLAGSHIP = Path(__file__).resolve().parents[2] / "studies" / "lesser-caucasus" / "data" / "claims"
FILES = [FLAGSHIP / "seed_claims.csv", FLAGSHIP / "external_claims.csv"]


def claim(name, value, who="someone", **more):
    fields = {"high": None, "unit": "t", "date": "2020", "source": "", "basis": "", "kind": "",
              "group": "", "file": "t.csv", "line": 2} | more  # fmt: skip
    return Claim(id=name, subject="Alpha", property_="contained copper", text=f"{value:g}",
                 value=value, who=who, **fields)  # fmt: skip


@pytest.fixture
def book(tmp_path):
    made = ClaimBook(tmp_path / "claims.gpkg")
    made.add(FILES, "2026-11-25")
    return made


def test_tables_come_out_of_the_book_as_they_went_in(book):
    for path in FILES:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        out = list(csv.reader(io.StringIO(book.csv(path.name).decode(), newline="")))
        assert out == rows
        frame = pd.read_parquet(io.BytesIO(book.parquet(path.name)))
        assert [list(frame.columns), *frame.to_numpy().tolist()] == rows
    assert len(book.statements()) == 129 + 38


def test_the_book_is_a_geopackage_that_others_open(book, tmp_path):
    path = tmp_path / "claims.gpkg"
    assert pyogrio.list_layers(path).tolist() == [["claims", None]]
    assert len(pyogrio.read_dataframe(path, layer="claims")) == 167


def test_claims_are_immutable_and_corrections_supersede(book, tmp_path):
    with sqlite3.connect(tmp_path / "claims.gpkg") as base:
        for order in ("UPDATE claims SET value = 1", "DELETE FROM claims"):
            with pytest.raises(sqlite3.IntegrityError, match="claims are"):
                base.execute(order)
    old = read_claims([FILES[0]])[23]
    new = Claim(**{**old.__dict__, "id": "S001-003b", "unit": "t"})
    book.supersede(new, {"claim_id": new.id}, old.id, "2026-11-26", "the unit was found")
    assert [step[0] for step in book.history(old.id)] == [old.id, "S001-003b"]
    assert old.id not in {item.claim_id for item in book.statements(current=True)}
    assert old.id in {item.claim_id for item in book.statements()}
    with pytest.raises(LodewayError, match="no-such"):
        book.supersede(new, {}, "no-such", "2026-11-26", "why")


def test_a_claim_is_not_entered_twice_and_a_text_is_no_book(book, tmp_path):
    with pytest.raises(LodewayError, match="does not have yet"):
        book.add(FILES, "2026-11-26")
    text = tmp_path / "text.gpkg"
    text.write_text("no database at all")
    with pytest.raises(LodewayError, match="GeoPackage"):
        ClaimBook(text)


def test_provenance_names_every_speaker_and_document(book):
    statements = book.statements()
    prov = json.loads(prov_json(statements))
    assert sum(1 for name in prov["entity"] if name.startswith("lw:claim/")) == 167
    assert {"Ali Aliyev"} <= {item["prov:label"] for item in prov["agent"].values()}
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Dataset()
    graph.parse(data=nanopublications(statements).decode(), format="trig")
    assert len(list(graph.graphs())) >= 4 * 167


def test_nanopublications_have_their_four_graphs(book):
    text = nanopublications(book.statements()).decode()
    for part in ("head", "assertion", "provenance", "pubinfo"):
        assert text.count(f"#{part}> {{") == 167


def test_flat_views_hold_ore_metal_and_grade_in_base_units(book):
    rows = {row["identifier"]: row for row in erml_lite(book.statements())}
    assert rows["urn:lodeway:claim/X-003"]["oreAmount"] == 56e6
    assert rows["urn:lodeway:claim/X-021"]["grade"] == pytest.approx(3.8e-6)


def test_the_unit_file_knows_no_bare_ton():
    with pytest.raises(LodewayError, match="short"):
        in_si(1.0, "ton")
    assert in_si(1.0, "short ton") == (0.90718474, "t")
    assert in_si(2.0, "Mt/a") == (2e6, "t/a")
    assert in_si(31.1034768, "g")[0] == pytest.approx(in_si(1.0, "oz")[0])
    with pytest.raises(LodewayError, match="unit file"):
        in_si(1.0, "furlong")


def test_a_statement_reads_code_category_operator_and_basis():
    one = claim("A", 5.0, kind="lower bound", basis="JORC, in situ, recoverable")
    full = statement(one)
    assert (full.operator, full.code, full.basis) == (">", "JORC", "in situ|recoverable|contained")


def test_fusing_the_claims_of_one_copper_deposit():
    found = fuse(read_claims(FILES), "Demirli", "contained copper")
    assert {item.claim.id for item in found.used} == {"X-001", "X-008", "X-009"}
    reasons = {claim.id: reason for claim, reason in found.excluded}
    assert set(reasons) == {"S001-005"}
    assert "ore" in reasons["S001-005"]
    assert 250e3 < found.low < 320e3 < found.estimate < 480e3 < found.high < 580e3


def test_copies_and_endorsements_add_nothing():
    rows = [claim("A", 2e5), claim("B", 4e5, "other")]
    copies = [claim(f"C{i}", 4e5, f"paper {i}") for i in range(9)]
    alone, crowd = (fuse(r, "Alpha", "contained copper") for r in (rows, rows + copies))
    assert crowd.estimate == pytest.approx(alone.estimate)
    assert len(crowd.excluded) == 9


@given(st.lists(st.floats(1e4, 1e6), min_size=1, max_size=6), st.floats(0.01, 100.0))
def test_fusion_scales_with_the_unit(values, factor):
    logs, errors = np.log(values), np.full(len(values), 0.2)
    assert between_variance(logs + np.log(factor), errors) == pytest.approx(
        between_variance(logs, errors), abs=1e-9
    )


def test_fusion_says_which_subject_or_property_it_does_not_know():
    rows = [claim("A", 2e5)]
    with pytest.raises(LodewayError, match="--subject"):
        fuse(rows, "Beta", "contained copper")
    with pytest.raises(LodewayError, match="--property"):
        fuse(rows, "Alpha", "gold grade")


def test_the_fuse_command_prints_its_keys():
    done = subprocess.run(
        [sys.executable, "-m", "lodeway", "claims", "fuse", *FILES, "--subject", "Demirli",
         "--property", "contained copper", "--json"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {"estimate", "low", "high", "used", "excluded"} <= set(json.loads(done.stdout))


@given(st.integers(0, 10**6))
def test_points_in_polygons_are_those_of_a_spatial_join(seed):
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(8):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 7))
        middle, radius = rng.integers(0, 6, 2), rng.uniform(0.3, 2.0, 7)
        shapes.append(shapely.Polygon(np.column_stack(
            [middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)])))  # fmt: skip
    shapes.append(shapely.box(1, 1, 3, 3))
    lon, lat = rng.integers(0, 7, 60) / 1.0, rng.integers(0, 7, 60) / 1.0  # on edges and corners
    point, which = points_in_polygons(lon, lat, np.array(shapes, dtype=object))
    points = geopandas.GeoDataFrame(geometry=shapely.points(lon, lat))
    joined = geopandas.sjoin(points, geopandas.GeoDataFrame(geometry=shapes))
    theirs = set(zip(joined.index.tolist(), joined["index_right"].tolist(), strict=True))
    assert set(zip(point.tolist(), which.tolist(), strict=True)) == theirs


SQUARE = "POLYGON ((45 40, 46 40, 46 41, 45 41, 45 40))"
METRES = "POLYGON ((500000 4400000, 501000 4400000, 501000 4401000, 500000 4400000))"
HEADER = "area_id,name,kind,parties,regime,start,end,source,wkt\n"
AREAS = HEADER + (
    f'A,First,contract,State|Company,psa.toml,1997,2022-12-31,s1,"{SQUARE}"\n'
    'B,Second,licence,Other,,2020,,s2,"POLYGON ((45.5 40, 47 40, 47 41, 45.5 41, 45.5 40))"\n'
    f'C,Later,tender,State,,2023,,s3,"{SQUARE}"\n'
)


def areas_from(tmp_path, text):
    path = tmp_path / "areas.csv"
    path.write_text(text)
    return read_areas(path)


def test_areas_overlap_only_while_both_are_in_force(tmp_path):
    areas = areas_from(tmp_path, AREAS)
    found = overlaps(areas)
    assert list(zip(found["one"], found["other"], strict=True)) == [("A", "B"), ("B", "C")]
    assert found["start"].tolist() == ["2020-01-01", "2023-01-01"]
    assert found["shared_km2"][0] == pytest.approx(9423.0 / 2, rel=0.01)
    held = areas_of(np.array([45.7]), np.array([40.5]), areas, date(2021, 6, 1))
    assert [area.id for area in held[0]] == ["A", "B"]


def test_the_stage_says_which_area_holds_which_deposit_and_when(tmp_path):
    deposits = [
        Deposit("d", "D", (), (), (), 45.7, 40.5, None, "", ""),
        Deposit("e", "E", (), (), (), None, None, None, "", ""),
    ]
    found = regimes_of(deposits, areas_from(tmp_path, AREAS))
    assert found["area"].tolist() == ["A", "B", "C"]
    assert found["regime"].tolist()[0] == "psa.toml"
    assert found["start"].tolist() == ["1997-01-01", "2020-01-01", "2023-01-01"]


def test_areas_on_the_ellipsoid_agree_with_an_equal_area_projection():
    shape = shapely.box(45.0, 40.0, 46.0, 41.0)
    projected = geopandas.GeoSeries([shape.segmentize(0.01)], crs=4326).to_crs(6933)
    assert area_km2(shape) == pytest.approx(projected.area.iloc[0] / 1e6, rel=2e-3)


def test_a_crossed_outline_is_mended_and_says_so(tmp_path):
    crossed = HEADER + 'A,x,,P,,,,s,"POLYGON ((45 40, 46 41, 46 40, 45 41, 45 40))"\n'
    area = areas_from(tmp_path, crossed)[0]
    assert area.shape.is_valid
    assert "Self-intersection" in area.repairs


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f'A,x,,P,,,,s,"{METRES}"', "bad-crs"),
        ("A,x,,P,,,,s,POLYGON EMPTY", "bad-number"),
        ("A,x,,P,,,,s,POINT (45 40)", "bad-number"),
        ("A,x,,P,,,,s,nonsense", "bad-number"),
        ('A,x,,P,,2022,2020,s,"POLYGON ((45 40, 46 40, 46 41, 45 40))"', "bad-date"),
    ],
)  # fmt: skip
def test_bad_outlines_are_refused(tmp_path, row, code):
    with pytest.raises(LodewayError) as caught:
        areas_from(tmp_path, HEADER + row + "\n")
    assert caught.value.code == code


def test_owners_at_the_end_of_chains_and_owners_of_too_much(tmp_path):
    day = date(2025, 1, 1)
    rows = [
        Holding("P", "M", 0.6, None, None, "s1", ""),
        Holding("Q", "P", 0.5, None, None, "s2", ""),
        Holding("Q", "M", 0.4, None, None, "s3", ""),
        Holding("R", "M", 0.3, None, date(2020, 1, 1), "s4", ""),
    ]
    assert owners_of(rows, "M", day) == {"Q": pytest.approx(0.7)}
    assert disputed(rows, day) == []
    assert disputed(rows, date(2019, 1, 1))[0][0] == "M"
    path = tmp_path / "holdings.csv"
    path.write_text("owner,owned,share_pct,source\nA,A,50,s\n")
    with pytest.raises(LodewayError, match="another actor"):
        read_holdings(path)
    path.write_text("owner,owned,share_pct,source\nA,B,150,s\n")
    with pytest.raises(LodewayError, match="0 to 100"):
        read_holdings(path)


def run(*words):
    return subprocess.run([sys.executable, "-m", "lodeway", *map(str, words)],
                          capture_output=True, text=True, check=False)  # fmt: skip


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".prov.json", ".trig", ".erml.csv"])
def test_claims_are_stored_and_exported_by_command(tmp_path, ending):
    book, out = tmp_path / "book.gpkg", tmp_path / f"claims{ending}"
    stored = run("claims", "store", FILES[0], "--book", book, "--recorded", "2026-11-25", "--json")
    assert json.loads(stored.stdout)["entered"] == 129
    assert run("claims", "export", book, "--out", out).returncode == 0
    if ending == ".csv":
        assert out.read_bytes() == ClaimBook(book).csv()
    assert out.stat().st_size > 100


def test_commands_refuse_a_bad_day_an_unknown_format_and_a_missing_book(tmp_path):
    book = tmp_path / "book.gpkg"
    bad = run("claims", "store", FILES[0], "--book", book, "--recorded", "25.11.2026", "--json")
    assert (bad.returncode, json.loads(bad.stderr)["code"]) == (1, "bad-date")
    assert not book.exists()
    missing = run("claims", "export", book, "--out", tmp_path / "x.csv")
    assert missing.returncode == 1
    assert run("claims", "store", FILES[0], "--book", book, "--recorded", "2026").returncode == 0
    assert run("claims", "export", book, "--out", tmp_path / "x.docx").returncode == 1
    assert not (tmp_path / "x.docx").exists()


def test_owners_behind_the_parties_of_the_areas_about_a_deposit(tmp_path):
    areas = areas_from(tmp_path, AREAS)
    deposits = [Deposit("d", "D", (), (), (), 45.7, 40.5, None, "", "")]
    holdings = [
        Holding("Parent", "Company", 0.6, None, None, "register", ""),
        Holding("Fund", "Parent", None, None, None, "press", ""),
        Holding("Family", "Company", 0.4, None, date(2020, 1, 1), "old register", ""),
    ]
    held = regimes_of(deposits, areas)
    now = owners_table(held, areas, holdings, date(2021, 6, 1))
    assert now["party"].tolist() == ["State", "Company", "Other"]
    assert now["owner"].tolist() == ["State", "Fund", "Other"]
    assert now["share"].fillna(-1.0).tolist() == [1.0, -1.0, 1.0]
    assert now["sources"].tolist() == ["s1", "register|press", "s2"]
    before = owners_table(held, areas, holdings, date(2019, 6, 1))
    assert before["owner"].tolist() == ["State", "Fund", "Family"]
    assert before["share"].tolist()[2] == 0.4
