"""Simulated grades: normal scores, sequential simulation, and back; points or block averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.compiled import compiled
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import prepare
from lodeway.resource.scores import Distribution, Tails, normal_scores
from lodeway.resource.search import Search
from lodeway.resource.sequential import Simulator
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
#: Simulated values of one slab of realisations are kept within so many bytes.
BUDGET_BYTES = 768 * 2**20


def simulate(
    grid: Grid,
    xyz: ArrayLike,
    values: ArrayLike,
    variogram: Variogram,
    realisations: int,
    *,
    weights: ArrayLike | None = None,
    holes: ArrayLike | None = None,
    search: Search | None = None,
    nodes: int = 12,
    seed: int = 1,
    name: str = "grade",
    tails: Tails | None = None,
    discretisation: tuple[int, int, int] = (1, 1, 1),
    workers: int = 1,
) -> Singles:
    """Return simulated grades of every block of a grid, ``(blocks, realisations)``.

    Parameters
    ----------
    grid
        The blocks; with a `discretisation` above 1 each is the mean of so many points along
        x, y, z, else its centre stands for it.
    xyz, values
        Data.
    variogram
        Of the normal scores; it is scaled to a sill of 1.
    realisations
        How many; realisation k is the same whatever their number.
    weights
        Declustering weights of the data.
    holes
        Names of the data's holes.
    search, nodes
        Each node sees at most ``search.neighbours`` data (12 by default) and `nodes` earlier
        nodes, both by distance in the ellipsoid of the search.
    seed, name
        Decide the numbers; grades of different name are drawn independently.
    tails
        What lies beyond the data; by default nothing.
    workers
        Number of threads; the same bytes come out for any number.

    Raises
    ------
    LodewayError
        For bad data, or numbers of realisations below 1.
    """
    if realisations < 1:
        raise LodewayError("bad-argument", "realisations", realisations, "1 or more")
    data = prepare(xyz, values, holes)
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)[data.row]
    scores, table = normal_scores(data.values[:, 0], weight, tails)
    conditioning = type(data)(data.xyz, scores[:, None], data.hole, data.row)
    points = grid.finer(discretisation)
    simulator = Simulator(
        points, conditioning, variogram.scaled(1.0), search or Search(neighbours=12), nodes,
        seed, name,
    )  # fmt: skip
    out = np.empty((grid.blocks, realisations), dtype=np.float32)
    slab = max(4, BUDGET_BYTES // (4 * points.blocks) // 4 * 4)
    for first in range(0, realisations, slab):
        number = min(slab, realisations - first)
        drawn = simulator.draw(first, number, workers)
        put_back(drawn, table, grid, discretisation, out[:, first : first + number])
    if points.blocks == grid.blocks:
        for nodes_on, datum in simulator.on_datum:
            out[nodes_on] = data.values[datum]
    return out


def put_back(
    drawn: Singles, table: Distribution, grid: Grid, by: tuple[int, int, int], out: Singles
) -> None:
    """Turn scores of points into grades of blocks: the mean of each block's points."""
    grades, first, step = table.lookup()
    nx, ny, nz = grid.count
    _mean(drawn, grades, first, step, np.array([nx, ny, nz]), np.array(by), out)


@compiled
def _mean(
    drawn: Singles, grades: Floats, first: float, step: float, count: NDArray[np.int64],
    by: NDArray[np.int64], out: Singles,
) -> None:  # fmt: skip
    nx, ny = count[0] * by[0], count[1] * by[1]
    number = by[0] * by[1] * by[2]
    width = out.shape[1]
    last = len(grades) - 2
    total = np.empty(width)
    for block in range(out.shape[0]):
        i = block % count[0] * by[0]
        j = block // count[0] % count[1] * by[1]
        k = block // (count[0] * count[1]) * by[2]
        total[:] = 0.0
        for a in range(by[2]):
            for b in range(by[1]):
                for c in range(by[0]):
                    row = drawn[((k + a) * ny + j + b) * nx + i + c]
                    for r in range(width):
                        place = (row[r] - first) / step
                        place = min(max(place, 0.0), last + 0.999999)
                        cell = int(place)
                        share = place - cell
                        total[r] += grades[cell] + share * (grades[cell + 1] - grades[cell])
        for r in range(width):
            out[block, r] = total[r] / number
