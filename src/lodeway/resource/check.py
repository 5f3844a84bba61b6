"""What `lodeway check` says of the ``[resource]`` section, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_facts
from lodeway.model import Facts
from lodeway.model.parameters import fact_in

#: Facts of the cut-off and the unit of each.
CUTOFF: Mapping[str, str] = {
    "cost_usd_per_t": "USD/t", "price_usd_per_t": "USD/t", "recovery_pct": "fraction",
    "payable_pct": "fraction", "selling_usd_per_t": "USD/t",
}  # fmt: skip
_NEEDED = ("deposit", "collar", "survey", "assay", "composite", "grades", "density_t_per_m3",
           "cutoff", "block_m", "depth_m", "spacing_m")  # fmt: skip
_OPTIONAL = ("title", "solid", "source_crs", "length_unit", "realisations", "points", "margin_m",
             "quarter_blocks", "year_blocks", "slope", "least_blocks")  # fmt: skip


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return everything that is wrong with the section, without computing anything."""
    raw = settings.get("resource") or {}
    if not raw:
        return []
    found = list(form(raw))
    if found:
        return found
    try:
        paths = [path for name in settings["facts"]["files"] for path in sorted(folder.glob(name))]
        facts = read_facts(paths, folder)
    except LodewayError as problem:
        return [*found, problem]
    found += _facts(raw, facts)
    return found


def found_wrong(value: Any) -> bool:
    """Return whether a value is anything but three numbers."""
    return not (
        isinstance(value, (list, tuple))
        and len(value) == 3
        and all(isinstance(one, (int, float)) for one in value)
    )


def form(raw: Mapping[str, Any]) -> Iterator[LodewayError]:
    """Yield what is wrong with the section's keys and kinds of values."""
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
        if found_wrong(value):
            yield LodewayError("bad-study", f"{where}.{key}", repr(value), "three numbers")
    for key in ("depth_m", "composite", "margin_m", "realisations", "least_blocks"):
        value = raw.get(key, 1)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
            yield LodewayError("bad-study", f"{where}.{key}", repr(value), "a number, 0 or more")
    for key in ("grades", "cutoff"):
        if key in raw and not (isinstance(raw[key], dict) and raw[key]):
            yield LodewayError("bad-study", f"{where}.{key}", repr(raw[key]), "a table of names")
    spacing = raw.get("spacing_m", [1, 1, 1])
    if not found_wrong(spacing) and not spacing[0] >= spacing[1] >= spacing[2] > 0:
        expected = "inferred >= indicated >= measured > 0"
        yield LodewayError("bad-study", f"{where}.spacing_m", spacing, expected)
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
