"""Normal scores and back: the distribution of grades, its tails stated, as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
_REACH = 6.5
_STEPS = 65_536


@dataclass(frozen=True)
class Tails:
    """What lies beyond the data.

    Attributes
    ----------
    low, high
        Least and greatest possible grade; None is the least and greatest datum.
    low_power, high_power
        Between the bound and the last datum the distribution is a power of the grade; 1 is
        linear, higher powers keep grades nearer to the data at the top (Deutsch and Journel 1998).
    """

    low: float | None = None
    high: float | None = None
    low_power: float = 1.0
    high_power: float = 1.0


@dataclass(frozen=True)
class Distribution:
    """A distribution of grades as a table of normal score and grade, both in order.

    Values that stand in the data several times hold their share of the scores: a simulation
    returns them as often.
    """

    score: Floats
    grade: Floats
    tails: Tails

    @property
    def low(self) -> float:
        """The least possible grade."""
        return float(self.grade[0] if self.tails.low is None else self.tails.low)

    @property
    def high(self) -> float:
        """The greatest possible grade."""
        return float(self.grade[-1] if self.tails.high is None else self.tails.high)

    def grades(self, scores: ArrayLike) -> Floats:
        """Return the grades of normal scores."""
        y = np.asarray(scores, dtype=np.float64)
        out = np.interp(y, self.score, self.grade)
        below, above = y < self.score[0], y > self.score[-1]
        share = ndtr(y[below]) / ndtr(self.score[0])
        out[below] = self.low + (self.grade[0] - self.low) * share ** (1.0 / self.tails.low_power)
        share = ndtr(-y[above]) / ndtr(-self.score[-1])
        rest = share ** (1.0 / self.tails.high_power)
        out[above] = self.high + (self.grade[-1] - self.high) * rest
        return out

    def lookup(self) -> tuple[Floats, float, float]:
        """Return grades at even steps of score, the first score and the step, for fast use.

        Between steps a reader goes straight: 65,536 of them over -6.5 to 6.5.
        """
        y = np.linspace(-_REACH, _REACH, _STEPS)
        return self.grades(y), -_REACH, float(y[1] - y[0])


def normal_scores(
    values: ArrayLike, weights: ArrayLike | None = None, tails: Tails | None = None
) -> tuple[Floats, Distribution]:
    """Return the normal score of each value, and the distribution that turns scores back.

    Parameters
    ----------
    values
        Grades, ``(n,)``.
    weights
        Declustering weights; by default all the same. Equal values get one score.
    tails
        What lies beyond the data; by default nothing.

    Raises
    ------
    LodewayError
        For values or weights that are not numbers, or tails that cut the data.

    Examples
    --------
    >>> scores, table = normal_scores([3.0, 1.0, 2.0])
    >>> scores.round(4).tolist(), table.grades(scores).tolist()
    ([0.9674, -0.9674, 0.0], [3.0, 1.0, 2.0])
    """
    grade = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(grade)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(grade) or not np.isfinite(grade).all():
        raise LodewayError("bad-number", "values", "a blank or no value", "finite numbers")
    if weight.shape != grade.shape or not (weight >= 0).all() or not weight.sum() > 0:
        raise LodewayError("bad-number", "weights", weight.shape, "one for each value, 0 or more")
    tails = tails or Tails()
    distinct, code = np.unique(grade, return_inverse=True)
    share = np.bincount(code, weight) / weight.sum()
    kept = share > 0
    top = np.cumsum(share)
    middle = ndtri(np.clip(top - share / 2, 1e-12, 1 - 1e-12))
    table_score, table_grade = [], []
    number = np.bincount(code)
    for place in np.flatnonzero(kept):
        if number[place] > 1:
            half = share[place] / number[place] / 2
            edges = np.clip([top[place] - share[place] + half, top[place] - half], 1e-12, 1 - 1e-12)
            table_score += ndtri(edges).tolist()
            table_grade += [distinct[place]] * 2
        else:
            table_score.append(middle[place])
            table_grade.append(distinct[place])
    table = Distribution(np.array(table_score), np.array(table_grade), tails)
    if table.low > distinct[0] or table.high < distinct[-1]:
        raise LodewayError(
            "bad-number", "tails", f"{table.low:g} to {table.high:g}",
            f"bounds around the data, {distinct[0]:g} to {distinct[-1]:g}",
        )  # fmt: skip
    return middle[code], table
