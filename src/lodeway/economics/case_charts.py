"""The pictures that commands draw into files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lodeway.economics.case import Case
from lodeway.economics.charts import (
    cumulative_cash,
    fan_chart,
    picture,
    progressivity_chart,
    spider_chart,
    waterfall,
)
from lodeway.economics.fiscal import Ledger, npv, regime_values, run_regime
from lodeway.economics.measures import progressivity
from lodeway.economics.price_models import draw_paths, fit_model
from lodeway.economics.sensitivity import spider
from lodeway.economics.series import read_series
from lodeway.errors import LodewayError
from lodeway.io import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOTALS = ("delivered value", "net-back at the mine", "mine-gate value")


def write_chart(figure: Figure, path: Path) -> None:
    """Write a figure as PNG or SVG, as its name says."""
    kind = path.suffix.lstrip(".").lower()
    if kind not in {"png", "svg"}:
        raise LodewayError("bad-argument", "chart", path.name, "a name that ends in .png or .svg")
    write_bytes(path, picture(figure, kind))


def draw_waterfall(answer: Mapping[str, Any], path: Path) -> None:
    """Draw the mean net-back of ``lodeway netback``, line by line, as far as the mine."""
    steps = []
    for line in answer["lines"]:
        steps.append((line["name"], float(line["mean"] or 0.0)))
        if line["name"] == "net-back at the mine":
            break
    title = (
        f"{answer['project']}: {answer['product']} to {answer['market']}, "
        f"{answer['scenario']}, {answer['year']}"
    )
    write_chart(waterfall(steps, _TOTALS, "USD per dry tonne, mean of all worlds", title), path)


def draw_fan(file: Path, column: str, until: str, model: str, path: Path) -> None:
    """Draw fifteen years of a price's past and five years ahead."""
    series = read_series(file, column)
    if until:
        series, _ = series.until(until)
    count = min(180, len(series.prices))
    times = (series.first + np.arange(len(series.prices))) / 12.0
    fan = draw_paths(fit_model(series.prices, model), 60, 2000, seed=1, name=column)
    ahead = times[-1] + np.arange(1, 61) / 12.0
    title = f"{column}: what may come, {model}"
    past = (times[-count:].tolist(), series.prices[-count:])
    write_chart(fan_chart(past, (ahead.tolist(), fan), column, title), path)


def draw_case(case: Case, folder: Path) -> list[Path]:
    """Draw a fiscal case: where the money goes, cumulative cash, progressivity, spider.

    Returns
    -------
    list of Path
        The files.
    """
    flows = {name: np.array([values], dtype=np.float64) for name, values in case.flows.items()}
    metal, price = flows.get("metal_t"), flows.get("price")
    ledger = run_regime(
        case.regime, flows["revenue"], flows["opex"], flows["capex"], metal, price
    )  # fmt: skip
    rate = float(case.rates[0][1]) if case.rates else 0.10
    years = range(flows["revenue"].shape[1])
    label = case.regime.name or case.regime.kind
    pictures = {
        "waterfall": _where_it_goes(flows, ledger, rate, label),
        "cumulative": cumulative_cash(
            list(years), ledger.investor_ncf / 1e6, "million", f"{label}: cumulative cash"
        ),
    }
    if metal is None and price is None:
        basic = (flows["revenue"], flows["opex"], flows["capex"])
        pictures["progressivity"] = progressivity_chart(
            {label: progressivity(case.regime, *basic, rate)},
            f"Share of the state as revenue rises, at {rate:.0%}",
        )

        def value(factors: Mapping[str, float]) -> float:
            scaled = [flow * factors[name] for name, flow in zip(_FLOWS, basic, strict=True)]
            found = regime_values(case.regime, scaled[0], scaled[1], scaled[2], rate=rate)
            return float(found.investor[0]) / 1e6

        pictures["spider"] = spider_chart(
            spider(value, dict.fromkeys(_FLOWS, 1.0)), f"NPV at {rate:.0%}, million",
            f"{label}: one input at a time",
        )  # fmt: skip
    paths = []
    for name, figure in pictures.items():
        paths.append(folder / f"{name}.svg")
        write_chart(figure, paths[-1])
    return paths


_FLOWS = ("revenue", "opex", "capex")


def _where_it_goes(
    flows: Mapping[str, Any], ledger: Ledger, rate: float, label: str
) -> Figure:  # fmt: skip
    """Return the waterfall of present values from revenue to the investor."""

    def worth(flow: Any) -> float:
        return float(npv(flow, rate)[0]) / 1e6

    steps = [("revenue", worth(flows["revenue"])), ("opex", -worth(flows["opex"])),
             ("capex", -worth(flows["capex"]))]  # fmt: skip
    steps.append(("before the state", sum(amount for _, amount in steps)))
    for name in ("bonus", "royalty", "export_duty", "gov_share", "tax", "rrt", "dividend",
                 "withholding"):  # fmt: skip
        amount = worth(getattr(ledger, name))
        if amount:
            steps.append((name.replace("_", " ").replace("gov share", "state's share"), -amount))
    steps.append(("investor", worth(ledger.investor_ncf)))
    return waterfall(
        steps, ("before the state", "investor"), f"present value at {rate:.0%}, million",
        f"{label}: where the money goes",
    )  # fmt: skip
