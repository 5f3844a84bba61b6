"""The study's questions, each answered in one sentence that holds its interval and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lodeway.economics.world import World
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def digits(low: float | None, middle: float | None, high: float | None) -> str:
    """Return ``7 (2 to 12)`` with digits no finer than the interval allows.

    Examples
    --------
    >>> digits(2.1, 7.3, 12.4)
    '7 (2 to 12)'
    >>> digits(1021.0, 1533.0, 2290.0)
    '1,500 (1,000 to 2,300)'
    >>> digits(0.0, 0.0, 0.0)
    '0'
    """
    if middle is None or low is None or high is None:
        return "none"
    width = high - low
    if width <= 0.0:
        return f"{middle:,.4g}"
    step = 10.0 ** np.floor(np.log10(width / 8.0))
    return f"{_grouped(middle, step)} ({_grouped(low, step)} to {_grouped(high, step)})"


def _grouped(value: float, step: float) -> str:
    rounded = round(value / step) * step + 0.0
    places = max(0, int(-np.floor(np.log10(step))))
    return f"{rounded:,.{places}f}"


def questions(
    world: World,
    netback: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    cashflow: xr.Dataset,
    ledger: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row a question: question, answer, figure ids, conditions."""
    import pandas as pd

    rows = [
        *_best_roads(world, netback),
        *_scenario_answers(world, tables["value"]),
        *_claims_answers(tables.get("reading_summary"), ledger),
        *_link_answers(tables["links"]),
        *_state_answers(world, cashflow),
    ]
    return pd.DataFrame(rows, columns=["question", "answer", "figure_ids", "conditions"])


def _best_roads(world: World, netback: xr.Dataset) -> Iterable[dict[str, str]]:
    """Say what each project's main product nets back today, and where."""
    parts, ids = [], []
    for project, section in world.projects.items():
        if section["variant_of"]:
            continue
        sale = world.sales_of(project)[0]
        cell = netback.sel(sale=sale, state=world.baseline)
        lane = str(cell["chosen_lane"].values)
        if not lane:
            continue
        numbers = quantiles(cell["best_usd_per_t"].values)
        market = _market_label(world, lane)
        text = digits(numbers["p10"], numbers["p50"], numbers["p90"])
        parts.append(f"{section['label']} {text} USD/t at {market}")
        ids.append(f"{_quantity('best-netback', world, project, sale)}.{project}.{world.baseline}")
    yield {
        "question": "What does a tonne net back at the mine, today, at its best buyer?",
        "answer": "; ".join(parts) + ".",
        "figure_ids": "|".join(ids),
        "conditions": f"dry tonnes, real {world.settings['study']['money']['year']} USD, "
        f"prices of {world.report_year(world.baseline)}, P50 (P10 to P90)",
    }


def _quantity(name: str, world: World, project: str, sale: str) -> str:
    """Return the figure's quantity; a project's further products carry their name."""
    several = len(world.sales_of(project)) > 1
    return f"{name}-{sale.partition(':')[2]}" if several else name


def _market_label(world: World, lane: str) -> str:
    market = lane.partition(">")[2]
    for section in world.settings["market"]:
        if section["name"] == market:
            return str(section["label"])
    return market


def _scenario_answers(world: World, value: pd.DataFrame) -> Iterable[dict[str, str]]:
    """Say for each scenario whom it moves most, and whom not at all."""
    savings = value[(value["what"] == "saving") & (value["unit"] == "USD/t")]
    for name, section in list(world.scenarios.items())[1:]:
        rows = savings[savings["scenario"] == name].copy()
        rows["size"] = rows["p50"].abs() * rows["p_used"] + rows[["p10", "p90"]].abs().max(axis=1)
        moved = rows[rows["p_used"] > 0.02].sort_values("size", ascending=False).head(3)
        label = section["label"] or name
        if moved.empty:
            answer = f"{label}: no project of the study changes its road."
        else:
            parts = [_moved(world, row) for _, row in moved.iterrows()]
            still = sorted(
                {world.projects[p]["label"] for p in rows.loc[rows["p_used"] <= 0.02, "project"]}
                - {world.projects[p]["label"] for p in moved["project"]}
            )
            answer = f"{label}: {'; '.join(parts)}."
            if still:
                answer += f" Nothing changes for {', '.join(still)}."
        yield {
            "question": f"What is it worth: {label}?",
            "answer": answer,
            "figure_ids": "|".join(
                f"{_quantity('corridor-value', world, row['project'], row['sale'])}"
                f".{row['project']}.{name}"
                for _, row in moved.iterrows()
            ),
            "conditions": f"at equal tariffs, in {world.report_year(name)}, against "
            f"{world.scenarios[world.baseline]['label'] or world.baseline}",
        }


