"""Lengths beside published ones: what a timetable or a road table measures, and how far off we are.

A published length runs from station to station, or along the numbered road. So connectors between
a place and its station do not count, and drawn roads, whose bends were simplified away, are
lengthened by a stated factor. Route lengths themselves (`length_km`) stay as the tables give them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.graph import Graph
from lodeway.corridors.network import Network
from lodeway.errors import LodewayError
from lodeway.io import read_rows

if TYPE_CHECKING:
    from lodeway.corridors.route import Route

#: What simplification (Visvalingam, coordinates to 0.001 degree) takes off a drawn line, by mode.
#: Stated, not fitted: a circle drawn with a vertex each 30 degrees reads 1.1 % short, a straight
#: road none; mountain roads lose more than that, plains nothing.
SINUOSITY: Mapping[str, float] = {"road": 1.01, "rail": 1.0}
_ARROW = re.compile(r"\s*>\s*")


def line_km(network: Network, graph: Graph, arcs: NDArray[np.int64]) -> float:
    """Return the length of a path as a road table or a timetable would give it, in km.

    Parameters
    ----------
    network, graph
        The network and its graph.
    arcs
        Arcs of the path.
    """
    links = network.links
    passed = graph.link[arcs]
    own = passed[passed >= 0]
    own = own[~links.access[own]]
    factor = np.array([SINUOSITY.get(mode, 1.0) for mode in links.mode_words] or [1.0])
    sold = float(graph.km[arcs[passed < 0]].sum())
    return float((links.km[own] * factor[links.mode[own]]).sum()) + sold


@dataclass(frozen=True)
class Compared:
    """A published length beside ours; `km` is NaN where there is no way."""

    via: str
    modes: tuple[str, ...]
    published_km: float
    km: float
    source: str

    @property
    def error(self) -> float:
        """How much longer ours is, as a share of the published length."""
        return self.km / self.published_km - 1.0

    def as_dict(self) -> dict[str, object]:
        """Return the row as ``--json`` prints it."""
        known = bool(np.isfinite(self.km))
        return {
            "via": self.via,
            "modes": "|".join(self.modes),
            "published_km": self.published_km,
            "km": round(self.km, 1) if known else None,
            "error_pct": round(100 * self.error, 1) if known else None,
            "source": self.source,
        }


def compare_lengths(
    path: Path, route: Callable[[Sequence[str], tuple[str, ...]], Route]
) -> list[Compared]:
    """Hold a table of published lengths (``via, modes, km``) against routes.

    Parameters
    ----------
    path
        CSV; `via` is ``A>B>C``.
    route
        Finds the route through some places by some modes; a `LodewayError` of code ``no-route``
        means that there is none.
    """
    found = []
    for row in read_rows(path, ("via", "modes", "km"), name=path.name):
        stops = [word for word in _ARROW.split(row.text("via")) if word]
        if len(stops) < 2:
            raise LodewayError("bad-argument", row.where("via"), row.text("via"), "A>B")
        modes = tuple(word.strip() for word in row.text("modes").split("|"))
        published = row.number("km", low=1e-6)
        try:
            km = route(stops, modes).line_km
        except LodewayError as problem:
            if problem.code != "no-route":
                raise
            km = float("nan")
        found.append(Compared(row.text("via"), modes, published, km, row.text("source", "")))
    return found


def summary(rows: Sequence[Compared]) -> dict[str, dict[str, float]]:
    """Return count, median and worst absolute error by mode, as shares; no way counts as 1."""
    told = {}
    for mode in sorted({"|".join(row.modes) for row in rows}):
        errors = [abs(row.error) for row in rows if "|".join(row.modes) == mode]
        sizes = np.nan_to_num(np.array(errors), nan=1.0)
        told[mode] = {"count": float(len(sizes)), "median": float(np.median(sizes)),
                      "worst": float(sizes.max())}  # fmt: skip
    return told
