"""Kriging from the nearest data: simple, ordinary and with a drift; of points and of blocks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from lodeway.errors import LodewayError, LodewayWarning
from lodeway.resource.buckets import Buckets, bucket
from lodeway.resource.search import Search, find, into_space
from lodeway.resource.solve import Model, room, solve
from lodeway.resource.sums import weighted_sums
from lodeway.resource.unique import MOST, krige_unique
from lodeway.resource.variogram import Compiled, Variogram

Floats = NDArray[np.float64]
Kind = Literal["ordinary", "simple", "universal"]
#: Targets that are taken at once.
CHUNK = 65_536
_ALONE = 64  # with more data than this, all at once is one factorisation instead of many
_MOST_NEAR = 512
_CLUSTER = 0.3  # edge of a cluster, in distances to the last neighbour: measured, not derived


@dataclass(frozen=True)
class Data:
    """Data by number (hole, then index), checked and without coincident points.

    `row` are their rows in the input; `values` is ``(n, variables)``.
    """

    xyz: Floats
    values: Floats
    hole: NDArray[np.int32]
    row: NDArray[np.int64]


@dataclass(frozen=True)
class Kriging:
    """What kriging says of each target.

    Attributes
    ----------
    estimate
        ``(m,)`` or ``(m, variables)``; not a number where too few data are near.
    variance
        Kriging variance, ``(m,)``.
    multiplier
        The Lagrange multiplier of ordinary kriging, in the sign of ``C w + mu = c``.
    count
        Number of data used.
    nearest
        Distance to the nearest of them, in the space of the search.
    negative
        Sum of the negative weights (0 or less).
    own
        Covariance of a target with itself: the sill for a point, less for a block.
    """

    estimate: Floats
    variance: Floats
    multiplier: Floats
    count: NDArray[np.int32]
    nearest: Floats
    negative: Floats
    own: float

    @property
    def slope(self) -> Floats:
        """Slope of the regression of the true on the estimated grade (Vann et al. 2003)."""
        spread = self.own - self.variance - self.multiplier
        below = spread - self.multiplier
        return np.divide(spread, below, out=np.full_like(spread, np.nan), where=below > 0)

    @property
    def efficiency(self) -> Floats:
        """Kriging efficiency: one less the variance's share of the block's (Krige 1996)."""
        return 1.0 - self.variance / self.own


def krige(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    variogram: Variogram,
    neighbours: int = 24,
    **options: Any,
) -> tuple[Floats, Floats]:
    """Estimate grades at targets from the nearest data.

    Parameters
    ----------
    xyz
        Places of the data, ``(n, 3)`` or ``(n, 2)``.
    values
        Grades, ``(n,)`` or ``(n, variables)`` that share the variogram.
    targets
        Where to estimate, ``(m, 3)`` or ``(m, 2)``; centres where `block` is given.
    variogram
        The model of continuity.
    neighbours
        Number of nearest data to use; ties by (distance, hole, index).
    **options
        See `krige_all`: holes, search, kind, mean, degree, block, discretisation, workers.

    Returns
    -------
    tuple
        Estimate and kriging variance, ``(m,)`` each; not a number where there are too few data.

    Raises
    ------
    LodewayError
        For shapes that do not fit, values that are not numbers, and singular systems.

    Examples
    --------
    >>> from lodeway.resource import Structure
    >>> model = Variogram(nugget=0.0, structures=[Structure("spherical", sill=1.0, range=10.0)])
    >>> estimate, variance = krige([[0, 0, 0], [2, 0, 0]], [1.0, 3.0], [[1, 0, 0]], model)
    >>> round(float(estimate[0]), 12), round(float(variance[0]), 6)
    (2.0, 0.151)
    """
    found = krige_all(xyz, values, targets, variogram, neighbours, **options)
    return found.estimate, found.variance


def krige_all(
    xyz: ArrayLike,
    values: ArrayLike,
    targets: ArrayLike,
    variogram: Variogram,
    neighbours: int = 24,
    *,
    holes: ArrayLike | None = None,
    search: Search | None = None,
    kind: Kind = "ordinary",
    mean: float | Sequence[float] | None = None,
    degree: int = 1,
    block: tuple[float, float, float] | None = None,
    discretisation: tuple[int, int, int] = (4, 4, 4),
    workers: int = 1,
) -> Kriging:
    """Estimate as `krige` does, and return everything that kriging says.

    Parameters
    ----------
    xyz, values, targets, variogram, neighbours
        As for `krige`.
    holes
        Name of each datum's hole, for ties and limits per hole.
    search
        Ellipsoid and limits; its own number of neighbours wins over `neighbours`.
    kind
        ``"simple"`` (needs `mean`), ``"ordinary"``, or ``"universal"`` with a drift of `degree`
        1 or 2 in those axes along which the data differ (Matheron 1969).
    block
        Size of a block along x, y, z: then its mean grade is estimated, from covariances averaged
        over `discretisation` points (at least 4 x 4 x 4 is usual).
    workers
        Number of threads; the result is the same bytes for any number.
    """
    search = search or Search(neighbours=neighbours)
    data = prepare(xyz, values, holes)
    goals = checked_points(targets, "targets")
    degree = {"simple": -1, "ordinary": 0, "universal": degree}.get(kind, 99)
    means = _means(kind, mean, data.values.shape[1])
    plan = plan_for(data, goals, search, variogram, block, discretisation, degree)
    plan.means = means
    out = _empty(len(goals), data.values.shape[1])
    bad = _all_at_once(plan, goals, variogram, block, discretisation, out)
    if bad is None:
        bad = _by_chunks(plan, goals, workers, out)
    if bad:
        raise LodewayError(
            "bad-number", "kriging", f"{bad:,} singular systems", "systems that can be solved",
            "data on one line or nearly at one point: use fewer drifts, a nugget, or more data",
        )  # fmt: skip
    estimate = out["estimate"][:, 0] if np.ndim(values) == 1 else out["estimate"]
    return Kriging(
        estimate, out["variance"], out["multiplier"], out["count"], out["nearest"],
        out["negative"], plan.model.own,
    )  # fmt: skip


def _all_at_once(
    plan: Plan,
    goals: Floats,
    variogram: Variogram,
    block: tuple[float, float, float] | None,
    discretisation: tuple[int, int, int],
    out: dict[str, Any],
) -> int | None:
    """Krige with one factorisation where all data serve all targets; else return None."""
    number, search = len(plan.data.xyz), plan.search
    free = not search.limited and not np.isfinite(plan.radius) and search.minimum <= number
    if not free or not _ALONE < number <= min(search.neighbours, MOST):
        if search.neighbours > _MOST_NEAR and number > _MOST_NEAR:
            raise LodewayError(
                "too-large", "neighbours", search.neighbours, f"at most {_MOST_NEAR}, or all of "
                f"{MOST:,} data without limits",
            )  # fmt: skip
        return None
    bad = krige_unique(
        plan.data.xyz, plan.data.values - plan.means, goals, variogram,
        block_offsets(block, discretisation), plan.model.own, plan.model.power,
        point=block is None, out=out,
    )  # fmt: skip
    out["estimate"] += plan.means
    return bad


def _by_chunks(plan: Plan, goals: Floats, workers: int, out: dict[str, Any]) -> int:
    """Krige chunk by chunk, in several threads if asked; return how many systems were singular."""
    pieces = [slice(a, a + CHUNK) for a in range(0, len(goals), CHUNK)]
    if workers > 1 and len(pieces) > 1:
        with ThreadPoolExecutor(workers) as pool:
            return sum(pool.map(lambda piece: plan.run(goals[piece], piece, out), pieces))
    return sum(plan.run(goals[piece], piece, out) for piece in pieces)


def _empty(m: int, variables: int) -> dict[str, Any]:
    return {
        "estimate": np.full((m, variables), np.nan),
        "variance": np.full(m, np.nan),
        "multiplier": np.full(m, np.nan),
        "count": np.zeros(m, dtype=np.int32),
        "nearest": np.full(m, np.inf),
        "negative": np.zeros(m),
    }


def checked_points(given: ArrayLike, name: str) -> Floats:
    """Return points as ``(n, 3)`` numbers; two coordinates get a third of zero."""
    try:
        points = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise LodewayError("bad-number", name, str(problem), "numbers") from None
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise LodewayError("bad-argument", name, f"shape {points.shape}", "(n, 3) or (n, 2)")
    wrong = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(wrong):
        raise LodewayError("bad-number", f"{name}[{wrong[0]}]", points[wrong[0]], "finite numbers")
    if points.shape[1] == 2:
        points = np.column_stack([points, np.zeros(len(points))])
    return np.ascontiguousarray(points)


def prepare(xyz: ArrayLike, values: ArrayLike, holes: ArrayLike | None = None) -> Data:
    """Return data by number: sorted by hole and index, the first of coincident points kept.

    Raises
    ------
    LodewayError
        For no data, and values or places that are not numbers.

    Warns
    -----
    LodewayWarning
        When coincident points were left out.
    """
    points = checked_points(xyz, "xyz")
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if not len(points):
        raise LodewayError("missing", "xyz", "no data", "one datum at least")
    if table.ndim != 2 or len(table) != len(points):
        got = f"shape {np.shape(values)}"
        raise LodewayError("bad-argument", "values", got, f"({len(points)},)")
    wrong = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(wrong):
        where = f"values[{wrong[0]}]"
        raise LodewayError("bad-number", where, table[wrong[0]], "finite numbers")
    hole = np.zeros(len(points), dtype=np.int64)
    if holes is not None:
        names = np.asarray(holes).astype(str)
        if names.shape != (len(points),):
            raise LodewayError("bad-argument", "holes", f"shape {names.shape}", f"({len(points)},)")
        hole = np.unique(names, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(hole, kind="stable")
    by_place = order[np.lexsort((np.arange(len(order)), *points[order].T))]
    same = (points[by_place[1:]] == points[by_place[:-1]]).all(axis=1)
    dropped = by_place[1:][same]
    if len(dropped):
        warnings.warn(
            f"{len(dropped)} data lie on the point of another and are left out, the first by hole "
            f"and index is kept (row {dropped.min()} is the first that went)",
            LodewayWarning, stacklevel=3,
        )  # fmt: skip
        order = order[~np.isin(order, dropped)]
    return Data(points[order], table[order], hole[order].astype(np.int32), order)


def _means(kind: str, mean: float | Sequence[float] | None, variables: int) -> Floats:
    if kind not in ("simple", "ordinary", "universal"):
        raise LodewayError("bad-argument", "kind", repr(kind), "simple, ordinary or universal")
    if kind != "simple":
        return np.zeros(variables)
    if mean is None:
        raise LodewayError("bad-argument", "mean", "nothing", "the mean for simple kriging")
    return np.broadcast_to(np.asarray(mean, dtype=np.float64), (variables,)).copy()


def block_offsets(
    block: tuple[float, float, float] | None, discretisation: tuple[int, int, int]
) -> Floats:
    """Return the points ``(points, 3)`` that stand for a block, seen from its centre.

    Examples
    --------
    >>> block_offsets((4.0, 2.0, 2.0), (2, 1, 1)).tolist()
    [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if block is None:
        return np.zeros((1, 3))
    if len(block) != 3 or not all(np.isfinite(size) and size > 0 for size in block):
        raise LodewayError("bad-argument", "block", block, "three sizes above 0")
    if len(discretisation) != 3 or not all(1 <= number <= 32 for number in discretisation):
        raise LodewayError("bad-argument", "discretisation", discretisation, "three, 1 to 32")
    lines = [
        size * ((np.arange(number) + 0.5) / number - 0.5)
        for size, number in zip(block, discretisation, strict=True)
    ]
    return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)


