"""``lodeway tender``: the bids of a tender, gates first, then scores and how firm they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(tender)


def tender(
    bids: Annotated[Path, typer.Argument(help="A CSV table, a row a bid.", metavar="BIDS.csv")],
    criteria: Annotated[
        Path, typer.Argument(help="A TOML file: criteria, gates.", metavar="CRITERIA.toml")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Rank the bids of a tender and say how firm the ranking is.

    BIDS.csv has a column 'bid' and one for each criterion and gate. CRITERIA.toml has tables
    [[criterion]] (name or column, weight, better = "max" or "min", low, high, curve) and [[gate]]
    (column, and min, max, equals or one_of); method = "maut" or "topsis"; [ahp] matrix; [npv].
    """
    from lodeway.economics.tender import compare

    found = compare(bids, criteria)
    if as_json:
        put_json(found)
        return
    for row in found["ranking"]:
        if row["passed"]:
            mark = "  not beaten by any other in every criterion" if row["pareto"] else ""
            put(f"{row['rank']:3d} {row['bid']:24s} score {row['score']:.3f}  first in "
                f"{row['p_first']:.0%} of worlds{mark}")  # fmt: skip
        else:
            out = "; ".join(f"{gate['gate']}: {gate['got'] or 'nothing'}, wanted {gate['wanted']}"
                            for gate in row["gates"])  # fmt: skip
            put(f"    {row['bid']:24s} out ({out})")
    if found["consistency"] is not None:
        ratio, good = found["consistency"]["ratio"], found["consistency"]["consistent"]
        put(f"consistency ratio {ratio:.3f}{'' if good else ': judgements contradict each other'}")
