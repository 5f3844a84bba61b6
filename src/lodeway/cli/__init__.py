"""The command line: one small file of commands per room."""

from lodeway.cli import cashflow, claims, doctor, pit, route, schedule, study
from lodeway.cli.app import app, main

for _commands in (study, route, claims, cashflow, pit, schedule, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
