"""Files of a comparison for people: one page, its tables, its pictures."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.corridors import plots
from lodeway.corridors.closures import DAYS_PER_YEAR, fit, read_events, shut_days
from lodeway.corridors.compare import COMPONENTS
from lodeway.corridors.compare_tables import Compared, sentences, surplus
from lodeway.corridors.cost import RateBook, price_all
from lodeway.corridors.graph import build_graph
from lodeway.corridors.matrix import reached_from
from lodeway.corridors.network import Network, read_network
from lodeway.corridors.permission import Permission
from lodeway.io import as_csv
from lodeway.randomness import triangular, uniform

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-size:12px;display:block;overflow-x:auto;margin:1rem 0}
td,th{border-bottom:1px solid #ddd;padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}img{max-width:100%;height:auto}
h2{margin-top:2.2rem}small{color:#555}
"""
_NOTICE = (
    "Network tables contain information from OpenStreetMap, © OpenStreetMap contributors, made "
    "available under the Open Database Licence 1.0. Statuses, lengths of planned lines and demands "
    "are claims or assumptions as each source says."
)


def files(found: Compared, every: Mapping[str, pd.DataFrame], as_of: date) -> dict[str, bytes]:
    """Return the files of a comparison by name: ``corridors.html``, a CSV a table, pictures."""
    made = {
        f"{name}.csv": as_csv(
            [{str(key): value for key, value in row.items()} for row in table.to_dict("records")],
            [str(column) for column in table.columns],
        )
        for name, table in every.items()
    }
    pictures = _pictures(found, as_of)
    made |= pictures
    made["corridors.html"] = _page(found, every, pictures).encode()
    return made


def _pictures(found: Compared, as_of: date) -> dict[str, bytes]:
    network = read_network(found.comparison.network)
    made: dict[str, bytes] = {}
    for number, journey in enumerate(found.comparison.journeys):
        goods = found.comparison.classes[-1]
        rows = [one for one in found.priced if one.journey == journey.name and one.goods is goods]
        labels = [found.comparison.corridors[one.option.corridor].label for one in rows]
        parts = {name: [float(one.usd_per_t[n].mean()) for one in rows]
                 for n, name in enumerate(COMPONENTS)}  # fmt: skip
        ends = [tuple(float(x) for x in np.quantile(one.usd_per_t.sum(axis=0), [0.1, 0.9]))
                for one in rows]  # fmt: skip
        made[f"ladder-{number + 1}.svg"] = plots.ladder(
            labels, parts, [(low, high) for low, high in ends],
            f"{journey.name}: goods of {goods.usd_per_t:,.0f} USD/t",
        )  # fmt: skip
    made["flows-all-built.png"] = _flows(found, network)
    if found.comparison.isocost_from:
        made["isocost.png"] = _isocost(network, found.comparison.isocost_from)
    events = found.comparison.folder / "data" / "events.csv"
    if events.is_file():
        made["closures.svg"] = _gantt(events, as_of)
        made["value-by-year.svg"] = _fan(found, events, as_of)
    return made


def _known(network: Network, names: list[str]) -> dict[str, tuple[float, float]]:
    found = {}
    for name in names:
        node = network.nodes.place[name]
        x, y = float(network.nodes.lon[node]), float(network.nodes.lat[node])
        if np.isfinite(x):
            found[name] = (x, y)
    return found


def _flows(found: Compared, network: Network) -> bytes:
    lon, lat = network.nodes.lon, network.nodes.lat
    flows = []
    built = found.flows["all built"]
    merged: dict[tuple[str, str], float] = {}
    for number, one in enumerate(found.priced):
        key = (one.journey, one.option.corridor)
        merged[key] = merged.get(key, 0.0) + float(built.mt[number])
    for one in found.priced:
        mt = merged.pop((one.journey, one.option.corridor), 0.0)
        nodes = [node for node in one.nodes if np.isfinite(lon[node])]
        if mt > 0.001 and len(nodes) > 2:
            label = found.comparison.corridors[one.option.corridor].label
            flows.append((label, mt, lon[nodes], lat[nodes]))
    drawn = [(x, y) for _, _, *way in flows for x, y in zip(*way, strict=True)]
    low, high = (np.array(end(drawn)) for end in (_least, _most))
    where = np.column_stack([lon, lat])
    good = ((where >= low - 3.0) & (where <= high + 3.0)).all(axis=1)
    stops = sorted({stop for j in found.comparison.journeys for stop in (j.origin, j.destination)})
    return plots.flow_map((lon[good], lat[good]), flows, _known(network, stops),
                          "Flows with every planned corridor built (ships beyond the map not "
                          "drawn)")  # fmt: skip


def _least(points: list[tuple[float, float]]) -> tuple[float, float]:
    return min((x for x, _ in points), default=-180.0), min((y for _, y in points), default=-90.0)


