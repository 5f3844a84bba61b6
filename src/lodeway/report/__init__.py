"""The report: one HTML file, its figures, tables and a GeoPackage.

`stage.run` is what the chain calls; the rest are plain functions, exported when asked for.
"""

from lodeway.lazy import names_of

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

__getattr__ = names_of(__name__, _WHERE)
