"""Flow instances: commodities in JSON, arcs in a table beside it, both read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.columns import Columns, read_columns
from lodeway.errors import LodewayError, suggestion
from lodeway.io import parse_number, read_text, safe_path

#: What a tonne costs that is not carried, where the instance does not say (USD/t).
UNSERVED_USD_PER_T = 500.0
_ARC_NEEDS = ("a", "b", "cost_usd_t")


@dataclass(frozen=True)
class Commodity:
    """What wants to travel: million tonnes a year from one vertex to another."""

    name: str
    origin: str
    destination: str
    mt_per_y: float


@dataclass(frozen=True)
class Instance:
    """A capacitated multicommodity flow problem on undirected arcs.

    Attributes
    ----------
    vertices
        Names of the vertices.
    tail, head
        Positions of the two ends of each arc, shape ``(arcs,)``.
    usd_per_t
        Cost of each arc, shape ``(arcs,)``.
    capacity_mt
        Capacity of each arc in million tonnes a year, shared by both directions and by all
        commodities; infinite where there is none, shape ``(arcs,)``.
    what
        What each arc is, in words.
    commodities
        What wants to travel.
    unserved_usd_per_t
        What a tonne costs that is not carried.
    """

    vertices: tuple[str, ...]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    usd_per_t: NDArray[np.float64]
    capacity_mt: NDArray[np.float64]
    what: tuple[str, ...]
    commodities: tuple[Commodity, ...]
    unserved_usd_per_t: float = UNSERVED_USD_PER_T


def read_instance(path: Path) -> Instance:
    """Read an instance: ``{"commodities": [{"frm", "to", "mt", "name"}], ...}``.

    The arcs stand in ``<stem>_arcs.csv.gz`` (or ``.csv``) beside the file, or in the file that
    ``arcs`` names, or in ``arcs`` itself as a list of objects. Columns: ``a, b, cost_usd_t``,
    optional ``cap_mt`` (empty: no limit) and ``what``.

    Raises
    ------
    LodewayError
        For a file that is no such JSON, a negative cost, capacity or demand, or an end that no
        arc reaches; each with its place in the file.
    """
    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as problem:
        raise LodewayError(
            "bad-argument", f"{path.name}:{problem.lineno}", problem.msg, "a JSON object"
        ) from None
    if not isinstance(data, dict) or not isinstance(data.get("commodities"), list):
        raise LodewayError("bad-argument", path.name, "no list 'commodities'", "a flow instance")
    tail, head, cost, capacity, what = _arcs(path, data)
    vertices = tuple(sorted({*tail, *head}, key=_natural))
    position = {name: number for number, name in enumerate(vertices)}
    unserved = data.get("unserved_usd_per_t", UNSERVED_USD_PER_T)
    return Instance(
        vertices=vertices,
        tail=np.array([position[name] for name in tail], dtype=np.int32),
        head=np.array([position[name] for name in head], dtype=np.int32),
        usd_per_t=cost,
        capacity_mt=capacity,
        what=tuple(what),
        commodities=_commodities(path.name, data["commodities"], position),
        unserved_usd_per_t=_number(unserved, f"{path.name} unserved_usd_per_t"),
    )


def _natural(name: str) -> tuple[int, int, str]:
    """Sort numbers by size and before words."""
    return (0, int(name), "") if name.isdigit() else (1, 0, name)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise LodewayError("bad-number", where, repr(value), "a number of 0 or more")
    return parse_number(repr(float(value)), where, low=0.0)


def _commodities(name: str, rows: list[Any], position: Mapping[str, int]) -> tuple[Commodity, ...]:
    found = []
    for number, row in enumerate(rows):
        where = f"{name} commodities[{number}]"
        if not isinstance(row, dict):
            raise LodewayError("bad-argument", where, repr(row), "an object with frm, to and mt")
        ends = []
        for field in (("frm", "from", "origin"), ("to", "destination")):
            given = [str(row[key]) for key in field if key in row]
            if not given:
                raise LodewayError("missing", f"{where}.{field[0]}", "nothing", "a vertex")
            if given[0] not in position:
                near = suggestion(given[0], position) if len(position) <= 20_000 else ""
                raise LodewayError(
                    "unknown-id", f"{where}.{field[0]}", given[0], "a vertex of an arc", near
                )
            ends.append(given[0])
        amount = _number(row.get("mt"), f"{where}.mt")
        label = str(row.get("name") or f"{ends[0]}->{ends[1]}")
        found.append(Commodity(label, ends[0], ends[1], amount))
    return tuple(found)


def _arcs(
    path: Path, data: Mapping[str, Any]
) -> tuple[list[str], list[str], NDArray[np.float64], NDArray[np.float64], list[str]]:
    given = data.get("arcs")
    if isinstance(given, list):
        return _inline(path.name, given)
    if given is None:
        beside = [path.with_name(f"{path.stem}_arcs{end}") for end in (".csv.gz", ".csv")]
        table_path = next((one for one in beside if one.is_file()), beside[0])
    else:
        table_path = safe_path(path.parent, str(given), f"{path.name} arcs")
    table = read_columns(table_path, _ARC_NEEDS)
    cost = table.floats("cost_usd_t")
    _refuse(cost < 0, table, "cost_usd_t")
    capacity = _optional(table, "cap_mt")
    _refuse(capacity < 0, table, "cap_mt")
    ends = [[text.strip() for text in table.texts(name)] for name in ("a", "b")]
    for row, (one, two) in enumerate(zip(*ends, strict=True)):
        if not one or not two:
            raise LodewayError("missing", table.where(row, "a" if not one else "b"), "nothing",
                               "a vertex")  # fmt: skip
    return ends[0], ends[1], cost, capacity, table.texts("what")


def _refuse(bad: NDArray[np.bool_], table: Columns, column: str) -> None:
    if bool(bad.any()):
        row = int(np.argmax(bad))
        raise LodewayError(
            "bad-number", table.where(row, column), table.cell(row, column), "0 or more"
        )


def _optional(table: Columns, column: str) -> NDArray[np.float64]:
    """Return a column in which an empty cell, or ``inf``, means no limit."""
    return np.array(
        [
            np.inf if text.strip().lower() in {"", "inf"}
            else parse_number(text, table.where(row, column))
            for row, text in enumerate(table.texts(column))
        ]
    )  # fmt: skip


def _inline(
    name: str, rows: list[Any]
) -> tuple[list[str], list[str], NDArray[np.float64], NDArray[np.float64], list[str]]:
    tail, head, cost, capacity, what = [], [], [], [], []
    for number, row in enumerate(rows):
        where = f"{name} arcs[{number}]"
        if not isinstance(row, dict) or not {"a", "b", "cost_usd_t"} <= row.keys():
            raise LodewayError("bad-argument", where, repr(row), "an object with a, b, cost_usd_t")
        tail.append(str(row["a"]))
        head.append(str(row["b"]))
        cost.append(_number(row["cost_usd_t"], f"{where}.cost_usd_t"))
        limit = row.get("cap_mt")
        capacity.append(np.inf if limit is None else _number(limit, f"{where}.cap_mt"))
        what.append(str(row.get("what", "")))
    return tail, head, np.array(cost), np.array(capacity), what
