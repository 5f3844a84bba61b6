"""The owners' view of a fiscal case: a loan on its capital, cover ratios, equity flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np

from lodeway.economics.case import Case, plain
from lodeway.economics.debt import Loan, schedule
from lodeway.economics.exact import Row
from lodeway.economics.fiscal import npv
from lodeway.economics.roots import irr_roots
from lodeway.errors import LodewayError, suggestion

_COLUMNS = ("drawn", "interest", "repaid", "fees", "balance", "equity")


def loan_answers(case: Case, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the schedule of a case's ``loan``, its cover, and what the owners make of it.

    Capital before the first revenue is built with the loan; later capital comes out of cash, as
    does what the state takes. Interest gives no tax shield.

    Raises
    ------
    LodewayError
        For terms that are unknown or make no sense, and a loan that outlives the project.
    """
    assert case.loan is not None
    loan = _loan(case.loan)
    table = {
        name: np.array([[float(row[name]) for row in rows]])
        for name in ("revenue", "capex", "investor_ncf")
    }
    sold = np.nonzero(table["revenue"][0] > 0.0)[0]
    first = int(sold[0]) if len(sold) else len(rows)
    built = np.where(np.arange(len(rows)) < first, table["capex"], 0.0)
    found = schedule(table["investor_ncf"] + built, built, loan)
    equity = found.equity[0]
    lines = [
        {"year": str(year), **{name: _text(getattr(found, name)[0, year], 2) for name in _COLUMNS},
         "dscr": _text(found.dscr[0, year], 4)}
        for year in range(len(rows))
    ]  # fmt: skip
    values = {
        f"npv_equity_{text}_end": _text(float(npv(equity, float(rate))), 4)
        for text, rate in case.rates
    }
    return {
        "schedule": lines,
        "lowest_dscr": _text(float(found.lowest_dscr[0]), 4),
        "llcr": _text(float(found.llcr[0]), 4),
        "equity_irr_roots": [_text(root, 10) for root in irr_roots(equity)],
        **values,
    }


def _loan(terms: Any) -> Loan:
    """Return the loan that a case names; numbers come as decimals."""
    known = [field.name for field in fields(Loan)]
    for key in terms:
        if key not in known:
            raise LodewayError("bad-study", f"case loan {key}", "an unknown term",
                               f"one of {', '.join(known)}", suggestion(key, known))  # fmt: skip
    for key in ("gearing", "rate", "tenor_years"):
        if key not in terms:
            raise LodewayError("missing", f"case loan {key}", "nothing", "a number")
    plain_terms: dict[str, Any] = {}
    for key, value in terms.items():
        if key == "style":
            plain_terms[key] = str(value)
        elif key == "capitalise":
            plain_terms[key] = bool(value)
        elif isinstance(value, Decimal):
            plain_terms[key] = int(value) if key.endswith("_years") else float(value)
        else:
            raise LodewayError("bad-number", f"case loan {key}", repr(value), "a number")
    return Loan(**plain_terms)


def _text(value: float, places: int) -> str | None:
    """Return a plain decimal text; None where there is no number."""
    return plain(Decimal(repr(float(value))), places) if np.isfinite(value) else None
