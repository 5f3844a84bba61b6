"""Putting the page together: what the template is given, and the tables beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import shapely
from markupsafe import Markup

from lodeway.io import as_csv
from lodeway.report.book import Book, number
from lodeway.report.mapping import (
    METALS,
    Canvas,
    View,
    as_svg,
    draw_areas,
    draw_deposits,
    draw_gates,
    draw_ground,
    draw_lines,
    draw_names,
    draw_routes,
    metal_of,
    shape_key,
)
from lodeway.report.netback import World, split_lane
from lodeway.report.sections import text

#: A verdict of the ledger that begins so says that the printed sentence cannot be true.
FALSE_VERDICTS = ("impossible", "unit-suspect")


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("lodeway.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def render(page: Mapping[str, Any]) -> bytes:
    """Return the report as one HTML file that asks nothing of the network."""
    folder = resources.files("lodeway.report") / "templates"
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704  our own file
    script = Markup((folder / "report.js").read_text(encoding="utf-8"))  # noqa: S704  our own file
    html = _templates().get_template("report.html").render(**page, style=style, script=script)
    return (html.rstrip() + "\n").encode()


def cannot_be_true(verdict: object) -> bool:
    """Tell whether a verdict says that the claim cannot be true.

    Examples
    --------
    >>> cannot_be_true("impossible"), cannot_be_true("plausible")
    (True, False)
    """
    return text(verdict).casefold().startswith(FALSE_VERDICTS)


def deposit_rows(
    deposits: Sequence[Mapping[str, Any]], tonnes: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return deposits as the map wants them; `tonnes` is the yearly product by deposit.

    A deposit with 100,000 t or more a year is drawn large, one with less middling, and one that
    no project of the study mines small.
    """
    rows = []
    for row in deposits:
        mined = tonnes.get(text(row["deposit"]))
        size = 1 if mined is None else (3 if mined >= 1e5 else 2)
        words = row.get("commodities")
        names = " ".join(words) if isinstance(words, (list, tuple)) else text(words)
        rows.append(
            {
                "name": text(row.get("name") or row["deposit"]), "metal": metal_of(names),
                "size": size, "study": mined is not None,
                "radius_km": number(row.get("radius_km")) or 0.0,
                "sourced": sourced(row.get("coordinate_source")), "geometry": row.get("geometry"),
            }
        )  # fmt: skip
    return rows


def sourced(source: object) -> bool:
    """Tell whether a coordinate has a source that can be named.

    Examples
    --------
    >>> sourced("USGS MRDS"), sourced("own knowledge, not confirmed"), sourced("")
    (True, False, False)
    """
    words = text(source).casefold()
    weak = ("own knowledge", "general knowledge", "approx", "unverified", "none", "unknown")
    return bool(words) and not words.startswith(weak)


def map_view(extent: Sequence[float] | None, shapes: Sequence[Any]) -> View:
    """Return the view of the study's extent, or one around its shapes."""
    if extent and len(extent) == 4:
        west, south, east, north = (float(value) for value in extent)
    else:
        found = [shape for shape in shapes if shape is not None and not shape.is_empty]
        if not found:
            return View((-180.0, -60.0, 180.0, 80.0))
        west, south, east, north = (float(v) for v in shapely.total_bounds(found))
        pad = max(0.1 * max(east - west, north - south), 0.5)
        west, south, east, north = west - pad, south - pad, east + pad, north + pad
    return View((west, south, east, north))


def draw_map(
    view: View, areas: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    scenes: Sequence[str], title: str,
) -> Markup:  # fmt: skip
    """Draw the map from rows of ``lines``, ``routes``, ``gates``, ``deposits``, maybe ``areas``."""
    canvas = Canvas(view)
    draw_ground(canvas, areas)
    draw_lines(canvas, tables["lines"])
    draw_routes(canvas, tables["routes"], scenes)
    draw_gates(canvas, tables["gates"])
    draw_areas(canvas, tables.get("areas", ()))
    draw_deposits(canvas, tables["deposits"])
    draw_names(canvas)
    return as_svg(canvas, title)


