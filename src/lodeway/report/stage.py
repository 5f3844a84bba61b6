"""The report as a stage of the chain: tables in, files for people out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
import pandas as pd
import xarray as xr

from lodeway.model.stage import Result, StageContext
from lodeway.report import cash, compose, ground, measures, netback, page, quotes, sections
from lodeway.report.basemap import read_areas
from lodeway.report.book import Book
from lodeway.report.geopackage import geopackage
from lodeway.report.sections import records, text

#: The sections of the study file that the report reads.
SETTINGS = ("study", "report", "scenario", "project", "market")


class Tables:
    """The tables of the stages upstream; one that is absent is None."""

    def __init__(self, context: StageContext) -> None:
        self._inputs = context.inputs

    def frame(self, stage: str, name: str) -> Any:
        """Return one table, or None where the stage or the table is absent."""
        result = self._inputs.get(stage)
        return None if result is None else result.data.get(name)

    def rows(self, stage: str, name: str) -> list[dict[str, Any]]:
        """Return the rows of one table, none where it is absent."""
        return records(self.frame(stage, name))


def run(context: StageContext) -> Result:
    """Make the report and the tables beside it.

    Every table of the stages upstream may be absent: its section is then left out.
    """
    tables = Tables(context)
    settings = context.settings
    book = Book(
        {stage: result.sources for stage, result in context.inputs.items()},
        context.keys,
        _labels(settings),
        (row["source_id"] for row in tables.rows("economics", "unverified")),
    )
    scenes = netback.world(tables.frame("corridors", "states"), _dataset(tables, "netback"))
    parts = _money(book, tables, scenes, settings)
    parts.update(_ground(book, tables, scenes, settings, _areas(context)))
    parts.update(_text_parts(book, tables, settings, context))
    context.progress("report: writing the page")
    entries, sets = book.trace()
    html = page.render({**parts, "entries": entries, "sets": sets,
                        "general": book.general_knowledge()})  # fmt: skip
    layers = {
        name: frame
        for stage, name in (
            ("corridors", "routes"),
            ("corridors", "gates"),
            ("registry", "deposits"),
            ("registry", "areas"),
            ("corridors", "lines"),
        )
        if isinstance(frame := tables.frame(stage, name), geopandas.GeoDataFrame)
    }
    files = {
        "report.html": html,
        "figures.json": book.as_json(),
        "netback.csv": page.figure_csv(book, ("netback", "freight", "delivered", "best-", "mine-")),
        "projects.csv": page.figure_csv(
            book,
            (
                "npv",
                "irr",
                "receipts",
                "jobs",
                "corridor",
                "gain",
                "measure",
                "backcast",
                "disclosed",
                "parity",
                "sales-",
            ),
        ),
        "claims.csv": page.claims_csv(tables.rows("registry", "ledger")),
        "routes.gpkg": geopackage(layers, "; ".join(parts["notes"])),
    }
    return Result(data={"figures": _figure_table(book)}, files=files)


def _figure_table(book: Book) -> pd.DataFrame:
    rows = [{**row, "sources": "|".join(row["sources"]), "inputs": "|".join(row["inputs"])}
            for row in book.rows()]  # fmt: skip
    return pd.DataFrame(rows)


def _dataset(tables: Tables, name: str) -> xr.Dataset | None:
    found = tables.frame("economics", name)
    return found if isinstance(found, xr.Dataset) else None


def _labels(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the label of each named section of the study file."""
    return {
        text(item["name"]): text(item["label"])
        for kind in ("project", "market", "scenario")
        for item in settings.get(kind) or ()
        if item.get("label")
    }


def _areas(context: StageContext) -> list[dict[str, Any]]:
    """Read the study's own disputed lines and areas, if it has them."""
    name = text((context.settings.get("report") or {}).get("disputed"))
    files = context.matching(name) if name else []
    return read_areas(files[0]) if files else []


