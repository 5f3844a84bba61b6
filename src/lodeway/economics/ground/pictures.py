"""One picture a scenario: value today, value then, the change, and the ground that it opens."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.outputs import whole_band
from lodeway.economics.ground.rasters import Grid
from lodeway.economics.ground.tiles import Layer
from lodeway.io import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Single = NDArray[np.float32]

_WIDEST = 900  # cells across in a picture
_CORRIDORS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")


def write_pictures(
    grid: Grid, files: Sequence[Path], layers: Sequence[Layer], out: Path,
    labels: Mapping[str, str], corridors: Sequence[str],
) -> list[Path]:  # fmt: skip
    """Write ``ground.<scenario>.png`` for every scenario but the first; return the paths.

    Parameters
    ----------
    grid, files, layers
        The map's blocks and what they hold.
    out
        Folder for people.
    labels
        What people call each scenario, the baseline first.
    corridors
        What people call each corridor, in order.
    """
    step = max(grid.width // _WIDEST, 1)
    names = list(labels)

    def band(quantity: str, scenario: str) -> Single:
        layer = next(x for x in layers if (x.quantity, x.scenario) == (quantity, scenario))
        return whole_band(grid, files, layer, len(layers), step)

    paths = []
    for scenario in names[1:] or names:
        panels = _panels(band, names[0], scenario, labels)
        path = out / f"ground.{scenario}.png"
        write_bytes(path, _draw(grid, panels, corridors))
        paths.append(path)
    return paths


def _panels(band: Any, base: str, scenario: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what each panel shows."""
    today, then = band("value_usd", base) / 1e6, band("value_usd", scenario) / 1e6
    top = float(np.nanquantile(then, 0.995)) or 1.0
    panels: list[dict[str, Any]] = [
        {"values": today, "title": f"Value of ground: {labels[base]}", "top": top,
         "unit": "M USD for a deposit in the cell", "map": "viridis", "low": 0.0},
    ]  # fmt: skip
    if scenario == base:
        return [*panels, {"values": band("winner", base), "title": "Best corridor", "winner": True}]
    change = band("change_usd", scenario) / 1e6
    reach = max(float(np.nanquantile(np.abs(change), 0.995)), 1e-3)
    opened = band("opened", scenario)
    return [
        *panels,
        {"values": then, "title": f"Value of ground: {labels[scenario]}", "top": top,
         "unit": "M USD for a deposit in the cell", "map": "viridis", "low": 0.0},
        {"values": change, "title": "Change of value", "low": -reach, "top": reach,
         "unit": "M USD for a deposit in the cell", "map": "RdBu"},
        {"values": opened, "title": "Ground that only this scenario makes economic", "low": 0.0,
         "top": max(float(np.nanmax(opened)), 0.01), "unit": "share of worlds", "map": "magma_r"},
        {"values": band("winner", base), "title": f"Best corridor: {labels[base]}", "winner": True},
        {"values": band("winner", scenario), "title": f"Best corridor: {labels[scenario]}",
         "winner": True},
    ]  # fmt: skip


def _draw(grid: Grid, panels: Sequence[Mapping[str, Any]], corridors: Sequence[str]) -> bytes:
    from matplotlib.figure import Figure

    rows = (len(panels) + 1) // 2
    figure = Figure(figsize=(12.5, 0.6 + 4.3 * rows), layout="constrained")
    left, top = grid.transform.c, grid.transform.f
    right = left + grid.transform.a * grid.width
    bottom = top + grid.transform.e * grid.height
    extent = tuple(value / 1e3 for value in (left, right, bottom, top))
    for number, panel in enumerate(panels):
        axes = figure.add_subplot(rows, 2, number + 1)
        if panel.get("winner"):
            _winner(axes, panel["values"], corridors, extent)
        else:
            shown = axes.imshow(
                panel["values"], extent=extent, cmap=panel["map"], vmin=panel["low"],
                vmax=panel["top"], interpolation="nearest",
            )  # fmt: skip
            figure.colorbar(shown, ax=axes, label=panel["unit"], shrink=0.9)
        axes.set_title(panel["title"], fontsize=11)
        axes.set_xlabel(f"easting, km ({grid.crs.to_string()})", fontsize=8)
        axes.set_ylabel("northing, km", fontsize=8)
        axes.tick_params(labelsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _winner(axes: Axes, values: Single, corridors: Sequence[str], extent: Any) -> None:
    """Draw the corridor taken in most worlds, with names."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    colours = ["#eeeeee", *(_CORRIDORS[i % len(_CORRIDORS)] for i in range(len(corridors)))]
    axes.imshow(
        values, extent=extent, cmap=ListedColormap(colours), vmin=-0.5,
        vmax=len(corridors) + 0.5, interpolation="nearest",
    )  # fmt: skip
    here = set(np.unique(values[np.isfinite(values)]).astype(int))
    names = ["none reached", *corridors]
    axes.legend(
        handles=[Patch(color=colours[i], label=names[i]) for i in sorted(here)], fontsize=8,
        loc="lower left", framealpha=0.9,
    )  # fmt: skip
