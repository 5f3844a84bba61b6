"""What a tonne of product will bring, as the decider sees it: spot known, later prices not.

Later prices are integrated out: every possible world has its own spot and long-run level, and from
there the same set of paths: in opposite pairs, so that whatever is straight in the price is exact,
and evenly spread along the directions that matter most (antithetic and quasi-random sampling;
Owen 2013, *Monte Carlo theory, methods and examples*, chapter 8).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from lodeway.economics.prices import Behaviour, fit, means_by_year
from lodeway.economics.series import cholesky, correlation
from lodeway.economics.terms import PER_TONNE, Terms
from lodeway.errors import LodewayError, suggestion
from lodeway.io import safe_path
from lodeway.model import Facts
from lodeway.model.parameters import fact_in
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]

_EVEN_DIRECTIONS = 3
_TYPICAL_RATE = 0.1  # only decides along which direction of a path the shocks are spread evenly


@dataclass(frozen=True)
class Quote:
    """One price: its claims in USD per tonne, ``(draw,)``, how it moves, and who said so.

    `annual` holds its yearly means, from which the correlation of prices is taken.
    """

    name: str
    spot: Array
    anchor: Array
    behaviour: Behaviour
    sources: tuple[str, ...]
    annual: Mapping[int, float] = field(default_factory=dict)


def read_quotes(
    settings: Mapping[str, Any], folder: Path, facts: Facts, *, seed: int, draws: int
) -> list[Quote]:
    """Return every ``[[price]]`` of the study in USD per tonne."""
    return [
        _quote(section, settings, folder, facts, number, seed=seed, draws=draws)
        for number, section in enumerate(settings["price"])
    ]


def _quote(
    section: Mapping[str, Any], settings: Mapping[str, Any], folder: Path, facts: Facts,
    number: int, *, seed: int, draws: int,
) -> Quote:  # fmt: skip
    where, unit = f"study.toml price[{number}]", str(section["unit"])
    spot = fact_in(facts, section["spot"], unit, f"{where}.spot")
    anchor = fact_in(facts, section.get("anchor") or section["spot"], unit, f"{where}.anchor")
    behind = [spot.source_id, anchor.source_id]
    annual: dict[int, float] = {}
    if section.get("column"):
        series = settings["prices"]["series"]
        path = safe_path(folder, series, "study.toml prices.series")
        annual = means_by_year(path, section["column"], section["name"])
        behaviour = fit(np.array(list(annual.values())))
        behind.append(f"{series}#")
    else:
        volatility = fact_in(facts, section["volatility_pct_per_y"], "%", f"{where}.volatility")
        half_life = fact_in(facts, section["half_life_y"], "y", f"{where}.half_life_y")
        behaviour = Behaviour(volatility.value("%") / 100.0, half_life.value("y"))
        behind += [volatility.source_id, half_life.source_id]
    per_t = PER_TONNE.get(unit, 1.0)
    return Quote(
        str(section["name"]), spot.draw(seed, draws, unit) * per_t,
        anchor.draw(seed, draws, unit) * per_t, behaviour, tuple(behind), annual,
    )  # fmt: skip


def later_paths(
    quotes: Sequence[Quote], years: int, paths: int, seed: int
) -> dict[str, Array]:  # fmt: skip
    """Return each price as it may go on from what is known, ``(path, year, draw)``, USD/t.

    The year counts from the first after today. Prices move together as their yearly log-returns
    have; a price that is added at the end moves no other. A path is a shock to the logarithm that
    fades with the price's half-life; the second half of the paths are the first turned over. Their
    mean in a year is the expected price of that year, whatever the number of paths.
    """
    half = (paths + 1) // 2
    spread = _spread(len(quotes), half, seed)
    own = [_shocks(quote, years, even, seed) for quote, even in zip(quotes, spread, strict=True)]
    factor = cholesky(
        correlation({quote.name: quote.annual for quote in quotes}), "prices",
        [quote.name for quote in quotes],
    )  # fmt: skip
    return {
        quote.name: _price_paths(quote, np.tensordot(factor[number], own, 1), paths)
        for number, quote in enumerate(quotes)
    }


def _spread(prices: int, count: int, seed: int) -> Array:
    """Return evenly spread standard normals, ``(price, direction, path)``.

    The first direction of the first price is the middles of equal shares of the upper half of the
    law (the lower half comes by turning over); the others are a scrambled Sobol sequence. Each is
    scaled to a variance of one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a count that is no power of two
        u = qmc.Sobol(prices * _EVEN_DIRECTIONS, scramble=True, rng=seed).random(count)
    u = np.clip(u, 1e-6, 1.0 - 1e-6)
    u[:, 0] = 0.5 + (np.argsort(np.argsort(u[:, 0])) + 0.5) / (2 * count)
    found = normal(u).T.reshape(prices, _EVEN_DIRECTIONS, count)
    return np.asarray(found / np.sqrt(np.mean(np.square(found), axis=2, keepdims=True)))


