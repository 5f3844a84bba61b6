"""The three-part assessment: how many deposits, how large and how rich, hence how much in all.

Singer, D.A. (1993), "Basic concepts in three-part quantitative assessments of undiscovered mineral
resources", *Nonrenewable Resources* 2, 69-81; Ellefsen, K.J. (2017), *Probability calculations for
three-part mineral resource assessments*, U.S. Geological Survey Techniques and Methods 7-C15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lodeway.economics.ground.deposits import DepositCount
from lodeway.errors import LodewayError
from lodeway.io import Row, read_rows
from lodeway.methods.grade_tonnage import GradeTonnage

Array = NDArray[np.float64]

_WORDS = {"id", "name", "deposit", "deposit name", "country_code", "country", "note", "source"}
_ORE = ("Ore", "ore_t")


@dataclass(frozen=True)
class Deposits:
    """A grade-tonnage table: known deposits of one type.

    `ore_t` has shape ``(n,)``, `grades_pct` ``(n, k)``; `names` are those of ore and the elements,
    as the table's header calls them.
    """

    ore_t: Array
    grades_pct: Array
    names: tuple[str, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        """What the grades are of."""
        return self.names[1:]

    def model(self, *, joint: bool = False) -> GradeTonnage:
        """Fit tonnage and log-ratio grades, apart unless `joint`."""
        law = GradeTonnage.fit(self.ore_t, self.grades_pct, self.elements, scale="log-ratio")
        return law if joint else law.with_independent_ore()


def read_deposits(path: Path) -> Deposits:
    """Read a grade-tonnage table.

    Parameters
    ----------
    path
        CSV with a column ``Ore`` (or ``ore_t``) in dry metric tonnes and one column an element in
        mass per cent (``Cu`` or ``cu_pct``); ID, name, country and note are passed over.

    Raises
    ------
    LodewayError
        For figures that are missing, zero, or grades that sum to 100 per cent or more.
    """
    rows = read_rows(path, [])
    if not rows:
        raise LodewayError("missing", str(path), "no rows", "a row for each deposit")
    columns = list(rows[0].fields)
    ore = next((column for column in columns if column in _ORE), None)
    grades = [c for c in columns if c not in _ORE and c.casefold() not in _WORDS]
    if ore is None or not grades:
        raise LodewayError(
            "missing", f"{path}:1", f"columns {', '.join(columns)}",
            "a column Ore (t) and one for each element (%)",
        )  # fmt: skip
    for row in rows:
        _check(row, ore, grades)
    return Deposits(
        np.array([row.number(ore) for row in rows]),
        np.array([[row.number(column) for column in grades] for row in rows]),
        tuple(name.removesuffix("_pct").removesuffix("_t") for name in (ore, *grades)),
    )


def _check(row: Row, ore: str, grades: Sequence[str]) -> None:
    """Say in which row and column a figure is not possible."""
    if row.number(ore) <= 0.0:
        raise LodewayError("bad-number", row.where(ore), row.text(ore), "tonnes above 0")
    shares = [row.number(column) for column in grades]
    for column, share in zip(grades, shares, strict=True):
        if not 0.0 < share < 100.0:
            raise LodewayError(
                "bad-number", row.where(column), row.text(column), "per cent between 0 and 100"
            )
    if sum(shares) >= 100.0:
        raise LodewayError("balance", row.where(), f"{sum(shares):g} % in all", "less than 100 %")


@dataclass(frozen=True)
class Total:
    """How much of something all undiscovered deposits hold, t; `q10` is the 0.1 quantile."""

    mean: float
    sd: float
    q10: float
    q50: float
    q90: float
    p_above_mean: float


@dataclass(frozen=True)
class Assessment:
    """What an assessment finds.

    Attributes
    ----------
    count
        The law of the number of deposits.
    totals
        Ore and contained metals in all deposits, by name.
    correlation
        Correlation of each pair of totals, by ``(first, second)``.
    """

    count: DepositCount
    totals: Mapping[str, Total]
    correlation: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints; p90 is exceeded with a probability of 0.9."""
        count = self.count
        return {
            "deposits": {
                "mean": count.mean, "sd": count.sd, "p90": count.at_least(0.9),
                "p50": count.at_least(0.5), "p10": count.at_least(0.1), "mode": count.mode,
                "p_none": float(count.probability[count.numbers == 0].sum()), "law": count.kind,
            },
            "totals": {
                name: {"mean": total.mean, "sd": total.sd, "p90": total.q10, "p50": total.q50,
                       "p10": total.q90, "p_above_mean": total.p_above_mean}
                for name, total in self.totals.items()
            },
            "correlation": {
                f"{first}, {second}": value for (first, second), value in self.correlation.items()
            },
            "convention": "p90 is exceeded with a probability of 0.9, p10 with 0.1; totals in t",
        }  # fmt: skip


