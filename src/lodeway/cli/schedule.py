"""The command on mine schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json, say
from lodeway.cli.pit import AsJson, Benches, Prefix, SlopeDeg

Seconds = Annotated[float, typer.Option("--seconds", help="Wall time for everything.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", help="cpit or pcpsp; by default cpit where PREFIX.cpit exists."),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the search.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the schedule to this .sol file.")]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command("schedule")(schedule)


def schedule(
    prefix: Prefix,
    slope: SlopeDeg = None,
    benches: Benches = None,
    seconds: Seconds = 60.0,
    kind: Kind = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Schedule a mine: what to dig when and where to send it, with a proof of how good that is."""
    import time

    from lodeway.errors import LodewayError

    begin = time.perf_counter()
    if not 1.0 <= seconds <= 86_400.0:
        raise LodewayError("bad-number", "--seconds", seconds, "1 to 86,400")
    if kind not in {None, "cpit", "pcpsp"}:
        raise LodewayError("bad-argument", "--kind", kind, "cpit or pcpsp")
    from lodeway.mine.files import read_model
    from lodeway.mine.minelib import write_solution
    from lodeway.mine.schedule import schedule_mine

    if kind is None:
        kind = "cpit" if prefix.with_name(prefix.name + ".cpit").is_file() else "pcpsp"
    model = read_model(prefix, slope, benches, kind)
    problem = model.problem
    assert problem is not None
    left = max(seconds - (time.perf_counter() - begin), 0.5)
    plan = schedule_mine(problem, model.precedence, seconds=left, seed=seed, progress=say)
    if out is not None:
        write_solution(out, plan.schedule, problem.periods)
    answer = {
        "name": model.name,
        "kind": problem.kind,
        "npv": plan.npv,
        "bound": plan.bound,
        "gap": plan.gap,
        "feasible": plan.verdict.feasible,
        "relaxed_value": plan.relaxation.lower,
        "bound_error": plan.relaxation.gap,
        "bound_seconds": plan.relaxation.seconds,
        "whole_bound": plan.whole_bound,
        "whole_gap": plan.whole_gap,
        "blocks_mined": int((plan.schedule.period < problem.periods).sum()),
        "pit_blocks": plan.pit_blocks,
        "moves": plan.moves,
        "seconds": time.perf_counter() - begin,
    }
    if as_json:
        put_json(answer)
        return
    put(f"{model.name} ({problem.kind}): {plan.npv:,.0f}, at most {plan.bound:,.0f}")
    put(f"  gap {plan.gap:.2%}; for whole blocks {plan.whole_gap:.2%}; precedence and limits hold")
