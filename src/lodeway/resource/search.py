"""The nearest data of each target: exact, with limits by octant and hole, ties in a stated order.

Targets are taken in clusters. One look into the buckets around a cluster's centre finds everything
that can be near to any of its members; each member then picks from that short list. Data are
numbered by hole and index, and a list is read in that order, so that of two data at one distance
the one of the smaller hole, then of the smaller index, wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.buckets import Buckets
from lodeway.resource.compiled import compiled
from lodeway.resource.rotation import axes

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_FAR = 1e300
_OCTANTS = 8


@dataclass(frozen=True)
class Search:
    """Which data are used for a target.

    Attributes
    ----------
    neighbours
        At most so many.
    minimum
        With fewer, the target is not estimated.
    radius
        Along the major axis; infinite by default.
    radius_semi, radius_minor
        Along the other axes; by default as along the major, and as along the semi-major.
    dip, dip_direction, pitch
        The ellipsoid's axes (`lodeway.resource.rotation`). Octants are counted in them.
    per_octant
        At most so many from an octant; 0 is no limit.
    octants
        Least number of octants that must hold data; 0 is no limit.
    per_hole
        At most so many from a hole; 0 is no limit.
    """

    neighbours: int = 24
    minimum: int = 1
    radius: float = np.inf
    radius_semi: float | None = None
    radius_minor: float | None = None
    dip: float = 0.0
    dip_direction: float = 0.0
    pitch: float = 0.0
    per_octant: int = 0
    octants: int = 0
    per_hole: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.neighbours <= 512:
            raise LodewayError("bad-argument", "neighbours", self.neighbours, "1 to 512")
        if not 1 <= self.minimum <= self.neighbours:
            expected = f"1 to {self.neighbours}"
            raise LodewayError("bad-argument", "minimum", self.minimum, expected)
        if min(self.radii) <= 0 or np.isnan(self.radii).any():
            raise LodewayError("bad-number", "search radius", self.radii, "above 0")
        for name in ("per_octant", "octants", "per_hole"):
            if getattr(self, name) < 0:
                raise LodewayError("bad-argument", name, getattr(self, name), "0 or more")
        if self.octants > _OCTANTS:
            raise LodewayError("bad-argument", "octants", self.octants, "0 to 8")

    @property
    def radii(self) -> tuple[float, float, float]:
        """Radii along the major, semi-major and minor axes."""
        semi = self.radius if self.radius_semi is None else self.radius_semi
        return self.radius, semi, semi if self.radius_minor is None else self.radius_minor

    @property
    def limited(self) -> bool:
        """Whether octants or holes limit the choice."""
        return bool(self.per_octant or self.octants or self.per_hole)

    def space(self) -> tuple[Floats, float]:
        """Return the matrix into the space of the search, and the radius there.

        A sphere is searched in the coordinates as they are, so that equal distances stay equal.
        """
        radii = np.array(self.radii)
        turned = bool(self.dip or self.dip_direction or self.pitch) and self.limited
        if len(set(self.radii)) == 1 and not turned:
            return np.eye(3), float(radii[0])
        frame = axes(self.dip, self.dip_direction, self.pitch)
        if not np.isfinite(radii).all():
            raise LodewayError("bad-number", "search radii", self.radii, "three finite radii")
        return frame * (radii[0] / radii)[:, None], float(radii[0])


@compiled
def into_space(matrix: Floats, points: Floats) -> Floats:
    """Return points ``(n, 3)`` as ``(3, n)``, each product and sum in one fixed order."""
    out = np.empty((3, len(points)))
    for i in range(len(points)):
        for a in range(3):
            if matrix[a, (a + 1) % 3] == 0.0 and matrix[a, (a + 2) % 3] == 0.0:
                out[a, i] = matrix[a, a] * points[i, a]
            else:
                out[a, i] = (matrix[a, 0] * points[i, 0] + matrix[a, 1] * points[i, 1]) + matrix[
                    a, 2
                ] * points[i, 2]
    return out


@compiled
def within(
    grid: Buckets, x: float, y: float, z: float, radius: float, found: Ints, room: int
) -> int:
    """Write the points within `radius` of a place into `found`, and return how many there are.

    More than `room` are counted but not written. They come in no particular order.
    """
    point, low, size, count = grid.point, grid.low, grid.size, grid.cubes
    a0 = max(0, int(np.floor((x - radius - low[0]) / size)))
    a1 = min(count[0] - 1, int(np.floor((x + radius - low[0]) / size)))
    b0 = max(0, int(np.floor((y - radius - low[1]) / size)))
    b1 = min(count[1] - 1, int(np.floor((y + radius - low[1]) / size)))
    c0 = max(0, int(np.floor((z - radius - low[2]) / size)))
    c1 = min(count[2] - 1, int(np.floor((z + radius - low[2]) / size)))
    limit = radius * radius * (1.0 + 1e-12)
    number = 0
    if c1 < c0:
        return 0
    for a in range(a0, a1 + 1):
        left = low[0] + a * size
        away = max(left - x, x - left - size)
        ax = away * away if away > 0.0 else 0.0
        for b in range(b0, b1 + 1):
            left = low[1] + b * size
            away = max(left - y, y - left - size)
            axy = ax + away * away if away > 0.0 else ax
            if axy > limit * (1.0 + 1e-9):
                continue
            row = (a * count[1] + b) * count[2]
            for place in range(grid.first[row + c0], grid.first[row + c1 + 1]):
                item = grid.item[place]
                dx = point[0, item] - x
                dy = point[1, item] - y
                dz = point[2, item] - z
                if dx * dx + dy * dy + dz * dz <= limit:
                    if number < room:
                        found[number] = item
                    number += 1
    return number


@compiled
def _kth(distance: Floats, number: int, k: int, heap: Floats) -> float:
    """Return the k-th smallest of the first `number` distances."""
    size = 0
    for i in range(number):
        d = distance[i]
        if size == k and d >= heap[k - 1]:
            continue
        j = size if size < k else k - 1
        while j > 0 and heap[j - 1] > d:
            heap[j] = heap[j - 1]
            j -= 1
        heap[j] = d
        if size < k:
            size += 1
    return float(heap[k - 1]) if size == k else _FAR


@compiled
def _distances(
    grid: Buckets, found: Ints, number: int, x: float, y: float, z: float, out: Floats
) -> None:
    point = grid.point
    for i in range(number):
        item = found[i]
        dx = point[0, item] - x
        dy = point[1, item] - y
        dz = point[2, item] - z
        out[i] = dx * dx + dy * dy + dz * dz


@compiled
def _local_distances(
    px: Floats, py: Floats, pz: Floats, number: int, x: float, y: float, z: float, out: Floats
) -> None:
    for i in range(number):
        dx = px[i] - x
        dy = py[i] - y
        dz = pz[i] - z
        out[i] = dx * dx + dy * dy + dz * dz


@compiled
def _pick_nearest(
    distance: Floats, number: int, bound: float, k: int, best: Floats, who: Ints
) -> int:
    """Choose the k nearest within `bound` (squared) in order; return how many there are."""
    size = 0
    for i in range(number):
        d = distance[i]
        if d > bound or (size == k and d >= best[k - 1]):
            continue
        j = size if size < k else k - 1
        while j > 0 and best[j - 1] > d:
            best[j] = best[j - 1]
            who[j] = who[j - 1]
            j -= 1
        best[j] = d
        who[j] = i
        if size < k:
            size += 1
    return size


@compiled
def _pick_limited(
    px: Floats, py: Floats, pz: Floats, hole: Ints, number: int, target: Floats, distance: Floats,
    bound: float, k: int, per_octant: int, per_hole: int,
    best: Floats, who: Ints, pool: Floats, pooled: Ints, fill: Ints, octant_of: Ints,
) -> int:  # fmt: skip
    """Choose nearest first, taking no more from an octant or a hole than its limit.

    Of a hole's data in one octant only the nearest few can be taken, so a small pool for each
    octant is enough; the pools of a hole are emptied into one list, which is sorted and read.
    """
    most = k
    if per_hole and per_hole < most:
        most = per_hole
    if per_octant and per_octant < most:
        most = per_octant
    size = 0
    i = 0
    while i < number:
        own = hole[i]
        fill[:] = 0
        while i < number and hole[i] == own:
            d = distance[i]
            if d <= bound:
                o = 0
                if per_octant:
                    o = (px[i] >= target[0]) * 4 + (py[i] >= target[1]) * 2 + (pz[i] >= target[2])
                n = fill[o]
                if n < most or d < pool[o * most + n - 1]:
                    j = n if n < most else most - 1
                    while j > 0 and pool[o * most + j - 1] > d:
                        pool[o * most + j] = pool[o * most + j - 1]
                        pooled[o * most + j] = pooled[o * most + j - 1]
                        j -= 1
                    pool[o * most + j] = d
                    pooled[o * most + j] = i
                    if n < most:
                        fill[o] = n + 1
            i += 1
        for o in range(8 if per_octant else 1):
            for j in range(fill[o]):
                best[size] = pool[o * most + j]
                who[size] = pooled[o * most + j]
                octant_of[size] = o
                size += 1
    return _greedy(best, who, octant_of, hole, size, k, per_octant, per_hole, fill)


@compiled
def _greedy(
    best: Floats, who: Ints, octant_of: Ints, hole: Ints, size: int, k: int, per_octant: int,
    per_hole: int, fill: Ints,
) -> int:  # fmt: skip
    """Keep the first k of the list by distance and number that the limits allow."""
    order = np.argsort(best[:size], kind="mergesort")
    chosen = np.empty(k, np.int32)
    away = np.empty(k, np.float64)
    fill[:] = 0
    taken = 0
    at = 0
    while at < size and taken < k:
        end = at + 1
        while end < size and best[order[end]] == best[order[at]]:
            end += 1
        if end > at + 1:  # a tie: the smaller number first
            order[at:end] = order[at:end][np.argsort(who[order[at:end]], kind="mergesort")]
        for p in range(at, end):
            e = order[p]
            if per_octant and fill[octant_of[e]] >= per_octant:
                continue
            if per_hole:
                same = 0
                for q in range(taken):
                    if hole[chosen[q]] == hole[who[e]]:
                        same += 1
                if same >= per_hole:
                    continue
            chosen[taken] = who[e]
            away[taken] = best[e]
            fill[octant_of[e]] += 1
            taken += 1
            if taken == k:
                break
        at = end
    for q in range(taken):
        who[q] = chosen[q]
        best[q] = away[q]
    return taken


@compiled
def _octants_held(px: Floats, py: Floats, pz: Floats, who: Ints, size: int, target: Floats) -> int:
    held = np.zeros(8, np.int32)
    for j in range(size):
        i = who[j]
        held[(px[i] >= target[0]) * 4 + (py[i] >= target[1]) * 2 + (pz[i] >= target[2])] = 1
    return int(held.sum())


@compiled
def find(
    grid: Buckets, hole: Ints, target: Floats, edges: NDArray[np.int64], k: int, radius: float,
    per_octant: int, octants: int, per_hole: int, skip: Ints, near: Ints, count: Ints,
    nearest: Floats,
) -> None:  # fmt: skip
    """Fill in the data of every target.

    Parameters
    ----------
    grid, hole
        Data by number, ``(3, n)`` in the space of the search, and the hole of each.
    target
        ``(3, m)`` in the same space, in clusters: the c-th is ``edges[c]:edges[c + 1]``.
    k, radius, per_octant, octants, per_hole
        The limits; 0 is none.
    skip
        The hole whose data a target must not see, ``(m,)``; of length 0 for no such hole.
    near, count, nearest
        Out: ``(m, k)`` numbers by distance, how many, and the squared distance of the first.
    """
    n = grid.point.shape[1]
    limited = per_octant > 0 or per_hole > 0
    found = np.empty(n, np.int32)
    distance = np.empty(n)
    px, py, pz = np.empty(n), np.empty(n), np.empty(n)
    own = np.empty(n, np.int32)
    best = np.empty(n + 8 * k + 8)
    who = np.empty(n + 8 * k + 8, np.int32)
    octant_of = np.empty(n + 8 * k + 8, np.int32)
    pool, pooled, fill = np.empty(8 * k), np.empty(8 * k, np.int32), np.zeros(8, np.int32)
    here = np.empty(3)
    span = 0.0
    for a in range(3):
        span += (grid.cubes[a] * grid.size) ** 2
    guess = np.sqrt(span) / max(1.0, (n / (k + 1.0)) ** (1.0 / 3.0))
    for c in range(len(edges) - 1):
        a, b = edges[c], edges[c + 1]
        centre, r = _centre(target, a, b)
        beyond = _beyond(grid, centre)
        reach = guess
        if not limited:
            reach = _reach(grid, centre, min(guess, beyond), beyond, k, found, distance, best) + r
        done = False
        while not done:
            # everything within `reach` of any member lies within `reach + r` of the centre
            reach = min(reach, radius)
            whole = reach >= radius or reach >= beyond + r
            number = within(grid, centre[0], centre[1], centre[2], reach + r, found, n)
            found[:number].sort()
            for i in range(number):
                item = found[i]
                px[i] = grid.point[0, item]
                py[i] = grid.point[1, item]
                pz[i] = grid.point[2, item]
                own[i] = hole[item]
            needed = _members(
                px, py, pz, own, found, number, target, a, b, k, reach, whole, per_octant,
                octants, per_hole, limited, skip, near, count, nearest,
                distance, best, who, pool, pooled, fill, octant_of, here,
            )  # fmt: skip
            done = needed >= 0.0
            if not done:
                reach *= 1.4
        guess = 1.1 * needed if limited else reach


@compiled
def _centre(target: Floats, a: int, b: int) -> tuple[Floats, float]:
    """Return the middle of a cluster's box, and the distance of its farthest member."""
    centre = np.empty(3)
    for axis in range(3):
        low, high = target[axis, a], target[axis, a]
        for t in range(a, b):
            low = min(low, target[axis, t])
            high = max(high, target[axis, t])
        centre[axis] = 0.5 * (low + high)
    r = 0.0
    for t in range(a, b):
        d = 0.0
        for axis in range(3):
            d += (target[axis, t] - centre[axis]) ** 2
        r = max(r, d)
    return centre, math.sqrt(r) * (1.0 + 1e-12)


