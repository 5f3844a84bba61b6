"""Permission, splitting by mode, cost components, and single routes."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from lodeway.cli.route import register
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import find_route
from lodeway.errors import LodewayError

ALL = ("road", "rail", "sea")


def test_a_shut_gate_makes_the_long_way(folder):
    network = read_network(folder)
    # by hand: 1 + 40 + 60 + 40 + 40 + 1 around, 1 + 50 + 10 + 40 + 1 through
    assert find_route(network, "Mine", "Port").length_km == pytest.approx(182)
    opened = find_route(network, "Mine", "Port", permission=Permission(open_gates=("East",)))
    assert opened.length_km == pytest.approx(102)
    assert opened.gates == ("East",)
    assert opened.countries == ("AAA", "BBB")


def test_open_gates_do_not_open_planned_links(folder):
    network = read_network(folder)
    permission = Permission(("rail",), open_gates=("East_rail",))
    with pytest.raises(LodewayError) as caught:
        find_route(network, "Mine", "Port", permission=permission)
    assert caught.value.code == "no-route"
    permission = Permission(("rail",), include=("planned",))
    assert find_route(network, "Mine", "Port", permission=permission).length_km == 98


@pytest.mark.parametrize("pair", ["AAA-BBB", "BBB-AAA"])
def test_a_pair_of_countries_shuts_its_gates_in_either_order(folder, pair):
    permission = Permission(closed_gates=(pair,))
    with pytest.raises(LodewayError) as caught:
        find_route(read_network(folder), "Mine", "Port", permission=permission)
    assert caught.value.code == "no-route"


def test_a_border_opens_by_gate_and_never_as_a_whole(folder):
    with pytest.raises(LodewayError, match=r"gates open by name.*East, North"):
        find_route(
            read_network(folder), "Mine", "Port", permission=Permission(open_gates=("AAA-BBB",))
        )


def test_a_shut_border_shuts_links_without_a_gate_too(folder, edit):
    edit("links", "AAA-BBB,East,,closed", "AAA-BBB,,,closed")
    network = read_network(folder)
    anything = Permission(include=("closed",))
    assert find_route(network, "Mine", "Port", permission=anything).length_km == 102
    shut = Permission(include=("closed",), closed_gates=("BBB-AAA",))
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(network, "Mine", "Port", permission=shut)


def test_an_avoided_country_is_not_entered(folder):
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(read_network(folder), "Mine", "Port", permission=Permission(avoid=("BBB",)))


@pytest.mark.parametrize(
    ("permission", "near"),
    [
        (Permission(open_gates=("Eest",)), "East"),
        (Permission(closed_gates=("Nort",)), "North"),
        (Permission(("raod",)), "road"),
        (Permission(include=("planed",)), "planned"),
    ],
)
def test_unknown_names_bring_a_suggestion(folder, permission, near):
    with pytest.raises(LodewayError, match=f"did you mean {near}"):
        find_route(read_network(folder), "Mine", "Port", permission=permission)


def test_an_unknown_place_brings_a_suggestion(folder):
    with pytest.raises(LodewayError, match="did you mean Port"):
        find_route(read_network(folder), "Mine", "Prot")


def test_a_via_place_is_visited(folder):
    route = find_route(read_network(folder), "Mine", "Port", via=["Hub"])
    assert route.length_km == pytest.approx(1 + 50 + 1 + 1 + 50 + 40 + 60 + 40 + 40 + 1)
    assert [leg.destination for leg in route.legs] == ["Hub", "Port"]


def test_cost_by_hand(folder):
    """One route priced with pencil and paper from the package's own rates."""
    route = find_route(read_network(folder), "Mine", "Plant", permission=Permission(ALL), by="cost",
                       usd_per_t=1000.0)  # fmt: skip
    parts = route.components
    assert parts["haul road"] == pytest.approx(182 * 0.0737)
    assert parts["haul sea"] == pytest.approx(123 * 0.004)
    assert parts["loading"] == pytest.approx(4)
    assert parts["border fees"] == pytest.approx(200 / 20)
    wait = (2 + 6 + 40) / 3
    assert parts["standing"] == pytest.approx(wait * 480 / 24 / 21)
    hours = 182 / 35 + 123 / 22 + wait + 96
    assert route.hours == pytest.approx(hours)
    assert parts["inventory"] == pytest.approx(1000 * 0.12 / 8760 * hours)
    assert parts["backhaul"] == 0
    assert sum(parts.values()) == pytest.approx(route.cost_usd_per_t)
    assert sum(leg.usd_per_t for leg in route.legs) == pytest.approx(route.cost_usd_per_t)
    assert [leg.mode for leg in route.legs] == ["road", "sea"]


