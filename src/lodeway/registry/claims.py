"""Claims: who said what, when, in which unit; immutable rows, kept as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lodeway.errors import LodewayError, suggestion
from lodeway.io import Row, read_rows

#: Columns that a claims table must have, with the names that are also understood.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "claim_id": ("claim_id", "id"),
    "subject": ("subject", "project", "deposit"),
    "property": ("property", "quantity"),
    "value": ("value",),
    "unit": ("unit",),
}
#: Columns that may be there. Notes and verdicts of whoever compiled the table are not read.
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "value_high": ("value_high", "high"),
    "date": ("date", "as_of", "year"),
    "who": ("who_says", "who", "speaker"),
    "source": ("source", "document", "seed_file"),
    "basis": ("basis_as_printed", "basis"),
    "kind": ("kind", "operator"),
    "group": ("conflict_group", "group"),
}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """One claim as it was entered.

    `value` and `high` are None where the cell holds words; `text` is the cell itself.
    """

    id: str
    subject: str
    property_: str
    text: str
    value: float | None
    high: float | None
    unit: str
    date: str
    who: str
    source: str
    basis: str
    kind: str
    group: str
    file: str
    line: int

    @property
    def source_id(self) -> str:
        """Where the row stands: ``file#claim_id``."""
        return f"{self.file}#{self.id}"

    @property
    def words(self) -> str:
        """Property, unit, basis and date in lower case, for looking at the wording."""
        return f"{self.property_} {self.unit} {self.basis} {self.date} {self.kind}".lower()


def read_claims(paths: Iterable[Path], folder: Path | None = None) -> list[Claim]:
    """Read claims tables, every row of them.

    Parameters
    ----------
    paths
        CSV files with the columns ``claim_id, subject, property, value, unit`` (or their aliases).
    folder
        From which files are named; by default each by its own name.

    Raises
    ------
    LodewayError
        For a missing column, an id that stands twice, or a number with a decimal comma.
    """
    claims: list[Claim] = []
    seen: dict[str, str] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix() if folder else path.name
        rows = read_rows(path, [], name=name)
        if not rows:
            raise LodewayError("missing", f"{name}:2", "no row", "at least one claim")
        columns = _columns(list(rows[0].fields), name)
        for row in rows:
            claim = _claim(row, columns)
            where = f"{name}:{row.line} claim_id"
            if claim.id in seen:
                raise LodewayError("unknown-id", where, claim.id, f"an id not in {seen[claim.id]}")
            seen[claim.id] = f"{name}:{row.line}"
            claims.append(claim)
    return claims


def _columns(header: list[str], name: str) -> dict[str, str]:
    """Return which column of the table serves each field."""
    found: dict[str, str] = {}
    for field, names in {**REQUIRED, **OPTIONAL}.items():
        for alias in names:
            if alias in header and alias not in found.values():
                found[field] = alias
                break
        if field in REQUIRED and field not in found:
            expected = f"a column {' or '.join(repr(alias) for alias in names)}"
            raise LodewayError(
                "missing", f"{name}:1", ", ".join(header), expected, suggestion(names[0], header)
            )
    return found


def _claim(row: Row, columns: Mapping[str, str]) -> Claim:
    def text(field: str) -> str:
        return row.text(columns[field], "") if field in columns else ""

    value, high = _value(row, columns["value"])
    given = _value(row, columns["value_high"])[0] if "value_high" in columns else None
    return Claim(
        id=row.text(columns["claim_id"]),
        subject=row.text(columns["subject"]),
        property_=row.text(columns["property"]),
        text=text("value"),
        value=value,
        high=given if given is not None else high,
        unit=text("unit"),
        date=text("date"),
        who=text("who"),
        source=text("source"),
        basis=text("basis"),
        kind=text("kind"),
        group=text("group"),
        file=row.file,
        line=row.line,
    )


def _value(row: Row, column: str) -> tuple[float | None, float | None]:
    """Return a number, or the two ends of ``2-3``; words are no number.

    A cell such as ``13,7`` is refused: nobody can know which comma it is.
    """
    text = row.text(column, "").replace("\u2212", "-")
    if not text:
        return None, None
    if _NUMBER.fullmatch(text):
        return float(text), None
    ends = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)", text)
    if ends:
        return float(ends[1]), float(ends[2])
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        raise LodewayError(
            "bad-number", row.where(column), repr(text), "a number with a decimal point",
            "write 13.7 or 13700: a comma can mean either",
        )  # fmt: skip
    return None, None
