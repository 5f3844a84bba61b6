"""Net-back, freight and delivered value: figures, and the rows of the chart on the first screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lodeway.model.figure import Figure
from lodeway.report.book import Book, spread_of

_METHOD = {
    "netback": "delivered value less freight from the mine, in each possible world",
    "freight": "freight of the modal route from mine to market, per dry tonne",
    "delivered": "payable metal less charges and penalties at the market, per dry tonne",
    "best-netback": "net-back of the market chosen before the shocks are known",
    "mine-gate": "what the seller receives per dry tonne",
    "netback-change": "best net-back less that of the baseline, in the same possible world",
}


@dataclass(frozen=True)
class World:
    """The scenarios to show: state, scenario and report year, the baseline first."""

    rows: tuple[tuple[str, str, int | None], ...]

    @property
    def names(self) -> list[str]:
        """The states, the baseline first."""
        return [row[0] for row in self.rows]


def world(states: pd.DataFrame | None, netback: xr.Dataset | None) -> World:
    """Return the states that stand for whole scenarios (not those with a part of the changes)."""
    if states is not None and len(states):
        full = states[states["full"].astype(bool)] if "full" in states else states
        years = full["report_year"] if "report_year" in full else pd.Series([None] * len(full))
        return World(
            tuple(
                (str(state), str(scenario), None if pd.isna(year) else int(year))
                for state, scenario, year in zip(
                    full["state"], full["scenario"], years, strict=True
                )
            )
        )
    known: list[Any] = []
    if netback is not None and "state" in netback.dims:
        known = list(netback["state"].to_numpy())
    return World(tuple((str(s), str(s), None) for s in known if "[" not in str(s)))


def quantity(name: str, project: str, product: str, several: Mapping[str, int]) -> str:
    """Return the quantity of a figure; projects with several products name the product in it.

    Examples
    --------
    >>> quantity("netback", "sotk", "dore", {"sotk": 1})
    'netback'
    """
    return f"{name}-{product}" if several.get(project, 0) > 1 else name


def products_of(netback: xr.Dataset | None) -> dict[str, int]:
    """Return how many products each project sells."""
    if netback is None or "sale" not in netback.coords:
        return {}
    sales = {str(sale) for sale in np.atleast_1d(netback["sale"].to_numpy())}
    count: dict[str, int] = {}
    for sale in sales:
        project = sale.split(":")[0]
        count[project] = count.get(project, 0) + 1
    return count


def split_lane(lane: str) -> tuple[str, str, str]:
    """Return project, product and market of a lane.

    Examples
    --------
    >>> split_lane("demirli:copper-concentrate>pirdop")
    ('demirli', 'copper-concentrate', 'pirdop')
    """
    sale, _, market = lane.partition(">")
    project, _, product = sale.partition(":")
    return project, product, market


def _draws(data: xr.Dataset, name: str, **where: str) -> np.ndarray | None:
    """Return the draws of one variable at some labels, or None."""
    if name not in data or any(
        value not in data[dim].to_numpy() for dim, value in where.items() if dim in data[name].dims
    ):
        return None
    values = data[name].sel({d: v for d, v in where.items() if d in data[name].dims})
    array = np.asarray(values.to_numpy(), dtype=np.float64).ravel()
    return array if np.isfinite(array).any() else None


def lane_figures(
    book: Book, netback: xr.Dataset, scenes: World, several: Mapping[str, int]
) -> dict[tuple[str, str, str], str]:
    """Enter net-back and freight by lane and scenario, and delivered value by lane.

    Returns
    -------
    dict
        Figure id by (quantity name, lane, state); delivered value has an empty state.
    """
    found: dict[tuple[str, str, str], str] = {}
    jobs = [
        ("netback", "netback_usd_per_t", "Net-back", scenes.rows),
        ("freight", "freight_usd_per_t", "Freight", scenes.rows),
        ("delivered", "delivered_usd_per_t", "Delivered value", (("", "", None),)),
    ]
    for lane in (
        (str(value) for value in netback["lane"].to_numpy()) if "lane" in netback.dims else ()
    ):
        project, product, market = split_lane(lane)
        for name, variable, label, rows in jobs:
            for state, scenario, year in rows:
                where = {"lane": lane, **({"state": state} if state else {})}
                values = _draws(netback, variable, **where)
                if values is None:
                    continue
                words = f"{label} of {book.name(product)} of {book.name(project)} at "
                words += book.name(market) + (f", {book.name(scenario)}" if scenario else "")
                figure = Figure(
                    quantity(name, project, product, several), words, "USD/t", "economics",
                    _METHOD[name], project=project, product=product, market=market,
                    scenario=scenario or None, year=year, **spread_of(values),
                )  # fmt: skip
                found[name, lane, state] = book.add(figure, name)
    return found


def best_rows(
    book: Book, netback: xr.Dataset, scenes: World, several: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return one row per sale and scenario: best net-back, change, mine gate and chosen lane.

    Enters the figures. Rows come with the sale whose net-back changes most first.
    """
    groups = []
    for sale in (
        (str(value) for value in netback["sale"].to_numpy()) if "sale" in netback.dims else ()
    ):
        base = _draws(netback, "best_usd_per_t", sale=sale, state=scenes.names[0])
        rows = [
            row
            for scene in scenes.rows
            if (row := _best_row(book, netback, sale, scene, base, several))
        ]
        if rows:
            size = max(abs(row["change_p50"] or 0.0) for row in rows)
            groups.append((-size, sale, rows))
    return [row for _, _, rows in sorted(groups, key=lambda group: group[:2]) for row in rows]


