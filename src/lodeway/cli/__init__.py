"""The command line: one small file of commands per room."""

from lodeway.cli import assess, cashflow, claims, doctor, fairways, route, study
from lodeway.cli.app import app, main

for _commands in (study, route, claims, cashflow, assess, fairways, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
