"""The mine stage: from the block model to a pit, a schedule, and an annual plan by draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from lodeway.io import as_csv, read_facts
from lodeway.mine.check import CLASSES, FACTS, OPTIONAL_FACTS, TABLES
from lodeway.mine.closure import Ints
from lodeway.mine.phases import Phases, pushbacks
from lodeway.mine.pit import Pit, rising_pits, ultimate_pit
from lodeway.mine.plan import AnnualPlan, annual_plan, capacity_by_year
from lodeway.mine.precedence import Precedence, from_template
from lodeway.mine.problem import Floats, Problem
from lodeway.mine.reblock import Ground, reblock
from lodeway.mine.risk import RiskPits, risk_pits
from lodeway.mine.schedule import Plan, schedule_mine
from lodeway.mine.slope import Slope, Template, template
from lodeway.mine.stockpile import Kept, after_schedule
from lodeway.mine.value import MILL, Terms, block_values, inside_areas
from lodeway.model import Facts, Result, StageContext
from lodeway.model.parameters import fact_in, unit_of

#: How near the bound of a plan must come to its relaxed schedule.
_ENOUGH = 3e-4


@dataclass(frozen=True)
class Case:
    """What the section ``[mine]`` says, numbers looked up."""

    section: Mapping[str, Any]
    project: Mapping[str, Any]
    terms: Terms
    number: Mapping[str, float]
    sources: list[tuple[str, str, str]]

    @property
    def elements(self) -> list[str]:
        """Elements that are paid for."""
        return list(self.terms.net_usd_per_t_metal)


@dataclass(frozen=True)
class Work:
    """Everything that was found out about one mine."""

    ground: Ground
    precedence: Precedence
    template: Template
    value: Floats
    pit: Pit
    shell: Ints
    factors: list[float]
    phases: Phases
    risk: RiskPits
    plan: Plan
    annual: AnnualPlan
    kept: Kept | None


def run(context: StageContext) -> Result:
    """Compute ``plan``, ``blocks``, ``pits`` and ``summary`` of ``docs/handovers.md``."""
    facts = read_facts([path for path in context.files if path.suffix == ".csv"], context.folder)
    case = _case(context, facts)
    model = context.table("resource", "blocks")
    by = tuple(int(n) for n in case.section.get("reblock", [1, 1, 1]))
    least = CLASSES[str(case.section.get("least_class", "inferred"))]
    ground = reblock(model, (by[0], by[1], by[2]), case.elements, least)
    work = _work(case, ground, _areas(context), context)
    data = {
        "plan": _plan_table(case, work, context),
        "blocks": _block_table(work),
        "pits": _pit_table(work),
        "summary": _summary(case, work),
    }
    sources = [*case.sources, *_inherited(context, case)]
    return Result(data=data, files=_files(data), sources=sources)


def _case(context: StageContext, facts: Facts) -> Case:
    """Look up the section's facts; the plan is made on their modes, which are known."""
    section = context.settings["mine"]
    name = str(section["project"])
    project = next(p for p in context.settings["project"] if p["name"] == name)
    sources: list[tuple[str, str, str]] = []

    def look(fact_id: Any, unit: str, where: str) -> float:
        fact = fact_in(facts, fact_id, unit, f"study.toml mine.{where}")
        sources.append(("plan", name, fact.source_id))
        return fact.value(unit)

    named = [*FACTS, *(key for key in OPTIONAL_FACTS if key in section)]
    number = {key: look(section[key], unit_of(key), key) for key in named}
    price, recovery = (
        {
            element: look(fact_id, unit, f"{table}.{element}")
            for element, fact_id in section[table].items()
        }
        for table, unit in zip(TABLES, ("USD/t", "fraction"), strict=True)
    )
    terms = Terms(
        price, recovery, number["mining_usd_per_t_rock"], number["processing_usd_per_t_ore"]
    )
    return Case(section, project, terms, number, sources)


