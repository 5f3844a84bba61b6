"""The command on mine schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json, say
from lodeway.cli.pit import AsJson, Benches, Prefix, SlopeDeg

Seconds = Annotated[
    float, typer.Option("--seconds", help="Wall time, reading included; compiling is not.")
]
Kind = Annotated[
    str | None,
    typer.Option("--kind", help="cpit or pcpsp; by default cpit where PREFIX.cpit exists."),
]
Stockpile = Annotated[
    float | None,
    typer.Option(
        "--stockpile",
        help="Cost of taking a unit of ore back: ore may wait. The gain is told (pcpsp only).",
    ),
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
    stockpile: Stockpile = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Schedule a mine: what to dig when and where to send it, with a proof of how good that is.

    What the first run on a machine must compile, it compiles before the time begins.
    """
    import time

    from lodeway.errors import LodewayError

    if not 1.0 <= seconds <= 86_400.0:
        raise LodewayError("bad-number", "--seconds", seconds, "1 to 86,400")
    if kind not in {None, "cpit", "pcpsp"}:
        raise LodewayError("bad-argument", "--kind", kind, "cpit or pcpsp")
    from lodeway.mine.files import read_model
    from lodeway.mine.minelib import write_solution
    from lodeway.mine.schedule import schedule_mine
    from lodeway.mine.stockpile import after_schedule
    from lodeway.mine.warm import warm_up_schedule

    kind = _kind(prefix, kind, stockpile)
    say("making ready")
    warm_up_schedule(1 if kind == "cpit" else 2, with_template=slope is not None)
    begin = time.perf_counter()
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
    kept = None if stockpile is None else after_schedule(problem, plan.schedule, stockpile)
    if kept is not None:
        answer["stockpile"] = {
            "gain": kept.gain,
            "npv": plan.npv + kept.gain,
            "milled_at_once": kept.at_once.tolist(),
            "milled_later": kept.later.tolist(),
            "stock": kept.stock.tolist(),
        }
    if as_json:
        put_json(answer)
        return
    put(f"{model.name} ({problem.kind}): {plan.npv:,.0f}, at most {plan.bound:,.0f}")
    put(f"  gap {plan.gap:.2%}; for whole blocks {plan.whole_gap:.2%}; precedence and limits hold")
    if kept is not None:
        put(f"  a stockpile adds {kept.gain:,.0f}; it holds up to {kept.stock.max():,.0f}")


def _kind(prefix: Path, kind: str | None, stockpile: float | None) -> str:
    """Return which problem is meant: the one asked for, else the one that is there."""
    from lodeway.errors import LodewayError

    if stockpile is None:
        there = "cpit" if prefix.with_name(prefix.name + ".cpit").is_file() else "pcpsp"
        return kind or there
    if not 0.0 <= stockpile < 1e12:
        raise LodewayError("bad-number", "--stockpile", stockpile, "a cost of at least 0")
    if kind == "cpit":
        raise LodewayError(
            "bad-argument", "--stockpile", "kind cpit", "pcpsp",
            "a problem without destinations does not say what a mill brings",
        )  # fmt: skip
    return "pcpsp"
