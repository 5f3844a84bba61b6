"""Fixtures that several rooms' tests use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
