"""The command line: one small file of commands per room."""

from lodeway.cli import (
    assess,
    cashflow,
    claims,
    doctor,
    fairways,
    netback,
    prices,
    route,
    study,
    tender,
)
from lodeway.cli.app import app, main

for _commands in (
    study, route, claims, cashflow, netback, prices, tender, assess, fairways, doctor,
):  # fmt: skip
    _commands.register(app)

__all__ = ["app", "main"]
