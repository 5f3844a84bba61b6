"""One project's fiscal case from a JSON file: the ledger and every answer as plain decimals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext
from pathlib import Path
from typing import Any

from lodeway.economics.exact import COLUMNS, DIGITS, ZERO, Row, exact_ledger
from lodeway.economics.regime import NUMBERS, SHARES, Regime, make_regime
from lodeway.economics.roots import exact_irr_roots
from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text

_FLOWS = ("revenue", "opex", "capex")
_OPTIONAL = ("metal_t", "price")
_NEEDED = (*_FLOWS, "regime", "rates")
_MOST_YEARS = 1200
_SHARES_SHOWN = {"gov_rate": 10, "r_factor": 10}
_VALUED = ("investor_ncf", "state_take")


@dataclass(frozen=True)
class Case:
    """What a case file says, exactly: flows by year, the regime and the discount rates."""

    flows: Mapping[str, list[Decimal]]
    regime: Regime
    terms: Mapping[str, Any]
    rates: Sequence[tuple[str, Decimal]]
    loan: Mapping[str, Any] | None = None


def plain(value: Decimal, places: int) -> str:
    """Return a number as a plain text with so many decimal places, halves to even.

    Examples
    --------
    >>> plain(Decimal("0E-10"), 10), plain(Decimal("-0.004"), 2), plain(Decimal("1E+3"), 2)
    ('0.0000000000', '0.00', '1000.00')
    """
    rounded = value.quantize(Decimal(1).scaleb(-places))
    return format(rounded.copy_abs() if rounded == 0 else rounded, "f")


def read_case(path: Path) -> Case:
    """Read a case file.

    Raises
    ------
    LodewayError
        For a file that is no JSON, a key that is missing, a year that is no number, flows of
        different lengths, and terms that make no sense.
    """
    where = path.name
    try:
        found = json.loads(
            read_text(path), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant
        )
    except json.JSONDecodeError as problem:
        raise LodewayError("bad-study", f"{where}:{problem.lineno}", problem.msg, "JSON") from None
    except RecursionError:
        raise LodewayError("bad-study", where, "brackets without end", "JSON") from None
    if not isinstance(found, dict):
        raise LodewayError("bad-study", where, type(found).__name__, "an object with names")
    return make_case(found, where)


def _no_constant(name: str) -> Decimal:
    raise LodewayError("bad-number", "JSON", name, "a finite number")


def make_case(found: Mapping[str, Any], where: str) -> Case:
    """Check a case and return it; numbers may be written as numbers or as texts."""
    for key in _NEEDED:
        if key not in found:
            raise LodewayError("missing", f"{where} {key}", "nothing", "a value",
                               suggestion(key, found))  # fmt: skip
    flows = {key: _money(found[key], f"{where} {key}") for key in _FLOWS}
    flows |= {key: _money(found[key], f"{where} {key}") for key in _OPTIONAL if key in found}
    years = len(flows["revenue"])
    for key, values in flows.items():
        if len(values) != years:
            raise LodewayError("bad-number", f"{where} {key}", f"{len(values)} years",
                               f"{years}, as in revenue")  # fmt: skip
        if key != "price" and any(value < 0 for value in values):
            year = next(number for number, value in enumerate(values) if value < 0)
            raise LodewayError("bad-number", f"{where} {key}[{year}]", values[year],
                               "an amount from 0", "a refund goes to the other column")  # fmt: skip
    if not isinstance(found["regime"], Mapping):
        raise LodewayError("bad-study", f"{where} regime", repr(found["regime"]), "terms by name")
    terms = _exact_terms(found["regime"], f"{where} regime")
    regime = make_regime(_as_floats(terms), f"{where} regime")
    _needs(regime, flows, where)
    loan = found.get("loan")
    if loan is not None and not isinstance(loan, Mapping):
        raise LodewayError("bad-study", f"{where} loan", repr(loan), "terms by name")
    return Case(flows, regime, terms, _rates(found["rates"], f"{where} rates"), loan)


def _needs(regime: Regime, flows: Mapping[str, Any], where: str) -> None:
    """Refuse a case that lacks what its terms slide with."""
    wanted = {
        "metal_t": regime.dep == "uop" or regime.royalty_usd_per_t_metal > 0.0,
        "price": bool(regime.price_bands),
    }
    for key, needed in wanted.items():
        if needed and key not in flows:
            raise LodewayError("missing", f"{where} {key}", "nothing", "a number for each year")


def _money(values: Any, where: str) -> list[Decimal]:
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_YEARS:
        raise LodewayError("bad-number", where, type(values).__name__,
                           f"a list of 1 to {_MOST_YEARS} years")  # fmt: skip
    return [_decimal(value, f"{where}[{year}]") for year, value in enumerate(values)]


def _decimal(value: Any, where: str) -> Decimal:
    try:
        if isinstance(value, bool) or value is None:
            raise TypeError
        number = Decimal(value) if isinstance(value, Decimal | str) else Decimal(str(value))
        if not number.is_finite() or abs(number) > Decimal("1e24"):
            raise ValueError
    except (DecimalException, TypeError, ValueError):
        cure = "a year without money is 0, not a gap" if value is None else ""
        raise LodewayError("bad-number", where, repr(value), "a finite number", cure) from None
    return number


def _rates(rates: Any, where: str) -> list[tuple[str, Decimal]]:
    """Return discount rates with their text, which names the answers."""
    if not isinstance(rates, list):
        raise LodewayError("bad-number", where, repr(rates), "a list of rates")
    found = []
    for number, rate in enumerate(rates):
        value = _decimal(rate, f"{where}[{number}]")
        if not -1 < value < 1:
            cure = f"write {value / 100}" if 1 <= value <= 100 else ""
            raise LodewayError("bad-fraction", f"{where}[{number}]", rate,
                               "a rate such as 0.10", cure)  # fmt: skip
        found.append((str(rate).strip(), value))
    return found


def _exact_terms(terms: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the regime's numbers as decimals, its words as they are, without nulls."""
    found: dict[str, Any] = {}
    for key, value in terms.items():
        if value is None or (key == "dep" and value in {"", "none"}):
            continue
        if key in {"bands", "price_bands"}:
            found[key] = _exact_bands(value, f"{where} {key}")
        elif key in SHARES or key in NUMBERS:
            found[key] = _decimal(value, f"{where} {key}")
        else:
            found[key] = value
    return found


