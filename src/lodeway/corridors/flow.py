"""Capacitated flows: who ships how much by which way, and what a tonne of capacity is worth.

Minimum-cost multicommodity flow by path column generation (Ford and Fulkerson 1958, "A suggested
computation for maximal multi-commodity network flows", Management Science 5; Barnhart, Hane,
Johnson and Sigismondi 1994, "A column generation and partitioning approach for multi-commodity flow
problems", Telecommunication Systems 3). The master problem is solved by HiGHS; a limit becomes a
row when a flow first exceeds it. Scenarios keep all paths and rows found so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.flow_instance import Instance
from lodeway.corridors.flow_search import fill_greedily, price_paths
from lodeway.corridors.graph import compressed_rows
from lodeway.corridors.search import dijkstra
from lodeway.corridors.solver import quiet_highs
from lodeway.errors import LodewayError

Floats = NDArray[np.float64]

#: A path is worth adding when it saves more than this share of its price.
TOLERANCE = 1e-9
MOST_ROUNDS = 1000
_GUESSES = 6
#: Beyond so many paths those that no recent scenario used are forgotten, to keep the master small.
_MOST_PATHS, _RECENT = 1200, 60


@dataclass(frozen=True)
class Flow:
    """The cheapest flow.

    Attributes
    ----------
    objective
        Million USD a year, with the penalty of what is not carried.
    bound
        A lower bound that the duals prove (Lagrange): no flow is cheaper.
    unserved_mt
        Million tonnes a year of each commodity that are not carried.
    paths
        Commodity, million tonnes a year and arcs (from origin to destination) of each path in use.
    load_mt
        Load of each arc, both directions and all commodities together.
    price_usd_per_t
        What the last tonne of each commodity costs, delivered.
    shadow_usd_per_t
        By how much a year's total would fall for one more tonne a year of capacity on each arc:
        0 or more, and 0 where there is room.
    rounds
        How often the master problem was solved.
    """

    objective: float
    bound: float
    unserved_mt: Floats
    paths: tuple[tuple[int, float, tuple[int, ...]], ...]
    load_mt: Floats
    price_usd_per_t: Floats
    shadow_usd_per_t: Floats
    rounds: int


class FlowSolver:
    """Solves one network again and again, for other capacities, costs of absence or demands.

    Parameters
    ----------
    instance
        The network and what wants to travel.

    Examples
    --------
    Two ways, the cheap one takes 1 of 3 Mt; one more tonne there would save 10 USD:

    >>> from lodeway.corridors.flow_instance import Commodity, Instance
    >>> ends = np.array([0, 0], dtype=np.int32)
    >>> two = Instance(("a", "b"), ends, ends + 1, np.array([5.0, 15.0]), np.array([1.0, np.inf]),
    ...                ("short", "long"), (Commodity("x", "a", "b", 3.0),))
    >>> flow = FlowSolver(two).solve()
    >>> flow.objective, flow.shadow_usd_per_t.tolist()
    (35.0, [10.0, 0.0])
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        position = {name: number for number, name in enumerate(instance.vertices)}
        both = np.ones(len(instance.tail), dtype=bool)
        self._rows = compressed_rows(len(instance.vertices), instance.tail, instance.head, both)
        ends = [
            (position[item.origin], position[item.destination]) for item in instance.commodities
        ]
        self._source = np.array([end[0] for end in ends], dtype=np.int32)
        self._target = np.array([end[1] for end in ends], dtype=np.int32)
        self._demand = np.array([item.mt_per_y for item in instance.commodities], dtype=np.float64)
        self._ahead, self._ahead_of = self._potentials()
        self._solved = 0
        self._empty()

    def _empty(self) -> None:
        """Begin with a master problem without paths and limits."""
        self._columns: list[tuple[int, NDArray[np.int32], float]] = []
        self._used = np.zeros(0, dtype=np.int64)
        self._known: set[tuple[int, bytes]] = set()
        self._row_of: dict[int, int] = {}
        self._master = self._empty_master()
        self._shut = np.zeros(0, dtype=bool)
        self._flat = np.zeros(0, dtype=np.int32)
        self._flat_owner = np.zeros(0, dtype=np.int64)

    def _forget(self, capacity: Floats) -> None:
        """Begin a new master problem with the limits met and the paths used of late."""
        recent = np.flatnonzero(self._used > self._solved - _RECENT)
        kept, stamps = [self._columns[number][:2] for number in recent], self._used[recent]
        limits = list(self._row_of)
        self._empty()
        self._add(kept)
        self._used = stamps
        self._add_rows(limits, capacity)

    def _potentials(self) -> tuple[Floats, NDArray[np.int32]]:
        targets, which = np.unique(self._target, return_inverse=True)
        nothing = np.zeros(len(self.instance.vertices), dtype=bool)
        start = np.zeros(1)
        ahead = [
            dijkstra(*self._rows, self.instance.usd_per_t, np.array([target], dtype=np.int32),
                     start, nothing)[0]
            for target in targets
        ]  # fmt: skip
        size = (0, len(self.instance.vertices))
        return (np.stack(ahead) if ahead else np.zeros(size)), which.astype(np.int32)

    def _empty_master(self) -> Any:
        """Make the master problem: one row a commodity, one column for what is not carried."""
        master = quiet_highs()
        for option, value in (
            ("presolve", "off"), ("solver", "simplex"),
            ("primal_feasibility_tolerance", 1e-10), ("dual_feasibility_tolerance", 1e-10),
        ):  # fmt: skip
            master.setOptionValue(option, value)
        count = len(self._demand)
        empty = np.zeros(0, dtype=np.int32)
        master.addRows(
            count, self._demand, self._demand, 0, np.zeros(count, dtype=np.int32), empty,
            np.zeros(0),
        )  # fmt: skip
        numbers = np.arange(count, dtype=np.int32)
        penalty = np.full(count, self.instance.unserved_usd_per_t)
        master.addCols(
            count, penalty, np.zeros(count), np.full(count, highspy.kHighsInf), count, numbers,
            numbers, np.ones(count),
        )  # fmt: skip
        return master

    def solve(self, capacity_mt: Floats | None = None, demand_mt: Floats | None = None) -> Flow:
        """Return the cheapest flow, starting from the paths that were found before.

        Parameters
        ----------
        capacity_mt
            Capacity of each arc instead of the instance's own, shape ``(arcs,)``; 0 shuts an arc,
            infinity lifts its limit.
        demand_mt
            Demand of each commodity instead of the instance's own.

        Raises
        ------
        LodewayError
            For an array of another shape or with a negative number.
        """
        capacity = _checked(capacity_mt, self.instance.capacity_mt, "capacity_mt")
        demand = _checked(demand_mt, self._demand, "demand_mt")
        cost = np.where(capacity > 0.0, self.instance.usd_per_t, np.inf)
        self._solved += 1
        if len(self._columns) > _MOST_PATHS:
            self._forget(capacity)
        self._set(capacity, demand)
        if not self._columns:
            self._guess(cost, capacity, demand)
        only_paths = False
        for round_number in range(1, MOST_ROUNDS + 1):
            # new paths leave the basis primal feasible, new limits leave it dual feasible
            self._master.setOptionValue("simplex_strategy", 4 if only_paths else 1)
            state = self._run(capacity)
            over = np.flatnonzero(state.load > capacity + 1e-12 + 1e-10 * state.load)
            fresh = [int(arc) for arc in over if int(arc) not in self._row_of]
            self._add_rows(fresh, capacity)
            added = self._price(cost, state)
            only_paths = not fresh
            if not added and not fresh:
                return self._flow(state, cost, capacity, demand, round_number)
        raise LodewayError("balance", "flow", f"{MOST_ROUNDS} rounds", "an end to the search")

    def _set(self, capacity: Floats, demand: Floats) -> None:
        """Tell the master problem this scenario's limits, demands and shut arcs."""
        count = len(demand)
        numbers = np.arange(count, dtype=np.int32)
        self._master.changeRowsBounds(count, numbers, demand, demand)
        if self._row_of:
            rows = np.array(list(self._row_of.values()), dtype=np.int32)
            limits = capacity[list(self._row_of)]
            limits = np.where(np.isfinite(limits), limits, highspy.kHighsInf)
            low = np.full(len(rows), -highspy.kHighsInf)
            self._master.changeRowsBounds(len(rows), rows, low, limits)
        shut = np.zeros(len(self._columns), dtype=bool)
        shut[self._flat_owner[capacity[self._flat] <= 0.0]] = True
        before = np.zeros(len(shut), dtype=bool)
        before[: len(self._shut)] = self._shut
        moved = np.flatnonzero(shut != before).astype(np.int32)
        if len(moved):
            self._master.changeColsBounds(
                len(moved), count + moved, np.zeros(len(moved)),
                np.where(shut[moved], 0.0, highspy.kHighsInf),
            )  # fmt: skip
        self._shut = shut

    def _guess(self, cost: Floats, capacity: Floats, demand: Floats) -> None:
        owner, starts, path = fill_greedily(
            *self._rows, cost, capacity, self._ahead, self._ahead_of, self._source, self._target,
            demand, self.instance.unserved_usd_per_t, _GUESSES,
        )  # fmt: skip
        found = [(int(owner[n]), path[starts[n] : starts[n + 1]].copy()) for n in range(len(owner))]
        lengths, ends, cheapest = price_paths(
            *self._rows, cost, self._ahead, self._ahead_of, self._source, self._target,
            np.full(len(demand), self.instance.unserved_usd_per_t),
        )  # fmt: skip
        found += [
            (n, cheapest[ends[n] : ends[n + 1]].copy())
            for n in range(len(demand))
            if np.isfinite(lengths[n])
        ]
        self._add(found)

    def _add(self, paths: Sequence[tuple[int, NDArray[np.int32]]]) -> int:
        """Add new paths as columns, and return how many were new."""
        fresh = []
        for owner, arcs in paths:
            key = (owner, arcs.tobytes())
            if key not in self._known:
                self._known.add(key)
                fresh.append((owner, arcs, float(self.instance.usd_per_t[arcs].sum())))
        if not fresh:
            return 0
        starts: list[int] = []
        index: list[int] = []
        for owner, arcs, _ in fresh:
            starts.append(len(index))
            index.append(owner)
            index += [self._row_of[arc] for arc in arcs.tolist() if arc in self._row_of]
        self._master.addCols(
            len(fresh), np.array([item[2] for item in fresh]), np.zeros(len(fresh)),
            np.full(len(fresh), highspy.kHighsInf), len(index), np.array(starts, dtype=np.int32),
            np.array(index, dtype=np.int32), np.ones(len(index)),
        )  # fmt: skip
        first = len(self._columns)
        self._columns += fresh
        self._used = np.append(self._used, np.full(len(fresh), self._solved))
        self._flat = np.concatenate([self._flat, *(arcs for _, arcs, _ in fresh)])
        owners = [np.full(len(arcs), first + n) for n, (_, arcs, _) in enumerate(fresh)]
        self._flat_owner = np.concatenate([self._flat_owner, *owners])
        return len(fresh)

    def _add_rows(self, arcs: Sequence[int], capacity: Floats) -> None:
        """Make limits that are exceeded part of the master problem."""
        if not arcs:
            return
        count = len(self._demand)
        starts: list[int] = []
        index: list[int] = []
        for arc in arcs:
            starts.append(len(index))
            index += (count + self._flat_owner[self._flat == arc]).tolist()
            self._row_of[arc] = count + len(self._row_of)
        self._master.addRows(
            len(arcs), np.full(len(arcs), -highspy.kHighsInf), capacity[list(arcs)], len(index),
            np.array(starts, dtype=np.int32), np.array(index, dtype=np.int32),
            np.ones(len(index)),
        )  # fmt: skip

    def _run(self, capacity: Floats) -> _State:
        self._master.run()
        if self._master.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise LodewayError("balance", "flow", str(self._master.getModelStatus()), "an optimum")
        solution = self._master.getSolution()
        value = np.array(solution.col_value)
        dual = np.array(solution.row_dual)
        count = len(self._demand)
        carried = np.maximum(value[count:], 0.0)[self._flat_owner]
        load = np.bincount(self._flat, weights=carried, minlength=len(capacity))
        shadow = np.zeros(len(capacity))
        shadow[list(self._row_of)] = np.maximum(-dual[count:], 0.0)
        return _State(value, dual[:count], shadow, np.asarray(load, dtype=np.float64))

    def _price(self, cost: Floats, state: _State) -> int:
        worst = np.minimum(state.price, self.instance.unserved_usd_per_t)
        worst = worst - TOLERANCE * (1.0 + np.abs(worst))
        lengths, starts, path = price_paths(
            *self._rows, cost + state.shadow, self._ahead, self._ahead_of, self._source,
            self._target, worst,
        )  # fmt: skip
        return self._add(
            [
                (n, path[starts[n] : starts[n + 1]].copy())
                for n in range(len(lengths))
                if np.isfinite(lengths[n])
            ]
        )

    def _flow(
        self, state: _State, cost: Floats, capacity: Floats, demand: Floats, rounds: int
    ) -> Flow:
        count = len(demand)
        value = np.maximum(state.value, 0.0)
        used = np.flatnonzero(value[count:] > 1e-12)
        self._used[used] = self._solved
        paths = tuple(
            (
                self._columns[n][0],
                float(value[count + n]),
                tuple(self._columns[n][1][::-1].tolist()),
            )
            for n in used
        )  # fmt: skip
        carried = sum(mt * self._columns[n][2] for n, (_, mt, _) in zip(used, paths, strict=True))
        objective = carried + float(value[:count].sum()) * self.instance.unserved_usd_per_t
        endless = np.full(count, np.inf)
        lengths, _, _ = price_paths(
            *self._rows, cost + state.shadow, self._ahead, self._ahead_of, self._source,
            self._target, endless,
        )  # fmt: skip
        limited = np.isfinite(capacity)
        price = np.minimum(lengths, self.instance.unserved_usd_per_t)
        bound = float(demand @ price - capacity[limited] @ state.shadow[limited])
        return Flow(
            objective=float(objective),
            bound=bound,
            unserved_mt=np.where(value[:count] > 1e-12, value[:count], 0.0),
            paths=paths,
            load_mt=state.load,
            price_usd_per_t=price,
            shadow_usd_per_t=state.shadow,
            rounds=rounds,
        )


