"""What is in the ground and how it is dug: the resource statement, the pits and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xarray as xr
from markupsafe import Markup

from lodeway.model.figure import Figure
from lodeway.report.book import Book, number, slug, spread_of
from lodeway.report.sections import Table, text

Rows = Sequence[Mapping[str, Any]]
#: Rows of the summary that are printed, in this order.
_SUMMARY = (
    "ultimate pit value", "schedule npv at planning prices", "schedule bound", "schedule gap",
    "stockpile gain at planning prices", "ore mined", "waste mined", "life of mine",
    "risk pit value P10", "risk pit value P50", "risk pit value P90",
    "slope error of the template", "ultimate pit blocks that lean on the model's side",
)  # fmt: skip


def ground_tables(
    book: Book, deposits: Sequence[str], statement: Rows, plan: xr.Dataset | None, pits: Rows,
    summary: Rows,
) -> list[Table]:  # fmt: skip
    """Return the tables of the ground; those whose rows are absent are left out.

    `deposits` are what the sources of the statement may be about.
    """
    tables = list(_statement(book, deposits, statement))
    if plan is not None:
        project = str(plan["project"].to_numpy()[0])
        tables += [*_plan(book, plan, project), *_pits(book, pits, project),
                   *_summary(book, summary, project)]  # fmt: skip
    return tables


def confidence(rows: Rows) -> str:
    """Return in plain words how well the resource is known."""
    tonnes = {text(row["class"]): number(row["ore_t"]) or 0.0 for row in rows}
    known = tonnes.get("measured", 0.0) + tonnes.get("indicated", 0.0)
    inferred = tonnes.get("inferred", 0.0)
    if known + inferred <= 0:
        return "No rock above the cut-off is classified."
    if known <= 0:
        return "All of it is inferred: too little is known for a reserve or a feasibility study."
    share = 100.0 * inferred / (known + inferred)
    return f"{share:.0f} % of the tonnes are inferred, which no reserve may rest on."


def _one(
    book: Book, value: object, stage: str, name: str, label: str, unit: str,
    items: Sequence[str] = (), **where: Any,
) -> Markup:  # fmt: skip
    """Enter one value of the resource or the mine, and show it; a dash where there is none."""
    plain = number(value)
    if plain is None:
        return book.show(None)
    figure = Figure(name, label, unit, stage, _HOW[stage], value=plain, **where)
    return book.show(book.add(figure, stage, items))


_HOW = {"resource": "block model above the cut-off", "mine": "plan on the kriged model"}


def _statement(book: Book, deposits: Sequence[str], rows: Rows) -> Iterator[Table]:
    if not rows:
        return
    elements = [key.removesuffix("_pct") for key in rows[0]
                if key.endswith("_pct") and key != "cutoff_pct"]  # fmt: skip

    def show(row: Mapping[str, Any], key: str, name: str, label: str, unit: str) -> Markup:
        return _one(book, row.get(key), "resource", f"resource-{name}", label, unit, deposits)

    body = []
    for row in rows:
        name = text(row["class"])
        end, what = slug(name), f"{name} resource"
        cells = [show(row, "ore_t", f"ore-{end}", f"Tonnes, {what}", "t")]
        for sign in elements:
            lower = f"{slug(sign)}-{end}"
            cells.append(show(row, f"{sign}_pct", f"grade-{lower}", f"{sign} grade, {what}", "%"))
            cells.append(show(row, f"{sign}_t", f"metal-{lower}", f"{sign} metal, {what}", "t"))
        for level in ("p10", "p90"):
            label = f"Tonnes, {what}, {level.upper()} over simulations"
            cells.append(show(row, f"ore_t_{level}", f"ore-{level}-{end}", label, "t"))
        body.append([name, *cells])
    first = elements[0] if elements else ""
    cutoff = show(rows[0], "cutoff_pct", "cutoff", f"Cut-off grade of {first}", "%")
    note = Markup("{} Cut-off {} {}. Tonnes of the kriged model; P10 and P90 over simulations, "
                  "which are less smooth, so that the kriged tonnes may lie outside them. "
                  "A draft: it is no statement until a competent person signs it.")  # fmt: skip
    metals = [word for sign in elements for word in (sign, f"{sign} metal")]
    head = ["Class", "Tonnes", *metals, "Tonnes, P10", "Tonnes, P90"]
    yield Table("Resource by class (draft)", head, body,
                note.format(confidence(rows), cutoff, first))  # fmt: skip


def _plan(book: Book, plan: xr.Dataset, project: str) -> Iterator[Table]:
    elements = [str(name) for name in plan["element"].to_numpy()]
    one = plan.isel(project=0)
    body = []
    for place, year in enumerate(int(year) for year in plan["year"].to_numpy()):
        ore, waste = (float(one[name].to_numpy()[place]) for name in ("ore_t", "waste_t"))
        if ore + waste <= 0:
            continue
        where: dict[str, Any] = {"project": project, "year": year}
        cells = [
            _one(book, ore, "mine", "plan-ore", f"Ore, {year}", "t", **where),
            _one(book, waste, "mine", "plan-waste", f"Waste, {year}", "t", **where),
        ]
        for element in elements:
            heads = one["head_pct"].sel(element=element).to_numpy()[place]
            figure = Figure(
                f"plan-head-{slug(element)}", f"{element} in the ore, {year}", "%", "mine",
                _HOW["mine"], **where, **spread_of(heads),
            )  # fmt: skip
            cells.append(book.show(book.add(figure, "mine")) if ore > 0 else book.show(None))
        body.append([year, *cells])
    if body:
        yield Table(f"Plan by year, {book.name(project)}", ["Year", "Ore", "Waste", *elements],
                    body, "Grades: middle case and P10 to P90 of what the planned ore holds."
                    + _repeats(plan))  # fmt: skip


def _repeats(plan: xr.Dataset) -> str:
    drawn = number(plan.attrs.get("realisations"))
    return "" if drawn is None else f" From {drawn:,.0f} simulated models."


def _pits(book: Book, rows: Rows, project: str) -> Iterator[Table]:
    columns = (("ore_t", "Ore", "t"), ("waste_t", "Waste", "t"), ("value_usd", "Value", "USD"))
    body = []
    for row in rows:
        factor = f"{float(row['factor']):g}"
        end = factor.replace(".", "-")
        cells = [
            _one(book, row.get(key), "mine", f"pit-{slug(label)}-{end}",
                 f"{label} of the pit at revenue factor {factor}", unit, project=project)
            for key, label, unit in columns
        ]  # fmt: skip
        body.append([factor, *cells])
    if body:
        yield Table("Nested pits", ["Revenue factor", *(c[1] for c in columns)], body,
                    "Value: undiscounted, at a factor of 1.")  # fmt: skip


def _summary(book: Book, rows: Rows, project: str) -> Iterator[Table]:
    found = {text(row["quantity"]): row for row in rows}
    body = []
    for name in _SUMMARY:
        if name not in found:
            continue
        unit = text(found[name]["unit"])
        shown = _one(book, found[name]["value"], "mine", f"plan-{slug(name)}",
                     f"{name[0].upper()}{name[1:]}", "" if unit == "1" else unit,
                     project=project)  # fmt: skip
        body.append([f"{name[0].upper()}{name[1:]}", shown])
    if body:
        yield Table("The plan and its proof", ["Quantity", "Value"], body,
                    "No schedule of these blocks is worth more than the bound at planning prices. "
                    "Risk pits know their simulation: an upper bound.")  # fmt: skip