def assess(model: GradeTonnage, names: Sequence[str], count: DepositCount) -> Assessment:
    """Assess how much ore and metal the undiscovered deposits of a type hold in all.

    Nothing is drawn. Moments are closed forms of a sum of N like and independent terms X,
    ``E = E[N] E[X]`` and ``Cov = E[N] Cov(X) + Var(N) E[X] E[X]'``; the law of each total is the
    compound law, computed on a fine grid by the Fourier transform (Grubel and Hermesmeier 1999,
    "Computation of compound distributions", *ASTIN Bulletin* 29, 197-214).

    Parameters
    ----------
    model
        Tonnage and grades of a deposit, grades on the log-ratio scale.
    names
        Names of ore and elements in the answer, ``1 + k``.
    count
        The law of the number of deposits.
    """
    mixture = _mixture(model)
    first, second = mixture.moments()
    expected = count.mean * first
    joint = count.mean * (second - np.outer(first, first)) + count.variance * np.outer(first, first)
    sd = np.sqrt(np.diag(joint))
    totals = {
        name: _compound(mixture, place, count, float(expected[place]), float(sd[place]))
        for place, name in enumerate(names)
    }
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    return Assessment(
        count,
        totals,
        {(names[i], names[j]): float(joint[i, j] / (sd[i] * sd[j])) for i, j in pairs},
    )


@dataclass(frozen=True)
class _Mixture:
    """Content of one deposit as a mixture: given its grades, each content is log-normal.

    `chance` and `mu` have shape ``(points,)``, `shares` ``(points, 1 + k)``: of each content in
    the ore, 1 for ore itself; `sigma` is that of the logarithm of ore when grades are known.
    """

    chance: Array
    mu: Array
    shares: Array
    sigma: float

    def moments(self) -> tuple[Array, Array]:
        """Return first and second moments, shapes ``(1 + k,)`` and ``(1 + k, 1 + k)``."""
        once = self.chance * np.exp(self.mu + self.sigma**2 / 2.0)
        twice = self.chance * np.exp(2.0 * self.mu + 2.0 * self.sigma**2)
        return once @ self.shares, (self.shares * twice[:, None]).T @ self.shares

    def below(self, place: int, content: Array) -> Array:
        """Return the probability that a content is at most so much, for contents above zero."""
        found = np.zeros(len(content))
        logs = np.log(content)
        for chance, mu, share in zip(self.chance, self.mu, self.shares[:, place], strict=True):
            found += chance * ndtr((logs - mu - np.log(share)) / self.sigma)
        return found

    def reached(self, place: int, tail: float) -> float:
        """Return a content that is exceeded with less than this probability."""
        top = self.mu + np.log(self.shares[:, place])
        return float(np.exp(top[self.chance > tail * 1e-2].max() - self.sigma * ndtri(tail)))


def _mixture(model: GradeTonnage) -> _Mixture:
    """Return the content of a deposit over a product of Gauss-Hermite points of its log-ratios."""
    k = len(model.elements)
    nodes, weights = np.polynomial.hermite_e.hermegauss(24 if k < 3 else 10)
    grid = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), axis=-1).reshape(-1, k)
    chance = np.prod(
        np.stack(np.meshgrid(*[weights / weights.sum()] * k, indexing="ij"), axis=-1), axis=-1
    ).ravel()
    kept = chance > 1e-14
    among = model.covariance[1:, 1:]
    off = grid[kept] @ np.linalg.cholesky(among).T
    slope = np.linalg.solve(among, model.covariance[1:, 0])
    rest = max(float(model.covariance[0, 0] - slope @ model.covariance[1:, 0]), 1e-12)
    shares = model.grades_pct(model.mean[1:] + off) / 100.0
    return _Mixture(
        chance[kept] / chance[kept].sum(), model.mean[0] + off @ slope,
        np.column_stack([np.ones(len(off)), shares]), float(np.sqrt(rest)),
    )  # fmt: skip


def _compound(mixture: _Mixture, place: int, count: DepositCount, mean: float, sd: float) -> Total:
    """Return the law of the sum over a random number of deposits."""
    most = int(count.numbers[-1])
    cells = 2**20 if most <= 200 else 2**17
    top = 2.0 * max(mixture.reached(place, 1e-5), mean + 8.0 * sd)
    edges = (np.arange(cells) + 0.5) * (top / cells)
    coarse = np.geomspace(edges[0], edges[-1], 4096)
    below = np.interp(np.log(edges), np.log(coarse), mixture.below(place, coarse))
    wave = np.fft.rfft(np.diff(below, prepend=0.0))
    chance = np.zeros(most + 1)
    chance[count.numbers] = count.probability
    sum_wave = np.zeros_like(wave)
    for probability in chance[::-1]:
        sum_wave *= wave
        sum_wave += probability
    law = np.cumsum(np.fft.irfft(sum_wave, cells))

    def quantile(share: float) -> float:
        place = int(np.searchsorted(law, share))
        if place == 0:
            return 0.0
        part = (share - law[place - 1]) / (law[place] - law[place - 1])
        return float((place - 0.5 + part) * top / cells)

    above = 1.0 - float(law[min(int(mean * cells / top), cells - 1)])
    return Total(mean, sd, quantile(0.1), quantile(0.5), quantile(0.9), above)
