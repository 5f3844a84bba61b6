"""Where work runs: in this process, or in several; the results are the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lodeway.errors import LodewayError
from lodeway.model.stage import Engine

In = TypeVar("In")
Out = TypeVar("Out")

__all__ = ["Processes", "Serial", "of_workers"]


@dataclass(frozen=True)
class Serial:
    """Run everything here, one after the other."""

    def map(self, function: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
        """Return ``[function(item) for item in items]``."""
        return [function(item) for item in items]


@dataclass(frozen=True)
class Processes:
    """Run items in `workers` processes; the function and the items must be picklable."""

    workers: int

    def map(self, function: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
        """Return the results in the order of the items."""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        if len(items) < 2:
            return [function(item) for item in items]
        with ProcessPoolExecutor(
            min(self.workers, len(items)), mp_context=get_context("spawn")
        ) as pool:
            return list(pool.map(function, items))


def of_workers(workers: int) -> Engine:
    """Return the engine for a number of workers.

    Examples
    --------
    >>> of_workers(1).map(abs, [-2, 1])
    [2, 1]
    """
    if workers < 1:
        raise LodewayError("bad-argument", "--workers", workers, "1 or more")
    return Serial() if workers == 1 else Processes(workers)
