"""The section ``[ground]`` of a study: what it may say, read once and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError, suggestion
from lodeway.io import safe_path
from lodeway.model import Facts
from lodeway.model.parameters import fact_in

Array = NDArray[np.float64]

#: Keys of ``[ground]`` that name a fact, and the unit of each.
PLANT: Mapping[str, str] = {
    "concentrate_pct": "%",
    "moisture_pct": "fraction",
    "haul_usd_per_t_km": "USD/t/km",
    "height_per_width": "ratio",
    "mill_capex_usd": "USD",
    "mill_capex_power": "ratio",
    "mill_opex_usd_per_t": "USD/t",
    "mill_opex_power": "ratio",
    "overhead_share": "fraction",
    "sustaining_usd_per_t_ore": "USD/t",
}
#: Keys of ``[[ground.method]]`` that name a fact; the last two are for underground only.
METHOD: Mapping[str, str] = {
    "ore_t_per_d": "t/d",
    "taylor_power": "ratio",
    "mine_capex_usd": "USD",
    "mine_capex_power": "ratio",
    "mine_opex_usd_per_t": "USD/t",
    "mine_opex_power": "ratio",
    "ore_recovered_share": "fraction",
}
UNDERGROUND: Mapping[str, str] = {
    "access_usd_per_m": "USD/m",
    "haul_usd_per_t_m": "USD/t/m",
}
_WORDS = (
    "cover", "deposits", "estimates", "favourable", "regime", "terms", "recovery_pct",
    "build_years", "slope_deg", "price_paths", "horizon_years", "upper_bound", "corridor",
    "infrastructure", "method", "note", "crs_tolerance_m", "joint",
)  # fmt: skip
KINDS = ("pit", "underground")


@dataclass(frozen=True)
class Method:
    """One way to mine, with the draws of its facts, each of shape ``(draw,)``."""

    name: str
    kind: str
    draws: Mapping[str, Array]


@dataclass(frozen=True)
class Infrastructure:
    """One kind of line that a mine must build: the raster of its length and its cost per km."""

    name: str
    raster: str
    usd_per_km: Array
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corridor:
    """One corridor: a lane of the study, and the raster of the haul to the lane's beginning."""

    name: str
    label: str
    lane: str
    raster: str


@dataclass(frozen=True)
class Ground:
    """The section ``[ground]``, read.

    `plant` and `recovery` hold draws by key and by element, each ``(draw,)``; `sources` the facts
    behind them; paths are inside the study folder.
    """

    cover: str
    deposits: Path
    estimates: Path | None
    favourable: str
    regime: Path
    terms: str
    build_years: int
    slope_deg: float
    price_paths: int
    horizon_years: int
    upper_bound: bool
    joint: bool
    plant: Mapping[str, Array]
    recovery: Mapping[str, Array]
    methods: tuple[Method, ...]
    infrastructure: tuple[Infrastructure, ...]
    corridors: tuple[Corridor, ...]
    sources: tuple[str, ...] = field(default=())

    @property
    def rasters(self) -> tuple[str, ...]:
        """Every raster that a cell needs, the cover first."""
        names = [self.cover, *(item.raster for item in self.infrastructure)]
        names += [corridor.raster for corridor in self.corridors]
        return tuple(dict.fromkeys([*names, *([self.favourable] if self.favourable else [])]))


class _Reader:
    """Reads facts of one study and remembers them as sources."""

    def __init__(self, facts: Facts, seed: int, draws: int) -> None:
        self.facts, self.seed, self.draws = facts, seed, draws
        self.sources: set[str] = set()

    def draw(self, section: Mapping[str, Any], key: str, unit: str, where: str) -> Array:
        """Return the draws of the fact that a key names."""
        if key not in section:
            raise LodewayError("bad-study", f"{where}.{key}", "nothing", "the id of a fact")
        fact = fact_in(self.facts, section[key], unit, f"{where}.{key}")
        self.sources.add(fact.source_id)
        return fact.draw(self.seed, self.draws, unit)

    def table(self, section: Mapping[str, Any], units: Mapping[str, str], where: str) -> dict[
        str, Array
    ]:  # fmt: skip
        """Return the draws of several keys."""
        return {key: self.draw(section, key, unit, where) for key, unit in units.items()}


