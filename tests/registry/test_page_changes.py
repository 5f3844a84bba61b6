"""The published page and the list of changes: offline, complete, with reasons."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lodeway.errors import LodewayError
from lodeway.registry.book import ClaimBook
from lodeway.registry.claims import read_claims
from lodeway.registry.difference import changes, counted
from lodeway.registry.publication import page, publish

STUDY = Path(__file__).resolve().parents[2] / "studies" / "lesser-caucasus"
CLAIMS = STUDY / "data" / "claims"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    out = tmp_path_factory.mktemp("page")
    return out, publish(STUDY, out)


def test_the_page_is_one_file_that_asks_nobody(published):
    out, files = published
    assert {path.name for path in files} == {"index.html", "registry.json"}
    text = (out / "index.html").read_text(encoding="utf-8")
    outside = re.findall(r"""(?:src|href|url|action)\s*[=(]\s*["']?(https?:|//)[^"')>]*""", text)
    assert outside == []
    assert "default-src 'none'" in text
    assert "fetch(" not in text
    assert "{{" not in text


def test_the_page_holds_every_deposit_claim_and_disagreement(published):
    data = json.loads((published[0] / "registry.json").read_text(encoding="utf-8"))
    assert len(data["deposits"]) == 14
    assert len(data["claims"]) == 167
    owned = {claim["id"]: claim["deposit"] for claim in data["claims"]}
    assert owned["X-001"] == owned["S001-005"] == "demirli"
    assert owned["S001-004"] == owned["X-021"] == "gyzylbulag"  # one place under two names
    copper = next(
        c for c in data["conflicts"] if c["deposit"] == "demirli" and c["commodity"] == "Cu"
    )
    place = copper["claims"].index
    assert copper["ratio"][place("S001-005")][place("X-001")] == pytest.approx(363.6, abs=0.1)
    estimate = next(
        e for e in data["estimates"] if e["deposit"] == "demirli" and e["commodity"] == "Cu"
    )
    assert 250e3 < estimate["low"] < estimate["high"] < 600e3


def test_data_cannot_end_the_script_that_holds_it():
    made = page(json.dumps({"x": "</script><script>alert(1)</script>"})).decode()
    assert made.count("<script>alert") == 0


def test_a_study_without_a_registry_is_refused(tmp_path):
    (tmp_path / "study.toml").write_text("[study]\nname = 'x'\n")
    with pytest.raises(LodewayError, match="registry"):
        publish(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_changes_of_a_study_name_row_field_and_reason(tmp_path):
    new = tmp_path / "study"
    shutil.copytree(STUDY, new, ignore=shutil.ignore_patterns(".lodeway", "out", "network", "map"))
    table = new / "data" / "claims" / "external_claims.csv"
    text = table.read_text(encoding="utf-8").replace("275000,t", "276000,t")
    lines = [line for line in text.splitlines() if not line.startswith("X-007,")]
    table.write_text(
        "\n".join([*lines, "X-900,Alpha,ore,5,Mt,2026,Ann Lee,page,\n"]), encoding="utf-8"
    )
    found = changes(STUDY, new)
    assert counted(found) == {"added": 1, "removed": 1, "changed": 1, "superseded": 0}
    changed = next(item for item in found if item.what == "changed")
    assert (changed.item, changed.field, changed.old, changed.new) == (
        "X-001",
        "value",
        "275000",
        "276000",
    )
    assert "Vallex" in changed.reason
    assert changes(STUDY, STUDY) == []


def test_changes_of_a_book_say_what_superseded_what(tmp_path):
    books = [ClaimBook(tmp_path / name) for name in ("old.gpkg", "new.gpkg")]
    for book in books:
        book.add([CLAIMS / "seed_claims.csv"], "2026-11-25")
    claim = read_claims([CLAIMS / "seed_claims.csv"])[23]
    row = {"claim_id": "S001-003b"}
    other = type(claim)(**{**claim.__dict__, "id": "S001-003b"})
    books[1].supersede(other, row, claim.id, "2026-11-26", "the unit was found")
    found = changes(tmp_path / "old.gpkg", tmp_path / "new.gpkg")
    assert [(item.what, item.old, item.reason) for item in found] == [
        ("superseded", claim.id, "the unit was found")
    ]


@pytest.mark.parametrize("name", ["nowhere.csv", "plain.csv"])
def test_tables_that_cannot_be_compared_are_refused(tmp_path, name):
    (tmp_path / "plain.csv").write_text("a,b\n1,2\n")
    with pytest.raises(LodewayError):
        changes(tmp_path / name, tmp_path / name)


def test_the_commands_answer_in_json(tmp_path):
    def run(*words):
        done = subprocess.run([sys.executable, "-m", "lodeway", *map(str, words), "--json"],
                              capture_output=True, text=True, check=True)  # fmt: skip
        return json.loads(done.stdout)

    assert run("registry", "diff", STUDY, STUDY) == []
    files = run("registry", "publish", STUDY, "--out", tmp_path / "page")["files"]
    assert Path(files[0]).is_file()


def test_the_page_shows_areas_and_who_stands_behind_them(published):
    data = json.loads((published[0] / "registry.json").read_text(encoding="utf-8"))
    kajaran = {o["owner"]: o for o in data["owners"] if o["deposit"] == "kajaran"}
    assert kajaran["GeoProMining"]["share"] == 0.45
    assert kajaran["Republic of Armenia"]["share"] == 0.21875
    gedabek = [o for o in data["owners"] if o["deposit"] == "gedabek"]
    assert {o["area"] for o in gedabek} == {"gedabek-psa"}
    assert {o["owner"]: o["share"] for o in gedabek}["Anglo Asian Mining plc"] is None
    assert all("general-knowledge-unverified" in area["source"] for area in data["areas"])
    assert all(area["rings"] and area["terms"] for area in data["areas"])
