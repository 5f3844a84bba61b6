"""Distances behind a claim such as "340 km shorter": every reading listed, then computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lodeway.corridors.graph import Graph
from lodeway.corridors.network import Network
from lodeway.corridors.permission import Permission
from lodeway.corridors.scenario import State, apply
from lodeway.corridors.search import dijkstra
from lodeway.errors import LodewayError, suggestion

COLUMNS = ("claim", "origin", "destination", "state", "km")


def claim_distances(
    network: Network,
    graph: Graph,
    claims: Sequence[Mapping[str, Any]],
    states: Sequence[State],
    avoid: Sequence[str],
) -> pd.DataFrame:
    """Return the shortest length of every pair of places that a claim can mean, in each state.

    Parameters
    ----------
    network, graph
        The network.
    claims
        Sections ``[[claim]]``: name, origins, destinations, base, alternatives, modes.
    states
        All states; a claim names some of them.
    avoid
        Countries that no route may touch.

    Returns
    -------
    pandas.DataFrame
        Columns claim, origin, destination, state, km; km is NaN where there is no road.

    Raises
    ------
    LodewayError
        For a state or place that does not exist.
    """
    known = {state.name: state for state in states}
    rows: list[dict[str, Any]] = []
    for number, claim in enumerate(claims):
        where = f"study.toml claim[{number}]"
        permission = Permission(modes=tuple(claim.get("modes") or ("road",)), avoid=tuple(avoid))
        for name in [claim["base"], *claim["alternatives"]]:
            if name not in known:
                raise LodewayError(
                    "unknown-id", where, repr(name), "a state", suggestion(name, known)
                )
            found = apply(network, permission, known[name].changes)
            usable = graph.usable(found.links, found.services)
            cost = np.where(usable, graph.km, np.inf)
            for origin in claim["origins"]:
                rows += _from(network, graph, cost, claim, origin=origin, state=name, where=where)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _from(
    network: Network, graph: Graph, cost: Any, claim: Mapping[str, Any],
    *, origin: str, state: str, where: str,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield the distances from one origin to all destinations but itself."""
    sources = graph.vertices_of(network.node_of(origin, f"{where} origins"))
    nothing = np.zeros(len(graph.node), dtype=bool)
    start = np.zeros(len(sources))
    reached = dijkstra(graph.first, graph.neighbour, graph.arc_of, cost, sources, start, nothing)[0]
    for destination in claim["destinations"]:
        if destination == origin:
            continue
        ends = graph.vertices_of(network.node_of(destination, f"{where} destinations"))
        km = float(np.min(reached[ends]))
        yield {
            "claim": claim["name"], "origin": origin, "destination": destination, "state": state,
            "km": km if np.isfinite(km) else float("nan"),
        }  # fmt: skip