def closer_map(
    disputed: Sequence[Mapping[str, Any]], areas: Sequence[Mapping[str, Any]],
    deposits: Sequence[Mapping[str, Any]], title: str,
) -> Markup:  # fmt: skip
    """Draw contract areas at a scale at which their outlines can be seen; nothing without any."""
    if not areas:
        return Markup("")
    west, south, east, north = shapely.total_bounds([row["geometry"] for row in areas])
    pad = 0.08 * max(east - west, north - south)
    canvas = Canvas(View((west - pad * 2, south - pad, east + pad * 2, north + pad)))
    draw_ground(canvas, disputed)
    draw_areas(canvas, areas)
    draw_deposits(canvas, [{**row, "size": 1} for row in deposits])
    draw_names(canvas)
    return as_svg(canvas, title, Markup(""))


def areas_shown(areas: Sequence[Mapping[str, Any]], view: View) -> list[dict[str, Any]]:
    """Return the contract areas that the map shows some of."""
    frame = shapely.box(*view.extent)
    return [dict(row) for row in areas if row["geometry"] is not None
            and row["geometry"].intersects(frame)]  # fmt: skip


def route_rows(
    routes: Sequence[Mapping[str, Any]], chosen: set[tuple[str, str]], metals: Mapping[str, int],
    book: Book,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the routes of the chosen lanes, in the colour of their deposit's metal."""
    rows = []
    for row in routes:
        lane, state = text(row["lane"]), text(row["state"])
        if chosen and (lane, state) not in chosen:
            continue
        project, product, market = split_lane(lane)
        title = f"{book.name(project)}, {book.name(product)} to {book.name(market)} ({row['mode']})"
        colour = METALS[metals.get(project, metal_of(product.replace("-", " ")))][2]
        rows.append({"project": project, "state": state, "colour": colour,
                     "title": title, "geometry": row["geometry"]})  # fmt: skip
    return rows


def legend(deposits: Sequence[Mapping[str, Any]]) -> list[Markup]:
    """Return the marks of the metals that the map shows."""
    return [shape_key(place) for place in sorted({row["metal"] for row in deposits})]


def figure_csv(book: Book, beginnings: tuple[str, ...]) -> bytes:
    """Return the figures whose quantity begins so, as a table that a spreadsheet can open."""
    columns = ["id", "label", "unit", "project", "product", "market", "scenario", "year",
               "p10", "p50", "p90", "value", "draws", "stage", "sources"]  # fmt: skip
    rows = [row for row in book.rows() if row["id"].startswith(beginnings)]
    return as_csv([{**row, "sources": " | ".join(row["sources"])} for row in rows], columns)


def claims_csv(ledger: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the whole ledger as a table that a spreadsheet cannot run."""
    columns = ["claim_id", "subject", "property", "value", "value_text", "unit", "date", "who",
               "source", "verdict", "reason", "arithmetic", "best_reading", "best_value",
               "best_unit", "source_id"]  # fmt: skip
    rows = [{k: v if isinstance(v, (int, float, str)) or v is None else str(v)
             for k, v in row.items()} for row in ledger]  # fmt: skip
    return as_csv(rows, columns)


def chosen_lanes(best: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return (lane, state) of the market that each sale chooses."""
    return {(row["lane"], row["state"]) for row in best if row["lane"]}


def unfit_lanes(
    capacity: Sequence[Mapping[str, Any]], scenes: World, book: Book
) -> tuple[set[tuple[str, str]], list[dict[str, str]]]:
    """Return lanes that their corridor cannot carry, and a sentence for each."""
    known = {state: scenario for state, scenario, _ in scenes.rows}
    found: set[tuple[str, str]] = set()
    words = []
    for row in capacity:
        lane, state = text(row["lane"]), text(row["state"])
        if row.get("fits") is None or row["fits"] or state not in known:
            continue
        found.add((lane, state))
        project, product, market = split_lane(lane)
        need, left = number(row.get("needed_mt")), number(row.get("left_mt"))
        label = f"{book.name(project)}, {book.name(product)} to {book.name(market)}"
        words.append({"label": label, "scenario": book.name(known[state]),
                      "item": text(row.get("item")).replace("_", " "), "need": need, "left": left,
                      "lane": lane, "state": state})  # fmt: skip
    return found, words  # type: ignore[return-value]
