"""From the tables of the other stages to the parts of the page."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from lodeway.report.book import Book, anchor, number, slug
from lodeway.report.mapping import metal_of
from lodeway.report.netback import World, dots, linear_ticks
from lodeway.report.page import cannot_be_true
from lodeway.report.rounding import plain
from lodeway.report.sections import Table, one, records, text

Part = dict[str, Any]


def part(name: str, title: str, tables: Sequence[Table], intro: str = "") -> list[Part]:
    """Return a section of the page, or nothing where it has no table."""
    cards = any(table.css for table in tables)
    return [{"id": name, "title": title, "intro": intro, "tables": list(tables),
             "cards": cards}] if tables else []  # fmt: skip


def bare(table: Table) -> Table:
    """Return a table without its note, which a card prints above."""
    return replace(table, note="")


def answers(book: Book, frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return one sentence per question, its figures filled in and linked."""
    out = []
    for row in records(frame):
        names = [name.strip() for name in text(row.get("figure_ids")).split("|") if name.strip()]
        links = [
            Markup('<a href="#{}">{}</a>').format(anchor(name), book.figure(name).label)
            if name in book
            else escape(name)
            for name in names
        ]
        out.append({"question": text(row.get("question")), "answer": book.fill(text(row["answer"])),
                    "conditions": text(row.get("conditions")), "links": links})  # fmt: skip
    return out


def tick_text(tick: float) -> str:
    """Return the text of an axis tick.

    Examples
    --------
    >>> tick_text(1e6), tick_text(2500.0), tick_text(-0.5)
    ('1 million', '2,500', '−0.5')
    """
    if abs(tick) >= 1e6:
        return plain(tick / 1e6, 0.1 if tick % 1e6 else 1.0) + " million"
    return plain(
        tick, 1.0 if tick == round(tick) else 10 ** (len(f"{tick:.6g}".split(".")[-1]) * -1)
    )


