"""What states disclosed, beside what the model says of that year: the miss is printed.

A back-cast asks the model about a year that is over: the plant at full output, the price of that
year, today's terms and costs. Where it misses, one of these was not so; it cannot say which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import Ledger, run_regime
from lodeway.economics.flows import Flows
from lodeway.economics.prices import means_by_year
from lodeway.economics.regime import Regime
from lodeway.errors import LodewayError, suggestion
from lodeway.model.facts import Facts
from lodeway.model.figure import quantiles
from lodeway.model.parameters import fact_in

if TYPE_CHECKING:
    import pandas as pd

    from lodeway.model.stage import StageContext

Array = NDArray[np.float64]
INSTRUMENTS = ("taxes", "shares", "dividends", "all")
_YEARS, _STEADY = 14, 10
_KEYS = ("project", "year", "paid", "units_per_usd", "instrument", "price", "level", "to_money",
         "note")  # fmt: skip


def steady_receipts(
    regime: Regime, revenue: Array, opex: Array, sustaining: Array, metal_t: Array
) -> dict[str, Array]:
    """Return what the state takes in a year of a mine that has run like this for ten years.

    Parameters
    ----------
    regime
        The terms.
    revenue, opex, sustaining, metal_t
        Of one year of full output, ``(draw,)``.

    Returns
    -------
    dict
        ``taxes``, ``shares``, ``dividends`` and ``all``, ``(draw,)``, USD.

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = steady_receipts(Regime("royalty", royalty=0.1), 100 * one, 50 * one, 0 * one, one)
    >>> float(found["taxes"][0])
    10.0
    """
    flows = [
        np.repeat(flow[:, None], _YEARS, axis=1) for flow in (revenue, opex, sustaining, metal_t)
    ]
    ledger: Ledger = run_regime(regime, *flows)
    parts = {
        "taxes": ledger.taxes[:, _STEADY],
        "shares": ledger.gov_share[:, _STEADY],
        "dividends": ledger.dividend[:, _STEADY],
    }
    return {**parts, "all": parts["taxes"] + parts["shares"] + parts["dividends"]}


def backcast_table(
    context: StageContext,
    facts: Facts,
    books: Mapping[tuple[str, str], tuple[Flows, Ledger]],
    regimes: Mapping[str, Regime],
    baseline: str,
) -> pd.DataFrame:
    """Return a row for each ``[[economics.disclosed]]``: disclosed, model, miss.

    Keys of a section: `project`, `year`, `paid` (a fact, in any currency), `units_per_usd` (a fact,
    for another currency than the dollar), `instrument`, `price` (the main price) with `level` (a
    fact) or the long series, and `to_money` (a fact: factor from the year's money to the study's).

    Raises
    ------
    LodewayError
        For an unknown key, project, price or instrument, and a year without a price.
    """
    import pandas as pd

    rows = []
    for number, entry in enumerate(context.settings["economics"].get("disclosed", [])):
        where = f"study.toml economics.disclosed[{number}]"
        _check(entry, [project for project, _ in books], where)
        project = str(entry["project"])
        flows = books[project, baseline][0]
        said, source = _paid(entry, facts, where)
        year = int(np.argmax(np.median(flows.output, axis=0) > 0.999))
        ratio = _price_ratio(context, facts, entry, year, where)
        found = steady_receipts(
            regimes[project],
            flows.revenue[:, year] * ratio,
            flows.opex[:, year],
            flows.capex[:, year],
            flows.metal_t[:, year],
        )[str(entry.get("instrument", "taxes"))]
        rows.append(_row(entry, said, found, source))
    return pd.DataFrame(rows)


def _check(entry: Mapping[str, Any], projects: list[str], where: str) -> None:
    for key in entry:
        if key not in _KEYS:
            raise LodewayError("bad-study", f"{where}.{key}", "an unknown key",
                               f"one of {', '.join(_KEYS)}", suggestion(key, _KEYS))  # fmt: skip
    if entry.get("project") not in projects:
        raise LodewayError("unknown-id", f"{where}.project", repr(entry.get("project")),
                           "the name of a [[project]]",
                           suggestion(str(entry.get("project")), projects))  # fmt: skip
    if entry.get("instrument", "taxes") not in INSTRUMENTS:
        raise LodewayError("bad-study", f"{where}.instrument", repr(entry["instrument"]),
                           f"one of {', '.join(INSTRUMENTS)}")  # fmt: skip


def _paid(
    entry: Mapping[str, Any], facts: Facts, where: str
) -> tuple[tuple[float, float, float], str]:
    """Return what was disclosed in dollars of the study's money, and its source."""
    fact = facts[entry["paid"]]
    low, mode, high = fact.range(fact.unit)
    per_usd = 1.0
    if entry.get("units_per_usd"):
        per_usd = facts[entry["units_per_usd"]].range(facts[entry["units_per_usd"]].unit)[1]
    elif "usd" not in fact.unit.casefold():
        raise LodewayError("bad-unit", f"{where}.paid", fact.unit, "dollars, or an exchange rate",
                           "name a fact under units_per_usd")  # fmt: skip
    factor = _factor(entry, facts, where) / per_usd
    return (low * factor, mode * factor, high * factor), fact.source_id


def _factor(entry: Mapping[str, Any], facts: Facts, where: str) -> float:
    if not entry.get("to_money"):
        return 1.0
    return fact_in(facts, entry["to_money"], "ratio", f"{where}.to_money").value("ratio")


def _price_ratio(
    context: StageContext, facts: Facts, entry: Mapping[str, Any], year: int, where: str
) -> Array:
    """Return the price of the disclosed year over the model's, ``(draw,)``."""
    sections = {item["name"]: item for item in context.settings["price"]}
    name = str(entry.get("price", ""))
    if name not in sections:
        raise LodewayError("unknown-id", f"{where}.price", repr(name), "the name of a [[price]]",
                           suggestion(name, sections))  # fmt: skip
    section = sections[name]
    if entry.get("level"):
        level = fact_in(facts, entry["level"], section["unit"], f"{where}.level").value(
            section["unit"]
        )
    else:
        path = context.folder / context.settings["prices"]["series"]
        means = means_by_year(path, section["column"], name) if section["column"] else {}
        if int(entry["year"]) not in means:
            raise LodewayError("missing", f"{where}.level", f"no price of {entry['year']}",
                               "a year of the long series", "name a fact under level")  # fmt: skip
        level = means[int(entry["year"])]
    prices = context.table("sales", "prices")["level"].sel(price=name)
    model = prices.transpose("year", "draw").values[year]
    return np.asarray(level * _factor(entry, facts, where) / model)


def _row(
    entry: Mapping[str, Any], said: tuple[float, float, float], found: Array, source: str
) -> dict[str, Any]:
    numbers = quantiles(found)
    low, mode, high = said
    p10, p50, p90 = (float(numbers[name] or 0.0) for name in ("p10", "p50", "p90"))
    within = p10 <= high and low <= p90
    return {
        "project": entry["project"], "year": int(entry["year"]),
        "instrument": entry.get("instrument", "taxes"),
        "disclosed_usd_low": low, "disclosed_usd": mode, "disclosed_usd_high": high,
        "p10": p10, "p50": p50, "p90": p90, "unit": "USD",
        "miss": p50 / mode - 1.0, "within": within,
        "verdict": "within P10 to P90" if within
        else f"the model's middle is {p50 / mode - 1.0:+.0%} of what was disclosed",
        "note": str(entry.get("note", "")), "source_id": source,
    }  # fmt: skip
