"""Comparing the bids of a tender, from two files to a ranking and how firm it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.tender.checklist import disclosure_shares
from lodeway.economics.tender.criteria import Criterion, Plan, read_plan
from lodeway.economics.tender.score import first_shares, maut, pareto, topsis, uncertain_weights
from lodeway.economics.tender.value import STATE_NPV, bid_values
from lodeway.errors import LodewayError, suggestion
from lodeway.io import Row, read_rows
from lodeway.model.figure import quantiles

Array = NDArray[np.float64]
_NAMES = ("bid", "bidder", "name", "company", "id")
DISCLOSED = "disclosure_share"


def compare(bids_path: Path, criteria_path: Path) -> dict[str, Any]:
    """Return the ranking of a tender's bids.

    Gates come first: a bid that fails one is not scored, whatever it offers. The others are scored;
    `p_first` is the share of worlds in which a bid is first when the weights vary (and the price,
    where the value to the state is a criterion).

    Returns
    -------
    dict
        ``ranking`` (bid, score, p_first, gates, pareto and the like), ``pareto`` (bids that no
        other beats), ``consistency`` (of pairwise judgements, or None).

    Raises
    ------
    LodewayError
        For a column that is missing, a bid that stands twice, or a cell that is no number.
    """
    plan = read_plan(criteria_path)
    rows = read_rows(bids_path, [])
    names = _names(rows, bids_path)
    worlds = bid_values(rows, plan.npv, criteria_path) if plan.npv else None
    disclosed = disclosure_shares(rows)
    failed = [_failed(row, plan) for row in rows]
    left = [number for number, gates in enumerate(failed) if not gates]
    computed = {} if worlds is None else {STATE_NPV: worlds.mean(axis=1)}
    if disclosed is not None:
        computed[DISCLOSED] = disclosed
    values = np.array(
        [[_cell(rows[n], item, computed, n) for item in plan.criteria] for n in left]
    ).reshape(len(left), len(plan.criteria))
    score, first = _scores(plan, values, None if worlds is None else worlds[left])
    front = pareto(values, _higher(plan)) if left else np.zeros(0, dtype=bool)
    ranking = [
        {
            "bid": names[number], "score": float(score[place]), "p_first": float(first[place]),
            "gates": [], "passed": True, "pareto": bool(front[place]),
            "utilities": _named(plan, _utilities(plan, values)[place]),
            **_state(worlds, number),
        }
        for place, number in enumerate(left)
    ]  # fmt: skip
    ranking.sort(key=lambda item: (-item["score"], item["bid"]))
    ranking += [
        {"bid": names[n], "score": None, "p_first": 0.0, "gates": gates, "passed": False,
         "pareto": False, "utilities": None, **_state(worlds, n)}
        for n, gates in enumerate(failed) if gates
    ]  # fmt: skip
    return {
        "ranking": [{"rank": number + 1, **item} for number, item in enumerate(ranking)],
        "pareto": [names[number] for place, number in enumerate(left) if front[place]],
        "consistency": plan.consistency,
        "method": plan.method,
        "weights": {item.name: item.weight for item in plan.criteria},
    }


def _named(plan: Plan, values: Array) -> dict[str, float]:
    return {item.name: float(value) for item, value in zip(plan.criteria, values, strict=True)}


def _state(worlds: Array | None, number: int) -> dict[str, Any]:
    """Return the value of a bid to the state, where it was worked out."""
    if worlds is None:
        return {}
    numbers = quantiles(worlds[number])
    numbers.pop("draws")
    return {"state_npv_usd": {"mean": float(worlds[number].mean()), **numbers}}


def _names(rows: Sequence[Row], path: Path) -> list[str]:
    """Return the bids' names, from the first column that is called so."""
    if not rows:
        raise LodewayError("missing", str(path), "no bids", "at least one row")
    columns = {name.casefold(): name for name in rows[0].fields}
    column = next((columns[name] for name in _NAMES if name in columns), None)
    if column is None:
        raise LodewayError("missing", f"{path}:1", ", ".join(rows[0].fields), "a column 'bid'",
                           suggestion("bid", rows[0].fields))  # fmt: skip
    names = [row.text(column) for row in rows]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise LodewayError("unknown-id", rows[number].where(column), name, "each bid once")
    return names


def _failed(row: Row, plan: Plan) -> list[dict[str, str]]:
    """Return the gates that a bid fails, with what it said and what was wanted."""
    found = []
    for gate in plan.gates:
        if gate.column not in row.fields:
            raise _no_column(row, gate.column)
        text = row.fields[gate.column]
        if not gate.passes(text):
            found.append({"gate": gate.name, "got": text.strip(), "wanted": gate.wanted})
    return found


def _no_column(row: Row, column: str) -> LodewayError:
    return LodewayError(
        "missing", row.where(column), "no such column", "a column of the bids",
        suggestion(column, row.fields),
    )  # fmt: skip


def _cell(row: Row, item: Criterion, computed: dict[str, Array], number: int) -> float:
    if item.column in computed:
        return float(computed[item.column][number])
    if item.column not in row.fields:
        raise _no_column(row, item.column)
    return row.number(item.column)


def _higher(plan: Plan) -> NDArray[np.bool_]:
    return np.array([item.higher for item in plan.criteria])


def _utilities(plan: Plan, values: Array) -> Array:
    """Return each value on its scale from 0 (worst) to 1 (best), ``(bid, criterion)``.

    A criterion in which all bids are equal is worth 1 to each.
    """
    found = np.ones_like(values)
    for number, item in enumerate(plan.criteria):
        column = values[:, number]
        low = column.min() if item.low is None else item.low
        high = column.max() if item.high is None else item.high
        if high > low:
            share = np.clip((column - low) / (high - low), 0.0, 1.0)
            found[:, number] = (share if item.higher else 1.0 - share) ** item.curve
    return found


def _scores(plan: Plan, values: Array, worlds: Array | None) -> tuple[Array, Array]:
    """Return the score with the plan's weights, and the share of worlds in which a bid is first."""
    if not len(values):
        return np.zeros(0), np.zeros(0)

    def score(table: Array, weights: Array) -> Array:
        if plan.method == "topsis":
            return topsis(table, _higher(plan), weights)
        return maut(_utilities(plan, table), weights)

    weights = uncertain_weights(plan.weights, plan.concentration, plan.draws, plan.seed)
    columns = [n for n, item in enumerate(plan.criteria) if item.column == STATE_NPV]
    if worlds is None or not columns:
        return score(values, plan.weights), first_shares(np.atleast_2d(score(values, weights)))
    drawn = []
    for draw in range(plan.draws):  # in each world its own prices, the same for every bid
        table = values.copy()
        table[:, columns] = worlds[:, [draw % worlds.shape[1]]]
        drawn.append(score(table, weights[draw]))
    return score(values, plan.weights), first_shares(np.array(drawn))
