"""``lodeway fairways``: the value of ground, cell by cell and scenario by scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lodeway.cli.app import put, put_json, say


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(fairways)


def fairways(
    folder: Annotated[Path, typer.Argument(help="The study folder.", metavar="STUDY")],
    out: Annotated[Path, typer.Option(help="Where the rasters go.")],
    draws: Annotated[int | None, typer.Option(help="Number of possible worlds.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Map what the ground of a province is worth, by the best corridor in every scenario.

    Runs what the study's own chain lacks first. A run that was killed goes on where it was.
    """
    from lodeway.chain import STAGES
    from lodeway.economics.ground.fairways import fairways as compute
    from lodeway.economics.ground.province import Study
    from lodeway.io import read_facts
    from lodeway.study.graph import build
    from lodeway.study.load import load_study
    from lodeway.study.run import run, with_draws
    from lodeway.study.store import Store

    outcome = run(STAGES, folder, draws=draws, progress=say)
    study = with_draws(load_study(folder), draws)
    store = Store(folder)
    nodes = {node.stage.name: node for node in build(STAGES, study, store.digest)}
    facts = read_facts(nodes["processing"].files, folder)
    freight: Any = store.load(outcome.keys["corridors"]).data["freight"]
    about = study.settings["study"]
    ready = Study(folder, study.settings, facts, freight, about["draws"], about["seed"])
    summary = compute(ready, out, say)
    if as_json:
        put_json(summary)
        return
    error = summary["table"]["error"]["max_share_of_capex"]
    put(f"{out}: {len(summary['files'])} rasters, table error at most {error:.3%} of capital")
    for name, found in summary["scenarios"].items():
        put(f"  {name}: economic ground {found['economic_km2']:,.0f} km2 of "
            f"{summary['area_km2']:,.0f}; a deposit is worth "
            f"{found['value_usd_mean'] / 1e6:,.1f} M USD on average")  # fmt: skip
