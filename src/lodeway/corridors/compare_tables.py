"""What a comparison of corridors leaves behind: tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lodeway.corridors.compare import (
    COMPONENTS,
    Flows,
    Priced,
    income_change,
    overlaps,
    price_options,
    spread,
)
from lodeway.corridors.compare_file import Comparison
from lodeway.corridors.cost import OPTIONAL
from lodeway.corridors.resilience import tonnes_that_pay


@dataclass(frozen=True)
class Compared:
    """A comparison that has been computed.

    `flows` holds one state by name: ``today``, ``with X`` for each corridor that is planned, and
    ``all built``.
    """

    comparison: Comparison
    priced: tuple[Priced, ...]
    flows: Mapping[str, Flows]

    @property
    def today(self) -> Flows:
        """The state of today."""
        return self.flows["today"]


def compute(comparison: Comparison) -> Compared:
    """Price every option, and spread the goods in every state."""
    priced = tuple(price_options(comparison))
    standing = frozenset(name for name, one in comparison.corridors.items() if not one.planned)
    flows = {"today": spread(comparison, priced, standing)}
    for name, one in comparison.corridors.items():
        if one.planned:
            flows[f"with {name}"] = spread(comparison, priced, standing | {name})
    flows["all built"] = spread(comparison, priced, frozenset(comparison.corridors))
    return Compared(comparison, priced, flows)


def tables(found: Compared) -> dict[str, pd.DataFrame]:
    """Return the tables of a comparison by name: options, flows, claims, income, and so on."""
    return {
        "options": _options(found),
        "flows": _flows(found),
        "claims": _claims(found),
        "transit_income": _income(found),
        "full": _full(found),
        "overlaps": pd.DataFrame(
            overlaps(found.priced), columns=["corridor", "beside", "item", "room_mt_per_y"]
        ),
    }


def _options(found: Compared) -> pd.DataFrame:
    rows = []
    paid = {
        name
        for one in found.priced
        for name, part in zip(COMPONENTS, one.usd_per_t, strict=True)
        if (part > 0).any()
    }
    for one in found.priced:
        usd = one.usd_per_t.sum(axis=0)
        low, mid, high = (float(x) for x in np.quantile(usd, [0.1, 0.5, 0.9]))
        days = [float(x) for x in np.quantile(one.days, [0.1, 0.5, 0.9])]
        room = min(one.room.items(), key=lambda item: item[1], default=("", float("nan")))
        rows.append(
            {"journey": one.journey, "corridor": one.option.corridor, "goods": one.goods.name,
             "km": one.km, "days_p10": days[0], "days_p50": days[1], "days_p90": days[2],
             "usd_per_t_p10": low, "usd_per_t_p50": mid, "usd_per_t_p90": high,
             **{f"usd_per_t {name}": float(part.mean())
                for name, part in zip(COMPONENTS, one.usd_per_t, strict=True)
                if name not in OPTIONAL or name in paid},
             "tightest": room[0], "room_mt_per_y": room[1],
             "legs": "; ".join(f"{leg.mode} {leg.origin} to {leg.destination} {leg.km:,.0f} km"
                               for leg in one.legs if leg.km >= 1.0)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _flows(found: Compared) -> pd.DataFrame:
    rows = []
    demand = {j.name: j.demand_mt.mode for j in found.comparison.journeys}
    for state, flows in found.flows.items():
        for number, one in enumerate(found.priced):
            if one.option.corridor in flows.open_:
                tonnes = float(flows.mt[number])
                whole = demand[one.journey] * one.goods.share
                rows.append(
                    {"state": state, "journey": one.journey, "goods": one.goods.name,
                     "corridor": one.option.corridor, "t_per_y": 1e6 * tonnes,
                     "share": tonnes / whole if whole > 0 else 0.0}
                )  # fmt: skip
        for journey, mt in flows.stay_mt.items():
            rows.append(
                {"state": state, "journey": journey, "goods": "all", "corridor": "stays",
                 "t_per_y": 1e6 * mt, "share": mt / demand[journey] if demand[journey] else 0.0}
            )  # fmt: skip
    return pd.DataFrame(rows)


def carried(found: Compared, flows: Flows, corridor: str) -> float:
    """Return the tonnes a year, in millions, that a corridor carries in a state."""
    return float(
        sum(flows.mt[n] for n, one in enumerate(found.priced) if one.option.corridor == corridor)
    )


def _claims(found: Compared) -> pd.DataFrame:
    """Set each claimed figure beside what the model sends, and the demand that would fill it."""
    rows: list[dict[str, Any]] = []
    for name, one in found.comparison.corridors.items():
        state = f"with {name}" if one.planned else "today"
        flows = found.flows[state]
        sent = carried(found, flows, name)
        asked = _demand_of(found, name)
        room = _room(found, name)
        share = sent / asked if asked > 0 else 0.0
        saving = _saving(found, state) if one.planned else float("nan")
        claimed = one.claimed_mt_per_y
        row = {
            "corridor": name, "label": one.label, "status": one.status,
            "claimed_mt_per_y": claimed, "claim_source": one.claim_source,
            "model_mt_per_y": sent, "demand_mt_per_y": asked, "share": share,
            "demand_to_fill_mt_per_y": claimed / share if claimed and share > 1e-9 else None,
            "times_the_demand": claimed / share / asked if claimed and share > 1e-9 else None,
            "room_mt_per_y": room[1], "tightest": room[0],
            "users_save_usd_per_t": saving, "cost_source": one.cost_source,
        }  # fmt: skip
        for rate in found.comparison.rates:
            pays = None
            if one.claimed_usd is not None and saving > 0:
                pays = tonnes_that_pay(one.claimed_usd.mode, saving, rate, found.comparison.years)
            row[f"pays_at_mt_per_y {rate:.0%}"] = None if pays is None else pays / 1e6
        rows.append(row)
    return pd.DataFrame(rows)


def _demand_of(found: Compared, corridor: str) -> float:
    return sum(
        journey.demand_mt.mode
        for journey in found.comparison.journeys
        if any(option.corridor == corridor for option in journey.options)
    )


def _room(found: Compared, corridor: str) -> tuple[str, float]:
    rooms = {
        name: mt for one in found.priced if one.option.corridor == corridor
        for name, mt in one.room.items()
    }  # fmt: skip
    return min(rooms.items(), key=lambda item: item[1], default=("", float("nan")))


def _saving(found: Compared, state: str) -> float:
    """Return what users save per tonne on the new corridor: lower freight, time counted.

    The change of the mean generalised cost of all goods that move in both states, spread over the
    tonnes that take the new corridor (log-sum of the logit; Small and Rosen 1981, Econometrica 49).
    """
    new = state.removeprefix("with ")
    after = found.flows[state]
    moved = carried(found, after, new)
    if moved <= 0:
        return 0.0
    gain = surplus(found, after) - surplus(found, found.today)
    return max(gain / moved, 0.0)


def surplus(found: Compared, flows: Flows) -> float:
    """Return users' surplus of a state, million USD a year (log-sum, tolls taken out as paid)."""
    comparison = found.comparison
    total = 0.0
    for journey in comparison.journeys:
        for goods in comparison.classes:
            rows = [n for n, one in enumerate(found.priced)
                    if one.journey == journey.name and one.goods is goods
                    and one.option.corridor in flows.open_]  # fmt: skip
            hour = goods.usd_per_t * goods.time_share_per_day
            costs = [found.priced[n].mean_usd + float(found.priced[n].days.mean()) * hour
                     + sum(flows.toll.get(item, 0.0) for item in found.priced[n].room)
                     for n in rows] + [comparison.stay_share * goods.usd_per_t]  # fmt: skip
            worst = max(costs)
            weights = np.exp(comparison.scale_per_usd * (worst - np.array(costs)))
            logsum = float(np.log(weights.sum())) / comparison.scale_per_usd - worst
            total += journey.demand_mt.mode * goods.share * logsum
    return total


