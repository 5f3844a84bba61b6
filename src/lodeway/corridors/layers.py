"""Geometry for maps: routes, gates, and the corridors to draw (EPSG:4326)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import geopandas
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from lodeway.corridors.freight import LaneResult
from lodeway.corridors.journey import Journey, simplified
from lodeway.corridors.network import CLOSED, PLANNED, Network
from lodeway.corridors.records import LINK_STATUS
from lodeway.corridors.scenario import State

_CRS = "EPSG:4326"
ROUTE_TOLERANCE_DEG = 0.005
LINE_TOLERANCE_DEG = 0.03
#: All lines of one mode together may take this much as GeoJSON.
MOST_BYTES = 600_000
_BYTES_PER_LINE, _BYTES_PER_POINT = 130, 20


def _line(network: Network, nodes: Sequence[int], tolerance: float) -> LineString | None:
    """Return a simplified line through nodes, None where fewer than two have coordinates."""
    lon, lat = network.nodes.lon[list(nodes)], network.nodes.lat[list(nodes)]
    known = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[known], lat[known]
    if len(lon) < 2:
        return None
    kept = simplified(lon.tolist(), lat.tolist(), tolerance)
    return LineString([(round(float(lon[n]), 4), round(float(lat[n]), 4)) for n in kept])


def routes_layer(
    network: Network,
    every: Sequence[State],
    results: Sequence[Sequence[LaneResult]],
    journeys: Sequence[Sequence[Journey]],
) -> geopandas.GeoDataFrame:
    """Return the modal route of each lane and state, one line for each leg that can be drawn."""
    rows = []
    for state, lanes, ways in zip(every, results, journeys, strict=True):
        for lane, way in zip(lanes, ways, strict=True):
            for leg in way.legs:
                line = _line(network, leg.nodes, ROUTE_TOLERANCE_DEG)
                if line is not None:
                    rows.append((lane.lane, state.name, leg.mode, lane.share, line))
    names = ("lane", "state", "mode", "share", "geometry")
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return geopandas.GeoDataFrame(columns, geometry="geometry", crs=_CRS)


def gates_layer(network: Network) -> geopandas.GeoDataFrame:
    """Return all gates as points."""
    gates = network.gates
    return geopandas.GeoDataFrame(
        {
            "gate": [gate.id for gate in gates],
            "name": [gate.name for gate in gates],
            "pair": [gate.pair for gate in gates],
            "mode": [gate.mode for gate in gates],
            "status": [gate.status for gate in gates],
            "geometry": [Point(gate.lon, gate.lat) for gate in gates],
        },
        geometry="geometry",
        crs=_CRS,
    )


def lines_layer(network: Network, journeys: Sequence[Journey]) -> geopandas.GeoDataFrame:
    """Return the corridors to draw: railways, ferries, sea lanes in use, and special links.

    Open railways are joined into long lines; they are simplified, and short pieces (yards, spurs)
    left out, until all together take less than `MOST_BYTES`. Sea lanes appear where a modal route
    uses them; open roads are not drawn here, the routes show them. Ferries, and named links that
    are planned or closed, appear alone with their status and note.
    """
    links = network.links
    mode = np.array(links.mode_words)[links.mode]
    named = np.array([bool(word) for word in links.name_words])[links.name]
    used = np.zeros(len(links), dtype=bool)
    used[sorted({link for way in journeys for link in way.links})] = True
    alone = ((links.status == PLANNED) | ((links.status == CLOSED) & (links.gate >= 0))) & named
    alone |= (mode == "ferry") & (links.status != CLOSED)
    rail = (mode == "rail") & (links.status == 0) & ~links.access & ~alone
    sea = (mode == "sea") & used & ~alone
    rows: list[tuple[str, str, str, LineString]] = []
    for what, chosen in (("rail", rail), ("sea", sea)):
        rows += [(what, "open", "", line) for line in _drawn(network, chosen)]
    for link in np.flatnonzero(alone):
        line = _line(network, [int(links.tail[link]), int(links.head[link])], 0.0)
        if line is not None:
            note = links.name_words[links.name[link]]
            rows.append((str(mode[link]), LINK_STATUS[links.status[link]], note, line))
    names = ("what", "status", "note", "geometry")
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return geopandas.GeoDataFrame(columns, geometry="geometry", crs=_CRS)


def _drawn(network: Network, chosen: NDArray[np.bool_]) -> list[LineString]:
    """Return lines along the chosen links, short pieces left out until they fit."""
    shortest = 0.0
    lines = [
        line
        for chain in _chains(network, np.flatnonzero(chosen).tolist())
        if (line := _line(network, chain, LINE_TOLERANCE_DEG)) is not None
    ]
    while True:
        kept = [line for line in lines if line.length >= shortest]
        points = sum(len(line.coords) for line in kept)
        if _BYTES_PER_LINE * len(kept) + _BYTES_PER_POINT * points <= MOST_BYTES:
            return kept
        shortest += 0.01


def _chains(network: Network, chosen: Sequence[int]) -> list[list[int]]:
    """Join links into chains of nodes that end where three meet; each link stands in one chain."""
    links = network.links
    at: dict[int, list[int]] = defaultdict(list)
    for link in chosen:
        at[int(links.tail[link])].append(int(link))
        at[int(links.head[link])].append(int(link))
    done: set[int] = set()

    def follow(node: int, link: int) -> list[int]:
        chain = [node]
        while True:
            done.add(link)
            tail, head = int(links.tail[link]), int(links.head[link])
            node = head if tail == node else tail
            chain.append(node)
            onward = [other for other in at[node] if other not in done]
            if len(at[node]) != 2 or not onward:
                return chain
            link = onward[0]

    ends = [node for node in sorted(at) if len(at[node]) != 2]
    chains: list[list[int]] = []
    for node in [*ends, *sorted(at)]:
        chains.extend(follow(node, link) for link in at[node] if link not in done)
    return chains
