"""``lodeway route``: one route through a freight network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command ``route`` to the command line."""
    app.command("route")(route)


def _words(text: str) -> tuple[str, ...]:
    """Split a list that is separated by commas or bars."""
    return tuple(word.strip() for word in text.replace("|", ",").split(",") if word.strip())


def _lists(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(word for text in texts or () for word in _words(text))


def route(
    network: Annotated[Path, typer.Argument(help="Folder with the freight network.")],
    origin: Annotated[str, typer.Argument(help="Place where the route begins.")],
    destination: Annotated[str, typer.Argument(help="Place where it ends.")],
    via: Annotated[
        list[str] | None, typer.Option(help="Place to pass; repeat for more, in order.")
    ] = None,
    modes: Annotated[str, typer.Option(help="Modes: road,rail,sea,ferry.")] = "road",
    include: Annotated[
        list[str] | None, typer.Option(help="Also use links that are planned, or closed.")
    ] = None,
    open_gates: Annotated[
        list[str] | None, typer.Option("--open", help="Gates (or pairs) that count as open.")
    ] = None,
    closed_gates: Annotated[
        list[str] | None, typer.Option("--close", help="Gates (or pairs) that count as shut.")
    ] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(help="Countries to avoid, as three letters.")
    ] = None,
    by: Annotated[str, typer.Option(help="What is to be least: km, cost or hours.")] = "km",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Find the shortest, cheapest or fastest route between two places.

    Lists may be separated by commas, or an option repeated. Without a goods value the inventory
    cost is 0.
    """
    from lodeway.corridors.network import read_network
    from lodeway.corridors.permission import Permission
    from lodeway.corridors.route import find_route

    found = find_route(
        read_network(network),
        origin,
        destination,
        via=tuple(place for text in via or () for place in text.replace(">", ",").split(",")),
        permission=Permission(
            modes=_words(modes),
            include=_lists(include),
            open_gates=_lists(open_gates),
            closed_gates=_lists(closed_gates),
            avoid=_lists(avoid),
        ),
        by=by,
    )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    typer.echo(f"{origin} to {destination}: {found.length_km:,.1f} km, "
               f"{found.cost_usd_per_t:,.2f} USD/t, {found.hours:,.1f} h")  # fmt: skip
    typer.echo(f"countries: {', '.join(found.countries) or 'none'}")
    typer.echo(f"gates: {', '.join(found.gates) or 'none'}")
    for leg in found.legs:
        typer.echo(f"  {leg.mode:6} {leg.origin} to {leg.destination}: {leg.km:,.1f} km, "
                   f"{leg.usd_per_t:,.2f} USD/t, {leg.hours:,.1f} h")  # fmt: skip
    for note in found.notes:
        typer.echo(f"note: {note}")
