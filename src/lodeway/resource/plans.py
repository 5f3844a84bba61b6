"""Plans and sections as GeoPackage: collars, hole traces, levels and sections of the blocks."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path as FilePath

import geopandas
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.desurvey import Path
from lodeway.resource.grid import Grid

Floats = NDArray[np.float64]
_FIXED = "2000-01-01T00:00:00.000Z"


@contextmanager
def _no_clock() -> Iterator[None]:
    """Let GeoPackages carry one fixed date."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def traces(
    paths: Mapping[str, Path], ends: Mapping[str, float], crs: str
) -> geopandas.GeoDataFrame:
    """Return the holes as lines in space, from collar to end.

    Parameters
    ----------
    paths
        From `lodeway.resource.desurvey.trace_holes`.
    ends
        Depth of each hole's end; holes without one are left out.
    crs
        Of the coordinates.
    """
    names, lines = [], []
    for name, path in paths.items():
        end = ends.get(name, np.nan)
        if not end > 0:
            continue
        depths = np.unique(np.concatenate([path.depth[path.depth < end], np.linspace(0, end, 9)]))
        names.append(name)
        lines.append(shapely.LineString(path.at(depths)))
    return geopandas.GeoDataFrame({"hole": names}, geometry=lines, crs=crs)


def level(
    grid: Grid, blocks: NDArray[np.int64], values: Mapping[str, Floats], layer: int, crs: str
) -> geopandas.GeoDataFrame:
    """Return one level of the model as squares, layer 0 being the lowest."""
    nx, ny, nz = grid.count
    if not 0 <= layer < nz:
        raise LodewayError("bad-argument", "layer", layer, f"0 to {nz - 1}")
    own = np.flatnonzero(blocks // (nx * ny) == layer)
    i, j = blocks[own] % nx, blocks[own] // nx % ny
    x, y = grid.origin[0] + i * grid.size[0], grid.origin[1] + j * grid.size[1]
    boxes = shapely.box(x, y, x + grid.size[0], y + grid.size[1])
    data = {name: np.asarray(column)[own] for name, column in values.items()}
    return geopandas.GeoDataFrame(data, geometry=boxes, crs=crs)


def section_blocks(
    grid: Grid, blocks: NDArray[np.int64], values: Mapping[str, Floats], row: int
) -> geopandas.GeoDataFrame:
    """Return one section along x: squares with x as easting and elevation as y, without a crs."""
    nx, ny, _ = grid.count
    if not 0 <= row < ny:
        raise LodewayError("bad-argument", "row", row, f"0 to {ny - 1}")
    own = np.flatnonzero(blocks // nx % ny == row)
    i, k = blocks[own] % nx, blocks[own] // (nx * ny)
    x, z = grid.origin[0] + i * grid.size[0], grid.origin[2] + k * grid.size[2]
    boxes = shapely.box(x, z, x + grid.size[0], z + grid.size[2])
    data = {name: np.asarray(column)[own] for name, column in values.items()}
    return geopandas.GeoDataFrame(data, geometry=boxes)


def geopackage_bytes(layers: Mapping[str, geopandas.GeoDataFrame]) -> bytes:
    """Return layers as one GeoPackage without a clock in it; empty ones are left out."""
    with tempfile.TemporaryDirectory() as folder, _no_clock():
        path = FilePath(folder) / "plans.gpkg"
        for name, frame in layers.items():
            if len(frame):
                with warnings.catch_warnings():  # a section has no place on the earth
                    warnings.filterwarnings("ignore", "'crs' was not provided")
                    pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=False)
        if not path.exists():
            raise LodewayError("missing", "plans", "no layer", "one that is not empty")
        return path.read_bytes()
