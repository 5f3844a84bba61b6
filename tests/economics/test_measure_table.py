"""The table of measures of a small project, against the functions it is made of."""

import numpy as np
import pytest

from lodeway.economics.fiscal import npv, run_regime
from lodeway.economics.flows import Flows
from lodeway.economics.measure_table import measure_table
from lodeway.economics.regime import make_regime


def test_measures_of_two_projects():
    dice = np.random.default_rng(4)
    price = dice.uniform(0.7, 1.4, 64)[:, None]
    revenue = price * np.array([[0.0, 80, 80, 80, 80]])
    opex, capex = np.full((64, 5), 20.0), np.zeros((64, 5))
    opex[:, 0] = 0.0
    capex[:, 0] = 120.0
    output = np.repeat([[0.0, 1, 1, 1, 1]], 64, axis=0)
    regime = make_regime({"kind": "royalty", "royalty": 0.05, "tax": 0.2}, "x")
    built = Flows(revenue, opex, capex, output, output)
    old = Flows(revenue, opex, capex * 0.0, output, output)
    books = {
        (name, "today"): (f, run_regime(regime, f.revenue, f.opex, f.capex))
        for name, f in (("new", built), ("old", old))
    }
    table = measure_table(books, {"new": regime, "old": regime}, ["new", "old"], "today", 0.1)
    found = table.set_index(["project", "measure"])
    values = npv(books["new", "today"][1].investor_ncf, 0.1)
    assert found.loc[("new", "npv"), "p50"] == pytest.approx(np.median(values))
    assert found.loc[("new", "chance-of-gain"), "value"] == np.mean(values > 0.0)
    middle = found.loc[("new", "irr"), "p50"]
    assert 0.0 < middle < 1.0
    assert found.loc[("old", "irr"), "draws"] == 0  # nothing was laid out
    assert found.loc[("old", "profitability-index"), "draws"] == 0
    assert found.loc[("new", "worth-of-knowing-all"), "value"] >= 0.0
    factor = found.loc[("new", "break-even-revenue"), "value"]
    again = run_regime(regime, revenue * factor, opex, capex)
    assert npv(again.investor_ncf, 0.1).mean() == pytest.approx(0.0, abs=1e-6)