@compiled
def _beyond(grid: Buckets, centre: Floats) -> float:
    """Return a radius around a place that holds all data."""
    d = 0.0
    for axis in range(3):
        low = grid.low[axis]
        high = low + grid.cubes[axis] * grid.size
        d += max(abs(centre[axis] - low), abs(high - centre[axis])) ** 2
    return math.sqrt(d) * (1.0 + 1e-9)


@compiled
def _reach(
    grid: Buckets, centre: Floats, start: float, beyond: float, k: int, found: Ints,
    distance: Floats, heap: Floats,
) -> float:  # fmt: skip
    """Return the distance of the k-th datum from a place (or of all, where there are fewer)."""
    reach = start
    while True:
        number = within(grid, centre[0], centre[1], centre[2], reach, found, len(found))
        if number >= k:
            _distances(grid, found, number, centre[0], centre[1], centre[2], distance)
            return math.sqrt(_kth(distance, number, k, heap)) * (1.0 + 1e-12)
        if reach >= beyond:
            return beyond
        reach = min(reach * 1.4, beyond)


@compiled
def _members(
    px: Floats, py: Floats, pz: Floats, own: Ints, found: Ints, number: int, target: Floats,
    a: int, b: int, k: int, reach: float, whole: bool, per_octant: int, octants: int,
    per_hole: int, limited: bool, skip: Ints, near: Ints, count: Ints, nearest: Floats,
    distance: Floats, best: Floats, who: Ints, pool: Floats, pooled: Ints, fill: Ints,
    octant_of: Ints, here: Floats,
) -> float:  # fmt: skip
    """Let every member of a cluster pick from the list.

    Return how far the farthest choice lies from its member, or -1 where the list was too short.
    """
    size = 0
    needed = 0.0
    limit = reach * reach * (1.0 + 1e-12)
    for t in range(a, b):
        here[0], here[1], here[2] = target[0, t], target[1, t], target[2, t]
        bound = limit
        if (
            size == k and not per_octant and not len(skip)
        ):  # what the last member chose is a choice for this one too
            farthest = 0.0
            for j in range(k):
                i = who[j]
                d = (px[i] - here[0]) ** 2 + (py[i] - here[1]) ** 2 + (pz[i] - here[2]) ** 2
                farthest = max(farthest, d)
            bound = min(bound, farthest * (1.0 + 1e-12))
        _local_distances(px, py, pz, number, here[0], here[1], here[2], distance)
        if len(skip):
            for i in range(number):
                if own[i] == skip[t]:
                    distance[i] = _FAR
        if limited:
            size = _pick_limited(
                px, py, pz, own, number, here, distance, bound, k, per_octant, per_hole,
                best, who, pool, pooled, fill, octant_of,
            )  # fmt: skip
        else:
            size = _pick_nearest(distance, number, bound, k, best, who)
        if size < k and not whole:
            return -1.0
        needed = max(needed, best[k - 1] if size == k else limit)
        count[t] = size
        if octants and _octants_held(px, py, pz, who, size, here) < octants:
            count[t] = 0
        nearest[t] = best[0] if size else _FAR
        for j in range(size):
            near[t, j] = found[who[j]]
    return math.sqrt(needed)
