"""Which points lie in which polygons: the tree stands on the side that costs less."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

#: From here on preparing an outline pays.
_MANY_CORNERS = 40.0


def points_in_polygons(
    lon: NDArray[np.float64], lat: NDArray[np.float64], polygons: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of a point and a polygon that holds or touches it.

    Parameters
    ----------
    lon, lat
        Points, shape ``(n,)``; NaN is in no polygon.
    polygons
        Array of shapely polygons and multipolygons, shape ``(m,)``.

    Returns
    -------
    (point, polygon)
        Places of the pairs, ordered by point, then polygon.

    Notes
    -----
    A tree of polygons asked by points tests each point against a polygon that has not been
    prepared; a tree of points asked by polygons prepares each polygon once for all its points.
    The second pays where outlines have many corners: the corners of the outline on which a corner
    drawn at random lies decide.

    Examples
    --------
    >>> square = shapely.box(0.0, 0.0, 1.0, 1.0)
    >>> points_in_polygons(np.array([0.5, 2.0]), np.array([0.5, 2.0]), np.array([square]))
    (array([0]), array([0]))
    """
    shapes = np.asarray(polygons, dtype=object)
    good = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(good) or not len(shapes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    points = shapely.points(lon[good], lat[good])
    corners = shapely.get_num_coordinates(shapes).astype(np.float64)
    if (corners**2).sum() > _MANY_CORNERS * corners.sum():
        shapely.prepare(shapes)
        which, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    else:
        point, which = shapely.STRtree(shapes).query(points, predicate="intersects")
    pairs = np.sort(good[point] * np.int64(len(shapes)) + which)
    return pairs // len(shapes), pairs % len(shapes)