def _moved(world: World, row: Any) -> str:
    numbers = digits(row["p10"], row["p50"], row["p90"])
    verb = "gains" if row["p50"] >= 0.0 else "loses"
    if row["p50"] < 0.0:
        numbers = digits(-row["p90"], -row["p50"], -row["p10"])
    fit = "" if row["fits"] else ", but it does not fit the capacity left"
    label = world.projects[row["project"]]["label"]
    product = row["sale"].partition(":")[2].replace("-", " ")
    return (
        f"{label} {verb} {numbers} USD/t of {product} (used in {row['p_used']:.0%} of worlds{fit})"
    )


def _claims_answers(
    readings: pd.DataFrame | None, ledger: pd.DataFrame
) -> Iterable[dict[str, str]]:
    if readings is not None:
        for _, row in readings.iterrows():
            yield {
                "question": f"Is it true: {row['claim']}?",
                "answer": str(row["verdict"]),
                "figure_ids": "",
                "conditions": f"{row['tried']} readings listed before computing, "
                f"{row['within_error']} within the error, "
                f"{row['expected_by_chance']:.1f} expected by chance",
            }
    counts = ledger["verdict"].value_counts()
    wrong = int(counts.get("impossible", 0)) + int(counts.get("unit-suspect", 0))
    yield {
        "question": "Which public figures cannot be true as printed?",
        "answer": f"Of {len(ledger)} claims {int(counts.get('impossible', 0))} are impossible as "
        f"printed, {int(counts.get('unit-suspect', 0))} make sense only in another reading, "
        f"{int(counts.get('conflicts', 0))} conflict with another claim, "
        f"{int(counts.get('consistent', 0))} close an independent sum.",
        "figure_ids": "",
        "conditions": f"{wrong} to look at first; a verdict judges the sentence, not the speaker",
    }


def _link_answers(links: pd.DataFrame) -> Iterable[dict[str, str]]:
    if links.empty:
        return
    rate = float(links["rate_pct"].max())
    rows = links[links["rate_pct"] == rate]
    parts = [f"{row['label']}: {_filled(row)}" for _, row in rows.iterrows()]
    yield {
        "question": "Do minerals pay for the spur?",
        "answer": "; ".join(parts) + ".",
        "figure_ids": "|".join(f"link-share.{row['link']}" for _, row in rows.iterrows()),
        "conditions": f"claimed cost over 40 years at {rate:g} % and upkeep; users' saving only, "
        "without passengers and transit",
    }


def _filled(row: Any) -> str:
    if row["study_mt_per_y"] <= 0.0:
        return "no project of the study would use it"
    low, middle, high = (100.0 * row[f"share_filled_{name}"] for name in ("p10", "p50", "p90"))
    return f"the study's tonnes fill {digits(low, middle, high)} % of what pays for it"


def _state_answers(world: World, cashflow: xr.Dataset) -> Iterable[dict[str, str]]:
    take = cashflow["taxes_usd"] + cashflow["shares_usd"] + cashflow["dividends_usd"]
    total = take.sel(state=world.baseline).sum("year")
    countries: dict[str, Any] = {}
    for project, section in world.projects.items():
        if not section["variant_of"]:
            values = total.sel(project=project).values
            countries[section["country"]] = countries.get(section["country"], 0.0) + values
    parts = []
    for country, values in sorted(countries.items()):
        numbers = quantiles(values / 1e9)
        text = digits(numbers["p10"], numbers["p50"], numbers["p90"])
        parts.append(f"{country} {text} billion USD")
    yield {
        "question": "What do the states receive over the study's years?",
        "answer": "; ".join(parts) + ".",
        "figure_ids": "",
        "conditions": "taxes, production shares and dividends, undiscounted, under "
        f"{world.scenarios[world.baseline]['label'] or world.baseline}",
    }
