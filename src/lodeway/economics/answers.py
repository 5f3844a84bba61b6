"""The study's questions, each answered in one sentence with its interval and conditions.

A number stands in an answer as ``{figure id}``: the report prints the figure and links its trace.
A line of an answer is a line of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lodeway.economics.valuation import change_label
from lodeway.economics.world import World
from lodeway.errors import LodewayError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: A change that moves a sale in fewer worlds than this is called no change.
_RARELY = 0.02
#: A change of the net-back below this, in USD per tonne, is called no change.
_SMALL = 0.5


def questions(
    world: World,
    netback: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    ledger: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row a question: question, answer, figure ids, conditions."""
    import pandas as pd

    rows = [
        *_best_roads(world, netback),
        *_scenario_answers(world, tables["value"]),
        *_claims_answers(tables.get("reading_summary"), ledger),
        *_link_answers(tables["links"]),
        *_receipts_claims(world, ledger),
        *_state_answers(world),
    ]
    return pd.DataFrame(rows, columns=["question", "answer", "figure_ids", "conditions"])


def _quantity(name: str, world: World, sale: str) -> str:
    """Return the figure's quantity; where a project has several products it carries theirs."""
    project, _, product = sale.partition(":")
    return f"{name}-{product}" if len(world.sales_of(project)) > 1 else name


def _best_roads(world: World, netback: xr.Dataset) -> Iterator[dict[str, str]]:
    """Say what each project's main product nets back today, and where."""
    parts, ids = [], []
    year = world.report_year(world.baseline)
    for project, section in world.projects.items():
        if section["variant_of"]:
            continue
        sale = world.sales_of(project)[0]
        lane = str(netback["chosen_lane"].sel(sale=sale, state=world.baseline).values)
        if not lane:
            continue
        figure = f"{_quantity('best-netback', world, sale)}.{project}.{world.baseline}.{year}"
        parts.append(f"{section['label']} {{{figure}}} at {_market_label(world, lane)}")
        ids.append(figure)
    yield {
        "question": "What does a tonne net back at the mine, today, at its best buyer?",
        "answer": "\n".join(parts),
        "figure_ids": "|".join(ids),
        "conditions": f"dry tonnes, prices of {year}",
    }


def _market_label(world: World, lane: str) -> str:
    market = lane.partition(">")[2]
    for section in world.settings["market"]:
        if section["name"] == market:
            return str(section["label"])
    return market


