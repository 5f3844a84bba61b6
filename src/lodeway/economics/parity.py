"""What cheap gas and carbon at the border are worth in the iron case, as lines of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.model.facts import Facts
from lodeway.model.figure import quantiles
from lodeway.model.parameters import fact_in

if TYPE_CHECKING:
    import pandas as pd

    from lodeway.model.stage import StageContext

Array = NDArray[np.float64]
_KEYS = ("gas", "carbon", "usd_per_unit", "share")


def parity_lines(
    gas_gj_per_t: Array, paid: Array, parity: Array, co2_t_per_t: Array, carbon: Array
) -> dict[str, Array]:
    """Return lines per tonne of product, USD, ``(draw,)``.

    Parameters
    ----------
    gas_gj_per_t, co2_t_per_t
        Gas used and carbon dioxide emitted for a tonne.
    paid, parity
        Gas price that is paid and the one at which it could be exported, USD/GJ.
    carbon
        Price of a tonne of carbon dioxide that is charged, USD.

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = parity_lines(10 * one, 4 * one, 12 * one, 0.5 * one, 80 * one)
    >>> {name: float(value[0]) for name, value in found.items()}["gas below export parity"]
    80.0
    """
    return {
        "gas as it is paid": -gas_gj_per_t * paid,
        "gas at export parity": -gas_gj_per_t * parity,
        "gas below export parity": gas_gj_per_t * (parity - paid),
        "carbon at the border": -co2_t_per_t * carbon,
    }


def parity_table(context: StageContext, facts: Facts) -> pd.DataFrame:
    """Return the lines of every project that burns gas, where ``[economics.parity]`` says how.

    Keys: `gas` (a fact, USD/GJ or convertible), `carbon` (a fact, money per tonne of CO2),
    `usd_per_unit` (a fact: dollars for a unit of that money), `share` (a fact: the part of the
    carbon price that is charged; 1 without it). The gain from gas below parity is what somebody
    else forgoes: the state, where the gas is its own.
    """
    import pandas as pd

    section: Mapping[str, Any] = context.settings["economics"].get("parity") or {}
    if not section:
        return pd.DataFrame()
    where = "study.toml economics.parity"
    for key in section:
        if key not in _KEYS:
            raise LodewayError("bad-study", f"{where}.{key}", "an unknown key",
                               f"one of {', '.join(_KEYS)}", suggestion(key, _KEYS))  # fmt: skip

    def drawn(key: str, unit: str) -> Array:
        return fact_in(facts, section[key], unit, f"{where}.{key}").draw(
            context.seed, context.draws, unit
        )

    parity = drawn("gas", "USD/GJ")
    carbon = np.zeros(context.draws)
    if "carbon" in section:
        fact = facts[section["carbon"]]
        carbon = fact.draw(context.seed, context.draws, fact.unit)
        rate = facts[section["usd_per_unit"]] if "usd_per_unit" in section else None
        carbon = carbon * (rate.draw(context.seed, context.draws, rate.unit) if rate else 1.0)
        carbon = carbon * (drawn("share", "fraction") if "share" in section else 1.0)
    plant, streams = context.table("processing", "plant"), context.table("processing", "streams")
    prices = context.table("sales", "prices")["spot"]
    rows: list[dict[str, Any]] = []
    for project in context.settings["project"]:
        name = project["name"]
        price = project["cost"].get("gas_price")
        own = [str(sale) for sale in streams["sale"].values if str(sale).startswith(f"{name}:")]
        made = streams["product_t_per_y"].sel(sale=own).sum("sale").values
        gas = plant["gas_gj_per_y"].sel(project=name).values
        if not price or not gas.any():
            continue
        lines = parity_lines(
            gas / made, prices.sel(price=price).values, parity,
            plant["co2_t_per_y"].sel(project=name).values / made, carbon,
        )  # fmt: skip
        rows += [
            {"project": name, "line": line, "unit": "USD/t", **quantiles(values)}
            for line, values in lines.items()
        ]
    return pd.DataFrame(rows)
