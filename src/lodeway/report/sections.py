"""The tables of the report: plain tables in, rows of cells out, every number a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from lodeway.model.figure import Figure
from lodeway.report.book import Book, number, slug, tri
from lodeway.report.netback import World, quantity, split_lane


@dataclass(frozen=True)
class Table:
    """A table to print: a title, the heads of its columns, its rows, and a note."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    css: Sequence[str] = field(default=())


def records(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the rows of a table that may be absent; missing cells are None."""
    if frame is None or not len(frame):
        return []
    plain = pd.DataFrame(frame)
    rows: list[dict[str, Any]] = []
    for values in plain.itertuples(index=False, name=None):
        cells = zip(map(str, plain.columns), values, strict=True)
        rows.append({key: None if _missing(value) else value for key, value in cells})
    return rows


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124


def text(value: object) -> str:
    """Return a cell as text; nothing for a missing one."""
    return "" if value is None else str(value)


def three(
    book: Book, row: Mapping[str, Any], keys: Sequence[str], name: str, label: str, unit: str,
    family: str, items: Sequence[str] = (), **where: Any,
) -> str | None:  # fmt: skip
    """Enter the figure of three columns (low, middle, high) of a row, if they are there."""
    values = [number(row.get(key)) for key in keys]
    if any(value is None for value in values):
        return None
    quantiles = tri(dict(zip(("p10", "p50", "p90"), values, strict=True)))
    worlds = number(row.get("draws"))
    quantiles["draws"] = None if worlds is None else int(worlds)
    figure = Figure(name, label, unit, "economics", "", **quantiles, **where)
    return book.add(figure, family, items)


def one(
    book: Book,
    value: object,
    name: str,
    label: str,
    unit: str,
    family: str,
    items: Sequence[str] = (),
    **where: Any,
) -> str | None:
    """Enter the figure of one value, if it is there."""
    plain = number(value)
    if plain is None:
        return None
    return book.add(Figure(name, label, unit, "economics", "", value=plain, **where), family, items)


_WHAT = {
    "saving": "Users' saving at equal tariffs",
    "response_low": "After response, low",
    "response_high": "After response, high",
    "toll_breakeven": "Break-even toll",
    "alone": "Alone",
    "marginal": "Added to the others",
    "shapley": "Shapley share",
}
_SINGLE = ("alone", "marginal", "shapley")


def value_tables(
    book: Book, rows: Sequence[Mapping[str, Any]], several: Mapping[str, int]
) -> list[Table]:
    """Enter what each scenario is worth to each sale, and return the sales that it moves.

    One table per scenario for the whole of its changes, and one for its single changes. A sale
    that no change of a scenario moves in any possible world stands in ``projects.csv`` only.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((text(row.get("scenario")), text(row["sale"])), []).append(row)
    whole: dict[str, list[list[Any]]] = {}
    single: dict[str, list[list[Any]]] = {}
    for (scenario, sale), group in groups.items():
        shown = _value_figures(book, group, several)
        if not any(_moves(row) for row in group):
            continue
        main = [shown.get((what, "")) for what in list(_WHAT)[:4]]
        use = _use(book, group[0], several)
        cells = [*map(book.show, (*main, use["share"], use["cargo"])),
                 fits_word(group[0].get("fits")), _years(group)]  # fmt: skip
        whole.setdefault(scenario, []).append([_sale(book, sale), *cells])
        for change in dict.fromkeys(text(row.get("change")) for row in group):
            if change:
                parts = [book.show(shown.get((what, change))) for what in _SINGLE]
                single.setdefault(scenario, []).append([_sale(book, sale), change, *parts])
    head = ["Sale", *list(_WHAT.values())[:4], "Worlds that switch", "Cargo", "Fits",
            "Mine and change both work"]  # fmt: skip
    heads = ["Sale", "Change", *(_WHAT[what] for what in _SINGLE)]
    tables = []
    for scenario, body in whole.items():
        tables.append(Table(book.name(scenario), head, body))
        if scenario in single:
            tables.append(Table(f"{book.name(scenario)}: each change", heads, single[scenario],
                                "Values of single changes are never added."))  # fmt: skip
    return tables


def _moves(row: Mapping[str, Any]) -> bool:
    """Tell whether a change is felt anywhere between P10 and P90."""
    return any(abs(number(row.get(key)) or 0.0) > 0.05 for key in ("p10", "p50", "p90"))


def _years(group: Sequence[Mapping[str, Any]]) -> str:
    found = dict.fromkeys(text(row["note"]) for row in group if row.get("note"))
    return "; ".join(note.removeprefix("mine and change both work ") for note in found)


def _value_figures(
    book: Book, group: Sequence[Mapping[str, Any]], several: Mapping[str, int]
) -> dict[tuple[str, str], str | None]:
    """Enter the figures of one sale in one scenario, by what they say and of which change."""
    shown: dict[tuple[str, str], str | None] = {}
    for row in group:
        what, change = text(row.get("what")), text(row.get("change"))
        project, product, _ = split_lane(text(row["sale"]))
        scenario, unit = text(row.get("scenario")), text(row.get("unit")) or "USD/t"
        name = quantity("corridor-" + what.replace("_", "-"), project, product, several)
        name += f"-{slug(change)}" if change else ""
        name += "-yearly" if unit.endswith("/y") else ""
        label = f"{_WHAT.get(what, what)}, {book.name(product)} of {book.name(project)}, "
        label += book.name(scenario) + (f": {change}" if change else "")
        year = number(row.get("year"))
        entry = three(
            book, row, ("p10", "p50", "p90"), name, label, unit, "value", project=project,
            product=product, scenario=scenario, year=int(year) if year else None,
        )  # fmt: skip
        shown.setdefault((what, change), entry)
    return shown


def _use(book: Book, row: Mapping[str, Any], several: Mapping[str, int]) -> dict[str, str | None]:
    """Enter the share of possible worlds in which the change is used, and the cargo."""
    project, product, _ = split_lane(text(row["sale"]))
    scenario, share = text(row.get("scenario")), number(row.get("p_used"))
    where = {"project": project, "product": product, "scenario": scenario}
    sale = f"{book.name(product)} of {book.name(project)}, {book.name(scenario)}"
    return {
        "share": one(book, None if share is None else share * 100,
                     quantity("corridor-use", project, product, several),
                     f"Share of possible worlds that use the change, {sale}", "%", "value",
                     **where),
        "cargo": one(book, row.get("tonnes_per_y"),
                     quantity("corridor-cargo", project, product, several),
                     f"Cargo, {sale}", "t/y", "value", **where),
    }  # fmt: skip


def fits_word(fits: object) -> str:
    """Return yes, no or nothing."""
    return "" if fits is None else ("yes" if fits else "does not fit")


def _sale(book: Book, sale: str) -> str:
    project, product, _ = split_lane(sale)
    return f"{book.name(project)}: {book.name(product)}" if product else book.name(project)


def ladder_tables(
    book: Book, rows: Sequence[Mapping[str, Any]], chosen: set[tuple[str, str]], scenes: World,
    several: Mapping[str, int],
) -> list[Table]:  # fmt: skip
    """Return the ladders per tonne of the chosen lanes in the whole scenarios.

    `chosen` holds (lane, state); when it is empty every lane is shown.
    """
    known = {state: (scenario, year) for state, scenario, year in scenes.rows}
    ladders: dict[tuple[str, str, str], list[list[Any]]] = {}
    ordered = sorted(
        rows, key=lambda r: (text(r["sale"]), text(r["table"]), number(r["step"]) or 0)
    )
    for row in ordered:
        lane, state, which = text(row["lane"]), text(row["state"]), text(row["table"])
        if state not in known or (chosen and (lane, state) not in chosen):
            continue
        project, product, market = split_lane(lane)
        scenario, year = known[state]
        name = f"ladder-{slug(which)}-{slug(row['line'])}"
        label = f"{row['line']}, {book.name(product)} of {book.name(project)} at "
        label += f"{book.name(market)}, {book.name(scenario)}"
        where: dict[str, Any] = {"project": project, "product": product, "market": market,
                 "scenario": scenario, "year": year}  # fmt: skip
        unit = text(row.get("unit")) or "USD/t"
        shown = three(book, row, ("p10", "p50", "p90"), quantity(name, project, product, several),
                      label, unit, "netback", **where)  # fmt: skip
        css = f"kind-{slug(row.get('kind') or 'value')}"
        cells: list[Any] = [Markup('<span class="{}">{}</span>').format(css, text(row["line"])),
                 book.show(shown)]  # fmt: skip
        ladders.setdefault((lane, state, which), []).append(cells)
    tables = []
    for (lane, state, which), cells in ladders.items():
        project, product, market = split_lane(lane)
        title = f"{book.name(project)}, {book.name(product)}: {which}"
        note = f"{book.name(market)}; {book.name(known[state][0])}"
        css = "first" if state == scenes.names[0] else "other"
        tables.append(Table(title, ["Line", "Per dry tonne"], cells, note, (css,)))
    return tables


def gain_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return who gains and who loses: one table per scenario, a row a project, a column a party.

    Every figure is entered; a project that a scenario does not move stands in ``projects.csv``.
    """
    scenes: dict[str, dict[str, dict[str, str | None]]] = {}
    moved: set[tuple[str, str]] = set()
    for row in rows:
        project, scenario, party = (text(row.get(k)) for k in ("project", "scenario", "party"))
        shown = three(
            book, row, ("p10", "p50", "p90"), f"gain-{slug(party)}",
            f"Gain of {party}, {book.name(project)}, {book.name(scenario)}",
            text(row.get("unit")) or "USD/y", "value", project=project, scenario=scenario,
        )  # fmt: skip
        scenes.setdefault(scenario, {}).setdefault(project, {})[party] = shown
        if any(abs(number(row.get(key)) or 0.0) > 1e3 for key in ("p10", "p50", "p90")):
            moved.add((scenario, project))
    note = "Losers are negative. In each possible world the gains sum to the whole."
    tables = []
    for scenario, projects in scenes.items():
        kept = {name: gains for name, gains in projects.items() if (scenario, name) in moved}
        parties = dict.fromkeys(party for gains in kept.values() for party in gains)
        order = [*(party for party in parties if party != "whole"), "whole"]
        body = [
            [book.name(name), *(book.show(gains.get(party)) for party in order)]
            for name, gains in kept.items()
        ]
        if body:
            tables.append(Table(book.name(scenario), ["Project", *order], body, note))
    return tables


_LINK = (
    ("cost", "Cost of {}", "USD", ("cost_usd_low", "cost_usd_mode", "cost_usd_high")),
    ("earns", "What a tonne leaves on {} above avoidable cost", "USD/t", "earns_usd_per_t"),
    ("breakeven", "Cargo at which {} pays for itself", "Mt/y", "breakeven_mt_per_y"),
    ("share", "Share of the break-even cargo of {} that all projects of the study would fill", "%",
     "share_filled"),
    ("savings", "Share of the yearly cost of {} that the study's savings at equal tariffs pay", "%",
     "paid_by_savings"),
)  # fmt: skip


def link_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return how much cargo each unbuilt link needs to pay for itself."""
    body = []
    for row in rows:
        label, rate = text(row.get("label") or row.get("link")), number(row["rate_pct"]) or 0.0
        where: dict[str, Any] = {"items": [text(row.get("link"))], "sources": _source(row)}
        ending = f"{slug(row.get('link'))}-{rate:g}pct"
        cells = []
        for name, words, unit, columns in _LINK:
            keys = _names(columns) if isinstance(columns, str) else list(columns)
            factor = 100.0 if unit == "%" else 1.0
            scaled = {k: factor * v for k in keys if (v := number(row.get(k))) is not None}
            cells.append(three(book, scaled, keys, f"link-{name}-{ending}",
                               f"{words.format(label)}, at {rate:g} % a year", unit, "links",
                               **where))  # fmt: skip
        used = one(book, row.get("study_mt_per_y"), f"link-cargo-{ending}",
                   f"Cargo of the study that takes {label} at equal tariffs", "Mt/y", "links",
                   **where)  # fmt: skip
        body.append([label, f"{rate:g} %", *map(book.show, (*cells[:4], used, cells[4])),
                     text(row.get("verdict"))])  # fmt: skip
    head = ["Link", "Rate", "Claimed cost", "A tonne leaves", "Break-even cargo",
            "All projects together fill", "Take it at equal tariffs", "Savings pay",
            "Verdict"]  # fmt: skip
    note = (
        "Break-even cargo: yearly cost (annuity over 40 years, and upkeep) over what a tonne "
        "leaves on the link, its tariff less avoidable cost."
    )
    return [Table("Links that are not built", head, body, note)] if body else []


def _source(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the source ids that a row names itself, joined there by a bar."""
    return tuple(part.strip() for part in text(row.get("source_id")).split("|") if part.strip())


def _names(stem: str) -> list[str]:
    return [f"{stem}_p10", f"{stem}_p50", f"{stem}_p90"]


def distance_tables(
    book: Book, readings: Sequence[Mapping[str, Any]], summary: Sequence[Mapping[str, Any]]
) -> list[Table]:
    """Return the readings of each distance claim, and what they add up to."""
    tables = []
    if summary:
        body = []
        for row in summary:
            cells = [
                book.show(one(book, row.get(key), f"readings-{slug(key)}-{slug(row['claim'])}",
                              f"{label} of claim {row['claim']}", "readings", "distance"),
                          unit=False)
                for key, label in (
                    ("tried", "Readings tried"), ("within_error", "Within the claim's error"),
                    ("expected_by_chance", "Expected by chance"),
                    ("indistinct", "Less than the network's error"),
                )
            ]  # fmt: skip
            body.append([text(row["claim"]), *cells, text(row.get("verdict"))])
        head = ["Claim", "Readings tried", "Within error", "Expected by chance",
                "Less than the network's error", "Verdict"]  # fmt: skip
        tables.append(Table("Distance claims", head, body))
    if readings:
        body = []
        for place, row in enumerate(readings, 1):
            cells = [
                book.show(one(book, row.get(key), f"reading-{slug(key)}-{place}",
                              f"{key.replace('_', ' ')}, {row.get('origin')} to "
                              f"{row.get('destination')}", "km", "distance"))
                for key in ("base_km", "alternative_km", "saved_km")
            ]  # fmt: skip
            words = [text(row.get(k)) for k in ("claim", "origin", "destination", "base",
                                                "alternative")]  # fmt: skip
            within = row.get("indistinct")
            body.append([*words, *cells, "" if within is None else ("yes" if within else "no"),
                         text(row.get("verdict"))])  # fmt: skip
        head = ["Claim", "From", "To", "Base", "Alternative", "Base length", "Alternative length",
                "Saved", "Less than the network's error", "Verdict"]  # fmt: skip
        tables.append(Table("Readings tried", head, body))
    return tables


def job_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return jobs by project, kind and phase."""
    body = []
    for row in rows:
        project, kind, phase = (text(row.get(key)) for key in ("project", "kind", "phase"))
        shown = three(
            book, row, ("low", "mode", "high"), f"jobs-{slug(kind)}-{slug(phase)}",
            f"Jobs, {kind}, {phase}, {book.name(project)}", "jobs", "jobs", project=project,
            sources=_source(row),
        )  # fmt: skip
        body.append([book.name(project), kind, phase, book.show(shown), text(row.get("source_id"))])
    return [Table("Jobs", ["Project", "Kind", "Phase", "Jobs", "Source"], body)] if body else []


def check_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return the ladder against a recorded sale."""
    body = []
    for row in rows:
        line, unit = text(row.get("line")), text(row.get("unit"))
        ours = three(book, row, ("low", "mode", "high"), f"sale-check-{slug(line)}",
                     f"Lodeway's {line} for the recorded sale", unit, "netback")  # fmt: skip
        seen = one(book, row.get("recorded"), f"sale-recorded-{slug(line)}",
                   f"Recorded {line}", unit, "netback")  # fmt: skip
        body.append([line, book.show(ours), book.show(seen), text(row.get("note"))])
    head = ["Line", "Lodeway (low to high)", "Recorded", "Note"]
    return [Table("Checked against a recorded sale", head, body)] if body else []
