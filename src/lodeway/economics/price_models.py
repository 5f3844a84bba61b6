"""How a monthly price moves: three models, fitted, drawn, and held against years kept back.

``gbm``: a random walk of the logarithm with drift, whose monthly changes remember the last one (a
monthly mean does, even where the daily price does not: Working 1960, "Note on the correlation of
first differences of averages in a random chain", Econometrica 28). ``schwartz``: the same with
reversion to a level (Schwartz 1997, "The stochastic behavior of commodity prices", one-factor
model). ``bootstrap``: blocks of two years of the past, without its drift (Künsch 1989, "The
jackknife and the bootstrap for general stationary observations", Annals of Statistics 17).
Parameters are drawn with their error, so that a short series gives a wide fan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.series import Series
from lodeway.errors import LodewayError, suggestion
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]
MODELS = ("gbm", "schwartz", "bootstrap")
BLOCK_MONTHS = 24
#: Bounds of what a month keeps of the last month's change.
_MEMORY = (-0.5, 0.9)
_LEAST_REVERSION = 5e-4


@dataclass(frozen=True)
class Fit:
    """A model fitted to log prices.

    Attributes
    ----------
    model
        One of `MODELS`.
    logs
        Logarithm of the prices it was fitted to, ``(month,)``.
    coefficients
        Monthly change = ``c0 + c1 * log price + c2 * last change``; for the random walk c1 is 0.
    spread
        Standard deviation of what is left, per month.
    root
        Lower factor of the coefficients' covariance in units of `spread`.
    """

    model: str
    logs: Array
    coefficients: Array
    spread: float
    root: Array
    freedom: int

    @property
    def parameters(self) -> dict[str, float]:
        """Return the parameters per year, by name."""
        memory = float(np.clip(self.coefficients[2], *_MEMORY))
        long_run = self.spread / (1.0 - memory) * np.sqrt(12.0)
        found = {"volatility_per_y": float(long_run), "memory_of_a_month": memory}
        if self.model == "gbm":
            found["drift_per_y"] = float(12.0 * self.coefficients[0] / (1.0 - memory))
        if self.model == "schwartz":
            found["reversion_per_y"] = -12.0 * float(np.log1p(self.coefficients[1] / (1 - memory)))
            found["level"] = float(np.exp(-self.coefficients[0] / self.coefficients[1]))
        if self.model == "bootstrap":
            found = {"block_months": float(BLOCK_MONTHS), "volatility_per_y": float(long_run)}
        return found

    @property
    def half_life_y(self) -> float | None:
        """Return the years in which half of a deviation is gone, where there is reversion."""
        if self.model != "schwartz":
            return None
        return float(np.log(2.0) / self.parameters["reversion_per_y"])


def fit_model(prices: Array, model: str) -> Fit:
    """Fit one model to monthly prices by least squares on the logarithm.

    Raises
    ------
    LodewayError
        For a model that is not known.

    Examples
    --------
    >>> dice = np.random.default_rng(3)
    >>> walk = np.exp(np.cumsum(dice.normal(0.0, 0.05, 2000)))
    >>> round(fit_model(walk, "gbm").parameters["volatility_per_y"], 2)
    0.18
    """
    if model not in MODELS:
        raise LodewayError("bad-argument", "--model", repr(model), f"one of {', '.join(MODELS)}",
                           suggestion(model, MODELS))  # fmt: skip
    logs = np.log(np.asarray(prices, dtype=np.float64))
    change = np.diff(logs)
    known = np.column_stack([np.ones(len(change) - 1), logs[1:-1], change[:-1]])
    used = [0, 1, 2] if model == "schwartz" else [0, 2]
    table, wanted = known[:, used], change[1:]
    inverse = np.linalg.pinv(table.T @ table)
    best = inverse @ table.T @ wanted
    freedom = max(len(wanted) - len(used), 1)
    spread = float(np.sqrt(np.sum((wanted - table @ best) ** 2) / freedom))
    coefficients, root = np.zeros(3), np.zeros((3, 3))
    coefficients[used] = best
    values, vectors = np.linalg.eigh(inverse)
    root[np.ix_(used, used)] = vectors * np.sqrt(np.maximum(values, 0.0))
    if model == "schwartz" and coefficients[1] > -_LEAST_REVERSION:
        coefficients[1] = -_LEAST_REVERSION
        coefficients[0] = _LEAST_REVERSION * float(logs.mean())
    return Fit(model, logs, coefficients, max(spread, 1e-9), root, freedom)


def draw_paths(fit: Fit, months: int, draws: int, *, seed: int, name: str) -> Array:
    """Return prices of the months after the last one, shape ``(month, draw)``.

    The numbers of a month belong to the name and the month: more months or draws move nothing.
    """
    if fit.model == "bootstrap":
        moved = _blocks(fit, months, draws, seed=seed, name=name)
        return np.asarray(np.exp(fit.logs[-1] + moved))

    def dice(what: str) -> Array:
        return normal(uniform(seed, f"price-{what}:{name}", fit.model, draws))

    # Wilson and Hilferty (1931): a chi-square variate from a normal one
    ninth = 2.0 / (9.0 * fit.freedom)
    scale = (1.0 - ninth + np.sqrt(ninth) * dice("spread")) ** -1.5
    spread = fit.spread * scale
    error = fit.root @ np.stack([dice(f"coefficient-{number}") for number in range(3)])
    base, pull, memory = fit.coefficients[:, None] + spread * error
    memory = np.clip(memory, *_MEMORY)
    if fit.model == "schwartz":
        free = pull > -_LEAST_REVERSION / 10.0  # no reversion in this world: a walk without drift
        base, pull = np.where(free, 0.0, base), np.where(free, 0.0, pull)
    level = np.full(draws, fit.logs[-1])
    change = np.full(draws, fit.logs[-1] - fit.logs[-2])
    table = np.empty((months, draws))
    for month in range(months):
        shock = normal(uniform(seed, f"price-month:{name}", str(month), draws))
        change = base + pull * level + memory * change + spread * shock
        level = level + change
        table[month] = level
    return np.exp(table)


def _blocks(fit: Fit, months: int, draws: int, *, seed: int, name: str) -> Array:
    """Return cumulative log changes glued from blocks of the past, its mean taken out."""
    change = np.diff(fit.logs)
    change = change - change.mean()
    length = min(BLOCK_MONTHS, len(change))
    starts = len(change) - length + 1
    pieces = []
    for block in range(-(-months // length)):
        dice = uniform(seed, f"price-block:{name}", str(block), draws)
        first = np.minimum((dice * starts).astype(np.int64), starts - 1)
        pieces.append(change[first[None, :] + np.arange(length)[:, None]])
    return np.asarray(np.cumsum(np.concatenate(pieces)[:months], axis=0))


@dataclass(frozen=True)
class Coverage:
    """How a model did on months that it had not seen.

    Attributes
    ----------
    share
        Share of months between P10 and P90: 0.8 is what was promised.
    above, below
        Shares above P90 and below P10.
    score
        Interval score of the logarithm (Gneiting and Raftery 2007, JASA 102, eq. 43): less is
        better; it punishes width as well as misses.
    months, origins
        How many months were looked at, from how many starting points.
    """

    share: float
    above: float
    below: float
    score: float
    months: int
    origins: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return {
            "share": self.share, "above": self.above, "below": self.below, "score": self.score,
            "months": self.months, "origins": self.origins,
        }  # fmt: skip


def coverage_of(fans: Mapping[int, Array], actual: Mapping[int, Array]) -> Coverage:
    """Hold fans ``(month, draw)`` against what came, by origin."""
    inside, above, below, score, months = 0.0, 0.0, 0.0, 0.0, 0
    for origin, fan in fans.items():
        came = np.log(actual[origin])
        low, high = np.quantile(np.log(fan[: len(came)]), [0.1, 0.9], axis=1)
        over, under = came > high, came < low
        inside += float(np.sum(~over & ~under))
        above, below = above + float(over.sum()), below + float(under.sum())
        score += float(np.sum(high - low + 10.0 * np.maximum(low - came, 0.0)
                              + 10.0 * np.maximum(came - high, 0.0)))  # fmt: skip
        months += len(came)
    count = max(months, 1)
    return Coverage(inside / count, above / count, below / count, score / count, months, len(fans))


def rolling_coverage(
    prices: Array, model: str, *, horizon: int = 60, least: int = 180, seed: int = 1
) -> Coverage:
    """Fit up to every twelfth month and hold the fan against the `horizon` months that follow."""
    fans, actual = {}, {}
    for origin in range(len(prices) - horizon, least - 1, -12):
        fit = fit_model(prices[:origin], model)
        fans[origin] = draw_paths(fit, horizon, 400, seed=seed, name=f"origin-{origin}")
        actual[origin] = prices[origin : origin + horizon]
    return coverage_of(fans, actual)


@dataclass(frozen=True)
class Report:
    """What `choose_model` found: the fit to use, and how each model did on years kept back."""

    fit: Fit
    rolling: Mapping[str, Coverage] = field(default_factory=dict)

    def sentence(self, held: Coverage | None) -> str:
        """Say in words where the fan does not cover and why."""
        seen = held or self.rolling.get(self.fit.model)
        if seen is None or not seen.months:
            return "too short a series to hold anything back"
        if abs(seen.share - 0.8) <= 0.08:
            return f"P10 to P90 holds {seen.share:.0%} of {seen.months} months: as promised"
        if seen.share > 0.8:
            return f"P10 to P90 holds {seen.share:.0%}: the past was wilder than what came"
        side = "above P90" if seen.above > seen.below else "below P10"
        return (
            f"P10 to P90 holds {seen.share:.0%}; most misses lie {side} "
            f"({max(seen.above, seen.below):.0%}): the price left its past behaviour there, and a "
            "model of that past cannot know it"
        )


def choose_model(series: Series, model: str = "auto") -> Report:
    """Fit a price, with the model that did best on years kept back (by interval score)."""
    length = len(series.prices)
    rolling = {}
    if length >= 180 + 60:
        names = MODELS if model == "auto" else (model,)
        rolling = {name: rolling_coverage(series.prices, name) for name in names}
    if model == "auto":
        model = min(rolling, key=lambda name: rolling[name].score) if rolling else "gbm"
    return Report(fit_model(series.prices, model), rolling)
