"""The GeoPackage: routes, gates, deposits and lines, styled for QGIS, the same bytes every time."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio

#: What stands in ``last_change``: artefacts hold no clock.
FIXED_DATE = "2000-01-01T00:00:00.000Z"
NOTICE = (
    "Routes and lines contain data from OpenStreetMap, (c) OpenStreetMap contributors, available "
    "under the Open Database License (ODbL) 1.0, https://opendatacommons.org/licenses/odbl/1-0/ . "
    "Whoever passes on this database keeps that licence and this notice. "
    "Basemap of the report: Natural Earth, public domain."
)
_STYLES: dict[str, tuple[str, str, str]] = {
    "routes": ("line", "213,94,0,255", "0.9"),
    "lines": ("line", "90,90,90,255", "0.4"),
    "gates": ("marker", "0,0,0,255", "2.2"),
    "deposits": ("marker", "230,159,0,255", "3.4"),
    "areas": ("fill", "34,34,34,255", "0.3"),
}
_LAYERS = {"line": "SimpleLine", "marker": "SimpleMarker", "fill": "SimpleFill"}
_STATUS = (("open", "solid"), ("planned", "dash"), ("closed", "dot"))


def _symbol(kind: str, colour: str, size: str, dash: str, name: str) -> str:
    layer = _LAYERS[kind]
    keys = {
        "line": {"line_color": colour, "line_width": size, "line_style": dash},
        "marker": {"color": colour, "size": size, "name": "circle",
                   "outline_color": "255,255,255,255"},
        "fill": {"style": "no", "outline_color": colour, "outline_width": size},
    }[kind]  # fmt: skip
    options = "".join(f'<Option name="{k}" type="QString" value="{v}"/>' for k, v in keys.items())
    return (
        f'<symbol name="{name}" type="{kind}" alpha="1"><layer class="{layer}" enabled="1" '
        f'pass="0" locked="0"><Option type="Map">{options}</Option></layer></symbol>'
    )


def qml(layer: str) -> str:
    """Return the QGIS style of one layer; lines and gates are styled by their status.

    Examples
    --------
    >>> 'attr="status"' in qml("lines"), 'type="singleSymbol"' in qml("routes")
    (True, True)
    """
    kind, colour, size = _STYLES[layer]
    if layer in {"lines", "gates"}:
        shades = {"open": colour, "planned": "0,114,178,255", "closed": "213,94,0,255"}
        symbols = "".join(
            _symbol(kind, shades[status], size, dash, str(place))
            for place, (status, dash) in enumerate(_STATUS)
        )
        groups = "".join(
            f'<category symbol="{place}" value="{status}" label="{status}" render="true"/>'
            for place, (status, _) in enumerate(_STATUS)
        )
        body = (
            f'<renderer-v2 type="categorizedSymbol" attr="status" forceraster="0">'
            f"<categories>{groups}</categories><symbols>{symbols}</symbols></renderer-v2>"
        )
    else:
        symbol = _symbol(kind, colour, size, "solid", "0")
        body = (
            '<renderer-v2 type="singleSymbol" forceraster="0">'
            f"<symbols>{symbol}</symbols></renderer-v2>"
        )
    return f'<!DOCTYPE qgis><qgis version="3.28.0" styleCategories="Symbology">{body}</qgis>'


@contextmanager
def _no_clock() -> Iterator[None]:
    """Give the GeoPackage driver a fixed date."""
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _plain(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the frame with texts for lists, so that every column can be written."""
    frame = frame.copy()
    for column in frame.columns:
        if column != frame.geometry.name and frame[column].dtype == object:
            frame[column] = [_cell(value) for value in frame[column]]
    return frame.reset_index(drop=True)


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, set)):
        return ", ".join(str(item) for item in value)
    return None if value is None or (isinstance(value, float) and pd.isna(value)) else str(value)


def geopackage(layers: Mapping[str, geopandas.GeoDataFrame], attribution: str = "") -> bytes:
    """Return a GeoPackage with the given layers, their QGIS styles and the licence notice.

    Parameters
    ----------
    layers
        GeoDataFrames in EPSG:4326 by layer name: routes, gates, deposits, lines, areas. Empty
        ones are left out.
    attribution
        What else has to be named, such as the study's own notes.
    """
    with tempfile.TemporaryDirectory() as folder, _no_clock():
        path = Path(folder) / "routes.gpkg"
        written = [name for name, frame in layers.items() if frame is not None and len(frame)]
        for name in written:
            frame = layers[name]
            frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
            pyogrio.write_dataframe(_plain(frame), path, layer=name, driver="GPKG", append=False)
        notice = pd.DataFrame({"notice": [NOTICE, *([attribution] if attribution else [])]})
        pyogrio.write_dataframe(notice, path, layer="notice", driver="GPKG")
        _add_styles(path, written)
        return path.read_bytes()


def _add_styles(path: Path, layers: list[str]) -> None:
    """Write QGIS's own table ``layer_styles``."""
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, "
            "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
            "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME)"
        )
        base.executemany(
            "INSERT INTO layer_styles VALUES (NULL,'','',?,'geom',?,?,'',1,?,'','',?)",
            [(name, name, qml(name), "Lodeway", FIXED_DATE) for name in layers],
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (FIXED_DATE,),
        )
    base.close()
