"""Compiling a function to machine code that is kept on disk and lets other threads run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function; it keeps its type, and a division by zero gives what IEEE 754 says."""
    return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))
