"""Drillholes: the recorded counts of real files, places and composites of others, bad input."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.errors import LodewayError
from lodeway.resource import Rule, check_drillholes, composite, read_drillholes, trace_hole

COLLAR = "hole,x,y,z,eoh\n" + "".join(
    f"D{i},{100 * i},{50 * i},{300 + i},40\n" for i in range(1, 9)
)
SURVEY = "hole,depth,azimuth,dip\n" + "".join(f"D{i},0,90,-60\n" for i in range(1, 9))
ASSAY = "hole,from,to,Cu_pct,Au_ppm\n" + "".join(
    f"D{i},{a},{a + 2},{0.1 * i + 0.01 * a:.2f},{0.05 * i:.2f}\n"
    for i in range(1, 9)
    for a in range(0, 40, 2)
)


def check(folder, collar=COLLAR, survey=SURVEY, assay=ASSAY, encoding="utf-8", **options):
    paths = []
    for name, text in (("collar", collar), ("survey", survey), ("assay", assay)):
        path = folder / f"{name}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        paths.append(path)
    return check_drillholes(read_drillholes(*paths, **options))


def found(checked, code):
    return [finding for finding in checked.findings if finding.code == code]


def test_babbitt(reference_data):
    folder = reference_data("resource/babbitt")
    tables = [folder / f"{kind}_BABBITT.csv" for kind in ("collar", "survey", "assay")]
    checked = check_drillholes(read_drillholes(*tables))
    counts = checked.counts()
    assert counts["shared-collar"] == 3
    assert {"overlap", "gap", "duplicate-interval", "collar-without-assay"}.isdisjoint(counts)
    (first,) = [one for one in found(checked, "long-interval") if one.row == 2]
    assert first.hole == "34873"
    assert "2515" in first.what
    frame = composite(checked, Rule(10.0), ["cu", "Ni"])
    theirs = pd.read_csv(folder / "composites_10ft_reference.csv.gz", dtype={"hole": str})
    both = frame.merge(theirs, on=["hole", "from", "to"], suffixes=("", "_ref"), how="outer")
    assert len(both) == len(frame) == len(theirs) == 21408
    assert np.abs(both["CU"] - both["CU_ref"]).max() < 6e-7
    assert np.abs(both["NI"] - both["NI_ref"]).max() < 6e-7
    for axis, printed in (("x", 0.0501), ("y", 0.00501), ("z", 0.000051)):
        assert np.abs(both[axis] - both[f"{axis}_ref"]).max() < printed
    assert frame.duplicated(["x", "y", "z"]).sum() == 114


def test_copper_creek(reference_data):
    folder = reference_data("resource/copper_creek")
    tables = [folder / f"{kind}.csv" for kind in ("collar", "survey", "assay")]
    checked = check_drillholes(read_drillholes(*tables))
    counts = checked.counts()
    expected = {
        "collar-without-assay": 57, "shared-collar": 27, "overlap": 159, "gap": 585,
        "duplicate-interval": 141, "below-detection:Cu_pct": 331, "below-detection:Mo_pct": 7804,
        "below-detection:Ag_ppm": 311, "dip-sign": 29,
    }  # fmt: skip
    assert {code: counts[code] for code in expected} == expected
    assert checked.holes.summary()["holes"] == 545
    assert any("byte-order" in one.what for one in checked.findings)
    assert not checked.holes.intervals.grades["Mo_pct"].values.min() < 0


def test_clean_files_have_no_findings(tmp_path):
    assert check(tmp_path).findings == ()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("duplicate-collar", {"collar": COLLAR + "D3,1,2,3,40\n"}),
        ("shared-collar", {"collar": COLLAR + "D9,800,400,308,40\n"}),
        ("collar-coordinate", {"collar": COLLAR + "D9,,400,308,40\n"}),
        ("collar-without-survey", {"collar": COLLAR + "D9,900,450,309,40\n"}),
        ("collar-without-assay", {"collar": COLLAR + "D9,900,450,309,40\n"}),
        ("survey-without-collar", {"survey": SURVEY + "Q1,0,0,-90\n"}),
        ("assay-without-collar", {"assay": ASSAY + "Q1,0,2,1.0,1.0\n"}),
        ("survey-not-at-zero", {"survey": SURVEY.replace("D4,0,", "D4,5,")}),
        ("survey-past-end", {"survey": SURVEY + "D4,60,90,-60\n"}),
        ("survey-duplicate", {"survey": SURVEY + "D4,0,95,-60\n"}),
        ("dip-sign", {"survey": SURVEY + "D4,20,90,60\n"}),
        ("dip-range", {"survey": SURVEY + "D4,20,90,-95\n"}),
        ("azimuth-range", {"survey": SURVEY + "D4,20,-270,-60\n"}),
        ("azimuth-magnetic", {"survey": SURVEY.replace("azimuth", "azimuth_mag")}),
        ("kink", {"survey": SURVEY + "D4,20,90,-75\n"}),
        ("from-not-below-to", {"assay": ASSAY + "D4,50,50,1.0,1.0\n"}),
        ("overlap", {"assay": ASSAY.replace("D4,6,8,", "D4,5,8,")}),
        ("gap", {"assay": ASSAY.replace("D4,6,8,", "D4,6.5,8,")}),
        ("duplicate-interval", {"assay": ASSAY + "D4,6,8,9.9,1.0\n"}),
        ("interval-past-end", {"assay": ASSAY + "D4,40,44,1.0,1.0\n"}),
        ("below-detection", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,<0.01")}),
        ("below-detection", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,-0.01")}),
        ("above-detection", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,>10")}),
        ("missing-code", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,-99")}),
        ("missing-code", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,1E31")}),
        ("bad-number", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,rich")}),
        ("zero-grade", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,0")}),
        ("not-assayed", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,")}),
        ("grade-limit", {"assay": ASSAY.replace("D4,6,8,0.46", "D4,6,8,85")}),
        ("missing-depth", {"assay": ASSAY.replace("D4,6,8,", "D4,,8,")}),
        ("long-interval", {"assay": ASSAY + "D4,40,400,,\n"}),
        ("collar-far", {"collar": COLLAR.replace("D5,500,", "D5,5000000,") + MANY}),
        ("collar-swapped", {"collar": SWAPPED}),
        ("collar-elevation", {"collar": COLLAR.replace("250,305", "250,0") + MANY}),
        ("hole-spelling", {"assay": ASSAY.replace("D4,6,8,", "d-04,6,8,")}),
        ("ragged-row", {"assay": ASSAY + "D4,40,42\n"}),
        ("mangled-id", {"collar": COLLAR + "1.00E+05,900,450,309,40\n"}),
    ]
    if (MANY := "".join(f"E{i},{100 * i + 7},{40 * i},{300 + i},40\n" for i in range(1, 12)))
    and (SWAPPED := "hole,x,y,z,eoh\n" + "".join(
        f"D{i},{500_000 + 100 * i},{4_000_000 + 50 * i},{300 + i},40\n" for i in range(1, 12)
    ) + "D12,4000300,500200,301,40\n")
    else [],
)  # fmt: skip
def test_each_finding(tmp_path, code, change):
    checked = check(tmp_path, **change)
    assert found(checked, code), checked.counts()
    assert all(one.action for one in checked.findings)


def test_units_density_recovery_and_kinds(tmp_path):
    rows = "hole,from,to,Cu_pct,Fe_pct,Fe2O3_pct,density,recovery,sample_type,lab\n"
    for hole in range(1, 9):
        for depth in range(0, 40, 2):
            grade = 0.4 if hole != 2 else 4000.0
            kind = "core" if depth else "chip"
            rows += f"D{hole},{depth},{depth + 2},{grade},5,7,2.{7 if depth else 9}0,95,{kind},L1\n"
    rows = rows.replace("2.90,95", "9.90,50", 1).replace("core,L1", "core,L2", 1)
    codes = set(check(tmp_path, assay=rows).counts())
    wanted = {"unit-suspect", "oxide-and-element", "density-range", "low-recovery",
              "mixed-support", "laboratory-change"}  # fmt: skip
    assert wanted <= codes


def test_dialects_mean_the_same(tmp_path):
    plain = composite(check(tmp_path), Rule(5.0), ["Cu_pct"])

    def semicolons(text):
        return text.replace(".", "!").replace(",", ";").replace("!", ",")

    others = [
        check(tmp_path, COLLAR.replace(",", "\t"), SURVEY.replace(",", "\t"),
              ASSAY.replace(",", "\t")),
        check(tmp_path, semicolons(COLLAR), semicolons(SURVEY), semicolons(ASSAY)),
        check(tmp_path, COLLAR, SURVEY, ASSAY, encoding="utf-16"),
        check(tmp_path, "\ufeff" + COLLAR, "# surveys\n" + SURVEY, "My mine\n" + ASSAY),
        check(tmp_path, COLLAR, SURVEY.replace(",-60", ",60"), ASSAY.replace("\n", "\r\n")),
        check(tmp_path, COLLAR, SURVEY, ASSAY.replace("Au_ppm\n", "Au_ppm\n,m,m,%,ppm\n", 1)),
        check(tmp_path, COLLAR, SURVEY, "sep=;\n" + ASSAY.replace(",", ";")),
        check(
            tmp_path, COLLAR.replace("hole,x,y,z", "Номер скважины,Easting,Northing,RL"),
            SURVEY, ASSAY, encoding="cp1251",
        ),
        check(tmp_path, COLLAR, SURVEY.replace("azimuth,dip", "Azi (deg),zenith angle")
              .replace(",-60", ",30"), ASSAY.replace("from,to", "DEPTH_FROM,To_Depth")),
    ]  # fmt: skip
    for other in others:
        again = composite(other, Rule(5.0), ["Cu_pct"])
        pd.testing.assert_frame_equal(
            again.drop(columns="row"), plain.drop(columns="row"), atol=1e-9
        )


def test_marks_in_numbers_are_told(tmp_path):
    """Thousands marks and per cent signs are read, and the reading is said."""
    changed = COLLAR.replace("D3,300,", 'D3,"1,300",')
    checked = check(tmp_path, changed, assay=ASSAY.replace("D4,6,8,0.46", "D4,6,8,0.46%"))
    assert checked.holes.collars.x[2] == 1300.0
    told = [one.what for one in found(checked, "dialect")]
    assert any("1,300" in what for what in told)
    assert any("0.46%" in what for what in told)


def test_parquet_is_read(tmp_path):
    checked = check(tmp_path)
    paths = []
    for name in ("collar", "survey", "assay"):
        frame = pd.read_csv(tmp_path / f"{name}.csv")
        paths.append(tmp_path / f"{name}.parquet")
        frame.to_parquet(paths[-1])
    again = check_drillholes(read_drillholes(*paths))
    assert again.counts() == checked.counts()
    assert np.array_equal(again.holes.intervals.start, checked.holes.intervals.start)


def test_columns_can_be_named(tmp_path):
    strange = ASSAY.replace("from,to", "oben,unten")
    with pytest.raises(LodewayError, match=r"interval\.from=COLUMN"):
        check(tmp_path, assay=strange)
    given = {"interval": {"from": "oben", "to": "unten"}}
    assert check(tmp_path, assay=strange, given=given).findings == ()


@pytest.mark.parametrize(
    "text", ["", "\n\n", "hole,from,to\n1,2", "1,2,3\n4,5,6\n", b"\x00\x01\x02", "a\nb\n"]
)
def test_no_table_is_said(tmp_path, text):
    with pytest.raises(LodewayError):
        check(tmp_path, collar=text)


def test_nothing_disappears(tmp_path):
    """Every row of a dirty table is either in a composite or in a finding."""
    dirty = ASSAY + "D4,6,8,9.9,1.0\nQ1,0,2,1,1\nD4,50,50,1,1\nD4,x,60,1,1\n"
    checked = check(tmp_path, assay=dirty)
    used = {int(line) for line in checked.holes.intervals.line[checked.use_interval]}
    told = {one.row for one in checked.findings if one.file == "assay.csv"}
    lines = set(range(2, dirty.count("\n") + 1))
    assert lines <= used | told


def test_minimum_curvature_on_a_circle():
    """A hole that bends evenly is a circle; minimum curvature is exact between its stations."""
    radius, turns = 300.0, np.linspace(0, np.pi / 2, 4)
    depth = radius * turns
    path = trace_hole(np.zeros(3), depth, np.full(4, 40.0), 90 - np.degrees(turns))
    fine = np.linspace(0, np.pi / 2, 50)
    out, down = radius * (1 - np.cos(fine)), radius * np.sin(fine)
    east, north = out * np.sin(np.radians(40)), out * np.cos(np.radians(40))
    places = path.at(radius * fine)
    assert np.abs(places - np.column_stack([east, north, -down])).max() < 1e-9
    below = path.at(depth[-1:] + 10.0) - path.at(depth[-1:])
    assert np.allclose(np.linalg.norm(below), 10.0)


@pytest.mark.parametrize("method", ["minimum-curvature", "balanced-tangent", "tangent"])
def test_straight_holes_are_straight(method):
    path = trace_hole(np.array([1.0, 2.0, 3.0]), np.array([10.0, 50.0]), np.array([90.0, 90.0]),
                      np.array([30.0, 30.0]), method)  # fmt: skip
    end = path.at(np.array([100.0]))[0]
    assert np.allclose(end, [1 + 100 * np.cos(np.radians(30)), 2, 3 - 50])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.3, 7.0), min_size=3, max_size=30), st.floats(1.0, 9.0), st.data())
def test_composites_keep_metal(tmp_path_factory, lengths, length, data):
    """Length times grade is the same before and after, where everything is assayed and kept."""
    edges = np.round(np.append(0.0, np.cumsum(lengths)), 4)
    grades = data.draw(st.lists(st.floats(0, 5), min_size=len(lengths), max_size=len(lengths)))
    rows = "".join(
        f"D1,{a!r},{b!r},{g!r},0.1\n"
        for a, b, g in zip(edges[:-1].tolist(), edges[1:].tolist(), grades, strict=True)
    )
    folder = tmp_path_factory.mktemp("metal")
    checked = check(folder, assay="hole,from,to,Cu_pct,Au_ppm\n" + rows)
    for residual in ("merge", "spread"):
        rule = Rule(length, least_share=1e-9, residual=residual)
        frame = composite(checked, rule, ["Cu_pct"])
        metal = ((frame["to"] - frame["from"]) * frame["Cu_pct"]).sum()
        assert metal == pytest.approx(float((np.diff(edges) * grades).sum()), abs=1e-6)


def test_composites_by_rock_and_density(tmp_path):
    rows = "hole,from,to,Cu_pct,density,rock\nD1,0,3,1,2,ox\nD1,3,5,3,4,ox\nD1,5,9,5,3,su\n"
    checked = check(tmp_path, assay=rows)
    frame = composite(checked, Rule(4.0, by="rock", by_density=True), ["Cu_pct"])
    assert frame["from"].tolist() == [0.0, 5.0]
    assert frame["Cu_pct"].tolist() == [pytest.approx((3 * 2 + 3 * 4) / (6 + 4)), 5.0]
    assert frame["rock"].tolist() == ["ox", "su"]


def test_overlap_counts_once(tmp_path):
    rows = "hole,from,to,Cu_pct\nD1,0,2,1\nD1,0,2,3\nD1,2,3,4\n"
    frame = composite(check(tmp_path, assay=rows), Rule(4.0), ["Cu_pct"])
    assert frame["assayed"].tolist() == [3.0]
    assert frame["Cu_pct"].tolist() == [pytest.approx((2 + 6 + 4) / 5)]


def test_commands(tmp_path):
    check(tmp_path, assay=ASSAY + "D4,6,8,9.9,1.0\n")
    tables = [str(tmp_path / f"{name}.csv") for name in ("collar", "survey", "assay")]
    runner = CliRunner()
    answer = runner.invoke(door(), ["drillholes", "check", *tables, "--json"])
    value = json.loads(answer.stdout)
    by_code = Counter(one["code"] for one in value["findings"])
    assert {code: n for code, n in value["counts"].items() if ":" not in code} == by_code
    assert set(value["findings"][0]) >= {"hole", "row", "what", "action"}
    out = tmp_path / "c.csv"
    options = ["--length", "10", "--grade", "CU", "--out", str(out)]
    assert runner.invoke(door(), ["drillholes", "composite", *tables, *options]).exit_code == 0
    assert list(pd.read_csv(out)) == ["hole", "from", "to", "x", "y", "z", "Cu_pct"]
    bad = runner.invoke(
        door(), ["drillholes", "composite", *tables, "--length", "0", "--out", "x.csv"]
    )
    assert isinstance(bad.exception, LodewayError)
