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
    group.command("compare")(compare)
    group.command("risk")(risk)
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
        load_study(study).settings, scenario, tables["netback"], tables["value"], tables["gains"],
        tables["freight"]["fits"],
    )  # fmt: skip
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
    """Bring the study up to date and return the tables of its corridors and economics."""
    from lodeway.chain import STAGES
    from lodeway.study.run import run
    from lodeway.study.store import Store

    outcome = run(STAGES, study, progress=say)
    store = Store(study)
    return {**store.load(outcome.keys["corridors"]).data,
            **store.load(outcome.keys["economics"]).data}  # fmt: skip


def compare(
    study: Annotated[Path, typer.Argument(help="Folder with corridors.toml.", metavar="STUDY")],
    out: Annotated[Path | None, typer.Option(help="Where the files for people go.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set named corridors beside each other and beside the ship: cost, time, flows, who loses."""
    from lodeway.corridors.compare_file import read_comparison
    from lodeway.corridors.compare_report import files
    from lodeway.corridors.compare_tables import compute, sentences, tables
    from lodeway.io import write_bytes

    found = compute(read_comparison(study))
    every = tables(found)
    target = out or study / "out"
    for name, data in files(found, every, found.comparison.as_of).items():
        write_bytes(target / name, data)
    if as_json:
        rows = {name: _plain(table) for name, table in every.items()}
        put_json({"sentences": sentences(found, every), "out": str(target), **rows})
        return
    for line in sentences(found, every):
        put(line)
    put(str(target / "corridors.html"))


def _plain(table: Any) -> list[dict[str, Any]]:
    """Return a frame as JSON rows; what is not a number there is null."""
    from math import isnan

    return [
        {
            key: None if isinstance(value, float) and isnan(value) else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def risk(
    network: Annotated[Path, typer.Argument(help="Folder with the freight network.")],
    origin: Annotated[str, typer.Argument(help="Place where the goods are.")],
    destination: Annotated[str, typer.Argument(help="Place where they are wanted.")],
    events: Annotated[Path, typer.Option(help="Dated closures (CSV).")],
    modes: Annotated[str, typer.Option(help="Modes: road,rail,sea,ferry.")] = "road",
    avoid: Annotated[list[str] | None, typer.Option(help="Countries to avoid.")] = None,
    usd_per_t: Annotated[float, typer.Option(min=0, help="Worth of a wet tonne.")] = 2000.0,
    t_per_y: Annotated[float, typer.Option(help="Wet tonnes a year.")] = 50_000.0,
    since: Annotated[str, typer.Option(help="Closures were watched from this day.")] = "2006-01-01",
    as_of: Annotated[str, typer.Option(help="To this day; by default today.")] = "",
    within: Annotated[float, typer.Option(help="Days within which goods should arrive.")] = 14.0,
    as_json: AsJson = False,
) -> None:
    """Say what closures cost on a journey, and what second roads, insurance, stores are worth."""
    from datetime import date

    from lodeway.cli.route import as_lists, as_words
    from lodeway.corridors.closures import read_events
    from lodeway.corridors.network import read_network
    from lodeway.corridors.permission import Permission
    from lodeway.corridors.risk import assess
    from lodeway.io import last_day

    closures, aside = read_events(events)
    found = assess(
        read_network(network), origin, destination, closures, since=last_day(since, "--since"),
        as_of=last_day(as_of, "--as-of") if as_of else date.today(),  # noqa: DTZ011
        usd_per_t=usd_per_t, t_per_y=t_per_y,
        permission=Permission(as_words(modes), avoid=as_lists(avoid)),
    )  # fmt: skip
    told = found.as_dict()
    told["p_within_days"] = {"days": within, "p": found.within(within)}
    told["notes"] += list(aside)
    if as_json:
        put_json(told)
        return
    for number, route in enumerate(told["routes"]):
        usd, days = route["usd_per_t"], route["days"]
        put(f"{route['length_km']:8,.0f} km  {usd['p50']:7.1f} USD/t ({usd['p10']:.0f} to "
            f"{usd['p90']:.0f})  {days['p50']:5.1f} days ({days['p10']:.1f} to {days['p90']:.1f})  "
            f"shut {route['shut_days_per_y']:5.1f} days a year  taken in {route['p_used']:.0%}  "
            f"{', '.join(route['gates']) or 'no gate'}")  # fmt: skip
        if number:
            gain = told["second_roads"][number - 1]
            put(
                f"          worth {gain['gain']:.2f} USD/t to one who has only the first "
                f"(by itself {gain['mean_gain']:.2f}, as an option {gain['option_gain']:.2f})"
            )
    closed, cover, store = told["closures_usd_per_y"], told["insurance"], told["storage"]
    put(f"closures cost {closed['mean']:,.0f} USD a year, {closed['cvar_95']:,.0f} in the worst "
        f"twentieth of worlds")  # fmt: skip
    put(f"insurance above the median year is worth {cover['worth_to_the_cautious']:,.0f} USD a "
        f"year, a store of 14 days {store['worth_to_the_cautious']:,.0f}")  # fmt: skip
    put(f"arrives within {within:g} days with chance {told['p_within_days']['p']:.0%}")
    for note in found.notes:
        put(f"note: {note}")
    put(f"note: {len(aside)} events close nothing for freight (--json lists them)")
