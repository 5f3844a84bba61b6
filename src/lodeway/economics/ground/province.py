"""A province ready to be valued: the section, the study's corridors and prices, and the rasters."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from lodeway.economics.ground.assess import read_deposits
from lodeway.economics.ground.deposits import DepositCount, read_deposit_count
from lodeway.economics.ground.market import (
    Quote,
    delivered,
    later_paths,
    read_quotes,
    terms_named,
)
from lodeway.economics.ground.mine_model import ore_yield
from lodeway.economics.ground.rasters import Grid, Look, highest_sum, look, open_grid, weight_sum
from lodeway.economics.ground.settings import Ground, read_ground
from lodeway.economics.ground.tables import SPLIT_COVER, SPLIT_SPUR, Axes, cover_nodes
from lodeway.economics.ground.valuer import Deposits, Valuer
from lodeway.economics.regime import read_regime
from lodeway.errors import LodewayError, suggestion
from lodeway.methods.grade_tonnage import GradeTonnage
from lodeway.model import Facts
from lodeway.model.parameters import fact_in

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """What a province takes from a study.

    Attributes
    ----------
    folder, settings
        The study.
    facts
        Its numbers.
    freight
        The corridors stage's freight by lane, state and draw.
    draws, seed
        Of the study.
    """

    folder: Path
    settings: Mapping[str, Any]
    facts: Facts
    freight: xr.Dataset
    draws: int
    seed: int

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, the baseline first."""
        return [str(item["name"]) for item in self.settings["scenario"]]


@dataclass(frozen=True)
class Province:
    """Everything that the map, the error and the totals need.

    Attributes
    ----------
    ground, valuer, model
        The section, the value of a mine, and the law of deposits.
    deposits
        One deposit a world, the same wherever the world is looked at.
    base
        Freight from each corridor's hub to its market, less what that market pays above the
        reference terms, USD per dry t, ``(scenario, draw, corridor)``; NaN where it is shut.
    premium
        What each corridor's market pays above the reference terms, ``(draw, corridor)``.
    haul
        Haul to the hub, USD per dry t and km, ``(draw,)``.
    grid, looks
        The rasters, and what each holds.
    spur_high
        Capital for lines that no cell of the map exceeds, USD, ``(draw,)``.
    quotes, seed
        The prices behind the valuer, and the key of their paths.
    count, per_weight
        The law of the number of undiscovered deposits, or None, and how many are expected for a
        weight of one in the raster of favourable ground.
    scenarios
        Names, the baseline first.
    sources
        Facts and files behind the numbers.
    """

    ground: Ground
    valuer: Valuer
    model: GradeTonnage
    deposits: Deposits
    base: Array
    premium: Array
    haul: Array
    grid: Grid
    looks: Mapping[str, Look]
    spur_high: Array
    quotes: Sequence[Quote]
    seed: int
    count: DepositCount | None
    per_weight: float
    scenarios: Sequence[str]
    sources: tuple[str, ...]

    @property
    def draws(self) -> int:
        """How many possible worlds."""
        return self.valuer.draws

    @property
    def kinds(self) -> list[int]:
        """Positions of the infrastructure: what every mine needs first, then the rest."""
        items = self.ground.infrastructure
        return sorted(range(len(items)), key=lambda number: (bool(items[number].only_for), number))

    def with_paths(self, times: int) -> Province:
        """Return the same province with so many times more paths of later prices."""
        years = self.ground.build_years + self.ground.horizon_years
        prices = later_paths(self.quotes, years, times * self.ground.price_paths, self.seed)
        return replace(self, valuer=replace(self.valuer, prices=prices))

    def axes(self, nodes: tuple[int, int, int]) -> Axes:
        """Return axes that hold every cell; `nodes` computed of freight, spur and cover."""
        lows = [self.looks[item.raster].low for item in self.ground.corridors]
        highs = [self.looks[item.raster].high for item in self.ground.corridors]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # worlds in which all is shut
            low = np.nanmin(self.base + self.haul[:, None] * np.array(lows), axis=(0, 2))
            high = np.nanmax(self.base + self.haul[:, None] * np.array(highs), axis=(0, 2))
        low, high = np.nan_to_num(low), np.nan_to_num(high)
        deepest = self.looks[self.ground.cover].high
        return Axes(
            low, np.maximum(high, low + 1.0), np.maximum(self.spur_high, 1.0),
            cover_nodes(deepest, SPLIT_COVER * (nodes[2] - 1) + 1), nodes[0],
            SPLIT_SPUR * (nodes[1] - 1) + 1,
        )  # fmt: skip


def read_province(study: Study) -> Province:
    """Read a province.

    Raises
    ------
    LodewayError
        For whatever the section, the facts, the rasters or the study's tables do not say.
    """
    ground = read_ground(
        study.settings, study.folder, study.facts, seed=study.seed, draws=study.draws
    )
    model, elements = _model(ground)
    deposits = _draw_deposits(model, elements, study)
    quotes = read_quotes(
        study.settings, study.folder, study.facts, seed=study.seed, draws=study.draws
    )
    valuer, behind = _valuer(ground, study, quotes)
    grid = open_grid(study.folder, _raster_kinds(ground), str(study.settings["study"]["crs"]))
    known = _known_freight(ground, study)
    premium = _premium(ground, study, valuer, deposits)
    dry = 1.0 - ground.plant["moisture_pct"]
    base = known / dry[:, None] - premium
    files = [study.settings["ground"][key] for key in ("deposits", "regime")]
    return Province(
        ground, valuer, model, deposits, base, premium,
        ground.plant["haul_usd_per_t_km"] / dry, grid, look(grid), _spur_high(ground, grid),
        quotes, study.seed, *_expected(ground, grid), study.scenarios,
        tuple(sorted({*ground.sources, *behind, *(f"{name}#" for name in files)})),
    )  # fmt: skip


