"""Comparing named corridors: the file ``corridors.toml`` and the nouns that it speaks of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lodeway.corridors.records import Range
from lodeway.corridors.scenario import Change, read_changes
from lodeway.errors import LodewayError, suggestion
from lodeway.io import last_day, read_text, safe_path

FILE = "corridors.toml"


@dataclass(frozen=True)
class Named:
    """A corridor that people speak of: its label, status, and what is claimed of it.

    `claimed_mt_per_y` is None where nothing is; `claimed_usd` is the cost of what is not built.
    """

    name: str
    label: str
    status: str
    claimed_mt_per_y: float | None
    claim_source: str
    claimed_usd: Range | None
    cost_source: str

    @property
    def planned(self) -> bool:
        """Whether it does not exist yet."""
        return self.status == "planned"


@dataclass(frozen=True)
class Option:
    """One way of a journey: by which corridor, by way of what, with what opened."""

    corridor: str
    via: tuple[str, ...]
    modes: tuple[str, ...]
    avoid: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Journey:
    """Goods that want to go from one place to another: million tonnes a year, and who says so."""

    name: str
    origin: str
    destination: str
    demand_mt: Range
    source: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class ValueClass:
    """Goods of one worth.

    Attributes
    ----------
    usd_per_t
        Worth of a tonne.
    share
        Part of each journey's tonnes.
    time_share_per_day
        What shippers pay for a day less, as a share of the value, beside the cost of capital.
    """

    name: str
    usd_per_t: float
    share: float
    time_share_per_day: float
    source: str


@dataclass(frozen=True)
class Comparison:
    """The whole file.

    Attributes
    ----------
    scale_per_usd
        How much an advantage of 1 USD/t counts in the choice of many shippers.
    stay_share
        Goods stay where they are when freight takes more than this share of their value.
    transit_margin
        Share of haul that is income of the country crossed, beside its border fees.
    """

    name: str
    folder: Path
    network: Path
    draws: int
    seed: int
    corridors: Mapping[str, Named]
    journeys: tuple[Journey, ...]
    classes: tuple[ValueClass, ...]
    scale_per_usd: float
    stay_share: float
    transit_margin: float
    years: int
    rates: tuple[float, ...]
    isocost_from: str
    as_of: date


def read_comparison(folder: Path) -> Comparison:
    """Read ``corridors.toml`` of a study folder.

    Raises
    ------
    LodewayError
        Naming the field: an unknown key or corridor, shares that do not sum to 1, a range upside
        down, a path that leaves the folder.
    """
    try:
        data = tomllib.loads(read_text(folder / FILE))
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", FILE, str(problem), "a TOML file") from None
    about, choice = _table(data, "study"), _table(data, "choice")
    corridors = {item["name"]: _named(item, n) for n, item in enumerate(_list(data, "corridor"))}
    journeys = tuple(_journey(item, n, corridors) for n, item in enumerate(_list(data, "journey")))
    classes = tuple(_class(item, n) for n, item in enumerate(_list(data, "class")))
    total = sum(item.share for item in classes)
    if abs(total - 1.0) > 1e-9:
        raise LodewayError("bad-fraction", f"{FILE} class.share", total, "shares that sum to 1")
    return Comparison(
        name=str(about.get("name") or folder.name),
        folder=folder,
        network=safe_path(folder, str(about.get("network", "data/network")), f"{FILE} network"),
        draws=int(_number(about, "draws", f"{FILE} study", 256, low=1)),
        seed=int(_number(about, "seed", f"{FILE} study", 1)),
        corridors=corridors,
        journeys=journeys,
        classes=classes,
        scale_per_usd=_number(choice, "scale_per_usd", f"{FILE} choice", 0.03, low=1e-9),
        stay_share=_number(choice, "stay_share", f"{FILE} choice", 0.5, low=0.0),
        transit_margin=_number(choice, "transit_margin", f"{FILE} choice", 0.2, low=0.0),
        years=int(_number(choice, "years", f"{FILE} choice", 30, low=1)),
        rates=tuple(float(rate) for rate in choice.get("rates", (0.05, 0.10))),
        isocost_from=str(about.get("isocost_from", "")),
        as_of=_day(about),
    )


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise LodewayError("bad-study", f"{FILE} {key}", repr(value), "a table")
    return value


def _day(about: Mapping[str, Any]) -> date:
    value = about.get("as_of")
    if isinstance(value, date):
        return value
    return last_day(str(value or ""), f"{FILE} study.as_of")


def _list(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(x, dict) for x in value):
        raise LodewayError("bad-study", f"{FILE} {key}", repr(value)[:60], f"one or more [[{key}]]")
    for number, item in enumerate(value):
        if key != "class" and "name" not in item:
            raise LodewayError("bad-study", f"{FILE} {key}[{number}].name", "nothing", "a name")
    return value


def _number(
    table: Mapping[str, Any], key: str, where: str, default: float | None = None,
    *, low: float = float("-inf"),
) -> float:  # fmt: skip
    value = table.get(key, default)
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is None or not good or not low <= value < 1e15:
        raise LodewayError("bad-number", f"{where}.{key}", repr(value), f"a number from {low:g}")
    return float(value)


def _range(value: Any, where: str) -> Range:
    numbers = list(value) if isinstance(value, list) else [value] * 3
    good = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in numbers)
    if len(numbers) != 3 or not good or not 0 <= numbers[0] <= numbers[1] <= numbers[2]:
        raise LodewayError("bad-number", where, repr(value), "low, mode and high, 0 or more")
    return Range(*(float(x) for x in numbers))


def _named(item: Mapping[str, Any], number: int) -> Named:
    where = f"{FILE} corridor[{number}]"
    status = str(item.get("status", "open"))
    if status not in {"open", "planned"}:
        raise LodewayError("bad-study", f"{where}.status", repr(status), "open or planned")
    claimed = item.get("claimed_mt_per_y")
    cost = item.get("claimed_usd")
    return Named(
        str(item["name"]), str(item.get("label") or item["name"]), status,
        None if claimed is None else _number(item, "claimed_mt_per_y", where, low=0.0),
        str(item.get("claim_source", "")),
        None if cost is None else _range(cost, f"{where}.claimed_usd"),
        str(item.get("cost_source", "")),
    )  # fmt: skip


def _journey(item: Mapping[str, Any], number: int, corridors: Mapping[str, Named]) -> Journey:
    where = f"{FILE} journey[{number}]"
    options = []
    for position, option in enumerate(item.get("option") or ()):
        here = f"{where}.option[{position}]"
        name = str(option.get("corridor", ""))
        if name not in corridors:
            raise LodewayError(
                "unknown-id", f"{here}.corridor", repr(name), "a [[corridor]]",
                suggestion(name, corridors),
            )  # fmt: skip
        modes = tuple(option.get("modes") or ("road", "rail", "sea", "ferry"))
        options.append(
            Option(name, tuple(option.get("via", ())), modes, tuple(option.get("avoid", ())),
                   read_changes(option, here))
        )  # fmt: skip
    if not options:
        raise LodewayError("bad-study", f"{where}.option", "nothing", "one or more options")
    return Journey(
        str(item["name"]), str(item.get("from", "")), str(item.get("to", "")),
        _range(item.get("demand_mt_per_y"), f"{where}.demand_mt_per_y"),
        str(item.get("source", "")), tuple(options),
    )  # fmt: skip


def _class(item: Mapping[str, Any], number: int) -> ValueClass:
    where = f"{FILE} class[{number}]"
    return ValueClass(
        str(item.get("name", number)),
        _number(item, "usd_per_t", where, low=0.0),
        _number(item, "share", where, low=0.0),
        _number(item, "time_pct_per_day", where, 0.0, low=0.0) / 100.0,
        str(item.get("source", "")),
    )
