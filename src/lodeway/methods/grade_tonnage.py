"""Grade-tonnage models: how large and how rich deposits of one type are, as one joint law.

Tonnage is log-normal, and grades are log-normal with it (or normal in their log-ratios to the
barren rest of the rock, so that grades never sum to more than the whole). Singer, D.A., Menzie,
W.D. (2010), *Quantitative Mineral Resource Assessments*, Oxford; Ellefsen, K.J. (2017), *User's
guide for MapMark4*, U.S. Geological Survey Techniques and Methods 7-C14 and 7-C15; log-ratios:
Aitchison, J. (1986), *The Statistical Analysis of Compositional Data*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from lodeway.errors import LodewayError, suggestion

Array = NDArray[np.float64]
Scale = Literal["log", "log-ratio"]


@dataclass(frozen=True)
class LogNormal:
    """A log-normal law, or many of them: `mu` and `sigma` of the natural logarithm.

    Examples
    --------
    >>> law = LogNormal(np.log(100.0), 0.5)
    >>> round(float(law.median), 3), round(float(law.quantile(0.9)), 1)
    (100.0, 189.8)
    """

    mu: Array | float
    sigma: Array | float

    @property
    def median(self) -> Array:
        """The value that half of all exceed."""
        return np.asarray(np.exp(self.mu))

    @property
    def mean(self) -> Array:
        """The arithmetic mean, ``exp(mu + sigma^2 / 2)``; never to be entered as `mu`."""
        return np.asarray(np.exp(np.asarray(self.mu) + np.square(self.sigma) / 2.0))

    @property
    def sd(self) -> Array:
        """The arithmetic standard deviation."""
        return self.mean * np.sqrt(np.expm1(np.square(self.sigma)))

    def quantile(self, share: ArrayLike) -> Array:
        """Return the value below which a share of all lie."""
        return np.asarray(np.exp(self.mu + self.sigma * ndtri(share)))

    def z(self, value: ArrayLike) -> Array:
        """Return how many standard deviations of the logarithm a value lies above the median."""
        return np.asarray((np.log(value) - self.mu) / self.sigma)


@dataclass(frozen=True)
class Scores:
    """How unlike a model some deposits are.

    Attributes
    ----------
    z
        Marginal scores, shape ``(n, 1 + k)``: ore tonnage first, then the elements in the order in
        which they were given; NaN where the figure is not known.
    distance
        Mahalanobis distance over the figures that are known, shape ``(n,)``; NaN where none is.
    known
        How many figures are known, shape ``(n,)``: the square of `distance` is chi-square with so
        many degrees of freedom for deposits of the type.
    """

    z: Array
    distance: Array
    known: NDArray[np.int64]

    @property
    def tail(self) -> Array:
        """Share of deposits of the type that are at least as unlike it, shape ``(n,)``."""
        from scipy.stats import chi2

        return np.asarray(chi2.sf(np.square(self.distance), np.maximum(self.known, 1)))


@dataclass(frozen=True)
class GradeTonnage:
    """A joint law of ore tonnage and grades of one deposit type.

    Attributes
    ----------
    elements
        What the grades are of.
    mean, covariance
        Of ``(ln ore_t, grade coordinates)``, shapes ``(1 + k,)`` and ``(1 + k, 1 + k)``.
    count
        How many deposits the law was fitted to.
    scale
        ``log``: coordinates are ``ln grade_pct``; ``log-ratio``: ``ln(grade / barren rest)``.

    Examples
    --------
    >>> ore_t = np.array([1e7, 5e7, 2e8, 9e8])
    >>> model = GradeTonnage.fit(ore_t, np.array([[0.9], [0.4], [0.6], [0.4]]), ["Cu"])
    >>> round(float(model.ore.median) / 1e6)
    97
    >>> scores = model.z([1e8], [[45.0]], ["Cu"])
    >>> bool(scores.z[0, 1] > 10.0)
    True
    """

    elements: tuple[str, ...]
    mean: Array
    covariance: Array
    count: int
    scale: Scale = "log"

    @classmethod
    def fit(
        cls,
        ore_t: ArrayLike,
        grades_pct: ArrayLike,
        elements: Sequence[str],
        *,
        scale: Scale = "log",
    ) -> GradeTonnage:
        """Fit the law to deposits of a type by their moments (divisor ``n - 1``).

        Parameters
        ----------
        ore_t
            Ore in t, shape ``(n,)``, above zero.
        grades_pct
            Grades in mass per cent, shape ``(n, k)``, above zero, summing to less than 100.
        elements
            Names of the k grades.
        scale
            ``log``, or ``log-ratio`` where a grade comes near the whole (iron, chromium).

        Raises
        ------
        LodewayError
            With code ``bad-number`` for a figure that is missing or out of range (named by its
            place, from 0), or too few deposits for so many elements.
        """
        ore, grades = _arrays(ore_t, grades_pct, elements)
        _refuse_gaps(ore, grades)
        table = np.column_stack([np.log(ore), _coordinates(grades, scale)])
        needed = len(elements) + 3
        if len(table) < needed:
            raise LodewayError(
                "bad-number", "grade-tonnage model", f"{len(table)} deposits",
                f"at least {needed} for {len(elements)} elements",
            )  # fmt: skip
        return cls(
            tuple(elements), table.mean(axis=0), np.cov(table, rowvar=False), len(table), scale
        )

    @property
    def ore(self) -> LogNormal:
        """The marginal law of ore tonnage, t."""
        return LogNormal(float(self.mean[0]), float(np.sqrt(self.covariance[0, 0])))

    def grade(self, element: str) -> LogNormal:
        """Return the marginal law of a grade, per cent (its median also on the log-ratio scale).

        Raises
        ------
        LodewayError
            On the log-ratio scale, where a grade has no log-normal law.
        """
        self._need_log("the law of a grade")
        place = self._place(element)
        return LogNormal(float(self.mean[place]), float(np.sqrt(self.covariance[place, place])))

    def metal(self, element: str) -> LogNormal:
        """Return the law of contained metal, t: ore times grade, log-normal as both are.

        Raises
        ------
        LodewayError
            On the log-ratio scale, where it has no closed form.
        """
        self._need_log("the law of contained metal")
        weights = self._metal_weights(element)
        mu = float(weights @ self.mean) - np.log(100.0)
        return LogNormal(mu, float(np.sqrt(weights @ self.covariance @ weights)))

    def ratio(self, above: str, below: str) -> LogNormal:
        """Return the law of the mass ratio of two elements; exact on both scales.

        Examples
        --------
        >>> ore_t = np.array([1e7, 5e7, 2e8, 9e8, 1e8])
        >>> grades = np.array([[0.9, 1e-5], [0.4, 4e-5], [0.6, 2e-5], [0.4, 9e-5], [0.5, 3e-5]])
        >>> round(float(GradeTonnage.fit(ore_t, grades, ["Cu", "Au"]).ratio("Cu", "Au").median))
        18206
        """
        weights = np.zeros(len(self.mean))
        weights[self._place(above)] += 1.0
        weights[self._place(below)] -= 1.0
        spread = float(np.sqrt(weights @ self.covariance @ weights))
        return LogNormal(float(weights @ self.mean), spread)

    def ore_given_metal(self, metal_t: ArrayLike, element: str) -> LogNormal:
        """Return the law of ore tonnage of deposits that hold so much metal.

        The regression of one normal on another: large metal comes from large deposits more than
        from rich ones, so that the law is far narrower than that of ore alone.

        Parameters
        ----------
        metal_t
            Contained metal in t, any shape; `mu` of the answer has the same shape.
        """
        self._need_log("ore given metal")
        law, weights = self.metal(element), self._metal_weights(element)
        joint = float(self.covariance[0] @ weights)
        slope = joint / float(law.sigma) ** 2
        mu = self.mean[0] + slope * (np.log(metal_t) - law.mu)
        spread = np.sqrt(max(float(self.covariance[0, 0]) - slope * joint, 0.0))
        return LogNormal(np.asarray(mu), float(spread))

    def z(self, ore_t: ArrayLike, grades_pct: ArrayLike, elements: Sequence[str]) -> Scores:
        """Return how unlike the model some deposits are; NaN stands for a figure not known.

        Parameters
        ----------
        ore_t, grades_pct
            As in `fit`, shapes ``(n,)`` and ``(n, j)``; figures at or below zero count as unknown.
        elements
            Names of the j grades: some or all of the model's, in any order.
        """
        ore, grades = _arrays(ore_t, grades_pct, elements)
        places = np.array([0, *(self._place(element) for element in elements)])
        with np.errstate(divide="ignore", invalid="ignore"):
            table = np.column_stack([np.log(ore), _coordinates(grades, self.scale)])
        table[~np.isfinite(table)] = np.nan
        off = table - self.mean[places]
        within = self.covariance[np.ix_(places, places)]
        marginal = off / np.sqrt(np.diag(within))
        distance = np.array([_mahalanobis(row, within) for row in off])
        return Scores(marginal, distance, np.isfinite(off).sum(axis=1))

    def draw(self, u: ArrayLike) -> tuple[Array, Array]:
        """Return deposits at uniform numbers: ore in t and grades in per cent.

        Parameters
        ----------
        u
            Numbers in (0, 1), shape ``(draws, 1 + k)``: the first column moves tonnage (and, by
            correlation, grades), the others move the grades that are left.

        Returns
        -------
        tuple
            Arrays of shape ``(draws,)`` and ``(draws, k)``.
        """
        normal = ndtri(np.asarray(u, dtype=np.float64))
        table = self.mean + normal @ np.linalg.cholesky(self.covariance).T
        return np.exp(table[:, 0]), self.grades_pct(table[:, 1:])

    def grades_pct(self, coordinates: ArrayLike) -> Array:
        """Return grades in per cent from their coordinates, both of shape ``(n, k)``."""
        parts = np.exp(np.asarray(coordinates, dtype=np.float64))
        if self.scale == "log":
            return parts
        return np.asarray(100.0 * parts / (1.0 + parts.sum(axis=1, keepdims=True)))

    def with_independent_ore(self) -> GradeTonnage:
        """Return the law in which tonnage says nothing of grades, as MapMark4 takes it."""
        apart = self.covariance.copy()
        apart[0, 1:] = apart[1:, 0] = 0.0
        return GradeTonnage(self.elements, self.mean, apart, self.count, self.scale)

    def _place(self, element: str) -> int:
        if element not in self.elements:
            raise LodewayError(
                "unknown-id", "grade-tonnage model", repr(element),
                f"one of {', '.join(self.elements)}", suggestion(element, self.elements),
            )  # fmt: skip
        return 1 + self.elements.index(element)

    def _metal_weights(self, element: str) -> Array:
        weights = np.zeros(len(self.mean))
        weights[0] = weights[self._place(element)] = 1.0
        return weights

    def _need_log(self, what: str) -> None:
        if self.scale != "log":
            raise LodewayError(
                "bad-argument", what, "a model on the log-ratio scale", "a model with scale 'log'"
            )


def _arrays(
    ore_t: ArrayLike, grades_pct: ArrayLike, elements: Sequence[str]
) -> tuple[Array, Array]:
    """Return tonnage and grades as arrays of one length."""
    ore = np.atleast_1d(np.asarray(ore_t, dtype=np.float64))
    grades = np.asarray(grades_pct, dtype=np.float64)
    if ore.ndim != 1 or grades.shape != (len(ore), len(elements)):
        raise LodewayError(
            "bad-argument", "grades", f"shapes {ore.shape} and {grades.shape}",
            f"({len(ore)},) and ({len(ore)}, {len(elements)})",
        )  # fmt: skip
    return ore, grades


def _refuse_gaps(ore: Array, grades: Array) -> None:
    """Refuse what a law cannot be fitted to, and say in which deposit it stands."""
    checks = (
        (~(np.isfinite(ore) & (ore > 0.0)), "ore", "t above 0"),
        (~(np.isfinite(grades) & (grades > 0.0)).all(axis=1), "grade", "per cent above 0"),
        (~(grades.sum(axis=1) < 100.0), "grades", "a sum below 100 per cent"),
    )
    for wrong, name, wanted in checks:
        if wrong.any():
            first = int(np.argmax(wrong))
            got = ore[first] if name == "ore" else grades[first].tolist()
            raise LodewayError(
                "bad-number", f"grade-tonnage model, deposit {first}, {name}", got, wanted
            )


def _coordinates(grades_pct: Array, scale: Scale) -> Array:
    """Return the coordinates in which grades are normal; an unknown grade counts as barren."""
    if scale == "log":
        return np.asarray(np.log(grades_pct))
    rest = 100.0 - np.nansum(grades_pct, axis=1, keepdims=True)
    return np.asarray(np.log(grades_pct / rest))


def _mahalanobis(off: Array, covariance: Array) -> float:
    """Return the distance of one deposit over the figures that are known."""
    here = np.flatnonzero(np.isfinite(off))
    if not len(here):
        return float("nan")
    part = np.linalg.solve(covariance[np.ix_(here, here)], off[here])
    return float(np.sqrt(off[here] @ part))
