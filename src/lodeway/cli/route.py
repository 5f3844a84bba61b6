"""``lodeway route``: one route through a freight network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodeway.cli.app import put, put_json

if TYPE_CHECKING:
    from lodeway.corridors.route import Route


def register(app: typer.Typer) -> None:
    """Add the command ``route`` to the command line."""
    app.command("route")(route)


def as_words(text: str) -> tuple[str, ...]:
    """Split a list that is separated by commas or bars."""
    return tuple(word.strip() for word in text.replace("|", ",").split(",") if word.strip())


def as_lists(texts: list[str] | None) -> tuple[str, ...]:
    """Join the lists of an option that may be repeated."""
    return tuple(word for text in texts or () for word in as_words(text))


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
    truck: Annotated[
        bool, typer.Option("--truck", help="A truck of 40 t: no gravel, no track.")
    ] = False,
    month: Annotated[
        int | None, typer.Option(min=1, max=12, help="Month of travel: passes shut in it are shut.")
    ] = None,
    alternatives: Annotated[
        int, typer.Option(min=0, max=50, help="How many routes beside the best.")
    ] = 0,
    usd_per_t: Annotated[
        float, typer.Option(min=0, help="Value of the goods per wet tonne, for inventory cost.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Find the shortest, cheapest or fastest route between two places.

    Lists may be separated by commas, or an option repeated. Without a goods value the inventory
    cost is 0. Alternatives share at most 60 % of their kilometres with any other route shown, and
    cost at most 1.5 times the best.
    """
    from lodeway.corridors.network import read_network
    from lodeway.corridors.permission import UNFIT_FOR_TRUCKS, Permission
    from lodeway.corridors.route import find_routes

    found, *others = find_routes(
        read_network(network),
        origin,
        destination,
        alternatives,
        via=tuple(place for text in via or () for place in text.replace(">", ",").split(",")),
        permission=Permission(
            modes=as_words(modes),
            include=as_lists(include),
            open_gates=as_lists(open_gates),
            closed_gates=as_lists(closed_gates),
            avoid=as_lists(avoid),
            unfit=UNFIT_FOR_TRUCKS if truck else (),
            month=month,
        ),
        by=by,
        usd_per_t=usd_per_t,
    )
    if as_json:
        answer = found.as_dict()
        if alternatives:
            answer["alternatives"] = [other.as_dict() for other in others]
            if len(others) < alternatives:
                answer["notes"].append(_few(len(others), alternatives))
        put_json(answer)
        return
    for number, route_found in enumerate((found, *others)):
        put(f"alternative {number}" if number else f"{origin} to {destination}")
        _tell(route_found)
    for note in found.notes:
        put(f"note: {note}")
    if len(others) < alternatives:
        put(f"note: {_few(len(others), alternatives)}")


def _few(found: int, wanted: int) -> str:
    return (
        f"{found} of {wanted} alternatives: the network holds no more that share at most 60 % and "
        "cost at most 1.5 times the best"
    )


def _tell(found: Route) -> None:
    put(f"  {found.length_km:,.1f} km, {found.cost_usd_per_t:,.2f} USD/t, {found.hours:,.1f} h")
    put(f"  countries: {', '.join(found.countries) or 'none'}")
    put(f"  gates: {', '.join(found.gates) or 'none'}")
    for leg in found.legs:
        put(f"    {leg.mode:6} {leg.origin} to {leg.destination}: {leg.km:,.1f} km, "
            f"{leg.usd_per_t:,.2f} USD/t, {leg.hours:,.1f} h")  # fmt: skip
