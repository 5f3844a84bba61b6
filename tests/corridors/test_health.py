"""The planted-fault suite: every fault is found, with its place; the sound network stays quiet."""

from __future__ import annotations

import csv
import gzip

import pytest

from lodeway.corridors.health import examine
from lodeway.errors import LodewayError

LINK_1 = "1,2,3,road,50,AAA,,,,open,,,,osm,"
#: table, old text, new text, code, item
PLANTED = {
    "miles for km": ("links", "road,50,", "road,31.1,", "miles-for-km", "1"),
    "nautical miles": ("links", "road,50,", "road,24,", "nautical-miles", "1"),
    "far too short": ("links", "road,50,", "road,5,", "too-short", "1"),
    "metres": ("links", "road,50,", "road,50000,", "detour-link", "1"),
    "duplicate": ("links", LINK_1, f"{LINK_1}\n99{LINK_1[1:]}", "duplicate-link", "99"),
    "parallel": ("links", LINK_1, f"{LINK_1}\n99,3,2,road,60,AAA,,,,open,,,,osm,",
                 "parallel-links", "99"),
    "swap": ("nodes", "3,10.50,40.00", "3,40.00,10.50", "lat-lon-swapped", "3"),
    "swapped place": ("places", "Port,port,11.01,40.00", "Port,port,40.00,11.01",
                      "lat-lon-swapped", "Port"),
    "swapped gate": ("gates", "road,10.55,40.00,closed", "road,40.00,10.55,closed",
                     "lat-lon-swapped", "East"),
    "wiggle": ("nodes", "2,10.01,40.00,road,AAA", "2,10.01,40.00,road,BBB", "border-wiggle", "2"),
    "connector": ("nodes", "5,11.00,40.00,road,BBB", "5,11.00,40.00,road,CCC",
                  "connector-over-border", "4"),
    "missing link": ("links", LINK_1 + "\n", "", "detour", "Hub-Mine"),
    "missing access": ("places", "12.01,40.50,CCC,sea", "12.01,40.50,CCC,rail", "no-access",
                       "Plant"),
    "no gate": ("links", "AAA-BBB,North,", "AAA-BBB,,", "border-without-gate", "6"),
    "unknown gate": ("links", "AAA-BBB,North,", "AAA-BBB,Nord,", "unknown-gate", "6"),
    "other border": ("gates", "BBB-AAA", "BBB-CCC", "wrong-gate", "6"),
    "gate mode": ("gates", "BBB-AAA,road", "BBB-AAA,rail", "wrong-gate", "6"),
    "self-loop": ("links", "1,2,3,road", "1,2,2,road", "self-loop", "1"),
    "negative": ("links", "road,50,", "road,-50,", "bad-length", "1"),
    "decimal comma": ("links", "road,50,", 'road,"50,5",', "bad-length", "1"),
    "unknown node": ("links", "1,2,3,road", "1,2,99,road", "unknown-node", "1"),
    "mode": ("links", "2,3,road", "2,3,raod", "unknown-mode", "1"),
    "status": ("links", "AAA,,,,open,,,,osm,\n2", "AAA,,,,opn,,,,osm,\n2", "unknown-status", "1"),
    "double link": ("links", "\n1,2,3", "\n0,2,3", "double-link-id", "0"),
    "double node": ("nodes", "\n2,10.01", "\n1,10.01", "double-node", "1"),
    "longitude": ("nodes", "2,10.01,", "2,190.01,", "bad-coordinate", "2"),
    "degrees and minutes": ("nodes", "2,10.01,", "2,10°01',", "bad-coordinate", "2"),
    "unknown place": ("places", "Plant,plant", "Plnat,plant", "unknown-place", "Plnat"),
    "two names": ("nodes", "14,10.505,39.995,place,AAA,,Hub",
                  "14,10.505,39.995,place,AAA,,Hub\n15,11.012,40.001,place,BBB,,Porrt", "two-names",
                  "Porrt, Port"),
    "too early": ("links", LINK_1, LINK_1.replace("open,,", "open,2199,"), "open-too-early", "1"),
    "ragged": ("links", "road,50,AAA", "road,50", "bad-csv", "links.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name, edit):
    table, old, new, code, item = PLANTED[name]
    found = {(finding.code, finding.item) for finding in examine(edit(table, old, new))}
    assert (code, item) in found


def test_made_up_countries_are_found(folder):
    """The invented network has invented countries: those are the only complaint about it."""
    found = examine(folder)
    assert {finding.code for finding in found} == {"unknown-country", "components"}
    assert {finding.item for finding in found} == {"AAA", "BBB", "CCC", "rail"}


def test_a_folder_without_tables(tmp_path, folder):
    with pytest.raises(LodewayError):
        examine(tmp_path / "nowhere")
    (folder / "links.csv").unlink()
    (finding,) = examine(folder)
    assert (finding.code, finding.severity) == ("missing", "error")


def test_the_real_network_is_sound_and_its_oddities_are_known(reference_data, tmp_path):
    """No error; every shut border link without a gate; places behind closed gates; and notes."""
    found = examine(reference_data("corridors"))
    assert not [finding for finding in found if finding.severity == "error"]
    warned = {finding.item for finding in found if finding.severity == "warning"}
    assert warned == {"TRIPP_East", "TRIPP_West", "Araz_Kalaleh", "Araz_West_IR"}
    count = sum(finding.code == "border-without-gate" for finding in found)
    assert count == 227  # the number that the network's own description gives


def test_faults_planted_in_the_real_network(reference_data, tmp_path):
    source = reference_data("corridors")
    tables = {}
    for stem in ("nodes", "links"):
        with gzip.open(source / f"{stem}.csv.gz", "rt") as stream:
            tables[stem] = list(csv.DictReader(stream))
    for stem in ("places", "gates"):
        (tmp_path / f"{stem}.csv").write_bytes((source / f"{stem}.csv").read_bytes())
    nodes = {row["node"]: row for row in tables["nodes"]}
    ends = {row["place"]: row["node"] for row in tables["nodes"] if row["place"]}
    wanted = set()
    chosen = [
        row
        for row in tables["links"][::1000]
        if row["source"] == "osm" and float(row["length_km"]) > 2 and not row["border"]
    ]
    for number, row in enumerate(chosen):
        if number % 4 == 0:
            row["length_km"] = f"{float(row['length_km']) / 1.609344:.3f}"
            wanted.add(("miles-for-km", row["link"]))
        elif number % 4 == 1:
            node = nodes[row["from"]]
            node["lon"], node["lat"] = node["lat"], node["lon"]
            wanted.add(("lat-lon-swapped", row["from"]))
        elif number % 4 == 2:
            copy = {**row, "link": str(900_000 + number)}
            tables["links"].append(copy)
            wanted.add(("duplicate-link", copy["link"]))
        else:
            nodes[row["from"]]["country"] = "GEO" if row["countries"] != "GEO" else "TUR"
            wanted.add(("border-wiggle", row["from"]))
    goris = {ends["Goris"], ends["Kapan"]}
    tables["links"] = [row for row in tables["links"] if {row["from"], row["to"]} != goris]
    wanted.add(("detour", "Goris-Kapan"))
    for stem, rows in tables.items():
        with (tmp_path / f"{stem}.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    found = {(finding.code, finding.item) for finding in examine(tmp_path)}
    assert wanted - found == set()
    assert len(wanted) > 20