def _money(
    book: Book, tables: Tables, scenes: netback.World, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return everything that is counted per tonne or in USD."""
    data = _dataset(tables, "netback")
    several = netback.products_of(data)
    best: list[dict[str, Any]] = []
    if data is not None and scenes.rows:
        netback.lane_figures(book, data, scenes, several)
        best = netback.best_rows(book, data, scenes, several)
    unfit_keys, unfit = page.unfit_lanes(tables.rows("corridors", "capacity"), scenes, book)
    on_screen = [
        row
        for row in best
        if (row["lane"], row["state"]) not in unfit_keys
        and (row["felt"] or row["state"] == scenes.names[0])
    ]
    chosen = page.chosen_lanes(best)
    value = sections.value_tables(book, tables.rows("economics", "value"), several)
    ladders = sections.ladder_tables(
        book, tables.rows("economics", "ladder"), chosen, scenes, several
    )
    flow = _dataset(tables, "cashflow")
    life = cash.lifetime_table(book, flow, scenes, settings.get("project") or [])
    before = [
        *compose.part("value", "What a corridor is worth", value,
                      "With the change less without it, in each possible world, per dry tonne "
                      "(toll: per wet tonne). Sales that a scenario does not move stand in "
                      "projects.csv only."),
        *compose.part("ladder", "The ladder per tonne", ladders,
                      "From what the buyer pays down to what the mine keeps."),
        *compose.part("gains", "Who gains",
                      sections.gain_table(book, tables.rows("economics", "gains"))),
    ]  # fmt: skip
    after = _after(book, tables, settings)
    return {
        **compose.netback_groups(book, on_screen), "unfit": compose.unfit_rows(book, unfit),
        "parts_before": before, "parts_after": after, "chosen": chosen,
        "npv": [*cash.npv_table(book, flow, scenes), *life],
        "charts": cash.charts(book, flow, scenes),
        "receipts": cash.receipt_table(book, tables.rows("economics", "receipts")),
        "tornado": compose.tornado_groups(book, tables.rows("economics", "tornado")),
    }  # fmt: skip


def _after(book: Book, tables: Tables, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sections below the cash flow."""
    readings = sections.distance_tables(
        book,
        tables.rows("economics", "readings"),
        tables.rows("economics", "reading_summary"),
    )
    return [
        *_dug(book, tables, settings),
        *compose.part("links", "Do mineral tonnes pay for the link?",
                      sections.link_table(book, tables.rows("economics", "links"))),
        *compose.part("distances", "Distance claims", readings),
        *compose.part("measures", "Measures of each project",
                      measures.measure_table(book, tables.rows("economics", "measures"))),
        *compose.part("backcast", "Held against disclosed payments",
                      measures.backcast_table(book, tables.rows("economics", "backcast"))),
        *compose.part("parity", "Gas and carbon",
                      measures.parity_table(book, tables.rows("economics", "parity"))),
        *compose.part("quotes", "Held against quotes",
                      quotes.quote_tables(book, tables.rows("corridors", "quotes"),
                                          tables.rows("corridors", "widened"))),
        *compose.part("jobs", "Jobs", sections.job_table(book, tables.rows("economics", "jobs"))),
        *compose.part("check", "Checked against a recorded sale",
                      sections.check_table(book, tables.rows("economics", "sale_check"))),
    ]  # fmt: skip


def _dug(book: Book, tables: Tables, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the section on what is in the ground and how it is dug, if the study has one."""
    plan = tables.frame("mine", "plan")
    deposits = [text(project.get("deposit")) for project in settings.get("project") or ()]
    found = ground.ground_tables(
        book, deposits, tables.rows("resource", "statement"),
        plan if isinstance(plan, xr.Dataset) else None,
        tables.rows("mine", "pits"), tables.rows("mine", "summary"),
    )  # fmt: skip
    return compose.part("ground", "What is in the ground, and how it is dug", found)


def _ground(
    book: Book, tables: Tables, scenes: netback.World, settings: Mapping[str, Any],
    areas: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Return the map and its legend."""
    projects = settings.get("project") or []
    raw = tables.rows("registry", "deposits")
    best = page.chosen_lanes([])
    data = _dataset(tables, "netback")
    if data is not None and "chosen_lane" in data:
        best = {
            (text(data["chosen_lane"].sel(sale=sale, state=state).item()), state)
            for sale in data["sale"].to_numpy()
            for state in scenes.names
            if state in data["state"].to_numpy()
        }
    deposits = page.deposit_rows(raw, _tonnes(tables.frame("processing", "streams"), projects))
    routes = page.route_rows(tables.rows("corridors", "routes"), best,
                             compose.project_metals(projects, raw), book)  # fmt: skip
    shapes = [row["geometry"] for row in [*deposits, *routes]]
    view = page.map_view((settings.get("report") or {}).get("extent"), shapes)
    held = page.areas_shown(tables.rows("registry", "areas"), view)
    drawn = {"lines": tables.rows("corridors", "lines"), "routes": routes, "deposits": deposits,
             "gates": tables.rows("corridors", "gates"),
             "areas": held}  # fmt: skip
    unplaced = [row["name"] for row in deposits
                if row["geometry"] is None or row["geometry"].is_empty]  # fmt: skip
    sources = dict.fromkeys(f"{area['name']} ({area['source']})" for area in areas
                            if area["shape"].intersects(_frame(view.extent)))  # fmt: skip
    title = "Map of deposits, corridors and routes"
    return {
        "map": page.draw_map(view, areas, drawn, scenes.names or ["today"], title),
        "legend": page.legend(deposits), "unplaced": unplaced, "disputed": "; ".join(sources),
        "closer": page.closer_map(areas, held, deposits, "Contract areas and licences"),
        "areas": [f"{row['name']}: {row['source']}" for row in held],
        "scenes": compose.scene_labels(book, scenes),
        "baseline": compose.scene_labels(book, scenes)[0],
    }  # fmt: skip


def _frame(extent: tuple[float, float, float, float]) -> Any:
    import shapely

    return shapely.box(*extent)


def _tonnes(streams: xr.Dataset | None, projects: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the median product of each deposit, t/y; a project without one counts as zero."""
    found = {text(p["deposit"]): 0.0 for p in projects if p.get("deposit")}
    if streams is None or "product_t_per_y" not in streams:
        return found
    where = {text(p["name"]): text(p.get("deposit")) for p in projects}
    middle = streams["product_t_per_y"].median("draw")
    for sale in (str(value) for value in middle["sale"].to_numpy()):
        deposit = where.get(sale.split(":")[0])
        if deposit:
            found[deposit] = max(found[deposit], float(middle.sel(sale=sale)))
    return found


def _text_parts(
    book: Book, tables: Tables, settings: Mapping[str, Any], context: StageContext
) -> dict[str, Any]:
    """Return the sentences, the ledger, and what is not known."""
    report, study = settings.get("report") or {}, settings.get("study") or {}
    money = study.get("money") or {}
    ledger = compose.ledger_rows(tables.rows("registry", "ledger"))
    notes = report.get("notes") or []
    terms = f"Money: {money['terms']} {money['currency']} of {money['year']}. " if {
        "terms", "currency", "year"} <= set(money) else ""  # fmt: skip
    contents = [("answers", "Answers"), ("map", "Map"), ("netback", "Net-back"),
                ("claims", "Claims"), ("cash", "Cash flow"), ("ledger", "Ledger"),
                ("trace", "Trace")]  # fmt: skip
    present = {"map", "trace"}
    present |= {"answers"} if tables.rows("economics", "questions") else set()
    present |= {"netback"} if _dataset(tables, "netback") is not None else set()
    present |= {"claims"} if any(row["no"] for row in ledger) else set()
    present |= {"cash"} if tables.frame("economics", "cashflow") is not None else set()
    present |= {"ledger"} if ledger else set()
    return {
        "title": text(report.get("title") or study.get("name") or "Lodeway report"),
        "as_of": context.as_of.isoformat(), "draws": context.draws, "money": terms,
        "contents": [entry for entry in contents if entry[0] in present],
        "questions": compose.answers(book, tables.frame("economics", "questions")),
        "ledger": ledger, "false_claims": [row for row in ledger if row["no"]],
        "verdicts": sorted({row["verdict"] for row in ledger}),
        "notes": [notes] if isinstance(notes, str) else [text(note) for note in notes],
        "parts_end": compose.closing_parts(tables.frame("economics", "unknowns"),
                                           tables.frame("economics", "repairs")),
        "tick_text": compose.tick_text, "bare": compose.bare,
    }  # fmt: skip
