"""Change of support: from the distribution of samples to that of blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from lodeway.errors import LodewayError
from lodeway.resource.scores import Distribution

Floats = NDArray[np.float64]
_TERMS = 60
_REACH, _STEPS = 7.0, 28_001


def hermite(y: ArrayLike, terms: int) -> Floats:
    """Return normalised Hermite polynomials of orders 0 to `terms` less 1, ``(terms, n)``.

    Their sign is that of Rivoirard (1994, Introduction to Disjunctive Kriging): the first is -y.

    Examples
    --------
    >>> hermite([2.0], 3).round(4).ravel().tolist()
    [1.0, -2.0, 2.1213]
    """
    x = np.atleast_1d(np.asarray(y, dtype=np.float64))
    out = np.empty((terms, len(x)))
    out[0] = 1.0
    if terms > 1:
        out[1] = -x
    for n in range(1, terms - 1):
        out[n + 1] = -(x * out[n] + np.sqrt(n) * out[n - 1]) / np.sqrt(n + 1)
    return out


@dataclass(frozen=True)
class Anamorphosis:
    """A distribution as a sum of Hermite polynomials: grade = sum of c_n H_n(y)."""

    coefficients: Floats
    low: float = -np.inf
    high: float = np.inf

    @property
    def mean(self) -> float:
        """The mean grade."""
        return float(self.coefficients[0])

    @property
    def variance(self) -> float:
        """The variance of the grades."""
        return float((self.coefficients[1:] ** 2).sum())

    def grades(self, y: ArrayLike) -> Floats:
        """Return grades at normal scores, as the finite sum gives them."""
        return np.asarray(self.coefficients @ hermite(y, len(self.coefficients)))

    def rising(self, y: Floats) -> Floats:
        """Return grades at scores in order, made to rise where the finite sum swings in its tails.

        From the middle outwards a grade that falls back is held, and none leaves the bounds.
        """
        grade = np.clip(self.grades(y), self.low, self.high)
        middle = int(np.searchsorted(y, 0.0))
        right = np.maximum.accumulate(grade[middle:])
        left = np.minimum.accumulate(grade[:middle][::-1])[::-1]
        return np.concatenate([np.minimum(left, right[0]), right])

    def block(self, variance: float) -> tuple[Anamorphosis, float]:
        """Return the distribution of blocks of a given variance, and the coefficient r.

        The discrete Gaussian model (Matheron 1976): c_n becomes c_n r^n, with r such that the
        variance of blocks comes out.
        """
        if not 0 < variance <= self.variance * (1 + 1e-9):
            raise LodewayError(
                "bad-number", "block variance", variance, f"above 0, up to {self.variance:.6g}"
            )
        order = np.arange(len(self.coefficients))

        def lacks(r: float) -> float:
            return float((self.coefficients[1:] ** 2 * r ** (2 * order[1:])).sum() - variance)

        r = 1.0 if lacks(1.0) <= 0 else float(brentq(lacks, 0.0, 1.0, xtol=1e-12))
        return Anamorphosis(self.coefficients * r**order, self.low, self.high), r

    def above(self, cutoffs: ArrayLike) -> tuple[Floats, Floats]:
        """Return the share above each cut-off, and the mean grade of it."""
        y = np.linspace(-_REACH, _REACH, _STEPS)
        grade = self.rising(y)
        weight = np.diff(ndtr(y), prepend=0.0)
        weight[-1] += 1.0 - ndtr(_REACH)
        share, mean = [], []
        for cutoff in np.atleast_1d(np.asarray(cutoffs, dtype=np.float64)):
            first = int(np.searchsorted(grade, cutoff))
            part = weight[first:].sum()
            share.append(part)
            mean.append(float(weight[first:] @ grade[first:]) / part if part > 0 else np.nan)
        return np.array(share), np.array(mean)

    def score(self, cutoff: float) -> float:
        """Return the normal score of a grade."""
        y = np.linspace(-_REACH, _REACH, _STEPS)
        grade = self.rising(y)
        return float(np.interp(cutoff, grade, y))


def anamorphosis(distribution: Distribution, terms: int = _TERMS) -> Anamorphosis:
    """Return the Hermite coefficients of a distribution, by integration of its table.

    The last coefficients are scaled so that the sum keeps the table's variance.
    """
    y = np.linspace(-_REACH, _REACH, _STEPS)
    grade = distribution.grades(y)
    density = np.exp(-0.5 * y * y) / np.sqrt(2 * np.pi)
    step = y[1] - y[0]
    coefficients = hermite(y, terms) @ (grade * density) * step
    variance = float(((grade - coefficients[0]) ** 2 * density).sum() * step)
    found = float((coefficients[1:] ** 2).sum())
    if found > 0:
        coefficients[1:] *= np.sqrt(variance / found)
    return Anamorphosis(coefficients, distribution.low, distribution.high)


def affine(values: ArrayLike, variance_factor: float) -> Floats:
    """Return grades drawn towards their mean, so that their variance shrinks by a factor.

    The affine correction (Journel and Huijbregts 1978): it keeps the shape, and so is used where
    the variance shrinks by less than about a third.

    Examples
    --------
    >>> affine([0.0, 2.0], 0.25).tolist()
    [0.5, 1.5]
    """
    grade = np.asarray(values, dtype=np.float64)
    if not 0 < variance_factor <= 1:
        raise LodewayError("bad-fraction", "variance factor", variance_factor, "above 0, up to 1")
    return np.asarray(grade.mean() + np.sqrt(variance_factor) * (grade - grade.mean()))


def uniform_conditioning(
    point: Anamorphosis,
    panel_estimate: ArrayLike,
    unit_variance: float,
    panel_variance: float,
    cutoffs: ArrayLike,
) -> tuple[Floats, Floats]:
    """Return the share of small units above each cut-off in each panel, and their mean grade.

    Rivoirard (1994), chapter 8: given the panel's estimate, the scores of its units are normal
    with correlation S / r, where r belongs to the units and S to the panels' estimates.

    Parameters
    ----------
    point
        Of the samples.
    panel_estimate
        Kriged panel grades, ``(m,)``.
    unit_variance, panel_variance
        Variance of the units, and of the panels' estimates.
    cutoffs
        ``(c,)``.

    Returns
    -------
    tuple
        Share and mean grade, ``(m, c)`` each.
    """
    if panel_variance > unit_variance:
        raise LodewayError(
            "bad-number", "panel variance", panel_variance, f"at most {unit_variance:.6g}"
        )
    units, r = point.block(unit_variance)
    panels, s = point.block(panel_variance)
    rho = s / r
    y = np.linspace(-_REACH, _REACH, 4001)
    table = panels.rising(y)
    score = np.interp(np.asarray(panel_estimate, dtype=np.float64), table, y)
    grade = units.rising(y)
    levels = np.atleast_1d(np.asarray(cutoffs, dtype=np.float64))
    share = np.empty((len(score), len(levels)))
    mean = np.empty_like(share)
    spread = np.sqrt(max(1.0 - rho * rho, 1e-12))
    for number, center in enumerate(rho * score):
        weight = np.diff(ndtr((y - center) / spread), prepend=0.0)
        weight[-1] += 1.0 - weight.sum()
        first = np.searchsorted(grade, levels)
        upper = np.append(np.cumsum(weight[::-1])[::-1], 0.0)
        metal = np.append(np.cumsum((weight * grade)[::-1])[::-1], 0.0)
        share[number] = upper[first]
        mean[number] = np.divide(
            metal[first], upper[first], out=np.full(len(levels), np.nan), where=upper[first] > 0
        )
    return share, mean
