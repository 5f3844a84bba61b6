"""Pictures of a resource, as PNG: plan, section, variogram, grade and tonnage, swaths, grades."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lodeway.resource.experimental import Direction
from lodeway.resource.grid import Grid
from lodeway.resource.variogram import Variogram

Floats = NDArray[np.float64]
#: Colours of the classes: told apart by the colour-blind, dark enough on paper (after Okabe, Ito).
CLASS_COLOURS = ("#d9d9d9", "#e69f00", "#56b4e9", "#0b5394")
CLASS_LABELS = ("none", "inferred", "indicated", "measured")
_INK = "#333333"


def _figure(width: float = 7.0, height: float = 4.6) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.tick_params(labelsize=8, colors=_INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def png(figure: Figure) -> bytes:
    """Return a figure as PNG without a clock in it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def plan(
    grid: Grid, blocks: NDArray[np.int64], classes: NDArray[np.int8], collars: Floats
) -> bytes:
    """Return a plan: the best class below each place, and the collars."""
    nx, ny = grid.count[0], grid.count[1]
    best = np.zeros(nx * ny, dtype=np.int8)
    np.maximum.at(best, blocks % (nx * ny), classes)
    shape = ny * grid.size[1] / (nx * grid.size[0])
    figure, axes = _figure(7.0, min(max(5.6 * shape + 0.9, 2.5), 8.0))
    x, y = (grid.origin[i] + grid.size[i] * np.arange(grid.count[i] + 1) for i in (0, 1))
    colours = ListedColormap(CLASS_COLOURS)
    shown = np.ma.masked_equal(best.reshape(ny, nx), 0)
    mesh = axes.pcolormesh(x, y, shown, cmap=colours, norm=BoundaryNorm(range(5), 4))
    axes.plot(collars[:, 0], collars[:, 1], ".", color=_INK, markersize=2.0, label="collars")
    axes.set_aspect("equal")
    axes.set_xlabel("easting, m", fontsize=9)
    axes.set_ylabel("northing, m", fontsize=9)
    axes.ticklabel_format(useOffset=False, style="plain")
    bar = figure.colorbar(mesh, ax=axes, ticks=[1.5, 2.5, 3.5], shrink=0.6)
    bar.ax.set_yticklabels(CLASS_LABELS[1:], fontsize=8)
    bar.ax.set_ylim(1, 4)
    axes.legend(loc="upper right", fontsize=8, frameon=False)
    axes.set_title("Best class below each place", fontsize=10, loc="left")
    return png(figure)


def section(
    grid: Grid,
    blocks: NDArray[np.int64],
    grades: Floats,
    element: str,
    row: int,
    rock: NDArray[np.bool_],
) -> bytes:
    """Return a section along x through the given row of blocks: kriged grades, and the ground."""
    nx, ny, nz = grid.count
    whole = np.full(grid.blocks, np.nan)
    whole[blocks] = grades
    cut = whole.reshape(nz, ny, nx)[:, row]
    figure, axes = _figure(8.5, 2.8)
    x = grid.origin[0] + grid.size[0] * np.arange(nx + 1)
    z = grid.origin[2] + grid.size[2] * np.arange(nz + 1)
    top = float(np.nanquantile(grades, 0.98))
    mesh = axes.pcolormesh(x, z, np.ma.masked_invalid(cut), cmap="viridis", vmin=0.0, vmax=top)
    ground = z[rock.reshape(nz, ny, nx)[:, row].sum(axis=0)]
    axes.plot(x[:-1] + grid.size[0] / 2, ground, color=_INK, linewidth=1.0, label="ground")
    axes.set_xlabel("easting, m", fontsize=9)
    axes.set_ylabel("elevation, m", fontsize=9)
    axes.ticklabel_format(useOffset=False, style="plain")
    figure.colorbar(mesh, ax=axes, label=f"{element}, % (kriged)", extend="max")
    north = grid.axis(1)[row]
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    stretch = (np.ptp(x) / 8.5) / (np.ptp(z) / 2.8)
    title = f"Section at northing {north:,.0f} m, heights drawn {stretch:.0f} times as large"
    axes.set_title(title, fontsize=10, loc="left")
    return png(figure)


def variogram(table: pd.DataFrame, down: pd.DataFrame, model: Variogram) -> bytes:
    """Return the experimental variograms and the model along its three axes."""
    figure, axes = _figure()
    longest = max(model.structures, key=lambda one: one.range)
    from lodeway.resource.rotation import axes as axes_of

    frame = axes_of(longest.dip, longest.dip_direction, longest.pitch)
    far = float(table["distance"].max())
    h = np.linspace(0.0, far, 300)
    for name, vector, colour in zip(
        ("major", "semi-major", "minor"), frame, ("#0b5394", "#e69f00", "#009e73"), strict=True
    ):
        axes.plot(h, model.gamma(h[:, None] * vector), color=colour, label=f"model, {name} axis")
        near = _nearest(table, vector)
        if near is not None:
            own = table[table["direction"] == near]
            axes.plot(own["distance"], own["gamma"], "o", color=colour, markersize=4,
                      label=f"data nearest to it ({own['azimuth'].iloc[0]:.0f}, "
                            f"plunge {own['plunge'].iloc[0]:.0f})")  # fmt: skip
    axes.plot(down["distance"], down["gamma"], "+", color=_INK, label="down the holes")
    axes.set_xlabel("distance, m", fontsize=9)
    axes.set_ylabel("semivariance of normal scores", fontsize=9)
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(left=0.0)
    axes.legend(fontsize=7, frameon=False)
    axes.set_title("Continuity", fontsize=10, loc="left")
    return png(figure)


