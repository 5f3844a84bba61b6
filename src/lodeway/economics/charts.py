"""Pictures of money: waterfall, cumulative cash, tornado, spider, fan, progressivity, cost curve.

Each function returns a matplotlib figure; `picture` turns one into the bytes of a PNG or SVG file,
the same bytes every time. Colours are those of Okabe and Ito (2008), which colour-blind readers can
tell apart; what is lost is also below the axis or to the left, never told by colour alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
BLUE, ORANGE, GREEN, RED, GREY, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#6B6B6B", "#56B4E9",
)  # fmt: skip
_INK = "#222222"
_MOST_SHARE = 130.0


def _axes(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    """Return a clean pair of axes without touching matplotlib's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11, color=_INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=9, colors=_INK)
    return figure, axes


def picture(figure: Figure, kind: str = "png") -> bytes:
    """Return a figure as the bytes of a PNG or SVG file, without a date in them."""
    if kind not in {"png", "svg"}:
        raise LodewayError("bad-argument", "kind", repr(kind), "png or svg")
    import matplotlib as mpl

    buffer = io.BytesIO()
    about: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    with mpl.rc_context({"svg.hashsalt": "lodeway", "svg.fonttype": "none"}):
        figure.savefig(buffer, format=kind, metadata=about)
    return buffer.getvalue()


def waterfall(
    steps: Sequence[tuple[str, float]], totals: Sequence[str], unit: str, title: str
) -> Figure:
    """Return a waterfall: bars that rise and fall from line to line, totals from the axis.

    Parameters
    ----------
    steps
        Name and amount of each line, in order; the amount of a total is its level.
    totals
        Names of the lines that are totals.
    """
    figure, axes = _axes(8.0, 0.34 * len(steps) + 1.3, title)
    level = 0.0
    size = max(abs(amount) for _, amount in steps)
    for place, (name, amount) in enumerate(steps):
        start = 0.0 if name in totals else level
        colour = BLUE if name in totals else GREEN if amount >= 0.0 else RED
        axes.barh(place, amount, left=start, color=colour, height=0.7)
        end = start + amount
        axes.text(max(start, end) + 0.01 * size, place, f"{amount:+,.0f}" if name not in totals
                  else f"{amount:,.0f}", va="center", fontsize=8, color=_INK)  # fmt: skip
        level = end
    axes.set_yticks(range(len(steps)), [name for name, _ in steps])
    axes.invert_yaxis()
    axes.axvline(0.0, color=_INK, linewidth=0.8)
    axes.margins(x=0.09)
    axes.set_xlabel(unit)
    return figure


def cumulative_cash(years: Sequence[int], flows: Array, unit: str, title: str) -> Figure:
    """Return cumulative cash by year: the middle world and the range P10 to P90.

    Parameters
    ----------
    flows
        Shape ``(draw, year)``.
    """
    figure, axes = _axes(7.0, 3.6, title)
    held = np.cumsum(np.atleast_2d(flows), axis=1)
    low, middle, high = np.quantile(held, [0.1, 0.5, 0.9], axis=0)
    if len(held) > 1:
        axes.fill_between(years, low, high, color=SKY, alpha=0.45, linewidth=0, label="P10 to P90")
    axes.plot(years, middle, color=BLUE, linewidth=2, label="P50" if len(held) > 1 else "cash")
    axes.axhline(0.0, color=_INK, linewidth=0.8)
    _whole_years(axes)
    axes.set_ylabel(unit)
    axes.set_xlabel("year")
    axes.legend(frameon=False, fontsize=9)
    return figure


