"""The ladder against recorded sales: whether what somebody was paid makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from lodeway.model import Facts, StageContext
from lodeway.model.parameters import fact_in


def table(section: Mapping[str, Any], facts: Facts, context: StageContext) -> pd.DataFrame:
    """Return what the terms give for each recorded sale, beside what was recorded.

    Rows: payable value at the metal price of the month, and the same after the freight that the
    terms of sale would let the buyer deduct; low, middle and high over the worlds. A record above
    the first row leaves nothing for charges and freight; one below the second means deductions or
    a price that the study does not know.
    """
    rows: list[dict[str, Any]] = []
    for number, record in enumerate(section.get("recorded_sale", [])):
        where = f"study.toml economics.recorded_sale[{number}]"
        wet, metal, gross = (
            fact_in(facts, record[key], unit, f"{where}.{key}").value(unit)
            for key, unit in (("wet_t", "t"), ("metal_t", "t"), ("gross_usd", "USD"))
        )
        price = fact_in(facts, record["price_usd_per_t"], "USD/t", f"{where}.price_usd_per_t")
        month = price.draw(context.seed, context.draws, "USD/t")
        share = _payable_share(context, record, metal / wet)
        payable = metal * month * share
        freight = _deducted(context, record) * wet
        rows += [
            _row(record, "payable metal at the month's price", payable, gross),
            _row(
                record, "the same less the freight that a buyer deducts", payable - freight, gross
            ),
            _row(record, "metal in wet concentrate, t", np.array([metal]), metal, unit="t"),
        ]
    return pd.DataFrame(rows)


def _sale_of(context: StageContext, record: Mapping[str, Any]) -> str:
    names = [str(name) for name in context.table("processing", "streams")["sale"].values]
    return next(name for name in names if name.startswith(f"{record['project']}:"))


def _payable_share(context: StageContext, record: Mapping[str, Any], wet_grade: float) -> Any:
    """Return payable over contained metal by the study's terms at the recorded grade."""
    sales = context.table("sales", "sales")
    sale = _sale_of(context, record)
    lanes = [str(name) for name in sales["lane"].values if str(name).startswith(f"{sale}>")]
    streams = context.table("processing", "streams")
    held = streams["content"].sel(sale=sale, element=record["element"]).values
    year = int(sales["year"].values[0])
    line = sales["usd_per_t"].sel(lane=lanes[0], year=year, line=f"payable {record['element']}")
    prices = context.table("sales", "prices")
    paid = line.values / prices["level"].sel(price=record["price"], year=year).values / held
    moisture = streams["moisture"].sel(sale=sale).values
    dry_grade = wet_grade / (1.0 - moisture)
    deduction = held * (1.0 - paid)
    return np.where(dry_grade > deduction, 1.0 - deduction / dry_grade, 0.0)


def _deducted(context: StageContext, record: Mapping[str, Any]) -> Any:
    """Return the freight beyond the sale point on the cheapest lane of the baseline, USD/wet t."""
    freight = context.table("corridors", "freight").isel(state=0)
    sale = _sale_of(context, record)
    lanes = [str(name) for name in freight["lane"].values if str(name).startswith(f"{sale}>")]
    here = freight.sel(lane=lanes)
    total = here["usd_per_wet_t"].sum("component", skipna=False)
    beyond = total - here["to_point_usd_per_wet_t"]
    best = int(np.nanargmin(np.nan_to_num(total.mean("draw").values, nan=np.inf)))
    return beyond.isel(lane=best).values


def _row(
    record: Mapping[str, Any], line: str, values: Any, recorded: float, unit: str = "USD"
) -> dict[str, Any]:
    low, mode, high = (float(value) for value in np.nanquantile(values, [0.1, 0.5, 0.9]))
    inside = low <= recorded <= high
    note = (
        "within the range" if inside else f"recorded is {recorded / mode - 1.0:+.0%} of the middle"
    )
    return {
        "line": f"{record['project']}: {line}", "low": low, "mode": mode, "high": high,
        "recorded": recorded, "unit": unit, "note": note,
    }  # fmt: skip
