"""The resource stage: from a study's drilling tables to a block model and a draft statement."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from lodeway.errors import LodewayError, LodewayWarning
from lodeway.io import read_facts
from lodeway.model import Facts, Result, StageContext
from lodeway.model.parameters import fact_in
from lodeway.resource import outputs
from lodeway.resource.check import CUTOFF
from lodeway.resource.checking import Checked, check_drillholes
from lodeway.resource.compositing import Rule, composite
from lodeway.resource.drillholes import read_drillholes
from lodeway.resource.model import Model, build
from lodeway.resource.resources import cutoff_grade, grade_tonnage, statement
from lodeway.resource.section import Section, read_section
from lodeway.resource.weights import influences
from lodeway.resource.wireframe import Wireframe, read_wireframe

Floats = NDArray[np.float64]
_TRACED = 25


@dataclass(frozen=True)
class Place:
    """From the tables' coordinates to metres of the study, and back."""

    crs: str
    source_crs: str
    unit_m: float

    def into(self, xyz: Floats) -> Floats:
        """Return places ``(n, 3)`` in metres of the study."""
        return self._turn(xyz, self.source_crs, self.crs, z=self.unit_m)

    def back(self, xyz: Floats) -> Floats:
        """Return places ``(n, 3)`` in the tables' coordinates."""
        return self._turn(xyz, self.crs, self.source_crs, z=1.0 / self.unit_m)

    def _turn(self, xyz: Floats, one: str, other: str, z: float) -> Floats:
        if not self.source_crs:
            return np.asarray(xyz * z)
        from pyproj import Transformer

        x, y = Transformer.from_crs(one, other, always_xy=True).transform(xyz[:, 0], xyz[:, 1])
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise LodewayError("bad-crs", f"{one} to {other}", "places beyond it", "its own area")
        return np.column_stack([x, y, xyz[:, 2] * z])


def run(context: StageContext) -> Result:
    """Compute ``blocks``, ``statement``, ``grade_tonnage``, ``composites`` and ``findings``.

    A study without a ``[resource]`` section gets an empty result. See ``docs/handovers.md``.
    """
    raw = context.settings.get("resource") or {}
    if not raw:
        return Result()
    section = read_section(raw, context.seed, workers=int(getattr(context.engine, "workers", 1)))
    facts = read_facts([path for path in context.files if _is_facts(path, context)], context.folder)
    place = Place(_crs(context), section.source_crs, section.unit_m)
    checked = _checked(context, raw, section)
    composites, collars = _composites(checked, section, place)
    solid = read_wireframe(_file(context, raw["solid"])) if "solid" in raw else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LodewayWarning)
        model = build(
            composites, list(section.grades), collars, section.settings,
            None if solid is None else _inside(solid, place),
            None if solid is None else _near(solid, place, float(raw.get("soft_m", 0.0))),
            context.progress,
        )  # fmt: skip
    notes = sorted({str(one.message) for one in caught if one.category is LodewayWarning})
    density = _fact(facts, raw["density_t_per_m3"], "t/m3", "density_t_per_m3")
    cutoff = _cutoff(facts, raw["cutoff"])
    return _result(
        context, raw, section, checked, composites, collars, model, solid, density, cutoff, notes
    )


def _crs(context: StageContext) -> str:
    return str(context.settings.get("study", {}).get("crs", ""))


def _is_facts(path: Path, context: StageContext) -> bool:
    patterns = context.settings.get("facts", {}).get("files", [])
    relative = path.relative_to(context.folder)
    return any(relative.match(pattern) for pattern in patterns)


def _file(context: StageContext, name: str) -> Path:
    found = [path for path in context.files
             if path.relative_to(context.folder).as_posix() == name]  # fmt: skip
    if not found:
        raise LodewayError("missing", "study.toml resource", repr(name), "a file of the study")
    return found[0]


