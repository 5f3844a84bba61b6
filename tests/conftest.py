"""Fixtures that every room shares."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], Path]:
    """Return a function from a name (``corridors/links.csv.gz``) to a path of the reference data.

    The folder is the environment variable LODEWAY_REFERENCE_DATA, else ``../shared/data`` beside
    the repository. A test that needs a missing file is skipped and says so.
    """
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside))

    def find(name: str) -> Path:
        path = root / name
        if not path.exists():
            pytest.skip(f"reference data not here: {path} (set LODEWAY_REFERENCE_DATA)")
        return path

    return find
