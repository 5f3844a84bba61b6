"""Units at the door: texts such as "USD/lb Mo" or "Mt/a" become numbers in one stated unit.

Inside Lodeway the unit is a part of the name (``price_usd_per_t``) and arrays are plain. A unit
text is read here once, when a value comes in. Words that say *what* is measured (Cu, ore, HBI)
are kept apart from the unit: `parse` returns them as the subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lodeway.errors import LodewayError, suggestion

TROY_OUNCE_G = 31.1034768
POUND_G = 453.59237
SHORT_TON_KG = 907.18474
LONG_TON_KG = 1016.0469088
HOURS_PER_YEAR = 8760.0
MMBTU_GJ = 1.05505585262

#: Factor to the base unit of each dimension: gram, metre, second, joule, dollar, one.
_UNITS: dict[str, tuple[str, float]] = {
    # mass, in tonnes
    "t": ("mass", 1.0),
    "tonne": ("mass", 1.0),
    "tonnes": ("mass", 1.0),
    "dmt": ("mass", 1.0),
    "wmt": ("mass", 1.0),
    "kt": ("mass", 1e3),
    "mt": ("mass", 1e6),
    "gt": ("mass", 1e9),
    "kg": ("mass", 1e-3),
    "g": ("mass", 1e-6),
    "mg": ("mass", 1e-9),
    "lb": ("mass", POUND_G * 1e-6),
    "oz": ("mass", TROY_OUNCE_G * 1e-6),  # metals are weighed in troy ounces
    "ozt": ("mass", TROY_OUNCE_G * 1e-6),
    "koz": ("mass", TROY_OUNCE_G * 1e-3),
    "moz": ("mass", TROY_OUNCE_G),
    # a pure number
    "": ("one", 1.0),
    "1": ("one", 1.0),
    "%": ("one", 1e-2),
    "percent": ("one", 1e-2),
    "pct": ("one", 1e-2),
    "fraction": ("one", 1.0),
    "factor": ("one", 1.0),
    "ratio": ("one", 1.0),
    "times": ("one", 1.0),
    "people": ("one", 1.0),
    "l": ("volume", 1e-3),
    "coefficient": ("one", 1.0),
    "ppm": ("one", 1e-6),
    "ppb": ("one", 1e-9),
    "points": ("one", 1e-2),
    "count": ("one", 1.0),
    "jobs": ("one", 1.0),
    "job": ("one", 1.0),
    "persons": ("one", 1.0),
    "person": ("one", 1.0),
    # money, in US dollars unless the name says otherwise
    "usd": ("money", 1.0),
    "cents": ("money", 1e-2),
    # length, area, volume
    "m": ("length", 1.0),
    "km": ("length", 1e3),
    "mile": ("length", 1609.344),
    "miles": ("length", 1609.344),
    "nm": ("length", 1852.0),
    "ha": ("area", 1e4),
    "km2": ("area", 1e6),
    "m2": ("area", 1.0),
    "m3": ("volume", 1.0),
    "bcm": ("volume", 1e9),
    "bbl": ("volume", 0.158987294928),
    # time, in hours
    "h": ("time", 1.0),
    "hour": ("time", 1.0),
    "day": ("time", 24.0),
    "days": ("time", 24.0),
    "d": ("time", 24.0),
    "month": ("time", HOURS_PER_YEAR / 12),
    "months": ("time", HOURS_PER_YEAR / 12),
    "y": ("time", HOURS_PER_YEAR),
    "a": ("time", HOURS_PER_YEAR),
    "yr": ("time", HOURS_PER_YEAR),
    "year": ("time", HOURS_PER_YEAR),
    "years": ("time", HOURS_PER_YEAR),
    # energy, in GJ
    "gj": ("energy", 1.0),
    "mj": ("energy", 1e-3),
    "mmbtu": ("energy", MMBTU_GJ),
    "kwh": ("energy", 3.6e-3),
    "mwh": ("energy", 3.6),
    # lots that only the user can weigh
    "truck": ("truck", 1.0),
    "wagon": ("wagon", 1.0),
    "container": ("container", 1.0),
    "shipment": ("shipment", 1.0),
}
#: Currencies other than the dollar are dimensions of their own: a rate turns one into another.
_CURRENCIES = ("azn", "amd", "gel", "try", "eur", "rub", "kzt", "aud", "cad", "gbp", "cny", "qepik")
for _currency in _CURRENCIES:
    _UNITS[_currency] = (f"money-{_currency}", 1.0)
_UNITS["qepik"] = ("money-azn", 1e-2)

_MULTIPLIERS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SUBJECT_WORDS = {
    "cu", "au", "ag", "mo", "zn", "pb", "fe", "mn", "al", "co", "co2", "co2e", "hg", "as",
    "ore", "rock", "concentrate", "hbi", "dri", "pellet", "pellets", "cathode", "metal", "dore",
    "payable", "contained", "copper", "gold", "silver", "zinc", "lead", "iron", "gas",
    "troy", "us", "milled", "goods", "value", "haul", "rate", "fixed", "wet", "dry",
    "recovered", "steel", "direct", "deduction", "aueq",
}  # fmt: skip
_AMBIGUOUS = {
    "ton": "a ton may be metric (1000 kg), short (907.2 kg) or long (1016 kg): write t, short ton "
    "or long ton",
    "tons": "tons may be metric, short or long: write t, short ton or long ton",
    "dmtu": "a dry metric tonne unit is 1 % of a tonne of metal: write USD/dmt, or 0.01 t Fe",
    "teu": "a box is no mass: say how many tonnes it holds",
}


@dataclass(frozen=True)
class Unit:
    """A unit that has been understood.

    Attributes
    ----------
    dimension
        For example ``"mass/time"`` or ``"money/mass"``.
    factor
        What one of this unit is in the base units (t, h, USD, m, GJ, one).
    subject
        The words that say what is measured, for example ``"Cu"``.
    text
        The unit as it was written.
    """

    dimension: str
    factor: float
    subject: str
    text: str


def parse(text: str, where: str = "unit") -> Unit:
    """Read a unit text.

    Parameters
    ----------
    text
        For example ``"USD/lb Mo"``, ``"Mt/a"``, ``"% Cu"``, ``"AZN/1000 m3"``.
    where
        The file, row and field, for the error.

    Raises
    ------
    LodewayError
        With code ``bad-unit`` when a word is unknown or ambiguous.

    Examples
    --------
    >>> parse("USD/lb Mo").dimension, parse("USD/lb Mo").subject
    ('money/mass', 'Mo')
    >>> parse("Mt/a").factor * HOURS_PER_YEAR
    1000000.0
    """
    stated = re.split(r"(?<=%|n)\s+(?:of|below)\s+", text.strip())[0]  # "% of sales" is a share
    parts = [_parse_part(part, text, where) for part in re.split(r"\s*/\s*|\s+per\s+", stated)]
    dimension, factor, subject = parts[0]
    subjects = [subject]
    for below, below_factor, below_subject in parts[1:]:
        factor /= below_factor
        subjects.append(below_subject)
        if below == dimension:
            dimension = "one"
        elif dimension == "one":
            dimension = f"1/{below}"
        else:
            dimension = f"{dimension}/{below}"
    return Unit(dimension, factor, " ".join(word for word in subjects if word), text)


def _parse_part(part: str, text: str, where: str) -> tuple[str, float, str]:
    """Return dimension, factor and subject of one side of a fraction."""
    factor, found, subjects = 1.0, None, []
    words = re.findall(r"[\d.]+(?:e\d+)?|[^\W\d_]+\d?[^\W\d_]?|%", part.replace("-", " ").lower())
    originals = re.findall(r"[\d.]+(?:e\d+)?|[^\W\d_]+\d?[^\W\d_]?|%", part.replace("-", " "))
    for number, word in enumerate(words):
        if word in _AMBIGUOUS:
            short, long = "short" in words, "long" in words
            if not (word.startswith("ton") and (short or long)):
                raise LodewayError("bad-unit", where, repr(text), "one meaning", _AMBIGUOUS[word])
            found, factor = "mass", factor * (SHORT_TON_KG if short else LONG_TON_KG) * 1e-3
        elif word in {"short", "long", "of", "on", "the", "sales", "annual", "per"}:
            continue
        elif re.fullmatch(r"[\d.]+(?:e\d+)?", word):
            factor *= float(word)
        elif (
            word in _MULTIPLIERS and number + 1 < len(words) and words[number + 1] not in {"/", ""}
        ):
            factor *= _MULTIPLIERS[word]
        elif word in _UNITS and (found is None or found == "one"):
            found, factor = _UNITS[word][0], factor * _UNITS[word][1]
        elif word in _MULTIPLIERS:
            factor *= _MULTIPLIERS[word]
        elif word in _SUBJECT_WORDS or (found and word in _UNITS):
            subjects.append(originals[number])
        else:
            raise LodewayError(
                "bad-unit", where, repr(text), "a unit that Lodeway knows", suggestion(word, _UNITS)
            )
    if found is None:
        if subjects or not words:
            return "one", factor, " ".join(subjects)
        found = "one"
    return found, factor, " ".join(subjects)


def convert(value: float, unit: str, wanted: str, where: str = "value") -> float:
    """Return `value`, given in `unit`, in the unit `wanted`.

    Raises
    ------
    LodewayError
        With code ``bad-unit`` when the two do not measure the same thing.

    Examples
    --------
    >>> round(convert(4.10, "USD/lb", "USD/t"), 2)
    9038.95
    >>> convert(0.3, "%", "fraction")
    0.003
    >>> convert(2.1, "g/t", "%")
    0.00021
    """
    have, want = parse(unit, where), parse(wanted, where)
    if have.dimension != want.dimension:
        raise LodewayError(
            "bad-unit", where, repr(unit), f"a unit of {want.dimension}, such as {wanted}"
        )
    if have.factor == want.factor:
        return value
    ratio = have.factor / want.factor
    inverse = want.factor / have.factor
    return value / inverse if abs(inverse - round(inverse)) < 1e-9 * inverse else value * ratio
