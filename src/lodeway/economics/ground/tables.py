"""Tables of value by freight, spur and cover, one for each possible world, and their error.

A cell enters a mine's economics through three numbers only: freight to the best market, capital
for its roads, power and water, and cover. So the full ledger is run on a grid of those, and a cell
looks its value up. How wrong that is, is measured at cells drawn from the map against the full
ledger; the grid is refined until the error is small, and the error is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.valuer import Deposits, Sites, Valuer

Array = NDArray[np.float64]
Out = TypeVar("Out")

#: Nodes of freight, spur and cover at the start; each may double twice.
START = (5, 4, 9)
MOST = (17, 13, 65)
#: Steps of cover into which a step between two computed nodes is split by a cubic spline.
SPLIT = 4
ERROR_SHARE = 0.002
_WORST = 16


@dataclass(frozen=True)
class Axes:
    """Where the nodes lie.

    `freight_low` and `freight_high` in USD per dry t and `spur_high` in USD, ``(draw,)`` each:
    evenly spaced from the first to the last; `cover_m` the nodes of cover, ``(cover,)``, of which
    every `split`-th is computed and the others lie on a cubic spline through those.
    """

    freight_low: Array
    freight_high: Array
    spur_high: Array
    cover_m: Array
    freight_nodes: int
    spur_nodes: int
    split: int = SPLIT

    @property
    def computed(self) -> Array:
        """Covers at which the ledger runs."""
        return self.cover_m[:: self.split]

    def grid(self, world: int) -> Sites:
        """Return the nodes of one world as places, in the order cover, spur, freight."""
        freight = np.linspace(self.freight_low[world], self.freight_high[world], self.freight_nodes)
        spur = np.linspace(0.0, self.spur_high[world], self.spur_nodes)
        cover, spurs, freights = np.meshgrid(self.computed, spur, freight, indexing="ij")
        return Sites(freights.ravel(), spurs.ravel(), cover.ravel())

    @property
    def shape(self) -> tuple[int, int, int]:
        """Nodes of cover, spur and freight."""
        return len(self.cover_m), self.spur_nodes, self.freight_nodes


@dataclass(frozen=True)
class Tables:
    """Values at the nodes by method, ``(draw, method, cover, spur, freight)``, USD.

    Methods stand apart because their better one has an edge where they cross, which no table
    follows; `used` says which methods are the better one anywhere on either side of a step of
    cover, ``(draw, cover step, method)``. `worlds` are the draws that are in the tables. `owner` is
    E[NPV | known], `upper` the mean of max(0, NPV) over later prices; `stranded` what is lost where
    a mine is built at the shallowest cover and nothing can be sold, ``(draw,)``.
    """

    axes: Axes
    worlds: NDArray[np.int64]
    owner: Array
    upper: Array
    used: NDArray[np.bool_]
    stranded: Array

    def look_up(self, row: int, sites: Sites) -> Array:
        """Return values of one row's world at some places, interpolated as the kernel does."""
        axes, world = self.axes, int(self.worlds[row])
        step = (axes.freight_high[world] - axes.freight_low[world]) / (axes.freight_nodes - 1)
        x = _within((sites.freight - axes.freight_low[world]) / step, axes.freight_nodes)
        y = _within(
            sites.spur_usd / (axes.spur_high[world] / (axes.spur_nodes - 1)), axes.spur_nodes
        )
        node, part = cover_place(axes.cover_m, sites.cover_m)
        best = np.full(len(x), -np.inf)
        for method in range(self.owner.shape[1]):
            found = _trilinear(self.owner[row, method], x, y, node, part)
            best = np.where(self.used[row, node, method], np.maximum(best, found), best)
        return best


def _trilinear(table: Array, x: Array, y: Array, node: NDArray[np.int32], part: Array) -> Array:
    """Interpolate a table of cover, spur and freight."""
    found = np.zeros(len(x))
    ix, iy = x.astype(int), y.astype(int)
    for dz in (0, 1):
        for dy in (0, 1):
            for dx in (0, 1):
                weight = (
                    np.where(dx, x - ix, 1.0 - x + ix)
                    * np.where(dy, y - iy, 1.0 - y + iy)
                    * np.where(dz, part, 1.0 - part)
                )
                found += weight * table[node + dz, iy + dy, ix + dx]
    return found


def _within(place: Array, nodes: int) -> Array:
    return np.asarray(np.clip(place, 0.0, nodes - 1 - 1e-9))


def cover_place(nodes: Array, cover_m: Array) -> tuple[NDArray[np.int32], Array]:
    """Return the node below each cover and how far on towards the next one, 0 to 1.

    Examples
    --------
    >>> cover_place(np.array([0.0, 10.0, 40.0]), np.array([5.0, 25.0, 99.0]))
    (array([0, 1, 1], dtype=int32), array([0.5, 0.5, 1. ]))
    """
    node = np.clip(np.searchsorted(nodes, cover_m, side="right") - 1, 0, len(nodes) - 2)
    part = (cover_m - nodes[node]) / (nodes[node + 1] - nodes[node])
    return node.astype(np.int32), np.clip(part, 0.0, 1.0)


