"""Do the tonnes fit: what a lane needs against what is left on its way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from lodeway.corridors.cost import Adjustment
from lodeway.corridors.network import Network


@dataclass(frozen=True)
class Hold:
    """One item with a capacity on the way of a lane, in million tonnes a year."""

    item: str
    kind: str
    capacity_mt: float
    used_mt: float
    needed_mt: float

    @property
    def left_mt(self) -> float:
        """Capacity that others leave."""
        return max(self.capacity_mt - self.used_mt, 0.0)

    @property
    def fits(self) -> bool:
        """Whether the lane's tonnes pass."""
        return self.needed_mt <= self.left_mt


def holds(
    network: Network,
    links: Collection[int],
    nodes: Collection[int],
    needed_mt: float,
    changes: Mapping[str, Adjustment],
) -> list[Hold]:
    """Return every capacity on a route, tightest first.

    Parameters
    ----------
    network
        Its ``capacities.csv`` and the ``capacity_mt`` of its links; a row of ``capacities.csv``
        for a link stands instead of the link's own.
    links, nodes
        What the route passes.
    needed_mt
        Tonnes of the sale, in million wet tonnes a year.
    changes
        Scenario changes by capacity id.
    """
    passed_gates = {int(network.links.gate[link]) for link in links} - {-1}
    found: dict[tuple[str, str], Hold] = {}
    for row in network.capacities:
        on_way = (
            (row.kind == "gate" and network.gate_position[row.item] in passed_gates)
            or (row.kind == "link" and network.links.position[row.item] in links)
            or (row.kind == "place" and network.nodes.place[row.item] in nodes)
        )
        if on_way:
            changed = changes.get(row.id, Adjustment())
            able = max(row.mt_per_y * changed.factor + changed.add, 0.0)
            key = (row.kind, row.item)
            hold = Hold(row.item, row.kind, able, row.used_mt_per_y, needed_mt)
            if key not in found or hold.left_mt < found[key].left_mt:
                found[key] = hold
    for link in sorted(links):
        key = ("link", network.links.ids[link])
        able = float(network.links.capacity_mt[link])
        if not np.isnan(able) and key not in found:
            found[key] = Hold(key[1], "link", able, 0.0, needed_mt)
    return sorted(found.values(), key=lambda hold: (hold.left_mt, hold.kind, hold.item))


def bottleneck(network: Network, found: Collection[Hold]) -> str:
    """Return what does not fit, as the report prints it; empty where all does.

    Named is the tightest item: a link by its name where it has one.
    """
    for hold in found:
        if not hold.fits:
            name = hold.item
            if hold.kind == "link":
                position = network.links.position[hold.item]
                name = network.links.name_words[network.links.name[position]] or f"link {name}"
            elif hold.kind == "gate":
                name = network.gates[network.gate_position[hold.item]].name
            return f"does not fit: {hold.left_mt:.3g} Mt/y left at {name}"
    return ""
