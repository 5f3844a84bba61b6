"""One project of a study as a fiscal case of its own: the world in the middle, cent by cent."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lodeway.economics.regime import make_regime
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text, safe_path, write_bytes

if TYPE_CHECKING:
    import xarray as xr

_FLOWS = {"revenue": "revenue_usd", "opex": "opex_usd", "capex": "capex_usd"}
_LEFT_OUT = ("sources", "label", "note", "verified", "country", "as_of")


def middle_world(values: Any) -> int:
    """Return the world whose value lies in the middle; of an even number the lower one.

    Examples
    --------
    >>> middle_world(np.array([5.0, 1.0, 3.0]))
    2
    """
    order = np.argsort(np.asarray(values, dtype=np.float64), kind="stable")
    return int(order[(len(order) - 1) // 2])


def study_case(
    settings: Mapping[str, Any], folder: Path, cashflow: xr.Dataset, project: str, scenario: str
) -> dict[str, Any]:
    """Return a case such as ``lodeway cashflow`` reads, of one project in one scenario.

    The flows are those of the world whose present value is in the middle: one world, whole, and
    not a mean of many, which no regime would tax.

    Raises
    ------
    LodewayError
        For names that do not exist, and a regime that waits for tonnes or a price by year.
    """
    projects = {section["name"]: section for section in settings["project"]}
    if project not in projects:
        raise LodewayError("unknown-id", "--project", repr(project), "the name of a [[project]]",
                           suggestion(project, projects))  # fmt: skip
    name = projects[project]["regime"]
    path = safe_path(folder, name, f"project {project} regime")
    terms = {
        key: value for key, value in tomllib.loads(read_text(path)).items() if key not in _LEFT_OUT
    }
    regime = make_regime(terms, name)
    if regime.price_bands or regime.dep == "uop" or regime.royalty_usd_per_t_metal:
        raise LodewayError("bad-argument", "--case", name, "a regime on money alone",
                           "it waits for tonnes or a price by year")  # fmt: skip
    if "bands" in terms:
        terms["bands"] = [[upper, share] for upper, share in regime.bands]
    table = cashflow.sel(project=project, state=scenario)
    world = middle_world(table["npv_usd"].values)
    flows = {
        key: [round(float(value), 2) for value in table[column].isel(draw=world).values]
        for key, column in _FLOWS.items()
    }
    return {
        "project": project,
        "scenario": scenario,
        "world": world,
        "years": [int(year) for year in cashflow["year"].values],
        **flows,
        "regime": terms,
        "rates": [f"{float(cashflow.attrs['discount_rate']):g}"],
    }


def write_study_case(case: Mapping[str, Any], path: Path) -> None:
    """Write a case as JSON."""
    write_bytes(path, json.dumps(case, indent=1, ensure_ascii=False).encode())
