"""The nouns that two rooms speak: facts, figures, and what a stage gives and takes."""

from lodeway.model.facts import UNVERIFIED, Fact, Facts
from lodeway.model.figure import Figure, quantiles, rows
from lodeway.model.stage import Engine, Result, StageContext

__all__ = [
    "UNVERIFIED", "Engine", "Fact", "Facts", "Figure", "Result", "StageContext",
    "quantiles", "rows",
]  # fmt: skip