def _areas(context: StageContext) -> list[Any]:
    """Return the areas that no pit may touch, in the study's coordinates."""
    import geopandas

    paths = [path for path in context.files if path.suffix in {".geojson", ".gpkg"}]
    crs = context.settings["study"]["crs"]
    return [area for path in paths for area in geopandas.read_file(path).to_crs(crs).geometry]


def _work(case: Case, ground: Ground, areas: list[Any], context: StageContext) -> Work:
    """Do the planning, step by step."""
    section = case.section
    angles = section["slope_deg"]
    azimuths = section.get("slope_azimuth_deg", [0.0])
    slope = Slope(tuple(float(a) for a in angles), tuple(float(a) for a in azimuths))
    found = template(slope, int(section["benches"]), ground.cell_m)
    precedence = from_template(ground.blocks, [found])
    value = block_values(ground.mass_t, ground.kriged_pct, case.terms)
    forbidden = None
    if areas:
        forbidden = inside_areas(ground.centre_m[:, 0], ground.centre_m[:, 1], areas)
    pit = ultimate_pit(value.max(axis=1), precedence, forbidden)
    context.progress(f"mine: pit of {pit.blocks:,} blocks, {pit.value:,.0f} USD undiscounted")
    last = float(section.get("plan_factor", 1.0))
    factors = sorted({*map(float, section.get("factors", np.linspace(0.3, 1.0, 15))), 1.0, last})
    shell = _shells(case, ground, precedence, factors, forbidden)
    width = float(section.get("width_m", 0.0)) / min(ground.cell_m[:2])
    planned = np.where(shell <= factors.index(last), shell, len(factors)).astype(np.int32)
    phases = pushbacks(
        planned, ground.mass_t, ground.blocks, precedence,
        count=int(section.get("pushbacks", 1)), width_cells=max(width, 1.0),
    )  # fmt: skip
    risk = _risk(case, ground, precedence, context, forbidden)
    plan, kept = _schedule(case, ground, precedence, value, phases, context)
    drawn = {
        element: grade[:, np.arange(context.draws) % grade.shape[1]]
        for element, grade in ground.drawn_pct.items()
    }
    annual = annual_plan(plan.schedule, ground.mass_t, drawn, int(section["years"]), MILL)
    return Work(
        ground, precedence, found, value, pit, shell, factors, phases, risk, plan, annual, kept
    )


def _shells(
    case: Case, ground: Ground, precedence: Precedence, factors: list[float], forbidden: Any
) -> Ints:
    """Return nested pits; metal's revenue is multiplied, costs are not.

    A block's cheaper end is chosen at each factor: milling is a step that pays where the metal
    covers it, so the value is the larger of two lines and still rises with the factor.
    """
    terms = case.terms
    metal = sum(
        (
            ground.mass_t * ground.kriged_pct[element] / 100.0 * price * terms.recovery[element]
            for element, price in terms.net_usd_per_t_metal.items()
        ),
        np.zeros(len(ground.mass_t)),
    )
    dig = ground.mass_t * terms.mining_usd_per_t
    mill = ground.mass_t * terms.processing_usd_per_t
    if forbidden is not None:
        dig = np.where(forbidden, metal.sum() * max(factors) + 1.0, dig)
        metal = np.where(forbidden, 0.0, metal)
    ore = np.maximum(np.array(factors)[:, None] * metal - mill, 0.0)
    return rising_pits(ore - dig, precedence)


def _risk(
    case: Case, ground: Ground, precedence: Precedence, context: StageContext, forbidden: Any
) -> RiskPits:
    """Return the pits of the first realisations."""
    draws = next(iter(ground.drawn_pct.values())).shape[1]
    number = min(int(case.section.get("risk_draws", 20)), draws)
    grades = {element: grade[:, :number] for element, grade in ground.drawn_pct.items()}
    value = block_values(ground.mass_t, grades, case.terms).max(axis=2)
    if forbidden is not None:
        value[forbidden] = -value[value > 0].sum() - 1.0
    context.progress(f"mine: risk pits of {number} realisations")
    return risk_pits(value, precedence)


