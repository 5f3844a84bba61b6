"""Planted faults: each is refused, with the file and the line."""

from __future__ import annotations

import gzip

import pytest

from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import find_route
from lodeway.errors import LodewayError

LINK_1 = "1,2,3,road,50,AAA,,,,open,,,,osm,"
FAULTS = {
    "unknown node": ("links", "1,2,3,road", "1,2,99,road", "links.csv:3 to", "'99'"),
    "negative": ("links", "road,50,", "road,-50,", "links.csv:3 length_km", "'-50'"),
    "zero": ("links", "road,50,", "road,0,", "links.csv:3 length_km", "'0'"),
    "not finite": ("links", "road,50,", "road,inf,", "links.csv:3 length_km", "'inf'"),
    "decimal comma": ("links", "road,50,", 'road,"50,5",', "links.csv:3 length_km", "'50,5'"),
    "too short": ("links", "road,50,", "road,31.1,", "links.csv:3 length_km", "31.1 km"),
    "double link": ("links", "\n1,2,3", "\n0,2,3", "links.csv:3 link", "'0' for the second"),
    "double node": ("nodes", "\n2,10.01", "\n1,10.01", "nodes.csv:3 node", "'1' for the second"),
    "status": ("links", "AAA,,,,open,,,,osm,\n2", "AAA,,,,opn,,,,osm,\n2", "links.csv:3 status",
               "'opn'"),
    "mode": ("links", "2,3,road", "2,3,raod", "links.csv:3 mode", "'raod'"),
    "node mode": (
        "nodes", "2,10.01,40.00,road", "2,10.01,40.00,raft", "nodes.csv:3 mode", "'raft'",
    ),
    "longitude": ("nodes", "2,10.01,", "2,190.01,", "nodes.csv:3 lon", "'190.01'"),
    "latitude": ("nodes", "2,10.01,40.00", "2,10.01,-90.5", "nodes.csv:3 lat", "'-90.5'"),
    "unknown gate": ("links", "AAA-BBB,North,", "AAA-BBB,Nord,", "links.csv:8 gate", "'Nord'"),
    "other border": ("gates", "BBB-AAA", "BBB-CCC", "links.csv:8 gate", "North (BBB-CCC)"),
    "open border": ("links", "AAA-BBB,North,", "AAA-BBB,,", "links.csv:8 gate", "''"),
    "delay order": ("gates", "open,2,6,40", "open,9,6,40", "gates.csv:3", "9, 6, 40"),
    "gate mode": ("gates", "BBB-AAA,road", "BBB-AAA,rail", "links.csv:8 gate", "North (rail)"),
    "place": ("places", "Plant,plant", "Plnat,plant", "places.csv:4 place", "'Plnat'"),
    "connector": ("nodes", "5,11.00,40.00,road,BBB", "5,11.00,40.00,road,CCC", "links.csv:6 mode",
                  "'access_road'"),
    "capacity": ("capacities", "gate,North", "gate,Nord", "capacities.csv:3", "'Nord'"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named(name, edit):
    table, old, new, where, got = FAULTS[name]
    folder = edit(table, old, new)
    with pytest.raises(LodewayError) as caught:
        read_network(folder)
    assert caught.value.where.startswith(where)
    assert got in caught.value.got


def test_an_unknown_gate_brings_a_suggestion(edit):
    with pytest.raises(LodewayError, match="did you mean North"):
        read_network(edit("links", "AAA-BBB,North,", "AAA-BBB,Norht,"))


@pytest.mark.parametrize("table", ["nodes", "links", "places"])
def test_a_missing_table_is_named(table, folder):
    (folder / f"{table}.csv").unlink()
    with pytest.raises(LodewayError, match=table) as caught:
        read_network(folder)
    assert caught.value.code == "missing"


def test_a_missing_column_is_named(edit):
    with pytest.raises(LodewayError, match="length_km"):
        read_network(edit("links", "length_km", "length_mi"))


def test_a_ragged_row_is_refused(edit):
    with pytest.raises(LodewayError) as caught:
        read_network(edit("links", "road,50,AAA", "road,50"))
    assert caught.value.code == "bad-csv"


def test_compressed_and_plain_tables_read_alike(folder):
    plain = read_network(folder)
    for name in ("nodes", "links"):
        path = folder / f"{name}.csv"
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    packed = read_network(folder)
    assert packed.links.ids == plain.links.ids
    assert (packed.links.km == plain.links.km).all()


def test_a_damaged_archive_is_refused(folder):
    (folder / "links.csv").unlink()
    (folder / "links.csv.gz").write_bytes(gzip.compress(b"link")[:-6])
    with pytest.raises(LodewayError) as caught:
        read_network(folder)
    assert caught.value.code == "bad-csv"


def test_without_gates_links_go_by_their_status_and_it_is_said(folder, edit):
    edit("capacities", "cap-north,gate,North,3,1,test,assumption\n", "")
    (folder / "gates.csv").unlink()
    network = read_network(folder)
    assert any("no gates.csv" in note for note in network.notes)
    opened = find_route(network, "Mine", "Port", permission=Permission(open_gates=("East",)))
    assert opened.length_km == 102
    assert find_route(network, "Mine", "Port").length_km == 182


def test_order_of_rows_does_not_matter(folder):
    before = read_network(folder)
    path = folder / "links.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *reversed(rows)]) + "\n")
    after = read_network(folder)
    assert after.links.ids == before.links.ids
    assert (after.links.km == before.links.km).all()
    assert (after.links.gate == before.links.gate).all()
