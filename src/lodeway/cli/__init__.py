"""The command line: one small file of commands per room."""

from importlib import import_module

from lodeway.cli.app import app, main

#: Files of commands, in the order in which help shows them.
_FILES = (
    "study",
    "route",
    "network",
    "flow",
    "corridor",
    "claims",
    "registry",
    "drillholes",
    "estimate",
    "pit",
    "schedule",
    "netback",
    "cashflow",
    "prices",
    "tender",
    "assess",
    "fairways",
    "doctor",
)

for _name in _FILES:
    import_module(f"lodeway.cli.{_name}").register(app)

__all__ = ["app", "main"]
