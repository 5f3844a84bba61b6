"""Commands on a freight network: check it, measure it, convert it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json
from lodeway.cli.route import as_lists, as_words

Folder = Annotated[Path, typer.Argument(help="Folder with the freight network.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Several = Annotated[list[str] | None, typer.Option()]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the door."""
    group = typer.Typer(help="Look after a freight network.", rich_markup_mode=None)
    group.command("check")(check)
    group.command("matrix")(matrix)
    group.command("lengths")(lengths)
    group.command("quotes")(quotes)
    group.command("convert")(convert)
    group.command("repair")(repair)
    group.callback()(_group)
    app.add_typer(group, name="network")


def _group() -> None:
    """Look after a freight network."""


def check(network: Folder, as_json: AsJson = False) -> None:
    """List everything that is wrong or odd in a network, with its place and its cure."""
    from lodeway.corridors.health import examine

    findings = examine(network)
    if as_json:
        put_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            put(f"{finding.severity:8} {finding.code:22} {finding.item}: {finding.what}"
                + (f" ({finding.cure})" if finding.cure else ""))  # fmt: skip
        put(f"{len(findings)} findings")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def matrix(
    network: Folder,
    places: Annotated[Path, typer.Option(help="CSV with a column 'place', or one a line.")],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    modes: Annotated[str, typer.Option(help="Modes: road,rail,sea,ferry.")] = "road",
    by: Annotated[str, typer.Option(help="What is measured: km, cost or hours.")] = "km",
    include: Several = None,
    open_gates: Annotated[list[str] | None, typer.Option("--open")] = None,
    closed_gates: Annotated[list[str] | None, typer.Option("--close")] = None,
    avoid: Several = None,
    as_json: AsJson = False,
) -> None:
    """Write the distance between every two places; an empty cell means that there is no way."""
    import numpy as np

    from lodeway.corridors.matrix import UNITS, matrix_rows, read_places
    from lodeway.corridors.matrix import matrix as measure
    from lodeway.corridors.network import read_network
    from lodeway.corridors.permission import Permission
    from lodeway.io import as_csv, write_bytes

    names = read_places(places)
    permission = Permission(
        as_words(modes), as_lists(include), as_lists(open_gates), as_lists(closed_gates),
        as_lists(avoid),
    )  # fmt: skip
    table = measure(read_network(network), names, permission, by)
    write_bytes(out, as_csv(matrix_rows(names, table, by), ("from", "to", UNITS[by])))
    pairs = len(names) * (len(names) - 1)
    empty = int(np.count_nonzero(~np.isfinite(table)))
    if as_json:
        put_json({"out": str(out), "pairs": pairs, "unreachable": empty})
    else:
        put(f"{out}: {pairs} pairs, {empty} without a way")


def convert(
    source: Annotated[Path, typer.Argument(help="A network in any of the formats.")],
    target: Annotated[Path, typer.Argument(help="A folder, or a .gpkg file.")],
    to: Annotated[str, typer.Option(help="csv, gpkg, geoparquet or gmns.")] = "",
) -> None:
    """Write a network in another format; every cell comes back as it was."""
    from lodeway.corridors.formats import read_tables, write_tables

    kind = to or ("gpkg" if target.suffix == ".gpkg" else "csv")
    tables = read_tables(source)
    write_tables(tables, target, kind)
    put(f"{target}: {len(tables)} tables as {kind}")


def repair(
    network: Folder,
    target: Annotated[Path, typer.Argument(help="Folder for the mended copy.")],
    mend: Annotated[list[str], typer.Option(help="A code of `network check`; repeat for more.")],
    as_json: AsJson = False,
) -> None:
    """Write a mended copy of a network, and list every change; the network itself stays."""
    from lodeway.corridors.formats import write_tables
    from lodeway.corridors.repair import repair as mended

    tables, done = mended(network, as_lists(mend))
    write_tables(tables, target, "csv")
    if as_json:
        put_json([change.as_dict() for change in done])
        return
    for change in done:
        put(f"{change.code:16} {change.item}: {change.before} -> {change.after}")
    put(f"{target}: {len(done)} changes")


def lengths(
    network: Folder,
    published: Annotated[Path, typer.Argument(help="CSV with via (A>B>C), modes, km.")],
    avoid: Several = None,
    as_json: AsJson = False,
) -> None:
    """Hold published route lengths against the network, for a truck of 40 t on roads."""
    from lodeway.corridors.graph import build_graph
    from lodeway.corridors.lengths import compare_lengths, summary
    from lodeway.corridors.network import read_network
    from lodeway.corridors.permission import UNFIT_FOR_TRUCKS, Permission
    from lodeway.corridors.route import find_route

    whole = read_network(network)
    graph = build_graph(whole)
    rows = compare_lengths(
        published,
        lambda stops, modes: find_route(
            whole, stops[0], stops[-1], via=stops[1:-1], graph=graph,
            permission=Permission(modes, avoid=as_lists(avoid), unfit=UNFIT_FOR_TRUCKS),
        ),
    )  # fmt: skip
    if as_json:
        put_json({"rows": [row.as_dict() for row in rows], "summary": summary(rows)})
        return
    for row in rows:
        put(f"{row.error:+7.1%}  {row.km:8.1f} against {row.published_km:8.1f} km  "
            f"{'|'.join(row.modes)}  {row.via}")  # fmt: skip
    for mode, told in summary(rows).items():
        put(f"{mode}: median {told['median']:.1%}, worst {told['worst']:.1%} of "
            f"{told['count']:.0f}")  # fmt: skip


def quotes(
    network: Folder,
    table: Annotated[
        Path, typer.Argument(help="CSV with quote, from, to, mode, unit, low_usd ...")
    ],
    avoid: Several = None,
    as_json: AsJson = False,
) -> None:
    """Hold published freight quotes and transit days against the model; list every miss."""
    from lodeway.corridors.network import read_network
    from lodeway.corridors.quotes import compare_quotes, summary

    found = compare_quotes(read_network(network), table, as_lists(avoid))
    told = summary(found)
    if as_json:
        put_json({"quotes": [quote.as_dict() for quote in found], "summary": told})
        return
    for quote in found:
        model, quoted = quote.model_usd_per_t, quote.quoted_usd_per_t
        if quote.error is not None and model is not None and quoted is not None:
            said = (f"{quote.error:+6.0%}  {model:7.1f} against {quoted[0]:.1f} to "
                    f"{quoted[1]:.1f} USD/t")  # fmt: skip
        elif quote.days_error is not None:
            said = f"{quote.days_error:+6.0%}  days"
        else:
            said = f"   --  {quote.note or 'no price'}"
        put(f"{quote.id:5} {quote.origin} to {quote.destination}: {said}")
    put(f"{told['compared']:.0f} compared, median error {told['median_error']:.0%}; the misfit's "
        f"spread in logs is {told['log_spread']:.2f}")  # fmt: skip
