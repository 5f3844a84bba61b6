"""What people get from the resource stage: draft statement, block model, pictures, plans."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.resource import pictures
from lodeway.resource.checking import Checked
from lodeway.resource.drafting import Draft, docx_bytes, html_bytes
from lodeway.resource.model import Model, describe
from lodeway.resource.omf import Element, omf_bytes
from lodeway.resource.plans import geopackage_bytes, level, section_blocks
from lodeway.resource.rotation import to_datamine, to_gslib
from lodeway.resource.scores import normal_scores
from lodeway.resource.section import Section
from lodeway.resource.support import anamorphosis
from lodeway.resource.tablefiles import csv_bytes
from lodeway.resource.topcut import propose_cut
from lodeway.resource.validate import CrossValidation, accuracy, leave_one_hole_out, swath
from lodeway.resource.wireframe import Wireframe

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Output:
    """Everything that the files are made of."""

    section: Section
    checked: Checked
    composites: pd.DataFrame
    collars: Floats
    model: Model
    solid: Wireframe | None
    density: float
    cutoff: tuple[float, str]
    notes: list[str]
    table: pd.DataFrame
    curve: pd.DataFrame
    effective: str
    crs: str

    @property
    def first(self) -> str:
        """The element of the cut-off."""
        return next(iter(self.section.grades))

    @cached_property
    def own(self) -> pd.DataFrame:
        """Composites that the model was made from."""
        return self.model.data

    @cached_property
    def validation(self) -> CrossValidation:
        """Leave-one-hole-out with the first search."""
        xyz = self.own[["x", "y", "z"]].to_numpy()
        return leave_one_hole_out(
            xyz, self.own[self.first].to_numpy(), self.own["hole"].to_numpy(),
            self.model.variogram, self.model.searches[-1],
        )  # fmt: skip

    @cached_property
    def intervals(self) -> tuple[pd.DataFrame, float]:
        """How often intervals hold what they promise."""
        xyz = self.own[["x", "y", "z"]].to_numpy()
        return accuracy(
            xyz, self.own[self.first].to_numpy(), self.own["hole"].to_numpy(),
            self.model.fit.model, self.model.searches[-1], self.model.declustered.weights,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Return the files by name."""
        draft = self.draft()
        buffer = io.BytesIO()
        self.blocks().to_parquet(buffer, index=False)
        return {
            "resource_statement.html": html_bytes(draft),
            "resource_statement.docx": docx_bytes(draft),
            "resource_blocks.parquet": buffer.getvalue(),
            "resource_model.omf": self.omf(),
            "resource_plans.gpkg": self.plans(),
            "resource_statement.csv": csv_bytes(self.table),
            "resource_grade_tonnage.csv": csv_bytes(self.curve),
            "resource_findings.csv": csv_bytes(
                pd.DataFrame([finding.as_dict() for finding in self.checked.findings])
            ),
        }

    def blocks(self) -> pd.DataFrame:
        """Return the estimated blocks as a table: places, kriged grades, simulated range, class."""
        model = self.model
        centres = model.grid.centres()[model.estimated]
        frame = pd.DataFrame(centres, columns=["x", "y", "z"])
        for name, grade in model.kriged.items():
            frame[f"{name}_pct_kriged"] = grade
            low, high = np.quantile(model.simulated[name], [0.1, 0.9], axis=1)
            frame[f"{name}_pct_p10"], frame[f"{name}_pct_p90"] = low, high
        frame["class"] = model.classes
        frame["spacing_m"] = model.spacing
        frame["slope"] = model.passes.kriging.slope[model.passes.number > 0]
        return frame

    def omf(self) -> bytes:
        """Return the model, collars and composites as an OMF project."""
        model = self.model
        data = {"class": np.zeros(model.grid.blocks)}
        data["class"][model.estimated] = model.classes
        for name, grade in model.kriged.items():
            data[f"{name}_pct"] = np.full(model.grid.blocks, np.nan)
            data[f"{name}_pct"][model.estimated] = grade
        points = self.own[["x", "y", "z"]].to_numpy()
        grades = {f"{name}_pct": self.own[name].to_numpy() for name in model.kriged}
        return omf_bytes(
            self.section.title,
            [
                Element("blocks", "blocks", grid=model.grid, data=data),
                Element("collars", "points", self.collars),
                Element("composites", "points", points, data=grades),
            ],
            "Draft resource model; see the draft statement.",
        )

    def plans(self) -> bytes:
        """Return collars, every fourth level of the model, and the fullest section."""
        model = self.model
        values: dict[str, Floats] = {**model.kriged, "class": model.classes.astype(np.float64)}
        collars = geopandas.GeoDataFrame(
            {"z": self.collars[:, 2]},
            geometry=geopandas.points_from_xy(self.collars[:, 0], self.collars[:, 1]), crs=self.crs,
        )  # fmt: skip
        layers = {"collars": collars}
        for layer in range(0, model.grid.count[2], 4):
            middle = model.grid.axis(2)[layer]
            layers[f"level_{middle:.0f}m"] = level(
                model.grid, model.estimated, values, layer, self.crs
            )
        layers["section"] = section_blocks(model.grid, model.estimated, values, self.fullest)
        return geopackage_bytes(layers)

    @property
    def fullest(self) -> int:
        """The row of blocks along x that holds the most estimates."""
        nx, ny = self.model.grid.count[0], self.model.grid.count[1]
        return int(np.bincount(self.model.estimated // nx % ny, minlength=ny).argmax())

    def swaths(self) -> list[tuple[str, pd.DataFrame]]:
        """Return swaths along x, y and z."""
        own, model = self.own, self.model
        centres = model.grid.centres()[model.estimated]
        data = (own[["x", "y", "z"]].to_numpy(), own[self.first].to_numpy(),
                model.declustered.weights)  # fmt: skip
        models = {"kriged": (centres, model.kriged[self.first]),
                  "simulated": (centres, model.simulated[self.first].mean(axis=1))}  # fmt: skip
        widths = (4 * model.grid.size[0], 4 * model.grid.size[1], 2 * model.grid.size[2])
        return [
            (name, swath(axis, widths[axis], data, models))
            for axis, name in enumerate(("easting", "northing", "elevation"))
        ]

    def pictures(self) -> list[tuple[str, bytes, str]]:
        """Return the pictures of the statement."""
        model, name = self.model, self.first
        table, goodness = self.intervals
        return [
            ("plan", pictures.plan(model.grid, model.estimated, model.classes, self.collars),
             "Where each class reaches; coordinates of the study's system."),
            ("section", pictures.section(model.grid, model.estimated, model.kriged[name], name,
                                         self.fullest,
                                         model.rock),
             "The row of blocks with the most estimates."),
            ("grade and tonnage", pictures.grade_tonnage(self.curve, name),
             "Kriged models are smoother than the ground; the simulated range is not."),
            ("variogram", pictures.variogram(model.experimental, model.down, model.fit.model),
             f"Normal scores of {name}. {describe(model.fit.model)}."),
            ("swaths", pictures.swaths(self.swaths(), name),
             "Declustered composites against the models, slice by slice."),
            ("grades", pictures.probability(self.own[name].to_numpy(),
                                            model.declustered.weights, name),
             "A straight line is a lognormal distribution; breaks call for domains or a cut."),
            ("accuracy", pictures.accuracy(table, goodness),
             "Points below the line: intervals promise more than they hold (Deutsch 1997)."),
        ]  # fmt: skip

    def checks(self) -> list[tuple[str, str]]:
        """Return what validation found, in words."""
        model, name = self.model, self.first
        goodness = self.intervals[1]
        near = model.classes >= 2
        rows = [
            ("mean of composites: plain, by cells, by polygons", self._means()),
            ("kriged and simulated mean of all blocks",
             f"{model.kriged[name].mean():.3f} and {model.simulated[name].mean():.3f} % {name}"),
            ("leave one hole out", self._left_out()),
            ("accuracy of intervals (Deutsch 1997)", f"{goodness:.2f} of 1"),
        ]  # fmt: skip
        if near.any():
            pair = model.kriged[name][near].mean(), model.simulated[name][near].mean()
            rows.insert(2, ("the same, measured and indicated",
                            f"{pair[0]:.3f} and {pair[1]:.3f} % {name}"))  # fmt: skip
        rows.append(("change of support", self._support()))
        if self.solid is not None:
            kinds = ", ".join(f"{n} {kind}" for kind, n in self.solid.problems().items())
            rows.append(("wireframe", kinds or "closed, looks outward"))
        return rows + [("note", note) for note in self.notes]

    def _left_out(self) -> str:
        """Return what leaving out one hole at a time shows."""
        found = self.validation
        return (
            f"{found.number:,} composites: bias {found.bias:+.3f} % {self.first}, correlation "
            f"{found.correlation:.2f}, slope {found.slope:.2f}, squared error over variance "
            f"{found.standardised:.2f}"
        )

    def _means(self) -> str:
        """Return the means of the composites, plain and declustered."""
        grade, cells = self.own[self.first].to_numpy(), self.model.declustered
        return (
            f"{grade.mean():.3f}, {cells.sweep[:, 1].min():.3f} (cells of {cells.size:.0f} m) and "
            f"{cells.mean:.3f} % {self.first}; polygons over the domain are used"
        )

    def _support(self) -> str:
        """Return what the discrete Gaussian model says of the blocks' spread, beside the models."""
        name = self.first
        _, table = normal_scores(self.own[name].to_numpy(), self.model.declustered.weights)
        point = anamorphosis(table)
        share = self.model.passes.kriging.own / self.model.variogram.sill
        block, r = point.block(min(max(share, 1e-6), 1.0) * point.variance)
        simulated = float(self.model.simulated[name].var(axis=0).mean())
        return (
            f"blocks keep {share:.0%} of the composites' variance (r = {r:.2f}); discrete Gaussian "
            f"{np.sqrt(block.variance):.3f}, simulated {np.sqrt(simulated):.3f}, kriged "
            f"{self.model.kriged[name].std():.3f} % {name} standard deviation"
        )

    def draft(self) -> Draft:
        """Return the content of the statement."""
        counts = {code: n for code, n in self.checked.counts().items() if ":" not in code}
        return Draft(
            self.section.title, self.effective, list(self.section.grades), self.table,
            self.cutoff[1], self.pictures(), self.checks(), counts, self.answers(),
            self.section.settings.realisations,
        )  # fmt: skip

    def answers(self) -> dict[str, str]:
        """Return what the run itself can say to the checklist."""
        model, settings = self.model, self.section.settings
        summary = self.checked.holes.summary()
        found = sum(n for code, n in self.checked.counts().items() if ":" not in code)
        rules, size = settings.rules, " x ".join(f"{s:g}" for s in settings.block)
        longest = max(model.fit.model.structures, key=lambda one: one.range)
        angles = (longest.dip, longest.dip_direction, longest.pitch)
        cut = propose_cut(self.own[self.first].to_numpy(), model.declustered.weights)
        span = np.ptp(model.grid.centres()[model.estimated], axis=0)
        metres = self.section.composite * self.section.unit_m
        return {
            "location": "Desurvey by minimum curvature. Ground from collars by inverse distance; "
            "a survey of the surface should replace it.",
            "spacing": f"Mean distance to three holes: median {np.median(model.spacing):.0f} m. "
            f"Composites of {metres:.2f} m, kept when half assayed.",
            "holes": f"{summary['holes']:,} holes, {summary['intervals']:,} intervals; "
            "the tables stand in the study.",
            "aggregation": f"Length-weighted composites. Top cut: {cut.why}"
            + (f", {cut.cap:.2f} % would lose {cut.metal_lost_pct:.1f} % of the metal; not applied."
               if np.isfinite(cut.cap) else "."),
            "diagrams": "Plan and section above.",
            "balanced": "All composites were used, unassayed lengths were not taken as zero.",
            "database": f"{found:,} findings of the automatic check, listed by row in "
            "resource_findings.csv.",
            "interpretation": "One domain with a hard boundary, "
            + ("a given wireframe." if self.solid is not None else "all data."),
            "dimensions": " x ".join(f"{s:,.0f}" for s in span) + " m (estimated blocks).",
            "techniques": f"Ordinary kriging of blocks of {size} m (4 x 4 x 4 points), 24 data at "
            "most, 6 an octant, 5 a hole, three passes at half, one and two ranges; "
            f"{settings.realisations} sequential Gaussian simulations. "
            f"Continuity: {describe(model.fit.model)}; in GSLIB's angles "
            + "/".join(f"{a:.0f}" for a in to_gslib(*angles))
            + ", in Datamine's (axes 3, 1, 3) "
            + "/".join(f"{a:.0f}" for a in to_datamine(*angles)) + ".",
            "moisture": "Tonnes are dry.",
            "cutoff": self.cutoff[1],
            "density": f"{self.density:.2f} t/m3, one assumed value (a row of the facts).",
            "classification": "Spacing to three holes at most "
            + ", ".join(f"{d:g}" for d in rules.spacing)
            + " m for inferred, indicated, measured; slope of regression at least "
            + ", ".join(f"{s:g}" for s in rules.slope)
            + f"; metal of a year (indicated) or quarter (measured) within {rules.precision:.0%} "
            "at 90 % in the simulations; zones smaller than "
            f"{rules.least_blocks} blocks fall to the class below.",
            "accuracy": "; ".join(f"{what}: {result}" for what, result in self.checks()[:4]) + ".",
        }  # fmt: skip