def block_covariance(variogram: Compiled, offsets: Floats) -> float:
    """Return the mean covariance within a block, without the nugget, which a block averages out."""
    total = 0.0
    for kind, sill, matrix in zip(
        variogram.kinds, variogram.sills, variogram.reduction, strict=True
    ):
        from lodeway.resource.variogram import KINDS, Structure

        name = list(KINDS)[int(kind)]
        reduced = offsets @ matrix.T
        distance = np.sqrt(((reduced[:, None] - reduced[None]) ** 2).sum(axis=-1))
        total += sill * float(Structure(name, 1.0, 1.0).correlation(distance).mean())
    return total


def shared_model(
    compiled: Compiled,
    xyz: Floats,
    block: tuple[float, float, float] | None,
    discretisation: tuple[int, int, int],
    degree: int,
) -> Model:
    """Return what all systems share."""
    offsets = block_offsets(block, discretisation)
    own = block_covariance(compiled, offsets)
    if block is None:
        own += compiled.nugget
    span = np.ptp(xyz, axis=0)
    scale = float(span.max()) or 1.0
    powers = _powers(degree, span > 0)
    drift = np.array([(np.prod((offsets / scale) ** power, axis=1)).mean() for power in powers])
    return Model(
        compiled.nugget, compiled.kinds, compiled.sills, own,
        np.ascontiguousarray(np.einsum("sij,pj->sip", compiled.reduction, offsets)),
        block is None, np.array(powers, dtype=np.int64).reshape(-1, 3),
        drift.reshape(-1), scale,
    )  # fmt: skip