def _price_paths(quote: Quote, shocks: Array, paths: int) -> Array:
    """Return levels from yearly shocks ``(year, path)`` and their opposites.

    Mean and logarithmic variance of every year are exact, whatever the number of paths.
    """
    kept, sigma = quote.behaviour.kept, quote.behaviour.volatility
    off, variance = np.zeros(shocks.shape[1]), 0.0
    table = []
    for year, shock in enumerate(shocks):
        off = kept * off + sigma * shock
        variance = kept**2 * variance + sigma**2
        level = quote.anchor * (quote.spot / quote.anchor) ** (kept ** (year + 1))
        wide = off * np.sqrt(variance / np.mean(np.square(off)))  # as wide as the law says
        bend = np.exp(np.concatenate([wide, -wide])[:paths])
        table.append((bend / bend.mean())[:, None] * level)
    return np.stack(table, axis=1)


def _shocks(quote: Quote, years: int, even: Array, seed: int) -> Array:
    """Return yearly standard normal shocks, ``(year, path)``, spread evenly where it matters.

    What moves a mine's value is a few directions of the path, above all nearly its discounted
    mean: the first principal components. Along those the paths are spread evenly, along the others
    they are random.
    """
    directions, count = even.shape
    z = np.stack(
        [
            normal(uniform(seed, f"ground price {quote.name}", str(year), count))
            for year in range(years)
        ]
    )
    lag = np.subtract.outer(np.arange(years), np.arange(years))
    moved = np.where(lag >= 0, quote.behaviour.kept ** np.maximum(lag, 0), 0.0)
    worth = (1.0 + _TYPICAL_RATE) ** -np.arange(years)
    basis = np.linalg.svd(worth[:, None] * moved)[2][:directions]
    basis *= np.sign(basis.sum(axis=1, keepdims=True))
    return np.asarray(z - basis.T @ (basis @ z) + basis.T @ even[: len(basis)])


def terms_named(
    settings: Mapping[str, Any], name: str, facts: Facts, *, seed: int, draws: int
) -> Terms:
    """Return one ``[[terms]]`` by name, with its facts drawn."""
    sections = {str(item["name"]): item for item in settings["terms"]}
    if name not in sections:
        raise LodewayError(
            "unknown-id", "study.toml ground.terms", repr(name), "the name of a [[terms]]",
            suggestion(name, sections),
        )  # fmt: skip
    return Terms(sections[name], facts, seed, draws)


def delivered(terms: Terms, content: Mapping[str, Array], prices: Mapping[str, Array]) -> Array:
    """Return the value of a dry tonne of product at its market, ``(path, year, draw)``.

    Path by path, as terms look at the years of one path (quotational periods, escalators).
    """
    shape = next(iter(prices.values())).shape
    found = np.empty(shape)
    for path in range(shape[0]):
        lines = terms.lines(content, {name: values[path] for name, values in prices.items()})
        found[path] = sum(lines.values(), np.zeros(shape[1:]))
    return found
