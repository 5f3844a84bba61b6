"""A journey under closures: gates that events speak of, roads that share a gate, what helps."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.corridors.closures import Event, read_events
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.risk import assess, gates_of
from lodeway.errors import LodewayError

SINCE, AS_OF = date(2006, 1, 1), date(2026, 1, 1)


def snow(item, years=range(2007, 2026), days=10):
    return [Event(f"{item} {y}", item, date(y, 1, 1), date(y, 1, 1 + days), "snow", "e.csv:2")
            for y in years]  # fmt: skip


@pytest.fixture
def both_open(edit):
    """The northern and the eastern gate open: two roads, 1.5 times as long at most."""
    edit("gates", "open,2,6,40", "open,2,6,8")
    edit("links", "AAA-BBB,East,,closed", "AAA-BBB,East,,open")
    edit("links", "0,7,8,road".replace("0,", "6,", 1), "6,7,8,road")
    return read_network(edit("links", "5,2,7,road,40,", "5,2,7,road,34,"))


def test_events_speak_of_gates(folder):
    network = read_network(folder)
    assert gates_of(network, "North") == ["North"]
    assert gates_of(network, "AAA-BBB North gate") == ["North"]
    assert gates_of(network, "BBB-AAA rail") == ["East_rail"]
    assert gates_of(network, "AAA-BBB") == ["East", "North", "East_rail"]
    assert gates_of(network, "BBB road") == ["East", "North"]
    assert gates_of(network, "Nowhere pass") == []


def test_a_gate_that_snow_shuts_costs_and_a_second_road_helps(both_open):
    permission = Permission(("road",))
    calm = assess(both_open, "Mine", "Port", [], since=SINCE, as_of=AS_OF, permission=permission)
    found = assess(both_open, "Mine", "Port", snow("East"), since=SINCE, as_of=AS_OF,
                   permission=permission)  # fmt: skip
    assert found.routes[0].gates == ("East",)
    assert found.shut_days[0].mean() > 5
    assert found.shut_days[0].mean() > 0.5 * calm.shut_days[0].mean()
    assert (found.extra_usd_per_y >= -1e-6).all()
    assert 0 < found.within(30.0) < 1
    assert found.insured.worth_to_the_cautious >= 0
    assert found.stored.mean_saved >= 0
    for one in found.second_roads:
        assert one.gain >= -0.1  # queues that turn out longer than their mean may cost a little
        assert one.gain == pytest.approx(one.mean_gain + one.option_gain)


def test_worlds_are_those_of_the_study(both_open):
    options = {"since": SINCE, "as_of": AS_OF, "permission": Permission(("road",))}
    one = assess(both_open, "Mine", "Port", snow("East"), draws=64, **options)
    two = assess(both_open, "Mine", "Port", snow("East"), draws=128, **options)
    assert (one.shut_days == two.shut_days[:, :64]).all()
    assert (one.usd_per_t == two.usd_per_t[:, :64]).all()


def test_two_ways_over_one_gate_are_one_road(reference_data):
    network = read_network(reference_data("corridors"))
    events, _ = read_events(reference_data("corridors/events.csv"))
    found = assess(network, "Demirli", "Poti", events, since=SINCE, as_of=AS_OF, draws=64,
                   permission=Permission(("road",), avoid=("IRN", "SYR")))  # fmt: skip
    first = found.routes[0].gates
    for route, second in zip(found.routes[1:], found.second_roads, strict=True):
        if set(route.gates) & set(first):
            assert second.gain == pytest.approx(0.0, abs=1e-9)


def test_known_is_the_cost_of_the_route(both_open):
    found = assess(both_open, "Mine", "Port", [], since=SINCE, as_of=AS_OF, draws=2000,
                   permission=Permission(("road",)))  # fmt: skip
    central = found.routes[0].cost_usd_per_t
    assert np.median(found.usd_per_t[0]) == pytest.approx(central, rel=0.15)


def test_bad_questions_are_refused(both_open):
    with pytest.raises(LodewayError):
        assess(both_open, "Mine", "Port", [], since=SINCE, as_of=AS_OF, t_per_y=0.0)
    with pytest.raises(LodewayError):
        assess(both_open, "Mine", "Port", [], since=AS_OF, as_of=SINCE)


def test_the_command(folder, tmp_path):
    (tmp_path / "e.csv").write_text(
        "event,link_or_border,start,end,effect,cause,source\n"
        "a,North,2010-01-01,2010-01-09,closed,snow,x\n"
        "b,AAA all land,2020-01-01,,passengers only,virus,x\n"
    )
    words = ["corridor", "risk", str(folder), "Mine", "Port", "--events", str(tmp_path / "e.csv")]
    done = CliRunner().invoke(door(), [*words, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {"routes", "paid_usd_per_t", "closures_usd_per_y", "second_roads", "insurance",
            "storage", "p_within_days"} <= set(told)  # fmt: skip
    assert any("passengers" in note for note in told["notes"])
    assert "closures cost" in CliRunner().invoke(door(), words).stdout
