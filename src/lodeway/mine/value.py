"""What a block is worth at each destination, for one model of grades or many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.mine.problem import Floats

#: Destinations, in the order of the columns of values.
WASTE, MILL = range(2)


@dataclass(frozen=True)
class Terms:
    """What metal brings and what work costs, in real money of one year.

    Attributes
    ----------
    net_usd_per_t_metal
        By element: price of a tonne of recovered metal, after everything beyond the mill's gate.
    recovery
        By element: share of the metal that the mill recovers.
    mining_usd_per_t
        Cost of a tonne of rock moved.
    processing_usd_per_t
        Cost of a tonne of ore, overheads included.
    mining_usd_per_t_per_m
        Added for each metre of depth below the top of the model.
    """

    net_usd_per_t_metal: Mapping[str, float]
    recovery: Mapping[str, float]
    mining_usd_per_t: float
    processing_usd_per_t: float
    mining_usd_per_t_per_m: float = 0.0

    def __post_init__(self) -> None:
        for element, share in self.recovery.items():
            if not 0.0 <= share <= 1.0:
                raise LodewayError("bad-fraction", f"recovery of {element}", share, "0 to 1")
        for name in ("mining_usd_per_t", "processing_usd_per_t", "mining_usd_per_t_per_m"):
            if not getattr(self, name) >= 0.0:
                raise LodewayError("bad-number", name, getattr(self, name), "at least 0")
        missing = set(self.net_usd_per_t_metal) - set(self.recovery)
        if missing:
            raise LodewayError("missing", "recovery", min(missing), "a recovery for each")

    def cutoff_pct(self, element: str) -> float:
        """Return the marginal cut-off in per cent: ore that pays its processing, mined or not.

        Lane (1988), "The economic definition of ore": rock that must be moved anyway is milled
        where what it brings covers the cost of the mill.

        Examples
        --------
        >>> terms = Terms({"Cu": 6000.0}, {"Cu": 0.9}, 2.0, 9.0)
        >>> round(terms.cutoff_pct("Cu"), 4)
        0.1667
        """
        worth = self.net_usd_per_t_metal[element] * self.recovery[element]
        return 100.0 * self.processing_usd_per_t / worth if worth > 0 else np.inf


def block_values(
    mass_t: Floats,
    grade_pct: Mapping[str, Floats],
    terms: Terms,
    depth_m: Floats | None = None,
) -> Floats:
    """Return the undiscounted value of each block as waste and as ore.

    Parameters
    ----------
    mass_t
        Dry tonnes of each block; shape ``(blocks,)``.
    grade_pct
        By element, mass per cent; shape ``(blocks,)`` or ``(blocks, draws)``. Not a number means
        that nothing was estimated: the block is waste there.
    terms
        Money.
    depth_m
        Depth of each block below the top, where cost grows with it.

    Returns
    -------
    numpy.ndarray
        Shape ``(blocks, 2)`` or ``(blocks, draws, 2)``: columns WASTE and MILL. A block that
        cannot be milled has the value of waste in both.

    Examples
    --------
    >>> terms = Terms({"Cu": 6000.0}, {"Cu": 0.9}, 2.0, 9.0)
    >>> block_values(np.array([1000.0]), {"Cu": np.array([0.5])}, terms).round(1).tolist()
    [[-2000.0, 16000.0]]
    """
    elements = list(terms.net_usd_per_t_metal)
    for element in elements:
        if element not in grade_pct:
            raise LodewayError("unknown-id", "block grades", element, f"one of {sorted(grade_pct)}")
    if not (np.asarray(mass_t) >= 0).all():
        raise LodewayError("bad-number", "block mass", "a negative or missing mass", "at least 0")
    grades = np.asarray(grade_pct[elements[0]])
    depth = np.zeros(len(mass_t)) if depth_m is None else depth_m
    dig = mass_t * (terms.mining_usd_per_t + terms.mining_usd_per_t_per_m * depth)
    shape = (len(mass_t),) + (1,) * (grades.ndim - 1)
    worth = np.full(grades.shape, -terms.processing_usd_per_t)
    known = np.zeros(grades.shape, bool)
    for element in elements:
        grade = np.asarray(grade_pct[element], dtype=np.float64)
        known |= np.isfinite(grade)
        share = np.nan_to_num(grade) / 100.0
        worth += share * terms.net_usd_per_t_metal[element] * terms.recovery[element]
    waste = np.broadcast_to(-dig.reshape(shape), grades.shape)
    mill = waste + np.where(known, worth * mass_t.reshape(shape), 0.0)
    return np.stack([waste, mill], axis=-1)


def inside_areas(x: Floats, y: Floats, areas: object) -> NDArray[np.bool_]:
    """Return which points lie in any of the areas (shapely geometries, same coordinates).

    For forced exclusions: a border strip, a minefield, a river, a village.
    """
    import shapely

    union = shapely.union_all(np.asarray(areas, dtype=object))
    return np.asarray(shapely.intersects_xy(union, x, y))
