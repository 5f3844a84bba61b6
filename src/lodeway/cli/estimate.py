"""The command that estimates or simulates grades from a file of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json, say


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(estimate)


def estimate(
    config: Annotated[
        Path | None, typer.Argument(help="A TOML file; see --example.", metavar="CONFIG")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The table to write: .csv, .parquet or .dat.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Number of threads.")] = 1,
    example: Annotated[bool, typer.Option("--example", help="Print a whole file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Estimate grades by kriging, or simulate them, as a file of settings says."""
    from lodeway.errors import LodewayError

    if example:
        from lodeway.resource.config import EXAMPLE

        put(EXAMPLE)
        return
    if config is None or out is None:
        missing = "CONFIG" if config is None else "--out"
        raise LodewayError("bad-argument", missing, "nothing", "a file")
    import warnings

    from lodeway.errors import LodewayWarning
    from lodeway.resource.estimating import run_config
    from lodeway.resource.tablefiles import write_table

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LodewayWarning)
        frame, about = run_config(config, workers)
    notes = [str(one.message) for one in caught if issubclass(one.category, LodewayWarning)]
    write_table(frame, out)
    if as_json:
        put_json({"file": str(out), **about, "notes": notes})
        return
    for note in notes:
        say(f"note: {note}")
    put(f"{out}: " + ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in about.items()))
