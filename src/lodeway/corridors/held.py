"""The study's own rates held against published quotes: what is missed widens what is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from lodeway.corridors.network import Network
from lodeway.corridors.quotes import Quote, compare_quotes, summary, widening
from lodeway.corridors.records import Range, Rate

#: A quote that the model does not reach within this share is a miss (the bar of the room).
MISS = 0.30


@dataclass(frozen=True)
class Held:
    """What the quotes say of the rates.

    Attributes
    ----------
    network
        The network with its haul rates stretched.
    quotes
        A row a quote: quote, from, to, ours_usd_per_t, theirs_usd_per_t (middle), error, days,
        quoted_days (middle), days_error, verdict (within, miss, miss in days, not compared), note.
    widened
        A row a haul rate: rate, unit, low, mode, high, factor, drawn_low, drawn_high, log_spread,
        compared.
    compared
        Ids of the quotes whose price compares.
    """

    network: Network
    quotes: pd.DataFrame
    widened: pd.DataFrame
    compared: tuple[str, ...]


def hold(network: Network, path: Path, avoid: Sequence[str]) -> Held:
    """Hold the network's rates against a table of quotes, and stretch them by the misfit.

    Every haul rate keeps its mode; its ends move apart until its spread in logs is the root mean
    square of the quotes' log misfit, and never together. The stretch is common to all worlds of a
    rate: it is one tariff that is off, not a journey.

    Parameters
    ----------
    network
        A checked network.
    path
        The quotes (`lodeway.corridors.quotes.compare_quotes`).
    avoid
        Countries that the study avoids.
    """
    found = compare_quotes(network, path, avoid)
    told = summary(found)
    rates, rows = [], []
    for rate in network.rates:
        wide = rate
        if rate.kind == "haul":
            wide, factor = stretched(rate, told["log_spread"])
            rows.append(
                {"rate": rate.id, "unit": rate.unit, "low": rate.value.low,
                 "mode": rate.value.mode, "high": rate.value.high, "factor": factor,
                 "drawn_low": wide.value.low, "drawn_high": wide.value.high,
                 "log_spread": told["log_spread"], "compared": int(told["compared"])}
            )  # fmt: skip
        rates.append(wide)
    return Held(
        replace(network, rates=tuple(rates)),
        pd.DataFrame([_row(quote) for quote in found], columns=list(_COLUMNS)),
        pd.DataFrame(rows),
        tuple(quote.id for quote in found if quote.error is not None),
    )


def stretched(rate: Rate, log_spread: float) -> tuple[Rate, float]:
    """Return a rate with its ends moved apart by a misfit, and the factor by which they moved.

    A rate of zero, and every rate where no quote compares (`log_spread` is NaN), stays.
    """
    value = rate.value
    if not math.isfinite(log_spread) or value.low <= 0:
        return rate, 1.0
    factor = widening(log_spread, value.high / value.low)
    wide = Range(value.low / factor, value.mode, value.high * factor)
    return (replace(rate, value=wide), factor) if factor > 1.0 else (rate, 1.0)


_COLUMNS = ("quote", "from", "to", "ours_usd_per_t", "theirs_usd_per_t", "error", "days",
            "quoted_days", "days_error", "verdict", "note")  # fmt: skip


def _row(quote: Quote) -> dict[str, object]:
    if quote.error is None and quote.days_error is None:
        verdict = "not compared"
    elif abs(quote.error or 0.0) > MISS:
        verdict = "miss"
    else:
        verdict = "miss in days" if abs(quote.days_error or 0.0) > MISS else "within"
    values = (
        quote.id, quote.origin, quote.destination, _number(quote.model_usd_per_t),
        _middle(quote.quoted_usd_per_t), _number(quote.error), _number(quote.model_days),
        _middle(quote.quoted_days), _number(quote.days_error), verdict, quote.note,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _middle(pair: tuple[float, float] | None) -> float:
    return float("nan") if pair is None else sum(pair) / 2.0
