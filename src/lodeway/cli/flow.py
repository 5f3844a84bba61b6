"""``lodeway flow``: the cheapest flow of many commodities through limited capacities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(flow)


def flow(
    instance: Annotated[
        Path, typer.Argument(help="JSON with commodities; arcs in <stem>_arcs.csv.gz beside it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Ship every tonne as cheaply as the capacities allow, and price each capacity."""
    from lodeway.corridors.flow import FlowReport, FlowSolver, shadow_by
    from lodeway.corridors.flow_instance import read_instance

    problem = read_instance(instance)
    found = FlowSolver(problem).solve()
    if as_json:
        put_json(FlowReport(problem, found).as_dict())
        return
    put(f"objective: {found.objective:,.6f} million USD a year "
        f"(proved to within {found.objective - found.bound:.1e})")  # fmt: skip
    for number, item in enumerate(problem.commodities):
        left = found.unserved_mt[number]
        said = f", {left:,.3f} Mt/y not carried" if left > 0 else ""
        put(f"  {item.name}: {item.mt_per_y:,.3f} Mt/y, the last tonne costs "
            f"{found.price_usd_per_t[number]:,.2f} USD{said}")  # fmt: skip
    put("one more tonne a year of capacity would save, in USD:")
    for what, usd in shadow_by(problem, found).items():
        put(f"  {usd:8.2f}  {what}")
