"""The report: one HTML file, its figures, tables and a GeoPackage.

`stage.run` is what the chain calls; the rest are plain functions, exported when asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "Book": "book",
    "geopackage": "geopackage",
    "load_basemap": "basemap",
    "read_areas": "basemap",
    "recognised": "basemap",
    "render": "page",
    "rounded": "rounding",
    "run": "stage",
    "single": "rounding",
    "spread": "rounding",
}

__all__ = sorted(_WHERE)  # noqa: PLE0605  the names above


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _WHERE:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
