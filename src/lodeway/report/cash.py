"""Cash flow and state receipts by year: figures, small charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup

from lodeway.model.figure import Figure
from lodeway.report.book import Book, slug, spread_of
from lodeway.report.netback import World, linear_ticks
from lodeway.report.rounding import plain, scale_for
from lodeway.report.sections import Table, text, three

_STATE = ("taxes_usd", "shares_usd", "dividends_usd")
_W, _H, _LEFT, _TOP, _BOTTOM = 340.0, 190.0, 46.0, 10.0, 24.0


def npv_table(book: Book, cash: xr.Dataset | None, scenes: World) -> list[Table]:
    """Enter NPV and IRR by project and scenario, and return them as a table.

    Scenarios that move a project's value by less than 1 % in every possible world are entered,
    but not printed.
    """
    if cash is None or "npv_usd" not in cash:
        return []
    known = set(cash["state"].to_numpy())
    shown = [row for row in scenes.rows if row[0] in known]
    body = []
    for project in (str(value) for value in cash["project"].to_numpy()):
        base = _worth(cash, "npv_usd", project, shown[0][0]) if shown else np.zeros(0)
        for state, scenario, _ in shown:
            cells = _returns(book, cash, project, state, scenario)
            moved = np.abs(_worth(cash, "npv_usd", project, state) - base)
            if state == shown[0][0] or np.any(moved > 0.01 * np.abs(base).max()):
                body.append([book.name(project), book.name(scenario), *map(book.show, cells)])
    head = ["Project", "Scenario", "Net present value (investor)", "Internal rate of return",
            "Worlds with a positive value"]  # fmt: skip
    note = "Scenarios that move a project's value by less than 1 % stand in projects.csv only."
    return [Table("What the project returns", head, body, note)] if body else []


def _worth(cash: xr.Dataset, variable: str, project: str, state: str) -> Any:
    return np.asarray(cash[variable].sel(project=project, state=state), float)


def _returns(
    book: Book, cash: xr.Dataset, project: str, state: str, scenario: str
) -> list[str | None]:
    """Enter net present value, internal rate of return and the odds of a positive value."""
    shown: list[str | None] = []
    where: dict[str, Any] = {"project": project, "scenario": scenario}
    for name, variable, label, unit, factor in (
        ("npv", "npv_usd", "Net present value", "USD", 1.0),
        ("irr", "irr", "Internal rate of return", "% per year", 100.0),
    ):
        draws = _worth(cash, variable, project, state) if variable in cash else np.zeros(0)
        if not np.isfinite(draws).any():
            shown.append(None)
            continue
        figure = Figure(
            name, f"{label}, {book.name(project)}, {book.name(scenario)}", unit, "economics",
            "investor's cash flow after all payments to states", **where,
            **spread_of(draws * factor),
        )  # fmt: skip
        shown.append(book.add(figure, "cash"))
    share = float(np.mean(_worth(cash, "npv_usd", project, state) > 0) * 100)
    odds = Figure("npv-positive", f"Share of possible worlds with a positive net present value, "
                  f"{book.name(project)}, {book.name(scenario)}", "%", "economics",
                  "count of draws", **where, value=share)  # fmt: skip
    return [*shown, book.add(odds, "cash")]


def lifetime_table(
    book: Book, cash: xr.Dataset | None, scenes: World, projects: Sequence[Mapping[str, Any]]
) -> list[Table]:
    """Enter gross sales and state receipts over the study's years, by project and by state.

    Sums are undiscounted, of the baseline; a project that is a variant of another is not counted
    in its state's sum.
    """
    if cash is None or "revenue_usd" not in cash or not scenes.rows:
        return []
    state, scenario, _ = scenes.rows[0]
    here = cash.sel(state=state)
    take = np.sum([_whole(here[name]) for name in _STATE], axis=0)
    sales = _whole(here["revenue_usd"])
    known = [str(name) for name in here["project"].to_numpy()]
    body: list[list[Any]] = []
    states: dict[str, Any] = {}
    for section in projects:
        name = text(section["name"])
        if name not in known:
            continue
        row = known.index(name)
        shown = [
            _over_life(book, quantity, f"{label} over the study's years, {book.name(name)}",
                       values[row], scenario, name)
            for quantity, label, values in (
                ("sales-lifetime", "Gross sales", sales),
                ("receipts-lifetime", "Receipts of the state", take),
            )
        ]  # fmt: skip
        country = text(section.get("country"))
        body.append([book.name(name), country, *map(book.show, shown)])
        if not section.get("variant_of"):
            states[country] = states.get(country, 0.0) + take[row]
    for country, values in sorted(states.items()):
        total = _over_life(book, f"receipts-lifetime-{slug(country)}",
                           f"Receipts of {country} over the study's years, all its projects",
                           values, scenario, None)  # fmt: skip
        body.append(["All projects", country, "", book.show(total)])
    head = ["Project", "State", "Gross sales", "Receipts of the state"]
    note = "Undiscounted sums. Variants of a project are not in a state's sum."
    return [Table("Over the study's years", head, body, note)]


def _whole(yearly: xr.DataArray) -> Any:
    """Sum over the years, ``(project, draw)``, in an order that memory layout does not change."""
    return np.ascontiguousarray(yearly.transpose("project", "year", "draw").to_numpy()).sum(axis=1)


def _over_life(
    book: Book, quantity: str, label: str, draws: Any, scenario: str, project: str | None
) -> str:
    figure = Figure(quantity, label, "USD", "economics", "undiscounted sum over the years",
                    project=project, scenario=scenario, **spread_of(draws))  # fmt: skip
    return book.add(figure, "cash")


def receipt_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return what each state receives by year, one table per project."""
    groups: dict[str, list[list[Any]]] = {}
    for row in rows:
        project, country, what = (text(row.get(k)) for k in ("project", "country", "instrument"))
        year = int(row["year"])
        shown = three(
            book, row, ("p10", "p50", "p90"), f"receipts-{slug(what)}-{slug(country)}",
            f"Receipts of {country} from {book.name(project)}, {what}, {year}", "USD", "cash",
            project=project, year=year,
        )  # fmt: skip
        groups.setdefault(project, []).append([year, country, what, book.show(shown)])
    head = ["Year", "State", "Instrument", "Receipts"]
    return [Table(f"{book.name(project)}: receipts by year", head, body)
            for project, body in groups.items()]  # fmt: skip


