"""The traps of this field, one test each: refused with row and cure, or flagged, or told in words.

Whole files of tests stand for the others: swapped coordinates, miles, duplicates, wiggles, and
connectors and decimal commas (test_health, test_repair); closures with bad dates or for passengers
(test_closures); moisture and IMSBC (test_vehicles_quotes); shares (test_choice, test_compare).
"""

from __future__ import annotations

import numpy as np
import pytest

from lodeway.corridors.cost import price_all
from lodeway.corridors.graph import build_graph
from lodeway.corridors.health import examine
from lodeway.corridors.network import DEFAULT_RATES, read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.rates import RateBook
from lodeway.corridors.records import sorted_pair
from lodeway.corridors.route import find_route
from lodeway.corridors.scenario import states
from lodeway.errors import LodewayError


def codes(folder):
    return {(finding.code, finding.item) for finding in examine(folder)}


def rates(folder, old, new):
    text = DEFAULT_RATES.read_text()
    assert old in text
    (folder / "rates.csv").write_text(text.replace(old, new, 1))
    return folder


def test_degrees_and_minutes_are_no_decimals(edit):
    assert ("bad-coordinate", "2") in codes(edit("nodes", "2,10.01,", "2,10 00 36,"))


def test_metres_of_a_projection_are_no_degrees(edit):
    folder = edit("nodes", "2,10.01,40.00", "2,500123.4,4428000.1")
    with pytest.raises(LodewayError, match="longitude"):
        read_network(folder)
    assert ("bad-coordinate", "2") in codes(folder)


def test_a_place_far_from_its_node_is_flagged(edit):
    assert ("place-far-away", "Hub") in codes(edit("places", "Hub,hub,10.505", "Hub,hub,11.505"))


def test_a_place_far_from_the_network_is_flagged(edit):
    found = codes(edit("links", "14,14,3,access_road,1,", "14,14,3,access_road,31,"))
    assert ("long-connector", "14") in found


def test_a_negative_rate_is_refused(folder):
    with pytest.raises(LodewayError) as caught:
        read_network(rates(folder, "USD/t-km,0.0415", "USD/t-km,-0.0415"))
    assert "rates.csv:2" in caught.value.where


@pytest.mark.parametrize("unit", ["USD/km", "USD/t", "EUR/t-km"])
def test_a_rate_by_another_unit_is_refused(folder, unit):
    network = read_network(rates(folder, "road,,USD/t-km", f"road,,{unit}"))
    with pytest.raises(LodewayError) as caught:
        find_route(network, "Mine", "Port", by="cost")
    assert caught.value.code == "bad-unit"


def test_dollars_per_500_km_and_20_t_are_converted(folder):
    network = read_network(
        rates(folder, "USD/t-km,0.0415,0.0737,0.1135", "USD/500 km/20 t,415,737,1135")
    )
    plain = RateBook(read_network(folder).rates, 0, None)
    prices = price_all(network, build_graph(network), plain, ("road",))
    assert prices.haul.max() == pytest.approx(0.0737)


def test_another_currency_is_flagged(folder):
    found = codes(rates(folder, "road,,USD/t-km", "road,,EUR/t-km"))
    assert ("rate-without-currency", "default-haul-road") in found


def test_a_price_without_a_year_is_flagged(folder):
    assert ("rate-without-year", "default-haul-sea") in codes(rates(folder, "", ""))


@pytest.mark.parametrize("unit", ["wagons/day", "TEU/y", "trucks/day", "kt/y"])
def test_wagons_and_boxes_are_no_million_tonnes(edit, unit):
    edit("capacities", "used_mt_per_y,source,confidence", "used_mt_per_y,source,confidence,unit")
    edit("capacities", "0.45,test,assumption", f"0.45,test,assumption,{unit}")
    folder = edit("capacities", "3,1,test,assumption", "3,1,test,assumption,Mt/y")
    with pytest.raises(LodewayError) as caught:
        read_network(folder)
    assert caught.value.code == "bad-unit"
    assert "capacities.csv:2" in caught.value.where


def test_a_planned_link_is_not_open(folder):
    network = read_network(folder)
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(network, "Mine", "Port", permission=Permission(("rail",)))
    planned = Permission(("rail",), include=("planned",))
    assert find_route(network, "Mine", "Port", permission=planned).length_km == 98


def test_the_order_of_a_border_does_not_matter(folder):
    network = read_network(folder)
    assert sorted_pair("BBB-AAA") == sorted_pair("AAA|BBB") == "AAA-BBB"
    for pair in ("AAA-BBB", "BBB-AAA"):
        with pytest.raises(LodewayError, match="no permitted route"):
            find_route(network, "Mine", "Port", permission=Permission(closed_gates=(pair,)))


