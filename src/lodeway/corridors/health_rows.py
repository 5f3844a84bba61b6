"""Findings that single rows show: unknown words, impossible numbers, doubles, unguarded borders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from lodeway.corridors.health import Finding, Raw
from lodeway.corridors.iso3 import ISO3
from lodeway.corridors.records import BASE_MODES, GATE_STATUS, LINK_STATUS, sorted_pair
from lodeway.errors import LodewayError, suggestion
from lodeway.io import last_day

_NODE_MODES = (*BASE_MODES, "place")


def nodes(raw: Raw) -> Iterator[Finding]:
    """Check ids, coordinates, modes, countries and places of nodes."""
    yield from _twice(raw.node_ids, "double-node", [raw.near(n) for n in range(len(raw.node_ids))])
    placed = [name for name in raw.node_place if name]
    yield from _twice(placed, "double-place", placed)
    for name, limit in (("lon", 180), ("lat", 90)):
        values = getattr(raw, name)
        for row in np.flatnonzero(~(np.abs(values) <= limit)).tolist():
            text = raw.nodes.cell(int(row), name)
            cure = (
                "write degrees with a decimal point"
                if not np.isfinite(values[row])
                else ("degrees and minutes, or metres, read as degrees?")
            )
            yield Finding("bad-coordinate", "error", raw.node_ids[row], raw.near(int(row)),
                          f"{name} {text!r} of a node", cure)  # fmt: skip
    modes = raw.nodes.texts("mode")
    for row, mode in enumerate(modes):
        if mode.strip() not in _NODE_MODES:
            yield Finding("unknown-mode", "error", raw.node_ids[row], raw.near(row), repr(mode),
                          suggestion(mode, _NODE_MODES))  # fmt: skip
    for code, count in sorted(Counter(raw.country.tolist()).items()):
        if code and code not in ISO3:
            row = int(np.argmax(raw.country == code))
            yield Finding(
                "unknown-country", "warning", code, raw.near(row),
                f"{count} nodes have the country {code!r}, which ISO 3166 does not know",
                suggestion(code, ISO3) or "a part of a country bears the country's code; who holds "
                "it goes to the column 'control'",
            )  # fmt: skip


def _twice(names: Sequence[str], code: str, places: Sequence[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, place in zip(names, places, strict=True):
        if name in seen:
            yield Finding(code, "error", name, place, f"{name!r} stands twice", "keep one row")
        seen.add(name)


def links(raw: Raw) -> Iterator[Finding]:
    """Check ids, ends, words and lengths of links, row by row."""
    yield from _twice(raw.ids, "double-link-id", [raw.at(n) for n in range(len(raw.ids))])
    tail, head = raw.ends
    for row in np.flatnonzero((tail < 0) | (head < 0)).tolist():
        end = "from" if tail[row] < 0 else "to"
        known = int(max(tail[row], head[row]))
        yield Finding("unknown-node", "error", raw.ids[row], raw.near(known),
                      f"{end} {raw.links.cell(int(row), end)!r} is no node", "")  # fmt: skip
    for row in np.flatnonzero((tail == head) & (tail >= 0)).tolist():
        yield Finding("self-loop", "warning", raw.ids[row], raw.at(int(row)),
                      "both ends are one node", "leave it out")  # fmt: skip
    for row in np.flatnonzero(~(raw.km > 0)).tolist():
        text = raw.links.cell(int(row), "length_km")
        cure = "write a decimal point" if re.fullmatch(r"-?\d+,\d+", text.strip()) else ""
        yield Finding("bad-length", "error", raw.ids[row], raw.at(int(row)),
                      f"length {text!r}", cure)  # fmt: skip
    allowed = (*BASE_MODES, *(f"access_{mode}" for mode in BASE_MODES))
    for column, words, code in (("mode", allowed, "unknown-mode"),
                                ("status", LINK_STATUS, "unknown-status")):  # fmt: skip
        given = raw.words(column)
        for row in np.flatnonzero(~np.isin(given, words)).tolist():
            yield Finding(code, "error", raw.ids[row], raw.at(int(row)), repr(str(given[row])),
                          suggestion(str(given[row]), words))  # fmt: skip
    this_year = date.today().year  # noqa: DTZ011  a year is enough
    for row, text in enumerate(raw.words("from_year").tolist()):
        if text and raw.open[row] and text.isdigit() and int(text) > this_year:
            yield Finding("open-too-early", "warning", raw.ids[row], raw.at(row),
                          f"open, yet from {text}", "give it the status planned")  # fmt: skip


def gates(raw: Raw) -> Iterator[Finding]:
    """Check words, dates and positions of gates, and whether a link passes each."""
    yield from _twice([row.text("gate", "") for row in raw.gates], "double-gate",
                      [row.text("name", "") for row in raw.gates])  # fmt: skip
    used = set(raw.gate.tolist())
    for row in raw.gates:
        gate, place = row.text("gate", ""), row.text("name", "")
        status = row.text("freight_status", "open")
        if status not in GATE_STATUS:
            yield Finding("unknown-status", "error", gate, place, repr(status),
                          suggestion(status, GATE_STATUS))  # fmt: skip
        if gate not in used:
            yield Finding(
                "gate-without-link",
                "note",
                gate,
                place,
                "no link passes this gate",
                "a link of its border and mode must name it, or freight cannot use it",
            )
        yield from _dates(gate, place, row.text("from", ""), row.text("to", ""))


def _dates(gate: str, place: str, first: str, last: str) -> Iterator[Finding]:
    try:
        days = [last_day(text, gate) if text else None for text in (first, last)]
    except LodewayError as problem:
        yield Finding("bad-date", "error", gate, place, problem.got, problem.expected)
        return
    if days[0] and days[1] and days[1] < days[0]:
        yield Finding("bad-date", "error", gate, place, f"ends {last} before it starts {first}")


def doubles(raw: Raw) -> Iterator[Finding]:
    """List links that run between the same two nodes in the same mode."""
    tail, head = raw.ends
    seen: dict[tuple[int, int, str], int] = {}
    modes = raw.words("mode").tolist()
    for row in range(len(raw.ids)):
        if tail[row] < 0 or head[row] < 0:
            continue
        low, high = sorted((int(tail[row]), int(head[row])))
        key = (low, high, modes[row])
        first = seen.setdefault(key, row)
        if first != row:
            same = abs(raw.km[row] - raw.km[first]) <= 0.01 * max(raw.km[first], 0.01)
            yield Finding(
                "duplicate-link" if same else "parallel-links", "warning" if same else "note",
                raw.ids[row], raw.at(row),
                f"{modes[row]} of {raw.km[row]:g} km beside link {raw.ids[first]} of "
                f"{raw.km[first]:g} km between the same nodes",
                "keep one; two rows are never added up" if same
                else "the shorter counts; give each its own capacity",
            )  # fmt: skip


def borders(raw: Raw) -> Iterator[Finding]:
    """List links over a border without a gate, at the wrong gate, or that are connectors."""
    tail, head = raw.ends
    declared = raw.words("border")
    over = raw.crossing | (declared != "")
    table = {row.text("gate", ""): row for row in raw.gates}
    for row in np.flatnonzero(over).tolist():
        ends = f"{raw.country[tail[row]]}-{raw.country[head[row]]}"
        pair = sorted_pair(str(declared[row]) or ends)
        gate = str(raw.gate[row])
        if raw.access[row] and not gate:
            yield Finding(
                "connector-over-border", "error", raw.ids[row], raw.at(row),
                f"a connector from {ends.replace('-', ' to ')}",
                "join the place to its own side of the border, or name a gate",
            )  # fmt: skip
        elif not gate and raw.gates:
            opened = bool(raw.open[row])
            yield Finding(
                "border-without-gate", "error" if opened else "note", raw.ids[row], raw.at(row),
                f"crosses {pair} without a gate" + ("" if opened else " and is shut"),
                "name its gate, or close the link" if opened else "",
            )  # fmt: skip
        elif gate and gate in table:
            yield from _at_gate(raw, row, pair, gate, str(raw.mode[row]),
                                sorted_pair(table[gate].text("pair", "")),
                                table[gate].text("mode", ""))  # fmt: skip
    for row in np.flatnonzero(raw.gate != "").tolist():
        if raw.gates and str(raw.gate[row]) not in table:
            word = str(raw.gate[row])
            yield Finding("unknown-gate", "error", raw.ids[row], raw.at(row), repr(word),
                          suggestion(word, table))  # fmt: skip


def _at_gate(
    raw: Raw, row: int, pair: str, gate: str, mode: str, gate_pair: str, gate_mode: str
) -> Iterator[Finding]:
    if gate_pair != pair:
        yield Finding("wrong-gate", "error", raw.ids[row], raw.at(row),
                      f"{gate} stands between {gate_pair}, the link crosses {pair}",
                      f"a gate of {pair}")  # fmt: skip
    if gate_mode != mode:
        yield Finding(
            "wrong-gate",
            "error",
            raw.ids[row],
            raw.at(row),
            f"{gate} is for {gate_mode}, the link for {mode}",
            f"a gate for {mode}",
        )
