"""Freight of the study beside what carriers quote: each quote, each miss, what it widens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lodeway.report.book import Book, number, slug
from lodeway.report.sections import Table, one, text


def quote_tables(
    book: Book, rows: Sequence[Mapping[str, Any]], widened: Sequence[Mapping[str, Any]]
) -> list[Table]:
    """Return the quotes beside the model, those that miss first, and what the misfit widens."""
    if not rows:
        return []
    order = ("miss", "miss in days", "within", "not compared")
    ranked = sorted(rows, key=lambda row: order.index(text(row["verdict"])))
    body = [_line(book, row) for row in ranked]
    head = ["Quote", "From", "To", "Ours", "Quoted", "Off by", "Our days", "Quoted days",
            "Verdict", "Note"]  # fmt: skip
    note = (
        "Ours: this study's rates at their most likely value, without what a quote leaves out. "
        "Our days hold the waiting at ports and borders; a quote may mean the voyage alone."
    )
    tables = [Table("Quotes", head, body, note)]
    if widened:
        prices = [text(row["quote"]) for row in rows if number(row["error"]) is not None]
        tables.append(_widened(book, widened, prices))
    return tables


def _line(book: Book, row: Mapping[str, Any]) -> list[Any]:
    name, ends = text(row["quote"]), f"{row['from']} to {row['to']}"
    cells = [
        one(book, None if (value := number(row.get(key))) is None else value * factor,
            f"quote-{what}-{slug(name)}", f"{label}, {ends}", unit, "quotes", items=[name])
        for key, what, label, unit, factor in (
            ("ours_usd_per_t", "ours", "Lodeway's freight", "USD/t", 1.0),
            ("theirs_usd_per_t", "theirs", "Quoted freight", "USD/t", 1.0),
            ("error", "error", "Ours over the quote, less one", "%", 100.0),
            ("days", "days", "Lodeway's days", "d", 1.0),
            ("quoted_days", "quoted-days", "Quoted days", "d", 1.0),
        )
    ]  # fmt: skip
    return [name, text(row["from"]), text(row["to"]), *map(book.show, cells),
            text(row["verdict"]), text(row["note"])]  # fmt: skip


def _widened(book: Book, rows: Sequence[Mapping[str, Any]], prices: Sequence[str]) -> Table:
    """Return how far each rate's ends move; the factors rest on the quotes whose price compares."""
    body = []
    for row in rows:
        factor = one(book, row["factor"], f"quote-widening-{slug(row['rate'])}",
                     f"Factor by which the misfit moves the ends of rate {row['rate']} apart", "1",
                     "quotes", items=prices)  # fmt: skip
        body.append([text(row["rate"]), f"{row['low']:.4g} to {row['high']:.4g}",
                     book.show(factor, unit=False),
                     f"{row['drawn_low']:.4g} to {row['drawn_high']:.4g}",
                     text(row["unit"])])  # fmt: skip
    spread = one(book, rows[0]["log_spread"], "quote-misfit",
                 "Root mean square of log(ours / quoted)", "1", "quotes",
                 items=prices)  # fmt: skip
    note = f"Quotes whose price compares: {len(prices)}. "
    if spread is None:
        note += "Nothing is widened."
    else:
        note += (
            f"Root mean square of log(ours / quoted): {book.text(spread, unit=False)}; every haul "
            "rate is drawn at least as widely as that, about its stated middle."
        )
    head = ["Rate", "Stated", "Factor", "Drawn", "Unit"]
    return Table("What the misfit widens", head, body, note)
