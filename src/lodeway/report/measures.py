"""Measures of a project, gas and carbon at parity, and receipts held against disclosed payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lodeway.report.book import Book, number, slug
from lodeway.report.sections import Table, one, text, three

_QUANTILES = ("p10", "p50", "p90")
#: Measures that are printed: name, heading, unit, and what the value is multiplied by.
_MEASURES = (
    ("irr", "Rate of return", "% per year", 100.0),
    ("mirr", "Modified rate of return", "% per year", 100.0),
    ("payback", "Payback", "y", 1.0),
    ("profitability-index", "Profitability index", "", 1.0),
    ("state-take", "State's share of what is earned", "%", 100.0),
    ("mean-of-worst-tenth", "Mean of the worst tenth", "USD", 1.0),
    ("break-even-revenue", "Revenue at which it breaks even", "% of the middle", 100.0),
    ("worth-of-knowing-all", "Worth of knowing all", "USD", 1.0),
)


def measure_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return the measures of each project in the baseline, a row a project."""
    found = {(text(row["project"]), text(row["measure"])): row for row in rows}
    body = []
    for project in dict.fromkeys(text(row["project"]) for row in rows):
        cells = []
        for name, label, unit, factor in _MEASURES:
            row = found.get((project, name))
            cells.append(_measure(book, row, project, (name, label, unit, factor)))
        body.append([book.name(project), *map(book.show, cells)])
    head = ["Project", *(label for _, label, _, _ in _MEASURES)]
    note = (
        "Rates of return only of worlds that have exactly one and pay in first. The state's share "
        "is above 100 % where a project earns less than it pays."
    )
    return [Table("Measures", head, body, note)] if body else []


def _measure(
    book: Book, row: Mapping[str, Any] | None, project: str, about: tuple[str, str, str, float]
) -> str | None:
    if row is None:
        return None
    name, label, unit, factor = about
    words, quantity = f"{label}, {book.name(project)}", f"measure-{name}"
    value = number(row.get("value"))
    if value is not None:
        return one(book, value * factor, quantity, words, unit, "cash", project=project)
    scaled = {k: v * factor for k in _QUANTILES if (v := number(row.get(k))) is not None}
    scaled["draws"] = number(row.get("draws")) or 0
    return three(book, scaled, _QUANTILES, quantity, words, unit, "cash", project=project)


def parity_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return what gas below export parity and a carbon price at the border are worth per tonne."""
    body = []
    for row in rows:
        project, line = text(row["project"]), text(row["line"])
        label = f"{line}, {book.name(project)}"
        shown = three(book, row, _QUANTILES, f"parity-{slug(line)}", label,
                      text(row.get("unit")) or "USD/t", "cash", project=project)  # fmt: skip
        body.append([book.name(project), line, book.show(shown)])
    return [Table("Gas and carbon", ["Project", "Line", "Per dry tonne"], body)] if body else []


def backcast_table(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return state receipts of past years by the model beside what was disclosed."""
    body = []
    for row in rows:
        project, year = text(row["project"]), int(row["year"])
        what = f"{text(row['instrument'])}, {book.name(project)}, {year}"
        where: dict[str, Any] = {"project": project, "year": year}
        ours = three(book, row, _QUANTILES, f"backcast-{slug(row['instrument'])}",
                     f"Receipts by the model: {what}", "USD", "cash", **where)  # fmt: skip
        paid = one(book, row.get("disclosed_usd"), f"disclosed-{slug(row['instrument'])}",
                   f"Receipts as disclosed: {what}", "USD", "cash",
                   sources=(text(row.get("source_id")),), **where)  # fmt: skip
        body.append([book.name(project), year, text(row["instrument"]), book.show(ours),
                     book.show(paid), text(row.get("verdict")), text(row.get("note"))])  # fmt: skip
    head = ["Project", "Year", "Instrument", "By the model", "Disclosed", "Miss", "Note"]
    return [Table("Receipts held against disclosed payments", head, body)] if body else []