def _most(points: list[tuple[float, float]]) -> tuple[float, float]:
    return max((x for x, _ in points), default=180.0), max((y for _, y in points), default=90.0)


def _isocost(network: Network, port: str) -> bytes:
    graph = build_graph(network)
    permission = Permission(("road", "rail", "sea", "ferry"))
    prices = price_all(network, graph, RateBook(network.rates, 0, None), permission.modes)
    usd = reached_from(network, graph, prices, port, permission, "cost", 2000.0)
    links = network.links
    on_land = np.zeros(len(usd), dtype=bool)
    for end in (links.tail, links.head):
        on_land[end[np.isin(np.array(links.mode_words)[links.mode], ("road", "rail"))]] = True
    return plots.isocost_map(
        network.nodes.lon[on_land], network.nodes.lat[on_land], usd[on_land],
        _known(network, [port]), f"Cost of a tonne worth 2,000 USD from {port}, gates as today",
    )  # fmt: skip


def _gantt(events: Path, as_of: date) -> bytes:
    closures, _ = read_events(events)
    bars = [(one.item, one.start, one.end, one.cause or "not said") for one in closures]
    bars.sort(key=lambda bar: (bar[0], bar[1]))
    return plots.gantt(bars, as_of, "Closures of freight")


def _fan(found: Compared, events: Path, as_of: date) -> bytes:
    """Draw the worth of the dearest planned corridor by year, less the days on which it is shut."""
    planned = [name for name, one in found.comparison.corridors.items() if one.planned]
    gain = {name: surplus(found, found.flows[f"with {name}"]) - surplus(found, found.today)
            for name in planned}  # fmt: skip
    best = max(gain, key=lambda name: gain[name])
    closures, _ = read_events(events)
    since = date(as_of.year - 20, 1, 1)
    items = sorted({one.item for one in closures})
    process = fit(closures, items, since, as_of)[0]
    typical = max(process.values(), key=lambda one: one.closures)
    years = list(range(as_of.year, as_of.year + 20))
    shut = shut_days(typical, found.comparison.seed, found.comparison.draws, len(years))
    opening = as_of.year + 5
    ramp = np.clip((np.array(years) - opening + 1) / 4.0, 0.0, 1.0)
    size = _demand_draws(found, best)
    values = gain[best] * ramp * size[:, None] * (1.0 - shut / DAYS_PER_YEAR)
    label = found.comparison.corridors[best].label
    return plots.fan(years, values, "million USD a year",
                     f"Worth to users: {label}\n(opened {opening}, ramp of 4 years, demand drawn "
                     f"in its range, shut as often as {typical.item})")  # fmt: skip


def _demand_draws(found: Compared, corridor: str) -> NDArray[np.float64]:
    """Return the demand of a corridor's journeys in each world, as a part of its likely value."""
    drawn, likely = np.zeros(found.comparison.draws), 0.0
    for journey in found.comparison.journeys:
        if any(option.corridor == corridor for option in journey.options):
            demand = journey.demand_mt
            u = uniform(found.comparison.seed, "demand", journey.name, found.comparison.draws)
            drawn = drawn + triangular(u, demand.low, demand.mode, demand.high)
            likely += demand.mode
    return drawn / likely if likely > 0 else np.ones(found.comparison.draws)


def _page(found: Compared, every: Mapping[str, pd.DataFrame], pictures: Mapping[str, bytes]) -> str:
    said = "".join(f"<li>{html.escape(line)}</li>" for line in sentences(found, every))
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{found.comparison.name}</title>",
        f"<style>{_STYLE}</style><h1>{html.escape(found.comparison.name)}</h1><ul>{said}</ul>",
    ]
    for name, data in pictures.items():
        kind = "svg+xml" if name.endswith(".svg") else "png"
        code = base64.b64encode(data).decode()
        parts.append(f'<p><img alt="{name}" src="data:image/{kind};base64,{code}"></p>')
    for name, table in every.items():
        parts.append(f"<h2>{name.replace('_', ' ')}</h2>{_html(table)}")
    demands = "".join(
        f"<li>{html.escape(j.name)}: {j.demand_mt.low:g} to {j.demand_mt.high:g}, "
        f"{j.demand_mt.mode:g} Mt a year ({html.escape(j.source)})</li>"
        for j in found.comparison.journeys
    )
    parts.append(f"<h2>demands</h2><ul>{demands}</ul><small>{_NOTICE}</small></html>")
    return "\n".join(parts)


def _html(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(c))}</th>" for c in table.columns)
    rows = []
    for row in table.to_dict("records"):
        cells = []
        for value in row.values():
            if isinstance(value, float):
                cells.append(f'<td class="n">{_digits(value)}</td>')
            else:
                cells.append(f"<td>{html.escape('' if value is None else str(value))}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _digits(value: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
