"""The command line: one small file of commands per room; a command opens only its own file."""

import gc
import sys
from importlib import import_module

import typer

from lodeway.cli.app import new_app, run

#: Files of commands, in the order in which help shows them, and the words that each answers to.
_FILES = {
    "study": ("new", "check", "run", "explain", "trace", "report"),
    "route": ("route",),
    "network": ("network",),
    "flow": ("flow",),
    "corridor": ("corridor",),
    "claims": ("claims",),
    "registry": ("registry",),
    "drillholes": ("drillholes",),
    "estimate": ("estimate",),
    "pit": ("pit",),
    "schedule": ("schedule",),
    "netback": ("netback",),
    "cashflow": ("cashflow", "irr"),
    "prices": ("prices",),
    "tender": ("tender",),
    "assess": ("assess",),
    "fairways": ("fairways",),
    "doctor": ("doctor",),
}

__all__ = ["door", "main"]

#: Loading the file `app` has put it here under its own name, where `__getattr__` must answer.
globals().pop("app", None)


def door(word: str = "") -> typer.Typer:
    """Return the command line with the file that answers to a word, or with every file."""
    app = new_app()
    for name in [name for name, words in _FILES.items() if word in words] or _FILES:
        import_module(f"lodeway.cli.{name}").register(app)
    return app


def main() -> None:
    """Run the command line."""
    gc.set_threshold(100_000, 20, 20)  # what a start makes lives to the end: fewer looks at it
    run(door(sys.argv[1] if len(sys.argv) > 1 else ""))
