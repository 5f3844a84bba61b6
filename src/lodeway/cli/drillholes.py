"""Commands on drillholes: check, composite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lodeway.cli.app import put, put_json, say

if TYPE_CHECKING:
    from lodeway.resource.checking import Checked

group = typer.Typer(
    help="Drillholes: collar, survey and assay tables.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Collar = Annotated[Path, typer.Argument(help="Where holes begin.", metavar="COLLAR")]
Survey = Annotated[Path, typer.Argument(help="Directions down the holes.", metavar="SURVEY")]
Assay = Annotated[Path, typer.Argument(help="Intervals with grades.", metavar="ASSAY")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="TABLE.ROLE=COLUMN, table collar, survey or interval; repeatable."),
]
Unit = Annotated[Literal["m", "ft", ""], typer.Option(help="Unit of the lengths: m or ft.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    group.command()(check)
    group.command()(composite)
    app.add_typer(group, name="drillholes")


def check(
    collar: Collar,
    survey: Survey,
    assay: Assay,
    columns: Map = None,
    unit: Unit = "",
    as_json: AsJson = False,
) -> None:
    """Say everything that is odd in a drilling data base, by hole and row, and what is done."""
    checked = _checked(collar, survey, assay, columns, unit)
    if as_json:
        put_json(checked.as_dict())
        return
    _put_mapping(checked)
    for code, number in checked.counts().items():
        put(f"{number:>8,}  {code}")
    for finding in checked.findings[:_SHOWN]:
        place = f"{finding.file}:{finding.row or ''} {finding.hole}".rstrip()
        put(f"{place}: {finding.code}: {finding.what}; {finding.action}")
    if len(checked.findings) > _SHOWN:
        put(f"... and {len(checked.findings) - _SHOWN:,} more (--json lists all)")


def composite(
    collar: Collar,
    survey: Survey,
    assay: Assay,
    length: Annotated[float, typer.Option(help="Length of a composite.")],
    out: Annotated[Path, typer.Option(help="The file to write: .csv or .parquet.")],
    grade: Annotated[list[str] | None, typer.Option(help="Grades; by default all.")] = None,
    by: Annotated[str, typer.Option(help="A column at whose changes composites begin anew.")] = "",
    residual: Annotated[
        Literal["drop", "merge", "spread"], typer.Option(help="What becomes of the last piece.")
    ] = "drop",
    least_share: Annotated[float, typer.Option(help="Least share of the length assayed.")] = 0.5,
    by_density: Annotated[bool, typer.Option(help="Weight by density as well.")] = False,
    method: Annotated[
        Literal["minimum-curvature", "balanced-tangent", "tangent"],
        typer.Option(help="How holes are placed."),
    ] = "minimum-curvature",
    columns: Map = None,
    unit: Unit = "",
    as_json: AsJson = False,
) -> None:
    """Make composites of one length, each with its place."""
    from lodeway.resource.compositing import Rule
    from lodeway.resource.compositing import composite as make
    from lodeway.resource.tablefiles import write_table

    rule = Rule(length, least_share, residual, by, by_density)
    checked = _checked(collar, survey, assay, columns, unit)
    wanted = [name for text in grade or () for name in text.split(",")]
    frame = make(checked, rule, wanted or list(checked.holes.intervals.grades), method=method)
    write_table(frame.drop(columns=["assayed", "row"]), out)
    nowhere = int(frame["x"].isna().sum())
    same = int(frame.duplicated(["x", "y", "z"]).sum() - max(nowhere - 1, 0))
    if as_json:
        put_json({
            "file": str(out), "composites": len(frame), "without_place": nowhere,
            "coincident": same, "counts": checked.counts(),
        })  # fmt: skip
        return
    _put_mapping(checked)
    put(f"{out}: {len(frame):,} composites")
    if nowhere:
        say(f"{nowhere:,} composites have no coordinates: their holes have no collar or survey")
    if same:
        say(f"{same:,} composites lie on the point of another")


def _checked(
    collar: Path, survey: Path, assay: Path, columns: list[str] | None, unit: str
) -> Checked:
    from lodeway.errors import LodewayError
    from lodeway.resource.checking import check_drillholes
    from lodeway.resource.drillholes import read_drillholes

    given: dict[str, dict[str, str]] = {}
    for text in columns or ():
        left, _, column = text.partition("=")
        table, _, role = left.partition(".")
        table = {"assay": "interval"}.get(table, table)
        if table not in ("collar", "survey", "interval") or not role or not column:
            raise LodewayError("bad-argument", "--map", repr(text), "TABLE.ROLE=COLUMN")
        given.setdefault(table, {})[role] = column
    return check_drillholes(read_drillholes(collar, survey, assay, given=given, unit=unit))


def _put_mapping(checked: Checked) -> None:
    for kind, roles in checked.holes.mapping.items():
        taken = ", ".join(f"{role} = {column}" for role, column in roles.items())
        put(f"{kind}: {taken}")
    put(f"grades: {', '.join(checked.holes.intervals.grades)} (lengths in {checked.holes.unit})")