def charts(book: Book, cash: xr.Dataset | None, scenes: World) -> list[dict[str, Any]]:
    """Return one small chart per project: state receipts and investor's cash in the baseline."""
    if cash is None or "year" not in cash.dims or not scenes.rows:
        return []
    state, scenario, _ = scenes.rows[0]
    if state not in cash["state"].to_numpy():
        return []
    out = []
    for project in (str(value) for value in cash["project"].to_numpy()):
        here = cash.sel(project=project, state=state)
        series = []
        known = [name for name in _STATE if name in here]
        if known:
            total = sum(np.asarray(here[name].transpose("year", "draw"), float) for name in known)
            series.append(("state receipts", "state", total))
        if "investor_usd" in here:
            values = np.asarray(here["investor_usd"].transpose("year", "draw"), float)
            series.append(("investor's cash", "investor", values))
        years = [int(year) for year in here["year"].to_numpy()]
        if series and len(years) > 1:
            out.append({"title": f"{book.name(project)}, {book.name(scenario)}",
                        "svg": band_chart(years, series)})  # fmt: skip
    return out


def band_chart(years: Sequence[int], series: Sequence[tuple[str, str, Any]]) -> Markup:
    """Return an SVG chart of medians with their P10 to P90 bands.

    Parameters
    ----------
    years
        The years, rising.
    series
        Name, CSS class and values of shape (year, draw), USD.
    """
    bands = [np.nanquantile(values, [0.1, 0.5, 0.9], axis=1) for _, _, values in series]
    low, high = min(0.0, *(b.min() for b in bands)), max(0.0, *(b.max() for b in bands))
    factor, unit = scale_for(max(abs(low), abs(high)), "USD")
    ticks = linear_ticks(low / factor, high / factor)
    y0, y1 = ticks[0], ticks[-1]

    def at_x(year: float) -> float:
        return round(_LEFT + (year - years[0]) / (years[-1] - years[0]) * (_W - _LEFT - 8), 1)

    def at_y(value: float) -> float:
        return round(_TOP + (y1 - value) / (y1 - y0) * (_H - _TOP - _BOTTOM), 1)

    step = ticks[1] - ticks[0]
    parts = [
        Markup('<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>')
        .format(_LEFT, at_y(t), _W - 8, _LEFT - 5, at_y(t) + 4,
                plain(t, min(step, 1.0)))
        for t in ticks
    ]  # fmt: skip
    for year in (years[0], years[len(years) // 2], years[-1]):
        anchor = "end" if year == years[-1] else "middle"
        parts.append(Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
            at_x(year), _H - 6, anchor, year))  # fmt: skip
    for (_, css, _), band in zip(series, bands, strict=True):
        up = [f"{at_x(y):g} {at_y(v):g}" for y, v in zip(years, band[2] / factor, strict=True)]
        down = [f"{at_x(y):g} {at_y(v):g}" for y, v in zip(years, band[0] / factor, strict=True)]
        line = [f"{at_x(y):g} {at_y(v):g}" for y, v in zip(years, band[1] / factor, strict=True)]
        parts.append(Markup('<path class="band {0}" d="M{1}z"/><path class="median {0}" d="M{2}"/>')
                     .format(css, "L".join([*up, *down[::-1]]), "L".join(line)))  # fmt: skip
    names = " and ".join(name for name, _, _ in series)
    head = Markup('<svg class="chart" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}, {}">')
    title = Markup('<text class="unit" x="{:g}" y="{:g}">{}</text>').format(
        _LEFT + 4, _TOP + 9, unit
    )
    return head.format(_W, _H, names, unit) + Markup("").join(parts) + title + Markup("</svg>")
