"""Choosing a corridor before knowing what happens, and what one more corridor is worth.

The chooser sees what is known (tariffs, lengths, mean delays) and commits; queues and closures come
after. When the chosen corridor is shut the cargo goes by the best that is open, later and dearer.
Best-of-every-world would count luck as skill; it is given as a labelled upper bound only. Ties go
to the first corridor, and a copy of a road is shut when the road is: it is never chosen, never
serves instead, and is worth exactly nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Corridors:
    """Some corridors in all possible worlds; shapes ``(corridors, draws)``.

    Attributes
    ----------
    known
        USD/t as it looks when choosing; infinite where the corridor does not exist.
    realised
        USD/t as it turns out while the corridor is open.
    shut_share
        Share of the time that it is shut: a shock.
    reroute_usd_per_t
        What a tonne pays besides when it is sent another way after all: handling, and delay.
    roads
        Which road each corridor runs over: those of one road are shut together. By default each
        has its own.
    """

    known: Floats
    realised: Floats
    shut_share: Floats
    reroute_usd_per_t: float = 0.0
    roads: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.known.shape == self.realised.shape == self.shut_share.shape:
            raise LodewayError("bad-argument", "corridors", self.known.shape, "one shape for all")
        if bool((self.shut_share < 0).any()) or bool((self.shut_share > 1).any()):
            raise LodewayError("bad-fraction", "shut_share", self.shut_share.max(), "0 to 1")
        if self.roads and len(self.roads) != len(self.known):
            raise LodewayError("bad-argument", "roads", len(self.roads), f"{len(self.known)}")


@dataclass(frozen=True)
class Chosen:
    """What came of choosing: `corridor` (-1: none) and `paid`, USD/t, by draw."""

    corridor: NDArray[np.int64]
    paid: Floats

    def share(self, number: int) -> float:
        """Return the share of worlds in which a corridor is chosen."""
        return float((self.corridor == number).mean())


def choose(corridors: Corridors, allowed: Collection[int] | None = None) -> Chosen:
    """Choose in each world by what is known, and pay what happens.

    Parameters
    ----------
    corridors
        The corridors.
    allowed
        Those that exist; by default all.
    """
    rows = sorted(range(len(corridors.known)) if allowed is None else allowed)
    draws = corridors.known.shape[1]
    if not rows:
        return Chosen(np.full(draws, -1), np.full(draws, np.inf))
    known = corridors.known[rows]
    best = np.argmin(known, axis=0)  # the first of equals
    chosen = np.where(np.isfinite(known.min(axis=0)), np.array(rows)[best], -1)
    return Chosen(chosen, _paid(corridors, rows, chosen))


def _paid(corridors: Corridors, rows: Sequence[int], chosen: NDArray[np.int64]) -> Floats:
    """Return the mean cost over the year: by the chosen way while it is open, else by others.

    While it is shut the cargo takes the next by what is known, if that is open, and so on; where
    all are shut it waits, at the dearest of them and the cost of rerouting. Closures of different
    corridors fall independently within a year.
    """
    draws = np.arange(corridors.known.shape[1])
    there = chosen >= 0
    first = np.where(there, chosen, rows[0])
    share = corridors.shut_share[first, draws]
    paid = (1.0 - share) * corridors.realised[first, draws]
    left = share
    worst = corridors.realised[first, draws]
    road = np.unique(corridors.roads or range(len(corridors.known)), return_inverse=True)[1]
    tried = np.zeros((len(draws), int(road.max()) + 1), dtype=bool)
    tried[draws, road[first]] = True
    order = np.argsort(corridors.known[rows], axis=0, kind="stable")
    for place in range(len(rows)):
        other = np.array(rows)[order[place]]
        serves = ~tried[draws, road[other]] & np.isfinite(corridors.known[other, draws])
        tried[draws, road[other]] = True
        able = np.where(serves, 1.0 - corridors.shut_share[other, draws], 0.0)
        cost = corridors.realised[other, draws] + corridors.reroute_usd_per_t
        paid = paid + np.where(serves, left * able * np.where(serves, cost, 0.0), 0.0)
        worst = np.where(serves, np.maximum(worst, cost), worst)
        left = left * (1.0 - able)
    paid = paid + left * (worst + corridors.reroute_usd_per_t)
    return np.where(there, paid, np.inf)


@dataclass(frozen=True)
class Worth:
    """What corridors are worth to a tonne, USD/t, means over all worlds.

    Attributes
    ----------
    gain
        What is paid without less what is paid with; `mean_gain` + `option_gain`.
    mean_gain
        The gain of one who must commit to one corridor for all worlds.
    option_gain
        What choosing world by world adds.
    p_used
        Share of worlds in which one of the new corridors is chosen.
    upper_bound
        The gain of one who knew everything: never a value, only a limit.
    """

    gain: float
    mean_gain: float
    option_gain: float
    p_used: float
    upper_bound: float


def worth(corridors: Corridors, base: Collection[int], new: Collection[int]) -> Worth:
    """Return what `new` corridors are worth beside those of the `base`.

    Raises
    ------
    LodewayError
        With code ``no-route`` where the base reaches nothing: a first road has no price without.
    """
    with_ = sorted({*base, *new})
    before, after = choose(corridors, base), choose(corridors, with_)
    if not bool(np.isfinite(before.paid).all()):
        raise LodewayError(
            "no-route", "worth of a corridor", "worlds without any way",
            "a base that always has one", "value the first road by what it lets be sold",
        )  # fmt: skip
    gain = float(before.paid.mean() - after.paid.mean())
    mean_gain = _committed(corridors, base) - _committed(corridors, with_)
    seen = [np.where(np.isfinite(corridors.known[rows]), corridors.realised[rows], np.inf)
            for rows in (sorted(base), with_)]  # fmt: skip
    best = [float(rows.min(axis=0).mean()) for rows in seen]
    used = np.isin(after.corridor, sorted(new))
    return Worth(gain, mean_gain, gain - mean_gain, float(used.mean()), best[0] - best[1])


def _committed(corridors: Corridors, allowed: Collection[int]) -> float:
    """Return the mean cost of the best corridor for all worlds, others serving while it is shut."""
    rows = sorted(allowed)
    draws = corridors.known.shape[1]
    expected = corridors.known[rows].mean(axis=1)
    first = rows[int(np.argmin(expected))]
    return float(_paid(corridors, rows, np.full(draws, first)).mean())


def path_size_shares(
    cost_usd_per_t: Floats,
    hours: Floats,
    parts: Sequence[Collection[tuple[str, float]]],
    *,
    scale_per_usd: float,
    usd_per_t_hour: float,
    overlap_weight: float = 1.0,
) -> Floats:
    """Return the shares of alternatives among many shippers (path-size logit).

    Ben-Akiva and Bierlaire 1999, "Discrete choice methods and their applications to short term
    travel decisions", Handbook of Transportation Science: a link that several alternatives share
    counts only in part for each, so that two names for one road draw no more cargo than one.

    Parameters
    ----------
    cost_usd_per_t, hours
        Of each alternative, shape ``(alternatives,)``.
    parts
        Links of each alternative with their lengths in km.
    scale_per_usd
        How much an advantage of 1 USD/t counts (1 / spread of what the analyst does not see).
    usd_per_t_hour
        Worth of an hour.
    overlap_weight
        1 in the theory; 0 gives the plain logit.

    Examples
    --------
    One road under two names, and another that costs the same:

    >>> same = [("a", 100.0)]
    >>> path_size_shares(np.ones(3), np.zeros(3), [same, same, [("b", 100.0)]],
    ...                  scale_per_usd=0.1, usd_per_t_hour=0.0).tolist()
    [0.25, 0.25, 0.5]
    """
    if not scale_per_usd > 0:
        raise LodewayError("bad-number", "scale_per_usd", scale_per_usd, "a number above 0")
    used: dict[str, int] = {}
    for links in parts:
        for link in {name for name, _ in links}:
            used[link] = used.get(link, 0) + 1
    size = []
    for links in parts:
        length = sum(km for _, km in links)
        size.append(sum(km / used[name] for name, km in links) / length if length > 0 else 1.0)
    utility = -scale_per_usd * (cost_usd_per_t + usd_per_t_hour * hours)
    utility = utility + overlap_weight * np.log(np.array(size))
    weight = np.exp(utility - utility.max())
    return np.asarray(weight / weight.sum())
