"""Reading facts tables: the numbers of a study, each with its range, date, speaker and source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io.tables import Row, read_rows
from lodeway.model.facts import Fact, Facts

_REQUIRED = ("id", "quantity", "low", "mode", "high", "unit", "source", "confidence")


def read_facts(paths: Iterable[Path], folder: Path) -> Facts:
    """Read all facts tables of a study into one dictionary by id.

    Parameters
    ----------
    paths
        CSV files with the columns ``id, subject, quantity, low, mode, high, unit, basis, text,
        as_of, speaker, source, confidence, note`` (subject, basis, text, as_of, speaker and note
        may be missing).
    folder
        The study folder, from which files are named.

    Raises
    ------
    LodewayError
        For an id that stands twice, and whatever `read_rows` refuses.
    """
    facts: dict[str, Fact] = {}
    for path in paths:
        for row in read_rows(path, _REQUIRED, name=path.relative_to(folder).as_posix()):
            fact = _fact(row)
            if fact.id in facts:
                raise LodewayError(
                    "unknown-id", row.where("id"), fact.id, f"an id not in {facts[fact.id].where}"
                )
            facts[fact.id] = fact
    return Facts(facts)


def _number_or_none(row: Row, field: str) -> float | None:
    """Read a number; a date or words ("2026 H2") are no number, and asking for one is an error."""
    text = row.fields.get(field, "").strip()
    if re.search(r"[A-DF-Za-df-z]|\d-\d", text):
        return None
    return row.optional_number(field)


def _fact(row: Row) -> Fact:
    return Fact(
        id=row.text("id"),
        file=row.file,
        line=row.line,
        subject=row.text("subject", ""),
        quantity=row.text("quantity"),
        low=_number_or_none(row, "low"),
        mode=_number_or_none(row, "mode"),
        high=_number_or_none(row, "high"),
        unit=row.text("unit", ""),
        basis=row.text("basis", ""),
        text=row.text("text", ""),
        as_of=row.text("as_of", ""),
        speaker=row.text("speaker", ""),
        source=row.text("source", ""),
        confidence=row.text("confidence", ""),
        note=row.text("note", ""),
    )
