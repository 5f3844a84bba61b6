"""The word lists that reading rests on: magnitudes, number words, units, rules; all are data."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the tables beside this module."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, for lists that are easier to read as running text."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Magnitude:
    """A word such as million; `strict` names where alone it may be read so."""

    word: str
    factor: float
    strict: str


@dataclass(frozen=True)
class UnitWord:
    """A unit as people write it, with the unit that it becomes."""

    pattern: re.Pattern[str]
    unit: str
    factor: float
    kind: str
    note: str


@cache
def magnitudes() -> Mapping[str, Magnitude]:
    """Return every magnitude word in lower case."""
    return {
        row["word"]: Magnitude(row["word"], float(row["factor"]), row["strict"])
        for row in rows("magnitudes.csv")
    }


@cache
def number_words() -> Mapping[str, int]:
    """Return the small number words."""
    return {row["word"]: int(row["value"]) for row in rows("numberwords.csv")}


@cache
def ordinals() -> Mapping[str, int]:
    """Return the ordinal words."""
    return {row["word"]: int(row["value"]) for row in rows("ordinals.csv")}


@cache
def units(place: str) -> tuple[UnitWord, ...]:
    """Return the units that stand ``before`` or ``after`` their number."""
    return tuple(
        UnitWord(
            # symbols of one or two letters are written as they are: Mt is not mt, m is not M
            re.compile(
                rf"(?:{row['pattern']})(?![^\W_])" if place == "after" else f"(?:{row['pattern']})",
                0 if row["pattern"] in _AS_WRITTEN else re.IGNORECASE,
            ),
            row["unit"],
            float(row["factor"]),
            row["kind"],
            row["note"],
        )
        for row in rows("units.csv")
        if row["place"] == place
    )


_AS_WRITTEN = {"t", "m", "g", "Mt|megatonnes?|megatons?"}
