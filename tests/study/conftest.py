"""A study folder and a chain that stands in for the rooms."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def chain():
    """Return a chain of two stages, importable as if it stood in a room."""
    spec = importlib.util.spec_from_file_location("lodeway.registry.chains", HERE / "chains.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["lodeway.registry.chains"] = module
    spec.loader.exec_module(module)
    yield module.CHAIN
    del sys.modules["lodeway.registry.chains"]


STUDY = """
[study]
name = "small"
as_of = 2026-11-01
crs = "EPSG:32638"
draws = 16
seed = 1
years = [2026, 2030]
money = { currency = "USD", terms = "real", year = 2025 }
[facts]
files = ["data.csv"]
[registry]
deposits = "data.csv"
[corridors]
network = "net"
[economics]
discount_pct = "1"
avoidable_share = "1"
upkeep_pct = "1"
carrier_margin_pct = "1"
transit_margin_pct = "1"
break_even_rates_pct = [5]
[prices]
series = "data.csv"
[[price]]
name = "copper"
unit = "USD/t"
spot = "F-1"
[[terms]]
name = "t"
[[market]]
name = "m"
label = "M"
kind = "plant"
place = "P"
product = "copper-concentrate"
incoterm = "DAP"
terms = "t"
[[project]]
name = "alpha"
label = "Alpha"
deposit = "alpha"
place = "A"
country = "AZE"
owner = "F-1"
regime = "data.csv"
start_year = 2026
life_y = "F-1"
process = { kind = "flotation" }
sale = { point = "A", incoterm = "EXW", freight_payer = "buyer", pass_through = [0.2, 1.0] }
cost = {}
[[scenario]]
name = "today"
[report]
extent = [40.0, 38.0, 50.0, 43.0]
"""

SECOND_PROJECT = """
[[project]]
name = "beta"
label = "Beta"
deposit = "beta"
place = "A"
country = "AZE"
owner = "F-1"
regime = "data.csv"
start_year = 2026
life_y = "F-1"
process = { kind = "flotation" }
sale = { point = "A", incoterm = "EXW", freight_payer = "buyer", pass_through = [0.2, 1.0] }
cost = {}
"""


@pytest.fixture
def folder(tmp_path):
    """Return a small study folder."""
    study = tmp_path / "small"
    study.mkdir()
    (study / "study.toml").write_text(STUDY)
    (study / "data.csv").write_text("id,value\n1,2\n")
    return study
