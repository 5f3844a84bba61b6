"""Commands on claims: whether a public figure can be true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json

Files = Annotated[list[Path], typer.Argument(help="Claims tables (CSV).", metavar="FILE...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the door."""
    group = typer.Typer(help="Test what is said: can this figure be true?", rich_markup_mode=None)
    group.command("check")(check)
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