def test_a_change_that_ends_before_it_starts_is_refused():
    change = {"kind": "gate", "id": "East", "status": "open", "from": 2030, "to": 2028}
    with pytest.raises(LodewayError) as caught:
        states([{"name": "x"}, {"name": "y", "change": [change]}], 2026)
    assert caught.value.code == "bad-date"


def test_a_gate_that_ends_before_it_starts_is_flagged(edit):
    edit("gates", "gauge_change\n", "gauge_change,from,to\n")
    edit("gates", "80,200,360,\nNorth", "80,200,360,,2020-05-01,2019\nNorth")
    path = edit("gates", "open,2,6,40,80,200,360,", "open,2,6,40,80,200,360,,,") / "gates.csv"
    path.write_text(path.read_text().replace("1520/1435", "1520/1435,,"))
    assert ("bad-date", "East") in codes(path.parent)


def test_a_country_to_avoid_is_avoided_and_not_avoiding_is_said(folder):
    network = read_network(folder)
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(network, "Mine", "Port", permission=Permission(avoid=("BBB",)))
    free = find_route(network, "Mine", "Port")
    assert any("no country was avoided" in note for note in free.notes)
    careful = find_route(network, "Mine", "Port", permission=Permission(avoid=("CCC",)))
    assert not any("avoided" in note for note in careful.notes)


def test_the_caspian_is_no_land_and_no_part_of_the_black_sea(reference_data):
    network = read_network(reference_data("corridors"))
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(network, "Alat", "Poti", permission=Permission(("sea", "ferry")))
    crossing = find_route(network, "Alat", "Turkmenbashi", permission=Permission(("ferry",)))
    assert crossing.length_km >= 306


def test_a_ferry_without_a_schedule_is_flagged(edit):
    folder = edit("gates", "rail,10.5,39.99,planned,12,24,48", "ferry,10.5,39.99,planned,,,")
    assert ("ferry-without-schedule", "East_rail") in codes(folder)


def test_two_gauges_without_a_transfer_are_flagged(folder):
    path = folder / "links.csv"
    path.write_text(
        path.read_text().replace("East_rail,,planned,2030", "East_rail,,open,")
        + "30,9,31,rail,9,AAA,,,1520,open,,,,osm,\n31,10,32,rail,9,BBB,,,1435,open,,,,osm,\n"
    )
    nodes = folder / "nodes.csv"
    nodes.write_text(nodes.read_text() + "31,10.05,39.99,rail,AAA,,\n32,11.05,39.99,rail,BBB,,\n")
    gates = folder / "gates.csv"
    assert ("gauge-mismatch", "9") not in codes(folder)  # the gate says 1520/1435
    gates.write_text(gates.read_text().replace("1520/1435", "none (1520)"))
    assert ("gauge-mismatch", "9") in codes(folder)


def test_a_break_of_gauge_costs(folder):
    network = read_network(folder)
    planned = Permission(("rail",), include=("planned",))
    assert find_route(network, "Mine", "Port", permission=planned).components["gauge break"] > 0


def test_wet_tonnes_pay_and_dry_tonnes_sell(folder):
    from lodeway.corridors.vehicles import Cargo

    assert Cargo("x", 1.0, 0.5).wet_t == 2.0


def test_a_disputed_code_is_flagged(edit):
    folder = edit("nodes", "13,12.01,40.50,place,CCC", "13,12.01,40.50,place,NKR")
    assert ("unknown-country", "NKR") in codes(folder)


def test_a_link_open_before_its_time_is_flagged(edit):
    old = "1,2,3,road,50,AAA,,,,open,,"
    assert ("open-too-early", "1") in codes(edit("links", old, old[:-1] + "2150,"))


def test_unreachable_is_never_a_number(folder):
    from lodeway.corridors.matrix import matrix, matrix_rows

    names = ("Mine", "Plant")
    table = matrix(read_network(folder), names, Permission())
    assert np.isinf(table[0, 1])
    assert [row["km"] for row in matrix_rows(names, table, "km")] == [None, None]


@pytest.mark.parametrize("name", ["nodes", "links", "gates"])
def test_a_table_in_another_code_page_is_refused(name, folder):
    path = folder / f"{name}.csv"
    path.write_bytes(path.read_bytes() + "Гянджа,x\n".encode("cp1251"))
    with pytest.raises(LodewayError) as caught:
        read_network(folder)
    assert caught.value.code == "bad-csv"


def test_semicolons_are_refused(folder):
    path = folder / "gates.csv"
    path.write_text(path.read_text().replace(",", ";"))
    with pytest.raises(LodewayError, match="semicolons"):
        read_network(folder)
