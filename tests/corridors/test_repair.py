"""Repairs: only what is asked for, every change listed, and the mended network is sound."""

from __future__ import annotations

import pytest

from lodeway.corridors.formats import write_tables
from lodeway.corridors.health import examine
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.repair import repair
from lodeway.corridors.route import find_route
from lodeway.errors import LodewayError

LINK_1 = "1,2,3,road,50,AAA,,,,open,,,,osm,"
CASES = {
    "lat-lon-swapped": ("nodes", "3,10.50,40.00", "3,40.00,10.50", "3"),
    "miles-for-km": ("links", "road,50,", "road,31.0686,", "1"),
    "nautical-miles": ("links", "road,50,", "road,24,", "1"),
    "bad-length": ("links", "road,50,", 'road,"50,0",', "1"),
    "duplicate-link": ("links", LINK_1, f"{LINK_1}\n99{LINK_1[1:]}", "99"),
    "self-loop": ("links", LINK_1, f"{LINK_1}\n99,2,2,road,1,AAA,,,,open,,,,osm,", "99"),
}


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_mended_and_listed(code, edit, tmp_path):
    table, old, new, item = CASES[code]
    spoilt = edit(table, old, new)
    before = (spoilt / f"{table}.csv").read_bytes()
    tables, done = repair(spoilt, [code])
    assert [(change.code, change.item) for change in done] == [(code, item)]
    assert (spoilt / f"{table}.csv").read_bytes() == before
    write_tables(tables, tmp_path / "mended", "csv")
    assert code not in {finding.code for finding in examine(tmp_path / "mended")}
    length = find_route(read_network(tmp_path / "mended"), "Mine", "Port").length_km
    assert length == pytest.approx(182, abs=0.01)


def test_a_place_is_joined_by_a_flagged_connector(edit, tmp_path):
    spoilt = edit("links", "14,14,3,access_road,1,AAA,,,,open,,,,connector,\n", "")
    tables, done = repair(spoilt, ["no-access"])
    (change,) = done
    assert change.item == "Hub"
    assert "source connector" in change.after
    write_tables(tables, tmp_path / "mended", "csv")
    route = find_route(read_network(tmp_path / "mended"), "Hub", "Mine")
    assert route.length_km == pytest.approx(51, abs=1.0)


def test_a_gap_is_bridged_by_a_flagged_link(folder, tmp_path):
    path = folder / "nodes.csv"
    path.write_text(path.read_text() + "20,10.05,41.0,road,AAA,,\n21,10.10,41.0,road,AAA,,\n"
                    "22,10.12,41.0,road,AAA,,\n23,10.17,41.0,road,AAA,,\n")  # fmt: skip
    path = folder / "links.csv"
    path.write_text(path.read_text() + "20,20,21,road,4.3,AAA,,,,open,,,,osm,\n"
                    "21,22,23,road,4.3,AAA,,,,open,,,,osm,\n")  # fmt: skip
    tables, done = repair(folder, ["gap"])
    assert [change.item for change in done] == ["21-22"]
    last = tables["links"].iloc[-1]
    assert (last["source"], last["from"], last["to"]) == ("gapfill", "21", "22")
    assert float(last["length_km"]) == pytest.approx(1.1 * 1.68, abs=0.02)


def test_nothing_is_mended_unasked(edit):
    spoilt = edit("links", LINK_1, f"{LINK_1}\n99{LINK_1[1:]}")
    assert repair(spoilt, [])[1] == []
    with pytest.raises(LodewayError, match="duplicate-link"):
        repair(spoilt, ["duplicate"])


def test_parallel_links_stay_apart_and_the_shorter_counts(edit):
    spoilt = edit("links", LINK_1, f"{LINK_1}\n99,3,2,road,49,AAA,,,,open,,,,osm,")
    assert repair(spoilt, ["duplicate-link"])[1] == []  # 2 % off: not the same road
    assert find_route(read_network(spoilt), "Mine", "Port",
                      permission=Permission(open_gates=("East",))).length_km == 101  # fmt: skip