def _scenario_answers(world: World, value: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Say for each scenario whom it moves most; those that move nobody share one sentence."""
    if value.empty:
        return
    savings = value[(value["what"] == "saving") & (value["unit"] == "USD/t")]
    quiet = []
    for name, section in list(world.scenarios.items())[1:]:
        rows = savings[savings["scenario"] == name].copy()
        rows["size"] = rows[["p10", "p50", "p90"]].abs().max(axis=1)
        felt = rows[(rows["p_used"] > _RARELY) & (rows["size"] > _SMALL)]
        label, year = section["label"] or name, world.report_year(name)
        if felt.empty:
            quiet.append(label + _nearest(world, value, name, year))
            continue
        moved = felt.sort_values("size", ascending=False).head(3)
        parts = [_moved(world, row, name, year) for _, row in moved.iterrows()]
        still = [section["label"] for project, section in world.projects.items()
                 if project not in set(felt["project"])]  # fmt: skip
        answer = "\n".join([*parts, *_alone(world, section, moved.iloc[0], year)])
        if still:
            answer += f"\nNothing changes for {', '.join(still)}."
        yield {
            "question": f"What is it worth: {label}?",
            "answer": answer,
            "figure_ids": "|".join(
                _saving_id(world, row, name, year) for _, row in felt.iterrows()
            ),
            "conditions": f"change of the net-back at equal tariffs, in {year}, against "
            f"{world.scenarios[world.baseline]['label'] or world.baseline}",
        }
    if quiet:
        yield {
            "question": "Which changes are worth nothing to these projects?",
            "answer": "At equal tariffs no project of the study takes another road under:\n"
            + "\n".join(quiet),
            "figure_ids": "",
            "conditions": "the cheapest way of each project to its best buyer stays what it is; a "
            "negative toll is what the cargo would have to be paid to come; what others would "
            "carry on these links is not in this study",
        }


def _nearest(world: World, value: pd.DataFrame, scenario: str, year: int) -> str:
    """Say which cargo is nearest to taking what a scenario opens, and what would bring it."""
    here = (value["scenario"] == scenario) & (value["what"] == "toll_breakeven")
    rows = value.loc[here & (value["p50"] < 0.0) & ~value["sale"].str.endswith(":dore")]
    if rows.empty:
        return ""
    row = rows.sort_values("p50", ascending=False).iloc[0]
    name = _quantity("corridor-toll-breakeven", world, row["sale"])
    project = world.projects[row["project"]]["label"]
    product = row["sale"].partition(":")[2].replace("-", " ")
    return (
        f": nearest {project}, {product}, at a toll of "
        f"{{{name}.{row['project']}.{scenario}.{year}}}"
    )


def _alone(world: World, scenario: Any, row: Any, year: int) -> list[str]:
    """Say what each of several changes is worth, alone and once the others are in force."""
    if len(scenario["change"]) < 2:
        return []
    parts = []
    for change in scenario["change"]:
        label = change_label(change)
        slug = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")
        alone, added = (
            f"{{{_quantity(name, world, row['sale'])}-{slug}.{row['project']}."
            f"{scenario['name']}.{year}}}"
            for name in ("corridor-alone", "corridor-marginal")
        )
        parts.append(f"{label}: {alone} alone, {added} added to the others")
    project = world.projects[row["project"]]["label"]
    return [f"For {project}, {part}" for part in parts]


def _saving_id(world: World, row: Any, scenario: str, year: int) -> str:
    name = _quantity("corridor-saving", world, row["sale"])
    return f"{name}.{row['project']}.{scenario}.{year}"


def _moved(world: World, row: Any, scenario: str, year: int) -> str:
    fit = "" if row["fits"] else ", but the tonnes do not fit the capacity left"
    label = world.projects[row["project"]]["label"]
    product = row["sale"].partition(":")[2].replace("-", " ")
    return (
        f"{label} {{{_saving_id(world, row, scenario, year)}}} of {product} "
        f"(it matters in {row['p_used']:.0%} of worlds{fit})"
    )


def _claims_answers(
    readings: pd.DataFrame | None, ledger: pd.DataFrame
) -> Iterator[dict[str, str]]:
    if readings is not None:
        for _, row in readings.iterrows():
            yield {
                "question": f"Is it true: {row['claim']}?",
                "answer": f"{str(row['verdict'])[:1].upper()}{str(row['verdict'])[1:]}.",
                "figure_ids": "",
                "conditions": f"{row['tried']} readings listed before computing, "
                f"{row['within_error']} fit, {row['expected_by_chance']:.1f} expected by chance; "
                f"{row['indistinct']} differ by less than the network's error",
            }
    if ledger.empty:
        return
    counts = {str(key): int(count) for key, count in ledger["verdict"].value_counts().items()}
    yield {
        "question": "Which public figures cannot be true as printed?",
        "answer": f"Of {len(ledger)} claims {counts.get('impossible', 0)} are impossible as "
        f"printed, {counts.get('unit-suspect', 0)} make sense only in another reading, "
        f"{counts.get('conflicts', 0)} conflict with another claim, "
        f"{counts.get('consistent', 0)} close an independent sum.",
        "figure_ids": "",
        "conditions": "a verdict judges the printed figure by arithmetic, not its speaker",
    }


def _link_answers(links: pd.DataFrame) -> Iterator[dict[str, str]]:
    if links.empty:
        return
    rates = sorted({float(rate) for rate in links["rate_pct"]})
    parts, ids = [], []
    for label, rows in links.groupby("label", sort=False):
        link = rows["link"].iloc[0]
        even = [f"link-breakeven-{link}-{rate:g}pct" for rate in rates]
        share = [f"link-share-{link}-{rate:g}pct" for rate in rates]
        at = ", ".join(f"{{{name}}} at {rate:g} %" for name, rate in zip(even, rates, strict=True))
        fill = ", ".join(f"{{{name}}}" for name in share)
        parts.append(f"{label} needs {at}; all projects together would fill {fill}; "
                     f"{rows['verdict'].iloc[0]}")  # fmt: skip
        ids += [*even, *share]
    yield {
        "question": "Do minerals pay for the spur?",
        "answer": "\n".join(parts),
        "figure_ids": "|".join(ids),
        "conditions": "claimed cost over 40 years and upkeep, against the tariff of the link less "
        "avoidable cost; without passengers and transit of others",
    }


def _state_answers(world: World) -> Iterator[dict[str, str]]:
    countries = sorted({
        section["country"] for section in world.projects.values() if not section["variant_of"]
    })  # fmt: skip
    ids = [f"receipts-lifetime-{country.casefold()}.{world.baseline}" for country in countries]
    parts = [f"{country} {{{name}}}" for country, name in zip(countries, ids, strict=True)]
    yield {
        "question": "What do the states receive over the study's years?",
        "answer": "; ".join(parts) + ".",
        "figure_ids": "|".join(ids),
        "conditions": "taxes, production shares and dividends, undiscounted, "
        f"{world.scenarios[world.baseline]['label'] or world.baseline}",
    }


def _receipts_claims(world: World, ledger: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Hold claims about receipts of the state against what the model gives over the life."""
    for number, wanted in enumerate(world.settings["economics"].get("receipts_claim") or []):
        where = f"study.toml economics.receipts_claim[{number}]"
        rows = ledger[ledger["claim_id"] == wanted["claim_id"]] if len(ledger) else ledger
        if rows.empty or wanted["project"] not in world.projects:
            got = f"{wanted['claim_id']}, {wanted['project']}"
            raise LodewayError("unknown-id", where, got, "a claim of the ledger and a project")
        claim, project = rows.iloc[0], wanted["project"]
        ids = [f"{name}.{project}.{world.baseline}" for name in
               ("receipts-lifetime", "sales-lifetime")]  # fmt: skip
        reading = f" It fits {claim['best_reading']}." if claim["best_reading"] else ""
        yield {
            "question": f"Can the state receive it: {claim['value_text']} {claim['unit']}, "
            f"{claim['property']} ({claim['who']})?",
            "answer": f"{world.projects[project]['label']} gives the state {{{ids[0]}}} out of "
            f"gross sales of {{{ids[1]}}} in this model; the claim is {claim['verdict']}."
            + reading,
            "figure_ids": "|".join(ids),
            "conditions": "undiscounted, over the study's years, "
            f"{world.scenarios[world.baseline]['label'] or world.baseline}",
        }
