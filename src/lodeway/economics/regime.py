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
SHARES = (
    "cost_cap", "gov_profit_share", "royalty", "tax", "dep_rate", "rrt", "state_equity",
    "withholding", "royalty_floor", "profit_royalty", "profit_royalty_from", "export_duty",
)  # fmt: skip
NUMBERS = (
    "dep_years", "loss_years", "rrt_uplift", "royalty_divisor", "royalty_usd_per_t_metal",
    "cost_uplift", "cost_carry_years", "signature_bonus_usd", "production_bonus_usd",
)  # fmt: skip
_WHOLE = ("dep_years", "loss_years", "cost_carry_years")
_WORDS = (
    "kind", "name", "label", "dep", "dep_from", "tax_bearer", "bands", "price_bands", "sources",
    "verified", "note", "ring_fence", "country", "as_of",
)  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "tax_bearer": ("company", "state"),
    "dep": ("sl", "db", "uop"),
    "dep_from": ("revenue", "spending"),
}
Bands = tuple[tuple[float | None, float], ...]


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
    cost_uplift, cost_carry_years
        Yearly uplift of costs not yet recovered, and the years after which they lapse (None: never;
        0: only in their own year).
    signature_bonus_usd, production_bonus_usd
        Paid in the first year, and in the first year of revenue.
    royalty, royalty_floor, royalty_divisor
        Royalty as a share of revenue; with a divisor the rate is
        ``floor + profit / (revenue * divisor)``, where profit is revenue less costs and is not
        below zero.
    price_bands
        Bands of (upper price or None, royalty rate) in the place of a flat rate.
    profit_royalty, profit_royalty_from
        A further royalty on profit, where profit over revenue is above a threshold.
    royalty_usd_per_t_metal, export_duty
        A fixed royalty on each tonne of metal, and a duty as a share of revenue.
    tax, dep, dep_years, dep_rate, dep_from, loss_years
        Profit tax; straight-line (``sl``), declining-balance (``db``) or units-of-production
        (``uop``) depreciation, from the first ``revenue`` (straight line, by default) or from the
        ``spending`` (declining balance, by default); years after which a loss lapses (None: never).
    tax_bearer
        ``company``, or ``state``: the tax is then paid out of the state's share.
    rrt, rrt_uplift
        Resource-rent tax on net cash after an uplifted balance is recovered.
    state_equity, withholding
        Free share of the state in what is left, and tax on the dividend of the others.
    ring_fence
        Whether the costs and losses of one area stay with it.
    """

    kind: str
    name: str = ""
    cost_cap: float = 1.0
    gov_profit_share: float = 0.0
    bands: Bands = ()
    cost_uplift: float = 0.0
    cost_carry_years: int | None = None
    signature_bonus_usd: float = 0.0
    production_bonus_usd: float = 0.0
    royalty: float = 0.0
    royalty_floor: float = 0.0
    royalty_divisor: float = 0.0
    price_bands: Bands = ()
    profit_royalty: float = 0.0
    profit_royalty_from: float = 0.0
    royalty_usd_per_t_metal: float = 0.0
    export_duty: float = 0.0
    tax: float = 0.0
    dep: str = ""
    dep_years: int = 1
    dep_rate: float = 0.0
    dep_from: str = ""
    loss_years: int | None = None
    tax_bearer: str = "company"
    rrt: float = 0.0
    rrt_uplift: float = 0.0
    state_equity: float = 0.0
    withholding: float = 0.0
    ring_fence: bool = True
    verified: bool = False
    sources: tuple[str, ...] = field(default=())

    @property
    def shares_production(self) -> bool:
        """Whether costs are recovered from production and the rest is shared."""
        return self.kind in {"psa", "rfactor"}

    @property
    def wears_from_revenue(self) -> bool:
        """Whether depreciation waits for the first revenue."""
        return self.dep_from == "revenue" or (not self.dep_from and self.dep == "sl")


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
    """Check terms and return a regime; a term that is null is one that is not there.

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
    terms = {key: value for key, value in terms.items() if value is not None}
    kind = str(terms.get("kind", ""))
    if kind not in KINDS:
        raise LodewayError(
            "bad-study", f"{where} kind", repr(kind), f"one of {', '.join(KINDS)}",
            suggestion(kind, KINDS),
        )  # fmt: skip
    for key, value in terms.items():
        _check_term(key, value, where)
    if kind == "rfactor" and not terms.get("bands"):
        raise LodewayError("bad-study", f"{where} bands", "none", "bands of [upper R, share]")
    if kind == "psa" and "gov_profit_share" not in terms:
        raise LodewayError("bad-study", f"{where} gov_profit_share", "nothing", "a share")
    _check_depreciation(terms, where)
    plain = {
        key: value
        for key, value in terms.items()
        if key in Regime.__dataclass_fields__ and key not in {"bands", "price_bands", "sources"}
    }
    plain |= {key: int(plain[key]) for key in _WHOLE if key in plain}
    return Regime(
        **plain,
        bands=_bands(terms.get("bands", ()), f"{where} bands"),
        price_bands=_bands(terms.get("price_bands", ()), f"{where} price_bands"),
        sources=tuple(str(item) for item in terms.get("sources", ())),
    )


