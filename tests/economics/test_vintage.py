"""The regime of a project by its contract area and start: one, none, several; a whole study."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from lodeway.chain import STAGES
from lodeway.economics.vintage import regime_file, with_regimes
from lodeway.errors import LodewayError
from lodeway.study.run import run
from lodeway.study.store import Store

TINY = Path(__file__).resolve().parents[2] / "studies" / "tiny"
HEAD = "area_id,name,kind,parties,regime,terms,start,end,source,wkt\n"
TABLE = pd.DataFrame(
    [
        ("hill", "old", "licence", "a.toml", "", "2021-12-31"),
        ("hill", "new", "contract", "b.toml", "2022-07-01", "2032-02-25"),
        ("hill", "again", "licence", "b.toml", "2024-01-01", ""),
        ("hill", "bid", "tender", "c.toml", "2020-01-01", ""),
        ("hill", "late", "licence", "d.toml", "2032-06-01", ""),
        ("dale", "bare", "licence", "", "", ""),
    ],
    columns=["deposit", "area", "kind", "regime", "start", "end"],
)


def asked(deposit, year, regime="by-area"):
    return {"name": "p", "deposit": deposit, "regime": regime, "start_year": year}


@pytest.mark.parametrize(
    ("year", "file"), [(1999, "a.toml"), (2021, "a.toml"), (2022, "b.toml"), (2031, "b.toml")]
)
def test_the_vintage_decides_and_areas_that_agree_are_one_answer(year, file):
    assert regime_file(asked("hill", year), TABLE, "here") == file


def test_a_named_file_stays_whatever_the_areas_say():
    assert regime_file(asked("hill", 2026, "x.toml"), TABLE, "here") == "x.toml"
    assert regime_file(asked("hill", 2026, "x.toml"), None, "here") == "x.toml"


@pytest.mark.parametrize(
    ("deposit", "year", "table", "words"),
    [
        ("hill", 2032, TABLE, "new with b.toml, again with b.toml, late with d.toml"),
        ("dale", 2026, TABLE, "one regime for dale in 2026"),
        ("moor", 2026, TABLE, "other years: none"),
        ("hill", 2026, None, "without \\[registry\\] areas"),
        ("hill", 2026, TABLE[:1], "old \\(open to 2021-12-31\\)"),
    ],
)
def test_none_or_several_are_said_with_the_areas(deposit, year, table, words):
    with pytest.raises(LodewayError, match=words):
        regime_file(asked(deposit, year), table, "study.toml project[0].regime")


def test_all_projects_of_a_study_are_filled_in():
    found = with_regimes({"project": [asked("hill", 2026), asked("hill", 2026, "x.toml")]}, TABLE)
    assert [project["regime"] for project in found["project"]] == ["b.toml", "x.toml"]


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    return folder


def by_area(folder, area, regimes='regimes = ["regimes/*.toml"]\n'):
    """Write one area about everything and let the study's projects follow it."""
    box = '"POLYGON ((0 30, 30 30, 30 60, 0 60, 0 30))"'
    (folder / "areas.csv").write_text(f"{HEAD}{area},{box}\n")
    text = (folder / "study.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("regime "))
    text = text.replace(line, 'regime = "by-area"')
    text = text.replace("[registry]\n", f'[registry]\nareas = "areas.csv"\n{regimes}')
    (folder / "study.toml").write_text(text)
    return line.split('"')[1]


def cash(folder):
    keys = run(STAGES, folder, draws=16).keys
    return Store(folder).load(keys["economics"]).data["cashflow"]


def test_a_study_by_area_has_the_numbers_of_the_named_file(study):
    before = cash(study)
    by_area(study, "one,One,licence,Hill Co,regimes/royalty.toml,,2020,,s")
    assert cash(study).equals(before)
    file = study / "regimes" / "royalty.toml"
    file.write_text(file.read_text().replace("tax = 0.20", "tax = 0.30"))
    assert not cash(study).equals(before), "a changed regime is read again"


def test_a_study_by_area_follows_the_area_to_another_file(study):
    before = cash(study)
    free = 'kind = "royalty"\nname = "Free"\nroyalty = 0.0\ntax = 0.0\n'
    (study / "regimes" / "free.toml").write_text(free)
    by_area(study, "one,One,licence,Hill Co,regimes/free.toml,,2020,,s")
    after = cash(study)
    assert float(abs(before["taxes_usd"]).sum()) > 0.0
    assert float(abs(after["taxes_usd"]).sum()) == 0.0


@pytest.mark.parametrize(
    ("area", "regimes", "words"),
    [
        ("one,One,licence,Hill Co,regimes/royalty.toml,,1990,1995,s",
         'regimes = ["regimes/*.toml"]\n', "one \\(1990-01-01 to 1995"),
        ("one,One,licence,Hill Co,regimes/royality.toml,,2020,,s",
         'regimes = ["regimes/*.toml"]\n', "did you mean regimes/royalty.toml"),
        ("one,One,licence,Hill Co,regimes/royalty.toml,,2020,,s", "", "areas and regimes"),
    ],
)  # fmt: skip
def test_a_study_that_cannot_be_settled_says_so(study, area, regimes, words):
    by_area(study, area, regimes)
    with pytest.raises(LodewayError, match=words):
        run(STAGES, study, draws=16)