def _nearest(table: pd.DataFrame, vector: Floats) -> int | None:
    best, found = 0.8, None
    for number, own in table.groupby("direction"):
        one = Direction(float(own["azimuth"].iloc[0]), float(own["plunge"].iloc[0])).vector
        close = abs(float(one @ vector))
        if close > best:
            best, found = close, int(str(number))
    return found


def grade_tonnage(table: pd.DataFrame, element: str) -> bytes:
    """Return tonnes and grade against the cut-off: kriged, and the range of the simulated."""
    figure, axes = _figure()
    right = axes.twinx()
    right.tick_params(labelsize=8, colors=_INK)
    parts = {str(name): own for name, own in table.groupby("model")}
    kriged = parts["kriged"]
    scale = 1e6
    axes.plot(
        kriged["cutoff_pct"], kriged["ore_t"] / scale, color="#0b5394", label="tonnes, kriged"
    )
    right.plot(
        kriged["cutoff_pct"], kriged[f"{element}_pct"], color="#e69f00", label="grade, kriged"
    )
    if "simulated p10" in parts:
        low, high = parts["simulated p10"], parts["simulated p90"]
        axes.fill_between(low["cutoff_pct"], low["ore_t"] / scale, high["ore_t"] / scale,
                          color="#0b5394", alpha=0.25, linewidth=0,
                          label="tonnes, simulated P10 to P90")  # fmt: skip
        right.fill_between(low["cutoff_pct"], low[f"{element}_pct"], high[f"{element}_pct"],
                           color="#e69f00", alpha=0.3, linewidth=0,
                           label="grade, simulated P10 to P90")  # fmt: skip
    axes.set_xlabel(f"cut-off, % {element}", fontsize=9)
    axes.set_ylabel("tonnes above the cut-off, Mt", fontsize=9, color="#0b5394")
    right.set_ylabel(f"grade above the cut-off, % {element}", fontsize=9, color="#a87000")
    axes.set_ylim(bottom=0.0)
    right.set_ylim(bottom=0.0)
    lines = axes.get_legend_handles_labels(), right.get_legend_handles_labels()
    axes.legend(lines[0][0] + lines[1][0], lines[0][1] + lines[1][1], fontsize=7, frameon=False,
                loc="center right")  # fmt: skip
    axes.set_title("Grade and tonnage, all classes (not a statement)", fontsize=10, loc="left")
    return png(figure)


def swaths(tables: Sequence[tuple[str, pd.DataFrame]], element: str) -> bytes:
    """Return swath plots side by side: data, kriged and simulated means by slice."""
    figure = Figure(figsize=(9.0, 3.0), dpi=110, layout="constrained")
    all_axes = figure.subplots(1, len(tables), sharey=True)
    styles = {"data": ("#333333", "-"), "kriged": ("#0b5394", "-"), "simulated": ("#e69f00", "--")}
    for axes, (name, table) in zip(np.atleast_1d(all_axes), tables, strict=True):
        thick = table[table["samples"] >= 20]
        for column, (colour, style) in styles.items():
            if column in thick:
                axes.plot(thick["middle"], thick[column], style, color=colour, label=column)
        axes.set_xlabel(f"{name}, m", fontsize=9)
        axes.tick_params(labelsize=7, colors=_INK)
        axes.ticklabel_format(useOffset=False, style="plain", axis="x")
        axes.locator_params(axis="x", nbins=4)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    np.atleast_1d(all_axes)[0].set_ylabel(f"mean {element}, %", fontsize=9)
    np.atleast_1d(all_axes)[0].set_ylim(bottom=0.0)
    np.atleast_1d(all_axes)[-1].legend(fontsize=7, frameon=False)
    figure.suptitle("Swaths of 20 samples or more", fontsize=10, x=0.01, ha="left")
    return png(figure)


def probability(grades: Floats, weights: Floats, element: str) -> bytes:
    """Return the log-probability plot of the composites, declustered."""
    from lodeway.resource.topcut import probability_plot

    table = probability_plot(grades, weights)
    table = table[table["grade"] > 0]
    figure, axes = _figure()
    axes.semilogy(table["quantile"], table["grade"], ".", color="#0b5394", markersize=2.5)
    ticks = np.array([0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
    from scipy.special import ndtri

    axes.set_xticks(ndtri(ticks), [f"{100 * t:g}" for t in ticks])
    axes.set_xlabel("share of data below, %", fontsize=9)
    axes.set_ylabel(f"{element}, %", fontsize=9)
    axes.grid(which="major", color="#dddddd", linewidth=0.6)
    axes.set_title("Composites, declustered", fontsize=10, loc="left")
    return png(figure)


def accuracy(table: pd.DataFrame, goodness: float) -> bytes:
    """Return the accuracy plot: what intervals promise and what they hold."""
    figure, axes = _figure(4.6, 4.2)
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1.0, label="right")
    axes.plot(table["probability"], table["held"], "o-", color="#0b5394", markersize=3.5,
              label=f"leave one hole out, goodness {goodness:.2f}")  # fmt: skip
    axes.set_xlabel("probability of the interval", fontsize=9)
    axes.set_ylabel("share of data within", fontsize=9)
    axes.set_aspect("equal")
    axes.legend(fontsize=8, frameon=False)
    axes.set_title("Accuracy of intervals", fontsize=10, loc="left")
    return png(figure)