def read_ground(
    settings: Mapping[str, Any], folder: Path, facts: Facts, *, seed: int, draws: int
) -> Ground:
    """Read ``[ground]``.

    Raises
    ------
    LodewayError
        For a study without the section, unknown keys, facts that do not fit, and files that leave
        the study folder.
    """
    section = settings.get("ground") or {}
    where = "study.toml ground"
    if not section:
        raise LodewayError(
            "bad-study", where, "no such section", "[ground]",
            "docs/value-of-ground.md shows one; studies/fairways-demo has one",
        )  # fmt: skip
    _known(section, [*PLANT, *_WORDS], where)
    reader = _Reader(facts, seed, draws)
    recovery = section.get("recovery_pct") or {}
    infrastructure = tuple(
        _infrastructure(item, reader, f"{where}.infrastructure[{number}]")
        for number, item in enumerate(_list(section, "infrastructure", where))
    )
    corridors = tuple(
        _corridor(item, f"{where}.corridor[{number}]")
        for number, item in enumerate(_list(section, "corridor", where))
    )
    _only_known(infrastructure, corridors, where)
    return Ground(
        cover=_text(section, "cover", where),
        deposits=safe_path(folder, _text(section, "deposits", where), f"{where}.deposits"),
        estimates=safe_path(folder, str(section["estimates"]), f"{where}.estimates")
        if section.get("estimates") else None,
        favourable=str(section.get("favourable", "")),
        regime=safe_path(folder, _text(section, "regime", where), f"{where}.regime"),
        terms=_text(section, "terms", where),
        build_years=_whole(section, "build_years", 2, 1, 10, where),
        slope_deg=_between(section, "slope_deg", 40.0, 10.0, 80.0, where),
        price_paths=_whole(section, "price_paths", 16, 2, 4096, where),
        horizon_years=_whole(section, "horizon_years", 40, 5, 200, where),
        upper_bound=bool(section.get("upper_bound", False)),
        joint=bool(section.get("joint", True)),
        plant=reader.table(section, PLANT, where),
        recovery={
            str(element): reader.draw(recovery, element, "fraction", f"{where}.recovery_pct")
            for element in recovery
        },
        methods=tuple(
            _method(item, reader, f"{where}.method[{number}]")
            for number, item in enumerate(_list(section, "method", where))
        ),
        infrastructure=infrastructure,
        corridors=corridors,
        sources=tuple(sorted(reader.sources)),
    )  # fmt: skip


def _known(section: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in section:
        if key not in known:
            raise LodewayError(
                "bad-study", f"{where}.{key}", "an unknown key", "a known one",
                suggestion(key, known),
            )  # fmt: skip


def _list(section: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    found = section.get(key) or []
    if not isinstance(found, list) or not found:
        raise LodewayError("bad-study", f"{where}.{key}", "none", f"one or more [[ground.{key}]]")
    return found


def _text(section: Mapping[str, Any], key: str, where: str) -> str:
    value = section.get(key)
    if not isinstance(value, str) or not value:
        raise LodewayError("bad-study", f"{where}.{key}", repr(value), "a text")
    return value


def _whole(
    section: Mapping[str, Any], key: str, default: int, low: int, high: int, where: str
) -> int:
    value = section.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LodewayError(
            "bad-number", f"{where}.{key}", repr(value), f"a whole number from {low} to {high}"
        )
    return value


def _between(
    section: Mapping[str, Any], key: str, default: float, low: float, high: float, where: str
) -> float:
    value = section.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise LodewayError("bad-number", f"{where}.{key}", repr(value), f"{low:g} to {high:g}")
    return float(value)


def _infrastructure(item: Mapping[str, Any], reader: _Reader, where: str) -> Infrastructure:
    _known(item, ("name", "raster", "usd_per_km", "only_for", "note"), where)
    return Infrastructure(
        _text(item, "name", where), _text(item, "raster", where),
        reader.draw(item, "usd_per_km", "USD/km", where),
        tuple(str(name) for name in item.get("only_for", [])),
    )  # fmt: skip


def _corridor(item: Mapping[str, Any], where: str) -> Corridor:
    _known(item, ("name", "label", "lane", "raster", "note"), where)
    name = _text(item, "name", where)
    return Corridor(
        name,
        str(item.get("label") or name),
        _text(item, "lane", where),
        _text(item, "raster", where),
    )


def _method(item: Mapping[str, Any], reader: _Reader, where: str) -> Method:
    kind = str(item.get("kind", ""))
    if kind not in KINDS:
        raise LodewayError("bad-study", f"{where}.kind", repr(kind), f"one of {', '.join(KINDS)}")
    units = METHOD if kind == "pit" else {**METHOD, **UNDERGROUND}
    _known(item, ("name", "kind", "note", *units), where)
    return Method(_text(item, "name", where), kind, reader.table(item, units, where))


def _only_known(
    infrastructure: Sequence[Infrastructure], corridors: Sequence[Corridor], where: str
) -> None:
    """Refuse lines for corridors that do not exist, and two corridors of one name."""
    names = [corridor.name for corridor in corridors]
    for item in infrastructure:
        for name in item.only_for:
            if name not in names:
                raise LodewayError(
                    "unknown-id", f"{where}.infrastructure {item.name}.only_for", repr(name),
                    "the name of a [[ground.corridor]]", suggestion(name, names),
                )  # fmt: skip
    if len(set(names)) != len(names):
        raise LodewayError("bad-study", f"{where}.corridor", names, "names that differ")
