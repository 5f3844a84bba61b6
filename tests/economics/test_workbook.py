"""The workbook's formulas, recalculated by a spreadsheet program that shares no code with us."""

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from lodeway.economics.case import make_case, read_case, solve
from lodeway.economics.workbook import write_workbook
from lodeway.errors import LodewayError

CASES = Path(__file__).resolve().parents[1] / "data" / "fiscal_cases"
FLOWS = {
    "revenue": [0, 0, 60.1, 90.33, 20.7, 80, 85.55, 90], "opex": [0, 3, 40, 41, 42, 43, 30, 30],
    "capex": [45.01, 60, 4, 4, 9.99, 4, 4, 0], "metal_t": [0, 0, 1, 2, 2, 3, 3, 1],
    "price": [1, 2, 3, 4, 5, 6, 7, 8], "rates": ["0.08", "-0.02"],
}  # fmt: skip
REGIMES = [
    {"kind": "psa", "cost_cap": 0.6, "gov_profit_share": 0.4, "tax": 0.3, "dep": "db",
     "dep_rate": 0.25, "loss_years": 2, "cost_uplift": 0.05, "tax_bearer": "state",
     "signature_bonus_usd": 3, "production_bonus_usd": 2},
    {"kind": "royalty", "royalty_floor": 0.04, "royalty_divisor": 8, "profit_royalty": 0.15,
     "profit_royalty_from": 0.1, "tax": 0.18, "dep": "sl", "dep_years": 3, "loss_years": 1,
     "withholding": 0.05, "state_equity": 0.2, "export_duty": 0.01},
    {"kind": "rfactor", "cost_cap": 0.7, "bands": [[0.5, 0.1], [1, 0.3], [None, 0.6]],
     "tax": 0.2, "dep": "uop", "rrt": 0.4, "rrt_uplift": 0.1, "royalty_usd_per_t_metal": 0.5},
    {"kind": "royalty", "price_bands": [[5, 0.01], [None, 0.2]], "dep": "db", "dep_rate": 0.3,
     "dep_from": "revenue", "tax": 0.25},
]  # fmt: skip


def cases():
    names = ["psa_75_51", "royalty5_cit20", "rfactor", "lossmaking_psa_75_51"]
    found = {name: read_case(CASES / f"{name}.json") for name in names}
    for number, regime in enumerate(REGIMES):
        found[f"own{number}"] = make_case({**FLOWS, "regime": regime}, "x")
    return found


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("no LibreOffice here to recalculate the formulas")
    folder = tmp_path_factory.mktemp("books")
    for name, case in cases().items():
        write_workbook(case, solve(case), folder / f"{name}.xlsx")
    out = folder / "out"
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to",
         "xlsx", "--outdir", str(out), *map(str, sorted(folder.glob("*.xlsx")))],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out


@pytest.mark.parametrize("name", cases())
def test_a_spreadsheet_program_arrives_at_the_same_cent(recalculated, name):
    book = load_workbook(recalculated / f"{name}.xlsx", data_only=True)
    answers = solve(cases()[name])
    rows = list(book["Ledger"].iter_rows(values_only=True))
    header = rows[0]
    for row, exact in zip(rows[1:], answers["ledger"], strict=True):
        for column, text in exact.items():
            value = row[header.index(column)]
            half = 0.0051 if column not in {"gov_rate", "r_factor"} else 1e-9
            assert value == pytest.approx(float(Decimal(text)), abs=half), (column, exact["year"])
    checked = 0
    for answer, value, exact in book["Answers"].iter_rows(min_row=2, values_only=True):
        if "irr_root" in answer:
            assert abs(value) < 0.01
        elif exact != "none":
            assert value == pytest.approx(exact, abs=1e-3 if "npv" in answer else 1e-9), answer
        checked += 1
    assert checked >= 9 if len(answers["ledger"]) == 15 else checked >= 8


def test_the_cells_are_formulas_and_say_no_texts_that_run(tmp_path):
    case = cases()["rfactor"]
    write_workbook(case, solve(case), tmp_path / "x.xlsx")
    ledger = load_workbook(tmp_path / "x.xlsx")["Ledger"]
    assert str(ledger["H3"].value).startswith("=SUMPRODUCT")


def test_costs_that_lapse_are_refused(tmp_path):
    regime = {"kind": "psa", "gov_profit_share": 0.5, "cost_carry_years": 3}
    case = make_case({**FLOWS, "regime": regime}, "x")
    with pytest.raises(LodewayError, match="cost_carry_years"):
        write_workbook(case, solve(case), tmp_path / "x.xlsx")
