"""Commands on the registry: link lists of deposits, see what changed, publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodeway.cli.app import put_json, say

if TYPE_CHECKING:
    from lodeway.registry.linkage import Records

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Id = Annotated[str, typer.Option("--id", help="The column of ids.")]
Table = Annotated[Path, typer.Argument(help="A table of records (CSV or Parquet).")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the door."""
    group = typer.Typer(
        help="Deposits under all their names: link lists, see changes, publish.",
        rich_markup_mode=None,
    )
    group.command("link")(link)
    group.command("dedupe")(dedupe)
    group.callback()(_group)
    app.add_typer(group, name="registry")


def _group() -> None:
    """Keep deposits under all their names."""


def link(
    left: Table,
    right: Table,
    out: Annotated[Path, typer.Option(help="Write the pairs here (CSV).")],
    id_column: Id = "id",
    least: Annotated[float, typer.Option(help="Leave out pairs below this probability.")] = 0.5,
    as_json: AsJson = False,
) -> None:
    """Find which records of two lists mean the same deposit."""
    from lodeway.io import as_csv, write_bytes
    from lodeway.registry import linkage
    from lodeway.registry.linkage.records import rows_of

    one, other = (_records(path, id_column) for path in (left, right))
    pairs = linkage.link(one, other, least=_share(least))
    columns = ["left", "right", "probability", "relation"]
    write_bytes(out, as_csv(rows_of(pairs), columns))
    say(f"{len(pairs)} pairs of {len(one)} x {len(other)} records in {out}")
    if as_json:
        put_json({"pairs": len(pairs), "left": len(one), "right": len(other), "file": str(out)})


def dedupe(
    file: Table,
    out: Annotated[Path, typer.Option(help="Write the records with their entity (Parquet, CSV).")],
    id_column: Id = "id",
    least: Annotated[float, typer.Option(help="Use no link below this probability.")] = 0.5,
    as_json: AsJson = False,
) -> None:
    """Group the records of one list that mean the same deposit; every record is kept."""
    from lodeway.io import as_csv, write_bytes
    from lodeway.registry import linkage
    from lodeway.registry.linkage.records import frame_bytes, read_table, rows_of, to_records

    table = read_table(file)
    records = to_records(table, file.name, id_column)
    _tell(records, file)
    found = linkage.dedupe(records, least=_share(least))
    table = linkage.with_entities(table, records, found)
    if out.suffix.lower() == ".csv":
        write_bytes(out, as_csv(rows_of(table), list(map(str, table.columns))))
    else:
        write_bytes(out, frame_bytes(table))
    entities = int(found.entity.max()) + 1 if len(records) else 0
    say(f"{len(records)} records, {entities} deposits, in {out}")
    if as_json:
        put_json({"records": len(records), "entities": entities, "file": str(out)})


def _records(path: Path, id_column: str) -> Records:
    from lodeway.registry import linkage

    records = linkage.read_records(path, id_column)
    _tell(records, path)
    return records


def _tell(records: Records, path: Path) -> None:
    """Say which columns are missing and which rows are at fault."""
    if records.missing:
        say(f"{path.name}: no column {', '.join(records.missing)}; compared without")
    for row, what in records.faults[:20]:
        say(f"{path.name}:{row + 2} {what}; position left out")
    if len(records.faults) > 20:
        say(f"{path.name}: {len(records.faults) - 20} more rows with faults")


def _share(value: float) -> float:
    from lodeway.errors import LodewayError

    if not 0.0 <= value <= 1.0:
        raise LodewayError("bad-fraction", "--least", value, "a probability from 0 to 1")
    return value
