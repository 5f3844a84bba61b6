"""``lodeway prices``: how a price moves, fitted to a long series, and possible futures of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json

_prices = typer.Typer(no_args_is_help=True, help="How prices move, and possible futures of them.")
File = Annotated[Path, typer.Argument(help="A monthly table; its first column is the month.")]
Column = Annotated[str, typer.Option(help="Name of the price's column.")]
Until = Annotated[str, typer.Option(help="Last month to learn from, such as 2021-12.")]
Model = Annotated[str, typer.Option(help="auto, gbm, schwartz or bootstrap.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    _prices.command()(fit)
    _prices.command()(draw)
    app.add_typer(_prices, name="prices")


def fit(
    file: File,
    column: Column,
    until: Until = "",
    model: Model = "auto",
    chart: Annotated[
        Path | None, typer.Option(help="Also draw past and fan: a .png or .svg file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit a model to a price and hold it against years that it has not seen."""
    from lodeway.economics.price_report import fit_report

    answer = fit_report(file, column, until, model)
    if chart is not None:
        from lodeway.economics.case_charts import draw_fan

        draw_fan(file, column, until, answer["model"], chart)
    if as_json:
        put_json(answer)
        return
    for name, value in answer.items():
        put(f"{name}: {value}")


def draw(
    file: File,
    column: Column,
    out: Annotated[Path, typer.Option(help="Parquet file: draw, month, price.")],
    until: Until = "",
    months: Annotated[int, typer.Option(help="How many months to draw.")] = 60,
    draws: Annotated[int, typer.Option(help="How many possible futures.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    model: Model = "auto",
    as_json: AsJson = False,
) -> None:
    """Draw possible futures of a price into a Parquet file."""
    from lodeway.economics.price_report import write_draws

    answer = write_draws(
        file, column, until, out, months=months, draws=draws, seed=seed, model=model
    )
    if as_json:
        put_json(answer)
        return
    put(f"{out}: {draws} futures of {months} months, {answer['model']}")
