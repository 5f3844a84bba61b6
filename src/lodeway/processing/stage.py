"""The processing stage: every project's products and plant in a year of full output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import read_facts
from lodeway.model import Facts, Result, StageContext
from lodeway.model.parameters import fact_in, parameter, unit_of
from lodeway.processing.balance import check_head
from lodeway.processing.flotation import Concentrate, Output, float_ore, ore_for_metal
from lodeway.processing.iron import iron_chain
from lodeway.processing.planned import Planned, output_table, plans

Array = NDArray[np.float64]
PLANT = ("ore_t_per_y", "gas_gj_per_y", "electricity_mwh_per_y", "water_m3_per_y", "co2_t_per_y",
         "metal_t_per_y")  # fmt: skip


@dataclass
class Plant:
    """What one project makes and uses, ``(draw,)`` each."""

    project: str
    products: list[Output]
    moisture: dict[str, Array]
    use: dict[str, Array]
    balance: list[dict[str, Any]]
    sources: list[tuple[str, str, str]] = field(default_factory=list)


class Reader:
    """Reads one project's parameters as draws, and remembers whose facts they were."""

    def __init__(
        self,
        facts: Facts,
        section: Mapping[str, Any],
        seed: int,
        draws: int,
        plan: Planned | None = None,
    ) -> None:
        self.plan = plan
        self.facts, self.seed, self.draws = facts, seed, draws
        self.process: Mapping[str, Any] = section["process"]
        self.project = str(section["name"])
        self.where = f"project {self.project} process"
        self.sources: list[tuple[str, str, str]] = []

    def get(self, name: str) -> Array:
        """Return a parameter that must be there."""
        fact = parameter(self.facts, self.process, name, self.where)
        return self._drawn(fact.id, unit_of(name), name)

    def optional(self, name: str) -> Array:
        """Return a parameter, or zeros."""
        return self.get(name) if name in self.process else np.zeros(self.draws)

    def share(self, name: str) -> Array:
        """Return a parameter in per cent as a share."""
        return self.get(name) / 100.0

    def shares(self, table: Mapping[str, str], key: str) -> dict[str, Array]:
        """Return a table of facts in per cent (or g/t) as mass fractions."""
        return {
            element: self._drawn(fact_id, "fraction", f"{key}.{element}")
            for element, fact_id in table.items()
        }

    def one(self, fact_id: str, unit: str, key: str) -> Array:
        """Return one fact in a unit."""
        return self._drawn(fact_id, unit, key)

    def _drawn(self, fact_id: str, unit: str, key: str) -> Array:
        fact = fact_in(self.facts, fact_id, unit, f"{self.where}.{key}")
        self.sources.append(("product", self.project, fact.source_id))
        return fact.draw(self.seed, self.draws, unit)


def run(context: StageContext) -> Result:
    """Compute ``streams``, ``plant`` and ``balance`` of ``docs/handovers.md``.

    Every project stands alone: adding one changes no number of the others.
    """
    paths = [path for path in context.files if path.suffix == ".csv"]
    facts = read_facts(paths, context.folder)
    planned = plans(context.table("mine", "plan")) if "mine" in context.inputs else {}
    inherited = context.inputs["mine"].sources if "mine" in context.inputs else ()
    plants = []
    for section in context.settings["project"]:
        plan = planned.get(str(section["name"]))
        reader = Reader(facts, section, context.seed, context.draws, plan)
        plant = _KINDS[_kind(section)](reader)
        plant.sources = reader.sources
        plants.append(plant)
    data = {
        "streams": _streams(plants, context.draws),
        "plant": _plant_table(plants),
        "balance": pd.DataFrame([row for plant in plants for row in plant.balance]),
    }
    if planned:
        firsts = {
            plant.project: str(section["process"]["product"][0]["element"])
            for plant, section in zip(plants, context.settings["project"], strict=True)
            if plant.project in planned
        }
        years = range(context.years[0], context.years[1] + 1)
        data["output"] = output_table(planned, firsts, list(years))
    own = [row for plant in plants for row in plant.sources]
    return Result(data=data, sources=[*own, *inherited])


def _kind(section: Mapping[str, Any]) -> str:
    kind = str(section["process"].get("kind", ""))
    if kind not in _KINDS:
        raise LodewayError(
            "bad-study", f"project {section['name']} process.kind", repr(kind),
            f"one of {', '.join(_KINDS)}",
        )  # fmt: skip
    return kind


def _flotation(reader: Reader) -> Plant:
    head = reader.shares(reader.process.get("head_pct", {}), "head_pct")
    check_head(head, f"{reader.where} head_pct")
    if reader.plan is not None:
        head |= reader.plan.mean_head()
    products, moisture = [], {}
    for number, item in enumerate(reader.process["product"]):
        key = f"product[{number}]"
        name = str(item["name"])
        products.append(
            Concentrate(
                name,
                str(item["element"]),
                reader.one(item["grade_pct"], "fraction", f"{key}.grade_pct"),
                reader.shares(item["recovery_pct"], f"{key}.recovery_pct"),
            )
        )
        moisture[name] = reader.one(item["moisture_pct"], "fraction", f"{key}.moisture_pct")
    if not products:
        raise LodewayError("missing", f"{reader.where} product", "no product", "at least one")
    first = products[0]
    if reader.plan is not None:
        ore = np.full(reader.draws, reader.plan.full_t)
    elif "ore_t_per_y" in reader.process:
        ore = reader.get("ore_t_per_y")
    else:
        metal = reader.get("metal_t_per_y")
        ore = ore_for_metal(metal, head[first.element], first.recovery[first.element])
    outputs, tailings, error = float_ore(ore, head, products, reader.where)
    metal = outputs[0].t_per_y * outputs[0].content[first.element]
    rows = _rows(reader.project, ore, head, [*outputs, tailings], error)
    return Plant(reader.project, outputs, moisture, _use(reader, ore, metal), rows)