def _check_term(key: str, value: Any, where: str) -> None:
    known = [*SHARES, *NUMBERS, *_WORDS]
    if key not in known:
        raise LodewayError(
            "bad-study", f"{where} {key}", "an unknown term", "a known one", suggestion(key, known)
        )
    if key in SHARES:
        _check_share(value, f"{where} {key}")
    if key in NUMBERS and (isinstance(value, bool) or not _is_number(value) or value < 0):
        raise LodewayError("bad-number", f"{where} {key}", repr(value), "a number from 0")
    if key in _WHOLE and value != int(value):
        raise LodewayError("bad-number", f"{where} {key}", repr(value), "whole years")
    if key in _CHOICES and value not in _CHOICES[key]:
        raise LodewayError(
            "bad-study", f"{where} {key}", repr(value), " or ".join(_CHOICES[key]),
            suggestion(str(value), _CHOICES[key]),
        )  # fmt: skip


def _check_depreciation(terms: Mapping[str, Any], where: str) -> None:
    """Refuse a method of depreciation without its number."""
    needed = {"sl": "dep_years", "db": "dep_rate"}.get(str(terms.get("dep", "")))
    if needed and needed not in terms:
        raise LodewayError("bad-study", f"{where} {needed}", "nothing", "a number")
    if needed == "dep_years" and terms[needed] < 1:
        raise LodewayError("bad-number", f"{where} dep_years", terms[needed], "1 or more")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and value == value and abs(value) != float("inf")  # noqa: PLR0124  not a number


def _check_share(value: Any, where: str) -> None:
    good = _is_number(value) and not isinstance(value, bool)
    if not good or not 0.0 <= value <= 1.0:
        cure = f"write {value / 100:g}" if good and 1.0 < value <= 100.0 else ""
        raise LodewayError("bad-fraction", where, repr(value), "a share from 0 to 1", cure)


def _bands(bands: Any, where: str) -> Bands:
    """Check that the bands rise and that only the last is open."""
    found: list[tuple[float | None, float]] = []
    for number, band in enumerate(bands):
        here = f"{where}[{number}]"
        if not isinstance(band, list | tuple) or len(band) != 2:
            raise LodewayError("bad-study", here, repr(band), "[upper bound or null, share]")
        upper, share = band
        if isinstance(upper, str):  # TOML knows no null
            upper = None if upper in {"", "inf", "rest"} else upper
        if upper is not None and not _is_number(upper):
            raise LodewayError("bad-study", here, repr(upper), "a number, null for the last")
        _check_share(share, here)
        last = number == len(bands) - 1
        below = found[-1][0] if found else None
        if (upper is None) != last or (upper is not None and below is not None and upper <= below):
            raise LodewayError(
                "bad-study", here, repr(upper), "rising upper bounds, null for the last"
            )
        found.append((None if upper is None else float(upper), float(share)))
    return tuple(found)
