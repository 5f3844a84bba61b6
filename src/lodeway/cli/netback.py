"""``lodeway netback``: the waterfall of one project in one scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lodeway.cli.app import put, put_json, say


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(netback)


def netback(
    folder: Annotated[Path, typer.Argument(help="The study folder.", metavar="STUDY")],
    project: Annotated[str, typer.Option(help="Name of a [[project]].")],
    scenario: Annotated[str, typer.Option(help="Name of a [[scenario]].")] = "",
    product: Annotated[str, typer.Option(help="A product, if not the project's first.")] = "",
    market: Annotated[str, typer.Option(help="A market, if not the one chosen.")] = "",
    draws: Annotated[int | None, typer.Option(help="Number of possible worlds.")] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also draw the waterfall: a .png or .svg file.")
    ] = None,
    case: Annotated[
        Path | None, typer.Option(help="Also write the project as a case for lodeway cashflow.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Say what a tonne brings at the buyer and at the mine, line by line."""
    from tempfile import TemporaryDirectory

    from lodeway.chain import STAGES
    from lodeway.economics.waterfall import netback_answer
    from lodeway.study.load import load_study
    from lodeway.study.run import run
    from lodeway.study.store import Store

    with TemporaryDirectory() as out:
        outcome = run(STAGES, folder, out=Path(out), draws=draws, progress=say)
    settings = load_study(folder).settings
    store = Store(folder)
    stages = ("processing", "sales", "corridors", "economics")
    results = {name: store.load(outcome.keys[name]) for name in stages}
    answer = netback_answer(
        settings,
        results,
        project,
        scenario or settings["scenario"][0]["name"],
        product=product,
        market=market,
    )
    if case is not None:
        from lodeway.economics.study_case import study_case, write_study_case
        from lodeway.economics.vintage import with_regimes

        cash: Any = results["economics"].data["cashflow"]
        areas: Any = store.load(outcome.keys["registry"]).data.get("regimes")
        settings = with_regimes(settings, areas)
        write_study_case(study_case(settings, folder, cash, project, answer["scenario"]), case)
    if chart is not None:
        from lodeway.economics.case_charts import draw_waterfall

        draw_waterfall(answer, chart)
    if as_json:
        put_json(answer)
        return
    put(f"{project} {answer['product']} to {answer['market']} under {answer['scenario']}, "
        f"{answer['year']}, USD per dry tonne (P10, P50, P90)")  # fmt: skip
    for line in answer["lines"]:
        numbers = "".join(f"{line[name] or 0.0:12,.2f}" for name in ("p10", "p50", "p90"))
        put(f"  {line['name'][:40]:40s}{numbers}")
    if answer["breakeven_km"] is not None:
        put(f"  hauled {answer['haul_km']:,.0f} km over land at {answer['haul_usd_per_t_km']:.4f} "
            f"USD/t-km; nothing is left after {answer['breakeven_km']:,.0f} km")  # fmt: skip
    if answer["switch_price"] is not None:
        put(f"  {answer['switch_to']} is the better market beyond {answer['switch_of']} at "
            f"{answer['switch_price']:,.2f} {answer['switch_price_unit']}")  # fmt: skip
