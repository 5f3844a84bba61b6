"""The command line: one small file of commands per room."""

from lodeway.cli import cashflow, claims, corridor, doctor, flow, network, route, study
from lodeway.cli.app import app, main

for _commands in (study, route, network, flow, corridor, claims, cashflow, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
