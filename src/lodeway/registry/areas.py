"""Contract areas: who may work where, on which terms, from when to when, and where two overlap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import Row, last_day, read_rows

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

_NEEDED = ("area_id", "name", "parties", "source", "wkt")


@dataclass(frozen=True)
class ContractArea:
    """An area under contract, licence or tender.

    `kind` is ``contract``, ``licence``, ``tender``, ``title`` (a prior or displaced claim) or
    ``clearance`` (ground cleared of mines); `start` and `end` bound it in time (end open: None).
    `repairs` says what was mended in the outline.
    """

    id: str
    name: str
    kind: str
    parties: tuple[str, ...]
    regime: str
    terms: str
    start: date | None
    end: date | None
    source: str
    shape: shapely.Geometry
    repairs: str
    file: str

    def in_force(self, day: date) -> bool:
        """Whether the area counts on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def read_areas(path: Path) -> list[ContractArea]:
    """Read a table of areas with outlines as WKT (longitude latitude, WGS 84).

    Columns: ``area_id, name, kind, parties (joined by |), regime, terms, start, end, source, wkt``.

    Raises
    ------
    LodewayError
        For an outline that is no polygon, lies off the globe (metres?), or an end before its start.
    """
    return [_area(row) for row in read_rows(path, _NEEDED, name=path.name)]


def _area(row: Row) -> ContractArea:
    shape, repairs = _outline(row)
    start, end = _first_day(row, "start"), row.date("end")
    if start and end and end < start:
        raise LodewayError("bad-date", row.where("end"), f"{end}", f"a day after {start}")
    return ContractArea(
        id=row.text("area_id"), name=row.text("name"), kind=row.text("kind", "contract"),
        parties=tuple(word.strip() for word in row.text("parties").split("|") if word.strip()),
        regime=row.text("regime", ""), terms=row.text("terms", ""), start=start, end=end,
        source=row.text("source"), shape=shape, repairs=repairs, file=row.file,
    )  # fmt: skip


def _first_day(row: Row, field: str) -> date | None:
    """Return the first day that a dated text can mean."""
    text = row.text(field, "")
    if not text:
        return None
    full = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", text)
    if full:
        return date(int(full[1]), int(full[2] or 1), 1)
    return last_day(text, row.where(field))


def _outline(row: Row) -> tuple[shapely.Geometry, str]:
    """Return a polygon and what had to be mended."""
    text = row.text("wkt")
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        raise LodewayError(
            "bad-number", row.where("wkt"), repr(text[:40]), "an outline as WKT: POLYGON ((...))"
        ) from None
    if shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise LodewayError("bad-number", row.where("wkt"), shape.geom_type, "a polygon")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise LodewayError(
            "bad-crs", row.where("wkt"), f"{west:g} {south:g} to {east:g} {north:g}",
            "degrees of longitude and latitude", "metres are turned into degrees before",
        )  # fmt: skip
    if shape.is_valid:
        return shape, ""
    why = str(shapely.is_valid_reason(shape))
    return shapely.make_valid(shape), f"outline mended: {why}"


def overlaps(areas: Sequence[ContractArea]) -> pd.DataFrame:
    """Return every two areas that share ground at the same time.

    Columns: ``one, other, shared_km2, share_of_smaller, start, end, kinds`` (dates as text, empty
    where open). Areas that only touch are left out.
    """
    import pandas as pd

    shapes = np.array([area.shape for area in areas], dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    rows = []
    for i, j in sorted({(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b}):
        one, other = areas[i], areas[j]
        start = max((d for d in (one.start, other.start) if d), default=None)
        end = min((d for d in (one.end, other.end) if d), default=None)
        if start and end and end < start:
            continue
        common = area_km2(shapely.intersection(one.shape, other.shape))
        smaller = min(area_km2(one.shape), area_km2(other.shape))
        if common > 1e-6:
            rows.append({
                "one": one.id, "other": other.id, "shared_km2": round(common, 4),
                "share_of_smaller": round(common / smaller, 4), "start": _iso(start),
                "end": _iso(end), "kinds": f"{one.kind}/{other.kind}",
            })  # fmt: skip
    columns = ["one", "other", "shared_km2", "share_of_smaller", "start", "end", "kinds"]
    return pd.DataFrame(rows, columns=columns)


def area_km2(shape: shapely.Geometry) -> float:
    """Return an area on the ellipsoid, km2.

    Examples
    --------
    >>> round(area_km2(shapely.box(45.0, 40.0, 46.0, 41.0)))
    9413
    """
    from pyproj import Geod

    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(float(area)) / 1e6


def areas_of(
    lon: NDArray[np.float64], lat: NDArray[np.float64], areas: Sequence[ContractArea], day: date
) -> list[list[ContractArea]]:
    """Return for each point the areas in force that hold it, oldest first."""
    from lodeway.registry.inside import points_in_polygons

    live = [area for area in areas if area.in_force(day)]
    found: list[list[ContractArea]] = [[] for _ in range(len(lon))]
    point, which = points_in_polygons(lon, lat, [area.shape for area in live])
    for i, j in zip(point, which, strict=True):
        found[int(i)].append(live[int(j)])
    return [sorted(item, key=lambda area: (area.start or date.min, area.id)) for item in found]


def area_table(areas: Sequence[ContractArea]) -> geopandas.GeoDataFrame:
    """Return areas as a table to draw (EPSG:4326)."""
    import geopandas
    import pandas as pd

    frame = pd.DataFrame(
        {
            "area": [area.id for area in areas], "name": [area.name for area in areas],
            "kind": [area.kind for area in areas],
            "parties": ["|".join(area.parties) for area in areas],
            "regime": [area.regime for area in areas], "terms": [area.terms for area in areas],
            "start": [_iso(area.start) for area in areas],
            "end": [_iso(area.end) for area in areas],
            "area_km2": [round(area_km2(area.shape), 3) for area in areas],
            "source": [area.source for area in areas], "repairs": [area.repairs for area in areas],
        }
    )  # fmt: skip
    return geopandas.GeoDataFrame(frame, geometry=[area.shape for area in areas], crs="EPSG:4326")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
