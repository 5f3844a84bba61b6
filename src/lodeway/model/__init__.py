"""The nouns that two rooms speak: facts, figures, and what a stage gives and takes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: a run that reuses everything needs no numpy."""
    if name not in _HOME:
        msg = f"module 'lodeway.model' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"lodeway.model.{_HOME[name]}"), name)
