"""The ``[resource]`` section of a study: what it may say, and its numbers from facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_facts
from lodeway.model import Facts
from lodeway.model.parameters import fact_in
from lodeway.resource.classify import Rules
from lodeway.resource.model import Settings

#: Facts of the cut-off and the unit of each.
CUTOFF: Mapping[str, str] = {
    "cost_usd_per_t": "USD/t", "price_usd_per_t": "USD/t", "recovery_pct": "fraction",
    "payable_pct": "fraction", "selling_usd_per_t": "USD/t",
}  # fmt: skip
_NEEDED = ("deposit", "collar", "survey", "assay", "composite", "grades", "density_t_per_m3",
           "cutoff", "block_m", "depth_m", "spacing_m")  # fmt: skip
_OPTIONAL = ("title", "solid", "source_crs", "length_unit", "realisations", "points", "margin_m",
             "quarter_blocks", "year_blocks", "slope", "least_blocks")  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A ``[resource]`` section that has been read.

    `grades` maps elements to columns of the assay table; `unit_m` is one length unit of the
    tables in metres.
    """

    deposit: str
    title: str
    grades: Mapping[str, str]
    composite: float
    source_crs: str
    unit_m: float
    settings: Settings


def read_section(raw: Mapping[str, Any], seed: int, workers: int = 1) -> Section:
    """Return the section with its defaults.

    Raises
    ------
    LodewayError
        For the first thing that is wrong; `problems` gives all.
    """
    for problem in _form(raw):
        raise problem
    blocks = {"quarter": raw.get("quarter_blocks", [4, 4, 1]),
              "year": raw.get("year_blocks", [8, 8, 2])}  # fmt: skip
    settings = Settings(
        block=_three(raw["block_m"]), depth=float(raw["depth_m"]),
        rules=Rules(
            _three(raw["spacing_m"]), _three(raw.get("slope", [0.0, 0.5, 0.8])),
            least_blocks=int(raw.get("least_blocks", 20)),
        ),
        margin=float(raw.get("margin_m", 0.0)), realisations=int(raw.get("realisations", 100)),
        points=_whole(raw.get("points", [2, 2, 1])), seed=seed, workers=workers,
        quarter=_whole(blocks["quarter"]), year=_whole(blocks["year"]),
    )  # fmt: skip
    return Section(
        str(raw["deposit"]), str(raw.get("title", raw["deposit"])), dict(raw["grades"]),
        float(raw["composite"]), str(raw.get("source_crs", "")),
        0.3048 if raw.get("length_unit", "m") == "ft" else 1.0, settings,
    )  # fmt: skip


def _three(values: Any) -> tuple[float, float, float]:
    a, b, c = (float(value) for value in values)
    return a, b, c


def _whole(values: Any) -> tuple[int, int, int]:
    a, b, c = (int(value) for value in values)
    return a, b, c


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return everything that is wrong with the section, without computing anything."""
    raw = settings.get("resource") or {}
    if not raw:
        return []
    found = list(_form(raw))
    if found:
        return found
    try:
        read_section(raw, 0)
    except LodewayError as problem:
        found.append(problem)
    try:
        paths = [path for name in settings["facts"]["files"] for path in sorted(folder.glob(name))]
        facts = read_facts(paths, folder)
    except LodewayError as problem:
        return [*found, problem]
    found += _facts(raw, facts)
    return found


def _form(raw: Mapping[str, Any]) -> Iterator[LodewayError]:
    where = "study.toml resource"
    known = (*_NEEDED, *_OPTIONAL)
    for key in raw:
        if key not in known:
            yield LodewayError("bad-study", f"{where}.{key}", "an unknown key",
                               f"one of {', '.join(known)}", suggestion(key, known))  # fmt: skip
    for key in _NEEDED:
        if key not in raw:
            yield LodewayError("bad-study", f"{where}.{key}", "nothing", "a value")
    for key in ("block_m", "spacing_m", "slope", "points", "quarter_blocks", "year_blocks"):
        value = raw.get(key, [1, 1, 1])
        if not (isinstance(value, (list, tuple)) and len(value) == 3
                and all(isinstance(v, (int, float)) for v in value)):  # fmt: skip
            yield LodewayError("bad-study", f"{where}.{key}", repr(value), "three numbers")
    for key in ("depth_m", "composite", "margin_m", "realisations", "least_blocks"):
        value = raw.get(key, 1)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
            yield LodewayError("bad-study", f"{where}.{key}", repr(value), "a number, 0 or more")
    for key in ("grades", "cutoff"):
        if key in raw and not (isinstance(raw[key], dict) and raw[key]):
            yield LodewayError("bad-study", f"{where}.{key}", repr(raw[key]), "a table of names")
    if raw.get("length_unit", "m") not in ("m", "ft"):
        yield LodewayError("bad-unit", f"{where}.length_unit", repr(raw["length_unit"]), "m or ft")


def _facts(raw: Mapping[str, Any], facts: Facts) -> Iterator[LodewayError]:
    where = "study.toml resource"
    wanted = [(raw["density_t_per_m3"], "t/m3", f"{where}.density_t_per_m3")]
    for key, unit in CUTOFF.items():
        if key not in raw["cutoff"]:
            yield LodewayError("bad-study", f"{where}.cutoff.{key}", "nothing", "the id of a fact")
        else:
            wanted.append((raw["cutoff"][key], unit, f"{where}.cutoff.{key}"))
    for fact_id, unit, place in wanted:
        try:
            fact_in(facts, fact_id, unit, place)
        except LodewayError as problem:
            yield problem
