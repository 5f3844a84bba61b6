"""A loan in a fiscal case, through the file that a user writes."""

import json

import pytest

from lodeway.economics.case import read_case, solve
from lodeway.errors import LodewayError

CASE = {
    "revenue": [0, 0, 90, 90, 90, 90, 90, 90], "opex": [0, 0, 30, 30, 30, 30, 30, 30],
    "capex": [60, 60, 5, 5, 5, 5, 5, 5], "rates": ["0.10"],
    "regime": {"kind": "royalty", "royalty": 0.05, "tax": 0.2, "dep": "sl", "dep_years": 5},
    "loan": {"gearing": 0.6, "rate": 0.08, "tenor_years": 4, "grace_years": 1,
             "style": "sculpted", "target_dscr": 2.0, "cover": 0.95, "cover_premium": 0.05},
}  # fmt: skip


def solved(tmp_path, **change):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**CASE, **change}))
    return solve(read_case(path))


def test_the_owners_view_adds_up(tmp_path):
    without = solved(tmp_path, loan=None)
    found = solved(tmp_path)
    loan = found.pop("loan")
    assert found == without
    lines = loan["schedule"]
    drawn = sum(float(line["drawn"]) for line in lines)
    assert drawn == pytest.approx(0.6 * 120)
    premium = sum(float(line["fees"]) for line in lines)
    assert premium == pytest.approx(0.95 * 0.05 * 72)
    paid = sum(float(line["interest"]) + float(line["repaid"]) for line in lines)
    investor = sum(float(row["investor_ncf"]) for row in without["ledger"])
    equity = sum(float(line["equity"]) for line in lines)
    assert equity == pytest.approx(investor + drawn - paid - premium, abs=0.05)
    assert float(loan["lowest_dscr"]) >= 2.0 - 1e-3
    assert float(loan["equity_irr_roots"][0]) > float(without["irr_roots"][0])  # leverage


@pytest.mark.parametrize(
    ("loan", "word"),
    [
        ({"gearing": 0.6, "rate": 0.08}, "tenor_years"),
        ({"gearing": 0.6, "rate": 8, "tenor_years": 4}, "0.07"),
        ({"gearing": 0.6, "rate": 0.08, "tenor_years": 40}, "at most"),
        ({"gearing": 0.6, "rate": 0.08, "tenor_years": 4, "gracs_years": 1}, "grace_years"),
        ({"gearing": "much", "rate": 0.08, "tenor_years": 4}, "a number"),
        ([1], "terms by name"),
    ],
)
def test_loans_without_sense_are_refused(tmp_path, loan, word):
    with pytest.raises(LodewayError, match=word):
        solved(tmp_path, loan=loan)
