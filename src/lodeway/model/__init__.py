"""The nouns that two rooms speak: facts, figures, and what a stage gives and takes."""

from typing import TYPE_CHECKING

from lodeway.lazy import names_of

if TYPE_CHECKING:
    from lodeway.model.facts import UNVERIFIED, Fact, Facts
    from lodeway.model.figure import Figure, quantiles, rows
    from lodeway.model.stage import Engine, Result, StageContext

__all__ = [
    "UNVERIFIED", "Engine", "Fact", "Facts", "Figure", "Result", "StageContext",
    "quantiles", "rows",
]  # fmt: skip

_HOME = {
    "UNVERIFIED": "facts", "Fact": "facts", "Facts": "facts",
    "Figure": "figure", "quantiles": "figure", "rows": "figure",
    "Engine": "stage", "Result": "stage", "StageContext": "stage",
}  # fmt: skip

__getattr__ = names_of(__name__, _HOME)
