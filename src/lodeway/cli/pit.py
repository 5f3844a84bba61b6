"""The command on ultimate pits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lodeway.cli.app import put, put_json

Prefix = Annotated[
    Path, typer.Argument(help="MineLib files by their common start: PREFIX.upit, PREFIX.prec, ..")
]
SlopeDeg = Annotated[
    float | None, typer.Option("--slope", help="Overall slope in degrees, where .prec is missing.")
]
Benches = Annotated[
    int | None, typer.Option("--benches", help="Benches that the slope template looks upward.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the blocks to this .sol file.")]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command("pit")(pit)


def pit(
    prefix: Prefix,
    slope: SlopeDeg = None,
    benches: Benches = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Find the ultimate pit of a block model, exactly.

    The time printed is that of the fastest of up to five solutions, without reading and compiling.
    """
    from lodeway.mine.files import read_model
    from lodeway.mine.minelib import write_pit
    from lodeway.mine.pit import timed_pit

    model = read_model(prefix, slope, benches)
    found = timed_pit(model.value, model.precedence)
    if out is not None:
        write_pit(out, found.inside)
    template = model.template
    answer = {
        "name": model.name,
        "value": found.value,
        "blocks": found.blocks,
        "arcs": model.precedence.arc_count,
        "seconds": found.seconds,
        "bound": found.bound,
        "scale": found.scale,
        "rounding": found.rounding,
        "open_arcs": found.open_arcs,
        "air_cells": model.precedence.air,
        "border_blocks": int((found.inside & model.precedence.border).sum()),
        "template_offsets": None if template is None else len(template.offsets),
        "template_benches": None if template is None else template.benches,
        "slope_error_deg": None if template is None else round(template.error_deg, 3),
        "cone_volume_error": None if template is None else round(template.volume_error, 5),
    }
    if as_json:
        put_json(answer)
        return
    put(f"{model.name}: {found.value:,.3f} in {found.blocks:,} blocks")
    put(f"  exact to {found.rounding:g}; no pit can be worth more than {found.bound:,.3f}")
    put(f"  {model.precedence.arc_count:,} arcs, {found.seconds * 1e3:.1f} ms")
    if template is not None:
        put(
            f"  slope template: {len(template.offsets)} offsets over {template.benches} benches; "
            f"wall off by up to {template.error_deg:+.2f} degrees, cone by "
            f"{template.volume_error:+.1%}"
        )
    if answer["border_blocks"]:
        put(f"  {answer['border_blocks']} blocks lean on the side of the model: enlarge it")
