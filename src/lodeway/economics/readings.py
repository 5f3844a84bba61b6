"""Verdict on a distance claim: the readings tried, those that fit, and those expected by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def readings_tables(
    claims: Sequence[Mapping[str, Any]], distances: pd.DataFrame, road_error_pct: float = 10.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every reading of every claim, and one row a claim with its verdict.

    A reading is one origin and one destination, the same on both sides, the shortest way in the
    base against the shortest in an alternative. It fits, or lies within the error, when the saving
    lies within the claim's tolerance; it is indistinct when the saving is smaller than the
    network's own error, `road_error_pct` of the base route, and then proves nothing either way.

    How many would fit by chance: were the savings that exceed the network's error spread evenly
    from zero to the largest, the share of that span that the tolerance band covers.
    """
    import pandas as pd

    readings: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    for claim in claims:
        rows = list(_readings(claim, distances, road_error_pct))
        readings += rows
        summary.append(_verdict(claim, rows))
    return pd.DataFrame(readings), pd.DataFrame(summary)


def _readings(
    claim: Mapping[str, Any], distances: pd.DataFrame, error_pct: float
) -> list[dict[str, Any]]:
    own = distances[distances["claim"] == claim["name"]]
    km = {(row.origin, row.destination, row.state): row.km for row in own.itertuples()}
    band = claim["value_km"] * claim["tolerance_pct"] / 100.0
    rows = []
    for alternative in claim["alternatives"]:
        for origin in claim["origins"]:
            for destination in claim["destinations"]:
                if origin == destination:
                    continue
                base = km[origin, destination, claim["base"]]
                other = km[origin, destination, alternative]
                saved = base - other
                fits = bool(abs(saved - claim["value_km"]) <= band)
                noise = bool(abs(saved) < error_pct / 100.0 * base)
                verdict = "fits" if fits else "does not fit"
                if noise and not fits:
                    verdict = "no difference beyond the network's error"
                rows.append(
                    {
                        "claim": claim["label"],
                        "origin": origin,
                        "destination": destination,
                        "base": claim["base"],
                        "alternative": alternative,
                        "base_km": base,
                        "alternative_km": other,
                        "saved_km": saved,
                        "fits": fits,
                        "indistinct": noise,
                        "verdict": verdict,
                    }
                )
    return rows


def _verdict(claim: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    clear = [row for row in rows if not row["indistinct"]]
    saved = np.array([row["saved_km"] for row in clear], dtype=np.float64)
    saved = saved[np.isfinite(saved)]
    fitting = [row for row in rows if row["fits"]]
    chance = expected_by_chance(saved, claim["value_km"], claim["tolerance_pct"])
    pairs = sorted({f"{row['origin']} to {row['destination']}" for row in fitting})
    if not fitting:
        words = f"not supported: none of {len(rows)} readings saves about {claim['value_km']} km"
        if clear:
            near = min(clear, key=lambda row: abs(row["saved_km"] - claim["value_km"]))
            words += (
                f"; the nearest is {near['origin']} to {near['destination']} with "
                f"{near['saved_km']:.0f} km ({near['base_km']:.0f} against "
                f"{near['alternative_km']:.0f})"
            )
    elif len(fitting) <= max(1.0, 1.5 * chance):
        words = (
            f"not supported as stated, a coincidence at best: true only for {', '.join(pairs)}; "
            f"as many readings would fit by chance"
        )
    else:
        words = (
            f"not supported as stated, for it names no origin and no destination; true only for "
            f"{', '.join(pairs)}"
        )
    return {
        "claim": claim["label"],
        "tried": len(rows),
        "within_error": len(fitting),
        "indistinct": sum(1 for row in rows if row["indistinct"]),
        "expected_by_chance": chance,
        "verdict": words,
    }


def expected_by_chance(saved: np.ndarray[Any, Any], value: float, tolerance_pct: float) -> float:
    """Return how many readings would fall into the band if savings were spread evenly.

    Examples
    --------
    >>> expected_by_chance(np.array([0.0, 100.0, 400.0]), 340.0, 10.0)
    0.51
    """
    if not saved.size or saved.max() <= 0.0:
        return 0.0
    low, high = value * (1 - tolerance_pct / 100.0), value * (1 + tolerance_pct / 100.0)
    covered = max(0.0, min(high, float(saved.max())) - max(low, 0.0))
    return round(len(saved) * covered / float(saved.max()), 2)
