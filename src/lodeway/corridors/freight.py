"""Delivered freight of every lane in one state of the network, over all possible worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import (
    COMPONENTS,
    Adjustment,
    Prices,
    RateBook,
    components,
    price_all,
)  # fmt: skip
from lodeway.corridors.graph import Graph
from lodeway.corridors.records import Tariff
from lodeway.corridors.search import dijkstra, sweep

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shipment:
    """One sale: from a place, by way of its sale point, to every market that buys it.

    `via` is -1 where the sale point is the origin or there is none. `usd_per_t` is the value of
    the goods per wet tonne, shape ``(draws,)``; `lanes` and `targets` belong together.
    """

    sale: str
    origin: int
    via: int
    usd_per_t: Floats
    lanes: tuple[str, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Task:
    """All that one worker needs for one state; it can be pickled.

    `usable` are the overlay's arcs that are open, `delays` and `rates` the state's changes.
    """

    tariff: Tariff
    graph: Graph
    usable: NDArray[np.bool_]
    shipments: tuple[Shipment, ...]
    modes: tuple[str, ...]
    delays: Mapping[str, Adjustment]
    rates: Mapping[str, Adjustment]
    seed: int
    draws: int


#: Arcs, the vertices to which they lead, and the first vertex.
Path: TypeAlias = tuple[list[int], list[int], int]


class LaneResult(NamedTuple):
    """One lane in one state.

    `usd` has the shape ``(components, draws)``; `known` (the whole cost as it looks when choosing:
    queues at their mean), `to_point`, `hours` and `km` have ``(draws,)``, all NaN
    where there is no route. `gates` holds the share of draws by gate id, `share` that of the
    draws that take the modal route; `path` is the modal route: arcs of the overlay, the vertices
    to which they lead, and the first vertex (-1 without a route).
    """

    lane: str
    usd: Floats
    known: Floats
    to_point: Floats
    hours: Floats
    km: Floats
    gates: dict[str, float]
    share: float
    path: Path


class Swept(NamedTuple):
    """What `search.sweep` returns."""

    total: Floats
    km_by_rate: Floats
    times: Floats
    km_before: Floats
    times_before: Floats
    begun: NDArray[np.int32]
    mark: NDArray[np.uint64]


def prices_of(task: Task) -> Prices:
    """Draw all prices of a state."""
    book = RateBook(task.tariff.rates, task.seed, task.draws, dict(task.rates))
    return price_all(task.tariff, task.graph, book, task.modes, task.delays)


def run_sweep(
    graph: Graph, usable: NDArray[np.bool_], prices: Prices, shipment: Shipment
) -> tuple[Swept, NDArray[np.int32], Floats]:
    """Find each draw's cheapest path to every market of a shipment.

    Returns
    -------
    tuple
        The paths in sums, the sides of the origin, and what is spent there
        (``(draws, sources)``).
    """
    sources = graph.vertices_of(shipment.origin)
    start = prices.start(graph, sources, shipment.usd_per_t)
    per_km, once = prices.when_choosing(shipment.usd_per_t)
    middle = graph.vertices_of(shipment.via) if shipment.via >= 0 else np.zeros(0, dtype=np.int32)
    ends = [graph.vertices_of(node) for node in shipment.targets]
    group = np.repeat(np.arange(len(ends), dtype=np.int32), [len(end) for end in ends])
    found = sweep(
        graph.first, graph.neighbour, graph.arc_of, graph.km, graph.rate, graph.fixed, usable,
        np.ascontiguousarray(per_km), np.ascontiguousarray(once), sources, start, middle,
        np.concatenate(ends).astype(np.int32), group.astype(np.int32), len(ends),
    )  # fmt: skip
    return Swept(*found), sources, start


def evaluate(task: Task) -> list[LaneResult]:
    """Return every lane of a state, in the order of the shipments and their lanes."""
    prices = prices_of(task)
    results = []
    for shipment in task.shipments:
        found, sources, _ = run_sweep(task.graph, task.usable, prices, shipment)
        results.extend(_lanes(task, prices, shipment, found, sources))
    return results


def _lanes(
    task: Task, prices: Prices, shipment: Shipment, found: Swept, sources: NDArray[np.int32]
) -> list[LaneResult]:
    graph = task.graph
    value = shipment.usd_per_t
    start = _start(graph, prices, sources, found.begun)
    usd, hours, km = components(prices, graph, found.km_by_rate, found.times, value, start)
    reached = np.isfinite(found.total)
    if shipment.via >= 0:
        first, _, _ = components(prices, graph, found.km_before, found.times_before, value, start)
        to_point = first.sum(axis=2)
    else:
        to_point = np.zeros_like(hours)
    for array in (hours, km, to_point):
        array[~reached] = np.nan
    usd[~reached] = np.nan
    results = []
    for number, lane in enumerate(shipment.lanes):
        ends = to_point[:, number]
        if shipment.via == shipment.targets[number]:
            ends = usd[:, number].sum(axis=1)
        modal, share = _modal(found.mark[:, number], reached[:, number])
        path: Path = ([], [], -1)
        if modal >= 0:
            path = overlay_path(graph, task.usable, prices, shipment, number, modal)
        results.append(
            LaneResult(
                lane,
                usd[:, number].T.copy(),
                np.where(reached[:, number], found.total[:, number], np.nan),
                ends,
                hours[:, number],
                km[:, number],
                _gate_shares(task, found.times[:, number]),
                share,
                path,
            )
        )
    return results


def _start(
    graph: Graph, prices: Prices, sources: NDArray[np.int32], begun: NDArray[np.int32]
) -> tuple[Floats, Floats]:
    """Return loading and share lost at the side of the origin that each path uses."""
    loading, lost = np.zeros(begun.shape), np.zeros(begun.shape)
    for number, vertex in enumerate(sources):
        mode = graph.mode_at(int(vertex))
        here = begun == number
        once = prices.start_loading.get(mode, np.zeros(prices.draws))
        gone = prices.start_loss + prices.mode_loss.get(mode, 0.0)
        loading += np.where(here, once[:, None], 0.0)
        lost += np.where(here, gone[:, None], 0.0)
    return loading, lost


def _modal(mark: NDArray[np.uint64], reached: NDArray[np.bool_]) -> tuple[int, float]:
    """Return the first draw of the most frequent path, and the share of draws that take it."""
    if not reached.any():
        return -1, 0.0
    _, first, counts = np.unique(mark[reached], return_index=True, return_counts=True)
    most = np.flatnonzero(counts == counts.max())
    chosen = most[np.argmin(first[most])]
    return int(np.flatnonzero(reached)[first[chosen]]), float(counts[chosen] / len(reached))


def _gate_shares(task: Task, times: Floats) -> dict[str, float]:
    shares = {}
    for number, price in enumerate(task.graph.prices):
        if price.kind == "gate" and (used := float((times[:, number] > 0).mean())) > 0:
            shares[task.tariff.gates[price.item].id] = used
    return shares


def overlay_path(
    graph: Graph,
    usable: NDArray[np.bool_],
    prices: Prices,
    shipment: Shipment,
    number: int,
    draw: int,
) -> Path:
    """Return arcs, the vertices that they lead to, and the first vertex, of one draw's path."""
    per_km, once = prices.when_choosing(shipment.usd_per_t)
    rates, fixed = np.append(per_km[draw], 0.0), np.append(once[draw], 0.0)
    cost = np.where(usable, graph.km * rates[graph.rate] + fixed[graph.fixed], np.inf)
    sources = graph.vertices_of(shipment.origin)
    start = prices.start(graph, sources, shipment.usd_per_t)[draw]
    stops = [shipment.via] if shipment.via >= 0 else []
    runs = []
    for node in [*stops, shipment.targets[number]]:
        ends = graph.vertices_of(node)
        wanted = np.zeros(len(graph.node), dtype=bool)
        wanted[ends] = True
        run = dijkstra(graph.first, graph.neighbour, graph.arc_of, cost, sources, start, wanted)
        runs.append(run)
        turned = [run[2][end] >= 0 and run[1][end] in ends for end in ends]
        last = run[0][ends]
        sources, start = ends, np.where(turned, np.inf, last)
    target = int(ends[np.argmin(last)])
    arcs: list[int] = []
    vertices: list[int] = []
    for _, before, by_arc in reversed(runs):
        part: list[tuple[int, int]] = []
        while by_arc[target] >= 0:
            part.append((int(by_arc[target]), target))
            target = int(before[target])
        arcs = [arc for arc, _ in reversed(part)] + arcs
        vertices = [vertex for _, vertex in reversed(part)] + vertices
    return arcs, vertices, target


def no_routes(results: Sequence[LaneResult]) -> list[str]:
    """Return the lanes that no draw can travel."""
    return [result.lane for result in results if not np.isfinite(result.km).any()]


__all__ = [
    "COMPONENTS", "LaneResult", "Shipment", "Swept", "Task", "evaluate", "no_routes",
    "overlay_path", "prices_of", "run_sweep",
]  # fmt: skip
