"""What the areas say of each deposit: the regime that holds, and who stands behind the parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lodeway.registry.actors import Holding, owners_of
from lodeway.registry.areas import ContractArea
from lodeway.registry.deposits import Deposit
from lodeway.registry.inside import points_in_polygons


def regimes_of(deposits: Sequence[Deposit], areas: Sequence[ContractArea]) -> pd.DataFrame:
    """Return which area holds which deposit from when to when, and under which regime.

    Columns: ``deposit, area, kind, regime, start, end`` (dates as text, empty where open), one row
    for each deposit and area; economics picks the regime by the year that it needs.
    """
    placed = [item for item in deposits if item.lon is not None and item.lat is not None]
    lon = np.array([item.lon for item in placed], dtype=float)
    lat = np.array([item.lat for item in placed], dtype=float)
    point, which = points_in_polygons(lon, lat, [area.shape for area in areas])
    rows = [
        {
            "deposit": placed[i].id, "area": areas[j].id, "kind": areas[j].kind,
            "regime": areas[j].regime,
            "start": areas[j].start.isoformat() if areas[j].start else "",
            "end": areas[j].end.isoformat() if areas[j].end else "",
        }
        for i, j in zip(point.tolist(), which.tolist(), strict=True)
    ]  # fmt: skip
    columns = ["deposit", "area", "kind", "regime", "start", "end"]
    return pd.DataFrame(rows, columns=columns)


def owners_table(
    held: pd.DataFrame, areas: Sequence[ContractArea], holdings: Sequence[Holding], day: date
) -> pd.DataFrame:
    """Return who stands at the end of all chains of holdings behind each party, on a day.

    Parameters
    ----------
    held
        Which area holds which deposit, as `regimes_of` returns it.
    areas, holdings
        The areas, and who owns whom.
    day
        Areas and holdings that do not count on it are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``deposit, area, kind, party, owner, share, sources``; one row for each owner at
        the end. `share` is the part of the party, NaN where a link of the chain has no figure, 1
        where no owner of the party is known: it then stands for itself and `sources` is the
        area's own.
    """
    by_id = {area.id: area for area in areas}
    rows: list[dict[str, Any]] = []
    for deposit, name in zip(held["deposit"], held["area"], strict=True):
        area = by_id[name]
        for party in area.parties if area.in_force(day) else ():
            behind = owners_of(holdings, party, day) or {party: 1.0}
            said = "|".join(_sources(holdings, party, day)) or area.source
            rows += [
                {"deposit": deposit, "area": area.id, "kind": area.kind, "party": party,
                 "owner": owner, "share": np.nan if share is None else share, "sources": said}
                for owner, share in behind.items()
            ]  # fmt: skip
    columns = ["deposit", "area", "kind", "party", "owner", "share", "sources"]
    return pd.DataFrame(rows, columns=columns)


def _sources(holdings: Sequence[Holding], actor: str, day: date) -> list[str]:
    """Return the sources of every holding above an actor, nearest first, each once."""
    found: dict[str, None] = {}
    seen, reach = {actor}, [actor]
    while reach:
        above = [item for item in holdings if item.owned in reach and item.in_force(day)]
        found.update(dict.fromkeys(item.source for item in above))
        reach = sorted({item.owner for item in above} - seen)
        seen.update(reach)
    return list(found)
