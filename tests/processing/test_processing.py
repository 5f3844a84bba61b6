"""Plants balance, and refuse what matter cannot do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.errors import LodewayError
from lodeway.processing.balance import ceiling, two_product_recovery
from lodeway.processing.flotation import Concentrate, float_ore
from lodeway.processing.iron import implied_yields, iron_chain


def test_two_product_formula_on_a_textbook_case():
    """Wills and Finch: feed 2.5 %, concentrate 25 %, tailings 0.25 %: 90.9 % recovered."""
    assert two_product_recovery(2.5, 25.0, 0.25) == pytest.approx(0.909, abs=5e-4)


@settings(deadline=None)
@given(
    st.floats(1e4, 1e8), st.floats(0.002, 0.03), st.floats(0.3, 0.98), st.floats(0.15, 0.34),
    st.floats(1e-7, 5e-6), st.floats(0.0, 0.9),
)  # fmt: skip
def test_flotation_closes_for_every_element(ore, head, recovery, grade, gold, gold_recovery):
    product = Concentrate(
        "copper-concentrate", "Cu", np.array([grade]),
        {"Cu": np.array([recovery]), "Au": np.array([gold_recovery])},
    )  # fmt: skip
    outputs, tailings, error = float_ore(
        np.array([ore]), {"Cu": np.array([head]), "Au": np.array([gold])}, [product], "t"
    )
    assert error <= 1e-9
    copper = outputs[0].t_per_y * grade + tailings.t_per_y * tailings.content["Cu"]
    assert copper == pytest.approx(ore * head, rel=1e-12)
    assay = float(tailings.content["Cu"][0])
    if 1e-6 < assay < head < grade:
        assert two_product_recovery(head, grade, assay) == pytest.approx(recovery, rel=1e-6)


@pytest.mark.parametrize(
    ("head", "grade", "recovery", "word"),
    [
        (0.01, 0.25, 1.2, "recovery of Cu"),
        (0.01, 0.25, 85.0, "percentage"),
        (0.01, 0.90, 0.85, "grade of Cu"),  # richer than chalcocite
        (0.30, 0.20, 0.90, "concentrates to ore"),  # more concentrate than ore
    ],
)
def test_what_matter_cannot_do_is_refused(head, grade, recovery, word):
    product = Concentrate(
        "copper-concentrate", "Cu", np.array([grade]), {"Cu": np.array([recovery])}
    )
    with pytest.raises(LodewayError, match=word):
        float_ore(np.array([1e6]), {"Cu": np.array([head])}, [product], "project x")


def test_the_published_iron_chain_gives_back_its_yields():
    recovery, kept = implied_yields(3.1e6, 0.40, 1.3e6, 0.67, 0.9e6, 0.95)
    assert (round(recovery, 3), round(kept, 3)) == (0.702, 0.982)
    shares = {"head_fe": 0.40, "recovery_fe": recovery, "concentrate_fe": 0.67, "pellet_fe": 0.67,
              "hbi_fe": 0.95, "dr_yield": kept}  # fmt: skip
    chain = iron_chain("hbi", np.array([0.9e6]), {k: np.array([v]) for k, v in shares.items()}, "x")
    assert chain.ore_t[0] == pytest.approx(3.1e6, rel=1e-9)
    assert chain.streams["iron-concentrate"][0] == pytest.approx(1.3e6, rel=1e-9)
    assert chain.closure <= 1e-9


@pytest.mark.parametrize(
    ("mineral", "element", "formula"),
    [("iron-concentrate", "Fe", 3 * 55.845 / 231.531), ("zinc-concentrate", "Zn", 65.38 / 97.44),
     ("lead-concentrate", "Pb", 207.2 / 239.26)],
)  # fmt: skip
def test_ceilings_are_those_of_the_formula(mineral, element, formula):
    assert ceiling(mineral, element) == pytest.approx(formula, abs=1e-3)
