"""Declustering: weights that undo drilling where the grade was good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Declustered:
    """Weights that average 1, the weighted mean, and the sweep of cell sizes (size, mean)."""

    weights: Floats
    mean: float
    sweep: Floats
    size: float


def _points(xyz: ArrayLike) -> Floats:
    points = np.asarray(xyz, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] not in (2, 3) or not len(points):
        raise LodewayError("bad-argument", "xyz", f"shape {points.shape}", "(n, 3) or (n, 2)")
    if not np.isfinite(points).all():
        raise LodewayError("bad-number", "xyz", "a blank", "finite numbers")
    return points if points.shape[1] == 3 else np.column_stack([points, np.zeros(len(points))])


def cell_weights(xyz: ArrayLike, size: float, *, flat: float = 1.0, origins: int = 5) -> Floats:
    """Return cell declustering weights for one size of cell, averaging 1 (Journel 1983).

    A datum counts as one over the number of data in its cell, averaged over `origins` places of
    the cells. `flat` is the height of a cell over its width.

    Examples
    --------
    >>> cell_weights([[0.0, 0.0], [0.1, 0.0], [9.0, 0.0]], 2.0, origins=1).tolist()
    [0.75, 0.75, 1.5]
    """
    points = _points(xyz)
    if not size > 0 or not flat > 0 or origins < 1:
        raise LodewayError("bad-argument", "cell size", size, "above 0")
    step = np.array([size, size, size * flat])
    low = points.min(axis=0)
    total = np.zeros(len(points))
    for origin in range(origins):
        cell = np.floor((points - low) / step + origin / origins).astype(np.int64)
        wide = cell.max(axis=0) + 1
        key = (cell[:, 2] * wide[1] + cell[:, 1]) * wide[0] + cell[:, 0]
        _, code, count = np.unique(key, return_inverse=True, return_counts=True)
        share = 1.0 / count[code]
        total += share / share.sum()
    return np.asarray(total * len(points) / origins)


def decluster_cells(
    xyz: ArrayLike,
    values: ArrayLike,
    sizes: ArrayLike,
    *,
    flat: float = 1.0,
    origins: int = 5,
    high_grades_clustered: bool = True,
) -> Declustered:
    """Return the weights of the cell size whose mean is least (or greatest, for clustered lows)."""
    grade = np.asarray(values, dtype=np.float64)
    sweep, best = [], None
    for size in np.asarray(sizes, dtype=np.float64):
        weights = cell_weights(xyz, float(size), flat=flat, origins=origins)
        mean = float(weights @ grade / len(grade))
        sweep.append((float(size), mean))
        better = best is None or (mean < best[1] if high_grades_clustered else mean > best[1])
        if better:
            best = (weights, mean, float(size))
    if best is None:
        raise LodewayError("bad-argument", "sizes", "none", "one or more cell sizes")
    return Declustered(best[0], best[1], np.array(sweep), best[2])


def polygon_weights(xyz: ArrayLike, nodes: ArrayLike, limit: float = np.inf) -> Floats:
    """Return polygonal declustering weights, averaging 1.

    A datum counts by the number of nodes of a fine grid that are nearest to it, nodes farther
    than `limit` from all data left out: the volume of its polygon of influence.

    Examples
    --------
    >>> polygon_weights([[0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]).round(3)
    array([1.333, 0.667])
    """
    points = _points(xyz)
    away, nearest = cKDTree(points).query(_points(nodes))
    count = np.bincount(nearest[away <= limit], minlength=len(points)).astype(np.float64)
    if not count.sum():
        raise LodewayError("bad-argument", "limit", limit, "a distance that reaches some nodes")
    return np.asarray(count * len(points) / count.sum())
