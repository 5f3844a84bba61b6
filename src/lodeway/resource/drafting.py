"""The draft statement: one content, as a page (HTML) and as a document (DOCX)."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from lodeway.resource.findings import FINDINGS
from lodeway.resource.resources import OTHER_CODES

_DIGITS = {"measured": 3, "indicated": 3, "measured+indicated": 3, "inferred": 2}
_TODO = "to be written by the competent person"


@dataclass(frozen=True)
class Draft:
    """What a draft says.

    Attributes
    ----------
    title, effective
        Deposit, and the day for which the data hold.
    elements
        The first has the cut-off.
    table
        As `lodeway.resource.resources.statement` returned it.
    cutoff_why
        How the cut-off came about, in a sentence.
    pictures
        ``(name, png, caption)``.
    checks
        Validation, ``(what, result)``.
    findings
        Number by code.
    answers
        Answers to the checklist by key.
    realisations
        How many simulated models stand behind the ranges.
    """

    title: str
    effective: str
    elements: Sequence[str]
    table: pd.DataFrame
    cutoff_why: str
    pictures: Sequence[tuple[str, bytes, str]]
    checks: Sequence[tuple[str, str]]
    findings: Mapping[str, int]
    answers: Mapping[str, str]
    realisations: int

    @property
    def cutoff(self) -> str:
        """The cut-off as it is printed."""
        return f"{self.table['cutoff_pct'].iloc[0]:.2f}"

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the table of resources, rounded by class."""
        out = []
        for _, row in self.table.iterrows():
            name = str(row["class"])
            digits = _DIGITS[name]
            pairs = [
                (f"{row[f'{e}_pct']:.2f}" if row["ore_t"] else "-",
                 rounded(row[f"{e}_t"] / 1e3, digits))
                for e in self.elements
            ]  # fmt: skip
            spread = ""
            if "ore_t_p10" in row:
                low, high = (rounded(row[f"ore_t_{p}"] / 1e6, digits) for p in ("p10", "p90"))
                spread = f"{low} to {high}"
            style = {"measured+indicated": "sum", "inferred": "apart"}.get(name, "")
            label = name.replace("+", " and ")
            out.append({"name": label, "ore": rounded(row["ore_t"] / 1e6, digits),
                        "grades": pairs, "range": spread, "style": style})  # fmt: skip
        return out

    def checklist(self) -> list[tuple[str, list[dict[str, str]]]]:
        """Return the criteria by section, with answers where the run knows them."""
        text = files("lodeway.resource").joinpath("table1.csv").read_text(encoding="utf-8")
        sections: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(io.StringIO(text)):
            answer = self.answers.get(row["key"], "") if row["key"] else ""
            sections.setdefault(row["section"], []).append({**row, "answer": answer})
        return list(sections.items())


def rounded(value: float, digits: int) -> str:
    """Return a number with so many significant digits, in plain notation.

    Examples
    --------
    >>> rounded(512345.0, 2), rounded(0.0, 2), rounded(3.14159, 3)
    ('510,000', '0', '3.14')
    """
    if not np.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    places = digits - 1 - int(np.floor(np.log10(abs(value))))
    return f"{round(value, places):,.{max(places, 0)}f}"


def html_bytes(draft: Draft) -> bytes:
    """Return the draft as one self-contained page."""
    from jinja2 import Environment, select_autoescape

    source = files("lodeway.resource").joinpath("templates/statement.html")
    environment = Environment(autoescape=select_autoescape(default=True))
    page = environment.from_string(source.read_text(encoding="utf-8")).render(
        title=draft.title, effective=draft.effective, cutoff=draft.cutoff,
        elements=list(draft.elements), rows=draft.rows(), realisations=draft.realisations,
        codes=OTHER_CODES.to_dict("records"), cutoff_why=draft.cutoff_why,
        pictures=[(name, base64.b64encode(png).decode(), caption)
                  for name, png, caption in draft.pictures],
        checks=draft.checks,
        findings=[(code, number, FINDINGS.get(code, "")) for code, number in draft.findings.items()
                  if code in FINDINGS],
        checklist=draft.checklist(),
    )  # fmt: skip
    return page.encode()


def docx_bytes(draft: Draft) -> bytes:
    """Return the draft as a document to be edited; no clock is in it."""
    from datetime import UTC, datetime

    from docx import Document
    from docx.shared import Cm

    document = Document()
    about = document.core_properties
    about.author, about.title = "", f"{draft.title}: draft resource statement"
    about.created = about.modified = datetime(2000, 1, 1, tzinfo=UTC)
    document.add_heading(f"{draft.title}: mineral resource, draft", 0)
    document.add_paragraph(
        f"Effective {draft.effective}. Reported above a cut-off of {draft.cutoff} % "
        f"{draft.elements[0]}."
    )
    warning = document.add_paragraph()
    warning.add_run("Draft for a competent person. ").bold = True
    warning.add_run(
        "Software made this draft. It complies with no code and is no public report until a "
        "competent person, named, has checked it, filled in what is marked and signed it. "
        "Resources are not reserves."
    )
    document.add_heading("Resource by class", 1)
    head = ["class", "dry tonnes, Mt"]
    for element in draft.elements:
        head += [f"{element}, %", f"{element} in it, kt"]
    head.append("simulated P10 to P90, Mt")
    rows = [
        [row["name"], row["ore"], *[cell for pair in row["grades"] for cell in pair], row["range"]]
        for row in draft.rows()
    ]
    _table(document, head, rows)
    document.add_paragraph("Inferred is never added to the other classes.")
    document.add_heading("In other codes", 1)
    document.add_paragraph("A range with its reason, never a conversion.")
    codes = OTHER_CODES[["class", "gkz", "unfc", "reason"]].to_numpy().tolist()
    _table(document, ["here", "GKZ", "UNFC-2019", "why no closer"], codes)
    document.add_heading("Cut-off", 1)
    document.add_paragraph(draft.cutoff_why)
    for _, png, caption in draft.pictures:
        document.add_picture(io.BytesIO(png), width=Cm(15))
        document.add_paragraph(caption)
    document.add_heading("How well it holds", 1)
    _table(document, ["check", "result"], [list(row) for row in draft.checks])
    document.add_heading("Checklist after JORC (2012), Table 1", 1)
    for section, criteria in draft.checklist():
        document.add_heading(section, 2)
        cells = [[row["criterion"], row["asks"], row["answer"] or _TODO] for row in criteria]
        _table(document, ["criterion", "asks", "answer"], cells)
    document.add_heading("Signature", 1)
    document.add_paragraph("Competent person: name, membership, date, signature: none yet.")
    return _plain_zip(document)


def _table(document: Any, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(head))
    table.style = "Light Grid Accent 1"
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)


def _plain_zip(document: Any) -> bytes:
    """Save a document and set every date inside the archive to one day."""
    import zipfile

    raw = io.BytesIO()
    document.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            fresh = zipfile.ZipInfo(item.filename, (2000, 1, 1, 0, 0, 0))
            fresh.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fresh, old.read(item.filename))
    return out.getvalue()
