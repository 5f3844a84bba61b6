"""A network in the formats of others: CSV, GeoPackage, GeoParquet and GMNS, there and back exactly.

A network is a handful of tables of text. Every format keeps every cell as it was written, in its
order; geometry is made from the coordinates for those who draw it, and is not read back. GMNS:
General Modeling Network Specification 0.96 (Zephyr Foundation), with our further columns kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lodeway.corridors.columns import read_columns
from lodeway.errors import LodewayError, suggestion
from lodeway.io import write_bytes

if TYPE_CHECKING:
    import geopandas

FORMATS = ("csv", "gpkg", "geoparquet", "gmns")
#: Our columns and those of GMNS.
_GMNS: Mapping[str, Mapping[str, str]] = {
    "nodes": {"node": "node_id", "lon": "x_coord", "lat": "y_coord", "mode": "node_type",
              "place": "name"},
    "links": {"link": "link_id", "from": "from_node_id", "to": "to_node_id",
              "length_km": "length", "mode": "allowed_uses", "capacity_mt": "capacity"},
}  # fmt: skip
_GMNS_FILES = {"nodes": "node", "links": "link"}
_CONFIG = (
    "dataset_name,short_length,long_length,speed,crs,geometry_field_format,currency,"
    "version_number,id_type\nfreight network,m,km,km/h,EPSG:4326,wkt,USD,0.96,string\n"
)
_NEEDED = ("nodes", "links", "places")

Tables = dict[str, pd.DataFrame]


def format_of(path: Path) -> str:
    """Say in which format a network is stored, by what lies there.

    Raises
    ------
    LodewayError
        Where there is no network that is known.
    """
    if path.suffix == ".gpkg" and path.is_file():
        return "gpkg"
    if path.is_dir():
        for name, kind in (("node.csv", "gmns"), ("nodes.parquet", "geoparquet"),
                           ("nodes.csv", "csv"), ("nodes.csv.gz", "csv")):  # fmt: skip
            if (path / name).is_file():
                return kind
    raise LodewayError("missing", str(path), "no network", "a folder with nodes, or a .gpkg file")


def read_tables(path: Path) -> Tables:
    """Read a network in any format as tables of text.

    Parameters
    ----------
    path
        A folder (CSV, GeoParquet or GMNS) or a GeoPackage.

    Returns
    -------
    dict
        ``nodes``, ``links``, ``places`` and whatever else stands there (gates, rates, services,
        capacities, terminals, vehicles), every cell a text.

    Raises
    ------
    LodewayError
        For a file that cannot be read, or a table that is missing.
    """
    kind = format_of(path)
    tables = {
        "csv": _from_csv, "gpkg": _from_gpkg, "geoparquet": _from_geoparquet, "gmns": _from_gmns,
    }[kind](path)  # fmt: skip
    for name in _NEEDED:
        if name not in tables:
            raise LodewayError("missing", str(path), f"tables {', '.join(tables)}", name)
    return tables


def write_tables(tables: Tables, path: Path, kind: str) -> None:
    """Write a network in a format; `path` is a folder, or a ``.gpkg`` file.

    Raises
    ------
    LodewayError
        For an unknown format.
    """
    if kind not in FORMATS:
        raise LodewayError(
            "bad-argument", "format", repr(kind), f"one of {', '.join(FORMATS)}",
            suggestion(kind, FORMATS),
        )  # fmt: skip
    if kind == "csv":
        for name, table in tables.items():
            write_bytes(path / f"{name}.csv", _csv(table))
    elif kind == "gmns":
        _to_gmns(tables, path)
    elif kind == "gpkg":
        _to_gpkg(tables, path)
    else:
        path.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            _drawn(name, table, tables).to_parquet(path / f"{name}.parquet")


def _csv(table: pd.DataFrame) -> bytes:
    return str(table.to_csv(index=False, lineterminator="\n")).encode()


def _text_table(path: Path) -> pd.DataFrame:
    columns = read_columns(path, ())
    return pd.DataFrame({name: columns.texts(name) for name in columns.table.column_names})


def _from_csv(path: Path) -> Tables:
    files = sorted([*path.glob("*.csv"), *path.glob("*.csv.gz")])
    return {file.name.partition(".")[0]: _text_table(file) for file in files}


def _to_gmns(tables: Tables, path: Path) -> None:
    for name, table in tables.items():
        words = _GMNS.get(name, {})
        renamed = table.rename(columns=dict(words))
        if name == "links":
            renamed = renamed.assign(directed="0")
        write_bytes(path / f"{_GMNS_FILES.get(name, name)}.csv", _csv(renamed))
    write_bytes(path / "config.csv", _CONFIG.encode())


def _from_gmns(path: Path) -> Tables:
    tables = _from_csv(path)
    tables.pop("config", None)
    for ours, theirs in _GMNS_FILES.items():
        if theirs not in tables:
            raise LodewayError("missing", f"{path}/{theirs}.csv", "no file", "a table of GMNS")
        table = tables.pop(theirs)
        if "directed" in table:
            lone = table["directed"].str.strip().str.lower().isin(["1", "true"])
            if bool(lone.any()):
                raise LodewayError(
                    "bad-network", f"{theirs}.csv:{int(lone.to_numpy().argmax()) + 2} directed",
                    "a one-way link", "links that run both ways",
                    "a one-way leg is a row of services.csv",
                )  # fmt: skip
            table = table.drop(columns="directed")
        back = {word: name for name, word in _GMNS[ours].items()}
        tables[ours] = table.rename(columns=back)
    return tables


def _drawn(name: str, table: pd.DataFrame, tables: Tables) -> geopandas.GeoDataFrame:
    """Return a table with geometry where it has coordinates: points, or straight lines."""
    import geopandas
    import numpy as np
    import shapely

    shapes: Any = np.full(len(table), None, dtype=object)
    if {"lon", "lat"} <= set(table.columns):
        lon, lat = (
            pd.to_numeric(table[axis], errors="coerce").to_numpy() for axis in ("lon", "lat")
        )
        good = np.isfinite(lon) & np.isfinite(lat)
        shapes[good] = shapely.points(lon[good], lat[good])
    elif name == "links":
        nodes = tables["nodes"]
        where = pd.DataFrame(
            {
                axis: pd.to_numeric(nodes[axis], errors="coerce").to_numpy()
                for axis in ("lon", "lat")
            },
            index=nodes["node"],
        )
        where = where[~where.index.duplicated()]
        ends = np.stack([where.reindex(table[end]).to_numpy() for end in ("from", "to")], axis=1)
        good = np.isfinite(ends).all(axis=(1, 2))
        shapes[good] = shapely.linestrings(ends[good])
    return geopandas.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def _to_gpkg(tables: Tables, path: Path) -> None:
    import pyogrio

    if path.suffix != ".gpkg":
        raise LodewayError("bad-argument", str(path), path.suffix or "no ending", "a .gpkg file")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.stem + ".part.gpkg")
    part.unlink(missing_ok=True)
    for name, table in tables.items():
        spatial = {"lon", "lat"} <= set(table.columns) or name == "links"
        frame = _drawn(name, table, tables) if spatial else table
        pyogrio.write_dataframe(frame, part, layer=name, driver="GPKG", append=part.exists())
    part.replace(path)


def _from_gpkg(path: Path) -> Tables:
    import pyogrio

    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        found = {
            name: pyogrio.read_dataframe(path, layer=name, read_geometry=False) for name in layers
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as problem:
        raise LodewayError("bad-network", str(path), str(problem), "a GeoPackage") from None
    return {name: _texts(table) for name, table in found.items()}


def _from_geoparquet(path: Path) -> Tables:
    found = {}
    for file in sorted(path.glob("*.parquet")):
        try:
            table = pd.read_parquet(file)
        except (OSError, ValueError) as problem:
            raise LodewayError("bad-network", file.name, str(problem), "a Parquet file") from None
        found[file.stem] = _texts(table.drop(columns="geometry", errors="ignore"))
    return found


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return every cell as text; what a format has made empty is an empty text."""
    return pd.DataFrame({
        str(name): ["" if value is None or value != value else str(value) for value in column]  # noqa: PLR0124
        for name, column in table.items()
    })  # fmt: skip


__all__ = ["FORMATS", "Tables", "format_of", "read_tables", "write_tables"]
