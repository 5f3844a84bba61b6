"""Make the invented rasters of studies/fairways-demo from its road network.

Run from the repository: ``python tools/make_fairways_demo.py``. Nothing here is measured: cover,
power, water and favourable ground are smooth made-up fields; distances follow the study's roads.
"""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

STUDY = Path(__file__).resolve().parent.parent / "studies" / "fairways-demo"
CRS, CELL_M = "EPSG:32632", 500.0
LON, LAT = (9.5, 11.02), (44.66, 45.42)
STEP_M = 500.0
DETOUR = 1.25  # a track in the hills against the straight line


def road_points() -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Return points along the roads inside, their graph, and the point of each place."""
    to_plane = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    rows = list(csv.DictReader((STUDY / "data/network/nodes.csv").open(encoding="utf-8")))
    where = {row["node"]: to_plane.transform(float(row["lon"]), float(row["lat"])) for row in rows}
    inside = {row["node"] for row in rows if row["country"] == "XAA"}
    points, edges = [where[node] for node in inside], []
    number = {node: i for i, node in enumerate(inside)}
    for row in csv.DictReader((STUDY / "data/network/links.csv").open(encoding="utf-8")):
        if row["from"] not in inside or row["to"] not in inside:
            continue
        start, end = np.array(where[row["from"]]), np.array(where[row["to"]])
        count = max(int(np.hypot(*(end - start)) // STEP_M), 1)
        chain = [number[row["from"]]]
        for part in range(1, count):
            points.append(tuple(start + (end - start) * part / count))
            chain.append(len(points) - 1)
        chain.append(number[row["to"]])
        km = float(row["length_km"]) / count
        edges += [(a, b, km) for a, b in pairwise(chain)]
    a, b, km = (np.array(column) for column in zip(*edges, strict=True))
    graph = coo_array((km, (a, b)), shape=(len(points), len(points))).tocsr()
    places = {
        row["place"]: number[row["node"]] for row in rows if row["place"] and row["node"] in number
    }
    return np.array(points), graph, places


def write(name: str, values: np.ndarray, transform: object) -> None:
    """Write one raster, compressed."""
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1,
        "dtype": "float32", "crs": CRS, "transform": transform, "nodata": float("nan"),
        "compress": "DEFLATE", "predictor": 3, "tiled": False,
    }  # fmt: skip
    folder = STUDY / "rasters"
    folder.mkdir(exist_ok=True)
    with rasterio.open(folder / f"{name}.tif", "w", **profile) as target:
        target.write(np.round(values, 2).astype(np.float32), 1)


def main() -> None:
    """Write all rasters."""
    to_plane = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    x, y = to_plane.transform([LON[0], LON[1]], [LAT[0], LAT[1]])
    width, height = int((x[1] - x[0]) // CELL_M), int((y[1] - y[0]) // CELL_M)
    transform = from_origin(round(x[0], -2), round(y[1], -2), CELL_M, CELL_M)
    column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    east, north = (
        transform @ (column, row) if hasattr(transform, "__matmul__") else transform * (column, row)
    )
    u, v = column / width, row / height
    points, graph, places = road_points()
    off, nearest = cKDTree(points).query(np.column_stack([east.ravel(), north.ravel()]))
    road = off.reshape(east.shape) / 1e3 * DETOUR
    for hub in ("Town", "Ford", "Hill"):
        along = dijkstra(graph, directed=False, indices=places[hub])
        write(f"{hub.lower()}_km", along[nearest].reshape(east.shape) + road, transform)
    basin = np.exp(-(((u - 0.83) / 0.22) ** 2 + ((v - 0.62) / 0.3) ** 2))
    valley = np.exp(-(((v - 0.45 - 0.12 * np.sin(6.0 * u)) / 0.06) ** 2))
    cover = np.maximum(750.0 * basin + 90.0 * valley + 45.0 * np.sin(9.0 * u + 4.0 * v) - 15.0, 0.0)
    edge = 0.04 + 0.02 * np.sin(14.0 * v), 0.05 + 0.025 * np.cos(11.0 * u)
    outside = (u < edge[0]) | (u > 1.0 - edge[0]) | (v < edge[1]) | (v > 1.0 - edge[1])
    lake = ((u - 0.3) / 0.05) ** 2 + ((v - 0.62) / 0.035) ** 2 < 1.0
    write("cover_m", np.where(outside | lake, np.nan, cover), transform)
    line = np.abs((north - 4.99e6) * 0.8 - (east - 6.1e5) * 0.25) / 1e3
    river = np.abs(v - 0.45 - 0.12 * np.sin(6.0 * u)) * height * CELL_M / 1e3
    write("road_km", road, transform)
    write("power_km", np.minimum(line, road + 3.0), transform)
    write("water_km", river, transform)
    write("siding_km", np.maximum(road - 2.0, 0.0) * 0.3, transform)
    belt = np.exp(-(((v - 0.75 + 0.45 * u) / 0.16) ** 2))
    write("favourable", 0.05 + belt, transform)


if __name__ == "__main__":
    main()
