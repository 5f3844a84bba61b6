"""What the chain hands to a stage and what a stage hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    import geopandas
    import pandas as pd
    import xarray as xr

    Table: TypeAlias = pd.DataFrame | geopandas.GeoDataFrame | xr.Dataset

In = TypeVar("In")
Out = TypeVar("Out")


class Engine(Protocol):
    """Where work runs. Results come in the order of the items, whatever ran first."""

    def map(self, function: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
        """Return ``[function(item) for item in items]``."""
        ...


@dataclass(frozen=True)
class Result:
    """What a stage leaves behind.

    Attributes
    ----------
    data
        Tables by short name: DataFrame, GeoDataFrame or Dataset.
    files
        Files for people by name (report, tables), as bytes.
    sources
        Who said the numbers: rows ``(quantity, item, source_id)``. `item` is a project, sale,
        lane, gate, scenario, or empty for all; `source_id` is ``file#row``.
    """

    data: Mapping[str, Table] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    sources: Sequence[tuple[str, str, str]] = ()


def _no_progress(_message: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class StageContext:
    """Everything that a stage may look at.

    Attributes
    ----------
    folder
        The study folder.
    settings
        The study file as plain values: only the sections that the stage declared.
    inputs
        Results of the stages upstream, by stage name.
    keys
        Content hashes of those stages, by stage name.
    files
        The input files that the stage declared, in order of path; a stage opens no others.
    draws, seed, years, as_of
        From ``[study]``.
    engine
        Where to run independent pieces.
    progress
        Tells the user one line.
    """

    folder: Path
    settings: Mapping[str, Any]
    inputs: Mapping[str, Result]
    keys: Mapping[str, str]
    files: Sequence[Path]
    draws: int
    seed: int
    years: tuple[int, int]
    as_of: date
    engine: Engine
    progress: Callable[[str], None] = _no_progress

    @property
    def first_year(self) -> int:
        """The first year of the study."""
        return self.years[0]

    def table(self, stage: str, name: str) -> Any:
        """Return one table of an upstream stage."""
        return self.inputs[stage].data[name]

    def matching(self, ending: str) -> list[Path]:
        """Return the declared input files whose path ends so."""
        return [path for path in self.files if path.as_posix().endswith(ending)]


def names(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ``name`` of each section of a list in the study file."""
    return [str(item["name"]) for item in items]