def _schedule(
    case: Case,
    ground: Ground,
    precedence: Precedence,
    value: Floats,
    phases: Phases,
    context: StageContext,
) -> tuple[Plan, Kept | None]:
    """Schedule the pushbacks' blocks: mine and mill capacity with ramp-up, two destinations.

    Where taking ore back from a stockpile has a cost, what a stockpile adds comes with the plan.
    """
    section, years = case.section, int(case.section["years"])
    ramp = [float(share) for share in case.project["ramp"]]
    high = np.stack(
        [
            capacity_by_year(case.number["mining_t_per_y"], years),
            capacity_by_year(case.number["mill_t_per_y"], years, ramp),
        ]
    )
    use = np.zeros((len(ground.mass_t), 2, 2))
    use[:, :, 0] = ground.mass_t[:, None]
    use[:, MILL, 1] = ground.mass_t
    reachable = phases.phase < phases.count
    worth = np.where(reachable[:, None], value, -np.abs(value).sum() - 1.0)
    problem = Problem(
        str(section["project"]), worth, use, np.full_like(high, -np.inf), high,
        case.number["discount_pct"] / 100.0, "PCPSP",
    )  # fmt: skip
    moves = int(section.get("moves", 300_000))
    plan = schedule_mine(
        problem, precedence, moves=moves, seed=context.seed, tolerance=_ENOUGH,
        progress=context.progress,
    )  # fmt: skip
    reclaim = case.number.get("reclaim_usd_per_t_ore")
    kept = None if reclaim is None else after_schedule(problem, plan.schedule, reclaim)
    return plan, kept


def _plan_table(case: Case, work: Work, context: StageContext) -> xr.Dataset:
    """Return the annual plan over the years of the study."""
    first = int(case.project["start_year"]) - context.years[0]
    years = list(range(context.years[0], context.years[1] + 1))
    last = min(len(years) - first, len(work.annual.ore_t))

    def spread(values: Floats) -> Floats:
        out = np.zeros((len(years), *values.shape[1:]))
        out[first : first + last] = values[:last]
        return out

    elements = case.elements
    heads = np.stack([spread(work.annual.head_pct[element]) for element in elements])
    return xr.Dataset(
        {
            "ore_t": (("project", "year"), spread(work.annual.ore_t)[None]),
            "waste_t": (("project", "year"), spread(work.annual.waste_t)[None]),
            "head_pct": (("project", "element", "year", "draw"), heads[None]),
        },
        coords={"project": [str(case.project["name"])], "element": elements, "year": years},
        attrs={"realisations": int(next(iter(work.ground.drawn_pct.values())).shape[1])},
    )


def _block_table(work: Work) -> pd.DataFrame:
    """Return the planned blocks that any factor's pit or any draw's pit holds."""
    ground, schedule = work.ground, work.plan.schedule
    shown = (work.shell < len(work.factors)) | (work.risk.probability > 0)
    table = pd.DataFrame(ground.centre_m, columns=["x", "y", "z"])
    table["mass_t"] = ground.mass_t
    for element, grade in ground.kriged_pct.items():
        table[f"{element}_pct"] = grade
    table["value_usd"] = work.value.max(axis=1)
    table["in_pit"] = work.pit.inside
    table["factor"] = np.append(np.array(work.factors), np.nan)[work.shell]
    table["pushback"] = np.where(work.phases.phase < work.phases.count, work.phases.phase, -1)
    table["probability"] = work.risk.probability
    periods = work.annual.ore_t.shape[0]
    table["period"] = np.where(schedule.period < periods, schedule.period, -1)
    table["milled"] = (schedule.destination == MILL) & (schedule.period < periods)
    return table[shown].reset_index(drop=True)


