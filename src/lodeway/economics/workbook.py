"""A fiscal case as a workbook whose formulas recalculate: an auditor changes a term and sees.

Every cell of the ledger is a formula on the inputs, so that a spreadsheet program arrives at the
same cents by its own arithmetic.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lodeway.economics.case import Case
from lodeway.economics.regime import NUMBERS, SHARES, Regime
from lodeway.errors import LodewayError
from lodeway.io import write_bytes

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FIRST_ROW = 2
_MONEY, _SHARE, _PRESENT = "#,##0.00", "0.0000000000", "#,##0.0000"
#: Columns of the ledger and their formulas. ``{x}`` is column x of the row, ``{x<}`` of the row
#: before, ``{x^}`` all rows above, ``{x:}`` the whole column, ``[x]`` a term of the regime.
_FORMULAS: Mapping[str, str] = {
    "bonus": "=IF({year}=0,[signature_bonus_usd],0)"
    "+IF({year}=[first_year],[production_bonus_usd],0)",
    "depreciation": "",
    "profit": "=MAX({revenue}-{opex}-{depreciation},0)",
    "base_royalty": "=MAX({revenue},0)*RATE",
    "royalty": "={base_royalty}+[royalty_usd_per_t_metal]*{metal_t}"
    "+IF(MAX({profit}-{base_royalty},0)>[profit_royalty_from]*{revenue},"
    "[profit_royalty]*MAX({profit}-{base_royalty},0),0)",
    "export_duty": "=[export_duty]*{revenue}",
    "net": "={revenue}-{royalty}-{export_duty}",
    "bank_before": "={cost_bank<}*(1+[cost_uplift])+{opex}+{capex}",
    "cost_recovery": "=MIN({bank_before},MAX([cost_cap]*{net},0))",
    "cost_bank": "={bank_before}-{cost_recovery}",
    "profit_pool": "={net}-{cost_recovery}",
    "r_factor": "=IF({spent<}>0,{got<}/{spent<},0)",
    "gov_rate": "=[gov_profit_share]",
    "pool_share": "={profit_pool}*{gov_rate}",
    "taxable": "={net}-{pool_share}-{bonus}-{opex}-{depreciation}",
    "loss_used": "",
    "tax": "=[tax]*MAX({taxable}-{loss_used},0)",
    "gov_share": "={pool_share}-[state_bears_tax]*{tax}",
    "got": "={got<}+{net}-{gov_share}-{tax}",
    "spent": "={spent<}+{opex}+{capex}",
    "cash": "={net}-{gov_share}-{tax}-{bonus}-{opex}-{capex}",
    "rent_balance": "=MIN({rent_balance<},0)*(1+[rrt_uplift])+{cash}",
    "rrt": "=[rrt]*MAX({rent_balance},0)",
    "dividend": "=[state_equity]*MAX({cash}-{rrt},0)",
    "withholding": "=[withholding]*MAX({cash}-{rrt}-{dividend},0)",
    "investor_ncf": "={cash}-{rrt}-{dividend}-{withholding}",
    "state_take": "={revenue}-{opex}-{capex}-{investor_ncf}",
    "cumulative": "={cumulative<}+{investor_ncf}",
}
_INPUTS = ("year", "revenue", "opex", "capex", "metal_t", "price")
_NO_SHARING = ("bank_before", "cost_recovery", "profit_pool", "r_factor", "gov_rate", "pool_share")
_COLUMNS = (*_INPUTS, *_FORMULAS)


class _Sheet:
    """Turns the short formulas above into cell addresses."""

    def __init__(self, years: int, terms: Mapping[str, str], extra: Sequence[str]) -> None:
        self.last = _FIRST_ROW + years - 1
        self.terms = terms
        self.letters = {name: _letter(number) for number, name in enumerate([*_COLUMNS, *extra])}

    def fill(self, formula: str, row: int) -> str:
        """Return a formula with addresses for a row; before the first row everything is 0."""

        def cell(match: re.Match[str]) -> str:
            name, mark = match.group(1), match.group(2)
            letter = self.letters[name]
            if mark == ":":
                return f"${letter}${_FIRST_ROW}:${letter}${self.last}"
            if mark == "^":
                return f"${letter}$1:{letter}{row - 1}"
            if mark == "<":
                return "0" if row == _FIRST_ROW else f"{letter}{row - 1}"
            return f"{letter}{row}"

        found = re.sub(r"\{(\w+)([<:^]?)\}", cell, formula)
        return re.sub(r"\[(\w+)\]", lambda match: self.terms[match.group(1)], found)


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number + 1))


def write_workbook(case: Case, answers: Mapping[str, Any], path: Path) -> None:
    """Write a case as a workbook with live formulas.

    Sheets: ``Terms`` (regime and rates), ``Ledger`` (a row a year), ``Answers`` (present values,
    rate of return, take and payback as formulas, beside what Lodeway computed exactly).

    Raises
    ------
    LodewayError
        For costs that lapse after some years: no single column can say so.
    """
    from openpyxl import Workbook

    if case.regime.cost_carry_years is not None:
        raise LodewayError(
            "bad-argument", "--xlsx", "cost_carry_years", "costs carried forward without end",
            "the JSON ledger has them",
        )  # fmt: skip
    book = Workbook()
    book.calculation.fullCalcOnLoad = True
    terms_sheet, ledger = book.active, book.create_sheet("Ledger")
    assert terms_sheet is not None
    terms_sheet.title = "Terms"
    years = len(case.flows["revenue"])
    extra = [f"loss_{year}" for year in range(years)]
    sheet = _Sheet(years, _terms(terms_sheet, case), extra)
    _ledger(ledger, sheet, case, extra)
    _answers(book.create_sheet("Answers"), sheet, case, answers)
    _columns_wide(book.worksheets)
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, buffer.getvalue())


def _terms(page: Worksheet, case: Case) -> dict[str, str]:
    """Write every term and return the address of each."""
    addresses: dict[str, str] = {}

    def put(name: str, value: Any) -> None:
        page.append([name, value])
        addresses[name] = f"Terms!$B${page.max_row}"

    page.append(["term", "value"])
    put("kind", case.regime.kind)
    put("dep", case.regime.dep or "none")
    for name in (*SHARES, *NUMBERS):
        value = case.terms.get(name)
        if value is None:
            value = getattr(case.regime, name)
        put(name, "" if value is None else float(value))
    put("state_bears_tax", int(case.regime.tax_bearer == "state"))
    last = _FIRST_ROW + len(case.flows["revenue"]) - 1
    put("first_year", f"=IFERROR(MATCH(TRUE,INDEX(Ledger!$B$2:$B${last}>0,0),0)-1,{last - 1})")
    for name, bands in (("bands", case.regime.bands), ("price_bands", case.regime.price_bands)):
        page.append([f"{name}: from", "share"])
        lower, start = 0.0, page.max_row + 1
        for upper, share in bands:
            page.append([lower, share])
            lower = upper or 0.0
        addresses[name] = f"Terms!$A${start}:$A${page.max_row},Terms!$B${start}:$B${page.max_row}"
    return addresses


def _ledger(page: Worksheet, sheet: _Sheet, case: Case, extra: Sequence[str]) -> None:
    page.append([*_COLUMNS, *extra])
    formulas = _formulas(case.regime)
    for year in range(len(case.flows["revenue"])):
        row = _FIRST_ROW + year
        given = [year, *(float(_at(case.flows.get(name), year)) for name in _INPUTS[1:])]
        formulas["loss_used"] = f"=SUM({{{extra[0]}}}:{{{extra[-1]}}})"
        made = [sheet.fill(formulas[name], row) for name in _FORMULAS]
        page.append([*given, *made, *_loss_cells(sheet, case.regime, extra, row)])
        for number, name in enumerate(_COLUMNS):
            if name != "year":
                shares = name in {"gov_rate", "r_factor"}
                page.cell(row, number + 1).number_format = _SHARE if shares else _MONEY
    page.freeze_panes = "B2"


def _at(values: Sequence[Any] | None, year: int) -> Any:
    return values[year] if values else 0


def _formulas(regime: Regime) -> dict[str, str]:
    """Return the formulas for a kind of regime."""
    found = dict(_FORMULAS)
    if not regime.shares_production:
        found |= dict.fromkeys([*_NO_SHARING, "cost_bank"], "=0")
    if regime.kind == "psa":
        found["r_factor"] = "=0"
    if regime.kind == "rfactor":
        found["gov_rate"] = "=LOOKUP({r_factor},[bands])"
    rate = "[royalty]"
    if regime.price_bands:
        rate = "LOOKUP({price},[price_bands])"
    if regime.royalty_divisor:
        rate = "([royalty_floor]+IF({revenue}>0,{profit}/{revenue},0)/[royalty_divisor])"
    found["base_royalty"] = found["base_royalty"].replace("RATE", rate)
    found["depreciation"] = _wear(regime)
    return found


def _wear(regime: Regime) -> str:
    """Return the formula of depreciation; straight line is a sum over the years of spending."""
    first = "[first_year]" if regime.wears_from_revenue else "0"
    start = f"({{year:}}+({first}-{{year:}})*({{year:}}<{first}))"
    if regime.dep == "sl":
        wearing = f"({{year}}>={start})*({{year}}<{start}+[dep_years])"
        return f"=SUMPRODUCT({{capex:}}*{wearing})/[dep_years]"
    before = "(SUM({capex^})+{capex}-SUM({depreciation^}))"
    if regime.dep == "db":
        share = f"IF({{year}}<{first},0,IF({{year}}=MAX({{year:}}),1,[dep_rate]))"
        return f"={before}*{share}"
    if regime.dep == "uop":
        ahead = "SUMPRODUCT({metal_t:}*({year:}>={year}))"
        return f"=IF({ahead}>0,{before}*{{metal_t}}/{ahead},0)"
    return "=0"


def _loss_cells(sheet: _Sheet, regime: Regime, extra: Sequence[str], row: int) -> list[Any]:
    """Return what each earlier year's loss is used for in this year, oldest first."""
    year = row - _FIRST_ROW
    cells: list[Any] = []
    for origin, name in enumerate(extra):
        alive = regime.loss_years is None or year <= origin + regime.loss_years
        if not (origin < year and alive):
            cells.append(0)
            continue
        older = f"-SUM({{{extra[0]}}}:{{{extra[origin - 1]}}})" if origin else ""
        born = f"MAX(-{sheet.letters['taxable']}{_FIRST_ROW + origin},0)"
        room = f"MAX({{taxable}},0){older}"
        cells.append(sheet.fill(f"=MIN({born}-SUM({{{name}^}}),{room})", row))
    return cells


