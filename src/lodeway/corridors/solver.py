"""HiGHS, without a word on standard output."""

from __future__ import annotations

import os
import sys
from typing import Any

import highspy


def quiet_highs() -> Any:
    """Return a HiGHS solver that prints nothing and uses one thread.

    HiGHS greets on file descriptor 1 when its first solver is made, before any option can forbid
    it; a command that prints one JSON value there cannot have that, so the greeting goes to
    standard error.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver
