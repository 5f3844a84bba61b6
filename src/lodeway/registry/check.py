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
    return found
