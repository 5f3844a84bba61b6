"""Very many worlds: the same bytes on any number of workers, and a shut gate is shut."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import find_route
from lodeway.corridors.worlds import costs_in_worlds
from lodeway.engine import Processes
from lodeway.errors import LodewayError

ROAD = Permission(("road",))


def test_one_and_two_workers_give_the_same_bytes(folder):
    network = read_network(folder)
    options = {"draws": 700, "permission": ROAD, "usd_per_t": 1500.0, "shut_share": {"North": 0.2}}
    one = costs_in_worlds(network, ["Mine"], ["Port", "Hub"], **options)
    two = costs_in_worlds(network, ["Mine"], ["Port", "Hub"], engine=Processes(2), **options)
    assert one.tobytes() == two.tobytes()
    fewer = costs_in_worlds(network, ["Mine"], ["Port", "Hub"], **{**options, "draws": 600})
    assert one[:600].tobytes() == fewer.tobytes()


def test_a_gate_is_shut_as_often_as_said(folder):
    network = read_network(folder)
    costs = costs_in_worlds(network, ["Mine"], ["Port"], draws=4000, permission=ROAD,
                            shut_share={"North": 0.25})  # fmt: skip
    assert np.isinf(costs).mean() == pytest.approx(0.25, abs=0.02)


def test_the_middle_of_the_worlds_is_near_the_central_route(folder):
    network = read_network(folder)
    costs = costs_in_worlds(network, ["Mine"], ["Port"], draws=4000, permission=ROAD)
    central = find_route(network, "Mine", "Port", permission=ROAD, by="cost").cost_usd_per_t
    assert np.median(costs) == pytest.approx(central, rel=0.2)


def test_bad_questions_are_refused(folder):
    network = read_network(folder)
    for share in ({"Nrth": 0.1}, {"North": 1.1}):
        with pytest.raises(LodewayError):
            costs_in_worlds(network, ["Mine"], ["Port"], shut_share=share)
    with pytest.raises(LodewayError, match="did you mean Mine"):
        costs_in_worlds(network, ["Mnie"], ["Port"])


def test_the_command(folder):
    words = ["network", "costs", str(folder), "--from", "Mine", "--to", "Port,Plant", "--modes",
             "road", "--draws", "64"]  # fmt: skip
    done = CliRunner().invoke(door(), [*words, "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert rows[0]["p10"] <= rows[0]["p50"] <= rows[0]["p90"]
    assert (rows[1]["p50"], rows[1]["reached"]) == (None, 0.0)
    assert "no way" in CliRunner().invoke(door(), words).stdout
