"""A fact: one number that somebody published, measured or assumed, with its range and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.randomness import triangular, uniform
from lodeway.units import convert

UNVERIFIED = "general-knowledge-unverified"


@dataclass(frozen=True)
class Fact:
    """One row of a facts table.

    `low`, `mode` and `high` are None where the source gives none; a single published value sits
    in `mode`. `file` is the path inside the study, with forward slashes.
    """

    id: str
    file: str
    line: int
    subject: str
    quantity: str
    low: float | None
    mode: float | None
    high: float | None
    unit: str
    basis: str
    text: str
    as_of: str
    speaker: str
    source: str
    confidence: str
    note: str

    @property
    def source_id(self) -> str:
        """Where the row stands, as traces print it: ``file#id``."""
        return f"{self.file}#{self.id}"

    @property
    def where(self) -> str:
        """File, line and id, for errors."""
        return f"{self.file}:{self.line} {self.id}"

    @property
    def unverified(self) -> bool:
        """Whether nobody has checked this number."""
        return self.confidence == UNVERIFIED

    def range(self, unit: str) -> tuple[float, float, float]:
        """Return low, mode and high in `unit`.

        A missing low or high is the mode; a missing mode is the middle of low and high.

        Raises
        ------
        LodewayError
            When the fact holds no number, its range is upside down, or its unit does not fit.
        """
        given = [value for value in (self.low, self.mode, self.high) if value is not None]
        if not given:
            raise LodewayError("bad-number", self.where, repr(self.text), "a number")
        low = (
            self.low if self.low is not None else (self.mode if self.mode is not None else given[0])
        )
        high = self.high if self.high is not None else (self.mode if self.mode is not None else low)
        mode = self.mode if self.mode is not None else (low + high) / 2
        if not low <= mode <= high:
            raise LodewayError(
                "bad-number", self.where, f"{low}, {mode}, {high}", "low <= mode <= high"
            )
        return (
            convert(low, self.unit, unit, self.where),
            convert(mode, self.unit, unit, self.where),
            convert(high, self.unit, unit, self.where),
        )

    def value(self, unit: str) -> float:
        """Return the mode in `unit`."""
        return self.range(unit)[1]

    def draw(self, seed: int, draws: int, unit: str) -> NDArray[np.float64]:
        """Return the fact in each possible world, shape ``(draws,)``, triangular over its range."""
        low, mode, high = self.range(unit)
        return triangular(uniform(seed, "fact", self.id, draws), low, mode, high)


class Facts(Mapping[str, Fact]):
    """All facts of a study by id."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = dict(facts)

    def __getitem__(self, fact_id: str) -> Fact:
        try:
            return self._facts[fact_id]
        except KeyError:
            raise LodewayError(
                "unknown-id",
                "facts",
                repr(fact_id),
                "the id of a row in a facts table",
                suggestion(str(fact_id), self._facts),
            ) from None

    def __contains__(self, fact_id: object) -> bool:
        return fact_id in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)
