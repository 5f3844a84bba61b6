"""Other readings of a figure: slips that people make, each scored by how well it then fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lodeway.registry.evidence import Reading
from lodeway.registry.laws import distance, z_metal, z_ore


@dataclass(frozen=True)
class Slip:
    """One way to go wrong: what was meant is the printed figure times `factor`.

    `prior` is how often such a slip is met, relative to the others.
    """

    name: str
    factor: float
    unit: str
    prior: float


#: Slips of a contained mass. A decimal comma read as thousands is found by its digits.
METAL_SLIPS: tuple[Slip, ...] = (
    Slip("thousand tonnes of metal", 1e-3, "t", 1.0),
    Slip("million tonnes read as thousand tonnes", 1e3, "t", 1.0),
    Slip("a part in a million taken for a per cent", 1e-4, "t", 0.3),
    Slip("a per cent taken for a part in a million", 1e4, "t", 0.3),
    Slip("kilograms taken for tonnes", 1e-3, "t", 0.2),
    Slip("pounds taken for tonnes", 0.45359237e-3, "t", 0.3),
    Slip("pounds taken for kilograms", 0.45359237, "t", 0.3),
    Slip("tonnes for million tonnes", 1e6, "t", 0.2),
    Slip("million for tonnes", 1e-6, "t", 0.2),
    Slip("a fraction taken for a per cent", 1e2, "t", 0.2),
    Slip("a per cent taken for a fraction", 1e-2, "t", 0.2),
    Slip("a slip of the comma", 1e-1, "t", 0.1),
    Slip("a slip of the comma", 1e1, "t", 0.1),
)
ORE_SLIPS: tuple[Slip, ...] = (
    Slip("thousand tonnes of ore", 1e3, "t", 1.0),
    Slip("million tonnes of ore", 1e6, "t", 0.5),
    Slip("tonnes of ore, not thousand tonnes", 1e-3, "t", 1.0),
)
GRADE_SLIPS: tuple[Slip, ...] = (
    Slip("parts in a million, not per cent", 1e-4, "fraction", 1.0),
    Slip("per cent, not parts in a million", 1e4, "fraction", 1.0),
    Slip("a decimal comma read as thousands", 1e-3, "fraction", 1.0),
    Slip("parts in a billion, not in a million", 1e-3, "fraction", 0.5),
    Slip("a fraction, not per cent", 1e2, "fraction", 0.5),
    Slip("per cent, not a fraction", 1e-2, "fraction", 0.5),
    Slip("per mille, not per cent", 1e-1, "fraction", 0.3),
    Slip("a slip of the comma", 1e1, "fraction", 0.3),
)
#: A slip fits when what it says lies within this factor of what the other figures give.
CLOSE = 1.35


def fitting(slips: Sequence[Slip], printed: float, wanted: float) -> Slip | None:
    """Return the likeliest slip that turns the printed figure into the wanted one, or None.

    Examples
    --------
    >>> fitting(METAL_SLIPS, 47.9e6, 48.1e3).name
    'thousand tonnes of metal'
    """
    good = [
        slip
        for slip in slips
        if _off(printed * slip.factor, wanted) <= np.log(_tolerance(slip.factor))
    ]

    def score(slip: Slip) -> float:
        return float(np.log(slip.prior)) - 0.5 * (_off(printed * slip.factor, wanted) / 0.4) ** 2

    return max(good, key=score, default=None)


def _tolerance(factor: float) -> float:
    """Return within which factor a slip must bring a figure: a large slip is plain to see."""
    return 2.2 if abs(np.log(factor)) > np.log(30.0) else 1.2


def near(one: float, other: float, within: float = CLOSE) -> bool:
    """Whether two figures agree within a factor."""
    return one > 0 and other > 0 and _off(one, other) <= np.log(within)


def _off(one: float, other: float) -> float:
    return float(abs(np.log(one / other)))


def likeliest(
    slips: Sequence[Slip], printed: float, score: Callable[[float], float | None]
) -> tuple[Slip, float] | None:
    """Return the slip after which a figure is least unusual, and its score then."""
    scored = [
        (abs(value) - 0.3 * np.log(slip.prior), slip, value)
        for slip in slips
        if (value := score(printed * slip.factor)) is not None
    ]
    best = min(scored, key=lambda item: item[0], default=None)
    return None if best is None else (best[1], best[2])


def culprit(commodity: str, ore: float, grade: float, metal: float) -> str:
    """Say which of three figures that do not multiply is the one to doubt.

    The metal is what people reckon from the other two, so it is doubted first; the ore or the
    grade is doubted where it is far from all known deposits and the other reading is not.

    Examples
    --------
    >>> culprit("Cu", 50e6, 0.005, 250e6), culprit("Cu", 50e6, 0.00000005, 250e3)
    ('metal', 'grade')
    """
    as_given = distance(commodity, ore, grade)
    if as_given is None:
        return "metal"
    with_ore = distance(commodity, metal / grade, grade)
    with_grade = distance(commodity, ore, metal / ore)
    options = [(3.2, "metal"), (with_ore, "ore"), (with_grade, "grade")]
    others = [(far, name) for far, name in options[1:] if far is not None]
    best = min(others, default=(np.inf, "metal"))
    return str(best[1]) if as_given > 3.2 and best[0] < as_given - 1.5 else "metal"


def reading_of(slip: Slip, printed: float) -> Reading:
    """Return a slip as the reading that ``claims check`` prints."""
    return Reading(slip.name, printed * slip.factor, slip.unit)


#: A lone mass is suspect when it would be so many times likelier after a slip. Slips that make
#: a figure too large are what texts are full of; too small a figure is mostly a small deposit.
_ODDS_TOO_LARGE, _ODDS_TOO_SMALL = 3.0, 40.0


def suspect_alone(commodity: str, mass: float) -> tuple[Reading, float] | None:
    """Return another reading of a lone contained mass, if it fits far better than the printed one.

    The ratio of densities of the grade-tonnage law of contained metal, printed against read as
    thousand tonnes (or million); the answer names the reading that fits best, ore included.
    """
    here = z_metal(commodity, mass)
    if here is None:
        return None
    factor = 1e-3 if here > 0 else 1e3
    there = z_metal(commodity, mass * factor) or 0.0
    odds = float(np.exp((here**2 - there**2) / 2.0))
    if odds < (_ODDS_TOO_LARGE if here > 0 else _ODDS_TOO_SMALL):
        return None
    slip = METAL_SLIPS[0] if here > 0 else METAL_SLIPS[1]
    size = z_ore(commodity, mass)
    if here > 0 and size is not None and abs(size) < abs(there) - 0.3:
        return Reading("ore instead of metal", mass, "t of ore"), odds
    return reading_of(slip, mass), odds
