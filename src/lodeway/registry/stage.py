"""The registry stage: deposits to draw, and every claim with its verdict."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
from shapely.geometry import Point

from lodeway.model import Result, StageContext
from lodeway.registry.actors import read_holdings
from lodeway.registry.areas import area_table, read_areas
from lodeway.registry.claims import read_claims
from lodeway.registry.deposits import Deposit, alias_table, read_deposits
from lodeway.registry.ownership import owners_table, regimes_of
from lodeway.registry.verdict import Verdict, judge


def run(context: StageContext) -> Result:
    """Compute ``deposits``, ``ledger`` and the tables of areas of ``docs/handovers.md``."""
    section = context.settings["registry"]
    deposits = read_deposits(context.folder / section["deposits"], context.folder)
    paths = _claim_files(context, section["claims"])
    verdicts = judge(read_claims(paths, context.folder), alias_table(deposits))
    sources = [("deposit", item.id, f"{item.file}#{item.id}") for item in deposits]
    sources += [("claim", item.claim.subject, item.claim.source_id) for item in verdicts]
    data: dict[str, pd.DataFrame] = {
        "deposits": _deposit_table(deposits), "ledger": _ledger(verdicts),
    }  # fmt: skip
    if section.get("areas"):
        areas = read_areas(context.folder / section["areas"])
        data["areas"] = area_table(areas)
        data["regimes"] = regimes_of(deposits, areas)
        sources += [("area", area.id, f"{area.file}#{area.id}") for area in areas]
        name = section.get("holdings")
        holdings = read_holdings(context.folder / name) if name else []
        data["owners"] = owners_table(data["regimes"], areas, holdings, context.as_of)
    return Result(data=data, sources=sources)


def _claim_files(context: StageContext, patterns: list[str]) -> list[Path]:
    """Return the claims tables in the order in which the study names them."""
    found = [path for pattern in patterns for path in sorted(context.folder.glob(pattern))]
    return list(dict.fromkeys(found))


def _deposit_table(deposits: list[Deposit]) -> geopandas.GeoDataFrame:
    points = [
        Point(item.lon, item.lat) if item.lon is not None and item.lat is not None else None
        for item in deposits
    ]
    frame = pd.DataFrame(
        {
            "deposit": [item.id for item in deposits],
            "name": [item.name for item in deposits],
            "aliases": ["|".join(item.aliases) for item in deposits],
            "commodities": ["|".join(item.commodities) for item in deposits],
            "country": ["|".join(item.countries) for item in deposits],
            "radius_km": [np.nan if item.radius_km is None else item.radius_km
                          for item in deposits],
            "coordinate_source": [item.position_source for item in deposits],
        }
    )  # fmt: skip
    return geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def _ledger(verdicts: list[Verdict]) -> pd.DataFrame:
    rows = []
    for item in verdicts:
        claim, reading = item.claim, item.best_reading
        rows.append(
            {
                "claim_id": claim.id,
                "subject": claim.subject,
                "property": claim.property_,
                "value": np.nan if claim.value is None else claim.value,
                "value_text": claim.text,
                "unit": claim.unit,
                "date": claim.date,
                "who": claim.who,
                "source": claim.source,
                "verdict": item.verdict,
                "reason": item.reason,
                "arithmetic": item.arithmetic,
                "best_reading": reading.reading if reading else "",
                "best_value": reading.value if reading else np.nan,
                "best_unit": reading.unit if reading else "",
                "source_id": claim.source_id,
            }
        )
    return pd.DataFrame(rows)