def _powers(degree: int, active: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Return the exponents of the drift's monomials up to a degree, in the axes that vary."""
    if degree < 0:
        return []
    if degree > 2:
        raise LodewayError("bad-argument", "degree of the drift", degree, "1 or 2")
    found = [
        (a, b, c)
        for total in range(degree + 1)
        for a in range(total, -1, -1)
        for b in range(total - a, -1, -1)
        for c in [total - a - b]
    ]
    usable = [p for p in found if all(active[i] or not p[i] for i in range(3))]
    return usable or [(0, 0, 0)]


def cluster_side(grid: Buckets, sample: Floats, search: Search) -> float:
    """Return the edge of a cluster of targets, from how far their last neighbours lie."""
    k = min(search.neighbours, grid.point.shape[1])
    distance = cKDTree(grid.point.T).query(sample.T, k=[k])[0]
    usual = float(np.median(distance)) if distance.size else 1.0
    return max(_CLUSTER * usual if usual > 0 else grid.size, 1e-9)


@dataclass(frozen=True)
class Solved:
    """A chunk of targets in the order of its clusters, with data, weights and variances."""

    order: NDArray[np.int64]
    near: NDArray[np.int32]
    count: NDArray[np.int32]
    nearest: Floats
    weight: Floats
    variance: Floats
    multiplier: Floats
    bad: int


@dataclass
class Plan:
    """Everything that a chunk of targets needs; read only, shared by threads."""

    search: Search
    data: Data
    grid: Buckets
    matrix: Floats
    radius: float
    compiled: Compiled
    centre: Floats
    model: Model
    plain: bool
    means: Floats = None  # type: ignore[assignment]
    side: float = 1.0
    reduced: Floats = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.reduced = self.coordinates(self.data.xyz)

    def coordinates(self, points: Floats) -> Floats:
        """Return coordinates in units of range for each structure; plain ones for a drift."""
        moved = points - self.centre
        parts = [into_space(matrix, moved) for matrix in self.compiled.reduction]
        if self.plain:
            parts.append(np.ascontiguousarray(moved.T))
        return np.stack(parts)

    def run(self, goals: Floats, piece: slice, out: dict[str, Any]) -> int:
        """Estimate one chunk and put it where it belongs; return how many systems were singular."""
        found = self.solve(goals)
        back = np.arange(piece.start, piece.start + len(goals))[found.order]
        rest = np.ascontiguousarray(self.data.values - self.means)
        estimate = weighted_sums(found.weight, found.near, found.count, rest) + self.means
        blank = found.count == 0
        estimate[blank] = np.nan
        found.variance[blank] = np.nan
        out["estimate"][back] = estimate
        out["variance"][back] = found.variance
        out["multiplier"][back] = found.multiplier
        out["count"][back] = found.count
        out["nearest"][back] = np.sqrt(found.nearest)
        out["negative"][back] = np.minimum(found.weight, 0.0).sum(axis=1)
        return found.bad

    def solve(self, goals: Floats, skip: NDArray[np.int32] | None = None) -> Solved:
        """Find the data of each target, without those of its hole in `skip`; solve its system."""
        order, near, count, nearest = self.neighbours(goals, skip)
        m, k = near.shape
        weight, variance, multiplier = np.zeros((m, k)), np.empty(m), np.empty(m)
        lanes = 64 if k <= 24 else 32 if k <= 48 else 16
        memory = room(self.reduced.shape[0], len(self.model.power), k, lanes)
        target = self.coordinates(goals[order])
        bad = solve(
            self.model, memory, self.reduced, target, near, count, weight, variance, multiplier
        )
        return Solved(order, near, count, nearest, weight, variance, multiplier, int(bad))

    def neighbours(
        self, goals: Floats, skip: NDArray[np.int32] | None = None
    ) -> tuple[Any, Any, Any, Any]:
        """Return the order of targets in clusters, and the data of each in that order."""
        search = self.search
        place = into_space(self.matrix, goals)
        cell = np.floor((place - place.min(axis=1, keepdims=True)) / self.side).astype(np.int64)
        wide = cell.max(axis=1) + 1
        key = (cell[2] * wide[1] + cell[1]) * wide[0] + cell[0]
        order = np.argsort(key, kind="stable")
        edges = np.append(np.flatnonzero(np.diff(key[order], prepend=-1)), len(order))
        k = min(search.neighbours, len(self.data.xyz))
        near = np.zeros((len(goals), k), dtype=np.int32)
        count = np.zeros(len(goals), dtype=np.int32)
        nearest = np.full(len(goals), np.inf)
        radius = self.radius if np.isfinite(self.radius) else 1e150
        banned = np.zeros(0, dtype=np.int32) if skip is None else skip[order]
        find(
            self.grid, self.data.hole, np.ascontiguousarray(place[:, order]), edges, k, radius,
            search.per_octant, search.octants, search.per_hole, banned, near, count, nearest,
        )  # fmt: skip
        count[count < search.minimum] = 0
        return order, near, count, nearest


def near_data(
    xyz: ArrayLike, holes: ArrayLike | None, targets: ArrayLike, search: Search
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return each target's data as rows of the input ``(m, k)``, nearest first, and how many."""
    data = prepare(xyz, np.zeros(len(np.asarray(xyz))), holes)
    goals = checked_points(targets, "targets")
    plan = plan_for(data, goals, search, Variogram(1.0))
    near = np.zeros((len(goals), min(search.neighbours, len(data.xyz))), dtype=np.int64)
    count = np.zeros(len(goals), dtype=np.int32)
    for a in range(0, len(goals), CHUNK):
        order, own, have, _ = plan.neighbours(goals[a : a + CHUNK])
        near[a + order], count[a + order] = data.row[own], have
    return near, count


def plan_for(
    data: Data,
    goals: Floats,
    search: Search,
    variogram: Variogram,
    block: tuple[float, float, float] | None = None,
    discretisation: tuple[int, int, int] = (1, 1, 1),
    degree: int = -1,
) -> Plan:
    """Return what chunks of targets share: buckets, model, size of clusters."""
    matrix, radius = search.space()
    grid = bucket(into_space(matrix, data.xyz))
    compiled = Compiled.of(variogram)
    model = shared_model(compiled, data.xyz, block, discretisation, degree)
    plan = Plan(
        search, data, grid, matrix, radius, compiled, data.xyz.mean(axis=0), model, degree > 0
    )
    plan.means = np.zeros(data.values.shape[1])
    sample = goals[:: max(1, len(goals) // 200)]
    plan.side = cluster_side(grid, into_space(matrix, sample), search)
    return plan
