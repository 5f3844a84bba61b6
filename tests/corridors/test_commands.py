"""The commands as they are checked from outside: names, keys, exit codes, one JSON value."""

from __future__ import annotations

import csv
import gzip
import json

import pytest
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.errors import LodewayError


def run(*words, fails=False):
    done = CliRunner().invoke(door(), [str(word) for word in words], catch_exceptions=True)
    if fails:
        assert isinstance(done.exception, LodewayError), done.output
        return done.exception
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def test_route_with_alternatives(folder):
    told = json.loads(run("route", folder, "Mine", "Port", "--open", "East", "--alternatives", 2,
                          "--json"))  # fmt: skip
    assert {"length_km", "cost_usd_per_t", "hours", "legs", "gates", "countries"} <= set(told)
    assert told["alternatives"] == []  # the other way is 1.8 times as long
    assert any("0 of 2 alternatives" in note for note in told["notes"])
    assert "alternative" not in run("route", folder, "Mine", "Port")


def test_network_check(folder, edit):
    told = json.loads(run("network", "check", folder, "--json"))
    assert all({"code", "item", "place", "what", "cure"} <= set(row) for row in told)
    edit("links", "1,2,3,road,50", "1,2,3,road,31")
    done = CliRunner().invoke(door(), ["network", "check", str(folder), "--json"])
    assert done.exit_code == 1
    assert "miles-for-km" in {row["code"] for row in json.loads(done.stdout)}


def test_network_matrix(folder, tmp_path):
    out = tmp_path / "m.csv"
    run("network", "matrix", folder, "--places", folder / "places.csv", "--modes", "road",
        "--by", "km", "--out", out)  # fmt: skip
    rows = list(csv.DictReader(out.open()))
    assert list(rows[0]) == ["from", "to", "km"]
    by_pair = {(row["from"], row["to"]): row["km"] for row in rows}
    assert by_pair["Mine", "Port"] == "182.0"
    assert by_pair["Mine", "Plant"] == ""
    (tmp_path / "p.csv").write_text("place\nMine\nMnie\n")
    problem = run("network", "matrix", folder, "--places", tmp_path / "p.csv", "--out", out,
                  fails=True)  # fmt: skip
    assert "did you mean Mine?" in problem.cure


def test_flow(tmp_path):
    (tmp_path / "i.json").write_text(
        json.dumps({"commodities": [{"frm": 1, "to": 3, "mt": 2.0, "name": "ore"}]})
    )
    with gzip.open(tmp_path / "i_arcs.csv.gz", "wt") as stream:
        stream.write("a,b,cost_usd_t,cap_mt,what\n1,2,1,1.5,gate\n2,3,1,,\n1,3,9,0.25,\n")
    told = json.loads(run("flow", tmp_path / "i.json", "--json"))
    assert told["objective"] == pytest.approx(1.5 * 2 + 0.25 * 9 + 0.25 * 500)
    assert told["unserved"] == {"ore": pytest.approx(0.25)}
    assert sum(flow["mt_per_y"] for flow in told["flows"]) == pytest.approx(1.75)
    shadow = {row["arc"]: row for row in told["shadow_prices"]}
    assert shadow[0]["usd_per_t"] == pytest.approx(498)
    assert shadow[0]["dual"] == -shadow[0]["usd_per_t"]
    assert shadow[2]["usd_per_t"] == pytest.approx(491)
    assert "objective: 130.25" in run("flow", tmp_path / "i.json")
    told = json.loads(run("flow", tmp_path / "i.json", "--chokepoints", "--json"))
    assert [row["name"] for row in told["chokepoints"]] == ["gate", "arc 2"]
    assert told["chokepoints"][0]["unserved_mt"] == pytest.approx(1.5)
    assert "without gate" in run("flow", tmp_path / "i.json", "--chokepoints")


def test_corridor_claim(folder, tmp_path):
    (tmp_path / "c.toml").write_text(
        'metric = "saving_km"\nvalue = 80\norigin = "Mine"\ndestination = "Port"\n'
        'alternative = { open = ["East"] }\n'
    )
    told = json.loads(run("corridor", "claim", tmp_path / "c.toml", folder, "--json"))
    assert {"readings", "tried", "within_error", "expected_by_chance", "verdict"} <= set(told)
    assert {"origin", "destination", "base", "alternative", "value"} <= set(told["readings"][0])
    assert told["verdict"] == "supported"
    assert "supported" in run("corridor", "claim", tmp_path / "c.toml", folder)


def test_corridor_value(tmp_path):
    import shutil
    from pathlib import Path

    tiny = Path(__file__).resolve().parents[2] / "studies" / "tiny"
    study = tmp_path / "tiny"
    shutil.copytree(tiny, study, ignore=shutil.ignore_patterns(".lodeway", "out"))
    import tomllib

    scenario = tomllib.loads((study / "study.toml").read_text())["scenario"][1]["name"]
    told = json.loads(run("corridor", "value", study, "--scenario", scenario, "--json"))
    wanted = {"changes", "combinations", "shapley", "saving", "response_low", "response_high",
              "toll_breakeven", "gains", "p_used", "tonnes"}  # fmt: skip
    assert wanted <= set(told)
    assert sum(told["shapley"].values()) == pytest.approx(told["saving"], abs=1e-9)
    assert sum(told["gains"].values()) == pytest.approx(told["gains_total"], rel=1e-9, abs=1e-6)
    assert len(told["combinations"]) == 2 ** len(told["changes"])
    assert 0 <= told["p_used"] <= 1
    assert "did you mean" in run("corridor", "value", study, "--scenario", scenario + "x",
                                 fails=True).cure  # fmt: skip


def test_convert_repair_and_measure(folder, edit, tmp_path):
    run("network", "convert", folder, tmp_path / "n.gpkg")
    run("network", "convert", tmp_path / "n.gpkg", tmp_path / "back")
    assert (tmp_path / "back" / "links.csv").read_text().count("\n") == 16
    edit("links", "1,2,3,road,50", "1,2,3,road,31.0686")
    told = json.loads(run("network", "repair", folder, tmp_path / "m", "--mend", "miles-for-km",
                          "--json"))  # fmt: skip
    assert [row["item"] for row in told] == ["1"]
    (tmp_path / "d.csv").write_text("via,modes,km,source\nMine>Port,road,181.8,test\n")
    told = json.loads(run("network", "lengths", tmp_path / "m", tmp_path / "d.csv", "--json"))
    assert abs(told["rows"][0]["error_pct"]) < 1
    (tmp_path / "q.csv").write_text(
        "quote,from,to,mode,unit,low_usd,high_usd,low_days,high_days,note\n"
        "a,Mine,Port,truck,truck,400,500,1,3,\n"
    )
    told = json.loads(run("network", "quotes", tmp_path / "m", tmp_path / "q.csv", "--json"))
    assert told["summary"]["compared"] == 1
    assert "compared" in run("network", "quotes", tmp_path / "m", tmp_path / "q.csv")


def test_help_opens_without_heavy_libraries():
    import subprocess
    import sys

    code = (
        "import sys, lodeway.cli; "
        "print([m for m in ('numpy', 'pandas', 'numba', 'pyarrow', 'highspy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
