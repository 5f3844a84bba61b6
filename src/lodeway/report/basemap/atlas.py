"""Land and borders for the map, and the state in which a point lies.

The outlines are Natural Earth's (public domain) as packed by world-atlas (ISC), in TopoJSON:
https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import shapely

from lodeway.errors import LodewayError
from lodeway.io import read_text

Arc = list[tuple[float, float]]


@dataclass(frozen=True)
class Country:
    """One outline of the basemap: its name, the recognised state, who controls it."""

    name: str
    country: str
    control: str
    shape: Any


@dataclass(frozen=True)
class Basemap:
    """All outlines, and the land borders between them as lines."""

    countries: tuple[Country, ...]
    borders: Any


def decode(
    topology: Mapping[str, Any], name: str
) -> tuple[list[tuple[Mapping[str, Any], Any]], Any]:
    """Return the polygons of one TopoJSON object, and the arcs that two of them share.

    Examples
    --------
    >>> square = {"transform": {"scale": [1, 1], "translate": [0, 0]},
    ...     "arcs": [[[0, 0], [2, 0], [0, 2], [-2, 0], [0, -2]]],
    ...     "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0]]}]}}}
    >>> shapes, borders = decode(square, "land")
    >>> shapes[0][1].area, borders.is_empty
    (4.0, True)
    """
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Arc] = []
    for arc in topology["arcs"]:
        xs = itertools.accumulate(step[0] for step in arc)
        ys = itertools.accumulate(step[1] for step in arc)
        arcs.append([(x * sx + tx, y * sy + ty) for x, y in zip(xs, ys, strict=True)])
    uses: Counter[int] = Counter()
    shapes = []
    for item in topology["objects"][name]["geometries"]:
        parts = {"Polygon": [item.get("arcs")], "MultiPolygon": item.get("arcs")}.get(item["type"])
        rings = [[_ring(arcs, ring) for ring in part] for part in parts or []]
        shape = shapely.MultiPolygon([(part[0], part[1:]) for part in rings])
        shapes.append((item, shapely.make_valid(shape)))
        used = {n if n >= 0 else ~n for part in parts or [] for ring in part for n in ring}
        uses.update(used)
    shared = [arcs[number] for number, count in sorted(uses.items()) if count > 1]
    return shapes, shapely.MultiLineString(shared)


def _ring(arcs: Sequence[Arc], numbers: Iterable[int]) -> Arc:
    """Join arcs into one ring; ``~n`` is arc n walked backwards."""
    ring: Arc = []
    for number in numbers:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(points[1:] if ring else points)
    return ring


@cache
def load_basemap() -> Basemap:
    """Return the basemap that comes with Lodeway (1:50 million)."""
    folder = resources.files("lodeway.report") / "basemap"
    topology = json.loads(gzip.decompress((folder / "countries-50m.json.gz").read_bytes()))
    table = (folder / "countries.csv").read_text(encoding="utf-8")
    known = {row["key"]: row for row in csv.DictReader(io.StringIO(table))}
    shapes, borders = decode(topology, "countries")
    countries = []
    for item, shape in shapes:
        name = item["properties"]["name"]
        row = known.get(str(item.get("id"))) or known.get(name) or {}
        countries.append(Country(name, row.get("country", ""), row.get("control", ""), shape))
    return Basemap(tuple(countries), borders)


def read_areas(path: Path) -> list[dict[str, Any]]:
    """Return the features of a study's GeoJSON of disputed areas and lines.

    Each becomes a plain row: ``name, country, control, claimed_by, kind, source, shape``.
    """
    try:
        features = json.loads(read_text(path))["features"]
        rows = []
        for feature in features:
            row = {
                key: str(feature["properties"].get(key) or "")
                for key in ("name", "country", "control", "claimed_by", "kind", "source")
            }
            rows.append({**row, "shape": shapely.from_geojson(json.dumps(feature["geometry"]))})
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.GEOSException) as wrong:
        raise LodewayError("bad-study", str(path), str(wrong), "GeoJSON features") from None
    return rows


def recognised(lon: float, lat: float, areas: Iterable[Mapping[str, Any]] = ()) -> tuple[str, str]:
    """Return the UN-recognised state at a point (ISO3) and who controls the ground.

    Parameters
    ----------
    lon, lat
        Degrees, WGS 84.
    areas
        Rows of `read_areas`: the study's own statement comes before the basemap's.

    Returns
    -------
    tuple
        ``(country, control)``; an empty country is disputed between states, or sea.

    Examples
    --------
    >>> recognised(44.8, 41.7)
    ('GEO', 'GEO')
    >>> recognised(51.0, 42.0)
    ('', '')
    """
    point = shapely.Point(lon, lat)
    for area in areas:
        if area["kind"] != "line" and area["shape"].covers(point):
            return str(area["country"]), str(area["control"])
    for country in load_basemap().countries:
        if country.shape.covers(point):
            return country.country, country.control
    return "", ""
