"""Prices: the level is a dated claim, the long series give volatility and reversion only.

A path starts at the spot claim, reverts to the anchor claim and is disturbed every year: the
one-factor model of Schwartz (1997), "The stochastic behavior of commodity prices", Journal of
Finance 52, in real money and yearly steps. The spot is known to whoever chooses; later years are
shocks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.io import last_day, parse_number, read_text
from lodeway.model import Fact
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]
OLDEST_DAYS = 366
#: Bounds of the half-life that a short annual series can show.
_HALF_LIFE = (0.5, 20.0)


@dataclass(frozen=True)
class Behaviour:
    """How a price moves: yearly volatility of the logarithm, and half-life of its reversion."""

    volatility: float
    half_life_y: float

    @property
    def kept(self) -> float:
        """Share of a disturbance that is left after a year."""
        return float(0.5 ** (1.0 / self.half_life_y))


def fresh(fact: Fact, as_of: date) -> Fact:
    """Return a claim of a price level, or refuse it when it is older than twelve months.

    Raises
    ------
    LodewayError
        With code ``stale``, naming the row and its date.
    """
    day = last_day(fact.as_of[:10], f"{fact.where} as_of") if fact.as_of else date.min
    if (as_of - day).days > OLDEST_DAYS:
        raise LodewayError(
            "stale", f"{fact.where} as_of", fact.as_of or "no date",
            f"a price level dated after {date.fromordinal(as_of.toordinal() - OLDEST_DAYS)}",
            "enter a newer claim; the long series give behaviour, never the level",
        )  # fmt: skip
    return fact


#: What a level is to the last of the series when its unit was mistaken, and for what.
_SLIPS = {
    1.0 / 2204.62: "USD/lb was perhaps read as USD/t",
    2204.62: "USD/t was perhaps read as USD/lb",
    1.0 / 32.1507: "USD/g was perhaps read as USD/oz",
    32.1507: "USD/oz was perhaps read as USD/g",
    1e3: "thousands were perhaps counted twice",
    1e-3: "USD/kg was perhaps read as USD/t",
}
_FARTHEST = 12.0


def plausible_level(level: float, last: float, where: str) -> None:
    """Refuse a level that is out of all proportion to the last mean of its own series.

    Raises
    ------
    LodewayError
        With code ``bad-unit``, naming the slip of unit that comes nearest.

    Examples
    --------
    >>> plausible_level(4.1, 9300.0, "study.toml price[0].spot")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: study.toml price[0].spot: got 4.1, ... (USD/lb was perhaps ...)
    """
    ratio = level / last
    if 1.0 / _FARTHEST <= ratio <= _FARTHEST:
        return
    nearest = min(_SLIPS, key=lambda slip: abs(np.log(ratio / slip)))
    cure = _SLIPS[nearest] if abs(np.log(ratio / nearest)) < np.log(_FARTHEST) else ""
    raise LodewayError(
        "bad-unit", where, f"{level:g}", f"a level near {last:g}, the last year of its series", cure
    )


def annual_means(path: Path, column: str, name: str) -> Array:
    """Return the yearly means of one column of a monthly table with dates like ``1960-01``."""
    return np.array(list(means_by_year(path, column, name).values()))


def means_by_year(path: Path, column: str, name: str) -> dict[int, float]:
    """Return the mean of every whole year of one column, by year.

    Raises
    ------
    LodewayError
        For a missing column, or a price that is not above zero.
    """
    reader = csv.DictReader(io.StringIO(read_text(path)))
    columns = reader.fieldnames or []
    if column not in columns:
        raise LodewayError(
            "missing", f"{path.name}:1", repr(column), f"a column, for the price {name}",
            suggestion(column, columns),
        )  # fmt: skip
    years: dict[str, list[float]] = {}
    for row in reader:
        text = row[column].strip()
        if text:
            where = f"{path.name}:{reader.line_num} {column}"
            years.setdefault(row[columns[0]][:4], []).append(parse_number(text, where, low=1e-12))
    return {
        int(year): float(np.mean(values)) for year, values in years.items() if len(values) == 12
    }


def fit(annual: Sequence[float] | Array) -> Behaviour:
    """Return volatility and half-life from yearly means, by least squares on the logarithm.

    An AR(1) of the log price about its mean: the slope is what is left after a year, the spread
    of the residuals the volatility (Schwartz 1997, section III).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = [0.0]
    >>> for shock in rng.normal(0.0, 0.2, 4000):
    ...     x.append(0.8 * x[-1] + shock)
    >>> found = fit(np.exp(x))
    >>> round(found.volatility, 2), round(found.half_life_y, 1)
    (0.2, 3.1)
    """
    logs = np.log(np.asarray(annual, dtype=np.float64))
    if len(logs) < 8:
        raise LodewayError("bad-number", "price series", f"{len(logs)} years", "at least 8")
    before, after = logs[:-1], logs[1:]
    slope, level = np.polyfit(before, after, 1)
    residual = after - (slope * before + level)
    slope = float(np.clip(slope, *(0.5 ** (1.0 / half) for half in _HALF_LIFE)))
    return Behaviour(float(np.std(residual, ddof=2)), float(np.log(0.5) / np.log(slope)))


def paths(
    spot: Array, anchor: Array, behaviour: Behaviour, years: Sequence[int], today: int,
    *, names: Sequence[str], weights: Sequence[float] | Array, seed: int,
) -> Array:  # fmt: skip
    """Return a real price in each year and world, shape ``(year, draw)``.

    The mean of a year's prices is its expected value: the logarithm is lowered by half its
    variance. The shock of a year belongs to the price and the year, so that adding a price or a
    year moves no other.

    Parameters
    ----------
    spot, anchor
        Today's level and the level to which it reverts, ``(draw,)``.
    behaviour
        Volatility and half-life.
    years
        Years of the study.
    today
        The year of the spot.
    names, weights, seed
        Keys of the draws: the price's own name with weight 1, or several with the weights of a row
        of the lower factor of the prices' correlation.
    """
    kept = behaviour.kept
    deviation = np.zeros_like(spot)
    variance = 0.0
    table = []
    first = min(years[0], today)
    for year in range(first, years[-1] + 1):
        ahead = max(year - today, 0)
        if ahead > 0:
            shock = sum(
                (weight * normal(uniform(seed, f"price:{name}", str(year), len(spot)))
                 for name, weight in zip(names, weights, strict=True) if weight != 0.0),
                np.zeros_like(spot),
            )  # fmt: skip
            deviation = kept * deviation + behaviour.volatility * shock
            variance = kept**2 * variance + behaviour.volatility**2
        if year >= years[0]:
            level = anchor * (spot / anchor) ** (kept**ahead)
            table.append(level * np.exp(deviation - variance / 2.0))
    return np.stack(table)
