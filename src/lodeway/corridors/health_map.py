"""Findings that only the map shows: swapped coordinates, wrong units, border wiggles, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.audit import EARTH_RADIUS_KM, SHORT_KM, SHORT_SHARE, great_circle_km
from lodeway.corridors.graph import compressed_rows
from lodeway.corridors.health import Finding, Raw
from lodeway.corridors.search import dijkstra

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KM_PER_MILE, KM_PER_NAUTICAL_MILE = 1.609344, 1.852
#: A link may be so many times longer than the great circle before it is listed (if it is long).
MOST_SINUOSITY, LONG_KM = 2.5, 20.0
#: Pieces of a country with at most so many nodes that touch one other country only are wiggles.
WIGGLE_NODES, ENCLAVE_NODES = 8, 200
#: Two dead ends that look at each other over such a gap may miss a link: km, and degrees off.
GAPS = {"road": ((6.0, 35.0), (15.0, 20.0)), "rail": ((12.0, 35.0), (25.0, 20.0))}
GAP_DETOUR = 5.0


def direct_km(raw: Raw) -> Floats:
    """Return the great circle of each link, NaN where an end is unknown."""
    tail, head = raw.ends
    found = great_circle_km(raw.lon[tail], raw.lat[tail], raw.lon[head], raw.lat[head])
    return np.where((tail >= 0) & (head >= 0), found, np.nan)


def _short(km: Floats, direct: Floats) -> NDArray[np.bool_]:
    return km < direct - np.maximum(SHORT_SHARE * direct, SHORT_KM)


def swapped(raw: Raw) -> Iterator[Finding]:
    """Find nodes, places and gates whose longitude and latitude have changed places."""
    tail, head = raw.ends
    direct = direct_km(raw)
    short = np.flatnonzero(raw.known & _short(raw.km, direct))
    suspects = {int(end[link]) for link in short for end in (tail, head)}
    links_of: dict[int, list[int]] = {node: [] for node in suspects}
    for link in np.flatnonzero(raw.known & (np.isin(tail, list(suspects) or [-1])
                                            | np.isin(head, list(suspects) or [-1]))):  # fmt: skip
        for end in (int(tail[link]), int(head[link])):
            if end in links_of:
                links_of[end].append(int(link))
    lon, lat = raw.lon.copy(), raw.lat.copy()
    for node, own in sorted(links_of.items(), key=lambda item: (-len(item[1]), item[0])):
        if abs(raw.lon[node]) > 90:
            continue
        mine = np.array(own)
        others = np.where(tail[mine] == node, head[mine], tail[mine])
        one = np.ones(len(own))
        there = (lon[others], lat[others])  # neighbours that were mended before stand mended
        now = great_circle_km(lon[node] * one, lat[node] * one, *there)
        turned = great_circle_km(lat[node] * one, lon[node] * one, *there)
        if bool(_short(raw.km[mine], now).all()) and not bool(_short(raw.km[mine], turned).any()):
            lon[node], lat[node] = raw.lat[node], raw.lon[node]
            yield Finding(
                "lat-lon-swapped", "error", raw.node_ids[node], raw.near(node),
                f"lon {raw.lon[node]:g} and lat {raw.lat[node]:g} fit when they change places; "
                f"links {', '.join(raw.ids[link] for link in own)}",
                f"lon {raw.lat[node]:g}, lat {raw.lon[node]:g}",
            )  # fmt: skip
    yield from _small_tables(raw)


def _small_tables(raw: Raw) -> Iterator[Finding]:
    """Hold the coordinates in places.csv and gates.csv against those of the network."""
    node_of = {name: n for n, name in enumerate(raw.node_place) if name}
    for row in raw.places:
        node = node_of.get(row.text("place", ""))
        if node is not None:
            yield from _held(row.text("place", ""), row.fields, [node], raw, 5.0, "place")
    ends: dict[str, list[int]] = {}
    for link in np.flatnonzero(raw.gate != "").tolist():
        ends.setdefault(str(raw.gate[link]), []).extend(
            int(end[link]) for end in raw.ends if end[link] >= 0
        )
    for row in raw.gates:
        gate = row.text("gate", "")
        if gate in ends and row.text("mode", "") != "ferry":
            spread = 60.0 + float(np.nanmax(raw.km[raw.gate == gate], initial=0.0))
            yield from _held(gate, row.fields, ends[gate], raw, spread, "gate")


def _held(
    name: str, fields: object, nodes: list[int], raw: Raw, most_km: float, kind: str
) -> Iterator[Finding]:
    get = fields.get  # type: ignore[attr-defined]
    try:
        lon, lat = float(get("lon", "")), float(get("lat", ""))
    except ValueError:
        return
    there = (raw.lon[nodes], raw.lat[nodes])
    one = np.ones(len(nodes))
    off = float(np.nanmin(great_circle_km(lon * one, lat * one, *there)))
    if not off > most_km:
        return
    turned = float(np.nanmin(great_circle_km(lat * one, lon * one, *there)))
    if turned <= most_km:
        yield Finding("lat-lon-swapped", "error", name, name,
                      f"lon {lon:g} and lat {lat:g} of a {kind} fit when they change places",
                      f"lon {lat:g}, lat {lon:g}")  # fmt: skip
    else:
        yield Finding(
            f"{kind}-far-away",
            "warning",
            name,
            name,
            f"{off:.0f} km from its nodes",
            "one of the two coordinates is wrong",
        )


def lengths(raw: Raw) -> Iterator[Finding]:
    """List links that are shorter than the great circle, or far longer."""
    direct = direct_km(raw)
    short = raw.known & _short(raw.km, direct)
    ratio = np.divide(raw.km, direct, out=np.full(len(direct), np.nan), where=direct > 0)
    for link in np.flatnonzero(short).tolist():
        km, away = raw.km[link], direct[link]
        code, cure = "too-short", "a node in the wrong place, or a wrong length?"
        if km * KM_PER_MILE >= away * (1 - SHORT_SHARE):
            code = "miles-for-km"
            cure = f"miles? then it is {km * KM_PER_MILE:.3f} km"
        elif km * KM_PER_NAUTICAL_MILE >= away * (1 - SHORT_SHARE):
            code = "nautical-miles"
            cure = f"nautical miles? then it is {km * KM_PER_NAUTICAL_MILE:.3f} km"
        yield Finding(code, "error", raw.ids[link], raw.at(int(link)),
                      f"{km:g} km, less than the great circle of {away:.3f} km", cure)  # fmt: skip
    far = raw.known & (ratio > MOST_SINUOSITY) & (raw.km > LONG_KM)
    far |= raw.known & (ratio > 100.0) & (raw.km > 50.0)
    for link in np.flatnonzero(far).tolist():
        metres = raw.km[link] / 1000.0 >= direct[link] * (1 - SHORT_SHARE)
        yield Finding("detour-link", "note", raw.ids[link], raw.at(int(link)),
                      f"{raw.km[link]:g} km, {ratio[link]:.1f} times the great circle",
                      "metres?" if metres else "a switchback, or a wrong length?")  # fmt: skip


def pieces(count: int, one: NDArray[np.int32], two: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the number of the connected piece of each vertex."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    matrix = coo_matrix((np.ones(len(one), dtype=bool), (one, two)), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int32)


def islands_of_country(raw: Raw) -> Iterator[Finding]:
    """Find small pieces of a country that lie in one other: border wiggles and enclaves."""
    tail, head = raw.ends
    land = raw.known & np.isin(raw.mode, ("road", "rail"))
    inside = land & ~raw.crossing
    piece = pieces(len(raw.country), tail[inside], head[inside])
    size = np.bincount(piece)
    touches: dict[int, set[str]] = {}
    over: dict[int, list[int]] = {}
    for link in np.flatnonzero(land & raw.crossing).tolist():
        for own, other in ((tail[link], head[link]), (head[link], tail[link])):
            touches.setdefault(int(piece[own]), set()).add(str(raw.country[other]))
            over.setdefault(int(piece[own]), []).append(link)
    first = {int(number): row for row, number in reversed(list(enumerate(piece.tolist())))}
    main: dict[str, int] = {}
    for number, node in first.items():
        home = str(raw.country[node])
        if size[number] > size[main.get(home, number)] or home not in main:
            main[home] = number
    for number, countries in sorted(touches.items()):
        node = first[number]
        if len(countries) != 1 or len(over[number]) < 2 or size[number] > ENCLAVE_NODES:
            continue
        if main[str(raw.country[node])] == number:
            continue
        home, around = str(raw.country[node]), next(iter(countries))
        guarded = all(raw.gate[link] != "" for link in over[number])
        names = ", ".join(raw.ids[link] for link in over[number][:4])
        wiggle = size[number] <= WIGGLE_NODES
        ungated = any(raw.gate[link] == "" and raw.open[link] for link in over[number])
        if wiggle and not guarded:
            yield Finding(
                "border-wiggle",
                "warning" if ungated else "note",
                raw.node_ids[node],
                raw.near(node),
                f"{size[number]} nodes of {home} between links {names} from {around}",
                f"a road that weaves along the border: is it really in {home}?",
            )
        elif not wiggle:
            yield Finding("enclave", "warning" if ungated else "note", raw.node_ids[node],
                          raw.near(node),
                          f"{size[number]} nodes of {home} touch {around} only (links {names})",
                          "an enclave, or nodes with the wrong country?")  # fmt: skip


def points(lon: Floats, lat: Floats) -> Floats:
    """Return points in space, in km, so that near ones can be looked up."""
    x, y = np.radians(lon), np.radians(lat)
    return EARTH_RADIUS_KM * np.column_stack(
        [np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)]
    )


def gaps(raw: Raw) -> Iterator[Finding]:
    """Find dead ends that look at each other across a short gap: a link may be missing."""
    for mode, limits in GAPS.items():
        used = np.flatnonzero(raw.known & (raw.mode == mode))
        if len(used):
            yield from _gaps_of(raw, mode, used, limits)


def _gaps_of(
    raw: Raw, mode: str, used: Ints, limits: tuple[tuple[float, float], ...]
) -> Iterator[Finding]:
    from scipy.spatial import cKDTree

    tail, head = raw.ends[0][used], raw.ends[1][used]
    count = len(raw.lon)
    degree = np.bincount(np.concatenate([tail, head]), minlength=count)
    before = np.full(count, -1)
    before[tail], before[head] = head, np.where(degree[head] == 1, tail, before[head])
    dead = np.flatnonzero(degree == 1)
    if len(dead) < 2:
        return
    where = points(raw.lon, raw.lat)
    pairs = cKDTree(where[dead]).query_pairs(max(km for km, _ in limits), output_type="ndarray")
    one, two = dead[pairs[:, 0]], dead[pairs[:, 1]]
    across = where[two] - where[one]
    gap = np.linalg.norm(across, axis=1)
    off = np.maximum(_angle(where[one] - where[before[one]], across),
                     _angle(where[two] - where[before[two]], -across))  # fmt: skip
    facing = np.zeros(len(one), dtype=bool)
    for km, degrees in limits:
        facing |= (gap <= km) & (off <= degrees)
    keep = facing & (gap > 0) & (raw.country[one] == raw.country[two])
    rows = compressed_rows(count, tail, head, np.ones(len(tail), dtype=bool))
    order = np.lexsort((two[keep], one[keep]))
    found: dict[int, Floats] = {}
    for n in np.flatnonzero(keep)[order].tolist():
        start = int(one[n])
        if start not in found:
            found = {start: reach(rows, raw.km[used], start, two[(one == start) & keep])}
        way = float(found[start][two[n]])
        if way > GAP_DETOUR * gap[n]:
            said = f"{way:.0f} km by {mode}" if np.isfinite(way) else f"not joined by {mode}"
            yield Finding("gap", "note", f"{raw.node_ids[start]}-{raw.node_ids[int(two[n])]}",
                          raw.near(start), f"two dead ends {gap[n]:.1f} km apart, {said}",
                          "a link may be missing")  # fmt: skip


def _angle(one: Floats, two: Floats) -> Floats:
    size = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    cosine = (one * two).sum(axis=1) / np.maximum(size, 1e-12)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def reach(
    rows: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
    km: Floats,
    start: int,
    ends: NDArray[np.integer[Any]],
) -> Floats:
    """Return the length of the shortest way from a node to others, until all `ends` are reached."""
    wanted = np.zeros(len(rows[0]) - 1, dtype=bool)
    wanted[ends] = True
    return dijkstra(*rows, km, np.array([start], dtype=np.int32), np.zeros(1), wanted)[0]
