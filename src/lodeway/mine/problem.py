"""The nouns of a mine: blocks, and the scheduling problem over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Blocks on a regular grid.

    Attributes
    ----------
    index
        Cell numbers in x, y, z of each block, z upward; shape ``(blocks, 3)``.
    columns
        Further columns as text, each of shape ``(blocks,)``.
    """

    index: Longs
    columns: tuple[tuple[str, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True)
class Problem:
    """What to mine when, and where to send it: CPIT (one destination) or PCPSP.

    Attributes
    ----------
    name
        As the file calls it.
    value
        Undiscounted value by block and destination; shape ``(blocks, destinations)``.
    use
        What a block uses of each resource at each destination; ``(blocks, destinations,
        resources)``.
    low, high
        Limits by resource and period, infinite where there is none; ``(resources, periods)``.
    rate
        Discount rate: period `t` (from 0) counts ``(1 + rate) ** -t``.
    kind
        ``"CPIT"`` or ``"PCPSP"``.
    """

    name: str
    value: Floats
    use: Floats
    low: Floats
    high: Floats
    rate: float
    kind: str = "CPIT"

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(self.value.shape[0])

    @property
    def destinations(self) -> int:
        """How many destinations there are."""
        return int(self.value.shape[1])

    @property
    def resources(self) -> int:
        """How many resources are limited."""
        return int(self.low.shape[0])

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return int(self.low.shape[1])

    def factors(self) -> Floats:
        """Return the discount factor of each period; shape ``(periods,)``."""
        return np.asarray((1.0 + self.rate) ** -np.arange(self.periods, dtype=np.float64))


@dataclass(frozen=True)
class Schedule:
    """When each block is mined and where it goes.

    Attributes
    ----------
    period
        Shape ``(blocks,)``; equal to the number of periods where the block stays.
    destination
        Shape ``(blocks,)``.
    """

    period: NDArray[np.int32]
    destination: NDArray[np.int32]