def _whole_years(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def tornado_chart(
    swings: Sequence[tuple[str, float, float]], middle: float, unit: str, title: str
) -> Figure:
    """Return a tornado: the result with each input low and high, widest on top."""
    figure, axes = _axes(8.0, 0.36 * len(swings) + 1.5, title)
    for place, (_, low, high) in enumerate(swings):
        axes.barh(place, low - middle, left=middle, color=ORANGE, height=0.7,
                  label="input low" if place == 0 else None)  # fmt: skip
        label = "input high" if place == 0 else None
        axes.barh(place, high - middle, left=middle, color=BLUE, height=0.7, hatch="//",
                  edgecolor="white", linewidth=0, label=label)  # fmt: skip
    axes.set_yticks(range(len(swings)), [name for name, _, _ in swings])
    axes.invert_yaxis()
    axes.axvline(middle, color=_INK, linewidth=0.8)
    axes.set_xlabel(unit)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def spider_chart(lines: Mapping[str, Mapping[float, float]], unit: str, title: str) -> Figure:
    """Return a spider: the result with each input alone at multiples of its base."""
    figure, axes = _axes(7.0, 4.0, title)
    marks = ("o", "s", "^", "D", "v", "P", "X", "*")
    colours = (BLUE, ORANGE, GREEN, RED, SKY, GREY)
    for number, (name, line) in enumerate(lines.items()):
        change = [100.0 * (factor - 1.0) for factor in line]
        axes.plot(change, list(line.values()), marker=marks[number % len(marks)], markersize=4,
                  color=colours[number % len(colours)], label=name)  # fmt: skip
    axes.axhline(0.0, color=_INK, linewidth=0.8)
    axes.set_xlabel("change of the input, %")
    axes.set_ylabel(unit)
    axes.legend(frameon=False, fontsize=9)
    return figure


def fan_chart(
    past: tuple[Sequence[float], Array], fan: tuple[Sequence[float], Array], unit: str, title: str
) -> Figure:
    """Return a price's past and a fan of what may come: P10 to P90, P25 to P75 and P50.

    Parameters
    ----------
    past
        Times in years and prices.
    fan
        Times in years, and prices ``(month, draw)``.
    """
    figure, axes = _axes(7.5, 3.8, title)
    axes.plot(*past, color=_INK, linewidth=1.0, label="past")
    times, prices = fan
    edges = np.quantile(prices, [0.1, 0.25, 0.5, 0.75, 0.9], axis=1)
    axes.fill_between(times, edges[0], edges[4], color=SKY, alpha=0.4, linewidth=0,
                      label="P10 to P90")  # fmt: skip
    axes.fill_between(times, edges[1], edges[3], color=BLUE, alpha=0.35, linewidth=0,
                      label="P25 to P75")  # fmt: skip
    axes.plot(times, edges[2], color=BLUE, linewidth=1.8, label="P50")
    axes.set_ylim(bottom=0.0)
    _whole_years(axes)
    axes.set_ylabel(unit)
    axes.set_xlabel("year")
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


def progressivity_chart(curves: Mapping[str, Mapping[float, float]], title: str) -> Figure:
    """Return the state's discounted share at several multiples of revenue, a line a regime."""
    figure, axes = _axes(7.0, 3.8, title)
    colours, styles = (BLUE, ORANGE, GREEN, RED, GREY, SKY), ("-", "--", "-.", ":")
    for number, (name, curve) in enumerate(curves.items()):
        points = [(100.0 * f, 100.0 * s) for f, s in curve.items() if np.isfinite(s)]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", markersize=4,
                      color=colours[number % len(colours)], linestyle=styles[number % len(styles)],
                      label=name)  # fmt: skip
    axes.set_xlabel("revenue, % of the base case")
    axes.set_ylabel("state's share of present value, %")
    if axes.get_ylim()[1] > _MOST_SHARE:
        axes.set_ylim(top=_MOST_SHARE)
        axes.axhline(100.0, color=GREY, linewidth=0.8)
        axes.text(axes.get_xlim()[1], 101.0, "more than there is", ha="right", va="bottom",
                  fontsize=8, color=GREY)  # fmt: skip
    axes.legend(frameon=False, fontsize=9)
    return figure


def cost_curve(
    plants: Sequence[tuple[str, float, float]], unit: str, output_unit: str, title: str,
    price: float | None = None,
) -> Figure:  # fmt: skip
    """Return a cost curve: plants by unit cost, each as wide as its output.

    Parameters
    ----------
    plants
        Name, output and unit cost.
    price
        A level to draw across.
    """
    figure, axes = _axes(8.0, 3.8, title)
    ordered = sorted(plants, key=lambda plant: (plant[2], plant[0]))
    total = sum(output for _, output, _ in ordered)
    start = 0.0
    for number, (name, output, cost) in enumerate(ordered):
        axes.bar(start, cost, width=output, align="edge", color=BLUE if number % 2 else SKY,
                 edgecolor="white", linewidth=0.6)  # fmt: skip
        if output > 0.04 * total:
            axes.text(start + output / 2.0, cost, name, rotation=40, ha="left", va="bottom",
                      fontsize=8, color=_INK)  # fmt: skip
        start += output
    if price is not None:
        axes.axhline(price, color=RED, linestyle="--", linewidth=1.2)
        axes.text(total, price, f"price {price:,.0f}", ha="right", va="bottom", fontsize=8,
                  color=RED)  # fmt: skip
    axes.set_xlabel(f"cumulative output, {output_unit}")
    axes.set_ylabel(unit)
    axes.margins(y=0.25)
    return figure