def _pit_table(work: Work) -> pd.DataFrame:
    """Return tonnes and value of the nested pits, valued at a factor of one."""
    best = work.value.max(axis=1)
    ore = work.value[:, MILL] > work.value[:, 1 - MILL]
    mass = work.ground.mass_t
    rows = []
    for number, factor in enumerate(work.factors):
        inside = work.shell <= number
        rows.append(
            {"factor": factor, "blocks": int(inside.sum()), "ore_t": mass[inside & ore].sum(),
             "waste_t": mass[inside & ~ore].sum(), "value_usd": best[inside].sum()}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _summary(case: Case, work: Work) -> pd.DataFrame:
    """Return the figures of the plan and its proofs."""
    plan, pit = work.plan, work.pit
    years = np.flatnonzero(work.annual.ore_t > 0)
    rows = [
        ("ultimate pit value", pit.value, "USD"),
        ("ultimate pit bound", pit.bound, "USD"),
        ("ultimate pit blocks", pit.blocks, "1"),
        ("ultimate pit blocks that lean on the model's side",
         int((pit.inside & work.precedence.border).sum()), "1"),
        ("slope error of the template", work.template.error_deg, "degrees"),
        ("slope template volume error", 100.0 * work.template.volume_error, "%"),
        ("pushbacks", work.phases.count, "1"),
        ("blocks too narrow to dig", work.phases.left, "1"),
        ("schedule npv at planning prices", plan.npv, "USD"),
        ("schedule bound", plan.bound, "USD"),
        ("schedule gap", 100.0 * plan.gap, "%"),
        ("ore mined", work.annual.ore_t.sum(), "t"),
        ("waste mined", work.annual.waste_t.sum(), "t"),
        ("life of mine", int(years.max() + 1) if len(years) else 0, "y"),
        ("risk pit value P10", float(np.quantile(work.risk.value, 0.1)), "USD"),
        ("risk pit value P50", float(np.quantile(work.risk.value, 0.5)), "USD"),
        ("risk pit value P90", float(np.quantile(work.risk.value, 0.9)), "USD"),
        ("risk pits", len(work.risk.value), "1"),
    ]  # fmt: skip
    rows += [
        (f"marginal cut-off {element} alone", case.terms.cutoff_pct(element), "%")
        for element in case.elements
    ]
    if work.kept is not None:
        rows += [
            ("stockpile gain at planning prices", work.kept.gain, "USD"),
            ("largest stockpile", work.kept.stock.max(), "t"),
            ("ore taken back from the stockpile", work.kept.later.sum(), "t"),
        ]
    return pd.DataFrame(rows, columns=["quantity", "value", "unit"])


def _files(data: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the tables for people: the plan by year, the nested pits, the summary."""
    plan = data["plan"].isel(project=0)
    rows = []
    for place, year in enumerate(plan["year"].values):
        row: dict[str, float] = {"year": int(year)}
        row |= {name: float(plan[name].values[place]) for name in ("ore_t", "waste_t")}
        for element in plan["element"].values:
            heads = plan["head_pct"].sel(element=element).values[place]
            for level in (10, 50, 90):
                row[f"{element}_pct_p{level}"] = float(np.quantile(heads, level / 100.0))
        if row["ore_t"] + row["waste_t"] > 0:
            rows.append(row)
    frames = {"mine_plan.csv": pd.DataFrame(rows), "mine_pits.csv": data["pits"],
              "mine_summary.csv": data["summary"]}  # fmt: skip
    return {
        name: as_csv(frame.to_dict("records"), list(frame.columns))
        for name, frame in frames.items()
    }


def _inherited(context: StageContext, case: Case) -> list[tuple[str, str, str]]:
    """Return what the block model rests on, leading assay rows among it, for this project."""
    name = str(case.project["name"])
    return [("ore", name, source) for _, _, source in context.inputs["resource"].sources]
