"""Sequential Gaussian simulation: one path and one set of weights for all realisations.

Which data and which earlier nodes a node is simulated from depends on the path alone, never on
what was drawn. So the weights are solved once and used by every realisation: a hundred of them cost
little more than one (Deutsch and Journel 1998, GSLIB, section V.2, for the method; the path goes
from coarse to fine grids, random within each, Tran 1994, Computers & Geosciences 20).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.compiled import compiled
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import Data, plan_for, shared_model
from lodeway.resource.noise import hashes, key_of, philox, quantile
from lodeway.resource.search import Search, into_space
from lodeway.resource.solve import room, solve
from lodeway.resource.variogram import Compiled, Variogram

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_CHUNK = 32_768
_TEMPLATE = 1_500
_NEVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class Path:
    """The order in which nodes are simulated: positions by node, nodes by position, and steps.

    `step` is the spacing of the grid on which a position's node was visited; `step[p]` nodes are
    skipped along each axis that has more than one.
    """

    order: Ints
    node: Ints
    step: Ints


def make_path(grid: Grid, seed: int, name: str, active: NDArray[np.bool_] | None = None) -> Path:
    """Return a path from coarse grids to fine ones, random within each.

    A node's place depends on the seed, its own number and the grid, on nothing else.
    """
    nodes = grid.blocks
    number = np.arange(nodes, dtype=np.int64)
    nx, ny, nz = grid.count
    where = (number % nx, number // nx % ny, number // (nx * ny))
    level = np.zeros(nodes, dtype=np.int64)
    deepest = max(0, int(np.floor(np.log2(max(grid.count) / 4.0))) if max(grid.count) > 4 else 0)
    for power in range(1, deepest + 1):
        on = np.ones(nodes, dtype=bool)
        for place, count in zip(where, (nx, ny, nz), strict=True):
            if count > 1:
                on &= place % 2**power == 0
        level[on] = power
    chance = hashes(key_of(seed, "path", name), nodes)
    node = np.lexsort((chance, -level)).astype(np.int32)
    if active is not None:
        node = node[active[node]]
    order = np.full(nodes, _NEVER, dtype=np.int32)
    order[node] = np.arange(len(node), dtype=np.int32)
    return Path(order, node, (2 ** level[node]).astype(np.int32))


def template(grid: Grid, matrix: Floats) -> NDArray[np.int64]:
    """Return the steps ``(n, 3)`` to the nearest nodes, nearest first, in the space of a search."""
    reach = [min(count - 1, 8) for count in grid.count]
    lines = [np.arange(-r, r + 1) for r in reach]
    steps = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    away = ((steps * np.array(grid.size)) @ matrix.T) ** 2
    order = np.lexsort((np.arange(len(steps)), away.sum(axis=1).round(9)))
    return np.ascontiguousarray(steps[order][1 : _TEMPLATE + 1].astype(np.int64))


@compiled
def _earlier(
    count: NDArray[np.int64], steps: NDArray[np.int64], order: Ints, node: Ints, step: Ints,
    first: int, last: int, wanted: int, offset: int, near: Ints, have: Ints,
) -> None:  # fmt: skip
    """Add to each node's list the nearest nodes that were simulated before it."""
    nx, ny, nz = count[0], count[1], count[2]
    for p in range(first, last):
        t = node[p]
        i, j, k = t % nx, t // nx % ny, t // (nx * ny)
        jump = step[p]
        size = have[p - first]
        most = size + wanted
        for s in range(len(steps)):
            a = i + jump * steps[s, 0]
            b = j + jump * steps[s, 1]
            c = k + jump * steps[s, 2]
            if a < 0 or b < 0 or c < 0 or a >= nx or b >= ny or c >= nz:
                continue
            other = (c * ny + b) * nx + a
            if order[other] < p:
                near[p - first, size] = offset + other
                size += 1
                if size == most:
                    break
        have[p - first] = size