def _exact_bands(bands: Any, where: str) -> list[list[Any]]:
    if not isinstance(bands, list) or any(not isinstance(b, list) or len(b) != 2 for b in bands):
        raise LodewayError("bad-study", where, repr(bands), "a list of [upper or null, share]")
    return [
        [None if upper is None else _decimal(upper, where), _decimal(share, where)]
        for upper, share in bands
    ]


def _as_floats(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms for `make_regime`, which checks them."""

    def plain_number(value: Any) -> Any:
        if isinstance(value, list):
            return [plain_number(item) for item in value]
        return float(value) if isinstance(value, Decimal) else value

    return {key: plain_number(value) for key, value in terms.items()}


def solve(case: Case) -> dict[str, Any]:
    """Return the ledger and the answers: present values, rates of return, take and payback.

    Money has 2 decimal places, present values 4, rates 10, shares and payback 12, rates of return
    14; halves are rounded to even.
    """
    flows = case.flows
    rows = exact_ledger(case.regime, case.terms, flows["revenue"], flows["opex"], flows["capex"],
                        flows.get("metal_t", ()), flows.get("price", ()))  # fmt: skip
    answers: dict[str, Any] = {"ledger": [_printed(row) for row in rows]}
    with localcontext() as context:
        context.prec = DIGITS
        for text, rate in case.rates:
            for when, shift in (("end", Decimal(1)), ("mid", Decimal("0.5"))):
                for column in _VALUED:
                    value = sum((row[column] / (1 + rate) ** (row["year"] + shift)
                                 for row in rows), ZERO)  # fmt: skip
                    answers[f"npv_{column}_{text}_{when}"] = plain(value, 4)
        answers["irr_roots"] = [
            plain(root, 14) for root in exact_irr_roots([row["investor_ncf"] for row in rows])
        ]
        cash = sum((row["revenue"] - row["opex"] - row["capex"] for row in rows), ZERO)
        take = sum((row["state_take"] for row in rows), ZERO)
        answers["state_take_share_undiscounted"] = plain(take / cash, 12) if cash else None
        payback = exact_payback([row["investor_ncf"] for row in rows])
        answers["payback_years_from_start"] = None if payback is None else plain(payback, 12)
    if case.loan is not None:
        from lodeway.economics.case_loan import loan_answers

        answers["loan"] = loan_answers(case, rows)
    return answers


def exact_payback(flows: Sequence[Decimal]) -> Decimal | None:
    """Return the years until cumulative money first comes back to zero, in proportion in a year.

    None where it never does, or where nothing was ever laid out.

    Examples
    --------
    >>> exact_payback([Decimal(-100), Decimal(50), Decimal(100)])
    Decimal('2.5')
    """
    held = ZERO
    for year, flow in enumerate(flows):
        if held < 0 <= held + flow:
            return year - held / flow
        held += flow
    return None


def _printed(row: Row) -> dict[str, str]:
    """Return a ledger row as texts; columns beyond the usual ones only where they hold money."""
    extra = [name for name in ("bonus", "export_duty", "dividend", "withholding") if row[name]]
    return {
        name: plain(row[name], 0 if name == "year" else _SHARES_SHOWN.get(name, 2))
        for name in (*COLUMNS, *extra)
    }
