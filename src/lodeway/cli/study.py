"""Commands on a study: new, check, run, explain, trace, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lodeway.cli.app import put, put_json, say

Folder = Annotated[Path, typer.Argument(help="The study folder.", metavar="STUDY")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Out = Annotated[Path | None, typer.Option(help="Where the files for people go.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    for command in (new, check, run, explain, trace, report):
        app.command()(command)


def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make a small complete study to start from."""
    from lodeway.study.template import write_template

    paths = write_template(folder)
    put(f"{folder}: {len(paths)} files. Next: lodeway check {folder}, lodeway run {folder}")


def check(folder: Folder, as_json: AsJson = False) -> None:
    """Say everything that is wrong with a study, at once."""
    from lodeway.chain import STAGES
    from lodeway.errors import LodewayProblems
    from lodeway.study.check import problems

    found = problems(STAGES, folder)
    if as_json:
        put_json([problem.as_dict() for problem in found])
    if found:
        if as_json:
            raise typer.Exit(1)
        raise LodewayProblems(found)
    if not as_json:
        put(f"{folder}: nothing wrong")


def run(
    folder: Folder,
    out: Out = None,
    draws: Annotated[int | None, typer.Option(help="Number of possible worlds.")] = None,
    workers: Annotated[int, typer.Option(help="Number of processes.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run a study: every stage whose inputs changed, and no other."""
    from lodeway.chain import STAGES
    from lodeway.study.run import run as run_study

    outcome = run_study(STAGES, folder, out=out, draws=draws, workers=workers, progress=say)
    reports = [path for path in outcome.files if path.suffix == ".html"]
    if as_json:
        put_json(
            {
                "ran": list(outcome.ran),
                "reused": list(outcome.reused),
                "files": [str(path) for path in outcome.files],
            }
        )
        return
    say(f"ran {len(outcome.ran)} stages, reused {len(outcome.reused)}")
    for path in reports or outcome.files:
        put(str(path))


def explain(folder: Folder, as_json: AsJson = False) -> None:
    """Say why each stage will run, or that it will be reused."""
    from lodeway.chain import STAGES
    from lodeway.study.explain import explain as reasons_of

    reasons = reasons_of(STAGES, folder)
    if as_json:
        rows: list[dict[str, Any]] = [
            {"stage": item.stage, "will_run": item.will_run, "reasons": list(item.reasons)}
            for item in reasons
        ]
        put_json(rows)
        return
    for item in reasons:
        put(f"{item.stage}: {'will run' if item.will_run else 'reused'}")
        for line in item.reasons if item.will_run else ():
            put(f"    {line}")


def trace(
    folder: Folder,
    figure: Annotated[str, typer.Argument(help="The id of a figure, or part of one with '*'.")],
    as_json: AsJson = False,
) -> None:
    """Walk a figure back to the rows that it rests on."""
    from lodeway.chain import STAGES
    from lodeway.study.trace import trace as walk

    found = walk(STAGES, folder, figure)
    if as_json:
        put_json(found)
        return
    shown = found["figure"]
    numbers = [shown[name] for name in ("p10", "p50", "p90", "value") if shown[name] is not None]
    put(f"{shown['id']}: {shown['label']}")
    put(f"  {' / '.join(f'{number:.6g}' for number in numbers)} {shown['unit']}")
    put(f"  method: {shown.get('method', '')}")
    for source in found["sources"]:
        row = source["row"] or {}
        what = "; ".join(f"{name}={value}" for name, value in list(row.items())[:9])
        put(f"  {source['file']}:{source['line'] or ''} {what}")


def report(folder: Folder, out: Out = None) -> None:
    """Put the last run's files where people find them, without computing anything."""
    from lodeway.chain import STAGES
    from lodeway.errors import LodewayError
    from lodeway.study.store import Store

    store = Store(folder)
    keys = store.last_keys()
    if not keys or not all(store.has(key) for key in keys.values()):
        raise LodewayError(
            "missing", str(folder), "no finished run", "a run", f"lodeway run {folder}"
        )
    for stage in STAGES:
        for path in store.publish(keys[stage.name], out or folder / "out"):
            if path.suffix == ".html":
                put(str(path))
