"""Comparing named corridors: shares by hand, full gates, losers, and bad files."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from lodeway.corridors import plots
from lodeway.corridors.compare import income_change, overlaps, price_options, spread
from lodeway.corridors.compare_file import read_comparison
from lodeway.corridors.compare_report import files
from lodeway.corridors.compare_tables import compute, sentences, surplus, tables
from lodeway.errors import LodewayError

ROOT = Path(__file__).resolve().parents[2]
TOML = """
[study]
name = "two ways"
network = "net"
as_of = 2026-11-01
draws = 16
[choice]
scale_per_usd = 0.05
stay_share = 1.0
[[class]]
name = "one"
usd_per_t = 1000
share = 1.0
[[corridor]]
name = "north"
[[corridor]]
name = "east"
status = "planned"
claimed_mt_per_y = 22
claim_source = "test"
claimed_usd = 100e6
[[journey]]
name = "out"
from = "Mine"
to = "Port"
demand_mt_per_y = [1, 1, 1]
  [[journey.option]]
  corridor = "north"
  modes = ["road"]
  [[journey.option]]
  corridor = "east"
  modes = ["road"]
  change = [ { kind = "gate", id = "East", status = "open" } ]
"""


@pytest.fixture
def study(folder):
    (folder.parent / "corridors.toml").write_text(TOML)
    return folder.parent


def test_shares_are_a_logit_by_hand(study, edit):
    edit("capacities", "cap-port,place,Port,0.5,0.45", "cap-port,place,Port,9,0")
    comparison = read_comparison(study)
    priced = price_options(comparison)
    today = spread(comparison, priced, frozenset({"north"}))
    built = spread(comparison, priced, frozenset({"north", "east"}))
    costs = [one.mean_usd for one in priced]
    km = [dict(one.parts) for one in priced]
    size = [sum(v / (2 if k in km[1 - n] else 1) for k, v in km[n].items()) / sum(km[n].values())
            for n in (0, 1)]  # fmt: skip
    weight = [s * np.exp(-0.05 * c) for s, c in zip(size, costs, strict=True)]
    home = np.exp(-0.05 * 1000)
    assert built.mt == pytest.approx(np.array(weight) / (sum(weight) + home))
    assert today.mt[1] == 0
    assert today.mt[0] == pytest.approx(1, abs=1e-6)


def test_a_full_port_takes_a_toll_until_it_fits(study):
    comparison = read_comparison(study)
    priced = price_options(comparison)
    flows = spread(comparison, priced, frozenset({"north", "east"}))
    assert flows.mt.sum() == pytest.approx(0.05, rel=1e-3)  # what the port has left
    assert flows.toll["place Port"] > 100
    assert flows.mt.sum() + sum(flows.stay_mt.values()) == pytest.approx(1.0)


def test_a_planned_corridor_gains_for_users_and_somebody_loses(study, edit):
    edit("capacities", "cap-port,place,Port,0.5,0.45", "cap-port,place,Port,9,0")
    found = compute(read_comparison(study))
    every = tables(found)
    assert surplus(found, found.flows["with east"]) > surplus(found, found.today)
    (claim,) = every["claims"].query("corridor == 'east'").to_dict("records")
    assert claim["demand_to_fill_mt_per_y"] == pytest.approx(22 / claim["share"])
    assert claim["pays_at_mt_per_y 5%"] < claim["pays_at_mt_per_y 10%"]
    assert any("22 Mt a year are claimed" in line for line in sentences(found, every))
    change = income_change(found.priced, found.today, found.flows["with east"])
    assert set(change) <= {"AAA", "BBB"}
    assert min(change.values()) < 0  # the long way round paid more
    shared = {(one, two, item) for one, two, item, _ in overlaps(found.priced)}
    assert ("east", "north", "place Port") in shared


def test_flows_and_tables_do_not_depend_on_the_order_of_corridors(study, edit):
    edit("capacities", "cap-port,place,Port,0.5,0.45", "cap-port,place,Port,9,0")
    one = compute(read_comparison(study))
    path = study / "corridors.toml"
    head, first, second, rest = TOML.partition('[[corridor]]\nname = "north"')[0], *[
        '[[corridor]]\nname = "north"\n', TOML[TOML.index('[[corridor]]\nname = "east"'):
                                               TOML.index("[[journey]]")],
        TOML[TOML.index("[[journey]]"):],
    ]  # fmt: skip
    path.write_text(head + second + first + rest)
    two = compute(read_comparison(study))
    assert (one.flows["all built"].mt == two.flows["all built"].mt).all()


def test_files_are_whole_and_the_same_twice(study):
    found = compute(read_comparison(study))
    every = tables(found)
    (study / "data").mkdir()
    (study / "data" / "events.csv").write_text(
        "event,link_or_border,start,end,effect,cause,source\n"
        "a,East,2020-01-01,2020-02-01,closed,snow,x\nb,North,2024-01-01,,closed,war,x\n"
    )
    made = files(found, every, date(2026, 11, 1))
    assert made == files(found, every, date(2026, 11, 1))
    assert {"corridors.html", "claims.csv", "closures.svg", "ladder-1.svg"} <= set(made)
    page = made["corridors.html"].decode()
    assert "http://" not in page.replace("http://www.w3.org", "")  # nothing is fetched
    assert "OpenStreetMap" in page


BAD = {
    "corridor": ('  corridor = "north"', '  corridor = "nroth"', "option[0].corridor"),
    "shares": ("share = 1.0\n[[corridor", "share = 0.9\n[[corridor", "class.share"),
    "range": ("[1, 1, 1]", "[2, 1, 1]", "demand_mt_per_y"),
    "status": ('status = "planned"', 'status = "dreamt"', "status"),
    "network": ('network = "net"', 'network = "../net"', "network"),
    "gate": ('id = "East"', 'id = "Esat"', "change[0]"),
    "place": ('from = "Mine"', 'from = "Mien"', "journey out"),
    "toml": ("[choice]", "[choice", "corridors.toml"),
    "way": ('modes = ["road"]\n  [[', 'modes = ["sea"]\n  [[', "journey out, north"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused(name, study):
    old, new, where = BAD[name]
    assert TOML.count(old) == 1
    (study / "corridors.toml").write_text(TOML.replace(old, new))
    with pytest.raises(LodewayError) as caught:
        price_options(read_comparison(study))
    assert where in caught.value.where


def test_pictures_hold_what_they_show():
    svg = plots.ladder(
        ["a", "b"], {"haul": [1.0, 2.0], "none": [0.0, 0.0]}, [(0.5, 2), (1, 3)], "T"
    )
    assert svg.startswith(b"<?xml")
    bars = [("G", date(2020, 1, 1), None, "snow"), ("H", date(2021, 1, 1), date(2021, 2, 1), "war")]
    assert plots.gantt(bars, date(2026, 1, 1), "T") == plots.gantt(bars, date(2026, 1, 1), "T")
    assert plots.fan([2026, 2027], np.ones((4, 2)), "USD", "T", "png")[:4] == b"\x89PNG"
    lon, lat = np.linspace(10, 20, 50), np.linspace(40, 45, 50)
    for data in (
        plots.isocost_map(lon, lat, np.append(np.ones(49), np.inf), {"x": (12.0, 42.0)}, "T"),
        plots.flow_map((lon, lat), [("a", 1.0, lon, lat)], {}, "T"),
    ):
        assert data[:4] == b"\x89PNG"


def test_the_study_of_the_silk_corridors_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lodeway", "corridor", "compare",
         str(ROOT / "studies" / "silk-corridors"), "--out", str(tmp_path), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    claims = {row["corridor"]: row for row in told["claims"]}
    assert claims["kabul"]["claimed_mt_per_y"] == 22
    assert claims["kabul"]["model_mt_per_y"] < 5
    corridors = {row["corridor"] for row in told["options"]}
    assert {"suez", "cape", "lapis", "kabul", "five-nations", "khaf-herat", "cku", "middle",
            "instc-rail"} <= corridors  # fmt: skip
    assert (tmp_path / "corridors.html").is_file()
