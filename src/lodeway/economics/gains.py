"""Who gains when a corridor opens: mine, buyer, carriers and each state, summing to the whole.

What users save is split by the sale contract between mine and buyer, and the mine's part by the
fiscal regime between company and state. Carriers lose the margin on the haul that is no longer
driven; states lose or win transit margins and border fees. The whole is the users' saving and the
change of everybody's margins: what the freight truly costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.world import Product, World
from lodeway.errors import LodewayError
from lodeway.model.figure import quantiles

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
#: Transit income of each country per dry tonne, as a share of border fees and of haul.
CountryShares = Callable[[str, str], Mapping[str, float]]


@dataclass(frozen=True)
class Margins:
    """Shares of a tariff that are not cost.

    Attributes
    ----------
    carrier, transit
        Margin of carriers in a haul rate, and of states in a haul rate, shape ``(draw,)``.
    """

    carrier: Array
    transit: Array


def split(
    with_: Product,
    without: Product,
    tonnes: Array,
    margins: Margins,
    *,
    shares_with: Mapping[str, float],
    shares_without: Mapping[str, float],
) -> dict[str, Array]:
    """Return the yearly gain of each party from one sale, before the mine's taxes, in USD.

    Parameters
    ----------
    with_, without
        The sale with and without the change.
    tonnes
        Dry tonnes in the year, shape ``(draw,)``.
    margins
        Carriers' and states' margins.
    shares_with, shares_without
        How transit income is shared among countries on the two routes; each sums to 1 or is empty.

    Returns
    -------
    dict
        ``mine``, ``buyer``, ``carriers and ports`` and ``state XXX`` for each country, and
        ``whole``, which is computed from costs alone and must equal their sum.

    Raises
    ------
    LodewayError
        With code ``balance`` when the parts do not sum to the whole.
    """
    users = (_zero(with_.netback) - _zero(without.netback)) * tonnes
    mine = (_zero(with_.mine_gate) - _zero(without.mine_gate)) * tonnes
    parts: dict[str, Array] = {"mine": mine, "buyer": users - mine}
    carriers = (_zero(with_.haul) - _zero(without.haul)) * margins.carrier * tonnes
    parts["carriers and ports"] = carriers
    for product, shares, sign in ((with_, shares_with, 1.0), (without, shares_without, -1.0)):
        income = _transit(product, margins) * tonnes
        for country, share in shares.items():
            name = f"state {country}"
            parts[name] = parts.get(name, np.zeros_like(tonnes)) + sign * share * income
    whole = (
        _worth(with_, margins, shares_with) - _worth(without, margins, shares_without)
    ) * tonnes
    error = np.abs(sum(parts.values()) - whole)
    scale = np.maximum(1.0, (np.abs(_zero(with_.delivered)) + 1.0) * tonnes)
    if np.any(error > 1e-9 * scale):
        raise LodewayError("balance", "gains", float(error.max()), "parts that sum to the whole")
    return {**parts, "whole": whole}


def _zero(values: Array) -> Array:
    """Nothing is sold where there is no road."""
    return np.nan_to_num(values)


def _transit(product: Product, margins: Margins) -> Array:
    return _zero(product.fees) + margins.transit * _zero(product.haul)


def _worth(product: Product, margins: Margins, shares: Mapping[str, float]) -> Array:
    """Return delivered value less what the freight truly costs, per tonne."""
    margin = margins.carrier * _zero(product.haul)
    transit = _transit(product, margins) * sum(shares.values())
    return _zero(product.delivered) - (_zero(product.freight) - margin - transit)


def gains_table(
    world: World,
    margins: Margins,
    shares: CountryShares,
    receipts: Mapping[tuple[str, str, int], Array],
    output: Callable[[str, int], Array],
) -> pd.DataFrame:
    """Return each party's yearly gain from each scenario, by project.

    Parameters
    ----------
    world
        The joined tables.
    margins
        Carriers' and states' margins.
    shares
        Function of lane and state that returns the countries' shares of transit income.
    receipts
        What the state takes from a project in a scenario and year, ``(draw,)``.
    output
        Function of project and year that returns the share of full output, ``(draw,)``.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for scenario in list(world.scenarios)[1:]:
        year = world.report_year(scenario)
        for project, section in world.projects.items():
            total: dict[str, Array] = {}
            for sale in world.sales_of(project):
                for party, gain in _sale_gains(
                    world, margins, shares, sale=sale, scenario=scenario, output=output
                ).items():
                    total[party] = total.get(party, 0.0) + gain
            fiscal = receipts[project, scenario, year] - receipts[project, world.baseline, year]
            home = f"state {section['country']}"
            total["mine"] = total["mine"] - fiscal
            total[home] = total.get(home, 0.0) + fiscal
            rows += [
                {"scenario": scenario, "project": project, "party": party, "year": year,
                 "unit": "USD/y", "mean": float(np.mean(gain)), **quantiles(gain)}
                for party, gain in total.items()
                if party == "whole" or np.any(np.abs(gain) > 1e-6)
            ]  # fmt: skip
    return pd.DataFrame(rows)


def _sale_gains(
    world: World,
    margins: Margins,
    shares: CountryShares,
    *,
    sale: str,
    scenario: str,
    output: Callable[[str, int], Array],
) -> dict[str, Array]:
    year = world.report_year(scenario)
    with_ = world.product(sale, scenario, year)
    without = world.product(sale, world.baseline, year)
    tonnes = world.tonnes[world.sales.index(sale)] * output(sale.partition(":")[0], year)
    return split(
        with_,
        without,
        tonnes,
        margins,
        shares_with=_shares(world, shares, sale, scenario, with_),
        shares_without=_shares(world, shares, sale, world.baseline, without),
    )


def _shares(
    world: World, shares: CountryShares, sale: str, state: str, product: Product
) -> Mapping[str, float]:
    """Return the shares along the lane that most worlds choose."""
    lanes = world.lanes_of(sale)
    used = product.choice.share(len(lanes))
    return shares(world.lanes[lanes[int(np.argmax(used))]], state) if used.any() else {}
