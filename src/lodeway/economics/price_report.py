"""Reports and files of price models, for the command line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from lodeway.economics.price_models import (
    MODELS,
    Coverage,
    choose_model,
    coverage_of,
    draw_paths,
    fit_model,
)
from lodeway.economics.series import Series, read_series
from lodeway.errors import LodewayError, suggestion
from lodeway.io import write_bytes

_MOST_CELLS = 50_000_000
_HORIZON = 60


def fit_report(path: Path, column: str, until: str, model: str) -> dict[str, Any]:
    """Return model, parameters, half-life and coverage of a price.

    `coverage` is that of the months after `until` where the table has them (up to five years), else
    that of five-year fans from every twelfth month of the past.
    """
    series, later = _split(path, column, until)
    _check_model(model)
    report = choose_model(series, model)
    fit = report.fit
    held: Coverage | None = None
    if len(later) >= 12:
        fan = draw_paths(fit, min(len(later), _HORIZON), 4000, seed=1, name=column)
        held = coverage_of({0: fan}, {0: later[:_HORIZON]})
    rolling = report.rolling.get(fit.model)
    best = held or rolling
    reverting = fit if fit.model == "schwartz" else fit_model(series.prices, "schwartz")
    return {
        "column": column,
        "from": series.month(0),
        "until": series.month(len(series.prices) - 1),
        "months": len(series.prices),
        "model": fit.model,
        "parameters": {**fit.parameters, "last_price": float(series.prices[-1])},
        "half_life_years": reverting.half_life_y,
        "coverage": best.share if best else None,
        "coverage_of": "months after the fit" if held else "rolling five-year fans",
        "held_back": held.as_dict() if held else None,
        "rolling": {name: found.as_dict() for name, found in report.rolling.items()},
        "in_words": report.sentence(held),
    }


def write_draws(
    path: Path, column: str, until: str, out: Path,
    *, months: int, draws: int, seed: int, model: str,
) -> dict[str, Any]:  # fmt: skip
    """Write possible futures as Parquet with the columns draw, month and price."""
    import pandas as pd

    if months < 1 or draws < 1:
        raise LodewayError("bad-argument", "--months, --draws", f"{months}, {draws}", "1 or more")
    if months * draws > _MOST_CELLS:
        raise LodewayError("too-large", "--months x --draws", f"{months * draws:,}",
                           f"at most {_MOST_CELLS:,}")  # fmt: skip
    series, _ = _split(path, column, until)
    _check_model(model)
    fit = choose_model(series, model).fit
    table = draw_paths(fit, months, draws, seed=seed, name=column)
    texts = np.array([series.month(len(series.prices) + ahead) for ahead in range(months)])
    frame = pd.DataFrame(
        {
            "draw": np.repeat(np.arange(draws), months),
            "month": np.tile(texts, draws),
            "price": table.T.ravel(),
        }
    )
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    write_bytes(out, buffer.getvalue())
    return {"model": fit.model, "months": months, "draws": draws, "file": str(out)}


def _split(path: Path, column: str, until: str) -> tuple[Series, np.ndarray]:
    series = read_series(path, column)
    if not until:
        return series, np.empty(0)
    return series.until(until)


def _check_model(model: str) -> None:
    if model != "auto" and model not in MODELS:
        known = ("auto", *MODELS)
        raise LodewayError("bad-argument", "--model", repr(model), f"one of {', '.join(known)}",
                           suggestion(model, known))  # fmt: skip