def _checked(context: StageContext, raw: Mapping[str, Any], section: Section) -> Checked:
    tables = [_file(context, raw[name]) for name in ("collar", "survey", "assay")]
    unit = "ft" if section.unit_m != 1.0 else "m"
    checked = check_drillholes(read_drillholes(*tables, unit=unit))
    summary = checked.holes.summary()
    context.progress(
        f"  {summary['holes']:,} holes, {summary['intervals']:,} intervals, "
        f"{len(checked.findings):,} findings"
    )
    return checked


def _composites(checked: Checked, section: Section, place: Place) -> tuple[pd.DataFrame, Floats]:
    """Return composites with their places in metres, and the collars."""
    frame = composite(checked, Rule(section.composite), list(section.grades.values()))
    names = dict(zip(frame.columns[6 : 6 + len(section.grades)], section.grades, strict=True))
    frame = frame.rename(columns=names)
    frame = frame[np.isfinite(frame[["x", "y", "z"]].to_numpy()).all(axis=1)]
    if frame.empty:
        raise LodewayError("missing", "drillholes", "no composite with a place", "some")
    frame[["x", "y", "z"]] = place.into(frame[["x", "y", "z"]].to_numpy())
    table = checked.holes.collars
    collars = np.column_stack([table.x, table.y, table.z])
    collars = collars[np.isfinite(collars).all(axis=1)]
    return frame.reset_index(drop=True), place.into(collars)


def _inside(solid: Wireframe, place: Place) -> Callable[[Floats], NDArray[np.bool_]]:
    return lambda points: solid.inside(place.back(points))


def _near(solid: Wireframe, place: Place, soft_m: float) -> Callable[[Floats], NDArray[np.bool_]]:
    """Return which composites serve the domain: inside, or no farther outside than `soft_m`."""
    return lambda points: solid.near(place.back(points), soft_m / place.unit_m)


def _fact(facts: Facts, fact_id: str, unit: str, key: str) -> float:
    return fact_in(facts, fact_id, unit, f"study.toml resource.{key}").value(unit)


def _cutoff(facts: Facts, ids: Mapping[str, str]) -> tuple[float, str]:
    """Return the cut-off in per cent and the sentence that says how it came about."""
    v = {key: _fact(facts, ids[key], unit, f"cutoff.{key}") for key, unit in CUTOFF.items()}
    grade = cutoff_grade(
        v["cost_usd_per_t"], v["price_usd_per_t"], v["recovery_pct"], v["payable_pct"],
        v["selling_usd_per_t"],
    )  # fmt: skip
    why = (
        f"Cost from the pit rim {v['cost_usd_per_t']:.2f} USD per tonne of ore over "
        f"({v['price_usd_per_t']:,.0f} USD/t metal x {v['payable_pct']:.1%} payable less "
        f"{v['selling_usd_per_t']:,.0f} USD/t for selling) x {v['recovery_pct']:.0%} recovered "
        f"= {grade:.3f} %. By-products are not counted. Each figure is a row of the facts."
    )
    return grade, why


def _result(
    context: StageContext, raw: Mapping[str, Any], section: Section, checked: Checked,
    composites: pd.DataFrame, collars: Floats, model: Model, solid: Wireframe | None,
    density: float, cutoff: tuple[float, str], notes: list[str],
) -> Result:  # fmt: skip
    """Return tables, files and sources."""
    volume = float(np.prod(model.grid.size))
    tonnes = np.full(len(model.estimated), volume * density)
    table = statement(model.kriged, model.simulated, tonnes, model.classes, cutoff[0])
    first = next(iter(section.grades))
    levels = np.unique(np.append(np.round(np.linspace(0.0, 6.0 * cutoff[0], 13), 3), cutoff[0]))
    curve = grade_tonnage(
        model.kriged, model.simulated, tonnes, model.classes >= 1, levels.tolist()
    )
    context.progress("  draft statement")
    made = outputs.Output(
        section, checked, composites, collars, model, solid, density, cutoff, notes, table, curve,
        context.as_of.isoformat(), _crs(context),
    )  # fmt: skip
    own = composites.rename(columns={name: f"{name}_pct" for name in section.grades})
    own = own.rename(columns={"row": "assay_row"}).drop(columns="assayed")
    own[["from_m", "to_m"]] = own[["from", "to"]] * section.unit_m
    findings = pd.DataFrame([finding.as_dict() for finding in checked.findings])
    rows = findings["row"] if "row" in findings else pd.Series(dtype="Int64")
    findings["row"] = rows.astype("Int64")
    return Result(
        data={
            "blocks": blocks_table(model, density),
            "statement": table,
            "grade_tonnage": curve,
            "composites": own.drop(columns=["from", "to"]),
            "findings": findings,
        },
        files=made.files(),
        sources=_sources(context, raw, checked, composites, model, tonnes, first, cutoff[0]),
    )


