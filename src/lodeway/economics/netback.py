"""Net-back: what a tonne brings at the buyer, less what the road costs, and who bears the road.

A *delivered* value is what a dry tonne of product is worth at a market; its *net-back* is that
less all freight from the mine. What the seller receives, the *mine-gate* value, also depends on
where the sale happens and on how much of the freight beyond that point the buyer deducts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def per_dry_tonne(usd_per_wet_t: Array, moisture: Array) -> Array:
    """Return a cost per wet tonne as a cost per dry tonne; what is hauled is wet.

    Parameters
    ----------
    usd_per_wet_t
        Cost, any shape that broadcasts with `moisture`.
    moisture
        Share of water in the wet mass, 0 to 1.

    Examples
    --------
    >>> per_dry_tonne(np.array([90.0]), np.array([0.1]))
    array([100.])
    """
    return usd_per_wet_t / (1.0 - moisture)


@dataclass(frozen=True)
class Choice:
    """The lane that is taken in each world.

    Attributes
    ----------
    lane
        Position of the chosen lane, shape ``(draw,)``; -1 where none can be reached.
    netback
        Its realised net-back, shape ``(draw,)``; NaN where none can be reached.
    """

    lane: NDArray[np.int64]
    netback: Array

    def take(self, values: Array) -> Array:
        """Return ``values[chosen lane, draw]`` of an array of shape ``(lane, draw)``."""
        taken = np.take_along_axis(values, np.maximum(self.lane, 0)[None, :], axis=0)[0]
        return np.where(self.lane >= 0, taken, np.nan)

    def share(self, lanes: int) -> Array:
        """Return the share of worlds in which each lane is taken, shape ``(lanes,)``."""
        counts = np.bincount(self.lane[self.lane >= 0], minlength=lanes)
        return counts / max(len(self.lane), 1)


def choose(known: Array, realised: Array) -> Choice:
    """Choose the lane with the best *known* net-back, and say what it then brings.

    Whoever chooses sees tariffs, terms and today's price, but not later prices or queues; the best
    of every realised draw would count luck as skill. Ties go to the first lane, so that a copy of
    a lane is worth nothing.

    Parameters
    ----------
    known
        Net-back as it looks when choosing, shape ``(lane, draw)``; NaN where there is no route.
    realised
        Net-back as it turns out, same shape.

    Examples
    --------
    >>> choice = choose(np.array([[1.0, 5.0], [2.0, np.nan]]), np.array([[1.5, 4.0], [1.0, 9.0]]))
    >>> choice.lane, choice.netback
    (array([1, 0]), array([1., 4.]))
    """
    sortable = np.where(np.isnan(known), -np.inf, known)
    lane = np.argmax(sortable, axis=0).astype(np.int64)
    lane[np.isneginf(sortable.max(axis=0))] = -1
    return Choice(lane, Choice(lane, realised[0]).take(realised))


@dataclass(frozen=True)
class Sale:
    """How a delivered value becomes what the seller receives, per dry tonne.

    Attributes
    ----------
    delivered, to_point, beyond
        Value at the market and freight before and after the sale point, shape ``(draw,)``.
    passed
        Share of the freight beyond the point that the buyer takes off the price, ``(draw,)``.
    """

    delivered: Array
    to_point: Array
    beyond: Array
    passed: Array

    @property
    def mine_gate(self) -> Array:
        """What the seller keeps after his own freight, shape ``(draw,)``."""
        return self.delivered - self.to_point - self.passed * self.beyond

    @property
    def buyer_bears(self) -> Array:
        """Freight that stays with the buyer, shape ``(draw,)``."""
        return (1.0 - self.passed) * self.beyond


def passed_share(freight_payer: str, pass_through: tuple[float, float], uniform: Array) -> Array:
    """Return the share of freight beyond the sale point that the seller bears in the end.

    A seller who pays the freight bears all of it. A buyer who pays it deducts a share that nobody
    publishes: it is drawn between the two ends of `pass_through`, evenly.

    Examples
    --------
    >>> passed_share("seller", (0.2, 1.0), np.array([0.5]))
    array([1.])
    >>> passed_share("buyer", (0.2, 1.0), np.array([0.5]))
    array([0.6])
    """
    low, high = pass_through
    if freight_payer == "seller":
        return np.ones_like(uniform)
    return low + (high - low) * uniform


def break_even_km(netback: float, usd_per_t_km: float) -> float:
    """Return how much farther a tonne could be hauled before its net-back is gone.

    Examples
    --------
    >>> break_even_km(100.0, 0.08)
    1250.0
    """
    return netback / usd_per_t_km
