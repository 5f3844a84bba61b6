"""Rasters of a province: opened safely, on one grid, and looked through before they are used.

Refused, with the remedy: another coordinate system or grid, files that only look like GeoTIFF, and
numbers that stand for "nothing here" or "no road" without being declared as such (-3.4e38, 1e64).
Declared: a cell without cover lies outside the province; without a distance, no road leads there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import safe_path

Single = NDArray[np.float32]
Array = NDArray[np.float64]

_SIGNATURES = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_MOST_CELLS = 2_000_000_000
_BLOCK_CELLS = 2**20
#: Largest value that a cover (m) and a distance (km) can have.
DEEPEST_M, FARTHEST_KM = 20_000.0, 40_100.0


@dataclass(frozen=True)
class Look:
    """What a raster holds: range of its finite values, cells without one, and the sum."""

    low: float
    high: float
    empty: int
    total: float


@dataclass(frozen=True)
class Grid:
    """Rasters that lie on one grid.

    `kinds` says what each holds: ``cover``, ``km`` or ``weight``; `looks` is filled by `look`.
    """

    folder: Path
    kinds: Mapping[str, str]
    height: int
    width: int
    transform: Any
    crs: Any

    @property
    def cell_km2(self) -> float:
        """Area of a cell."""
        return abs(float(self.transform.a * self.transform.e)) / 1e6

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First and last row (excluded) of each block of about a million cells."""
        rows = max(_BLOCK_CELLS // self.width, 1)
        return [(row, min(row + rows, self.height)) for row in range(0, self.height, rows)]

    def read(self, name: str, first: int, last: int) -> Array:
        """Return some rows of one raster, NaN where it has no value, after a check."""
        with _open(self.folder, name) as source:
            window = ((first, last), (0, self.width))
            raw = source.read(1, window=window)
            values = np.asarray(raw, dtype=np.float64)
            if source.nodata is not None:
                empty = raw == source.nodata if source.nodata == source.nodata else np.isnan(raw)
                values[empty] = np.nan
        _check_values(values, self.kinds[name], f"{name} rows {first} to {last - 1}")
        return values


def open_grid(folder: Path, kinds: Mapping[str, str], crs: str) -> Grid:
    """Open rasters and see that they lie on one grid in the study's coordinate system.

    Parameters
    ----------
    folder
        The study folder.
    kinds
        What each raster holds, by its path in the folder: ``cover``, ``km`` or ``weight``.
    crs
        The study's coordinate system; metres.

    Raises
    ------
    LodewayError
        ``bad-crs`` for another system, ``bad-raster`` for another grid or no plain GeoTIFF,
        ``too-large`` for more than 2 billion cells.
    """
    from pyproj import CRS

    wanted = CRS.from_user_input(crs)
    first: Grid | None = None
    for name in kinds:
        with _open(folder, name) as source:
            _check_crs(source.crs, wanted, name, crs)
            here = Grid(folder, kinds, source.height, source.width, source.transform, source.crs)
            if source.count != 1:
                raise LodewayError("bad-raster", name, f"{source.count} bands", "one band")
        if here.height * here.width > _MOST_CELLS:
            raise LodewayError(
                "too-large", name, f"{here.height} x {here.width} cells", f"{_MOST_CELLS:,}"
            )
        first = first or here
        _check_grid(here, first, name, next(iter(kinds)))
    if first is None:
        raise LodewayError("missing", "ground", "no rasters", "a cover and distances")
    return first


def _open(folder: Path, name: str) -> Any:
    """Open a plain GeoTIFF inside the folder, without looking for files beside it."""
    import rasterio

    path = safe_path(folder, name, f"study.toml ground {name}")
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as problem:
        raise LodewayError(
            "missing", name, problem.strerror or "unreadable", "a GeoTIFF in the study folder"
        ) from None
    if head not in _SIGNATURES:
        raise LodewayError(
            "bad-raster", name, f"a file that begins with {head!r}", "a GeoTIFF",
            "virtual rasters (VRT) and other formats are not read: convert with gdal_translate",
        )  # fmt: skip
    try:
        with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
            return rasterio.open(path, driver="GTiff")
    except rasterio.errors.RasterioIOError as problem:
        raise LodewayError("bad-raster", name, str(problem), "a GeoTIFF") from None


def _check_crs(found: Any, wanted: Any, name: str, text: str) -> None:
    from pyproj import CRS

    if found is None:
        raise LodewayError(
            "bad-crs", name, "no coordinate system", text, f"gdal_edit.py -a_srs {text} FILE"
        )
    if CRS.from_user_input(found) != wanted:
        raise LodewayError(
            "bad-crs", name, found.to_string(), f"the study's {text}",
            f"gdalwarp -t_srs {text}, all rasters onto one grid",
        )  # fmt: skip


def _check_grid(here: Grid, first: Grid, name: str, other: str) -> None:
    if (here.height, here.width) != (first.height, first.width):
        raise LodewayError(
            "bad-raster", name, f"{here.height} x {here.width} cells",
            f"{first.height} x {first.width} as {other}", "bring all rasters onto one grid",
        )  # fmt: skip
    size = abs(first.transform.a)
    off = np.abs(np.array(here.transform[:6]) - np.array(first.transform[:6]))
    if np.any(off[[2, 5]] > 1e-3 * size) or np.any(off[[0, 1, 3, 4]] > 1e-6 * size):
        raise LodewayError(
            "bad-raster", name, f"a grid from {here.transform[2]:g}, {here.transform[5]:g}",
            f"one from {first.transform[2]:g}, {first.transform[5]:g} as {other}",
            "bring all rasters onto one grid",
        )  # fmt: skip


def _check_values(values: Array, kind: str, where: str) -> None:
    """Refuse numbers that cannot be what the raster holds."""
    top = {"cover": DEEPEST_M, "km": FARTHEST_KM, "weight": 1e30}[kind]
    wrong = (values < 0.0) | (values > top)
    if kind == "km":
        wrong &= ~np.isposinf(values)
    if not wrong.any():
        return
    number, worst = int(wrong.sum()), float(values[wrong].flat[0])
    what = {"cover": "metres of cover", "km": "kilometres", "weight": "weights"}[kind]
    cure = "correct the cells"
    if abs(worst) > 1e6 or worst in {-9999.0, -999.0, -1.0, -99999.0}:
        means = "outside the province" if kind == "cover" else "no road leads there"
        cure = (
            f"{worst:g} looks like a stand-in for 'nothing': declare it as the file's nodata "
            f"value (gdal_edit.py -a_nodata); a cell without a value then means: {means}"
        )
    raise LodewayError(
        "bad-raster", where, f"{number} cells such as {worst:g}", f"{what} from 0 to {top:g}", cure
    )


def look(grid: Grid) -> dict[str, Look]:
    """Read through all rasters once, and return what each holds."""
    return {name: _look(grid, name) for name in grid.kinds}


def _look(grid: Grid, name: str) -> Look:
    low, high, empty, total = np.inf, -np.inf, 0, 0.0
    for first, last in grid.blocks:
        values = grid.read(name, first, last)
        here = np.isfinite(values)
        empty += int((~here).sum())
        if here.any():
            low, high = min(low, float(values[here].min())), max(high, float(values[here].max()))
            total += float(values[here].sum())
    if not np.isfinite(low):
        raise LodewayError("bad-raster", name, "no cell with a value", "some")
    return Look(low, high, empty, total)


def highest_sum(grid: Grid, cover: str, rates: Mapping[str, float]) -> float:
    """Return the largest sum of rasters times rates over the cells of the province."""
    found = 0.0
    for block in _blocks(grid, cover):
        total = np.zeros(len(block.inside))
        for name, rate in rates.items():
            total += rate * np.where(np.isfinite(block.values[name]), block.values[name], 0.0)
        found = max(found, float(total[block.inside].max(initial=0.0)))
    return found


@dataclass(frozen=True)
class Block:
    """Rows `first` to `last` of all rasters, flat; `inside` where there is cover."""

    first: int
    last: int
    values: Mapping[str, Array]
    inside: NDArray[np.bool_]


def read_block(grid: Grid, cover: str, first: int, last: int) -> Block:
    """Return some rows of every raster."""
    values = {name: grid.read(name, first, last).ravel() for name in grid.kinds}
    return Block(first, last, values, np.isfinite(values[cover]))


def sample_cells(
    grid: Grid, cover: str, weight: str, u: Array, names: Sequence[str]
) -> dict[str, Array]:
    """Return the rasters' values at cells drawn by weight, in the order of `u`.

    Parameters
    ----------
    grid, cover
        The rasters, and which one says where the province is.
    weight
        Raster of the weights, or empty for even ones.
    u
        Numbers in (0, 1), one a cell wanted.
    names
        Rasters wanted.
    """
    sums = [float(cell_weights(block, weight).sum()) for block in _blocks(grid, cover)]
    edges = np.concatenate([[0.0], np.cumsum(sums)])
    if edges[-1] <= 0.0:
        raise LodewayError("bad-raster", weight or cover, "no weight anywhere", "some above 0")
    place = np.asarray(u) * edges[-1]
    which = np.clip(np.searchsorted(edges, place, side="right") - 1, 0, len(sums) - 1)
    found = {name: np.empty(len(place)) for name in names}
    for number, block in enumerate(_blocks(grid, cover)):
        here = np.flatnonzero(which == number)
        if not len(here):
            continue
        running = np.cumsum(cell_weights(block, weight))
        cell = np.searchsorted(running, place[here] - edges[number], side="right")
        cell = np.minimum(cell, np.searchsorted(running, running[-1], side="left"))
        for name in names:
            found[name][here] = block.values[name][cell]
    return found


def _blocks(grid: Grid, cover: str) -> Iterator[Block]:
    for first, last in grid.blocks:
        yield read_block(grid, cover, first, last)


def weight_sum(grid: Grid, cover: str, weight: str) -> float:
    """Return the sum of the weights over the province (of its cells where there is no raster)."""
    return sum(float(cell_weights(block, weight).sum()) for block in _blocks(grid, cover))


def cell_weights(block: Block, weight: str) -> Array:
    """Return the weight of each cell of a block, zero outside the province."""
    if not weight:
        return block.inside.astype(np.float64)
    return np.where(block.inside, np.nan_to_num(block.values[weight]), 0.0)