@compiled
def _draw(
    node: Ints, first: int, last: int, near: Ints, have: Ints, weight: Floats, variance: Floats,
    score: Floats, key: NDArray[np.uint32], begin: int, low: int, high: int,
    out: NDArray[np.float32], total: Floats,
) -> None:  # fmt: skip
    """Simulate the nodes of positions `first` to `last`, in realisations `low` to `high`.

    `begin` is the number of the first realisation that `out` holds; a multiple of four, as is
    `low`, because four normal numbers come from one call.
    """
    data = len(score)
    counter, four = np.zeros(4, np.uint32), np.empty(4, np.uint32)
    width = high - low
    for p in range(first, last):
        q = p - first
        t = node[p]
        base = 0.0
        for i in range(have[q]):
            if near[q, i] < data:
                base += weight[q, i] * score[near[q, i]]
        deviation = np.sqrt(max(variance[q], 0.0))
        counter[0] = np.uint32(t)
        for k in range(0, width, 4):
            if deviation > 0.0:
                counter[2] = np.uint32((begin + low + k) // 4)
                philox(key, counter, four)
                for m in range(min(4, width - k)):
                    u = (np.float64(four[m]) + 0.5) * 2.0**-32
                    total[k + m] = base + deviation * quantile(u)
            else:
                for m in range(min(4, width - k)):
                    total[k + m] = base
        for i in range(have[q]):
            if near[q, i] >= data:
                row = out[near[q, i] - data]
                w = weight[q, i]
                for k in range(width):
                    total[k] += w * row[low + k]
        row = out[t]
        for k in range(width):
            row[low + k] = total[k]


@dataclass
class Simulator:
    """The weights of every node, ready to be drawn from.

    Parameters
    ----------
    grid
        Its centres are the nodes.
    data
        Conditioning data, whose first column of values are normal scores; None for none.
    variogram
        Of the normal scores; its sill should be 1.
    search
        Which data a node sees; ``search.neighbours`` of them at most.
    nodes
        How many earlier nodes a node sees at most.
    seed, name
        Decide path and noise; items of different name are independent.
    active
        Which nodes to simulate, ``(nodes,)``; by default all. The others stay not a number.
    """

    grid: Grid
    data: Data | None
    variogram: Variogram
    search: Search
    nodes: int
    seed: int
    name: str
    active: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.grid.blocks >= 2**31 - 2:
            raise LodewayError("too-large", "grid", f"{self.grid.blocks:,}", "below 2,147,483,646")
        self.path = make_path(self.grid, self.seed, self.name, self.active)
        self._order = self.path.order.copy()
        self.on_datum: list[tuple[NDArray[np.int64], Ints]] = []
        compiled_model = Compiled.of(self.variogram)
        centres = self.grid.centres()
        places = centres if self.data is None else np.vstack([self.data.xyz, centres])
        self._scores = np.zeros(0) if self.data is None else self.data.values[:, 0].copy()
        middle = places.mean(axis=0)
        self._near, self._count = self._data_of(centres)
        self._reduced = np.stack(
            [into_space(matrix, places - middle) for matrix in compiled_model.reduction]
        )
        self._model = shared_model(compiled_model, places[:1], None, (1, 1, 1), -1)
        matrix, _ = self.search.space()
        self._steps = template(self.grid, matrix)

    def _data_of(self, centres: Floats) -> tuple[Ints, Ints]:
        """Return the nearest data of every node; a node on a datum is never used by others."""
        if self.data is None:
            return np.zeros((len(centres), 0), np.int32), np.zeros(len(centres), np.int32)
        plan = plan_for(self.data, centres, self.search, self.variogram)
        k = min(self.search.neighbours, len(self.data.xyz))
        near = np.zeros((len(centres), k), dtype=np.int32)
        count = np.zeros(len(centres), dtype=np.int32)
        wanted = np.arange(len(centres)) if self.active is None else np.flatnonzero(self.active)
        for a in range(0, len(wanted), 2 * _CHUNK):
            piece = wanted[a : a + 2 * _CHUNK]
            order, own, have, nearest = plan.neighbours(centres[piece])
            sorted_piece = piece[order]
            near[sorted_piece], count[sorted_piece] = own, have
            same = nearest == 0.0
            self._order[sorted_piece[same]] = _NEVER
            self.on_datum.append((sorted_piece[same], own[same, 0]))
        return near, count

    def _weights(self, first: int, last: int) -> tuple[Ints, Ints, Floats, Floats]:
        """Return lists, their lengths, weights and variances of a piece of the path."""
        node = self.path.node[first:last]
        k = self._near.shape[1] + self.nodes
        near = np.zeros((last - first, k), dtype=np.int32)
        near[:, : self._near.shape[1]] = self._near[node]
        have = self._count[node].copy()
        count = np.array(self.grid.count, dtype=np.int64)
        data = len(self._scores)
        _earlier(
            count, self._steps, self._order, self.path.node, self.path.step, first, last,
            self.nodes, data, near, have,
        )  # fmt: skip
        weight, variance = np.zeros((last - first, k)), np.empty(last - first)
        lanes = 64 if k <= 24 else 32 if k <= 48 else 16
        memory = room(len(self._reduced), 0, k, lanes)
        target = np.ascontiguousarray(self._reduced[:, :, data + node])
        bad = solve(
            self._model, memory, self._reduced, target, near, have, weight, variance,
            np.empty(last - first),
        )  # fmt: skip
        if bad:
            raise LodewayError(
                "bad-number", "simulation", f"{bad:,} singular systems", "systems to be solved",
                "nodes too close for so smooth a variogram: add a small nugget",
            )  # fmt: skip
        variance[have == 0] = self.variogram.sill
        return near, have, weight, variance

    def draw(self, first: int, realisations: int, workers: int = 1) -> NDArray[np.float32]:
        """Return normal scores ``(nodes, realisations)``, from realisation `first` (0, 4, 8 ...).

        The same numbers come out for any number of workers and any split into calls.
        """
        if first % 4:
            raise LodewayError("bad-argument", "first realisation", first, "a multiple of 4")
        out = np.full((self.grid.blocks, realisations), np.nan, dtype=np.float32)
        key = key_of(self.seed, "simulation", self.name)
        share = max(4, -(-realisations // max(1, workers) // 4) * 4)
        bounds = [(a, min(a + share, realisations)) for a in range(0, realisations, share)]
        length = len(self.path.node)
        pieces = [(a, min(a + _CHUNK, length)) for a in range(0, length, _CHUNK)]
        with ThreadPoolExecutor(max(1, workers)) as pool:
            for batch in range(0, len(pieces), max(1, workers)):
                own = pieces[batch : batch + max(1, workers)]
                solved = list(pool.map(lambda piece: self._weights(*piece), own))
                for (a, b), (near, have, weight, variance) in zip(own, solved, strict=True):

                    def one(bound: tuple[int, int], a: int = a, b: int = b,
                            parts: tuple[Ints, Ints, Floats, Floats] = (
                                near, have, weight, variance)) -> None:  # fmt: skip
                        _draw(
                            self.path.node, a, b, *parts, self._scores, key, first, *bound, out,
                            np.empty(bound[1] - bound[0]),
                        )  # fmt: skip

                    list(pool.map(one, bounds))
        return out
