"""The command line: one small file of commands per room."""

from lodeway.cli import doctor, route, study
from lodeway.cli.app import app, main

for _commands in (study, route, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
