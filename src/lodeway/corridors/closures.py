"""Closures as a semi-Markov process: how often a gate shuts, and for how long, from dated events.

Open times are exponential, shut times lognormal (an alternating renewal process; Cox 1962, "Renewal
Theory"). The rate of closures has a Gamma posterior with Jeffreys' prior, so that a gate that never
shut in thirty years still may; durations lean on those of all gates until a gate has its own. A
closure that has not ended counts as at least so long (right-censored). Causes that strike many
gates together are processes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows
from lodeway.randomness import normal, uniform

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
#: Words of an effect that mean that freight cannot pass; and those that speak of others.
_SHUT = ("closed", "shut", "suspended", "banned")
_NOT_FREIGHT = ("passengers only", "freight exempt", "opened", "rerouted", "offered", "planned")
#: The pooled mean counts as much as so many closures of the gate's own.
POOLED_WEIGHT = 2.0
#: Nobody has seen the spread of one closure: log-durations spread at least so much.
LEAST_SPREAD = 0.5


@dataclass(frozen=True)
class Event:
    """One dated closure of freight; `end` is None while it lasts."""

    name: str
    item: str
    start: date
    end: date | None
    cause: str
    where: str

    def days(self, as_of: date) -> float:
        """Return how long it lasted, or has lasted until a day; a part of a day counts as one."""
        return float(max(((self.end or as_of) - self.start).days, 1))


def read_events(path: Path) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Read an events table: the closures of freight, and what was left aside and why.

    Parameters
    ----------
    path
        CSV with ``event, link_or_border, start, end, effect, cause``.

    Returns
    -------
    tuple
        Events in order of the table, and one sentence for each row that closes nothing for
        freight (passengers only, a reroute, an opening, a queue).

    Raises
    ------
    LodewayError
        For a date that is none, or an end before the start.
    """
    events, notes = [], []
    for row in read_rows(path, ("event", "link_or_border", "start", "effect"), name=path.name):
        first, last = row.date("start"), row.date("end")
        if first is None:
            raise LodewayError("missing", row.where("start"), "nothing", "a day")
        if last is not None and last < first:
            raise LodewayError(
                "bad-date", row.where("end"), last.isoformat(), f"a day not before {first}"
            )
        reason = _left_aside(row)
        if reason:
            notes.append(f"{row.file}:{row.line} {row.text('event')}: {reason}")
            continue
        events.append(
            Event(row.text("event"), row.text("link_or_border"), first, last,
                  row.text("cause", ""), row.where())
        )  # fmt: skip
    return tuple(events), tuple(notes)


def _left_aside(row: Row) -> str:
    effect = row.text("effect").lower()
    for word in _NOT_FREIGHT:
        if word in effect:
            return f"{effect}: no closure of freight"
    if not any(word in effect for word in _SHUT):
        return f"{effect}: slows, and does not close"
    return ""


def merged(events: Sequence[Event], as_of: date) -> tuple[list[Event], list[str]]:
    """Join closures of one item that overlap; say so."""
    kept: list[Event] = []
    notes = []
    for event in sorted(events, key=lambda one: (one.start, one.end or as_of)):
        if kept and event.start <= (kept[-1].end or as_of):
            last = kept[-1]
            ends = None if last.end is None or event.end is None else max(last.end, event.end)
            kept[-1] = Event(last.name, last.item, last.start, ends, last.cause, last.where)
            notes.append(f"{event.where}: overlaps {last.name}, counted as one closure")
        else:
            kept.append(event)
    return kept, notes


@dataclass(frozen=True)
class ClosureProcess:
    """How an item opens and shuts.

    Attributes
    ----------
    shape, exposure_y
        The rate of closures per open year is Gamma(`shape`) / `exposure_y`.
    log_days, spread
        Mean and standard deviation of the logarithm of a closure's days.
    shut_now_days
        How long it has been shut already on the day of the fit; None where it is open.
    closures
        How many closures stand behind it.
    """

    item: str
    shape: float
    exposure_y: float
    log_days: float
    spread: float
    shut_now_days: float | None
    closures: int

    @property
    def rate_per_y(self) -> float:
        """Mean number of closures in a year of open time."""
        return self.shape / self.exposure_y

    @property
    def mean_days(self) -> float:
        """Mean length of a closure."""
        return float(np.exp(self.log_days + self.spread**2 / 2.0))

    @property
    def shut_share(self) -> float:
        """Share of all time that the item is shut in the long run."""
        shut = self.mean_days / DAYS_PER_YEAR
        return shut / (shut + 1.0 / self.rate_per_y)