def _best_row(
    book: Book,
    netback: xr.Dataset,
    sale: str,
    scene: tuple[str, str, int | None],
    base: np.ndarray | None,
    several: Mapping[str, int],
) -> dict[str, Any] | None:
    state, scenario, year = scene
    project, _, product = sale.partition(":")
    values = _draws(netback, "best_usd_per_t", sale=sale, state=state)
    if values is None:
        return None
    lane = ""
    if "chosen_lane" in netback and state in netback["state"].to_numpy():
        lane = str(netback["chosen_lane"].sel(sale=sale, state=state).item() or "")

    def enter(name: str, label: str, draws: np.ndarray | None) -> str | None:
        if draws is None:
            return None
        words = f"{label} of {book.name(product)} of {book.name(project)}, {book.name(scenario)}"
        figure = Figure(
            quantity(name, project, product, several), words, "USD/t", "economics", _METHOD[name],
            project=project, product=product, scenario=scenario, year=year, **spread_of(draws),
        )  # fmt: skip
        return book.add(figure, "netback", [lane])

    best = enter("best-netback", "Best net-back", values)
    gate = enter("mine-gate", "Mine-gate value", _draws(netback, "mine_gate_usd_per_t", sale=sale,
                                                        state=state))  # fmt: skip
    change = None
    if base is not None and not np.array_equal(base, values, equal_nan=True):
        change = enter("netback-change", "Change of best net-back", values - base)
    return {
        "sale": sale, "project": project, "product": product, "state": state,
        "scenario": scenario, "year": year, "lane": lane, "best": best, "gate": gate,
        "change": change, "change_p50": book.figure(change).p50 if change else None,
        "felt": change is not None and _felt(values, book.figure(change)),
    }  # fmt: skip


def _felt(values: np.ndarray, change: Figure) -> bool:
    """Tell whether a change could be seen beside the value that it changes."""
    size = max(abs(number) for number in (change.p10 or 0.0, change.p50 or 0.0, change.p90 or 0.0))
    return size > max(0.5, 1e-3 * float(np.nanmedian(np.abs(values))))


#: Where the axis of net-backs turns from even steps to steps of ten, in USD per tonne.
_KNEE = 10.0


def dots(book: Book, rows: Sequence[dict[str, Any]], key: str) -> tuple[list[Any], list[Any]]:
    """Return where the dot and the bar of each row stand on one axis, and the axis ticks.

    Places are percent of the width. The axis of net-backs is even up to 10 USD/t and goes in
    steps of ten beyond, where the values are far apart (iron beside dore). On the axis of changes
    a bar far beyond the others is cut and marked, so that it does not flatten them.
    """
    marks = [book.figure(row[key]) if row.get(key) else None for row in rows]
    known = [
        m for m in marks if m and m.p10 is not None and m.p50 is not None and m.p90 is not None
    ]
    if not known:
        return [None] * len(rows), []
    lows, highs = np.array([m.p10 for m in known], float), np.array([m.p90 for m in known], float)
    sizes = np.sort(np.maximum(np.abs(lows), np.abs(highs)))
    wide = key == "best" and bool(sizes[-1] > 30 * max(sizes[0], _KNEE))
    if not wide:
        limit = 6 * max(float(np.median(sizes)), 1e-9)
        lows, highs = np.clip(lows, -limit, limit), np.clip(highs, -limit, limit)
    low, high = min(float(lows.min()), 0.0), max(float(highs.max()), 0.0)
    ticks = wide_ticks(low, high) if wide else linear_ticks(low, high)

    def stretched(value: float) -> float:
        return float(np.arcsinh(value / _KNEE)) if wide else value

    start = min(stretched(low), stretched(ticks[0]))
    span = max(max(stretched(high), stretched(ticks[-1])) - start, 1e-12)

    def place(value: float) -> float:
        return round((stretched(value) - start) / span * 100, 2)

    def mark(m: Figure | None) -> dict[str, Any] | None:
        if m is None or m.p10 is None or m.p50 is None or m.p90 is None:
            return None
        a, b, c = place(m.p10), place(m.p50), place(m.p90)
        cut = c > 100.5 or a < -0.5
        a, b, c = (min(max(v, 0.0), 100.0) for v in (a, b, c))
        return {"left": a, "width": round(c - a, 2), "dot": b, "cut": cut}

    return [mark(m) for m in marks], [(place(tick), tick) for tick in ticks]


def linear_ticks(low: float, high: float) -> list[float]:
    """Return three to six round numbers that cover an axis.

    Examples
    --------
    >>> linear_ticks(0.0, 23.0)
    [0.0, 10.0, 20.0, 30.0]
    """
    span = max(high - low, 1e-9)
    power = 10.0 ** np.floor(np.log10(span / 3))
    step = next(float(m * power) for m in (1, 2, 5, 10) if span / (m * power) <= 4.5)
    first, last = int(np.floor(low / step + 1e-9)), int(np.ceil(high / step - 1e-9))
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


def wide_ticks(low: float, high: float) -> list[float]:
    """Return zero and powers of ten that cover an axis from even steps to steps of ten.

    Examples
    --------
    >>> wide_ticks(-40.0, 2e8)
    [-100.0, 0.0, 100.0, 10000.0, 1000000.0, 100000000.0]
    """
    powers = [10.0**n for n in range(2, int(np.ceil(np.log10(max(high, 100.0)))) + 1)]
    below = [-100.0] if low < -_KNEE else []
    return [*below, 0.0, *powers[:: 1 if len(powers) < 5 else 2]]
