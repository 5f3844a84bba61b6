"""From composites to a block model: domain, ground, variogram, estimate, simulation, classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lodeway.errors import LodewayError
from lodeway.resource.classify import Rules, classify, hole_spacing, panel_precision
from lodeway.resource.decluster import Declustered, decluster_cells, polygon_weights
from lodeway.resource.experimental import experimental_variogram, half_sphere
from lodeway.resource.fitting import Fit, fit_variogram
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import prepare
from lodeway.resource.passes import Passes, krige_in_passes, search_passes
from lodeway.resource.scores import Tails, normal_scores
from lodeway.resource.search import Search
from lodeway.resource.simulating import Plan, simulate_together
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Settings:
    """Decisions of a block model; lengths in metres.

    Attributes
    ----------
    block
        Size of a block.
    depth
        How far below the highest ground the model reaches.
    margin
        How far it reaches beyond the data in plan, for the slopes of a pit.
    realisations, points, seed, workers
        Of the simulation; `points` a block along x, y, z.
    search
        Limits of the first pass of estimation.
    rules
        Of classification.
    quarter, year
        Panels of production, in blocks.
    lag
        Of the experimental variogram; by default a twelfth of the data's half width.
    """

    block: tuple[float, float, float]
    depth: float
    rules: Rules
    margin: float = 0.0
    realisations: int = 100
    points: tuple[int, int, int] = (2, 2, 1)
    seed: int = 1
    workers: int = 1
    search: Search = field(
        default_factory=lambda: Search(
            neighbours=24, minimum=6, per_octant=6, octants=3, per_hole=5
        )
    )
    quarter: tuple[int, int, int] = (4, 4, 1)
    year: tuple[int, int, int] = (8, 8, 2)
    lag: float | None = None


@dataclass(frozen=True)
class Model:
    """A block model and how it came about.

    `data` are the composites used, `rock` the blocks below ground, `estimated` the numbers of those
    with grades; `kriged` and `simulated` are by element, over `estimated`.
    """

    grid: Grid
    rock: Bools
    estimated: NDArray[np.int64]
    kriged: Mapping[str, Floats]
    simulated: Mapping[str, NDArray[np.float32]]
    classes: NDArray[np.int8]
    passes: Passes
    fit: Fit
    down: pd.DataFrame
    experimental: pd.DataFrame
    declustered: Declustered
    spacing: Floats
    variogram: Variogram
    searches: tuple[Search, ...]
    data: pd.DataFrame


def ground_of(collars: Floats) -> Callable[[Floats], Floats]:
    """Return a function that gives the ground's elevation at places ``(n, 2 or 3)``.

    It is the mean of the eight nearest collars by inverse squared distance: good enough to tell
    air from rock where nothing better is given.
    """
    tree = cKDTree(collars[:, :2])
    number = min(8, len(collars))

    def ground(points: Floats) -> Floats:
        away, near = tree.query(points[:, :2], k=number)
        away, near = away.reshape(len(points), -1), near.reshape(len(points), -1)
        weight = 1.0 / np.maximum(away, 1.0) ** 2
        return np.asarray((weight * collars[near, 2]).sum(axis=1) / weight.sum(axis=1))

    return ground


def grid_of(places: Floats, collars: Floats, settings: Settings) -> Grid:
    """Return the grid around the data: whole blocks from the highest collar down to the depth."""
    size = np.array(settings.block)
    low = np.floor((places.min(axis=0)[:2] - settings.margin) / size[:2]) * size[:2]
    high = np.ceil((places.max(axis=0)[:2] + settings.margin) / size[:2]) * size[:2]
    top = float(np.ceil(collars[:, 2].max() / size[2]) * size[2])
    layers = int(np.ceil(settings.depth / size[2]))
    count = np.round((high - low) / size[:2]).astype(int)
    return Grid(
        (float(low[0]), float(low[1]), top - layers * float(size[2])), settings.block,
        (int(count[0]), int(count[1]), layers),
    )  # fmt: skip


def build(
    composites: pd.DataFrame,
    elements: list[str],
    collars: Floats,
    settings: Settings,
    inside: Callable[[Floats], Bools] | None = None,
    usable: Callable[[Floats], Bools] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Model:
    """Build a block model.

    Parameters
    ----------
    composites
        ``hole, x, y, z`` in metres and a column of grades in per cent for each element; the first
        element must be known everywhere.
    elements
        The columns.
    collars
        ``(n, 3)``, for the ground.
    settings
        Decisions.
    inside
        Says which places lie in the domain; by default all.
    usable
        Says which composites serve it: by default those inside (a hard boundary); with those near
        to it as well the boundary is soft.
    progress
        Told one line for each step.
    """
    places = composites[["x", "y", "z"]].to_numpy(dtype=np.float64)
    grid = grid_of(places, collars, settings)
    rows = _usable(composites, places, elements[0], grid, usable or inside)
    data, xyz = composites.iloc[rows], places[rows]
    rock, wanted = _domain(grid, collars, inside)
    progress(f"  {len(data):,} composites, {grid.blocks:,} blocks, {int(wanted.sum()):,} in domain")
    values = {name: data[name].to_numpy(dtype=np.float64) for name in elements}
    goals = grid.centres()
    declustered = _weights(xyz, values[elements[0]], goals[wanted], settings)
    fit, down, table = _continuity(data, xyz, values[elements[0]], declustered.weights, settings)
    progress(f"  variogram: {describe(fit.model)}")
    variance = float(np.cov(values[elements[0]], aweights=declustered.weights))
    variogram = fit.model.scaled(variance)
    searches = search_passes(variogram, settings.search)
    numbers = np.flatnonzero(wanted)
    passes, kriged = _estimates(
        xyz, values, data["hole"].to_numpy(), goals[numbers], variogram, searches, settings
    )
    reached = passes.number > 0
    numbers = numbers[reached]
    active = np.zeros(grid.blocks, dtype=bool)
    active[numbers] = True
    plan = Plan(
        settings.realisations,
        _seen(searches[-1]),
        24,
        settings.seed,
        settings.points,
        settings.workers,
    )
    simulated = simulate_together(
        grid, xyz, values, fit.model, plan, weights=declustered.weights,
        holes=data["hole"].to_numpy(), tails={name: Tails(low=0.0) for name in elements},
        active=active,
    )  # fmt: skip
    simulated = {name: drawn[numbers] for name, drawn in simulated.items()}
    progress(f"  {settings.realisations} realisations of {len(numbers):,} blocks")
    spacing = hole_spacing(xyz, data["hole"].to_numpy(), goals[numbers])
    leading = simulated[elements[0]]
    classes = classify(
        grid, numbers, settings.rules, spacing, passes.kriging.slope[reached],
        panel_precision(leading, grid, numbers, settings.quarter),
        panel_precision(leading, grid, numbers, settings.year),
    )  # fmt: skip
    return Model(
        grid, rock, numbers, {name: grade[reached] for name, grade in kriged.items()}, simulated,
        classes, passes, fit, down, table, declustered, spacing, variogram, tuple(searches),
        data,
    )  # fmt: skip


def _usable(
    composites: pd.DataFrame, places: Floats, first: str, grid: Grid,
    chosen: Callable[[Floats], Bools] | None,
) -> NDArray[np.int64]:  # fmt: skip
    """Return the rows of the composites that serve the domain, one a point (a warning says so)."""
    # data far below the model would lend it a mean that is not its own
    own = places[:, 2] >= grid.origin[2] - 2.0 * grid.size[2]
    if chosen is not None:
        own &= chosen(places)
    if own.sum() < 10:
        raise LodewayError(
            "missing", "domain", f"{int(own.sum())} composites inside", "10 or more",
            "look at the wireframe's coordinates and unit",
        )  # fmt: skip
    rows = np.flatnonzero(own)
    grade = composites[first].to_numpy(dtype=np.float64)[rows]
    kept = prepare(places[rows], grade, composites["hole"].to_numpy()[rows]).row
    return rows[np.sort(kept)]


def _seen(longest: Search) -> Search:
    """Return which data a simulated node sees: twelve, within the reach of the last pass."""
    return Search(
        12, radius=longest.radius, radius_semi=longest.radius_semi,
        radius_minor=longest.radius_minor, dip=longest.dip,
        dip_direction=longest.dip_direction, pitch=longest.pitch,
    )  # fmt: skip


def _domain(
    grid: Grid, collars: Floats, inside: Callable[[Floats], Bools] | None
) -> tuple[Bools, Bools]:
    """Return which blocks are rock, and which of them lie in the domain."""
    goals = grid.centres()
    layer = goals[: grid.count[0] * grid.count[1]]
    ground = np.tile(ground_of(collars)(layer), grid.count[2])
    rock = goals[:, 2] <= ground
    wanted = rock.copy()
    if inside is not None:
        wanted[rock] = inside(goals[rock])
    return rock, wanted


def _weights(xyz: Floats, grade: Floats, nodes: Floats, settings: Settings) -> Declustered:
    """Return declustering weights: polygons over the domain's blocks, beside a sweep of cells.

    Holes are assayed where they looked good, so that cells, which see only where data are, leave
    the mean too high; polygons see the whole domain. Distances are counted in blocks. No weight is
    below a hundredth, so that no composite is lost.
    """
    widest = float(np.ptp(xyz[:, :2], axis=0).max())
    sizes = np.geomspace(settings.block[0], max(widest / 10.0, 2.0 * settings.block[0]), 10)
    cells = decluster_cells(xyz, grade, sizes, flat=settings.block[2] / settings.block[0])
    size = np.array(settings.block)
    weights = np.maximum(polygon_weights(xyz / size, nodes / size), 0.01)
    weights *= len(weights) / weights.sum()
    return replace(cells, weights=weights, mean=float(weights @ grade / len(grade)))


def _continuity(
    data: pd.DataFrame, xyz: Floats, grade: Floats, weights: Floats, settings: Settings
) -> tuple[Fit, pd.DataFrame, pd.DataFrame]:
    """Return the model of the normal scores, and the experiments down the holes and by direction.

    The nugget comes from pairs within holes, which lie closest; ranges from all directions.
    """
    scores, _ = normal_scores(grade, weights)
    step = float(np.median(np.linalg.norm(np.diff(xyz, axis=0), axis=1)))
    down = experimental_variogram(xyz, scores, step, 20, holes=data["hole"].to_numpy())
    nugget = fit_variogram(down, anisotropic=False).model.nugget
    lag = settings.lag or float(np.ptp(xyz[:, :2], axis=0).min()) / 48.0
    table = experimental_variogram(xyz, scores, lag, 13, directions=half_sphere())
    return fit_variogram(table, sill=1.0, nugget=min(nugget, 0.9)), down, table


def _estimates(
    xyz: Floats, values: Mapping[str, Floats], holes: NDArray[np.object_], goals: Floats,
    variogram: Variogram, searches: list[Search], settings: Settings,
) -> tuple[Passes, dict[str, Floats]]:  # fmt: skip
    """Krige the blocks' means, each element from the composites that have it; the first decides."""
    passes: Passes | None = None
    kriged: dict[str, Floats] = {}
    for name, grade in values.items():
        known = np.isfinite(grade)
        found = krige_in_passes(
            xyz[known], grade[known], goals, variogram, searches, holes=holes[known],
            block=settings.block, workers=settings.workers,
        )  # fmt: skip
        passes = passes or found
        kriged[name] = np.maximum(found.kriging.estimate, 0.0)
    if passes is None:
        raise LodewayError("missing", "elements", "none", "one at least")
    return passes, kriged


def describe(model: Variogram) -> str:
    """Return a variogram in one line.

    Examples
    --------
    >>> from lodeway.resource import Structure
    >>> one = Structure("spherical", 0.9, 100.0, 50.0, 20.0, 30.0, 120.0, 90.0)
    >>> describe(Variogram(0.1, [one]))
    'nugget 0.1; spherical 0.9, 100 x 50 x 20 m, dip 30 to 120, pitch 90'
    """
    parts = [f"nugget {model.nugget:.3g}"]
    for one in model.structures:
        ranges = " x ".join(f"{length:.0f}" for length in one.ranges)
        parts.append(
            f"{one.kind} {one.sill:.3g}, {ranges} m, dip {one.dip:.0f} to "
            f"{one.dip_direction:.0f}, pitch {one.pitch:.0f}"
        )
    return "; ".join(parts)
