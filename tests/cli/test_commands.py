"""The command line from outside: one JSON value, plain errors, exit codes, a quick door."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "studies" / "tiny"


def lodeway(*words):
    return subprocess.run(
        [sys.executable, "-m", "lodeway", *map(str, words)], capture_output=True, text=True,
        check=False, encoding="utf-8",
    )  # fmt: skip


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    return done.returncode


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return a copy of the small study that has been run, and its output folder."""
    folder = tmp_path_factory.mktemp("cli") / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    result = lodeway("run", folder, "--out", folder / "out", "--json")
    assert result.returncode == 0, result.stderr
    return folder, json.loads(result.stdout)


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    return folder


def test_help_opens_without_the_heavy_libraries():
    code = (
        "import sys; sys.argv = ['lodeway', '--help']\n"
        "from lodeway.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'xarray', 'geopandas', 'numba', 'numpy', 'scipy', 'pydantic'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.parametrize("study", ["tiny", "lesser-caucasus"])
def test_check_imports_no_pandas_and_finds_nothing_wrong(study):
    code = (
        "import sys\nfrom pathlib import Path\nfrom lodeway.chain import STAGES\n"
        "from lodeway.study.check import problems\n"
        f"found = problems(STAGES, Path({str(ROOT / 'studies' / study)!r}))\n"
        "slow = {'pandas', 'xarray', 'numba'} & set(sys.modules)\n"
        "sys.exit(bool(found) or bool(slow))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode
        == 0
    )


def test_a_run_leaves_every_file_and_says_so_in_json(done):
    folder, answer = done
    names = {Path(name).name for name in answer["files"]}
    assert names == {"report.html", "figures.json", "netback.csv", "claims.csv", "projects.csv",
                     "routes.gpkg"}  # fmt: skip
    assert all((folder / "out" / name).stat().st_size > 0 for name in names)


def test_every_figure_answers_to_trace(done):
    folder, _ = done
    figures = json.loads((folder / "out" / "figures.json").read_text(encoding="utf-8"))
    keys = {"id", "label", "unit", "project", "product", "market", "scenario", "year", "p10", "p50",
            "p90", "value", "stage", "inputs", "sources"}  # fmt: skip
    assert figures
    assert all(keys <= set(figure) for figure in figures)
    assert len({figure["id"] for figure in figures}) == len(figures)
    from lodeway.chain import STAGES
    from lodeway.study.trace import trace

    for figure in figures:
        assert trace(STAGES, folder, figure["id"])["figure"]["id"] == figure["id"]


def test_trace_walks_to_a_row_with_its_hash(done):
    folder, _ = done
    result = lodeway("trace", folder, "best-netback.hill.today.2030", "--json")
    found = json.loads(result.stdout)
    rows = [source for source in found["sources"] if source["row"]]
    assert rows
    assert all(len(source["sha256"]) == 64 and source["line"] for source in rows)
    assert any(source["row"].get("quantity") == "head grade copper" for source in rows)


def test_a_second_run_reuses_everything_and_explain_says_so(done):
    folder, _ = done
    again = json.loads(lodeway("run", folder, "--out", folder / "out", "--json").stdout)
    assert again["ran"] == []
    reasons = json.loads(lodeway("explain", folder, "--json").stdout)
    assert not any(row["will_run"] for row in reasons)


def test_an_unknown_figure_is_suggested_with_exit_code_1(done):
    folder, _ = done
    result = lodeway("trace", folder, "best-netback.hill.today.2031", "--json")
    assert result.returncode == 1
    assert result.stdout == ""
    assert json.loads(result.stderr)["cure"] == "did you mean best-netback.hill.today.2030?"


def test_new_makes_the_small_study(tmp_path):
    assert lodeway("new", tmp_path / "fresh").returncode == 0
    made = {p.relative_to(tmp_path / "fresh"): p.read_bytes()
            for p in (tmp_path / "fresh").rglob("*") if p.is_file()}  # fmt: skip
    kept = {p.relative_to(TINY): p.read_bytes() for p in TINY.rglob("*")
            if p.is_file() and not {".lodeway", "out"} & set(p.parts)}  # fmt: skip
    assert made == kept
    assert lodeway("new", tmp_path / "fresh").returncode == 1


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("study.toml", 'place      = "Hill"', 'place      = "Hil"', ["place", "did you mean Hill"]),
        ("study.toml", 'id = "South_Gate"', 'id = "South_Gat"', ["did you mean South_Gate"]),
        ("study.toml", 'crs    = "EPSG:32632"', 'crs    = "EPSG:32610"', ["study.crs", "zone"]),
        ("study.toml", "pass_through = [0.3, 1.0]", "pass_through = [0.3, 1.1]", ["1.1"]),
        ("study.toml", 'ore_t_per_y = "TY-01"', 'ore_t_per_y = "TY-99"', ["TY-99", "ore_t_per_y"]),
        ("study.toml", "regimes/royalty.toml", "regimes/missing.toml", ["missing.toml"]),
        ("data/facts/facts.csv", "Mt/y", "quintals", ["facts.csv:2", "quintals"]),
        ("data/facts/facts.csv", ",0.9,1.0,1.2,", ',"0,9",1.0,1.2,', ["facts.csv:2", "0,9"]),
        ("data/network/links.csv", ",47.1", ",-47.1", ["links.csv", "length_km", "-47.1"]),
        ("regimes/royalty.toml", "tax = 0.20", "tax = 20", ["tax", "write 0.2"]),
        ("data/registry/deposits.csv", ",10.0,1,", ",1000,1,", ["deposits.csv:2", "lon"]),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_with_file_row_and_cure(copy, name, old, new, words):
    if name.endswith("links.csv"):
        line = (copy / name).read_text().splitlines()[1]
        length = line.split(",")[4]
        old, new, words = f",{length},", f",-{length},", ["links.csv:2", "length_km"]
    edit(copy, name, old, new)
    result = lodeway("run", copy, "--out", copy / "out")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert not (copy / "out").exists()
    assert not list((copy / ".lodeway").glob("*.part"))


def test_a_connector_over_a_border_is_refused(copy):
    edit(
        copy,
        "data/network/nodes.csv",
        "9,10.0,45.01,place,XAA,,Hill",
        "9,10.0,45.01,place,XBB,,Hill",
    )
    result = lodeway("run", copy)
    assert result.returncode == 1
    assert "links.csv" in result.stderr


def test_a_table_in_another_code_page_is_refused(copy):
    path = copy / "data" / "claims" / "claims.csv"
    text = path.read_text(encoding="utf-8").replace("Hill", "Гора").replace(",", ";")
    path.write_bytes(text.encode("cp1251"))
    result = lodeway("claims", "check", path, "--json")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "claims.csv:2" in json.loads(result.stderr)["where"]


def test_claims_check_prints_one_json_list(copy):
    result = lodeway("claims", "check", copy / "data" / "claims" / "claims.csv", "--json")
    found = {row["claim_id"]: row for row in json.loads(result.stdout)}
    assert found["T-3"]["verdict"] == "consistent"
    assert found["T-4"]["verdict"] == "impossible"
    assert set(found["T-4"]) == {"claim_id", "verdict", "reason", "arithmetic", "best_reading"}


def test_a_route_by_the_closed_gate_when_it_is_opened(copy):
    network = copy / "data" / "network"
    today = json.loads(lodeway("route", network, "Hill", "Bay", "--json").stdout)
    opened = json.loads(
        lodeway("route", network, "Hill", "Bay", "--open", "South_Gate", "--json").stdout
    )
    assert opened["length_km"] < today["length_km"]
    assert opened["gates"] == ["South_Gate"]
    assert today["countries"] == ["XAA", "XBB", "XCC"]


def test_irr_says_how_many_roots_there_are(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("amount\n-100\n230\n-132\n")
    answer = json.loads(lodeway("irr", path, "--json").stdout)
    assert answer["status"] == "several"
    assert answer["roots"] == pytest.approx([0.1, 0.2])


def test_the_doctor_finds_everything():
    assert json.loads(lodeway("doctor", "--json").stdout)["missing"] == []
