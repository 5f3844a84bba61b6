"""What a tonne of product will bring, as the decider sees it: spot known, later prices not.

Later prices are integrated out: every possible world has its own spot and long-run level, and from
there the same set of paths, drawn in opposite pairs so that whatever is straight in the price is
exact (antithetic variates; Owen 2013, *Monte Carlo theory, methods and examples*, chapter 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.prices import Behaviour, annual_means, fit
from lodeway.economics.terms import PER_TONNE, Terms
from lodeway.errors import LodewayError, suggestion
from lodeway.io import safe_path
from lodeway.model import Facts
from lodeway.model.parameters import fact_in
from lodeway.randomness import normal, uniform

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quote:
    """One price: its claims in USD per tonne, ``(draw,)``, how it moves, and who said so."""

    name: str
    spot: Array
    anchor: Array
    behaviour: Behaviour
    sources: tuple[str, ...]


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
    if section.get("column"):
        series = settings["prices"]["series"]
        path = safe_path(folder, series, "study.toml prices.series")
        behaviour = fit(annual_means(path, section["column"], section["name"]))
        behind.append(f"{series}#")
    else:
        volatility = fact_in(facts, section["volatility_pct_per_y"], "%", f"{where}.volatility")
        half_life = fact_in(facts, section["half_life_y"], "y", f"{where}.half_life_y")
        behaviour = Behaviour(volatility.value("%") / 100.0, half_life.value("y"))
        behind += [volatility.source_id, half_life.source_id]
    per_t = PER_TONNE.get(unit, 1.0)
    return Quote(
        str(section["name"]), spot.draw(seed, draws, unit) * per_t,
        anchor.draw(seed, draws, unit) * per_t, behaviour, tuple(behind),
    )  # fmt: skip


def later_paths(
    quotes: Sequence[Quote], years: int, paths: int, seed: int
) -> dict[str, Array]:  # fmt: skip
    """Return each price as it may go on from what is known, ``(path, year, draw)``, USD/t.

    The year counts from the first after today. A path is a shock to the logarithm that fades
    with the price's half-life; the second half of the paths are the first turned over. Their mean
    in a year is the expected price of that year, whatever the number of paths.
    """
    found = {}
    half = (paths + 1) // 2
    for quote in quotes:
        shocks = np.stack(
            [
                normal(uniform(seed, f"ground price {quote.name}", str(year), half))
                for year in range(years)
            ]
        )
        shocks = _even(shocks)
        kept, sigma = quote.behaviour.kept, quote.behaviour.volatility
        off = np.zeros(half)
        table = []
        for year in range(years):
            off = kept * off + sigma * shocks[year]
            level = quote.anchor * (quote.spot / quote.anchor) ** (kept ** (year + 1))
            both = np.concatenate([off, -off])[:paths]
            bend = np.exp(both)
            table.append((bend / bend.mean())[:, None] * level)
        found[quote.name] = np.stack(table, axis=1)
    return found


def _even(shocks: Array) -> Array:
    """Scale each year's shocks so that, with their opposites, their variance is one."""
    size = np.sqrt(np.mean(np.square(shocks), axis=1, keepdims=True))
    return np.asarray(shocks / np.where(size > 0.0, size, 1.0))


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
    """Return the value of a dry tonne of product at its market, ``(path, year, draw)``."""
    lines = terms.lines(content, prices)
    shape = next(iter(prices.values())).shape
    return sum(lines.values(), np.zeros(shape))