def _expected(ground: Ground, grid: Grid) -> tuple[DepositCount | None, float]:
    """Return the law of the number of deposits, and how many go with a weight of one."""
    if ground.estimates is None:
        return None, 0.0
    count = read_deposit_count(ground.estimates)
    total = weight_sum(grid, ground.cover, ground.favourable)
    if total <= 0.0:
        raise LodewayError("bad-raster", ground.favourable, "no weight anywhere", "some above 0")
    return count, count.mean / total


def _spur_high(ground: Ground, grid: Grid) -> Array:
    """Return what no cell's lines exceed: the largest at mean rates, times the worst ratio."""
    mean = {item.raster: float(item.usd_per_km.mean()) for item in ground.infrastructure}
    ratio = np.max(
        [item.usd_per_km / item.usd_per_km.mean() for item in ground.infrastructure], axis=0
    )
    return np.asarray(highest_sum(grid, ground.cover, mean) * ratio)


def _raster_kinds(ground: Ground) -> dict[str, str]:
    kinds = dict.fromkeys(ground.rasters, "km")
    kinds[ground.cover] = "cover"
    if ground.favourable:
        kinds[ground.favourable] = "weight"
    return kinds


def _model(ground: Ground) -> tuple[GradeTonnage, list[str]]:
    """Return the law of deposits; grades that the plant does not recover are left out."""
    known = read_deposits(ground.deposits)
    names = {name.casefold(): number for number, name in enumerate(known.elements)}
    wanted = list(ground.recovery)
    for element in wanted:
        if element.casefold() not in names:
            raise LodewayError(
                "unknown-id", "study.toml ground.recovery_pct", repr(element),
                f"an element of {ground.deposits.name}", suggestion(element, known.elements),
            )  # fmt: skip
    if not wanted:
        raise LodewayError("bad-study", "study.toml ground.recovery_pct", "none", "an element")
    columns = [names[element.casefold()] for element in wanted]
    law = GradeTonnage.fit(known.ore_t, known.grades_pct[:, columns], wanted, scale="log-ratio")
    return (law if ground.joint else law.with_independent_ore()), wanted


def _draw_deposits(model: GradeTonnage, elements: Sequence[str], study: Study) -> Deposits:
    """Return one deposit a world, spread evenly by a scrambled Sobol sequence."""
    sequence = qmc.Sobol(1 + len(elements), scramble=True, rng=study.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a number of draws that is no power of two
        u = np.clip(sequence.random(study.draws), 1e-9, 1.0 - 1e-9)
    ore, grades = model.draw(u)
    return Deposits(ore, {name: grades[:, i] for i, name in enumerate(elements)})


def _valuer(ground: Ground, study: Study, quotes: Sequence[Quote]) -> tuple[Valuer, list[str]]:
    years = ground.build_years + ground.horizon_years
    prices = later_paths(quotes, years, ground.price_paths, study.seed)
    terms = terms_named(
        study.settings, ground.terms, study.facts, seed=study.seed, draws=study.draws
    )
    where = "study.toml economics.discount_pct"
    rate = fact_in(study.facts, study.settings["economics"]["discount_pct"], "fraction", where)
    payable = terms.section.get("payable") or [{"price": terms.section.get("price")}]
    valuer = Valuer(
        ground, read_regime(ground.regime, str(study.settings["ground"]["regime"])),
        rate.value("fraction"), terms, prices, str(payable[0]["price"]),
    )  # fmt: skip
    return valuer, [rate.source_id, *(source for quote in quotes for source in quote.sources)]


def _known_freight(ground: Ground, study: Study) -> Array:
    """Return freight as it looks when choosing, ``(scenario, draw, corridor)``, USD per wet t."""
    known = study.freight["known_usd_per_wet_t"]
    lanes = [str(name) for name in known["lane"].values]
    table = np.empty((len(study.scenarios), study.draws, len(ground.corridors)))
    for number, corridor in enumerate(ground.corridors):
        if corridor.lane not in lanes:
            raise LodewayError(
                "unknown-id", f"study.toml ground.corridor {corridor.name}.lane",
                repr(corridor.lane), "a lane of the study (project:product>market)",
                suggestion(corridor.lane, lanes),
            )  # fmt: skip
        for row, scenario in enumerate(study.scenarios):
            table[row, :, number] = known.sel(lane=corridor.lane, state=scenario).values
    if not np.isfinite(table[0]).any():
        raise LodewayError(
            "no-route", "study.toml ground.corridor", "no corridor is open in the baseline", "one"
        )
    return table


def _premium(ground: Ground, study: Study, valuer: Valuer, deposits: Deposits) -> Array:
    """Return what each corridor's market pays above the reference terms, mean over later prices."""
    markets = {str(item["name"]): item for item in study.settings["market"]}
    found = np.zeros((study.draws, len(ground.corridors)))
    reference: Array | None = None
    for number, corridor in enumerate(ground.corridors):
        name = str(markets[corridor.lane.rpartition(">")[2]]["terms"])
        if name == ground.terms:
            continue
        terms = terms_named(study.settings, name, study.facts, seed=study.seed, draws=study.draws)
        yields = [ore_yield(ground, k, deposits.at(k)) for k in range(study.draws)]
        content = {
            element: np.array([item.content[element] for item in yields])
            for element in yields[0].content
        }
        if reference is None:
            reference = valuer.value_of_product(deposits)
        found[:, number] = (delivered(terms, content, valuer.prices) - reference).mean(axis=(0, 1))
    return found
