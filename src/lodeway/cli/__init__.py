"""The command line: one small file of commands per room."""

from lodeway.cli import cashflow, claims, doctor, registry, route, study
from lodeway.cli.app import app, main

for _commands in (study, route, claims, registry, cashflow, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