def _income(found: Compared) -> pd.DataFrame:
    rows = []
    for state, flows in found.flows.items():
        if state != "today":
            for country, usd in income_change(found.priced, found.today, flows).items():
                rows.append({"state": state, "country": country, "change_usd_per_y": usd})
    return pd.DataFrame(rows, columns=["state", "country", "change_usd_per_y"])


def _full(found: Compared) -> pd.DataFrame:
    rows = [
        {"state": state, "item": item, "shadow_price_usd_per_t": usd}
        for state, flows in found.flows.items()
        for item, usd in sorted(flows.toll.items(), key=lambda pair: -pair[1])
    ]
    return pd.DataFrame(rows, columns=["state", "item", "shadow_price_usd_per_t"])


def sentences(found: Compared, every: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return what a reader with two minutes should know, one sentence each."""
    told: list[str] = []
    for row in every["claims"].to_dict("records"):
        label, claimed, sent = row["label"], row["claimed_mt_per_y"], row["model_mt_per_y"]
        if claimed and np.isfinite(claimed):
            text = (f"{label}: {claimed:g} Mt a year are claimed ({row['claim_source']}); of the "
                    f"{row['demand_mt_per_y']:g} Mt a year that these journeys hold the model "
                    f"sends {sent:.2f} Mt there")  # fmt: skip
            times = row["times_the_demand"]
            if times and np.isfinite(times):
                text += f"; to fill it the demand would have to be {times:.0f} times as large"
            if row["room_mt_per_y"] < claimed:
                text += f"; {row['tightest']} has room for {row['room_mt_per_y']:.1f} Mt"
            told.append(text + ".")
    for state in found.flows:
        if state.startswith("with "):
            changes = income_change(found.priced, found.today, found.flows[state])
            losers = [f"{c} {usd / 1e6:.1f}" for c, usd in changes.items() if usd < -1e5][:4]
            winners = [f"{c} +{usd / 1e6:.1f}" for c, usd in reversed(changes.items()) if usd > 1e5]
            label = found.comparison.corridors[state.removeprefix("with ")].label
            told.append(
                f"{label}: transit income in million USD a year, losers "
                f"{', '.join(losers) or 'none'}; winners {', '.join(winners[:4]) or 'none'}."
            )
    shared = sorted(set(every["overlaps"]["item"]))
    told.append(
        "Claimed capacities are never added: corridors share "
        + (", ".join(shared) if shared else "nothing that has a limit here") + "."
    )  # fmt: skip
    return told


__all__: Sequence[str] = ["Compared", "carried", "compute", "sentences", "surplus", "tables"]
