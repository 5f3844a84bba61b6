"""Reconciliation against a general optimiser, known truths, and the two-product formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lodeway.errors import LodewayError
from lodeway.processing.balance import two_product_recovery
from lodeway.processing.reconciliation import Stream, reconcile, recovery_at_grade


def plant(scale=1.0, noise=None):
    """A copper-lead circuit of two cells; `noise` are changes in standard errors."""
    truth = [
        ("feed", "", "cu", 1000.0, (0.0090, 0.0200)),
        ("cu concentrate", "cu", "", 30.0, (0.24, 0.05)),
        ("cu tails", "cu", "pb", 970.0, None),
        ("pb concentrate", "pb", "", 28.0, (0.02, 0.60)),
        ("final tails", "pb", "", 942.0, None),
    ]
    copper = {"feed": 9.0, "cu concentrate": 7.2, "pb concentrate": 0.56}
    lead = {"feed": 20.0, "cu concentrate": 1.5, "pb concentrate": 16.8}
    copper["cu tails"], lead["cu tails"] = 9.0 - 7.2, 20.0 - 1.5
    copper["final tails"], lead["final tails"] = 1.8 - 0.56, 18.5 - 16.8
    streams = []
    for number, (name, source, target, mass, _) in enumerate(truth):
        shift = np.zeros(3) if noise is None else noise[3 * number : 3 * number + 3]
        assays = {"Cu": copper[name] / mass, "Pb": lead[name] / mass}
        sds = {element: 0.03 * value for element, value in assays.items()}
        moved = {
            element: value + shift[i + 1] * sds[element]
            for i, (element, value) in enumerate(assays.items())
        }
        weighed = (mass + 0.02 * mass * shift[0]) * scale
        streams.append(Stream(name, source, target, weighed, 0.02 * mass * scale, moved, sds))
    return streams


def test_measurements_that_balance_are_left_alone():
    found = reconcile(plant())
    assert found.misfit < 1e-12
    assert found.mass_t["cu concentrate"] == pytest.approx(30.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_answer_is_that_of_a_general_optimiser(seed):
    noise = np.random.default_rng(seed).normal(size=15)
    streams = plant(noise=noise)
    found = reconcile(streams)
    assert found.closure < 1e-9
    names = ["Cu", "Pb"]
    measured = np.array([[s.mass_t, *(s.assays[e] for e in names)] for s in streams])
    sds = np.array([[s.mass_sd_t, *(s.assay_sds[e] for e in names)] for s in streams])

    def misfit(x):
        return float(np.sum(x**2))

    def balances(x):
        table = measured + x.reshape(measured.shape) * sds
        mass, cu, pb = table[:, 0], table[:, 0] * table[:, 1], table[:, 0] * table[:, 2]
        return [
            gap / size
            for flow, size in ((mass, 1e3), (cu, 9.0), (pb, 20.0))
            for gap in (flow[0] - flow[1] - flow[2], flow[2] - flow[3] - flow[4])
        ]

    other = minimize(misfit, np.zeros(15), constraints={"type": "eq", "fun": balances},
                     method="SLSQP", options={"ftol": 1e-15, "maxiter": 500})  # fmt: skip
    assert found.misfit == pytest.approx(other.fun, rel=1e-6)
    table = measured + other.x.reshape(measured.shape) * sds
    for stream, row in zip(streams, table, strict=True):
        assert found.mass_t[stream.name] == pytest.approx(row[0], rel=1e-4)
        assert found.assays[stream.name]["Pb"] == pytest.approx(row[2], rel=1e-4)


def test_errors_shrink_and_the_misfit_is_a_chi_square():
    """Mean of the misfit over many plants: its degrees of freedom, here six balances."""
    misfits = []
    for seed in range(200):
        found = reconcile(plant(noise=np.random.default_rng(seed).normal(size=15)))
        misfits.append(found.misfit)
    assert found.freedom == 6
    assert np.mean(misfits) == pytest.approx(6.0, abs=0.7)
    for name, sd in found.mass_sd_t.items():
        before = next(s.mass_sd_t for s in plant() if s.name == name)
        assert sd < before


def test_a_gross_error_stands_out():
    """A wrong assay that two nodes see is named; one that a single node sees shares the blame."""
    noise = np.zeros(15)
    noise[3 * 2 + 1] = 12.0  # the copper assay of the copper tails, between the two nodes
    found = reconcile(plant(noise=noise))
    worst = max(found.changes, key=lambda name: abs(found.changes[name]))
    assert worst == "cu tails Cu"
    assert found.p_value < 0.01


@settings(deadline=None, max_examples=40)
@given(st.floats(0.005, 0.03), st.floats(0.15, 0.33), st.floats(0.0002, 0.004))
def test_three_assays_and_one_mass_are_the_two_product_formula(head, grade, tails):
    streams = [
        Stream("feed", "", "mill", 100.0, 1.0, {"Cu": head}, {"Cu": 1e-4}),
        Stream("product", "mill", "", None, 0.0, {"Cu": grade}, {"Cu": 1e-3}),
        Stream("tails", "mill", "", None, 0.0, {"Cu": tails}, {"Cu": 1e-4}),
    ]
    found = reconcile(streams)
    recovery = found.mass_t["product"] * grade / (100.0 * head)
    assert recovery == pytest.approx(two_product_recovery(head, grade, tails), rel=1e-4)


def test_the_published_iron_chain_through_the_solver():
    """Company plan of 2024: 3.1 Mt of ore at 40 %, 1.3 Mt at 67 %, 0.9 Mt of HBI at 95 %: the
    recovery of 70.2 % and the furnace's 98.2 % come out of the balance of all streams."""
    streams = [
        Stream("ore", "", "mill", 3.1e6, 1e4, {"Fe": 0.40}, {"Fe": 1e-3}),
        Stream("concentrate", "mill", "furnace", 1.3e6, 1e4, {"Fe": 0.67}, {"Fe": 1e-3}),
        Stream("tailings", "mill", "", None, 0.0, {"Fe": 0.2}, {"Fe": 10.0}),
        Stream("hbi", "furnace", "", 0.9e6, 1e4, {"Fe": 0.95}, {"Fe": 1e-3}),
        Stream("oxygen, fines and slag", "furnace", "", None, 0.0, {"Fe": 0.04}, {"Fe": 10.0}),
    ]
    found = reconcile(streams)
    iron = {name: found.mass_t[name] * found.assays[name]["Fe"] for name in found.mass_t}
    assert round(iron["concentrate"] / iron["ore"], 3) == 0.702
    assert round(iron["hbi"] / iron["concentrate"], 3) == 0.982
    assert found.closure < 1e-9


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"assays": {"Cu": 25.0}}, "percentage"),
        ({"assay_sds": {"Cu": 0.0}}, "an error above 0"),
        ({"assays": {"Zn": 0.1}}, "assays and errors of Cu"),
        ({"mass_t": -1.0, "mass_sd_t": 1.0}, "tonnes and an error"),
        ({"name": "feed"}, "each stream once"),
    ],
)
def test_measurements_without_sense_are_refused(change, word):
    good = {"name": "tails", "source": "mill", "target": "", "mass_t": 97.0, "mass_sd_t": 1.0,
            "assays": {"Cu": 0.002}, "assay_sds": {"Cu": 1e-4}}  # fmt: skip
    streams = [
        Stream("feed", "", "mill", 100.0, 1.0, {"Cu": 0.01}, {"Cu": 1e-4}),
        Stream("product", "mill", "", 3.0, 0.1, {"Cu": 0.25}, {"Cu": 1e-3}),
        Stream(**{**good, **change}),
    ]
    with pytest.raises(LodewayError, match=word):
        reconcile(streams)


def test_no_tonnes_and_no_nodes_are_refused():
    loose = [Stream("a", "", "", 1.0, 1.0, {"Cu": 0.1}, {"Cu": 0.1})]
    with pytest.raises(LodewayError, match="no node"):
        reconcile(loose)
    unweighed = [Stream("a", "", "n", None, 1.0, {"Cu": 0.1}, {"Cu": 0.1})]
    with pytest.raises(LodewayError, match="no tonnes"):
        reconcile(unweighed)


@given(st.floats(0.15, 0.33), st.floats(0.5, 0.98))
def test_recovery_falls_with_grade(grade, recovery):
    curve = recovery_at_grade(np.linspace(0.01, 0.346, 40), 0.01, 0.346, (grade, recovery))
    assert np.all(np.diff(curve) <= 1e-12)
    assert curve[0] == pytest.approx(1.0)
    assert curve[-1] == pytest.approx(0.0, abs=1e-9)
