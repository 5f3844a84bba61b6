"""How sure a block is: drill spacing, kriging quality, simulated precision; contiguous zones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from lodeway.errors import LodewayError
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import near_data
from lodeway.resource.search import Search

Floats = NDArray[np.float64]
#: Names of the classes by number.
CLASSES = ("none", "inferred", "indicated", "measured")


@dataclass(frozen=True)
class Rules:
    """What a class asks for.

    Attributes
    ----------
    spacing
        Greatest mean distance to the three nearest holes, for inferred, indicated and measured.
    slope
        Least slope of regression for the same; 0 asks for nothing.
    precision
        Greatest relative error of the metal, at 90 % confidence, of a year's panel for indicated
        and of a quarter's for measured (0.15; Parker and Dohm 2014).
    least_blocks
        Zones of fewer blocks than this fall to the class below.
    """

    spacing: tuple[float, float, float]
    slope: tuple[float, float, float] = (0.0, 0.5, 0.8)
    precision: float = 0.15
    least_blocks: int = 20

    def __post_init__(self) -> None:
        if not self.spacing[0] >= self.spacing[1] >= self.spacing[2] > 0:
            raise LodewayError(
                "bad-argument", "spacing", self.spacing, "inferred >= indicated >= measured > 0"
            )


def hole_spacing(xyz: ArrayLike, holes: ArrayLike, targets: ArrayLike, number: int = 3) -> Floats:
    """Return the mean distance from each target to the nearest sample of its nearest holes.

    Examples
    --------
    >>> hole_spacing([[0, 0, 0], [0, 0, 1], [4, 0, 0]], ["a", "a", "b"], [[1, 0, 0]], 2).tolist()
    [2.0]
    """
    points = np.asarray(xyz, dtype=np.float64)
    goals = np.asarray(targets, dtype=np.float64)
    near, count = near_data(points, holes, goals, Search(neighbours=number, per_hole=1))
    away = np.linalg.norm(points[near] - goals[:, None], axis=2)
    away[np.arange(number)[: near.shape[1]] >= count[:, None]] = np.nan
    short = count < number
    with np.errstate(all="ignore"):
        mean = np.nanmean(away, axis=1) if away.shape[1] else np.full(len(goals), np.inf)
    return np.where(short, np.inf, mean)


def panel_precision(
    metal: NDArray[np.float32], grid: Grid, blocks: NDArray[np.int64], panel: tuple[int, int, int]
) -> Floats:
    """Return the relative error at 90 % confidence of the metal of each block's panel.

    Parameters
    ----------
    metal
        ``(len(blocks), realisations)``, in tonnes or grades of equal blocks.
    grid, blocks
        The numbers of the blocks in the grid.
    panel
        Size of a panel in blocks along x, y, z: the volume mined in the period.
    """
    nx, ny = grid.count[0], grid.count[1]
    i, j, k = blocks % nx, blocks // nx % ny, blocks // (nx * ny)
    wide = -(-np.array(grid.count) // np.array(panel))
    key = ((k // panel[2]) * wide[1] + j // panel[1]) * wide[0] + i // panel[0]
    _, code = np.unique(key, return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(code[order]) > 0))
    total = np.add.reduceat(metal[order].astype(np.float64), starts, axis=0)
    low, high = np.quantile(total, [0.05, 0.95], axis=1)
    mean = total.mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.maximum(high - mean, mean - low) / mean
    return np.where(mean > 0, error, np.inf)[code]


def classify(
    grid: Grid,
    blocks: NDArray[np.int64],
    rules: Rules,
    spacing: Floats,
    slope: Floats,
    quarter: Floats | None = None,
    year: Floats | None = None,
) -> NDArray[np.int8]:
    """Return the class of each estimated block: 1 inferred, 2 indicated, 3 measured, 0 none.

    Parameters
    ----------
    grid, blocks
        The estimated blocks' numbers in the grid.
    rules
        What each class asks for.
    spacing, slope
        Of each block, from `hole_spacing` and `lodeway.resource.Kriging`.
    quarter, year
        Simulated precision of the panels of a quarter and a year, from `panel_precision`.
    """
    found = np.zeros(len(blocks), dtype=np.int8)
    for number in range(3):
        good = (spacing <= rules.spacing[number]) & ~(slope < rules.slope[number])
        if number == 1 and year is not None:
            good &= year <= rules.precision
        if number == 2 and quarter is not None:
            good &= quarter <= rules.precision
        found[good & (found >= number)] = number + 1
    return smooth(grid, blocks, found, rules.least_blocks)


def smooth(
    grid: Grid, blocks: NDArray[np.int64], classes: NDArray[np.int8], least: int
) -> NDArray[np.int8]:
    """Return classes in contiguous zones: no spotted dogs.

    From measured down, a class is opened and closed with a cross of one block in plan, so that
    single blocks neither jut out nor stay behind; zones smaller than `least` fall to the class
    below. No block rises by more than one class.
    """
    shape = (grid.count[2], grid.count[1], grid.count[0])
    whole = np.zeros(shape, dtype=np.int8)
    whole.flat[blocks] = classes
    inside = np.zeros(shape, dtype=bool)
    inside.flat[blocks] = True
    cross = np.zeros((3, 3, 3), dtype=bool)
    cross[1, 1, :] = cross[1, :, 1] = True
    out = np.minimum(whole, 1)
    for number in (2, 3):
        mask = ndimage.binary_opening(whole >= number, cross)
        mask = ndimage.binary_closing(mask, cross, iterations=2) & inside & (whole >= number - 1)
        labels, _ = ndimage.label(mask)
        sizes = np.bincount(labels.ravel())
        keep = sizes >= least
        keep[0] = False
        out[keep[labels] & (out == number - 1)] = number
    return out.flat[blocks]
