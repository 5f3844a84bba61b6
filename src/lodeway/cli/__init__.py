"""The command line: one small file of commands per room."""

from lodeway.cli import doctor, study
from lodeway.cli.app import app, main

for _commands in (study, doctor):
    _commands.register(app)

__all__ = ["app", "main"]
