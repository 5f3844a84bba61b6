"""What `lodeway check` says of deposits and claims, without judging them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.registry.claims import read_claims
from lodeway.registry.deposits import read_deposits


def problems(settings: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Return every problem of the registry's tables."""
    section = settings["registry"]
    found: list[LodewayError] = []
    try:
        deposits = read_deposits(folder / section["deposits"], folder)
    except LodewayError as problem:
        return [problem]
    known = [deposit.id for deposit in deposits]
    for number, project in enumerate(settings["project"]):
        if project["deposit"] not in known:
            where = f"study.toml project[{number}].deposit"
            near = suggestion(project["deposit"], known)
            got = repr(project["deposit"])
            found.append(LodewayError("unknown-id", where, got, "the id of a deposit", near))
    try:
        read_claims([p for name in section["claims"] for p in sorted(folder.glob(name))], folder)
    except LodewayError as problem:
        found.append(problem)
    return [*found, *_areas(section, folder)]


def _areas(section: Mapping[str, Any], folder: Path) -> list[LodewayError]:
    """Areas and holdings read well, and every regime of an area is a file of the study."""
    if not (section.get("areas") or section.get("holdings")):
        return []  # a study without them is checked without loading what draws them
    from lodeway.registry.actors import read_holdings
    from lodeway.registry.areas import read_areas

    declared = {path.relative_to(folder).as_posix()
                for name in section.get("regimes") or [] for path in folder.glob(name)}  # fmt: skip
    try:
        areas = read_areas(folder / section["areas"]) if section.get("areas") else []
        if section.get("holdings"):
            read_holdings(folder / section["holdings"])
    except LodewayError as problem:
        return [problem]
    return [
        LodewayError(
            "unknown-id", f"{area.file} {area.id} regime", repr(area.regime),
            "a file that [registry] regimes names", suggestion(area.regime, declared),
        )
        for area in areas
        if area.regime and area.regime not in declared
    ]  # fmt: skip
