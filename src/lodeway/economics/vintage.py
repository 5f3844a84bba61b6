"""The regime of a project by its ground and its start: an area's terms hold for its own years."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from lodeway.errors import LodewayError

if TYPE_CHECKING:
    import pandas as pd

#: What a project writes for ``regime`` where the contract area decides.
BY_AREA = "by-area"
#: Kinds of area whose terms a mine works under; a tender or a former title binds nobody.
GRANTED = ("contract", "licence")


def regime_file(project: Mapping[str, Any], regimes: pd.DataFrame | None, where: str) -> str:
    """Return the regime file of a project, relative to the study.

    A project that names a file keeps it. With ``by-area`` it is the one file that all areas about
    its deposit agree on: contracts and licences in force at some time of its start year.

    Parameters
    ----------
    project
        A ``[[project]]`` section: ``deposit, regime, start_year``.
    regimes
        Columns ``deposit, area, kind, regime, start, end`` (days as text, empty where open), or
        None where the study names no areas.
    where
        The place of the setting, for the message.

    Raises
    ------
    LodewayError
        Where no area gives a regime, or several give different ones.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"deposit": ["hill"] * 2, "area": ["old", "new"],
    ...     "kind": ["licence"] * 2, "regime": ["a.toml", "b.toml"],
    ...     "start": ["", "2022-07-01"], "end": ["2021-12-31", ""]})
    >>> hill = {"deposit": "hill", "regime": "by-area", "start_year": 2026}
    >>> regime_file(hill, table, "project hill")
    'b.toml'
    """
    if project["regime"] != BY_AREA:
        return str(project["regime"])
    deposit, year = str(project["deposit"]), int(project["start_year"])
    if regimes is None:
        raise LodewayError(
            "missing", where, f"{BY_AREA!r} without [registry] areas", "a table of areas",
            "name a regime file, or give the study its areas",
        )  # fmt: skip
    granted = regimes["kind"].isin(GRANTED) & (regimes["regime"] != "")
    about = regimes[granted & (regimes["deposit"] == deposit)]
    live = [row for row in about.to_dict("records") if _covers(row, year)]
    found = sorted({str(row["regime"]) for row in live})
    if len(found) == 1:
        return found[0]
    asked = f"one regime for {deposit} in {year}"
    if not found:
        others = ", ".join(f"{row['area']} ({row['start'] or 'open'} to {row['end'] or 'open'})"
                           for row in about.to_dict("records"))  # fmt: skip
        raise LodewayError("missing", where, f"none by area; other years: {others or 'none'}",
                           asked, "name a regime file")  # fmt: skip
    several = ", ".join(f"{row['area']} with {row['regime']}" for row in live)
    raise LodewayError("bad-study", where, several, asked, "name the regime file that holds")


def _covers(row: Mapping[Hashable, Any], year: int) -> bool:
    """Tell whether a period has a day in a year."""
    start, end = str(row["start"]), str(row["end"])
    return (not start or int(start[:4]) <= year) and (not end or year <= int(end[:4]))


def with_regimes(settings: Mapping[str, Any], regimes: pd.DataFrame | None) -> dict[str, Any]:
    """Return settings in which every project names its regime file."""
    projects = [
        {**project, "regime": regime_file(project, regimes, f"project {project['name']} regime")}
        for project in settings["project"]
    ]
    return {**settings, "project": projects}
