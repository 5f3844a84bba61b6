"""The ``[resource]`` section of a study: what it may say, and its numbers from facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lodeway.resource.check import form
from lodeway.resource.classify import Rules
from lodeway.resource.model import Settings


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
    for problem in form(raw):
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
