"""The one decorator of the room's compiled code: no interpreter lock, machine code kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function so that threads may run it side by side.

    Sums are not reordered (no fast mathematics), so that the same numbers come out in any number
    of threads and on any width of vectors.
    """
    return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))
