"""Findings about places: out of reach, far round about, two names for one; and pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np

from lodeway.corridors.graph import compressed_rows
from lodeway.corridors.health import Finding, Raw
from lodeway.corridors.health_map import pieces, points, reach
from lodeway.errors import suggestion

#: Pairs of places in one country this near, or each one's nearest, are looked at.
PAIR_KM, NEAREST, DETOUR = 150.0, 5, 2.5
#: Two places this near with names this alike may be one.
SAME_KM, ALIKE = 5.0, 0.7


def places(raw: Raw) -> Iterator[Finding]:
    """Check that each place has a node, and a link in each of its modes."""
    node_of = {name: n for n, name in enumerate(raw.node_place) if name}
    tail, head = raw.ends
    modes_at: dict[int, set[str]] = {n: set() for n in node_of.values()}
    for link in np.flatnonzero(raw.known).tolist():
        for end in (int(tail[link]), int(head[link])):
            if end in modes_at:
                modes_at[end].add(str(raw.mode[link]))
    usable = raw.known & raw.open
    piece = pieces(len(raw.lon), tail[usable], head[usable])
    largest = int(np.argmax(np.bincount(piece))) if len(piece) else -1
    for row in raw.places:
        name = row.text("place", "")
        node = node_of.get(name)
        if node is None:
            yield Finding("unknown-place", "error", name, name, "no node bears this place",
                          suggestion(name, node_of))  # fmt: skip
            continue
        said = {word.strip() for word in re.split(r"[|,;]", row.text("modes", "")) if word.strip()}
        for mode in sorted(said - modes_at[node]):
            yield Finding(
                "no-access",
                "warning",
                name,
                name,
                f"no link by {mode}",
                f"a connector access_{mode}, or take {mode} out of its modes",
            )
        if not modes_at[node]:
            yield Finding("unreachable", "warning", name, name, "no link at all", "a connector")
        elif piece[node] != largest:
            yield Finding("unreachable", "warning", name, name,
                          "no open link joins it to the rest of the network",
                          "a gate to open, or a missing link")  # fmt: skip
    yield from _two_names(raw, node_of)


def _two_names(raw: Raw, node_of: dict[str, int]) -> Iterator[Finding]:
    from scipy.spatial import cKDTree

    names = sorted(node_of)
    where = points(raw.lon[[node_of[n] for n in names]], raw.lat[[node_of[n] for n in names]])
    good = np.flatnonzero(np.isfinite(where).all(axis=1))
    if len(good) < 2:
        return
    for one, two in sorted(cKDTree(where[good]).query_pairs(SAME_KM)):
        first, second = names[good[one]], names[good[two]]
        alike = SequenceMatcher(None, first.casefold(), second.casefold()).ratio()
        if alike >= ALIKE and not re.search(r"_[A-Z]{2,3}$", first + " " + second):
            yield Finding(
                "two-names",
                "note",
                f"{first}, {second}",
                first,
                "two places with like names next to each other",
                "one place, one name?",
            )


def detours(raw: Raw) -> Iterator[Finding]:
    """Find neighbouring places of one country between which the way is absurdly long."""
    from scipy.spatial import cKDTree

    node_of = {name: n for n, name in enumerate(raw.node_place) if name and np.isfinite(raw.lon[n])}
    names = sorted(node_of)
    nodes = np.array([node_of[name] for name in names], dtype=np.int32)
    if len(nodes) < 2:
        return
    where = points(raw.lon[nodes], raw.lat[nodes])
    tree = cKDTree(where)
    near = {tuple(sorted(pair)) for pair in tree.query_pairs(PAIR_KM)}
    _, nearest = tree.query(where, k=min(NEAREST + 1, len(nodes)))
    near |= {
        (min(n, int(m)), max(n, int(m))) for n, row in enumerate(nearest) for m in row if m != n
    }
    for mode in ("road", "rail"):
        used = np.flatnonzero(raw.known & raw.open & (raw.mode == mode))
        has = np.zeros(len(raw.lon), dtype=bool)
        for end in raw.ends:
            has[end[used]] = True
        rows = compressed_rows(len(raw.lon), raw.ends[0][used], raw.ends[1][used],
                               np.ones(len(used), dtype=bool))  # fmt: skip
        asked: dict[int, list[int]] = {}
        for one, two in sorted(near):
            same = raw.country[nodes[one]] == raw.country[nodes[two]]
            if same and has[nodes[one]] and has[nodes[two]]:
                asked.setdefault(one, []).append(two)
        for one, others in asked.items():
            reached = reach(rows, raw.km[used], nodes[one], nodes[others])
            for two in others:
                direct = float(np.linalg.norm(where[one] - where[two]))
                way = float(reached[nodes[two]])
                if way > DETOUR * direct and way - direct > 20.0:
                    said = (f"{way:.0f} km, {way / direct:.1f} times the great circle"
                            if np.isfinite(way) else "no way")  # fmt: skip
                    yield Finding("detour", "note", f"{names[one]}-{names[two]}", names[one],
                                  f"{said} of {direct:.0f} km by {mode}",
                                  "a mountain, or a missing link?")  # fmt: skip


def components(raw: Raw) -> Iterator[Finding]:
    """Say for each mode in how many pieces the network lies, and what is cut off."""
    tail, head = raw.ends
    for mode in sorted(set(raw.mode[raw.known].tolist())):
        used = raw.known & raw.open & (raw.mode == mode)
        if not bool(used.any()):
            continue
        piece = pieces(len(raw.lon), tail[used], head[used])
        touched = np.zeros(len(raw.lon), dtype=bool)
        touched[tail[used]] = touched[head[used]] = True
        size = np.bincount(piece[touched])
        count, most = int((size > 0).sum()), int(np.argmax(size))
        if count > 1:
            off = [name for n, name in enumerate(raw.node_place)
                   if name and touched[n] and piece[n] != most]  # fmt: skip
            yield Finding(
                "components", "note", mode, "",
                f"{count} pieces; the largest holds {size.max() / size.sum():.0%} of the nodes; "
                f"outside it: {', '.join(sorted(off)) or 'no place'}",
            )  # fmt: skip