def netback_groups(book: Book, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the chart of net-backs: groups by sale, and the ticks of the two axes."""
    marks, ticks = dots(book, rows, "best")
    changes, change_ticks = dots(book, rows, "change")
    groups: dict[str, Part] = {}
    for row, mark, change in zip(rows, marks, changes, strict=True):
        label = f"{book.name(row['project'])}: {book.name(row['product'])}"
        group = groups.setdefault(row["sale"], {"label": label, "rows": []})
        where = book.name(row["lane"].partition(">")[2]) if row["lane"] else ""
        year = f"{row['year']}" if row["year"] else ""
        group["rows"].append({
            "scenario": book.name(row["scenario"]),
            "detail": ", ".join(word for word in (f"to {where}" if where else "", year) if word),
            "mark": mark, "change_mark": change, "best": book.show(row["best"], unit=False),
            "change": book.show(row["change"], unit=False) if row["change"] else "",
        })  # fmt: skip
    steps = {round(b[1] - a[1], 9) for a, b in itertools.pairwise(ticks)}
    return {"best": list(groups.values()), "best_ticks": ticks, "change_ticks": change_ticks,
            "log": len(steps) > 1}  # fmt: skip


def said(row: Mapping[str, Any]) -> str:
    """Return what a claim says, as its speaker printed it."""
    printed = text(row.get("value_text"))
    if printed:
        return printed
    value = number(row.get("value"))
    shown = f"{value:,g}" if value is not None else text(row.get("value"))
    return f"{shown} {text(row.get('unit'))}".strip()


def ledger_rows(ledger: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the ledger as the template wants it; claims that cannot be true come first."""
    ordered = sorted(ledger, key=lambda row: (not cannot_be_true(row.get("verdict")),))
    out = []
    for place, row in enumerate(ordered, 1):
        best = text(row.get("best_reading"))
        value = number(row.get("best_value"))
        if value is not None:
            best = f"{best} ({value:,g} {text(row.get('best_unit'))})".strip()
        names = ("claim_id", "subject", "property", "who", "date", "source", "verdict", "reason",
                 "arithmetic")  # fmt: skip
        out.append({**{name: text(row.get(name)) for name in names}, "said": said(row),
                    "best": best, "anchor": f"c-{place}",
                    "no": cannot_be_true(row.get("verdict"))})  # fmt: skip
    return out


def unfit_rows(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lanes that do not fit, with what they need and what is left."""
    out = []
    for place, row in enumerate(rows, 1):
        ids = [
            one(book, row[key], f"capacity-{key}-{place}",
                f"Capacity {key}{'ed' if key == 'need' else ''} at {row['item']}, {row['label']}, "
                f"{row['scenario']}", "Mt/y", "freight")
            for key in ("need", "left")
        ]  # fmt: skip
        words = Markup("needs {}, {} left at {}").format(
            book.show(ids[0]), book.show(ids[1]), row["item"]
        )
        out.append({"label": row["label"], "scenario": row["scenario"], "words": words})
    return out


def tornado_groups(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return one bar chart per project, the longest bar first."""
    projects = dict.fromkeys(text(row["project"]) for row in rows)
    out = []
    for project in projects:
        own = [r for r in rows if text(r["project"]) == project]
        known = [
            (lo, hi, r)
            for r in own
            if (lo := number(r["low"])) is not None and (hi := number(r["high"])) is not None
        ]
        if not known:
            continue
        known.sort(key=lambda entry: -abs(entry[1] - entry[0]))
        low = min(0.0, *(min(a, b) for a, b, _ in known))
        high = max(0.0, *(max(a, b) for a, b, _ in known))
        ticks = linear_ticks(low, high)
        span = ticks[-1] - ticks[0]
        lines = []
        for a, b, row in known:
            ids = [one(book, value, f"tornado-{end}-{slug(row['input'])}",
                       f"Result at {end} {row['input']}, {book.name(project)}",
                       text(row.get("unit")), "cash", project=project)
                   for end, value in (("low", a), ("high", b))]  # fmt: skip
            left = (min(a, b) - ticks[0]) / span * 100
            mark = {"left": round(left, 2), "width": round(abs(b - a) / span * 100, 2),
                    "dot": round((b - ticks[0]) / span * 100, 2), "cut": False}  # fmt: skip
            lines.append({"input": text(row["input"]), "mark": mark, "low": book.show(ids[0]),
                          "high": book.show(ids[1])})  # fmt: skip
        places = [(round((t - ticks[0]) / span * 100, 2), t) for t in ticks]
        out.append({"project": book.name(project), "rows": lines, "ticks": places})
    return out


def project_metals(
    projects: Sequence[Mapping[str, Any]], deposits: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Return the metal of each project's deposit, as a place in ``METALS``."""
    words = {}
    for row in deposits:
        found = row.get("commodities")
        words[text(row["deposit"])] = (
            " ".join(found) if isinstance(found, (list, tuple)) else text(found)
        )
    return {
        text(p["name"]): metal_of(words[text(p.get("deposit"))])
        for p in projects
        if text(p.get("deposit")) in words
    }


def closing_parts(unknowns: pd.DataFrame | None, repairs: pd.DataFrame | None) -> list[Part]:
    """Return what was repaired, and what is not known."""
    fixed = [[text(row.get(k)) for k in ("what", "where", "why")] for row in records(repairs)]
    open_ = [[text(row.get(k)) for k in ("what", "why", "consequence", "source_id")]
             for row in records(unknowns)]  # fmt: skip
    first = [Table("Repaired", ["What", "Where", "Why"], fixed)] if fixed else []
    heads = ["What", "Why", "What follows from it", "Source"]
    second = [Table("Not known", heads, open_)] if open_ else []
    return part("repairs", "What was repaired or left out", first) + part(
        "unknowns", "What is not known", second
    )


def scene_labels(book: Book, scenes: World) -> list[str]:
    """Return the label of each scenario, the baseline first."""
    return [book.name(scenario) for _, scenario, _ in scenes.rows] or ["today"]
