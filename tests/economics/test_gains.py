"""Gains of mine, buyer, carriers and states: whatever the contract, the parts are the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.economics.gains import Margins, split
from lodeway.economics.netback import Choice, Sale
from lodeway.economics.world import Product
from lodeway.errors import LodewayError

DRAWS = 5
usd = st.floats(0.0, 500.0)
share = st.floats(0.0, 1.0)


def product(delivered, freight, to_point, passed, haul, fees, choice=0):
    ones = np.ones(DRAWS)
    sale = Sale(delivered * ones, to_point * ones, (freight - to_point) * ones, passed * ones)
    left = (delivered - freight) * ones
    return Product(
        Choice(np.full(DRAWS, choice), ones), left, sale.mine_gate, left, delivered * ones,
        freight * ones, sale.mine_gate, haul * freight * ones, fees * freight * ones,
    )  # fmt: skip


@settings(deadline=None)
@given(
    st.floats(0.0, 3000.0), usd, usd, share, share, share, share, share, share, share,
    st.floats(1.0, 3e6),
)  # fmt: skip
def test_the_parts_sum_to_the_whole(
    delivered, before, after, point, passed, haul, fees, carrier, transit, split_a, tonnes
):
    without = product(delivered, before, point * before, passed, haul, (1 - haul) * fees)
    with_ = product(delivered, after, point * after, passed, haul, (1 - haul) * fees)
    margins = Margins(np.full(DRAWS, carrier), np.full(DRAWS, transit))
    found = split(
        with_, without, np.full(DRAWS, tonnes), margins,
        shares_with={"AAA": split_a, "BBB": 1.0 - split_a}, shares_without={"AAA": 1.0},
    )  # fmt: skip
    whole = found.pop("whole")
    scale = np.maximum(1.0, (delivered + 1.0) * tonnes)
    assert np.all(np.abs(sum(found.values()) - whole) <= 1e-9 * scale)


def test_who_gains_by_hand():
    """20 USD less freight beyond the point, half of it passed on, 100,000 t: 1 MUSD to each."""
    without = product(2000.0, 100.0, 10.0, 0.5, 0.0, 0.0)
    with_ = product(2000.0, 80.0, 10.0, 0.5, 0.0, 0.0)
    found = split(with_, without, np.full(DRAWS, 1e5), Margins(np.zeros(DRAWS), np.zeros(DRAWS)),
                  shares_with={}, shares_without={})  # fmt: skip
    assert found["mine"] == pytest.approx(1e6)
    assert found["buyer"] == pytest.approx(1e6)
    assert found["carriers and ports"] == pytest.approx(0.0)


def test_parts_that_do_not_sum_are_refused(monkeypatch):
    import lodeway.economics.gains as gains

    monkeypatch.setattr(gains, "_worth", lambda *_: np.full(DRAWS, 7.0))
    without, with_ = product(1.0, 9.0, 1.0, 0.5, 0.5, 0.1), product(1.0, 5.0, 1.0, 0.5, 0.5, 0.1)
    with pytest.raises(LodewayError, match="sum to the whole"):
        split(with_, without, np.full(DRAWS, 1e5), Margins(np.ones(DRAWS), np.ones(DRAWS)),
              shares_with={"AAA": 1.0}, shares_without={"AAA": 1.0})  # fmt: skip
