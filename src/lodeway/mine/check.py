"""What `lodeway check` says of the section ``[mine]``, without computing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_facts
from lodeway.model import Facts
from lodeway.model.parameters import fact_in, unit_of

#: Keys that name a fact, and keys that name one for each element.
FACTS = (
    "mining_usd_per_t_rock", "processing_usd_per_t_ore", "discount_pct", "mill_t_per_y",
    "mining_t_per_y",
)  # fmt: skip
#: Facts that a section may leave out.
OPTIONAL_FACTS = ("reclaim_usd_per_t_ore",)
TABLES = ("net_usd_per_t_metal", "recovery_pct")
#: Keys that are decisions, with their least and greatest value (of each item, where a list).
DECISIONS: Mapping[str, tuple[float, float]] = {
    "slope_deg": (5.0, 89.0),
    "slope_azimuth_deg": (0.0, 359.999),
    "benches": (1, 60),
    "reblock": (1, 100),
    "years": (1, 100),
    "pushbacks": (1, 50),
    "width_m": (0.0, 10_000.0),
    "factors": (0.01, 10.0),
    "plan_factor": (0.01, 10.0),
    "risk_draws": (1, 100_000),
    "moves": (1_000, 1_000_000_000),
}
NEEDED = (*FACTS, *TABLES, "project", "slope_deg", "benches", "years")
_WORDS = ("project", "exclusions", "least_class")
#: Words of classes, and the number of each in the block model.
CLASSES: Mapping[str, int] = {"inferred": 1, "indicated": 2, "measured": 3}


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return every problem of the section."""
    section: Mapping[str, Any] = settings["mine"]
    try:
        paths = [path for name in settings["facts"]["files"] for path in sorted(folder.glob(name))]
        facts = read_facts(paths, folder)
    except LodewayError as problem:
        return [problem]
    return [*_keys(section), *_names(section, settings), *_facts(section, facts)]


def _keys(section: Mapping[str, Any]) -> Iterator[LodewayError]:
    known = (*FACTS, *OPTIONAL_FACTS, *TABLES, *DECISIONS, *_WORDS)
    for key in NEEDED:
        if key not in section:
            yield LodewayError("bad-study", f"study.toml mine.{key}", "nothing", "a value")
    for key, value in section.items():
        where = f"study.toml mine.{key}"
        if key not in known:
            yield LodewayError(
                "bad-study", where, "an unknown key", "a known key", suggestion(key, known)
            )
        if key in DECISIONS:
            low, high = DECISIONS[key]
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, bool) or not isinstance(item, int | float):
                    yield LodewayError("bad-study", where, repr(item), "a number")
                elif not low <= item <= high:
                    yield LodewayError("bad-number", where, item, f"{low:g} to {high:g}")


def _names(section: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[LodewayError]:
    projects = [str(project["name"]) for project in settings["project"]]
    word = section.get("least_class", "inferred")
    if word not in CLASSES:
        yield LodewayError(
            "bad-study", "study.toml mine.least_class", repr(word), f"one of {', '.join(CLASSES)}"
        )
    name = section.get("project")
    if name not in projects:
        yield LodewayError(
            "unknown-id", "study.toml mine.project", repr(name), "the name of a project",
            suggestion(str(name), projects),
        )  # fmt: skip


def _facts(section: Mapping[str, Any], facts: Facts) -> Iterator[LodewayError]:
    named = [key for key in (*FACTS, *OPTIONAL_FACTS) if key in section]
    wanted = [(key, section[key], unit_of(key), key) for key in named]
    for key in TABLES:
        for element, fact_id in section.get(key, {}).items():
            unit = "fraction" if key == "recovery_pct" else unit_of(key)
            wanted.append((key, fact_id, unit, f"{key}.{element}"))
    for _, fact_id, unit, label in wanted:
        try:
            fact_in(facts, fact_id, unit, f"study.toml mine.{label}")
        except LodewayError as problem:
            yield problem
