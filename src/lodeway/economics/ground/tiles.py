"""The map, block by block of rows: computed, kept, and taken up again after a kill.

A block's bands are one file, written under a temporary name and renamed. Its folder is named by a
hash of everything that decides the numbers, so that blocks of another run are never mixed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.kernel import BANDS, FAR, PAIR_BANDS, Cells, Worlds, evaluate
from lodeway.economics.ground.province import Province
from lodeway.economics.ground.rasters import Block, cell_weights, read_block
from lodeway.economics.ground.tables import Tables, cover_place
from lodeway.errors import LodewayError
from lodeway.io import write_bytes

Array = NDArray[np.float64]
Single = NDArray[np.float32]


def make_worlds(province: Province, tables: Tables, *, upper: bool = False) -> Worlds:
    """Return the kernel's arrays; with `upper` the table of max(0, NPV) of every path."""
    axes, ground = tables.axes, province.ground
    groups = [_needs(province, corridor.name) for corridor in ground.corridors]
    names = sorted(set(groups))  # what needs nothing of its own comes first
    shared = sum(not item.only_for for item in ground.infrastructure)
    single = np.float32
    values = tables.upper if upper else tables.owner
    unit = np.stack([ground.infrastructure[number].usd_per_km for number in province.kinds], axis=1)
    return Worlds(
        np.ascontiguousarray(values, dtype=single),
        (tables.used * 2 ** np.arange(values.shape[1])).sum(axis=2).astype(np.int32),
        axes.freight_low.astype(single),
        ((axes.freight_high - axes.freight_low) / (axes.freight_nodes - 1)).astype(single),
        (axes.spur_high / (axes.spur_nodes - 1)).astype(single),
        np.where(np.isfinite(province.base), province.base, FAR).astype(single),
        province.haul.astype(single),
        unit.astype(single),
        np.array([names.index(group) for group in groups], dtype=np.int32),
        np.array(names, dtype=np.int32),
        shared,
        tables.stranded.astype(single),
    )


def _needs(province: Province, corridor: str) -> int:
    """Return the place of the one kind of line that only some corridors need, or -1."""
    special = [
        place
        for place, number in enumerate(province.kinds)
        if corridor in province.ground.infrastructure[number].only_for
    ]
    if len(special) > 1:
        raise LodewayError(
            "bad-study", f"study.toml ground.corridor {corridor}", f"{len(special)} own lines",
            "at most one [[ground.infrastructure]] with only_for that names it",
        )  # fmt: skip
    return special[0] if special else -1


def make_cells(province: Province, tables: Tables, block: Block) -> Cells:
    """Return a block's rasters as the kernel takes them."""
    ground = province.ground
    node, part = cover_place(
        tables.axes.cover_m, np.nan_to_num(block.values[ground.cover], nan=0.0)
    )
    kinds = [ground.infrastructure[number].raster for number in province.kinds]
    return Cells(
        _reach(block, [corridor.raster for corridor in ground.corridors]),
        _reach(block, kinds),
        node,
        part.astype(np.float32),
    )


def _reach(block: Block, names: Sequence[str]) -> Single:
    """Return distances, far away where there is no road."""
    table = np.stack([block.values[name] for name in names])
    return np.where(np.isfinite(table), table, FAR).astype(np.float32)


@dataclass(frozen=True)
class Layer:
    """One band of the map: its file's name and its place in a block's file."""

    quantity: str
    scenario: str
    place: int

    @property
    def file_name(self) -> str:
        """Name of the raster for people."""
        return f"{self.quantity}.{self.scenario}.tif"


#: Names of the bands in files; money carries its unit.
QUANTITIES = {
    "value": "value_usd", "p_positive": "p_positive", "npv_p10": "npv_p10_usd",
    "npv_p50": "npv_p50_usd", "npv_p90": "npv_p90_usd", "winner": "winner",
    "winner_share": "winner_share", "change": "change_usd", "opened": "opened",
    "regret_stay": "regret_stay_usd", "regret_go": "regret_go_usd",
    "upper_bound": "upper_bound_usd", "expected": "expected_usd_per_km2",
}  # fmt: skip


def layers(province: Province) -> list[Layer]:
    """Return the bands in the order in which a block's file holds them."""
    scenarios = province.scenarios
    names = [(QUANTITIES[band], scenario) for scenario in scenarios for band in BANDS]
    names += [(QUANTITIES[band], scenario) for scenario in scenarios[1:] for band in PAIR_BANDS]
    if province.count is not None:
        names += [(QUANTITIES["expected"], scenario) for scenario in scenarios]
    if province.ground.upper_bound:
        names += [(QUANTITIES["upper_bound"], scenario) for scenario in scenarios]
    return [Layer(quantity, scenario, place) for place, (quantity, scenario) in enumerate(names)]


def compute_block(
    province: Province, tables: Tables, worlds: Worlds, upper: Worlds | None, rows: tuple[int, int]
) -> Single:
    """Return all bands of some rows, ``(band, row, column)``; NaN outside the province."""
    block = read_block(province.grid, province.ground.cover, *rows)
    cells = make_cells(province, tables, block)
    out, pairs = evaluate(worlds, cells)
    parts = [out.reshape(-1, out.shape[-1]), pairs.reshape(-1, out.shape[-1])]
    if province.count is not None:
        weight = cell_weights(block, province.ground.favourable)
        density = province.per_weight * weight / province.grid.cell_km2
        parts.append((density * out[:, BANDS.index("value")]).astype(np.float32))
    if upper is not None:
        parts.append(evaluate(upper, cells)[0][:, BANDS.index("value")])
    bands = np.concatenate(parts)
    bands[:, ~block.inside] = np.nan
    return bands.reshape(len(bands), rows[1] - rows[0], -1)


def compute_map(
    province: Province, tables: Tables, folder: Path, progress: Callable[[str], None]
) -> list[Path]:
    """Compute the blocks that are not there yet, and return the files of all.

    Parameters
    ----------
    folder
        Where the blocks lie; made if need be.
    progress
        Told one line for each tenth of the map.
    """
    worlds = make_worlds(province, tables)
    upper = make_worlds(province, tables, upper=True) if province.ground.upper_bound else None
    blocks = province.grid.blocks
    files = [folder / f"rows-{first:06d}.f32" for first, _ in blocks]
    for number, (rows, path) in enumerate(zip(blocks, files, strict=True)):
        if not path.is_file():
            write_bytes(path, compute_block(province, tables, worlds, upper, rows).tobytes())
        if (number + 1) * 10 // len(blocks) > number * 10 // len(blocks):
            progress(f"map: {number + 1} of {len(blocks)} blocks")
    return files


def run_key(province: Province, tables: Tables) -> str:
    """Return a hash of everything that decides the map's numbers."""
    worlds = make_worlds(province, tables)
    digest = hashlib.sha256()
    for name, value in sorted(vars(worlds).items()):
        digest.update(f"{name} {np.shape(value)}".encode() + np.asarray(value).tobytes())
    digest.update(tables.axes.cover_m.tobytes())
    words = (province.ground.upper_bound, province.per_weight, list(province.scenarios))
    digest.update(f"{words}".encode())
    for name in province.grid.kinds:
        with (province.grid.folder / name).open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    source = Path(__file__).with_name("kernel.py").read_bytes() + Path(__file__).read_bytes()
    digest.update(source)
    return digest.hexdigest()[:16]
