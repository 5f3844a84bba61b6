"""What changed between two registries: what is new, what went, what is told otherwise, and why."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io import read_rows, read_text
from lodeway.registry.book import ClaimBook

#: Columns that identify a row, by table; the first that is there counts.
_KEYS = ("claim_id", "deposit_id", "area_id", "id", "rid", "canonical")


@dataclass(frozen=True)
class Change:
    """One difference: `what` is ``added``, ``removed``, ``changed`` or ``superseded``."""

    table: str
    item: str
    what: str
    field: str
    old: str
    new: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        """Return the change as ``registry diff --json`` prints it."""
        return {"table": self.table, "item": self.item, "what": self.what, "field": self.field,
                "old": self.old, "new": self.new, "reason": self.reason}  # fmt: skip


Table = dict[str, dict[str, str]]


def changes(old: Path, new: Path) -> list[Change]:
    """Return what changed between two tables, books of claims, or studies.

    Parameters
    ----------
    old, new
        Two CSV tables, two books of claims (``.gpkg``) or two study folders.

    Raises
    ------
    LodewayError
        For paths of two kinds, or tables without a column of ids.
    """
    before, after = _tables(old), _tables(new)
    if len(before) == len(after) == 1:  # two files of other names are two states of one table
        after = {next(iter(before)): next(iter(after.values()))}
    found: list[Change] = []
    for name in sorted({*before, *after}):
        found += _compare(name, before.get(name, {}), after.get(name, {}))
    return found


def _compare(table: str, before: Table, after: Table) -> list[Change]:
    found = []
    superseding = {row.get("supersedes", ""): item for item, row in after.items()}
    for item in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(item), after.get(item)
        if old is None and new is not None:
            what = "superseded" if new.get("supersedes") else "added"
            reason = new.get("why") or _said(new)
            found.append(
                Change(table, item, what, "", new.get("supersedes", ""), _short(new), reason)
            )
        elif new is None and old is not None:
            by = superseding.get(item, "")
            reason = f"superseded by {by}" if by else "no reason is given: the row is not there"
            found.append(Change(table, item, "removed", "", _short(old), "", reason))
        elif old is not None and new is not None:
            for field in dict.fromkeys([*old, *new]):
                was, now = old.get(field, ""), new.get(field, "")
                if was != now and field not in {"why", "recorded"}:
                    reason = new.get("why") or _said(new) or "no reason is given"
                    found.append(Change(table, item, "changed", field, was, now, reason))
    return found


def _said(row: Mapping[str, str]) -> str:
    """Return the source of a row as the reason for its being there."""
    names = ("who_says", "source", "coordinate_source", "seed_file")
    parts = [row[name] for name in names if row.get(name)]
    return "; ".join(parts[:2])


def _short(row: Mapping[str, str]) -> str:
    names = ("subject", "project", "name", "property", "quantity", "value", "unit", "date")
    return " ".join(row[name] for name in names if row.get(name))


def _tables(path: Path) -> dict[str, Table]:
    """Return the tables of a path, each as rows by id."""
    if path.is_dir():
        return _study(path)
    if not path.is_file():
        raise LodewayError("missing", str(path), "nothing", "a table, a book or a study folder")
    if path.suffix == ".gpkg":
        return {"claims": _book(path)}
    return {path.name: _table(path, path.name)}


def _study(folder: Path) -> dict[str, Table]:
    file = folder / "study.toml"
    try:
        settings = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", str(file), str(problem), "a TOML file") from None
    section = settings.get("registry", {})
    names = [section.get("deposits", ""), *section.get("claims", [])]
    found: dict[str, Table] = {}
    for name in filter(None, names):
        for path in sorted(folder.glob(name)):
            label = path.relative_to(folder).as_posix()
            found[label] = _table(path, label)
    return found


def _table(path: Path, label: str) -> Table:
    rows = read_rows(path, [], name=label)
    if not rows:
        return {}
    key = next((name for name in _KEYS if name in rows[0].fields), None)
    if key is None:
        raise LodewayError(
            "missing", f"{label}:1", ", ".join(rows[0].fields), f"one of {', '.join(_KEYS)}"
        )
    return {row.text(key): dict(row.fields) for row in rows}


def _book(path: Path) -> Table:
    ClaimBook(path)  # refuses what is no book
    with closing(sqlite3.connect(path)) as base:
        told = {name: (day, why) for name, day, why in base.execute(
            "SELECT claim_id, recorded, why FROM claims")}  # fmt: skip
    return {
        item.claim_id: {key: "" if value is None else str(value)
                        for key, value in item.as_dict().items()}
        | {"recorded": told[item.claim_id][0], "why": told[item.claim_id][1]}
        for item in ClaimBook(path).statements()
    }  # fmt: skip


def sentence(change: Change) -> str:
    """Return a change in one line.

    Examples
    --------
    >>> sentence(Change("t.csv", "A", "changed", "value", "1", "2", "a new report"))
    't.csv A: value was 1, is 2 (a new report)'
    """
    reason = f" ({change.reason})" if change.reason else ""
    head = f"{change.table} {change.item}"
    if change.what == "changed":
        was, now = change.old or "empty", change.new or "empty"
        return f"{head}: {change.field} was {was}, is {now}{reason}"
    if change.what == "superseded":
        return f"{head}: supersedes {change.old}: {change.new}{reason}"
    text = change.new if change.what == "added" else change.old
    return f"{head}: {change.what}: {text}{reason}"


def counted(found: Sequence[Change]) -> dict[str, int]:
    """Return how many changes there are of each kind."""
    return {what: sum(item.what == what for item in found)
            for what in ("added", "removed", "changed", "superseded")}  # fmt: skip
