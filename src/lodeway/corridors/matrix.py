"""Distances between many places at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import RateBook, price_all
from lodeway.corridors.graph import build_graph
from lodeway.corridors.network import Network
from lodeway.corridors.permission import Permission, usable_links, usable_services
from lodeway.corridors.route import BY, arc_costs
from lodeway.corridors.search import dijkstra
from lodeway.errors import LodewayError
from lodeway.io import read_rows, read_text

#: Name of the column of each measure.
UNITS = {"km": "km", "cost": "usd_per_t", "hours": "hours"}


def read_places(path: Path) -> tuple[str, ...]:
    """Read a list of places: a CSV table with a column ``place``, or one place a line.

    Raises
    ------
    LodewayError
        For an empty list, or a place that stands twice.
    """
    lines = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    if lines and "," in lines[0]:
        found = [(row.where("place"), row.text("place")) for row in read_rows(path, ("place",))]
    else:
        rows = lines[1:] if lines and lines[0].lower() in {"place", "name"} else lines
        found = [(f"{path.name}: {name}", name) for name in rows]
    seen: set[str] = set()
    for where, name in found:
        if name in seen:
            raise LodewayError("bad-argument", where, f"{name!r} for the second time", "each once")
        seen.add(name)
    if not found:
        raise LodewayError("missing", path.name, "no places", "a column 'place', or one a line")
    return tuple(name for _, name in found)


def matrix(
    network: Network,
    places: Sequence[str],
    permission: Permission,
    by: str = "km",
    usd_per_t: float = 0.0,
) -> NDArray[np.float64]:
    """Return the best way's measure from every place to every place.

    Parameters
    ----------
    network
        A checked network.
    places
        Names of places.
    permission
        What may be used.
    by
        ``km``, ``cost`` (USD/t) or ``hours``.
    usd_per_t
        Value of the goods per wet tonne, for the inventory cost.

    Returns
    -------
    numpy.ndarray
        Shape ``(places, places)``, from row to column; infinite where there is no way.
    """
    if by not in BY:
        raise LodewayError("bad-argument", "by", repr(by), f"one of {', '.join(BY)}")
    nodes = [network.node_of(place) for place in places]
    graph = build_graph(network)
    open_arcs = graph.usable(
        usable_links(network, permission), usable_services(network, permission)
    )
    prices = price_all(network, graph, RateBook(network.rates, 0, None), permission.modes)
    value = np.array([usd_per_t])
    cost = arc_costs(graph, prices, value, by)
    cost[~open_arcs] = np.inf
    wanted = np.zeros(len(graph.node), dtype=bool)
    ends = [graph.vertices_of(node) for node in nodes]
    for end in ends:
        wanted[end] = True
    found = np.full((len(places), len(places)), np.inf)
    for row, sources in enumerate(ends):
        start = np.zeros(len(sources))
        if by == "cost":
            start = prices.start(graph, sources, value)[0]
        dist, _, _ = dijkstra(
            graph.first, graph.neighbour, graph.arc_of, cost, sources, start, wanted
        )
        found[row] = [dist[end].min() for end in ends]
    np.fill_diagonal(found, 0.0)
    return found


def matrix_rows(
    places: Sequence[str], table: NDArray[np.float64], by: str
) -> Iterable[dict[str, object]]:
    """Yield rows ``from, to`` and the measure, each ordered pair of two places; empty: no way."""
    for row, origin in enumerate(places):
        for column, destination in enumerate(places):
            if row != column:
                number = float(table[row, column])
                value = round(number, 3) if np.isfinite(number) else None
                yield {"from": origin, "to": destination, UNITS[by]: value}
