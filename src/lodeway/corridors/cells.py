"""Shortest ways between the portals of a cell, in compiled code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.search import Floats, Ints, compiled, drop_first, push


@compiled
def cell_arcs(
    first: Ints,
    neighbour: Ints,
    arc_of: Ints,
    km: Floats,
    cell: Ints,
    portal: NDArray[np.bool_],
    portals: Ints,
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the shortest ways between portals inside each cell, without those over a third portal.

    Arcs of equal `cell` form cells; -1 belongs to none. From each portal one Dijkstra runs in each
    cell that touches it, and ends when all that is left lies behind another portal: such ways are
    sums of others, so the overlay stays exact and sparse.

    Returns
    -------
    tuple
        Two ends (vertices, each pair once), cell and length in km.
    """
    vertices = len(first) - 1
    dist = np.full(vertices, np.inf)
    behind = np.zeros(vertices, dtype=np.bool_)
    settled = np.zeros(vertices, dtype=np.bool_)
    keys = np.empty(len(neighbour) + 1)
    items = np.empty(len(neighbour) + 1, dtype=np.int32)
    touched = np.empty(vertices, dtype=np.int32)
    ends_a, ends_b, cells, lengths = [np.int32(0)], [np.int32(0)], [np.int32(0)], [0.0]
    for source in portals:
        done = [np.int32(-1)]
        for start in range(first[source], first[source + 1]):
            here = cell[arc_of[start]]
            if here < 0 or here in done:
                continue
            done.append(here)
            count, live = 1, 1
            touched[0] = source
            dist[source] = 0.0
            size = push(keys, items, 0, 0.0, source)
            while size > 0 and live > 0:
                vertex = items[0]
                size = drop_first(keys, items, size)
                if settled[vertex]:
                    continue
                settled[vertex] = True
                if not behind[vertex]:
                    live -= 1
                    if portal[vertex] and vertex > source:
                        ends_a.append(source)
                        ends_b.append(vertex)
                        cells.append(here)
                        lengths.append(dist[vertex])
                hidden = behind[vertex] or (portal[vertex] and vertex != source)
                for place in range(first[vertex], first[vertex + 1]):
                    head = neighbour[place]
                    if cell[arc_of[place]] != here or settled[head]:
                        continue
                    length = dist[vertex] + km[arc_of[place]]
                    if length < dist[head]:
                        if dist[head] == np.inf:
                            touched[count] = head
                            count += 1
                        elif not behind[head]:
                            live -= 1
                        dist[head] = length
                        behind[head] = hidden
                        live += not hidden
                        size = push(keys, items, size, length, head)
            for number in range(count):
                dist[touched[number]] = np.inf
                settled[touched[number]] = False
                behind[touched[number]] = False
    return (
        np.array(ends_a[1:], dtype=np.int32),
        np.array(ends_b[1:], dtype=np.int32),
        np.array(cells[1:], dtype=np.int32),
        np.array(lengths[1:], dtype=np.float64),
    )
