"""``lodeway assess``: the three-part assessment of undiscovered deposits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(assess)


def assess(
    model: Annotated[
        Path, typer.Argument(help="Known deposits of the type (CSV: Ore in t, elements in %).")
    ],
    estimates: Annotated[
        Path, typer.Argument(help="Experts (CSV: Weight, N90, N50, N10) or N, Probability.")
    ],
    joint: Annotated[
        bool, typer.Option(help="Let tonnage and grades go together, as in the known deposits.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Say how many deposits are still to be found, and how much ore and metal they hold.

    P90 is what is exceeded with a probability of 0.9, P10 with 0.1.
    """
    from lodeway.economics.ground.assess import assess as run
    from lodeway.economics.ground.assess import read_deposits
    from lodeway.economics.ground.deposits import read_deposit_count

    deposits = read_deposits(model)
    count = read_deposit_count(estimates)
    found = run(deposits.model(joint=joint), deposits.names, count).as_dict()
    if as_json:
        put_json(found)
        return
    number = found["deposits"]
    put(f"undiscovered deposits: mean {number['mean']:.1f}, sd {number['sd']:.1f}; at least "
        f"{number['p90']} (P90), {number['p50']} (P50), {number['p10']} (P10)")  # fmt: skip
    for name, total in found["totals"].items():
        put(f"  {name:6s} mean {total['mean']:.3g} t; P90 {total['p90']:.3g}, "
            f"P50 {total['p50']:.3g}, P10 {total['p10']:.3g}")  # fmt: skip