def fit(
    events: Sequence[Event], items: Sequence[str], since: date, as_of: date
) -> tuple[dict[str, ClosureProcess], tuple[str, ...]]:
    """Fit a process to every item, with or without closures of its own.

    Parameters
    ----------
    events
        Closures of freight.
    items
        All items that were watched; one without events has been watched in vain.
    since, as_of
        The time of watching. Closures that began before count for their length only.

    Returns
    -------
    tuple
        Processes by item, and notes on what was merged.
    """
    if as_of <= since:
        raise LodewayError("bad-date", "as_of", as_of.isoformat(), f"a day after {since}")
    own: dict[str, list[Event]] = {item: [] for item in items}
    notes: list[str] = []
    for item in items:
        own[item], said = merged([event for event in events if event.item == item], as_of)
        notes += said
    every = [event for found in own.values() for event in found]
    pooled = _log_days(every, as_of, np.log(10.0), 1.5, 0.0)
    processes = {}
    for item in items:
        found = own[item]
        within = [event for event in found if event.start >= since]
        shut_y = sum(
            ((event.end or as_of) - max(event.start, since)).days for event in found
            if (event.end or as_of) > since
        ) / DAYS_PER_YEAR  # fmt: skip
        watched = max((as_of - since).days / DAYS_PER_YEAR - shut_y, 1.0 / DAYS_PER_YEAR)
        log_days, spread = _log_days(found, as_of, *pooled, POOLED_WEIGHT)
        last = found[-1] if found else None
        lasting = last.days(as_of) if last is not None and last.end is None else None
        processes[item] = ClosureProcess(
            item, len(within) + 0.5, watched, log_days, spread, lasting, len(found)
        )
    return processes, tuple(notes)


def _log_days(
    events: Sequence[Event], as_of: date, mean: float, spread: float, weight: float
) -> tuple[float, float]:
    """Return mean and spread of log-durations (EM for the censored; Dempster et al. 1977)."""
    from scipy.stats import norm

    if not events:
        return float(mean), float(spread)
    log = np.log([event.days(as_of) for event in events])
    open_ended = np.array([event.end is None for event in events])
    mu, sigma = float(mean), float(spread)
    for _ in range(200):
        z = (log - mu) / sigma
        hazard = np.exp(norm.logpdf(z) - norm.logsf(z))
        first = np.where(open_ended, mu + sigma * hazard, log)
        second = np.where(open_ended, mu**2 + sigma**2 + sigma * (log + mu) * hazard, log**2)
        total = len(log) + weight
        new_mu = (first.sum() + weight * mean) / total
        var = (second.sum() - 2 * new_mu * first.sum() + len(log) * new_mu**2
               + weight * (spread**2 + (mean - new_mu) ** 2)) / total  # fmt: skip
        new_sigma = max(float(np.sqrt(max(var, 0.0))), LEAST_SPREAD)
        moved = abs(new_mu - mu) + abs(new_sigma - sigma)
        mu, sigma = float(new_mu), new_sigma
        if moved < 1e-10:
            break
    return mu, sigma


def shut_days(
    process: ClosureProcess, seed: int, draws: int, years: int, *, first: int = 0
) -> Floats:
    """Return on how many days of each year the item is shut in each world.

    Parameters
    ----------
    process
        From `fit`. A closure that lasts on the day of the fit goes on for its remaining time.
    seed, draws, first
        As for `lodeway.randomness.uniform`; the numbers belong to the item and the draw.
    years
        How many years from the day of the fit.

    Returns
    -------
    numpy.ndarray
        Shape ``(draws, years)``, from 0 to 365.25.
    """
    from scipy.special import gammaincinv

    def drawn(what: str) -> Floats:
        return uniform(seed, f"closure {what}", process.item, draws, first=first)

    rate = gammaincinv(process.shape, drawn("rate")) / process.exposure_y
    shut = np.zeros((draws, years))
    now = np.zeros(draws)
    if process.shut_now_days is not None:
        now = _remaining(process, drawn("remaining")) / DAYS_PER_YEAR
        _add(shut, np.zeros(draws), now)
    number = 0
    while bool((now < years).any()):
        start = now - np.log(drawn(f"open {number}")) / rate
        log = process.log_days + process.spread * normal(drawn(f"shut {number}"))
        now = start + np.exp(np.minimum(log, 20.0)) / DAYS_PER_YEAR
        _add(shut, start, now)
        number += 1
    return shut * DAYS_PER_YEAR


def _remaining(process: ClosureProcess, u: Floats) -> Floats:
    """Return the rest of a closure that has lasted so long already (a conditional quantile)."""
    from scipy.special import ndtr, ndtri

    lasted = float(process.shut_now_days or 0.0)
    still = ndtr((process.log_days - np.log(max(lasted, 1.0))) / process.spread)
    log = process.log_days - process.spread * ndtri(still * (1.0 - u))
    whole = np.exp(np.minimum(log, 20.0))
    return np.asarray(np.maximum(whole - lasted, 0.0))


def _add(shut: Floats, start: Floats, end: Floats) -> None:
    for year in range(shut.shape[1]):
        shut[:, year] += np.clip(np.minimum(end, year + 1) - np.maximum(start, year), 0.0, 1.0)


def with_shocks(
    own: Mapping[str, Floats], shocks: Mapping[str, tuple[Floats, Sequence[str]]]
) -> dict[str, Floats]:
    """Join closures of a gate's own with shocks that strike several gates together.

    Parameters
    ----------
    own
        Shut days by item, each of shape ``(draws, years)``.
    shocks
        By name: shut days of the shock, and the items that it shuts.

    Returns
    -------
    dict
        Days on which an item is shut by one or the other; they fall independently within a year.
    """
    found = {}
    for item, days in own.items():
        open_share = 1.0 - days / DAYS_PER_YEAR
        for name in sorted(shocks):
            struck, items = shocks[name]
            if item in items:
                open_share = open_share * (1.0 - struck / DAYS_PER_YEAR)
        found[item] = (1.0 - open_share) * DAYS_PER_YEAR
    return found
