"""The demonstration study with few worlds, read once."""

import shutil
from pathlib import Path

import pytest

from lodeway.chain import STAGES
from lodeway.economics.ground.province import Study, read_province
from lodeway.io import read_facts
from lodeway.study.load import load_study
from lodeway.study.run import run, with_draws
from lodeway.study.store import Store

DEMO = Path(__file__).parents[3] / "studies" / "fairways-demo"
DRAWS = 16


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Return the study's folder, its chain run."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
    run(STAGES, folder, draws=DRAWS)
    return folder


@pytest.fixture(scope="session")
def study(demo):
    """Return what the province takes from the study."""
    loaded = with_draws(load_study(demo), DRAWS)
    store = Store(demo)
    freight = store.load(store.last_keys()["corridors"]).data["freight"]
    facts = read_facts(sorted((demo / "data" / "facts").glob("*.csv")), demo)
    return Study(demo, loaded.settings, facts, freight, DRAWS, loaded.settings["study"]["seed"])


@pytest.fixture(scope="session")
def province(study):
    """Return the province of the demonstration study."""
    return read_province(study)