def cover_nodes(deepest_m: float, count: int) -> Array:
    """Return nodes of cover from zero, denser where it is shallow: rock in a pit grows as a cube.

    Examples
    --------
    >>> cover_nodes(100.0, 3)
    array([  0.,  25., 100.])
    """
    return np.asarray(max(deepest_m, 1.0) * np.square(np.linspace(0.0, 1.0, count)))


def build_tables(
    valuer: Valuer, deposits: Deposits, axes: Axes, *, worlds: Sequence[int] | None = None,
    threads: int = 2,
) -> Tables:  # fmt: skip
    """Run the full ledger at every node of every world, or of some worlds."""
    value = valuer.value_of_product(deposits)
    rows = np.arange(valuer.draws) if worlds is None else np.asarray(worlds)
    shape = (len(valuer.ground.methods), len(axes.computed), *axes.shape[1:])

    def one(row: int) -> tuple[Array, Array, float]:
        world = int(rows[row])
        found = valuer.by_method(world, deposits.at(world), value[:, :, world], axes.grid(world))
        owner = np.stack([worth.owner for worth in found]).reshape(shape)
        upper = np.stack([worth.upper for worth in found]).reshape(shape)
        least = min(float(worth.capex.min()) for worth in found)
        return _between_nodes(axes, owner), _between_nodes(axes, upper), -least

    parts = in_threads(one, range(len(rows)), threads)
    owner = np.stack([part[0] for part in parts])
    best = np.argmax(owner, axis=1)  # (world, cover, spur, freight)
    here = np.stack([(best == method).any(axis=(2, 3)) for method in range(shape[0])], axis=-1)
    return Tables(
        axes, rows, owner, np.stack([part[1] for part in parts]),
        here[:, :-1] | here[:, 1:], np.array([part[2] for part in parts]),
    )  # fmt: skip


def _between_nodes(axes: Axes, table: Array) -> Array:
    """Fill in the covers between those computed, ``(method, cover, spur, freight)``."""
    from scipy.interpolate import CubicSpline

    if axes.split == 1:
        return table
    return np.asarray(CubicSpline(axes.computed, table, axis=1)(axes.cover_m))


def in_threads(function: Callable[[int], Out], items: Sequence[int], threads: int) -> list[Out]:
    """Return ``[function(item) for item in items]``, worked on by several threads."""
    if threads < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


@dataclass(frozen=True)
class TableError:
    """How far a look-up is from the full ledger, over cells and worlds drawn from the map.

    Attributes
    ----------
    max_usd, p99_usd, mean_usd
        Absolute difference.
    max_share, p99_share, mean_share
        The same as a share of what the mine and its lines cost there.
    value_share
        Mean of max(0, E[NPV]) by look-up over that by the ledger, less one.
    points
        How many were drawn.
    worst
        The worlds with the largest shares.
    """

    max_usd: float
    p99_usd: float
    mean_usd: float
    max_share: float
    p99_share: float
    mean_share: float
    value_share: float
    points: int
    worst: tuple[int, ...] = ()


def measure(
    valuer: Valuer, deposits: Deposits, tables: Tables,
    probe: Callable[[int], tuple[Sites, Array]], *, threads: int = 2,
) -> TableError:  # fmt: skip
    """Compare look-ups with the full ledger.

    Parameters
    ----------
    valuer, deposits, tables
        As `build_tables` had them.
    probe
        Returns, for a world, some places as real cells have them, and what the market of each one's
        corridor pays above the terms of the tables, ``(n,)``.
    """
    value = valuer.value_of_product(deposits)

    def one(row: int) -> tuple[Array, Array, Array]:
        world = int(tables.worlds[row])
        sites, premium = probe(world)
        looked = tables.look_up(row, Sites(sites.freight - premium, sites.spur_usd, sites.cover_m))
        exact, capex = np.empty(len(looked)), np.empty(len(looked))
        for extra in np.unique(premium):
            here = premium == extra
            some = Sites(sites.freight[here], sites.spur_usd[here], sites.cover_m[here])
            worth = valuer.worth(
                world, deposits.at(world), value[:, :, world], some, premium=float(extra)
            )
            exact[here], capex[here] = worth.owner, worth.capex
        return looked, exact, capex

    parts = in_threads(one, range(len(tables.worlds)), threads)
    looked, exact, capex = (np.concatenate([part[i] for part in parts]) for i in range(3))
    peaks = [float((np.abs(part[0] - part[1]) / part[2]).max(initial=0.0)) for part in parts]
    worst = np.argsort(peaks)[::-1][:_WORST]
    off = np.abs(looked - exact)
    share = off / capex
    kept = np.maximum(exact, 0.0).mean()
    gained = np.maximum(looked, 0.0).mean()
    return TableError(
        float(off.max()), float(np.quantile(off, 0.99)), float(off.mean()), float(share.max()),
        float(np.quantile(share, 0.99)), float(share.mean()),
        float(gained / kept - 1.0) if kept > 0.0 else 0.0, len(off),
        tuple(int(tables.worlds[row]) for row in worst),
    )  # fmt: skip
