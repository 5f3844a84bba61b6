"""Two shortest-path trees, from the origin and to the destination, and where they run together.

Plateaus (Abraham, Delling, Goldberg and Werneck 2013, "Alternative routes in road networks", ACM
JEA 18): where both trees share a stretch, the way through it is locally as short as it can be.
Compiled code.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.search import Floats, Ints, compiled, drop_first, push

#: Distance, neighbour and arc towards the source by vertex, and the same towards the target.
Trees: TypeAlias = tuple[Floats, Ints, Ints, Floats, Ints, Ints]


@compiled
def two_trees(
    out: tuple[Ints, Ints, Ints],
    back: tuple[Ints, Ints, Ints],
    cost: Floats,
    sources: Ints,
    start: Floats,
    targets: Ints,
    stretch: float,
) -> tuple[float, Trees]:
    """Grow both trees until no way of at most `stretch` times the best can be missed.

    A way of length L has a middle: a vertex, or an arc, with at most L / 2 on either side. So each
    tree need only reach ``stretch * best / 2``; what the other tree has labelled by then is kept.

    Parameters
    ----------
    out, back
        Compressed rows of the graph, and of the graph with all arcs turned round.
    cost
        Cost of each arc, at least 0; infinity shuts it.
    sources, start
        Where to begin, and what is already spent there.
    targets
        Where to end.
    stretch
        At least 1.

    Returns
    -------
    tuple
        Length of the best way; distance, neighbour and arc towards the source, by vertex; the same
        towards the target. Infinite and -1 where a tree has not come.
    """
    vertices = len(out[0]) - 1
    dist_f, dist_b = np.full(vertices, np.inf), np.full(vertices, np.inf)
    before, after = np.full(vertices, -1, dtype=np.int32), np.full(vertices, -1, dtype=np.int32)
    arc_f, arc_b = np.full(vertices, -1, dtype=np.int32), np.full(vertices, -1, dtype=np.int32)
    done_f, done_b = np.zeros(vertices, dtype=np.bool_), np.zeros(vertices, dtype=np.bool_)
    room = len(out[1]) + len(sources) + len(targets) + 1
    keys_f, keys_b = np.empty(room), np.empty(room)
    items_f, items_b = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    size_f, size_b, best = 0, 0, np.inf
    for number in range(len(sources)):
        vertex = sources[number]
        if start[number] < dist_f[vertex]:
            dist_f[vertex] = start[number]
            size_f = push(keys_f, items_f, size_f, start[number], vertex)
    for vertex in targets:
        dist_b[vertex] = 0.0
        best = min(best, dist_f[vertex])
        size_b = push(keys_b, items_b, size_b, 0.0, vertex)
    while True:
        key_f = keys_f[0] if size_f > 0 else np.inf
        key_b = keys_b[0] if size_b > 0 else np.inf
        limit = 0.5 * stretch * best
        if min(key_f, key_b) > limit or min(key_f, key_b) == np.inf:
            break
        if key_f <= key_b:
            vertex = items_f[0]
            size_f = drop_first(keys_f, items_f, size_f)
            if not done_f[vertex]:
                done_f[vertex] = True
                for place in range(out[0][vertex], out[0][vertex + 1]):
                    head, arc = out[1][place], out[2][place]
                    length = key_f + cost[arc]
                    if length < dist_f[head]:
                        dist_f[head], before[head], arc_f[head] = length, vertex, arc
                        size_f = push(keys_f, items_f, size_f, length, head)
                        best = min(best, length + dist_b[head])
        else:
            vertex = items_b[0]
            size_b = drop_first(keys_b, items_b, size_b)
            if not done_b[vertex]:
                done_b[vertex] = True
                for place in range(back[0][vertex], back[0][vertex + 1]):
                    head, arc = back[1][place], back[2][place]
                    length = key_b + cost[arc]
                    if length < dist_b[head]:
                        dist_b[head], after[head], arc_b[head] = length, vertex, arc
                        size_b = push(keys_b, items_b, size_b, length, head)
                        best = min(best, length + dist_f[head])
    return best, (dist_f, before, arc_f, dist_b, after, arc_b)


@compiled
def plateaus(
    trees: Trees,
    cost: Floats,
    longest: float,
) -> tuple[Ints, Floats, Floats]:
    """Return where each shared stretch begins, its length, and that of the way through it.

    Only ways of at most `longest` are kept. A vertex where the trees merely meet is a stretch of
    length 0.
    """
    dist_f, before, arc_f, dist_b, after, arc_b = trees
    vertices = len(dist_f)
    heads = np.empty(vertices, dtype=np.int32)
    lengths, totals = np.empty(vertices), np.empty(vertices)
    count = 0
    for vertex in range(vertices):
        total = dist_f[vertex] + dist_b[vertex]
        if not total <= longest:
            continue
        parent = before[vertex]
        if parent >= 0 and after[parent] == vertex and arc_b[parent] == arc_f[vertex]:
            continue
        length = 0.0
        here = vertex
        while True:
            following = after[here]
            if following < 0 or before[following] != here or arc_f[following] != arc_b[here]:
                break
            length += cost[arc_b[here]]
            here = following
        heads[count], lengths[count], totals[count] = vertex, length, total
        count += 1
    return heads[:count].copy(), lengths[:count].copy(), totals[:count].copy()


@compiled
def walk(vertex: int, following: Ints, by_arc: Ints) -> tuple[Ints, Ints]:
    """Return the arcs of a tree from a vertex to its root, and the vertices they lead to."""
    count = 0
    here = vertex
    while following[here] >= 0:
        here = following[here]
        count += 1
    arcs, vertices = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    here = vertex
    for step in range(count):
        arcs[step] = by_arc[here]
        here = following[here]
        vertices[step] = here
    return arcs, vertices


def turned_rows(
    vertices: int, tail: Ints, head: Ints, both: NDArray[np.bool_], rows: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """Return the compressed rows of the graph with its one-way arcs turned round.

    Few arcs are one-way, so the rows are mended instead of sorted anew.
    """
    first, neighbour, arc_of = rows
    lone = np.flatnonzero(~both).astype(np.int32)
    if not len(lone):
        return rows
    keep = both[arc_of]
    owner = np.repeat(np.arange(vertices, dtype=np.int32), np.diff(first))[keep]
    place = np.searchsorted(owner, head[lone], side="right")
    order = np.argsort(place, kind="stable")
    at, lone = place[order], lone[order]
    count = np.bincount(owner, minlength=vertices) + np.bincount(head[lone], minlength=vertices)
    new_first = np.zeros(vertices + 1, dtype=np.int32)
    np.cumsum(count, out=new_first[1:])
    return (
        new_first,
        np.insert(neighbour[keep], at, tail[lone]).astype(np.int32),
        np.insert(arc_of[keep], at, lone).astype(np.int32),
    )
