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
