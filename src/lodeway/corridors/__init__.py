"""Multimodal freight: network, gates, cost, exact routes, scenarios and capacity.

Usable alone from a notebook:

    from lodeway.corridors import Permission, find_route, read_network

Names are imported when they are first used, so that the command line opens at once.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Conditions": "scenario",
    "Graph": "graph",
    "Network": "network",
    "Overlay": "overlay",
    "Permission": "permission",
    "Prices": "cost",
    "RateBook": "rates",
    "Route": "route",
    "Shipment": "freight",
    "State": "scenario",
    "Task": "freight",
    "apply": "scenario",
    "build_graph": "graph",
    "build_overlay": "overlay",
    "evaluate": "freight",
    "find_route": "route",
    "price_all": "cost",
    "problems": "check",
    "read_network": "network",
    "states": "scenario",
    "usable_links": "permission",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PUBLIC:
        raise AttributeError(name)
    return getattr(import_module(f"lodeway.corridors.{_PUBLIC[name]}"), name)
