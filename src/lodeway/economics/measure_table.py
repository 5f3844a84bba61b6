"""The measures of every project's cash flow in the baseline, one row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.decisions import chance_of_gain, cvar, evpi
from lodeway.economics.fiscal import Ledger, irr, npv
from lodeway.economics.flows import Flows
from lodeway.economics.measures import (
    break_even_factor,
    mirr,
    payback_years,
    profitability_index,
)
from lodeway.economics.regime import Regime
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
_TAIL = 0.1


def measure_table(
    books: Mapping[tuple[str, str], tuple[Flows, Ledger]],
    regimes: Mapping[str, Regime],
    projects: Sequence[str],
    baseline: str,
    rate: float,
) -> pd.DataFrame:
    """Return present value, return, payback, index, take and risk of each project.

    Columns: project, measure, unit, p10, p50, p90, draws (worlds that have a number), and value for
    measures of all worlds together (chance of gain, mean of the worst tenth, worth of knowing
    everything before deciding to build, multiple of revenue that breaks even).
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for project in projects:
        flows, ledger = books[project, baseline]
        investor = ledger.investor_ncf
        values = npv(investor, rate)
        cash = flows.revenue - flows.opex - flows.capex
        for name, unit, numbers in _spread(flows, ledger, values, cash, rate):
            rows.append({"project": project, "measure": name, "unit": unit, "value": None,
                         **_quantiles(numbers)})  # fmt: skip
        for name, unit, value in _single(regimes[project], flows, values, rate):
            rows.append({"project": project, "measure": name, "unit": unit, "value": value,
                         "p10": None, "p50": None, "p90": None, "draws": len(values)})  # fmt: skip
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(("value", "p10", "p50", "p90"), "float64"))


def _quantiles(numbers: Array) -> dict[str, Any]:
    found = quantiles(numbers)
    found["draws"] = int(np.isfinite(numbers).sum())
    return dict(found)


def _spread(
    flows: Flows, ledger: Ledger, values: Array, cash: Array, rate: float
) -> list[tuple[str, str, Array]]:
    """Return the measures that each world has of its own."""
    investor = ledger.investor_ncf
    first = np.argmax(np.abs(investor) > 0.0, axis=1)
    invests = investor[np.arange(len(investor)), first] < 0.0
    alone, _ = irr(investor, threads=1)
    whole = npv(cash, rate)
    state = npv(ledger.state_take, rate)
    spent = npv(flows.capex, rate) > 0.0

    def where(good: NDArray[np.bool_], numbers: Array) -> Array:
        return np.where(good, numbers, np.nan)

    with np.errstate(divide="ignore", invalid="ignore"):
        index = profitability_index(investor, flows.capex, rate)
        share = state / whole
        plain = ledger.state_take.sum(axis=1) / cash.sum(axis=1)
    return [
        ("npv", "USD", values),
        ("irr", "1/y", where(invests, alone)),
        ("mirr", "1/y", where(invests, mirr(investor, rate, rate))),
        ("payback", "y", payback_years(investor)),
        ("profitability-index", "1", where(spent, index)),
        ("state-take", "1", where(cash.sum(axis=1) > 0.0, plain)),
        ("state-take-discounted", "1", where(whole > 0.0, share)),
    ]


def _single(
    regime: Regime, flows: Flows, values: Array, rate: float
) -> list[tuple[str, str, float]]:  # fmt: skip
    """Return the measures of all worlds together."""
    found = [
        ("chance-of-gain", "1", chance_of_gain(values)),
        ("mean-of-worst-tenth", "USD", cvar(values, _TAIL)),
        ("worth-of-knowing-all", "USD", evpi(np.stack([values, np.zeros_like(values)]))),
    ]
    needs_more = regime.royalty_usd_per_t_metal or regime.dep == "uop" or regime.price_bands
    if not needs_more:
        factor = break_even_factor(regime, flows.revenue, flows.opex, flows.capex, rate)
        found.append(("break-even-revenue", "1", factor))
    return found
