"""Commands on a corridor: what it is worth, and whether what is said of it can be true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lodeway.cli.app import put, put_json, say

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the door."""
    group = typer.Typer(help="What a corridor is worth, and to whom.", rich_markup_mode=None)
    group.command("value")(value)
    group.command("claim")(claim)
    group.callback()(_group)
    app.add_typer(group, name="corridor")


def _group() -> None:
    """Say what a corridor is worth, and to whom."""


def claim(
    file: Annotated[Path, typer.Argument(help="The claim, a TOML file.", metavar="CLAIM")],
    network: Annotated[Path, typer.Argument(help="Folder with the freight network.")],
    as_json: AsJson = False,
) -> None:
    """Compute every reading of a claim such as "340 km shorter", and weigh it against chance."""
    from lodeway.corridors.claim_file import read_claim
    from lodeway.corridors.claim_verdict import weigh_claim
    from lodeway.corridors.network import read_network

    found = read_network(network)
    weighed = weigh_claim(found, read_claim(file, found))
    if as_json:
        put_json(weighed.as_dict())
        return
    put(f"{weighed.claim.text}: {weighed.claim.metric} {weighed.claim.value:g} "
        f"(+- {weighed.claim.tolerance:g})")  # fmt: skip
    for number, item in enumerate(weighed.readings):
        reading = item.reading
        base = f" against {reading.base.name}" if reading.base else ""
        mark = "fits" if number in weighed.fitting else ""
        put(f"  {item.value:10,.1f}  {reading.origin} to {reading.destination}, "
            f"{reading.alternative.name}{base}  {mark}".rstrip())  # fmt: skip
    put(f"tried {len(weighed.readings)}, within the error {len(weighed.fitting)}, expected by "
        f"chance {weighed.chance:.1f}, indistinct from nothing {weighed.indistinct}")  # fmt: skip
    put(weighed.verdict)


def value(
    study: Annotated[Path, typer.Argument(help="The study folder.", metavar="STUDY")],
    scenario: Annotated[str, typer.Option(help="A scenario of the study.")],
    as_json: AsJson = False,
) -> None:
    """Say what a scenario's corridors are worth: together, in every combination, shared out.

    Runs what has changed in the study first; a run in which nothing changed takes a second.
    """
    from lodeway.economics.corridor_summary import corridor_summary
    from lodeway.study.load import load_study

    tables = _economics(study)
    found = corridor_summary(
        load_study(study).settings, scenario, tables["netback"], tables["value"], tables["gains"]
    )
    if as_json:
        put_json(found)
        return
    put(f"{scenario} in {found['year']}, {found['tonnes']:,.0f} t a year of all sales together")
    put(f"users save at equal tariffs {found['saving']:,.2f} USD/t; after response "
        f"{found['response_low']:,.2f} to {found['response_high']:,.2f}; used by "
        f"{found['p_used']:.0%} of the cargo")  # fmt: skip
    put(f"a toll above {found['toll_breakeven']:,.2f} USD per wet t sends the cargo back")
    for label, share in found["shapley"].items():
        put(f"  {share:10,.2f} USD/t  {label} (Shapley share)")
    for party, usd in found["gains"].items():
        put(f"  {usd:14,.0f} USD/y  {party}")
    put(f"  {found['gains_total']:14,.0f} USD/y  in all")


def _economics(study: Path) -> dict[str, Any]:
    """Bring the study up to date and return the tables of its economics."""
    from lodeway.chain import STAGES
    from lodeway.study.run import run
    from lodeway.study.store import Store

    outcome = run(STAGES, study, progress=say)
    return dict(Store(study).load(outcome.keys["economics"]).data)