def test_break_of_gauge_is_paid_at_its_gate(folder):
    permission = Permission(("rail",), include=("planned",))
    route = find_route(read_network(folder), "Mine", "Port", permission=permission, by="cost")
    assert route.components["gauge break"] == pytest.approx(4)


def test_a_rate_with_border_payments_beside_gate_fees_is_refused(folder):
    (folder / "rates.csv").write_text(
        "rate,kind,mode,country,unit,low,mode_value,high,contains,year,source,confidence\n"
        "carec-road,haul,road,,USD/t-km,0.05,0.0945,0.126,haul|border_fee,2022,x,published\n"
        "speed-road,speed,road,,km/h,20,35,50,,,x,assumption\n"
    )
    with pytest.raises(LodewayError) as caught:
        find_route(read_network(folder), "Mine", "Port")
    assert caught.value.code == "double-count"
    assert "rates.csv:2 carec-road" in caught.value.where
    assert "gates.csv:2" in caught.value.where


def test_a_rate_of_a_country_stands_before_the_general_one(folder):
    (folder / "rates.csv").write_text(
        "rate,kind,mode,country,unit,low,mode_value,high,contains,year,source,confidence\n"
        "road,haul,road,,USD/t-km,0.1,0.1,0.1,haul|backhaul,2022,x,published\n"
        "road-b,haul,road,BBB,USD/t-km,0.2,0.2,0.2,haul|backhaul,2022,x,published\n"
        "speed,speed,road,,km/h,20,35,50,,,x,assumption\n"
    )
    route = find_route(read_network(folder), "Mine", "Port")
    # 41 km in AAA, 60 km across, 81 km in BBB
    assert route.components["haul road"] == pytest.approx(41 * 0.1 + 60 * 0.15 + 81 * 0.2)


def test_backhaul_counts_only_where_the_haul_rate_lacks_it(folder):
    (folder / "rates.csv").write_text(
        "rate,kind,mode,country,unit,low,mode_value,high,contains,year,source,confidence\n"
        "road,haul,road,,USD/t-km,0.1,0.1,0.1,haul,2022,x,published\n"
        "back,backhaul,road,,factor on haul,1.2,1.6,2,backhaul,,x,assumption\n"
        "speed,speed,road,,km/h,20,35,50,,,x,assumption\n"
    )
    route = find_route(read_network(folder), "Mine", "Port")
    assert route.components["backhaul"] == pytest.approx(182 * 0.1 * 0.6)


def test_a_service_is_a_priced_leg_in_its_direction(folder):
    (folder / "services.csv").write_text(
        "service,from,to,mode,length_km,hours_low,hours_mode,hours_high,usd_per_t_low,"
        "usd_per_t_mode,usd_per_t_high,contains,status,countries,source,confidence\n"
        "liner,Plant,Faraway,sea,5000,100,200,300,20,30,50,haul|loading,open,CCC|DDD,x,assumption\n"
    )
    network = read_network(folder)
    route = find_route(network, "Mine", "Faraway", permission=Permission(ALL), by="cost")
    assert route.components["services"] == pytest.approx(30)
    assert route.components["loading"] == pytest.approx(4)  # the liner's price has its own
    assert route.length_km == pytest.approx(182 + 123 + 5000)
    assert route.countries[-1] == "DDD"
    with pytest.raises(LodewayError, match="no permitted route"):
        find_route(network, "Faraway", "Mine", permission=Permission(ALL))


def test_the_command_prints_one_json_value(folder):
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)
    done = CliRunner().invoke(app, ["route", str(folder), "Mine", "Port", "--open", "East",
                                    "--json"])  # fmt: skip
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["length_km"] == 102
    assert answer["countries"] == ["AAA", "BBB"]
    assert answer["gates"] == ["East"]
    assert {"mode", "from", "to", "km", "countries", "gates"} <= set(answer["legs"][0])
    assert any("inventory cost is 0" in note for note in answer["notes"])
    plain = CliRunner().invoke(app, ["route", str(folder), "Mine", "Port", "--by", "cost"])
    assert "182.0 km" in plain.stdout