def _dore(reader: Reader) -> Plant:
    """Gold and silver of the ore, recovered into bars of a stated fineness."""
    head = reader.shares(reader.process["head_pct"], "head_pct")
    check_head(head, f"{reader.where} head_pct")
    recovery = reader.shares(reader.process["recovery_pct"], "recovery_pct")
    element = next(iter(head))
    bar = Concentrate("dore", element, reader.share("fineness_pct"), recovery)
    ore = reader.get("ore_t_per_y")
    outputs, tailings, error = float_ore(ore, head, [bar], reader.where)
    metal = outputs[0].t_per_y * outputs[0].content[element]
    moisture = {"dore": reader.optional("moisture_pct") / 100.0}
    rows = _rows(reader.project, ore, head, [*outputs, tailings], error)
    return Plant(reader.project, outputs, moisture, _use(reader, ore, metal), rows)


def _iron(reader: Reader) -> Plant:
    sells = str(reader.process.get("sells", ""))
    names = ["head_fe", "recovery_fe", "concentrate_fe", "pellet_fe", "hbi_fe", "dr_yield"]
    shares = {
        name: reader.share(f"{name}_pct") for name in names if f"{name}_pct" in reader.process
    }
    product = reader.get("product_t_per_y")
    chain = iron_chain(sells, product, shares, reader.where)
    pellets = chain.streams.get("iron-pellets", np.zeros(reader.draws))
    hbi = chain.streams.get("hbi", np.zeros(reader.draws))
    use = _use(reader, chain.ore_t, product * chain.fe[sells])
    use["gas_gj_per_y"] = use["gas_gj_per_y"] + (
        reader.optional("gas_gj_per_t_hbi") * hbi + reader.optional("gas_gj_per_t_pellet") * pellets
    )
    use["electricity_mwh_per_y"] = use["electricity_mwh_per_y"] + 1e-3 * (
        reader.optional("electricity_kwh_per_t_hbi") * hbi
        + reader.optional("electricity_kwh_per_t_pellet") * pellets
    )
    use["co2_t_per_y"] = use["co2_t_per_y"] + (
        reader.optional("co2_t_per_t_hbi") * hbi + reader.optional("co2_t_per_t_pellet") * pellets
    )
    output = Output(sells, product, {"Fe": chain.fe[sells]})
    streams = [Output(name, mass, {"Fe": chain.fe[name]}) for name, mass in chain.streams.items()]
    tailings = Output("tailings", chain.tailings_t, {"Fe": chain.fe["tailings"]})
    rows = _rows(
        reader.project, chain.ore_t, {"Fe": chain.fe["ore"]}, [*streams, tailings], chain.closure
    )
    moisture = {sells: reader.share("moisture_pct")}
    return Plant(reader.project, [output], moisture, use, rows)


_KINDS = {"flotation": _flotation, "dore": _dore, "iron": _iron}


def _use(reader: Reader, ore: Array, metal: Array) -> dict[str, Array]:
    """Return ore, energy, water and carbon of the concentrator in a year."""
    return {
        "ore_t_per_y": ore,
        "gas_gj_per_y": np.zeros_like(ore),
        "electricity_mwh_per_y": reader.optional("electricity_kwh_per_t_ore") * ore * 1e-3,
        "water_m3_per_y": reader.optional("water_m3_per_t_ore") * ore,
        "co2_t_per_y": reader.optional("co2_t_per_t_ore") * ore,
        "metal_t_per_y": metal,
    }


def _rows(
    project: str, ore: Array, head: Mapping[str, Array], outputs: Sequence[Output], error: float
) -> list[dict[str, Any]]:
    """Return the balance of the middle world, stream by stream."""
    streams = [Output("ore", ore, head), *outputs]
    return [
        {
            "project": project,
            "stage": "in" if item.name == "ore" else "out",
            "stream": item.name,
            "mass_t": float(np.median(item.t_per_y)),
            "element": element,
            "metal_t": float(np.median(item.t_per_y * content)),
            "closure": error,
        }
        for item in streams
        for element, content in item.content.items()
    ]


def _streams(plants: Sequence[Plant], draws: int) -> xr.Dataset:
    rows = [(plant, output) for plant in plants for output in plant.products]
    sales = [f"{plant.project}:{output.name}" for plant, output in rows]
    elements = sorted({element for _, output in rows for element in output.content})
    dry = np.stack([output.t_per_y for _, output in rows])
    moisture = np.stack([plant.moisture[output.name] for plant, output in rows])
    nothing = np.zeros(draws)
    content = np.stack(
        [
            np.stack([output.content.get(element, nothing) for element in elements])
            for _, output in rows
        ]
    )
    return xr.Dataset(
        {
            "product_t_per_y": (("sale", "draw"), dry),
            "wet_t_per_y": (("sale", "draw"), dry / (1.0 - moisture)),
            "moisture": (("sale", "draw"), moisture),
            "content": (("sale", "element", "draw"), content),
        },
        coords={
            "sale": sales,
            "element": elements,
            "project": ("sale", [plant.project for plant, _ in rows]),
            "product": ("sale", [output.name for _, output in rows]),
        },
    )


def _plant_table(plants: Sequence[Plant]) -> xr.Dataset:
    return xr.Dataset(
        {name: (("project", "draw"), np.stack([plant.use[name] for plant in plants]))
         for name in PLANT},
        coords={"project": [plant.project for plant in plants]},
    )  # fmt: skip


__all__ = ["PLANT", "run"]
