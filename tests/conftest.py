"""Fixtures that several rooms' tests use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples every time: a change is judged by what it did, not by luck. To look for new
# ones: HYPOTHESIS_PROFILE=search.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def reference_data():
    """Return the path of a file that may not be shipped, or skip and say why."""
    root = Path(os.environ.get("LODEWAY_REFERENCE_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = root / name
        if not path.exists():
            pytest.skip(f"reference data {name} is not here (LODEWAY_REFERENCE_DATA)")
        return path

    return find
