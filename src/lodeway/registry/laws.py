"""Grade-tonnage laws of the metals: how much, how rich, in which proportion; from tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lodeway.methods.grade_tonnage import GradeTonnage, LogNormal


@cache
def laws() -> Mapping[str, GradeTonnage]:
    """Return the joint law of ore (t) and grade (%) of each metal, over deposits of all types.

    Moments come from ``grade_laws.csv``, where each row names its source.

    Examples
    --------
    >>> round(float(laws()["Cu"].metal("Cu").median), -3)  # tonnes of copper in a deposit
    92000.0
    """
    found = {}
    for row in _rows("grade_laws.csv"):
        spread = float(row["sd_ln_ore"]), float(row["sd_ln_grade"])
        joint = float(row["correlation"]) * spread[0] * spread[1]
        found[row["commodity"]] = GradeTonnage(
            (row["commodity"],),
            np.array([float(row["mean_ln_ore"]), float(row["mean_ln_grade"])]),
            np.array([[spread[0] ** 2, joint], [joint, spread[1] ** 2]]),
            int(row["deposits"]),
        )
    return found


@dataclass(frozen=True)
class Ratio:
    """The law of the mass ratio of two metals, with the range that was seen."""

    law: LogNormal
    count: int
    lowest: float
    highest: float


@cache
def ratios() -> Mapping[tuple[str, str], Ratio]:
    """Return the laws of the mass ratios of pairs of metals."""
    return {
        (row["above"], row["below"]): Ratio(
            LogNormal(float(row["mean_ln"]), float(row["sd_ln"])),
            int(row["deposits"]),
            float(row["lowest"]),
            float(row["highest"]),
        )
        for row in _rows("metal_ratios.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def z_metal(commodity: str, mass_t: float) -> float | None:
    """Return how far a contained mass lies from the median, in standard deviations of its log."""
    law = laws().get(commodity)
    return None if law is None or mass_t <= 0 else float(law.metal(commodity).z(mass_t))


def z_ore(commodity: str, ore_t: float) -> float | None:
    """Return how far an ore tonnage lies from the median of deposits with this metal."""
    law = laws().get(commodity)
    return None if law is None or ore_t <= 0 else float(law.ore.z(ore_t))


def z_grade(commodity: str, fraction: float) -> float | None:
    """Return how far a grade (mass fraction) lies from the median."""
    law = laws().get(commodity)
    return None if law is None or fraction <= 0 else float(law.grade(commodity).z(fraction * 100.0))


def distance(commodity: str, ore_t: float, fraction: float) -> float | None:
    """Return the Mahalanobis distance of an ore tonnage and its grade from the joint law."""
    law = laws().get(commodity)
    if law is None or ore_t <= 0 or fraction <= 0:
        return None
    return float(law.z([ore_t], [[fraction * 100.0]], [commodity]).distance[0])
