"""From assays to a resource statement: drillholes, kriging, simulation, classification.

Usable alone from a notebook:

    from lodeway.resource import Structure, Variogram, krige

Names are imported when they are first used, so that the command line opens at once.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Finding": "findings",
    "Kriging": "kriging",
    "Rule": "compositing",
    "Search": "search",
    "Structure": "variogram",
    "Variogram": "variogram",
    "check_drillholes": "checking",
    "composite": "compositing",
    "krige": "kriging",
    "krige_all": "kriging",
    "read_drillholes": "drillholes",
    "trace_hole": "desurvey",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PUBLIC:
        raise AttributeError(name)
    return getattr(import_module(f"lodeway.resource.{_PUBLIC[name]}"), name)
