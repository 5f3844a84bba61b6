"""Commands on claims: what a text says, whether it can be true, what several claims come to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json, say

Files = Annotated[list[Path], typer.Argument(help="Claims tables (CSV).", metavar="FILE...")]
Text = Annotated[Path, typer.Argument(help="A news text (UTF-8).", metavar="ARTICLE.txt")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Gazetteers = Annotated[
    list[Path],
    typer.Option("--gazetteer", help="A table of names: name (or canonical), aliases with |."),
]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the door."""
    group = typer.Typer(help="Test what is said: can this figure be true?", rich_markup_mode=None)
    group.command("check")(check)
    group.command("read")(read)
    group.command("fuse")(fuse)
    group.command("store")(store)
    group.command("export")(export)
    group.callback()(_group)
    app.add_typer(group, name="claims")


def _group() -> None:
    """Test what is said: can this figure be true."""


def check(files: Files, as_json: AsJson = False) -> None:
    """Give every claim a verdict, with the arithmetic in one line."""
    from lodeway.registry.claims import read_claims
    from lodeway.registry.verdict import judge

    verdicts = judge(read_claims(files))
    if as_json:
        put_json([verdict.as_dict() for verdict in verdicts])
        return
    for item in verdicts:
        claim = item.claim
        said = f"{claim.text} {claim.unit}".strip()
        put(f"{item.verdict:13s} {claim.id}  {claim.subject}: {claim.property_} {said}")
        if item.arithmetic:
            put(f"              {item.reason}: {item.arithmetic}")
        if item.best_reading:
            best = item.best_reading
            put(f"              best reading: {best.reading} ({best.value:g} {best.unit})")


def read(
    article: Text,
    gazetteer: Gazetteers = [],  # noqa: B006  typer reads the default, nobody changes it
    out: Annotated[Path | None, typer.Option(help="Write draft claims to this CSV.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the quantities and dates of a news text and propose who says them of what."""
    from lodeway.io import as_csv, read_text, write_bytes
    from lodeway.registry.reading import read_article
    from lodeway.registry.reading.names import read_gazetteer

    drafts = read_article(read_text(article), read_gazetteer(gazetteer))
    if out is not None:
        rows = [draft.as_row(number, article.stem) for number, draft in enumerate(drafts, 1)]
        columns = list(rows[0]) if rows else ["claim_id", "subject", "property", "value", "unit"]
        write_bytes(out, as_csv(rows, columns))
        say(f"{len(rows)} draft claims, marked machine-read, in {out}")
    if as_json:
        put_json([draft.as_dict() for draft in drafts])
        return
    for draft in drafts:
        who = f" says {draft.speaker}" if draft.speaker else ""
        put(f"{draft.start:6d}  {draft.text!r}: {draft.subject} / {draft.property_}{who}")
        if draft.note:
            put(f"        {draft.note}")


def fuse(
    files: Files,
    subject: Annotated[str, typer.Option(help="A name of the subject.")],
    property_: Annotated[str, typer.Option("--property", help="For example 'contained copper'.")],
    gazetteer: Gazetteers = [],  # noqa: B006  typer reads the default, nobody changes it
    as_json: AsJson = False,
) -> None:
    """Turn several claims of one quantity into an estimate, and say why each counts so much."""
    from lodeway.registry.claims import read_claims
    from lodeway.registry.deposits import aliases_of
    from lodeway.registry.fusion import fuse as fused

    found = fused(read_claims(files), subject, property_, aliases_of(gazetteer))
    if as_json:
        put_json(found.as_dict())
        return
    if found.estimate is None:
        put("no claim is left to estimate from")
    else:
        put(f"{found.estimate:,.4g} {found.unit} ({found.low:,.4g} to {found.high:,.4g})")
    for item in found.used:
        put(f"  {item.share:4.0%} {item.claim.id} {item.value:,.4g}: {item.reason}")
    for claim, reason in found.excluded:
        put(f"  left out {claim.id} {claim.text} {claim.unit}: {reason}")


def store(
    files: Files,
    book: Annotated[Path, typer.Option(help="The book of claims (GeoPackage), made if absent.")],
    recorded: Annotated[str, typer.Option(help="The day of entry, YYYY-MM-DD.")],
    why: Annotated[str, typer.Option(help="Why they are entered.")] = "first entry",
    as_json: AsJson = False,
) -> None:
    """Enter claims in a book that only grows."""
    from lodeway.io import last_day
    from lodeway.registry.book import ClaimBook

    day = last_day(recorded, "--recorded").isoformat()
    count = ClaimBook(book).add(files, day, why)
    if as_json:
        put_json({"entered": count, "book": str(book)})
    else:
        put(f"{count} claims entered in {book}")


def export(
    book: Annotated[Path, typer.Argument(help="A book of claims.")],
    out: Annotated[
        Path,
        typer.Option(help=".csv or .parquet (as written), .prov.json, .trig, or .erml.csv."),
    ],
    file: Annotated[str, typer.Option(help="Only rows that came from this table.")] = "",
) -> None:
    """Write claims as the tables they came from, as provenance, or as flat views."""
    from lodeway.errors import LodewayError
    from lodeway.io import as_csv, write_bytes
    from lodeway.registry import provenance
    from lodeway.registry.book import ClaimBook

    if not book.is_file():
        raise LodewayError("missing", str(book), "nothing", "a book of claims")
    held, name = ClaimBook(book), out.name.lower()
    if name.endswith(".erml.csv"):
        rows = provenance.erml_lite(held.statements(current=True))
        content = as_csv(rows, list(rows[0]) if rows else ["identifier"])
    elif name.endswith(".csv"):
        content = held.csv(file)
    elif name.endswith(".parquet"):
        content = held.parquet(file)
    elif name.endswith(".prov.json"):
        content = provenance.prov_json(held.statements())
    elif name.endswith(".trig"):
        content = provenance.nanopublications(held.statements())
    else:
        expected = ".csv, .parquet, .prov.json, .trig or .erml.csv"
        raise LodewayError("bad-argument", "--out", out.name, expected)
    write_bytes(out, content)
    say(f"wrote {out}")
