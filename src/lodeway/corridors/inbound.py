"""Reagents that a project takes in: brought by the cheapest way, borne by each tonne of product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from lodeway.corridors.cost import COMPONENTS
from lodeway.corridors.freight import LaneResult, Shipment
from lodeway.corridors.network import Network
from lodeway.errors import LodewayError
from lodeway.io import read_facts
from lodeway.model import StageContext
from lodeway.model.parameters import fact_in

Floats = NDArray[np.float64]

#: Ends the name of the lane by which a project's reagents come.
_MARK = "<inbound"


@dataclass(frozen=True)
class Inbound:
    """What one project takes in.

    Attributes
    ----------
    project, place
        Who, and from where.
    t_per_t
        Tonnes for each dry tonne of product, shape ``(draws,)``.
    source
        The fact behind it, as ``file#row``.
    """

    project: str
    place: str
    t_per_t: Floats
    source: str


def read_inbound(context: StageContext) -> tuple[Inbound, ...]:
    """Return what the projects with a section ``[project.inbound]`` take in.

    Raises
    ------
    LodewayError
        Naming project and key, when the fact is missing or its unit is not t/t.
    """
    wanted = [item for item in context.settings["project"] if item.get("inbound")]
    if not wanted:
        return ()
    patterns = context.settings["facts"]["files"]
    files = [
        path
        for path in context.files
        if any(fnmatchcase(path.relative_to(context.folder).as_posix(), p) for p in patterns)
    ]
    facts = read_facts(files, context.folder)
    found = []
    for item in wanted:
        where = f"project {item['name']} inbound.t_per_t"
        fact = fact_in(facts, item["inbound"]["t_per_t"], "t/t", where)
        drawn = fact.draw(context.seed, context.draws, "t/t")
        found.append(
            Inbound(str(item["name"]), str(item["inbound"]["place"]), drawn, fact.source_id)
        )
    return tuple(found)


def shipments(
    inbound: Iterable[Inbound], network: Network, places: Mapping[str, str], draws: int
) -> tuple[Shipment, ...]:
    """Return the way that each project's reagents take, at no worth of their own.

    Parameters
    ----------
    places
        Where each project stands.
    """
    return tuple(
        Shipment(
            f"{item.project}{_MARK}",
            network.node_of(item.place, f"project {item.project} inbound.place"),
            -1,
            np.zeros(draws),
            (f"{item.project}{_MARK}",),
            (network.node_of(places[item.project]),),
        )
        for item in inbound
    )


def borne(
    lanes: Iterable[LaneResult],
    ways: Mapping[str, Floats],
    share: Mapping[str, Floats],
) -> tuple[list[LaneResult], dict[str, Floats]]:
    """Let every lane bear what its project takes in, and take the ways of the reagents out.

    The cost comes on top of what the lane costs, of what the chooser knows, and of the way to the
    point of sale: it is the seller's, whoever pays for the freight beyond.

    Parameters
    ----------
    lanes
        All lanes of one state, those of the reagents among them.
    ways
        The known cost through what the state opens, by lane.
    share
        By sale, tonnes taken in for each *wet* tonne of product, shape ``(draws,)``.

    Returns
    -------
    tuple
        The lanes and the ways, each with what it bears.
    """
    every = list(lanes)
    back = {lane.lane.removesuffix(_MARK): lane for lane in every if lane.lane.endswith(_MARK)}
    kept, through = [], dict(ways)
    for lane in every:
        if lane.lane.endswith(_MARK):
            continue
        way, sale = back.get(lane.lane.partition(":")[0]), lane.lane.partition(">")[0]
        if way is None:
            kept.append(lane)
            continue
        usd = lane.usd.copy()
        usd[COMPONENTS.index("inbound")] += way.usd.sum(axis=0) * share[sale]
        known = way.known * share[sale]
        if lane.lane in through:
            through[lane.lane] = through[lane.lane] + known
        kept.append(
            lane._replace(
                usd=usd,
                known=lane.known + known,
                to_point=lane.to_point + usd[COMPONENTS.index("inbound")],
            )
        )
    return kept, through


def refuse_unsupplied(lanes: Iterable[LaneResult]) -> None:
    """Refuse a project to which its reagents find no way today."""
    for lane in lanes:
        if lane.lane.endswith(_MARK) and not np.isfinite(lane.known).any():
            project = lane.lane.removesuffix(_MARK)
            raise LodewayError(
                "no-route", f"project {project} inbound.place", "no way to the project today",
                "a place from which the project can be reached",
                "ask for more modes, open a gate, or name another place",
            )  # fmt: skip
