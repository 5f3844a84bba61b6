"""How many undiscovered deposits there are: a law fitted to what experts say, or given by a user.

Each expert says three numbers: there are at least N90, N50 and N10 deposits with a probability of
0.9, 0.5 and 0.1. A negative binomial law is fitted to all of them, each with the weight of its
expert (Ellefsen, K.J. 2017, *User's guide for MapMark4*, U.S. Geological Survey Techniques and
Methods 7-C14; Singer and Menzie 2010, *Quantitative Mineral Resource Assessments*, chapter 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

#: Probabilities of at least N90, N50 and N10 deposits.
ELICITED = np.array([0.90, 0.50, 0.10])
_GRID = 40  # means by variances at which the fit begins
_TAIL = 0.001  # probability that is cut off above
_MOST = 100_000  # deposits: more is a slip


@dataclass(frozen=True)
class DepositCount:
    """A law of the number of deposits: `probability` of each of `numbers`.

    Examples
    --------
    >>> law = DepositCount(np.array([0, 1, 2]), np.array([0.2, 0.5, 0.3]), "user")
    >>> round(law.mean, 10), law.at_least(0.9), law.at_least(0.5), law.at_least(0.1)
    (1.1, 0, 1, 2)
    """

    numbers: NDArray[np.int64]
    probability: Array
    kind: str

    @property
    def mean(self) -> float:
        """Expected number."""
        return float(self.numbers @ self.probability)

    @property
    def variance(self) -> float:
        """Variance of the number."""
        return float(np.square(self.numbers - self.mean) @ self.probability)

    @property
    def sd(self) -> float:
        """Standard deviation of the number."""
        return float(np.sqrt(self.variance))

    @property
    def mode(self) -> int:
        """The most probable number."""
        return int(self.numbers[int(np.argmax(self.probability))])

    def at_least(self, share: float) -> int:
        """Return the largest number that is reached with at least this probability."""
        reached = np.cumsum(self.probability[::-1])[::-1]
        here = np.flatnonzero(reached >= share - 1e-12)
        return int(self.numbers[here[-1]]) if len(here) else 0

    def quantile(self, u: Array) -> NDArray[np.int64]:
        """Return numbers of deposits at uniform numbers in (0, 1)."""
        place = np.searchsorted(np.cumsum(self.probability), u, side="left")
        return np.asarray(self.numbers[np.minimum(place, len(self.numbers) - 1)])


def read_deposit_count(path: Path) -> DepositCount:
    """Read what experts say, or a user's own law, and return the law of the number of deposits.

    Parameters
    ----------
    path
        CSV with the columns ``Name, Weight, N90, N50, N10`` (a row an expert), or ``N,
        Probability`` (a row a number of deposits; the probabilities sum to 1).

    Raises
    ------
    LodewayError
        For numbers that do not rise, negative weights, and probabilities that do not sum to 1.
    """
    rows = read_rows(path, [])
    if not rows:
        raise LodewayError("missing", str(path), "no rows", "a row for each expert")
    if "Probability" in rows[0].fields:
        return _users_law(rows)
    for column in ("Weight", "N90", "N50", "N10"):
        if column not in rows[0].fields:
            raise LodewayError(
                "missing", f"{path}:1", f"columns {', '.join(rows[0].fields)}",
                "Name, Weight, N90, N50, N10 (experts) or N, Probability (a law)",
            )  # fmt: skip
    said = np.array([_said(row) for row in rows])
    weights = np.array([row.number("Weight", low=0.0) for row in rows])
    if weights.sum() <= 0.0:
        raise LodewayError("bad-number", f"{path} Weight", "only zeros", "a weight above 0")
    return fit_negative_binomial(said, weights)


def _said(row: Row) -> list[float]:
    numbers = [row.number(column, low=0.0, high=_MOST) for column in ("N90", "N50", "N10")]
    if not numbers[0] <= numbers[1] <= numbers[2]:
        raise LodewayError(
            "bad-number", row.where("N90, N50, N10"), numbers, "numbers that rise",
            "N90 is reached with a probability of 0.9, so it is the smallest",
        )  # fmt: skip
    return numbers


def _users_law(rows: Sequence[Row]) -> DepositCount:
    """Return the law that a user gives, whole numbers rising and probabilities summing to 1."""
    numbers: list[int] = []
    chances: list[float] = []
    for row in rows:
        number = row.number("N", low=0.0, high=_MOST)
        if number != int(number) or (numbers and number <= numbers[-1]):
            raise LodewayError(
                "bad-number", row.where("N"), row.text("N"), "whole numbers that rise"
            )
        numbers.append(int(number))
        chances.append(row.number("Probability", low=0.0, high=1.0))
    total = sum(chances)
    if abs(total - 1.0) > 1e-6:
        raise LodewayError(
            "bad-fraction", f"{rows[0].file} Probability", f"a sum of {total:.9g}", "a sum of 1"
        )
    return DepositCount(np.array(numbers), np.array(chances) / total, "user")


def fit_negative_binomial(said: Array, weights: Array) -> DepositCount:
    """Fit a negative binomial law to what experts say.

    The sum of weighted absolute differences between the law's numbers and theirs is least on a
    grid of means and variances, then by the simplex of Nelder and Mead (1965); the sum moves in
    steps, so that many laws can fit equally well: the first on the grid is taken. The law is cut
    where less than 0.001 is left above, and below where it is as improbable.

    Parameters
    ----------
    said
        N90, N50 and N10 of each expert, shape ``(experts, 3)``.
    weights
        One weight an expert, shape ``(experts,)``.

    Examples
    --------
    >>> law = fit_negative_binomial(np.array([[3.0, 10.0, 20.0]]), np.array([1.0]))
    >>> law.at_least(0.9), law.at_least(0.5), law.at_least(0.1)
    (3, 10, 20)
    """
    from scipy.optimize import minimize

    if said[:, 2].max() <= 0.0:
        raise LodewayError("bad-number", "N10", "0 by every expert", "at least one above 0")
    cost = _cost_of(said, weights)
    share, size = _best_on_grid(said, weights, cost)
    start = np.array([share, size])
    step = 0.1 * start.max()
    simplex = start + np.array([[0.0, 0.0], [step, 0.0], [0.0, step]])
    found = minimize(
        lambda point: cost(point[0], point[1]), start, method="Nelder-Mead",
        options={"initial_simplex": simplex, "fatol": 1e-8, "xatol": 1e-6, "maxiter": 500},
    )  # fmt: skip
    if found.fun < cost(share, size):
        share, size = float(found.x[0]), float(found.x[1])
    return _cut(share, size)


def _cost_of(said: Array, weights: Array) -> Callable[[float, float], float]:
    """Return the weighted sum of absolute differences as a function of a law's two parameters."""
    from scipy.stats import nbinom

    def cost(share: float, size: float) -> float:
        if not (0.0 < share < 1.0 and size > 0.0):
            return np.inf
        numbers = nbinom.isf(ELICITED, size, share)
        return float((weights[:, None] * np.abs(numbers - said)).sum())

    return cost


def _best_on_grid(
    said: Array, weights: Array, cost: Callable[[float, float], float]
) -> tuple[float, float]:
    """Return the parameters with the least cost: the lowest variance, then the lowest mean."""
    low, _, high = weights @ said / weights.sum()
    means = np.linspace(low + 0.01, max(high, low + 0.02), _GRID)
    best, found = np.inf, (0.5, 1.0)
    for step in range(_GRID):
        for mean in means:
            above = max((high - low) ** 2, mean + 0.02)
            variance = np.linspace(mean + 0.01, above, _GRID)[step]
            share = mean / variance
            size = mean * share / (1.0 - share)
            value = cost(share, size)
            if value < best:
                best, found = value, (float(share), float(size))
    return found


def _cut(share: float, size: float) -> DepositCount:
    """Return the negative binomial law between its cuts."""
    from scipy.stats import nbinom

    numbers = np.arange(int(nbinom.isf(_TAIL, size, share)) + 1)
    chance = nbinom.pmf(numbers, size, share)
    kept = chance >= chance[-1]
    return DepositCount(numbers[kept], chance[kept] / chance[kept].sum(), "negative binomial")
