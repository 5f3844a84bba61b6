"""What `lodeway check` says of the processing sections, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_facts
from lodeway.model import Facts
from lodeway.model.parameters import fact_in, unit_of

#: Keys that each kind must have; the rest of its keys may be there.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "flotation": ("head_pct", "product"),
    "dore": ("ore_t_per_y", "head_pct", "recovery_pct", "fineness_pct"),
    "iron": ("sells", "product_t_per_y", "head_fe_pct", "recovery_fe_pct", "concentrate_fe_pct",
             "moisture_pct"),
}  # fmt: skip
_WORDS = ("kind", "sells")
_TABLES = ("head_pct", "recovery_pct")


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return every problem of the processing sections."""
    try:
        paths = [path for name in settings["facts"]["files"] for path in sorted(folder.glob(name))]
        facts = read_facts(paths, folder)
    except LodewayError as problem:
        return [problem]
    found: list[LodewayError] = []
    for number, project in enumerate(settings["project"]):
        where = f"study.toml project[{number}].process"
        planned = (settings.get("mine") or {}).get("project") == project["name"]
        found += _section(project["process"], facts, where, planned)
        found += _twice(project, where) if planned else ()
        for key in ("owner",) if planned else ("owner", "life_y"):
            if project[key] not in facts:
                found.append(_unknown(facts, project[key], f"study.toml project[{number}].{key}"))
    return found


def _twice(project: Mapping[str, Any], where: str) -> Iterator[LodewayError]:
    """Return what is said again though the plan of the mine says it."""
    process = project["process"]
    if process.get("kind") != "flotation":
        yield LodewayError("bad-study", f"{where}.kind", process.get("kind"), "flotation",
                           "a plan of the mine feeds a flotation plant")  # fmt: skip
    for key in ("ore_t_per_y", "metal_t_per_y"):
        if key in process:
            yield LodewayError("bad-study", f"{where}.{key}", "a rate beside [mine]", "no rate")
    if project["life_y"]:
        place = where.removesuffix(".process")
        yield LodewayError("bad-study", f"{place}.life_y", "a life beside [mine]", "no life")


def _section(
    process: Mapping[str, Any], facts: Facts, where: str, planned: bool = False
) -> Iterator[LodewayError]:
    kind = process.get("kind")
    if kind not in NEEDED:
        expected = f"one of {', '.join(NEEDED)}"
        yield LodewayError(
            "bad-study", f"{where}.kind", repr(kind), expected, suggestion(str(kind), NEEDED)
        )
        return
    for key in NEEDED[str(kind)]:
        if key not in process and not (planned and key == "head_pct"):
            yield LodewayError("bad-study", f"{where}.{key}", "nothing", "a value")
    rates = {"ore_t_per_y", "metal_t_per_y"} & set(process)
    if kind == "flotation" and not rates and not planned:
        yield LodewayError("bad-study", where, "no rate", "ore_t_per_y or metal_t_per_y")
    yield from _facts(process, facts, where)
    for number, product in enumerate(process.get("product", [])):
        for key in ("name", "element", "grade_pct", "moisture_pct", "recovery_pct"):
            if key not in product:
                here = f"{where}.product[{number}].{key}"
                yield LodewayError("missing", here, "nothing", "a value")
        yield from _facts(product, facts, f"{where}.product[{number}]", ("name", "element"))


def _facts(
    section: Mapping[str, Any], facts: Facts, where: str, words: Sequence[str] = _WORDS
) -> Iterator[LodewayError]:
    """Check that every fact exists and measures what the key asks for."""
    for key, value in section.items():
        if key in words or key == "product":
            continue
        pairs = value.items() if key in _TABLES and isinstance(value, Mapping) else [("", value)]
        for element, fact_id in pairs:
            here = f"{where}.{key}{'.' if element else ''}{element}"
            try:
                fact_in(facts, fact_id, "fraction" if element else unit_of(key), here)
            except LodewayError as problem:
                yield problem


def _unknown(facts: Facts, fact_id: str, where: str) -> LodewayError:
    return LodewayError(
        "unknown-id", where, repr(fact_id), "the id of a fact", suggestion(fact_id, facts)
    )
