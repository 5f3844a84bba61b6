"""Fiscal regimes as data: a TOML file says the terms, nothing here knows a country."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io import read_text

KINDS = ("psa", "rfactor", "royalty")
#: Terms that are shares of something: 0 to 1.
_SHARES = (
    "cost_cap", "gov_profit_share", "royalty", "tax", "dep_rate", "rrt", "state_equity",
    "withholding", "royalty_floor", "profit_royalty", "profit_royalty_from",
)  # fmt: skip
_NUMBERS = ("dep_years", "loss_years", "rrt_uplift", "royalty_divisor", "royalty_usd_per_t_metal")
_WORDS = ("kind", "name", "label", "dep", "tax_bearer", "bands", "sources", "verified", "note")


@dataclass(frozen=True)
class Regime:
    """The terms of one fiscal regime.

    Attributes
    ----------
    kind
        ``psa`` (production sharing), ``rfactor`` (its share rises with R) or ``royalty``.
    cost_cap, gov_profit_share, bands
        Production sharing: cap of cost recovery as a share of revenue after royalty, the state's
        share of what is left, or bands of (upper R or None, share).
    royalty, royalty_floor, royalty_divisor
        Royalty as a share of revenue; with a divisor the rate is
        ``floor + profit / (revenue * divisor)``, where profit is revenue less costs and is not
        below zero.
    profit_royalty, profit_royalty_from
        A further royalty on profit, where profit over revenue is above a threshold.
    royalty_usd_per_t_metal
        A fixed royalty on each tonne of metal.
    tax, dep, dep_years, dep_rate, loss_years
        Profit tax; straight-line (``sl``) or declining-balance (``db``) depreciation; years after
        which a loss lapses (None: never).
    tax_bearer
        ``company``, or ``state``: the tax is then paid out of the state's share.
    rrt, rrt_uplift
        Resource-rent tax on net cash after an uplifted balance is recovered.
    state_equity, withholding
        Free share of the state in what is left, and tax on the dividend of the others.
    """

    kind: str
    name: str = ""
    cost_cap: float = 1.0
    gov_profit_share: float = 0.0
    bands: tuple[tuple[float | None, float], ...] = ()
    royalty: float = 0.0
    royalty_floor: float = 0.0
    royalty_divisor: float = 0.0
    profit_royalty: float = 0.0
    profit_royalty_from: float = 0.0
    royalty_usd_per_t_metal: float = 0.0
    tax: float = 0.0
    dep: str = ""
    dep_years: int = 1
    dep_rate: float = 0.0
    loss_years: int | None = None
    tax_bearer: str = "company"
    rrt: float = 0.0
    rrt_uplift: float = 0.0
    state_equity: float = 0.0
    withholding: float = 0.0
    sources: tuple[str, ...] = field(default=())


def read_regime(path: Path, where: str) -> Regime:
    """Read a regime from a TOML file.

    Raises
    ------
    LodewayError
        For a file that is no TOML and for every term that makes no sense.
    """
    try:
        return make_regime(tomllib.loads(read_text(path)), where)
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", where, str(problem), "TOML") from None


def make_regime(terms: Mapping[str, Any], where: str) -> Regime:
    """Check terms and return a regime.

    Raises
    ------
    LodewayError
        For an unknown kind or key, a share outside 0 to 1, or bands that overlap.

    Examples
    --------
    >>> make_regime({"kind": "royalty", "royalty": 0.05, "tax": 20}, "regime.toml")
    Traceback (most recent call last):
    ...
    lodeway.errors.LodewayError: regime.toml tax: got 20, expected a share from 0 to 1 (write 0.2)
    """
    kind = str(terms.get("kind", ""))
    if kind not in KINDS:
        raise LodewayError(
            "bad-study", f"{where} kind", repr(kind), f"one of {', '.join(KINDS)}",
            suggestion(kind, KINDS),
        )  # fmt: skip
    known = [*_SHARES, *_NUMBERS, *_WORDS]
    for key, value in terms.items():
        if key not in known:
            raise LodewayError(
                "bad-study", f"{where} {key}", "an unknown term", "a known one",
                suggestion(key, known),
            )  # fmt: skip
        if key in _SHARES:
            _check_share(value, f"{where} {key}")
        if key in _NUMBERS and not (isinstance(value, int | float) and value >= 0):
            raise LodewayError("bad-number", f"{where} {key}", repr(value), "a number from 0")
    if terms.get("tax_bearer", "company") not in {"company", "state"}:
        raise LodewayError(
            "bad-study", f"{where} tax_bearer", repr(terms["tax_bearer"]), "company or state"
        )
    if terms.get("dep", "sl") not in {"sl", "db"}:
        raise LodewayError("bad-study", f"{where} dep", repr(terms["dep"]), "sl or db")
    fields = {
        key: value
        for key, value in terms.items()
        if key in Regime.__dataclass_fields__ and key not in {"bands", "sources"}
    }
    return Regime(
        **fields,
        bands=_bands(terms.get("bands", ()), where),
        sources=tuple(str(item) for item in terms.get("sources", ())),
    )


def _check_share(value: Any, where: str) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0.0 <= value <= 1.0:
        cure = f"write {value / 100:g}" if good and 1.0 < value <= 100.0 else ""
        raise LodewayError("bad-fraction", where, repr(value), "a share from 0 to 1", cure)


def _bands(bands: Any, where: str) -> tuple[tuple[float | None, float], ...]:
    """Check that the bands rise and that only the last is open."""
    found: list[tuple[float | None, float]] = []
    for number, (upper, share) in enumerate(bands):
        here = f"{where} bands[{number}]"
        _check_share(share, here)
        last = number == len(bands) - 1
        below = found[-1][0] if found else None
        if (upper is None) != last or (upper is not None and below is not None and upper <= below):
            raise LodewayError(
                "bad-study", here, repr(upper), "rising upper bounds, null for the last"
            )
        found.append((None if upper is None else float(upper), float(share)))
    return tuple(found)
