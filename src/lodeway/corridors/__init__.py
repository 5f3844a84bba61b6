"""Multimodal freight: network, gates, cost, exact routes, scenarios and capacity.

Usable alone from a notebook:

    from lodeway.corridors import Permission, find_route, read_network

Names are imported when they are first used, so that the command line opens at once.
"""

from lodeway.lazy import names_of

_PUBLIC = {
    "Cargo": "vehicles",
    "ClosureProcess": "closures",
    "Conditions": "scenario",
    "Corridors": "choice",
    "Finding": "health",
    "FlowSolver": "flow",
    "GateQueue": "queues",
    "Graph": "graph",
    "Hierarchy": "hierarchy",
    "Instance": "flow_instance",
    "Network": "network",
    "Overlay": "overlay",
    "Permission": "permission",
    "Prices": "cost",
    "Query": "hierarchy",
    "RateBook": "rates",
    "Route": "route",
    "Shipment": "freight",
    "State": "scenario",
    "Task": "freight",
    "Vehicle": "vehicles",
    "alternatives": "alternatives",
    "assess": "risk",
    "apply": "scenario",
    "build_graph": "graph",
    "build_hierarchy": "hierarchy",
    "build_overlay": "overlay",
    "chokepoints": "resilience",
    "choose": "choice",
    "compare_lengths": "lengths",
    "costs_in_worlds": "worlds",
    "compare_quotes": "quotes",
    "cvar": "resilience",
    "evaluate": "freight",
    "examine": "health",
    "find_route": "route",
    "find_routes": "route",
    "fit": "closures",
    "insurance": "resilience",
    "matrix": "matrix",
    "path_size_shares": "choice",
    "price_all": "cost",
    "problems": "check",
    "read_claim": "claim_file",
    "read_comparison": "compare_file",
    "read_events": "closures",
    "read_instance": "flow_instance",
    "read_network": "network",
    "read_tables": "formats",
    "read_terminals": "vehicles",
    "read_vehicles": "vehicles",
    "repair": "repair",
    "shut_days": "closures",
    "spill_over": "queues",
    "states": "scenario",
    "storage": "resilience",
    "usable_links": "permission",
    "waiting_hours": "queues",
    "weigh_claim": "claim_verdict",
    "worth": "choice",
    "write_tables": "formats",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605  made from the table above

__getattr__ = names_of(__name__, _PUBLIC)
