"""States, changes, and what a corridor is worth when it is no new one."""

from __future__ import annotations

import numpy as np
import pytest

from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.scenario import apply, read_changes, states
from lodeway.corridors.stage import run
from lodeway.errors import LodewayError


def _changes(*items):
    return read_changes({"name": "x", "change": list(items)}, "scenario[1]")


def test_every_subset_is_a_state_and_the_empty_one_is_the_baseline():
    change = [{"kind": "gate", "id": name, "status": "open", "from": 2027 + n}
              for n, name in enumerate("ABC")]  # fmt: skip
    found = states([{"name": "today"}, {"name": "x", "change": change}], 2026)
    assert [state.name for state in found] == [
        "today", "x[0]", "x[1]", "x[2]", "x[0+1]", "x[0+2]", "x[1+2]", "x",
    ]  # fmt: skip
    assert [state.full for state in found] == [True] + [False] * 6 + [True]
    assert {state.report_year for state in found[1:]} == {2029}
    assert states([{"name": "today"}], 2026, 2030)[0].report_year == 2030


def test_an_opened_gate_opens_closed_and_planned_links(folder):
    network = read_network(folder)
    everything = Permission(("road", "rail", "sea"))
    before = apply(network, everything, ()).links
    for gate, link in (("East", "2"), ("East_rail", "9")):
        change = _changes({"kind": "gate", "id": gate, "status": "open"})
        after = apply(network, everything, change).links
        assert [network.links.ids[n] for n in np.flatnonzero(after != before)] == [link]


def test_a_link_is_named_by_id_or_by_pattern(folder):
    network = read_network(folder)
    everything = Permission(("road", "rail", "sea"))
    for name in ("9", "New railway*"):
        change = _changes({"kind": "link", "id": name, "include": "planned"})
        assert apply(network, everything, change).links[network.links.position["9"]]


@pytest.mark.parametrize(
    ("change", "near"),
    [
        ({"kind": "gate", "id": "Eest", "status": "open"}, "East"),
        ({"kind": "link", "id": "New railwy*", "status": "open"}, "New railway west-east"),
        ({"kind": "rate", "id": "default-haul-raod", "factor": 2}, "default-haul-road"),
        ({"kind": "capacity", "id": "cap-prt", "factor": 2}, "cap-port"),
    ],
)
def test_an_unknown_id_brings_a_suggestion(folder, change, near):
    with pytest.raises(LodewayError, match=f"did you mean {near}"):
        apply(read_network(folder), Permission(), _changes(change))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gaet", "id": "East"},
        {"kind": "gate"},
        {"kind": "gate", "id": "East", "status": "ajar"},
        {"kind": "gate", "id": "East", "factor": -1},
        {"kind": "gate", "id": "East", "from": 2030, "to": 2028},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change):
    with pytest.raises(LodewayError):
        _changes(change)


def test_a_clone_of_an_existing_corridor_is_worth_exactly_nothing(folder, edit, make_context):
    """A second road through the same gate: more choice in appearance, none in truth."""
    edit("links", "14,14,3,access_road", "99,7,8,road,60,AAA|BBB,AAA-BBB,North,,planned,,,,"
         "manual:Clone,\n14,14,3,access_road")  # fmt: skip
    scenarios = [
        {"name": "today"},
        {"name": "clone", "change": [{"kind": "link", "id": "Clone", "include": "planned"}]},
        {"name": "east", "change": [{"kind": "gate", "id": "East", "status": "open"}]},
    ]
    freight = run(make_context(folder, 64, scenarios=scenarios)).data["freight"]
    cost = freight["usd_per_wet_t"]
    assert (cost.sel(state="clone") - cost.sel(state="today")).max() == 0
    assert (cost.sel(state="clone") - cost.sel(state="today")).min() == 0
    assert (freight["hours"].sel(state="clone") == freight["hours"].sel(state="today")).all()
    gain = (cost.sel(state="today") - cost.sel(state="east")).sum("component").mean("draw")
    assert (gain > 0).all()


def test_the_route_is_chosen_before_the_queue_is_known(folder, make_context):
    """With two open gates the mean delay decides, so a long queue is not dodged."""
    scenarios = [{"name": "both", "change": [{"kind": "gate", "id": "East", "status": "open"}]}]
    result = run(make_context(folder, 64, scenarios=scenarios))
    use = result.data["gate_use"]
    assert set(use[use.lane == "mine:zinc>port"].gate) == {"East"}
    hours = result.data["freight"]["hours"].sel(lane="mine:zinc>port", state="both")
    assert float(hours.std()) > 1  # the queue is felt all the same