@dataclass(frozen=True)
class _State:
    """One solution of the master problem."""

    value: Floats
    price: Floats
    shadow: Floats
    load: Floats


def _checked(given: Floats | None, own: Floats, name: str) -> Floats:
    if given is None:
        return own
    values = np.asarray(given, dtype=np.float64)
    if values.shape != own.shape or bool(np.isnan(values).any()) or bool((values < 0).any()):
        raise LodewayError("bad-argument", name, values.shape, f"{own.shape} of 0 or more")
    return values


@dataclass(frozen=True)
class FlowReport:
    """A flow as ``--json`` prints it."""

    instance: Instance
    flow: Flow
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return objective, unserved, flows and shadow prices as plain values."""
        instance, flow = self.instance, self.flow
        names = [item.name for item in instance.commodities]
        return {
            "objective": flow.objective,
            "objective_unit": "million USD a year",
            "lower_bound": flow.bound,
            "unserved": dict(zip(names, flow.unserved_mt.tolist(), strict=True)),
            "unserved_unit": "million t a year",
            "flows": [self._path(*path) for path in flow.paths],
            "commodity_prices": dict(zip(names, flow.price_usd_per_t.tolist(), strict=True)),
            "shadow_prices": [
                self._shadow(int(arc)) for arc in np.flatnonzero(flow.shadow_usd_per_t > 1e-9)
            ],
            "rounds": flow.rounds,
            "notes": list(self.notes),
        }

    def _path(self, owner: int, mt: float, arcs: tuple[int, ...]) -> dict[str, Any]:
        instance = self.instance
        item = instance.commodities[owner]
        stops = [item.origin]
        for arc in arcs:
            one, two = (instance.vertices[end[arc]] for end in (instance.tail, instance.head))
            stops.append(two if stops[-1] == one else one)
        return {
            "commodity": item.name,
            "mt_per_y": mt,
            "usd_per_t": float(instance.usd_per_t[list(arcs)].sum()),
            "arcs": list(arcs),
            "vertices": stops,
        }

    def _shadow(self, arc: int) -> dict[str, Any]:
        instance = self.instance
        worth = float(self.flow.shadow_usd_per_t[arc])
        return {
            "arc": arc,
            "a": instance.vertices[instance.tail[arc]],
            "b": instance.vertices[instance.head[arc]],
            "what": instance.what[arc],
            "capacity_mt_per_y": float(instance.capacity_mt[arc]),
            "load_mt_per_y": float(self.flow.load_mt[arc]),
            "usd_per_t": worth,
            "dual": -worth,
            "unit": "USD a year saved by one more t a year of capacity (dual: change of the total)",
        }


def shadow_by(instance: Instance, flow: Flow) -> Mapping[str, float]:
    """Return the largest shadow price of each kind of arc (``what``), dearest first."""
    found: dict[str, float] = {}
    for arc in np.flatnonzero(flow.shadow_usd_per_t > 1e-9):
        what = instance.what[arc]
        found[what] = max(found.get(what, 0.0), float(flow.shadow_usd_per_t[arc]))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


__all__ = ["Flow", "FlowReport", "FlowSolver", "Instance", "shadow_by"]
