"""Commands on money by year: a fiscal case to the cent, and rates of return."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    app.command()(cashflow)
    app.command()(irr)


def cashflow(
    case: Annotated[Path, typer.Argument(help="A JSON file: flows by year, regime, rates.")],
    xlsx: Annotated[
        Path | None, typer.Option(help="Also write a workbook whose formulas recalculate.")
    ] = None,
    charts: Annotated[
        Path | None, typer.Option(help="Also draw the case into this folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work out what state and investor receive from one project, to the cent."""
    from lodeway.economics.case import read_case, solve

    given = read_case(case)
    answers = solve(given)
    if xlsx is not None:
        from lodeway.economics.workbook import write_workbook

        write_workbook(given, answers, xlsx)
    if charts is not None:
        from lodeway.economics.case_charts import draw_case

        draw_case(given, charts)
    if as_json:
        put_json(answers)
        return
    columns = list(answers["ledger"][0])
    put(",".join(columns))
    for row in answers["ledger"]:
        put(",".join(row[name] for name in columns))
    for name, value in answers.items():
        if name != "ledger":
            put(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


def irr(
    file: Annotated[
        Path, typer.Argument(help="A CSV table: date and amount, or an amount for each year.")
    ],
    as_json: AsJson = False,
) -> None:
    """Find every internal rate of return of yearly or dated flows: none, one or several."""
    from lodeway.economics.cash_table import read_flows
    from lodeway.economics.roots import status_of

    roots = read_flows(file).roots()
    status = status_of(roots)
    if as_json:
        put_json({"roots": roots, "status": status})
        return
    put(status + "".join(f"\n{root:.10%}" for root in roots))
