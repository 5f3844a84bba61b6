"""A regular grid of blocks: x fastest, then y, then z upward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

Floats = NDArray[np.float64]
_MOST = 200_000_000


@dataclass(frozen=True)
class Grid:
    """Blocks of one size that tile a box.

    Attributes
    ----------
    origin
        Corner of the block with the smallest x, y and z.
    size
        Size of a block along x, y, z.
    count
        Number of blocks along x, y, z.

    Examples
    --------
    >>> Grid((0.0, 0.0, 0.0), (10.0, 10.0, 5.0), (2, 1, 1)).centres().tolist()
    [[5.0, 5.0, 2.5], [15.0, 5.0, 2.5]]
    """

    origin: tuple[float, float, float]
    size: tuple[float, float, float]
    count: tuple[int, int, int]

    def __post_init__(self) -> None:
        for name in ("origin", "size", "count"):
            value = getattr(self, name)
            if len(value) != 3 or not np.isfinite(value).all():
                raise LodewayError("bad-argument", f"grid {name}", value, "three numbers")
        if min(self.size) <= 0:
            raise LodewayError("bad-number", "grid size", self.size, "above 0")
        if min(self.count) < 1 or any(int(n) != n for n in self.count):
            raise LodewayError("bad-number", "grid count", self.count, "whole numbers, 1 or more")
        if self.blocks > _MOST:
            raise LodewayError(
                "too-large", "grid", f"{self.blocks:,} blocks", f"at most {_MOST:,} blocks"
            )

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(np.prod([int(n) for n in self.count], dtype=object))

    def axis(self, number: int) -> Floats:
        """Return the centres along x (0), y (1) or z (2)."""
        steps = np.arange(self.count[number], dtype=np.float64)
        return self.origin[number] + (steps + 0.5) * self.size[number]

    def centres(self, first: int = 0, last: int | None = None) -> Floats:
        """Return the centres of blocks `first` to `last`, ``(blocks, 3)``."""
        number = np.arange(first, self.blocks if last is None else last)
        nx, ny = self.count[0], self.count[1]
        return np.column_stack([
            self.axis(0)[number % nx],
            self.axis(1)[number // nx % ny],
            self.axis(2)[number // (nx * ny)],
        ])  # fmt: skip

    def finer(self, by: tuple[int, int, int]) -> Grid:
        """Return the grid with every block cut into `by` pieces along x, y, z."""
        size = tuple(a / n for a, n in zip(self.size, by, strict=True))
        count = tuple(a * n for a, n in zip(self.count, by, strict=True))
        return Grid(self.origin, size, count)  # type: ignore[arg-type]

    @classmethod
    def around(cls, points: Floats, size: tuple[float, float, float], margin: float = 0.0) -> Grid:
        """Return the smallest grid of whole sizes that holds all points and a margin."""
        step = np.array(size)
        low = np.floor((points.min(axis=0) - margin) / step)
        high = np.ceil((points.max(axis=0) + margin) / step)
        count = np.maximum(high - low, 1).astype(int)
        return cls(tuple((low * step).tolist()), size, tuple(count.tolist()))
