"""The door: one command line for everything; every command keeps its imports to itself."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

from lodeway.errors import LodewayError, LodewayProblems


def new_app() -> typer.Typer:
    """Return a command line without commands."""
    app = typer.Typer(
        name="lodeway",
        help="From lode to market: what the ground of a mineral province is worth, to whom, by "
        "which road, and how sure anyone can be.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_lodeway)  # keeps the first word a command where there is only one
    return app


def _lodeway() -> None:
    pass


def say(line: str) -> None:
    """Tell the user something about progress, on stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  this is the program's voice


def put(text: str) -> None:
    """Print an answer, on stdout."""
    print(text)  # noqa: T201  this is the program's answer


def put_json(value: Any) -> None:
    """Print exactly one JSON value on stdout."""
    put(json.dumps(value, ensure_ascii=False, allow_nan=False))


def run(app: typer.Typer) -> None:
    """Run the command line; a user's mistake ends in a sentence, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except LodewayError as problem:
        sys.exit(_complain(problem))
    except MemoryError:
        say("lodeway: the machine ran out of memory (fewer --draws need less)")
        sys.exit(3)
    except KeyboardInterrupt:
        say("lodeway: stopped; what was finished is kept, and the next run goes on from there")
        sys.exit(130)


def _complain(problem: LodewayError) -> int:
    """Say what is wrong, as JSON where the user asked for JSON, and return the exit status."""
    several = problem.problems if isinstance(problem, LodewayProblems) else [problem]
    if "--json" in sys.argv:
        errors = [one.as_dict() for one in several]
        say(json.dumps(errors if len(errors) > 1 else errors[0], ensure_ascii=False))
    else:
        for one in several:
            say(f"lodeway: {one.sentence()}")
    return max(one.exit_code for one in several)
