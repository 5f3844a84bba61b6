"""Commands on yearly flows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(irr)


def irr(
    file: Annotated[Path, typer.Argument(help="A CSV table with a column 'amount', a row a year.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Find every internal rate of return of a yearly flow: none, one or several."""
    import numpy as np

    from lodeway.economics.fiscal import irr_roots
    from lodeway.io import read_rows

    flows = np.array([row.number("amount") for row in read_rows(file, ["amount"])])
    roots = irr_roots(flows)
    status = {0: "none", 1: "one"}.get(len(roots), "several")
    if as_json:
        put_json({"roots": roots, "status": status})
        return
    put(status + "".join(f"\n{root:.10%}" for root in roots))
