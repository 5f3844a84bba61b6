"""Lengths and countries of routes against answers that two other solvers obtained."""

from __future__ import annotations

import csv

import pytest

from lodeway.corridors.graph import build_graph
from lodeway.corridors.network import read_network
from lodeway.corridors.permission import Permission
from lodeway.corridors.route import find_route


@pytest.fixture(scope="module")
def reference(reference_data):
    network = read_network(reference_data("corridors"))
    with reference_data("corridors/reference_distances.csv").open(encoding="utf-8") as stream:
        return network, build_graph(network), list(csv.DictReader(stream))


def _words(text, separator="|"):
    return tuple(word for word in text.split(separator) if word)


def test_every_reference_route(reference):
    network, graph, rows = reference
    assert len(rows) > 200
    wrong = []
    for row in rows:
        permission = Permission(
            _words(row["modes"]), _words(row["include"]), _words(row["open_gates"]),
            _words(row["closed_gates"]), _words(row["avoid"]),
        )  # fmt: skip
        via = _words(row["via"], ">")
        route = find_route(
            network, row["from"], row["to"], via=via, permission=permission, graph=graph
        )
        same = abs(route.length_km - float(row["km"])) <= 0.5
        if not same or route.countries != _words(row["countries"], "-"):
            wrong.append((row["from"], row["to"], row["km"], route.length_km, row["countries"],
                          route.countries))  # fmt: skip
    assert wrong == []
