"""Which countries a route pays: shares of transit income along the legs of its modal route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_LAND = ("road", "rail")


def country_shares(legs: pd.DataFrame) -> Callable[[str, str], Mapping[str, float]]:
    """Return a function of lane and state that gives each country's share of transit income.

    Income follows the money spent on land legs; a leg through several countries is split evenly,
    for the legs do not say where in it a dollar falls. Ships and aircraft pay no transit.
    """
    money: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for leg in legs.to_dict("records"):
        countries = [name for name in str(leg["countries"]).split("|") if name]
        if leg["mode"] in _LAND:
            for country in countries:
                part = float(leg["usd_per_wet_t"]) / len(countries)
                money[leg["lane"], leg["state"]][country] += part

    def shares(lane: str, state: str) -> Mapping[str, float]:
        spent = money.get((lane, state), {})
        total = sum(spent.values())
        return {name: part / total for name, part in sorted(spent.items())} if total > 0 else {}

    return shares
