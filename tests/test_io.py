"""Files are opened strictly and written whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodeway.errors import CODES, LodewayError
from lodeway.io import (
    as_csv,
    last_day,
    read_bytes,
    read_facts,
    read_rows,
    safe_path,
    sweep,
    write_bytes,
)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv", "data/../../x", "/etc/passwd", "C:\\x.csv", "http://a.example/x.csv",
        "/vsicurl/http://a.example/x.tif", "\\\\server\\share", "file:///etc/passwd", "a\x00b",
    ],
)  # fmt: skip
def test_paths_out_of_the_study_are_refused(tmp_path, name):
    with pytest.raises(LodewayError) as caught:
        safe_path(tmp_path, name, "study.toml:3")
    assert caught.value.code == "unsafe-path"


def test_a_link_out_of_the_study_is_refused(tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (tmp_path / "secret").write_text("x")
    (study / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(LodewayError, match="inside the study"):
        safe_path(study, "link", "study.toml:3")


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        ("id;value\n1;2,5\n".encode("cp1251"), 1, "semicolons"),
        ("id,value\n1,Дашкесан\n".encode("cp1251"), 2, "UTF-8"),
        (b"id,value\n1,2,3\n", 2, "3 cells"),
        (b'id,value\n1,"2\n', 2, "unexpected end"),
        (b"", 1, "empty"),
        (b"id,id\n1,2\n", 1, "twice"),
        (b"id,valeu\n1,2\n", 1, "value"),
        (b"id\tvalue\n1\t2\n", 1, "tabs"),
    ],
)
def test_bad_tables_are_refused_with_their_line(tmp_path, data, line, word):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(LodewayError) as caught:
        read_rows(path, ["id", "value"])
    assert f"t.csv:{line}" in str(caught.value)
    assert word in str(caught.value)


def test_a_decimal_comma_names_file_row_field_and_cure(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,value\nA,"13,7"\n')
    row = read_rows(path, ["id", "value"], name="t.csv")[0]
    with pytest.raises(LodewayError, match=r"t\.csv:2 value: got '13,7'.*decimal point"):
        row.number("value")


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "twelve", "0x10", "1.1"])
def test_a_probability_must_be_a_number_from_0_to_1(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(f"id,p\nA,{text}\n")
    with pytest.raises(LodewayError) as caught:
        read_rows(path, ["id", "p"])[0].number("p", low=0.0, high=1.0)
    assert caught.value.code == "bad-number"


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(10 * 2**30)
    with pytest.raises(LodewayError) as caught:
        read_rows(path, ["id"])
    assert caught.value.code == "too-large"
    assert caught.value.exit_code == 3


def test_a_folder_and_a_missing_file_are_said(tmp_path):
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(LodewayError) as caught:
            read_bytes(path)
        assert caught.value.code == "missing"


@given(st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False))
def test_no_spreadsheet_runs_our_cells(text, number):
    data = as_csv([{"t": text, "n": number}], ["t", "n"]).decode()
    cell = data.split("\r\n", 1)[1].lstrip('"')
    assert not cell.startswith(("=", "+", "@", "\t"))
    assert not (cell.startswith("-") and text.startswith("-"))


def test_write_is_whole_and_litter_is_swept(tmp_path):
    write_bytes(tmp_path / "a" / "b.txt", b"x")
    (tmp_path / "a" / "c.txt.99.part").write_bytes(b"torn")
    assert sweep(tmp_path) == 1
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2026-05-01", date(2026, 5, 1)),
    ],
)
def test_a_partial_date_means_its_last_day(text, day):
    assert last_day(text, "x") == day


@pytest.mark.parametrize("text", ["2025-13", "01/04/2025", "soon", "2025-02-30"])
def test_other_dates_are_refused(text):
    with pytest.raises(LodewayError) as caught:
        last_day(text, "x")
    assert caught.value.code == "bad-date"


def test_a_fact_twice_is_refused(tmp_path):
    head = "id,quantity,low,mode,high,unit,source,confidence\n"
    (tmp_path / "a.csv").write_text(head + "F-1,q,,1,,t,s,published\n")
    (tmp_path / "b.csv").write_text(head + "F-1,q,,1,,t,s,published\n")
    with pytest.raises(LodewayError, match=r"b\.csv:2 id"):
        read_facts([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path)


def test_an_unknown_fact_is_suggested(tmp_path):
    head = "id,quantity,low,mode,high,unit,source,confidence\n"
    (tmp_path / "a.csv").write_text(head + "PR-013,q,,1,,t,s,published\n")
    facts = read_facts([tmp_path / "a.csv"], tmp_path)
    with pytest.raises(LodewayError, match="did you mean PR-013"):
        facts["PR-0133"]


def test_every_code_has_a_sentence_and_no_other_code_is_accepted():
    assert all(text.endswith(".") for text in CODES.values())
    with pytest.raises(KeyError):
        LodewayError("no-such-code", "x", "y")
