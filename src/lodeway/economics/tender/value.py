"""What a bid is worth to the state: its terms on one project, under the same prices for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.fiscal import regime_values
from lodeway.economics.prices import Behaviour, paths
from lodeway.economics.regime import NUMBERS, SHARES, Regime, make_regime, read_regime
from lodeway.errors import LodewayError, suggestion
from lodeway.io import Row, safe_path

Array = NDArray[np.float64]
STATE_NPV = "state_npv"
_KEYS = ("regime", "output_t", "opex_usd", "capex_usd", "price", "rate", "draws", "seed", "when")
_PRICE = ("spot_usd_per_t", "anchor_usd_per_t", "volatility", "half_life_y")
#: Columns of a bid that change the project rather than the terms.
_FACTORS = ("capex_factor", "opex_factor", "output_factor")


def bid_values(rows: Sequence[Row], section: Mapping[str, Any], path: Path) -> Array:
    """Return the present value of each bid to the state in each world, ``(bid, draw)``, USD.

    The project is the tender's own (``[npv]``: tonnes, costs, a price that reverts); a bid's
    columns that are named like a term of a regime (``royalty``, ``gov_profit_share``,
    ``signature_bonus_usd``) replace that term, and ``capex_factor``, ``opex_factor`` and
    ``output_factor`` scale the project. All bids see the same price paths.

    Raises
    ------
    LodewayError
        For an unknown or missing key and terms that make no sense, naming file and row.
    """
    where = f"{path.name} npv"
    for key in section:
        if key not in _KEYS:
            raise LodewayError("bad-study", f"{where}.{key}", "an unknown key",
                               f"one of {', '.join(_KEYS)}", suggestion(key, _KEYS))  # fmt: skip
    output, opex, capex = (_years(section, key, where) for key in _KEYS[1:4])
    if not len(output) == len(opex) == len(capex):
        raise LodewayError("bad-number", where, f"{len(output)}, {len(opex)}, {len(capex)} years",
                           "as many years of tonnes, opex and capex")  # fmt: skip
    price = _price_paths(section, len(output), where)
    rate = _number(section.get("rate"), f"{where}.rate")
    if not 0.0 <= rate < 1.0:
        raise LodewayError("bad-fraction", f"{where}.rate", rate, "a rate such as 0.10")
    base = _terms(section.get("regime"), path, where)
    found = []
    for row in rows:
        regime, factor = _offer(base, row)
        revenue = price * output * factor["output_factor"]
        shape = revenue.shape
        values = regime_values(
            regime, revenue,
            np.broadcast_to(opex * factor["opex_factor"], shape),
            np.broadcast_to(capex * factor["capex_factor"], shape),
            rate=rate, when=str(section.get("when", "end")),
            metal_t=np.broadcast_to(output * factor["output_factor"], shape), price=price,
        )  # fmt: skip
        found.append(values.state)
    return np.array(found)


def _years(section: Mapping[str, Any], key: str, where: str) -> Array:
    values = section.get(key)
    if not isinstance(values, list) or not values:
        raise LodewayError("missing", f"{where}.{key}", repr(values), "a list, a number a year")
    return np.array([_number(v, f"{where}.{key}[{n}]", low=0.0) for n, v in enumerate(values)])


def _number(value: Any, where: str, low: float = -np.inf) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not np.isfinite(value) or value < low:
        wanted = "a number" if low == -np.inf else f"a number from {low:g}"
        raise LodewayError("bad-number", where, repr(value), wanted)
    return float(value)


def _price_paths(section: Mapping[str, Any], years: int, where: str) -> Array:
    """Return the price by draw and year: from spot to anchor, disturbed every year."""
    price = section.get("price", {})
    for key in _PRICE:
        if key not in price and key != "anchor_usd_per_t":
            raise LodewayError("missing", f"{where}.price.{key}", "nothing", "a number",
                               suggestion(key, price))  # fmt: skip
    numbers = {key: _number(price[key], f"{where}.price.{key}", 0.0) for key in _PRICE
               if key in price}  # fmt: skip
    draws = int(_number(section.get("draws", 1000), f"{where}.draws", 1.0))
    spot = np.full(draws, numbers["spot_usd_per_t"])
    anchor = np.full(draws, numbers.get("anchor_usd_per_t", numbers["spot_usd_per_t"]))
    behaviour = Behaviour(numbers["volatility"], numbers["half_life_y"])
    table = paths(spot, anchor, behaviour, list(range(1, years + 1)), 0, names=["tender"],
                  weights=[1.0], seed=int(section.get("seed", 1)))  # fmt: skip
    return np.ascontiguousarray(table.T)


def _terms(regime: Any, path: Path, where: str) -> dict[str, Any]:
    """Return the terms that bids start from: a file beside the criteria, or a table."""
    if isinstance(regime, str):
        found = read_regime(safe_path(path.parent, regime, f"{where}.regime"), regime)
        return {
            name: getattr(found, name)
            for name, field in Regime.__dataclass_fields__.items()
            if getattr(found, name) != field.default and getattr(found, name) != ()
        }
    if isinstance(regime, Mapping):
        return dict(regime)
    raise LodewayError("missing", f"{where}.regime", repr(regime), "a regime's file or its terms")


def _offer(base: Mapping[str, Any], row: Row) -> tuple[Regime, dict[str, float]]:
    """Return the terms that a bid offers, and how it scales the project."""
    own: dict[str, Any] = {
        key: row.number(key)
        for key in (*SHARES, *NUMBERS)
        if row.fields.get(key, "").strip()
    }  # fmt: skip
    factor = {key: row.number(key, low=0.0, default=1.0) for key in _FACTORS}
    return make_regime({**base, **own}, row.where()), factor
