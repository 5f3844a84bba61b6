"""Simulated grades: normal scores, sequential simulation, and back; points or block averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.compiled import compiled
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import Data, prepare
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
    nodes: int = 24,
    seed: int = 1,
    name: str = "grade",
    tails: Tails | None = None,
    discretisation: tuple[int, int, int] = (1, 1, 1),
    active: NDArray[np.bool_] | None = None,
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
    active
        Which blocks to simulate; by default all. The others are not a number.
    workers
        Number of threads; the same bytes come out for any number.

    Raises
    ------
    LodewayError
        For bad data, or numbers of realisations below 1.
    """
    plan = Plan(realisations, search or Search(neighbours=12), nodes, seed, discretisation, workers)
    table = np.asarray(values, dtype=np.float64)[:, None]
    found = simulate_together(
        grid, xyz, {name: table[:, 0]}, variogram, plan, weights=weights, holes=holes,
        tails={name: tails or Tails()}, active=active,
    )  # fmt: skip
    return found[name]


@dataclass(frozen=True)
class Plan:
    """How to simulate: number, neighbourhood, seed, points a block, threads."""

    realisations: int
    search: Search = field(default_factory=lambda: Search(neighbours=12))
    nodes: int = 24
    seed: int = 1
    discretisation: tuple[int, int, int] = (1, 1, 1)
    workers: int = 1

    def __post_init__(self) -> None:
        if self.realisations < 1:
            raise LodewayError("bad-argument", "realisations", self.realisations, "1 or more")


def simulate_together(
    grid: Grid,
    xyz: ArrayLike,
    values: Mapping[str, Floats],
    variogram: Variogram,
    plan: Plan,
    *,
    weights: ArrayLike | None = None,
    holes: ArrayLike | None = None,
    tails: Mapping[str, Tails] | None = None,
    active: NDArray[np.bool_] | None = None,
) -> dict[str, Singles]:
    """Simulate several grades that belong together, ``(blocks, realisations)`` each.

    Their normal scores are turned into independent factors by the Cholesky factor of their
    correlation, the factors are simulated apart, and turned back: grades keep their correlation
    at every distance in proportion (the intrinsic model of coregionalisation; Wackernagel 2003,
    Multivariate Geostatistics, chapter 22).

    Parameters
    ----------
    grid, xyz, variogram, plan
        As for `simulate`; the variogram serves all factors.
    values
        Grades by name; the first must be known at all data, others may be blank in places.
    weights, holes, tails, active
        As for `simulate`; tails by name.
    """
    names = list(values)
    data = prepare(xyz, values[names[0]], holes)
    weight = np.ones(len(data.row)) if weights is None else np.asarray(weights)[data.row]
    scores, tables = [], []
    for name in names:
        grade = np.asarray(values[name], dtype=np.float64)[data.row]
        known = np.isfinite(grade)
        score, table = normal_scores(grade[known], weight[known], (tails or {}).get(name))
        whole = np.full(len(grade), np.nan)
        whole[known] = score
        scores.append(whole)
        tables.append(table)
    mixing = _mixing(np.stack(scores), weight)
    points = grid.finer(plan.discretisation)
    on = None if active is None else _fine(active, grid, plan.discretisation)
    simulators = _simulators(points, data, np.stack(scores), mixing, variogram, plan, names, on)
    out = {name: np.full((grid.blocks, plan.realisations), np.nan, np.float32) for name in names}
    slab = max(4, BUDGET_BYTES // (4 * points.blocks * len(names)) // 4 * 4)
    for first in range(0, plan.realisations, slab):
        number = min(slab, plan.realisations - first)
        drawn = [one.draw(first, number, plan.workers) for one in simulators]
        for place in range(len(names) - 1, -1, -1):
            drawn[place] *= np.float32(mixing[place, place])
            for other in range(place):
                drawn[place] += np.float32(mixing[place, other]) * drawn[other]
            target = out[names[place]][:, first : first + number]
            put_back(drawn[place], tables[place], grid, plan.discretisation, target)
    if points.blocks == grid.blocks:
        for nodes_on, datum in simulators[0].on_datum:
            out[names[0]][nodes_on] = data.values[datum]
    return out


def _mixing(scores: Floats, weight: Floats) -> Floats:
    """Return the Cholesky factor of the scores' correlation, where all are known."""
    known = np.isfinite(scores).all(axis=0)
    if known.sum() < 3 and len(scores) > 1:
        raise LodewayError("missing", "grades", f"{known.sum()} data with all", "3 or more")
    own = scores[:, known]
    covariance = np.atleast_2d(np.cov(own, aweights=weight[known]))
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(np.linalg.cholesky(covariance / np.outer(scale, scale)))


def _simulators(
    points: Grid, data: Data, scores: Floats, mixing: Floats, variogram: Variogram, plan: Plan,
    names: list[str], on: NDArray[np.bool_] | None,
) -> list[Simulator]:  # fmt: skip
    """Return one simulator for each factor, conditioned where the factor is known."""
    made, factors = [], np.zeros_like(scores)
    for place, name in enumerate(names):
        rest = scores[place] - mixing[place, :place] @ factors[:place]
        factors[place] = rest / mixing[place, place]
        known = np.isfinite(factors[place])
        own = Data(
            data.xyz[known], factors[place][known][:, None], data.hole[known], data.row[known]
        )
        made.append(
            Simulator(
                points, own, variogram.scaled(1.0), plan.search, plan.nodes, plan.seed, name, on
            )
        )
    return made


def _fine(active: NDArray[np.bool_], grid: Grid, by: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return the mask of a finer grid."""
    whole = active.reshape(grid.count[2], grid.count[1], grid.count[0])
    for axis, number in zip((2, 1, 0), by, strict=True):
        whole = np.repeat(whole, number, axis=axis)
    return np.ascontiguousarray(whole.ravel())


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
                        if not np.isfinite(row[r]):
                            total[r] = np.nan
                            continue
                        place = (row[r] - first) / step
                        place = min(max(place, 0.0), last + 0.999999)
                        cell = int(place)
                        share = place - cell
                        total[r] += grades[cell] + share * (grades[cell + 1] - grades[cell])
        for r in range(width):
            out[block, r] = total[r] / number
