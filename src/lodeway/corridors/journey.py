"""The modal route of a lane, walked through the whole network: legs, links and geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import Prices
from lodeway.corridors.freight import Path
from lodeway.corridors.network import Network
from lodeway.corridors.overlay import Overlay, unpack
from lodeway.corridors.route import Leg, describe_legs


@dataclass(frozen=True)
class Journey:
    """A modal route: its legs, and the links, nodes and services that it passes."""

    legs: tuple[Leg, ...]
    links: frozenset[int]
    nodes: frozenset[int]
    services: frozenset[int]


@dataclass
class Walker:
    """Unpacks overlay paths; ways through cells are looked up once and kept."""

    network: Network
    overlay: Overlay
    known: dict[tuple[int, int], tuple[list[int], list[int]]] = field(default_factory=dict)

    def walk(
        self,
        path: Path,
        central: Prices,
        usd_per_t: NDArray[np.float64],
        stops: frozenset[int] = frozenset(),
    ) -> Journey:
        """Return the journey behind a path of the overlay.

        Parameters
        ----------
        path
            Arcs of the overlay, the vertices to which they lead, and the first vertex.
        central
            Prices of the central world, by which the legs are told.
        usd_per_t
            Central value of the goods per wet tonne, shape ``(1,)``.
        stops
            Nodes at which a leg ends although the mode goes on.
        """
        arcs, vertices, begin = path
        whole = self.overlay.whole
        steps: list[int] = []
        reached: list[int] = []
        here = begin
        for arc, vertex in zip(arcs, vertices, strict=True):
            if (arc, here) not in self.known:
                self.known[arc, here] = unpack(self.overlay, arc, here)
            inner, through = self.known[arc, here]
            steps += inner
            reached += through
            here = vertex
        source = int(self.overlay.vertex[begin])
        legs = describe_legs(self.network, whole, central, usd_per_t, steps, reached, source, stops)
        passed = np.array(steps, dtype=np.int64)
        fixed = whole.fixed[passed[whole.fixed[passed] >= 0]]
        return Journey(
            legs=legs,
            links=frozenset(whole.link[passed[whole.link[passed] >= 0]].tolist()),
            nodes=frozenset(whole.node[[source, *reached]].tolist()),
            services=frozenset(
                whole.prices[number].item
                for number in fixed
                if whole.prices[number].kind == "service"
            ),
        )


def simplified(lon: Sequence[float], lat: Sequence[float], tolerance: float) -> list[int]:
    """Return which points of a line remain (Douglas and Peucker 1973, Cartographica 10).

    Parameters
    ----------
    lon, lat
        Degrees.
    tolerance
        Largest distance in degrees that a dropped point may have from the line.

    Examples
    --------
    >>> simplified([0.0, 1.0, 2.0], [0.0, 0.001, 0.0], 0.01)
    [0, 2]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    keep = {0, len(x) - 1}
    stack = [(0, len(x) - 1)]
    while stack:
        one, two = stack.pop()
        if two - one < 2:
            continue
        dx, dy = x[two] - x[one], y[two] - y[one]
        length = float(np.hypot(dx, dy))
        px, py = x[one + 1 : two] - x[one], y[one + 1 : two] - y[one]
        off = np.abs(px * dy - py * dx) / length if length else np.hypot(px, py)
        far = int(np.argmax(off))
        if off[far] > tolerance:
            middle = one + 1 + far
            keep.add(middle)
            stack += [(one, middle), (middle, two)]
    return sorted(keep)