def _answers(page: Worksheet, sheet: _Sheet, case: Case, answers: Mapping[str, Any]) -> None:
    """Write each answer as a formula, beside the exact one."""
    page.append(["answer", "recalculated", "exact"])

    def column(name: str) -> str:
        letter = sheet.letters[name]
        return f"Ledger!${letter}${_FIRST_ROW}:${letter}${sheet.last}"

    for text, rate in case.rates:
        for when, shift in (("end", 1.0), ("mid", 0.5)):
            for name in ("investor_ncf", "state_take"):
                key = f"npv_{name}_{text}_{when}"
                formula = f"=SUMPRODUCT({column(name)}/(1+{rate})^({column('year')}+{shift}))"
                page.append([key, formula, float(answers[key])])
                page.cell(page.max_row, 2).number_format = _PRESENT
    for number, root in enumerate(answers["irr_roots"]):
        present = f"=SUMPRODUCT({column('investor_ncf')}/(1+C{page.max_row + 1})^{column('year')})"
        page.append([f"irr_root_{number} (value at this rate, near 0)", present, float(root)])
    cash = "+".join(f"-SUM({column(name)})" for name in ("opex", "capex"))
    whole = f"(SUM({column('revenue')}){cash.replace('+-', '-')})"
    share = answers["state_take_share_undiscounted"]
    page.append(
        ["state_take_share_undiscounted",
         f'=IF({whole}=0,"none",SUM({column("state_take")})/{whole})',
         "none" if share is None else float(share)]
    )  # fmt: skip


def _columns_wide(pages: Sequence[Worksheet]) -> None:
    """Make columns wide enough to read."""
    for page in pages:
        for number in range(1, page.max_column + 1):
            page.column_dimensions[_letter(number - 1)].width = (
                34 if page.title == "Answers" else 17
            )