def blocks_table(model: Model, density: float) -> xr.Dataset:
    """Return the block model as it is handed over (``docs/handovers.md``)."""
    grid = model.grid
    centres = grid.centres()
    number = model.estimated
    realisations = next(iter(model.simulated.values())).shape[1]
    rock = np.where(model.rock, density, np.nan).astype(np.float32)
    classes = np.zeros(grid.blocks, dtype=np.int8)
    classes[number] = model.classes
    data: dict[str, Any] = {
        "density_t_per_m3": ("block", rock),
        "class": ("block", classes),
    }
    for name, grade in model.kriged.items():
        whole = np.full(grid.blocks, np.nan, dtype=np.float32)
        whole[number] = grade
        data[f"{name}_pct_kriged"] = ("block", whole)
        drawn = np.full((grid.blocks, realisations), np.nan, dtype=np.float32)
        drawn[number] = model.simulated[name]
        data[f"{name}_pct"] = (("block", "draw"), drawn)
    attrs: dict[str, Any] = {
        f"{key}_{axis}": value[place]
        for key, value in (("origin", grid.origin), ("size", grid.size), ("count", grid.count))
        for place, axis in enumerate("xyz")
    }
    attrs |= {"realisations": realisations, "elements": ",".join(model.kriged)}
    coords = {axis: ("block", centres[:, place]) for place, axis in enumerate("xyz")}
    return xr.Dataset(data, coords=coords, attrs=attrs)


def _sources(
    context: StageContext, raw: Mapping[str, Any], checked: Checked, composites: pd.DataFrame,
    model: Model, tonnes: Floats, first: str, cutoff: float,
) -> list[tuple[str, str, str]]:  # fmt: skip
    """Return facts, and the assay rows on which the metal above the cut-off rests most.

    A composite's part is its grade times its kriging weights in all blocks above the cut-off; the
    rows of the composites with the largest parts are named, so that a figure can be walked back to
    them.
    """
    ids = [str(raw["density_t_per_m3"]), *map(str, raw["cutoff"].values())]
    read = read_facts([path for path in context.files if _is_facts(path, context)], context.folder)
    deposit = str(raw["deposit"])
    found = [("resource", deposit, read[one].source_id) for one in ids if one in read]
    above = model.kriged[first] >= cutoff
    xyz = composites[["x", "y", "z"]].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LodewayWarning)
        weight = influences(
            xyz, model.grid.centres()[model.estimated[above]], tonnes[above], model.variogram,
            model.searches[0], holes=composites["hole"].to_numpy(), block=model.grid.size,
        )  # fmt: skip
    part = weight * composites[first].to_numpy()
    leading = np.argsort(-part, kind="stable")[:_TRACED]
    table = checked.holes.intervals
    name = _first_column(context, raw)
    for line in composites["row"].to_numpy()[leading]:
        row = int(np.flatnonzero(table.line == line)[0])
        mark = str(table.texts[name][row]) if name in table.texts else str(line)
        found.append(("resource", deposit, f"{raw['assay']}#{mark}"))
    return found


def _first_column(context: StageContext, raw: Mapping[str, Any]) -> str:
    """Return the name of the assay table's first column, by which a trace finds a row."""
    from lodeway.resource.dialect import read_sheet

    return read_sheet(_file(context, raw["assay"])).columns[0]
