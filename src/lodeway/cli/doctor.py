"""The doctor says whether this machine can run Lodeway."""

from __future__ import annotations

import platform
import sys

import typer

from lodeway.cli.app import put, put_json

_NEEDED = (
    "numpy", "scipy", "pandas", "pyarrow", "xarray", "geopandas", "pyogrio", "shapely", "pyproj",
    "numba", "highspy", "rasterio", "pint", "matplotlib", "python-docx", "pydantic", "typer",
    "jinja2", "openpyxl",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command()(doctor)


def doctor(as_json: bool = typer.Option(False, "--json", help="Print one JSON value.")) -> None:
    """Say what Lodeway found on this machine, and what it misses."""
    from importlib import metadata

    found: dict[str, str | None] = {}
    for name in _NEEDED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    missing = sorted(name for name, version in found.items() if version is None)
    python = platform.python_version()
    if as_json:
        put_json({"python": python, "packages": found, "missing": missing})
    else:
        put(f"Python {python} on {platform.system()}")
        for name, version in found.items():
            put(f"  {name:10s} {version or 'MISSING: pip install lodeway'}")
        put("all is here" if not missing else f"missing: {', '.join(missing)}")
    if missing or sys.version_info < (3, 11):
        raise typer.Exit(1)
