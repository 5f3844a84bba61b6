"""The section on the ground: each number a figure with sources; absent tables leave no trace."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

sys.path.insert(0, str(Path(__file__).parent))

import sample

from lodeway.model.stage import Result
from lodeway.report.ground import confidence
from lodeway.report.stage import run


def statement(indicated):
    rows = [("measured", 0.0), ("indicated", indicated), ("measured+indicated", indicated),
            ("inferred", 9e6)]  # fmt: skip
    return pd.DataFrame(
        [{"class": name, "cutoff_pct": 0.25, "ore_t": ore, "Cu_pct": 0.5 if ore else np.nan,
          "Cu_t": ore * 0.005, "ore_t_p10": ore * 0.8, "ore_t_p90": ore * 1.2}
         for name, ore in rows]
    )  # fmt: skip


def mine():
    years = [2026, 2027, 2028]
    plan = xr.Dataset(
        {"ore_t": (("project", "year"), [[0.0, 2e6, 0.0]]),
         "waste_t": (("project", "year"), [[0.0, 3e6, 1e6]]),
         "head_pct": (("project", "element", "year", "draw"),
                      np.array([0.0, 0.4, 0.0])[None, None, :, None] * np.linspace(0.9, 1.1, 8))},
        coords={"project": ["demirli"], "element": ["Cu"], "year": years},
        attrs={"realisations": 8},
    )  # fmt: skip
    columns = ["factor", "ore_t", "waste_t", "value_usd"]
    pits = pd.DataFrame([(0.5, 1e6, 1e6, 7e6), (1.0, 2e6, 4e6, 9e6)], columns=columns)
    summary = pd.DataFrame(
        [("schedule npv at planning prices", 8e6, "USD"), ("schedule gap", 2.5, "%"),
         ("something else", 1.0, "1")], columns=["quantity", "value", "unit"],
    )  # fmt: skip
    return Result({"plan": plan, "pits": pits, "summary": summary},
                  sources=[("plan", "demirli", "facts.csv#M-1")])  # fmt: skip


@pytest.fixture(scope="module")
def result():
    here = sample.context()
    deposit = next(p["deposit"] for p in here.settings["project"] if p["name"] == "demirli")
    resource = Result({"statement": statement(1e6)},
                      sources=[("resource", deposit, "assay.csv#12")])  # fmt: skip
    return run(sample.context(inputs={**here.inputs, "resource": resource, "mine": mine()}))


def test_figures_say_what_the_tables_say_and_rest_on_their_sources(result):
    rows = result.data["figures"].set_index("id")
    assert rows["value"]["plan-ore.demirli.2027"] == 2e6
    assert rows["p50"]["plan-head-cu.demirli.2027"] == pytest.approx(0.4)
    assert rows["value"]["pit-value-0-5.demirli"] == 7e6
    assert rows["value"]["plan-schedule-gap.demirli"] == 2.5
    assert rows["value"]["resource-ore-inferred"] == 9e6
    assert rows["value"]["resource-metal-cu-indicated"] == 5e3
    assert "plan-ore.demirli.2026" not in rows.index  # nothing is dug in that year
    assert rows["sources"]["plan-ore.demirli.2027"] == "facts.csv#M-1"
    assert rows["sources"]["resource-ore-inferred"] == "assay.csv#12"
    assert rows["stage"]["pit-value-1.demirli"] == "mine"


def test_the_page_shows_the_section_and_no_other_table_gains_a_row(result):
    page = result.files["report.html"].decode()
    assert 'id="ground"' in page
    assert "90 % of the tonnes are inferred" in page
    assert "2026</td>" not in page.split('id="ground"')[1].split("</section>")[0]
    plain = run(sample.context())
    assert 'id="ground"' not in plain.files["report.html"].decode()
    for name in ("netback.csv", "projects.csv", "claims.csv"):
        assert result.files[name] == plain.files[name]


def test_a_resource_without_a_mine_stands_alone():
    here = sample.context()
    inputs = {**here.inputs, "resource": Result({"statement": statement(0.0)})}
    page = run(sample.context(inputs=inputs)).files["report.html"].decode()
    assert "All of it is inferred" in page
    assert "Nested pits" not in page


def test_words_for_what_is_known():
    assert confidence(statement(0.0).to_dict("records")).startswith("All of it is inferred")
    assert confidence(statement(9e6).to_dict("records")).startswith("50 %")
    assert confidence([]).startswith("No rock")
