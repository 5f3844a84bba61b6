"""From the block model of the resource to the blocks that are planned: bigger, without air."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.mine.problem import Blocks, Floats

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Ground:
    """Blocks of a plan.

    Attributes
    ----------
    blocks
        Cells that hold rock.
    centre_m
        Their centres in the study's coordinates; shape ``(blocks, 3)``.
    cell_m
        Size of a cell.
    mass_t
        Dry tonnes of each block.
    kriged_pct
        By element, mass per cent of the whole block, waste in it included; shape ``(blocks,)``.
    drawn_pct
        The same in each realisation; shape ``(blocks, realisations)``.
    cell_of
        Block of each fine cell, -1 for air; shape ``(fine cells,)``.
    """

    blocks: Blocks
    centre_m: Floats
    cell_m: tuple[float, float, float]
    mass_t: Floats
    kriged_pct: Mapping[str, Floats]
    drawn_pct: Mapping[str, Floats]
    cell_of: NDArray[np.int64]


def reblock(model: xr.Dataset, by: tuple[int, int, int], elements: list[str]) -> Ground:
    """Join fine cells to blocks of ``by`` cells: tonnes and metal add up, grades are diluted.

    Parameters
    ----------
    model
        ``blocks`` of the resource stage (``docs/handovers.md``).
    by
        Cells along x, y and z in one block; blocks begin at the model's origin and top, so that
        benches stay whole where the ground is.
    elements
        Elements to carry along.
    """
    count = tuple(int(model.attrs[f"count_{axis}"]) for axis in "xyz")
    size = tuple(float(model.attrs[f"size_{axis}"]) for axis in "xyz")
    origin = tuple(float(model.attrs[f"origin_{axis}"]) for axis in "xyz")
    for element in elements:
        if f"{element}_pct" not in model:
            known = str(model.attrs.get("elements", ""))
            raise LodewayError("unknown-id", "block model", element, f"one of {known}")
    cell = np.arange(int(np.prod(count)))
    place = np.stack(
        [cell % count[0], cell // count[0] % count[1], cell // (count[0] * count[1])], axis=1
    )
    shift = (-count[2]) % by[2]  # the lowest bench may be a part of one
    index = np.stack(
        [place[:, 0] // by[0], place[:, 1] // by[1], (place[:, 2] + shift) // by[2]], axis=1
    )
    density = np.asarray(model["density_t_per_m3"].values, dtype=np.float64)
    rock = np.isfinite(density)
    if not rock.any():
        raise LodewayError("missing", "block model", "air alone", "blocks with a density")
    wide = index.max(axis=0) + 1
    flat = index @ np.array([1, wide[0], wide[0] * wide[1]])
    cells, number = np.unique(flat[rock], return_inverse=True)
    cell_of = np.full(len(cell), -1, np.int64)
    cell_of[rock] = number
    fine_t = density[rock] * float(np.prod(size))
    mass = np.asarray(np.bincount(number, weights=fine_t), dtype=np.float64)
    blocks = Blocks(
        np.stack(
            [cells % wide[0], cells // wide[0] % wide[1], cells // (wide[0] * wide[1])], axis=1
        )
    )
    cell_m = (size[0] * by[0], size[1] * by[1], size[2] * by[2])
    corner = np.array([origin[0], origin[1], origin[2] - shift * size[2]])
    centre = corner + (blocks.index + 0.5) * np.array(cell_m)
    kriged, drawn = {}, {}
    for element in elements:
        grade = np.nan_to_num(model[f"{element}_pct_kriged"].values[rock].astype(np.float64))
        kriged[element] = np.bincount(number, weights=fine_t * grade) / mass
        fine = model[f"{element}_pct"].transpose("block", "draw").values[rock]
        drawn[element] = _means(fine, fine_t, number, mass)
    return Ground(blocks, centre, cell_m, mass, kriged, drawn, cell_of)


def _means(
    fine: NDArray[np.float32], fine_t: Floats, number: NDArray[np.int64], mass: Floats
) -> Floats:
    """Return each block's grade in each realisation, one realisation at a time."""
    out = np.empty((len(mass), fine.shape[1]))
    for draw in range(fine.shape[1]):
        grade = np.nan_to_num(fine[:, draw].astype(np.float64))
        out[:, draw] = np.bincount(number, weights=fine_t * grade, minlength=len(mass)) / mass
    return out
