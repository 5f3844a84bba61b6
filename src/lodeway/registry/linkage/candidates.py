"""Which pairs are worth comparing: near each other, or with a rare word in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lodeway.registry.linkage.names import NameBook
from lodeway.registry.linkage.records import Records

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
EARTH_KM = 6371.0088
#: A word that more records than this have proposes no pairs by itself.
_COMMON = 60


def on_sphere(records: Records) -> NDArray[np.float64]:
    """Return points on the unit sphere, shape ``(n, 3)``; NaN where there is no position."""
    lon, lat = np.radians(records.lon), np.radians(records.lat)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def chord(distance_km: float) -> float:
    """Return the straight line through the sphere that spans a distance on it."""
    return float(2.0 * np.sin(min(distance_km / EARTH_KM, np.pi) / 2.0))


def arc_km(straight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances on the sphere from straight lines through it."""
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.clip(straight / 2.0, 0.0, 1.0)))


def between(left: Records, right: Records, book: NameBook, radius_km: float = 2.0) -> Pairs:
    """Return candidate pairs of two files; `book` holds left's records, then right's."""
    a = on_sphere(left)
    b = on_sphere(right)
    here, there = (np.flatnonzero(np.isfinite(x).all(axis=1)) for x in (a, b))
    found: list[NDArray[np.int64]] = []
    if len(here) and len(there):
        reach = chord(radius_km)
        near = cKDTree(a[here]).sparse_distance_matrix(
            cKDTree(b[there]), reach, output_type="coo_matrix"
        )
        found.append(np.column_stack([here[near.row], there[near.col]]).astype(np.int64))
    found.append(_shared(book, len(left), len(right)))
    pairs = np.unique(np.concatenate(found), axis=0)
    return pairs[:, 0], pairs[:, 1]


def within(records: Records, book: NameBook, radius_km: float = 2.0) -> Pairs:
    """Return candidate pairs (first below second) of one file."""
    points = on_sphere(records)
    here = np.flatnonzero(np.isfinite(points).all(axis=1))
    found: list[NDArray[np.int64]] = []
    if len(here) > 1:
        near = cKDTree(points[here]).query_pairs(chord(radius_km), output_type="ndarray")
        found.append(np.sort(here[near], axis=1).astype(np.int64))
    shared = _shared(book, len(records), 0)
    found.append(shared[shared[:, 0] < shared[:, 1]])
    pairs = np.unique(np.concatenate(found), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _shared(book: NameBook, first: int, second: int) -> NDArray[np.int64]:
    """Return pairs that share a rare word or a whole name; `second` = 0 for one file."""
    left = book.weight[:first]
    right = book.weight[first : first + second] if second else left
    often = np.asarray(book.weight.sum(axis=0)).ravel()
    rare = np.flatnonzero((often >= 2) & (often <= _COMMON))
    product = (left[:, rare] @ right[:, rare].T).tocoo()
    pairs = [np.column_stack([product.row, product.col]).astype(np.int64)]
    owners: dict[str, list[int]] = {}
    for row, keys in enumerate(book.keys):
        for key in keys:
            owners.setdefault(key, []).append(row)
    whole: list[tuple[int, int]] = []
    for rows in owners.values():
        if 2 <= len(rows) <= 4 * _COMMON:
            one = [row for row in rows if row < first]
            other = [row - first for row in rows if row >= first] if second else one
            whole += [(i, j) for i in one for j in other]
    if whole:
        pairs.append(np.array(whole, dtype=np.int64))
    return np.unique(np.concatenate(pairs), axis=0)
