"""A grid of buckets over data points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_PER_BUCKET = 4.0
_MOST_BUCKETS = 2_000_000


class Buckets(NamedTuple):
    """Points sorted into cubes: those of cube c are ``item[first[c]:first[c + 1]]``, in order.

    `point` is ``(3, n)``, `low` the grid's corner, `size` the edge of a cube, `cubes` the number
    of cubes along each axis (x slowest).
    """

    point: Floats
    low: Floats
    size: float
    cubes: NDArray[np.int64]
    first: Ints
    item: Ints


def bucket(point: Floats) -> Buckets:
    """Sort points ``(3, n)`` into buckets that hold a few each."""
    low, high = point.min(axis=1), point.max(axis=1)
    span = np.maximum(high - low, 1e-9 * max(1.0, float((high - low).max())))
    number = point.shape[1]
    size = float(np.prod(span) * _PER_BUCKET / number) ** (1 / 3)
    size = max(size, float(span.max()) / 1000.0, 1e-12)
    while np.prod(np.floor(span / size) + 1) > max(_MOST_BUCKETS / 4, 4.0 * number):
        size *= 1.25
    # drillholes leave most of space empty: halve the cubes until they hold a few points
    count = (np.floor(span / size) + 1).astype(np.int64)
    while True:
        cell = _cell(point, low, size, count)
        filled = len(np.unique(cell))
        finer = (np.floor(2.0 * span / size) + 1).astype(np.int64)
        if number <= 2.0 * _PER_BUCKET * filled or finer.prod() > _MOST_BUCKETS:
            break
        size, count = size / 2.0, finer
    order = np.argsort(cell, kind="stable").astype(np.int32)
    first = np.zeros(int(count.prod()) + 1, dtype=np.int32)
    np.cumsum(np.bincount(cell, minlength=int(count.prod())), out=first[1:])
    return Buckets(np.ascontiguousarray(point), low, size, count, first, order)


def _cell(point: Floats, low: Floats, size: float, count: NDArray[np.int64]) -> NDArray[np.int64]:
    place = np.floor((point - low[:, None]) / size).astype(np.int64)
    place = np.clip(place, 0, count[:, None] - 1)
    return np.asarray((place[0] * count[1] + place[1]) * count[2] + place[2], dtype=np.int64)
