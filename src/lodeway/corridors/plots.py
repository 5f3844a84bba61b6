"""Pictures of corridors: ladder, isocost map, flow map, Gantt, and fan. SVG or PNG bytes.

Colours: Okabe and Ito 2008, "Color universal design" (told apart by colour-blind readers).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
           "#5D3A9B", "#1A7A3A", "#8C510A", "#444444")  # fmt: skip
_SOURCE = "Network: © OpenStreetMap contributors (ODbL), searoute, Natural Earth"


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "lodeway"  # the same picture, the same bytes
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _bytes(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=140, metadata=metadata)
    return buffer.getvalue()


def ladder(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    ranges: Sequence[tuple[float, float]],
    title: str,
    kind: str = "svg",
) -> bytes:
    """Draw what a tonne pays on each way, part by part, with the P10 to P90 of the whole.

    Parameters
    ----------
    names
        The ways.
    parts
        USD/t by component, one number for each way.
    ranges
        P10 and P90 of the whole.
    title, kind
        Heading, and ``svg`` or ``png``.
    """
    figure, axes = _figure(8.5, 1.4 + 0.42 * len(names))
    at = np.arange(len(names))
    left = np.zeros(len(names))
    for number, (part, values) in enumerate(parts.items()):  # one colour a part in all ladders
        if max(values) > 0.05:
            colour = COLOURS[number % len(COLOURS)]
            axes.barh(at, values, left=left, height=0.62, label=part, color=colour)
            left = left + np.asarray(values)
    low, high = (np.array([pair[n] for pair in ranges]) for n in (0, 1))
    middle = (low + high) / 2
    axes.errorbar(middle, at, xerr=[middle - low, high - middle], fmt="none", ecolor="black",
                  elinewidth=1.2, capsize=3, label="P10 to P90")  # fmt: skip
    axes.set_yticks(at, names)
    axes.invert_yaxis()
    axes.set_xlabel("USD per wet tonne")
    axes.set_title(title, loc="left", fontsize=10)
    figure.legend(fontsize=7, loc="outside right center", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _bytes(figure, kind)


def _map(axes: Axes, lon: Floats, lat: Floats) -> None:
    axes.set_xlim(float(np.nanmin(lon)) - 1, float(np.nanmax(lon)) + 1)
    axes.set_ylim(float(np.nanmin(lat)) - 1, float(np.nanmax(lat)) + 1)
    axes.set_aspect(1.0 / np.cos(np.radians(float(np.nanmean(lat)))))
    axes.set_xlabel("longitude, degrees")
    axes.set_ylabel("latitude, degrees")
    axes.text(0.005, 0.01, _SOURCE, transform=axes.transAxes, fontsize=6, color="#555555")


def isocost_map(
    lon: Floats, lat: Floats, usd_per_t: Floats, places: Mapping[str, tuple[float, float]],
    title: str, kind: str = "png",
) -> bytes:  # fmt: skip
    """Draw what a tonne costs from one place to every node that can be reached.

    Parameters
    ----------
    lon, lat, usd_per_t
        By node; infinite where there is no way (left out).
    places
        Names to write, with their coordinates.
    """
    figure, axes = _figure(9.0, 5.6)
    good = np.isfinite(usd_per_t) & np.isfinite(lon) & np.isfinite(lat)
    top = float(np.quantile(usd_per_t[good], 0.98))
    drawn = axes.scatter(lon[good], lat[good], c=np.minimum(usd_per_t[good], top), s=1.2,
                         cmap="viridis_r", vmin=0, rasterized=True, linewidths=0)  # fmt: skip
    _map(axes, lon[good], lat[good])
    for name, (x, y) in places.items():
        axes.plot(x, y, "o", color="#D55E00", ms=4)
        axes.annotate(name.replace("_", " "), (x, y), xytext=(4, 3), textcoords="offset points",
                      fontsize=7, fontweight="bold")  # fmt: skip
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8)
    bar.set_label("USD per wet tonne (dearest 2 % in one colour)")
    axes.set_title(title, loc="left", fontsize=10)
    return _bytes(figure, kind)


def flow_map(
    background: tuple[Floats, Floats], flows: Sequence[tuple[str, float, Floats, Floats]],
    places: Mapping[str, tuple[float, float]], title: str, kind: str = "png",
) -> bytes:  # fmt: skip
    """Draw flows as lines whose width grows with the square root of the tonnes.

    Parameters
    ----------
    background
        Longitudes and latitudes of nodes, drawn pale.
    flows
        Corridor, million tonnes a year, and the coordinates of its way.
    """
    figure, axes = _figure(9.5, 6.6)
    axes.scatter(*background, s=0.25, color="#D5D5D5", rasterized=True, linewidths=0)
    names = list(dict.fromkeys(name for name, *_ in flows))
    labelled: set[str] = set()
    for name, mt, lon, lat in sorted(flows, key=lambda flow: -flow[1]):
        total = sum(flow[1] for flow in flows if flow[0] == name)
        label = f"{name}: {total:.2g} Mt/y" if name not in labelled else None
        labelled.add(name)
        axes.plot(lon, lat, color=COLOURS[names.index(name) % len(COLOURS)], alpha=0.85,
                  lw=0.7 + 4.0 * np.sqrt(min(mt, 4.0) / 4.0), label=label,
                  solid_capstyle="round")  # fmt: skip
    _map(axes, *background)
    for name, (x, y) in places.items():
        axes.plot(x, y, "o", color="black", ms=3)
        axes.annotate(name.replace("_", " "), (x, y), xytext=(3, 3), textcoords="offset points",
                      fontsize=6.5)  # fmt: skip
    figure.legend(fontsize=6.5, loc="outside lower center", ncols=3, frameon=False,
                  title="width: root of Mt/y", title_fontsize=7)  # fmt: skip
    axes.set_title(title, loc="left", fontsize=10)
    return _bytes(figure, kind)


def gantt(
    bars: Sequence[tuple[str, date, date | None, str]], as_of: date, title: str, kind: str = "svg"
) -> bytes:
    """Draw when what was shut, by cause; what has not ended runs to the day of the study.

    Parameters
    ----------
    bars
        Item, first day, last day or None, and cause.
    """
    import matplotlib.dates as mdates

    items = list(dict.fromkeys(item for item, *_ in bars))
    causes = sorted({cause for *_, cause in bars})
    figure, axes = _figure(9.0, 1.4 + 0.3 * len(items))
    seen: set[str] = set()
    for item, start, end, cause in bars:
        last = end or as_of
        one, two = float(mdates.date2num(start)), float(mdates.date2num(last))  # type: ignore[no-untyped-call]
        axes.barh(items.index(item), max(two - one, 25.0), left=one, height=0.6,
                  color=COLOURS[causes.index(cause) % len(COLOURS)],
                  label=None if cause in seen else cause,
                  hatch=None if end else "///", edgecolor="white", linewidth=0.4)  # fmt: skip
        seen.add(cause)
    axes.xaxis_date()
    axes.set_yticks(range(len(items)), items, fontsize=7)
    axes.invert_yaxis()
    axes.axvline(float(mdates.date2num(as_of)), color="black", lw=0.8)  # type: ignore[no-untyped-call]
    axes.set_xlabel("year (hatched: not ended; shorter than a month: drawn as a month)")
    axes.set_title(title, loc="left", fontsize=10)
    figure.legend(fontsize=6.5, loc="outside right upper", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _bytes(figure, kind)


def fan(years: Sequence[int], values: Floats, unit: str, title: str, kind: str = "svg") -> bytes:
    """Draw a value by year in all worlds: median, P25 to P75, P10 to P90.

    Parameters
    ----------
    years
        The years.
    values
        Shape ``(draws, years)``.
    """
    from matplotlib.ticker import MaxNLocator

    figure, axes = _figure(7.5, 3.6)
    at = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0)
    axes.fill_between(years, at[0], at[4], color="#56B4E9", alpha=0.35, label="P10 to P90", lw=0)
    axes.fill_between(years, at[1], at[3], color="#0072B2", alpha=0.45, label="P25 to P75", lw=0)
    axes.plot(years, at[2], color="black", lw=1.4, label="median")
    axes.axhline(0.0, color="#555555", lw=0.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("year")
    axes.set_ylabel(unit)
    axes.set_title(title, loc="left", fontsize=10)
    axes.legend(fontsize=7, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _bytes(figure, kind)
