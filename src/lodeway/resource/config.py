"""The file that `lodeway estimate` reads: data, variogram, search, targets, method."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text
from lodeway.resource.grid import Grid
from lodeway.resource.search import Search
from lodeway.resource.variogram import Structure, Variogram

#: A whole file to start from; every key but those of [data], [variogram] and a target is optional.
EXAMPLE = """\
[data]
file   = "composites.csv"        # .csv, .csv.gz, .parquet or .dat (GSLIB)
x      = "x"
y      = "y"
z      = "z"                     # may be left out for data in one level
hole   = "hole"                  # may be left out; decides ties and limits per hole
grade  = "CU"

[variogram]
nugget = 0.03
structures = [
  { kind = "spherical", sill = 0.09, range = 1200.0 },
  # range_semi, range_minor, dip, dip_direction, pitch: see docs/resource.md
]

[search]
neighbours = 24                  # also minimum, radius, radius_semi, radius_minor, dip,
                                 # dip_direction, pitch, per_octant, octants, per_hole

[estimate]
kind = "ordinary"                # or "simple" (mean = ...), "universal" (degree = 1)
# block = [25.0, 25.0, 10.0]     # then block means; else points
# discretisation = [4, 4, 4]

[targets]                        # either a table of points ...
file = "points.csv"
# [grid]                         # ... or a grid of centres
# origin = [0.0, 0.0, 0.0]
# size   = [25.0, 25.0, 10.0]
# count  = [40, 40, 20]

# [simulation]                   # sequential Gaussian simulation on the grid instead
# realisations = 100
# seed  = 1
# nodes = 24                     # earlier nodes a node sees; search.neighbours data beside them
# low   = 0.0                    # least and greatest possible grade; else those of the data
# high  = 20.0
"""


@dataclass(frozen=True)
class Columns:
    """Where the data are, and how their columns are called."""

    file: Path
    x: str
    y: str
    z: str | None
    hole: str | None
    grade: str | None


@dataclass(frozen=True)
class Simulation:
    """How to simulate instead of to estimate."""

    realisations: int
    seed: int = 1
    nodes: int = 24
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Job:
    """What `lodeway estimate` was asked to do."""

    data: Columns
    variogram: Variogram
    search: Search
    options: Mapping[str, Any] = field(default_factory=dict)
    targets: Columns | None = None
    grid: Grid | None = None
    simulation: Simulation | None = None


def read_config(path: Path) -> Job:
    """Read and check a configuration file.

    Raises
    ------
    LodewayError
        Naming the section and key that is unknown, missing or of the wrong kind.
    """
    try:
        text = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", str(path), str(problem), "a TOML file") from None
    where = path.name
    sections = ("data", "variogram", "search", "estimate", "targets", "grid", "simulation")
    _known(text, sections, where)
    for name in sections:
        if not isinstance(text.get(name, {}), dict):
            raise LodewayError("bad-study", f"{where} {name}", text[name], f"a section [{name}]")
    if "data" not in text or "variogram" not in text:
        missing = "data" if "data" not in text else "variogram"
        raise LodewayError(
            "bad-study", where, f"no section [{missing}]", f"a section [{missing}]",
            "lodeway estimate --example prints a whole file",
        )  # fmt: skip
    grid = _made(Grid, _tuples(text["grid"]), f"{where} grid") if "grid" in text else None
    targets = None
    if "targets" in text:
        targets = _columns(text["targets"], path.parent, f"{where} targets", goal=True)
    if (grid is None) == (targets is None):
        got = "both [targets] and [grid]" if grid else "neither [targets] nor [grid]"
        raise LodewayError("bad-study", where, got, "one of the two")
    simulation = None
    if "simulation" in text:
        simulation = _made(Simulation, text["simulation"], f"{where} simulation")
        if grid is None:
            raise LodewayError("bad-study", f"{where} simulation", "no grid", "a section [grid]")
    return Job(
        _columns(text["data"], path.parent, f"{where} data"),
        _variogram(text["variogram"], where),
        _made(Search, text.get("search", {}), f"{where} search"),
        _options(text.get("estimate", {}), f"{where} estimate"),
        targets, grid, simulation,
    )  # fmt: skip


def _known(section: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    names = list(names)
    for key in section:
        if key not in names:
            near = suggestion(key, names)
            raise LodewayError(
                "bad-study", f"{where} {key}", "an unknown key", f"one of {', '.join(names)}", near
            )


def _made(kind: Any, section: Mapping[str, Any], where: str) -> Any:
    """Return a dataclass from a section; numbers are numbers and whole ones are whole."""
    _known(section, [one.name for one in fields(kind)], where)
    for key, value in section.items():
        if not isinstance(value, (int, float, str, tuple)) or isinstance(value, bool):
            raise LodewayError("bad-study", f"{where}.{key}", repr(value), "a number or a word")
    try:
        return kind(**section)
    except TypeError as problem:
        missing = re.findall(r"'(\w+)'", str(problem))
        got = f"no {', '.join(missing)}" if missing else str(problem)
        raise LodewayError("bad-study", where, got, "the keys of this section") from None


def _tuples(section: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in section.items()}


def _variogram(section: Mapping[str, Any], where: str) -> Variogram:
    _known(section, ("nugget", "structures", "structure"), f"{where} variogram")
    parts = section.get("structures", section.get("structure", []))
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise LodewayError("bad-study", f"{where} variogram.structures", parts, "a list of tables")
    structures = [
        _made(Structure, part, f"{where} variogram.structures[{number}]")
        for number, part in enumerate(parts)
    ]
    nugget = section.get("nugget", 0.0)
    if not isinstance(nugget, (int, float)):
        raise LodewayError("bad-study", f"{where} variogram.nugget", repr(nugget), "a number")
    return Variogram(float(nugget), structures)


def _options(section: Mapping[str, Any], where: str) -> dict[str, Any]:
    _known(section, ("kind", "mean", "degree", "block", "discretisation"), where)
    return _tuples(section)


def _columns(
    section: Mapping[str, Any], folder: Path, where: str, *, goal: bool = False
) -> Columns:
    names = ("file", "x", "y", "z") if goal else ("file", "x", "y", "z", "hole", "grade")
    _known(section, names, where)
    for key, value in section.items():
        if not isinstance(value, str):
            raise LodewayError("bad-study", f"{where}.{key}", repr(value), "a text")
    if "file" not in section or (not goal and "grade" not in section):
        missing = "file" if "file" not in section else "grade"
        raise LodewayError("bad-study", where, f"no {missing}", f"a key '{missing}'")
    file = section["file"]
    if "://" in file or file.startswith(("/vsi", "\\\\")) or "\x00" in file:
        raise LodewayError("unsafe-path", f"{where}.file", repr(file), "a file on this machine")
    return Columns(
        folder / file, section.get("x", "x"), section.get("y", "y"), section.get("z"),
        section.get("hole"), section.get("grade"),
    )  # fmt: skip
