"""A gate as a queue: what waiting costs at a given load, and what a neighbour's closure sends over.

Below capacity Kingman's formula (Kingman 1961, "The single server queue in heavy traffic",
Mathematical Proceedings of the Cambridge Philosophical Society 57), which is exact for Poisson
arrivals and exponential service. Above it, and while a neighbour is shut, a fluid queue (Newell
1982, "Applications of Queueing Theory"): trucks pile up at the rate by which arrivals exceed
service, and the pile is worked off by what service exceeds arrivals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
HOURS_PER_DAY = 24.0


@dataclass(frozen=True)
class GateQueue:
    """What passes a gate.

    Attributes
    ----------
    served_per_day
        Trucks (or wagons) that the gate passes in a day of its opening hours.
    hours_per_day
        How long it is open.
    cv_arrival, cv_service
        Standard deviation over mean of the times between arrivals, and of the times of service.
    """

    served_per_day: float
    hours_per_day: float = 24.0
    cv_arrival: float = 1.0
    cv_service: float = 1.0

    def __post_init__(self) -> None:
        if not self.served_per_day > 0 or not 0 < self.hours_per_day <= HOURS_PER_DAY:
            raise LodewayError(
                "bad-number", "gate queue",
                f"{self.served_per_day} a day in {self.hours_per_day} hours",
                "more than 0 a day, in 0 to 24 hours",
            )  # fmt: skip


def waiting_hours(
    queue: GateQueue, arrivals_per_day: ArrayLike, horizon_days: float = 30.0
) -> Floats:
    """Return the mean time from arrival to passage, in hours.

    Three parts: the wait for the gate to open, ``(closed hours)**2 / 48`` on average for arrivals
    spread over the day; Kingman's queue at load *r*; and the service itself. At or above capacity
    the queue grows over `horizon_days`, and its mean over that time stands for the wait.

    Parameters
    ----------
    queue
        The gate.
    arrivals_per_day
        Trucks a day, any shape.
    horizon_days
        How long a load above capacity lasts.

    Examples
    --------
    An M/M/1 queue that serves 24 a day, loaded to three quarters, takes 4 hours:

    >>> float(waiting_hours(GateQueue(24.0), 18.0))
    4.0
    """
    arrivals = np.asarray(arrivals_per_day, dtype=np.float64)
    if bool((arrivals < 0).any()) or not horizon_days > 0:
        raise LodewayError("bad-number", "arrivals_per_day", arrivals.min(), "0 or more")
    service = queue.hours_per_day / queue.served_per_day
    shut = HOURS_PER_DAY - queue.hours_per_day
    opening = shut**2 / (2.0 * HOURS_PER_DAY)
    load = arrivals / queue.served_per_day
    spread = (queue.cv_arrival**2 + queue.cv_service**2) / 2.0
    with np.errstate(divide="ignore"):
        kingman = np.where(
            load < 1.0, load / np.maximum(1.0 - load, 1e-12) * spread * service, np.inf
        )
    # a queue that starts empty cannot be longer than what has come in the horizon
    over = np.maximum(arrivals - queue.served_per_day, 0.0) * horizon_days / 2.0
    random = np.sqrt(spread * np.maximum(arrivals, 0.0) * horizon_days / 2.0)
    fluid = (over + random) / queue.served_per_day * HOURS_PER_DAY
    return np.asarray(opening + service + np.minimum(kingman, fluid))


@dataclass(frozen=True)
class SpillOver:
    """What a closure next door does to a gate.

    Attributes
    ----------
    peak_trucks
        The longest queue.
    clearing_days
        How long after the reopening the queue lasts; infinite where there is no room to clear it.
    mean_hours, worst_hours
        Extra wait of those who arrive while there is a queue, on average and at worst.
    """

    peak_trucks: float
    clearing_days: float
    mean_hours: float
    worst_hours: float


def spill_over(
    queue: GateQueue, arrivals_per_day: float, diverted_per_day: float, closed_days: float
) -> SpillOver:
    """Return the queue at a gate while its neighbour is shut, and after (fluid limit).

    Parameters
    ----------
    queue, arrivals_per_day
        The gate that stays open, and its own trucks.
    diverted_per_day
        Trucks that come over from the gate that is shut.
    closed_days
        How long that gate is shut.

    Examples
    --------
    300 a day are served, 250 come of their own, and 200 more for two days:

    >>> spill_over(GateQueue(300.0), 250.0, 200.0, 2.0).peak_trucks
    300.0
    """
    if min(arrivals_per_day, diverted_per_day, closed_days) < 0:
        raise LodewayError("bad-number", "spill-over", "a negative number", "0 or more")
    excess = arrivals_per_day + diverted_per_day - queue.served_per_day
    peak = max(excess, 0.0) * closed_days
    room = queue.served_per_day - arrivals_per_day
    clearing = 0.0 if peak == 0.0 else (peak / room if room > 0 else float("inf"))
    worst = peak / queue.served_per_day * HOURS_PER_DAY
    return SpillOver(peak, clearing, worst / 2.0, worst)


def worth_of_delay(
    hours: ArrayLike, usd_per_t: ArrayLike, capital_per_y: float, standing_usd_per_t_h: float
) -> Floats:
    """Return what waiting costs in USD/t: inventory of the goods and the standing vehicle.

    Examples
    --------
    Four days on a concentrate of 1,750 USD/t at 12 % a year, without a vehicle:

    >>> round(float(worth_of_delay(96.0, 1750.0, 0.12, 0.0)), 2)
    2.3
    """
    from lodeway.units import HOURS_PER_YEAR

    time = np.asarray(hours, dtype=np.float64)
    goods = np.asarray(usd_per_t, dtype=np.float64) * capital_per_y / HOURS_PER_YEAR
    return np.asarray(time * (goods + standing_usd_per_t_h))
