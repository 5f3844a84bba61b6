"""What people open: Cloud-Optimized GeoTIFFs by quantity and scenario, pictures, a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.rasters import Grid
from lodeway.economics.ground.tiles import Layer
from lodeway.io import write_bytes

Single = NDArray[np.float32]

#: What each quantity is, for the file's description.
MEANING = {
    "value_usd": "E[max(0, E[NPV | known])] of a deposit of the type in this cell, USD",
    "p_positive": "share of worlds in which a mine would be built",
    "npv_p10_usd": "10th percentile over worlds of E[NPV | known], USD",
    "npv_p50_usd": "median over worlds of E[NPV | known], USD",
    "npv_p90_usd": "90th percentile over worlds of E[NPV | known], USD",
    "winner": "number of the corridor taken in most worlds, 0 where none is reached",
    "winner_share": "share of worlds in which it is taken",
    "expected_usd_per_km2": "value_usd times the deposits expected here, USD per km2",
    "change_usd": "change of value_usd against the baseline, USD",
    "opened": "share of worlds in which a mine is built in this scenario only",
    "regret_stay_usd": "lost where the scenario comes true and nobody counted on it, USD",
    "regret_go_usd": "lost where somebody counted on it and it does not come true, USD",
    "upper_bound_usd": "UPPER BOUND: E[max(0, NPV)] of every later path, hindsight as skill, USD",
}  # fmt: skip
_WHOLE = {"winner"}


def write_layers(
    grid: Grid, files: Sequence[Path], layers: Sequence[Layer], out: Path
) -> list[Path]:
    """Write every band as one COG, streaming over the blocks; return the paths."""
    return [_write_layer(grid, files, layer, len(layers), out) for layer in layers]


def _write_layer(grid: Grid, files: Sequence[Path], layer: Layer, bands: int, out: Path) -> Path:
    import rasterio
    from rasterio.shutil import copy

    path = out / layer.file_name
    plain, part = out / f"{layer.file_name}.plain.part", out / f"{layer.file_name}.part"
    whole = layer.quantity in _WHOLE
    profile = {
        "driver": "GTiff", "height": grid.height, "width": grid.width, "count": 1,
        "dtype": "uint8" if whole else "float32", "crs": grid.crs, "transform": grid.transform,
        "nodata": 255 if whole else float("nan"), "bigtiff": "if_safer",
    }  # fmt: skip
    with rasterio.open(plain, "w", **profile) as target:
        target.update_tags(quantity=layer.quantity, scenario=layer.scenario)
        target.set_band_description(1, MEANING[layer.quantity])
        for (first, last), file in zip(grid.blocks, files, strict=True):
            values = read_band(file, layer.place, bands, last - first, grid.width)
            if whole:
                values = np.nan_to_num(values, nan=255.0).astype(np.uint8)
            target.write(values, 1, window=((first, last), (0, grid.width)))
    copy(
        plain, part, driver="COG", compress="DEFLATE", level=6, blocksize=512,
        predictor="YES" if not whole else "NO", num_threads="ALL_CPUS",
        overview_resampling="NEAREST" if whole else "AVERAGE",
    )  # fmt: skip
    plain.unlink()
    part.replace(path)
    return path


def read_band(file: Path, place: int, bands: int, rows: int, width: int) -> Single:
    """Return one band of a block's file."""
    table = np.memmap(file, dtype=np.float32, mode="r", shape=(bands, rows, width))
    return np.array(table[place])


def write_summary(out: Path, summary: Mapping[str, Any]) -> Path:
    """Write ``summary.json`` whole."""
    path = out / "summary.json"
    text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(path, text.encode())
    return path


def whole_band(grid: Grid, files: Sequence[Path], layer: Layer, bands: int, step: int) -> Single:
    """Return a band thinned by `step`, for a picture."""
    parts = []
    for (first, last), file in zip(grid.blocks, files, strict=True):
        band = read_band(file, layer.place, bands, last - first, grid.width)
        parts.append(band[(-first) % step :: step, ::step])
    return np.concatenate(parts)
