"""The map of the first screen, drawn as SVG: no tiles, no server, no request."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from markupsafe import Markup, escape

from lodeway.report.basemap import load_basemap

#: Colour (Okabe and Ito 2008, doi 10.7299/X7RS7J06) and shape by metal; the first that fits counts.
METALS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("gold, silver", ("gold", "au", "silver", "ag", "dore"), "#E69F00", "star"),
    ("copper, molybdenum", ("copper", "cu", "molybdenum", "mo"), "#D55E00", "circle"),
    ("iron", ("iron", "fe", "hbi"), "#0072B2", "square"),
    ("lead, zinc", ("zinc", "zn", "lead", "pb"), "#CC79A7", "diamond"),
    (
        "aluminium, alunite",
        ("aluminium", "aluminum", "alunite", "bauxite", "al"),
        "#56B4E9",
        "down",
    ),
    ("other", (), "#444444", "triangle"),
)
_SHAPES = {
    "circle": "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z",
    "square": "M-6-6h12v12h-12z",
    "diamond": "M0-9L8 0 0 9-8 0z",
    "triangle": "M0-8L8 6H-8z",
    "down": "M0 8L8-6H-8z",
    "star": "M0-10L2.6-3.4 9.5-3.1 4.1 1.3 5.9 8.1 0 4.2-5.9 8.1-4.1 1.3-9.5-3.1-2.6-3.4z",
}
WIDTH = 1000.0
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class View:
    """Plate carree with true scale at the middle latitude of the extent."""

    extent: tuple[float, float, float, float]

    @property
    def scale(self) -> float:
        """Map units per degree of latitude."""
        return WIDTH / ((self.extent[2] - self.extent[0]) * self.squeeze)

    @property
    def squeeze(self) -> float:
        """Length of a degree of longitude over one of latitude."""
        return max(0.2, math.cos(math.radians((self.extent[1] + self.extent[3]) / 2)))

    @property
    def height(self) -> float:
        """Height of the map in its own units."""
        return (self.extent[3] - self.extent[1]) * self.scale

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x (right) and y (down) of a place."""
        x = (lon - self.extent[0]) * self.squeeze * self.scale
        return round(x, 1), round((self.extent[3] - lat) * self.scale, 1)

    def clip(self, shape: Any) -> Any:
        """Return the part of a shape that the map shows."""
        return shapely.clip_by_rect(shape, *self.extent)

    def path(self, shape: Any) -> str:
        """Return SVG path data of lines or polygons, clipped and thinned to half a unit."""
        shape = self.clip(shape)
        if shape.is_empty:
            return ""
        shape = shapely.simplify(shape, 0.5 / self.scale, preserve_topology=False)
        out = []
        for part in shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            closed = "z" if part.geom_type == "Polygon" else ""
            for ring in rings:
                if ring.geom_type not in {"LineString", "LinearRing"} or ring.is_empty:
                    continue
                points = [self.at(x, y) for x, y in ring.coords]
                out.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + closed)
        return "".join(out)


@dataclass
class Canvas:
    """Collects SVG elements; every text in it is escaped."""

    view: View
    parts: list[Markup] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    small_boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def shape(self, shape: Any, css: str, title: str = "", style: str = "") -> None:
        """Draw lines or areas."""
        data = self.view.path(shape)
        if data:
            tip = Markup("<title>{}</title>").format(title) if title else ""
            extra = Markup(' style="{}"').format(style) if style else ""
            self.parts.append(
                Markup('<path class="{}" d="{}"{}>{}</path>').format(css, data, extra, tip)
            )

    def free(self, box: tuple[float, float, float, float], small: bool) -> bool:
        """Tell whether a label fits there, and if so take the place."""
        taken = self.small_boxes if small else self.boxes
        x0, y0, x1, y1 = box
        inside = x0 > 2 and y0 > 2 and x1 < WIDTH - 2 and y1 < self.view.height - 2
        if not inside or any(x0 < b[2] and x1 > b[0] and y0 < b[3] and y1 > b[1] for b in taken):
            return False
        taken.append(box)
        return True

    def label(self, x: float, y: float, text: str, css: str, gap: float = 11.0) -> Markup:
        """Return a label beside a mark where it hides nothing, or nothing.

        The class ``wide`` is for labels that only fit on a large screen, where marks are smaller.
        """
        for anchor, dx, dy in (("start", gap, 5), ("end", -gap, 5), ("middle", 0, -gap - 3),
                               ("middle", 0, gap + 14)):  # fmt: skip

            def box(
                k: float, a: str = anchor, dx: float = dx, dy: float = dy
            ) -> tuple[float, float, float, float]:
                long = 8.0 * len(text) * k
                x0 = x + dx * k - {"start": 0.0, "middle": long / 2, "end": long}[a]
                return x0, y + dy * k - 13 * k, x0 + long, y + dy * k + 4 * k

            if self.free(box(1.0), small=False):
                css = css if self.free(box(2.3), small=True) else f"{css} wide"
                return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                    css, dx, dy, anchor, text
                )
        return Markup("")


def metal_of(commodities: str) -> int:
    """Return the place in `METALS` of the first commodity that is named there.

    Examples
    --------
    >>> METALS[metal_of("Cu|Mo")][0], METALS[metal_of("marble")][0]
    ('copper, molybdenum', 'other')
    """
    words = commodities.casefold().replace("|", " ").replace(",", " ").replace(";", " ").split()
    for word in words:
        for place, (_, known, _, _) in enumerate(METALS):
            if word in known:
                return place
    return len(METALS) - 1


def draw_ground(canvas: Canvas, areas: Sequence[Mapping[str, Any]]) -> None:
    """Draw land and borders; borders inside disputed ground are left to the study's own lines."""
    base, frame = load_basemap(), shapely.box(*canvas.view.extent)
    near_land = [canvas.view.clip(c.shape) for c in base.countries if c.shape.intersects(frame)]
    land = shapely.union_all(near_land)
    canvas.shape(land, "land")
    borders = canvas.view.clip(base.borders)
    disputed = [area["shape"] for area in areas if area["shape"].intersects(frame)]
    if disputed:
        near = shapely.buffer(shapely.union_all(disputed), 0.12)
        borders = borders.difference(near)
    canvas.shape(borders, "border")
    for area in areas:
        title = f"{area['name']}: disputed or not under the control of the recognised state. "
        title += f"Outline: {area['source']}"
        if area["kind"] == "line":
            canvas.shape(area["shape"], "disputed-line", title)
        else:
            canvas.shape(shapely.intersection(area["shape"], land), "disputed", title)


def draw_areas(canvas: Canvas, areas: Iterable[Mapping[str, Any]]) -> None:
    """Draw contract areas and licences alike: a thin outline, its words in the title.

    Each row needs ``name, kind, parties, start, end, source, geometry``.
    """
    for row in areas:
        if row["geometry"] is None or row["geometry"].is_empty:
            continue
        span = f"{row['start'] or 'start not known'} to {row['end'] or 'open'}"
        parties = str(row["parties"]).replace("|", ", ")
        title = f"{row['name']} ({row['kind']}, {span}): {parties}. Source: {row['source']}"
        canvas.shape(row["geometry"], "area", title)


def draw_lines(canvas: Canvas, lines: Iterable[Mapping[str, Any]]) -> None:
    """Draw corridors by status: open solid, planned dashed, closed crossed."""
    order = {"road": 0, "sea": 1, "ferry": 1, "rail": 2}
    rows = sorted(lines, key=lambda row: order.get(str(row["what"]), 0))
    for row in rows:
        css = f"line {row['what']} {row['status']}"
        if row["geometry"] is None or row["geometry"].is_empty:
            continue
        title = f"{row['what']}, {row['status']}" + (f": {row['note']}" if row.get("note") else "")
        canvas.shape(row["geometry"], css, title)
        if row["status"] == "closed":
            for cross in _crosses(canvas.view, row["geometry"]):
                canvas.parts.append(
                    Markup('<g transform="translate({} {})"><path class="cross mk" '
                           'd="M-4-4L4 4M-4 4L4-4"/></g>').format(*cross)
                )  # fmt: skip


def _crosses(view: View, shape: Any) -> list[tuple[float, float]]:
    """Return places along a line for the crosses that say closed, some 45 units apart."""
    line = view.clip(shape)
    if line.is_empty:
        return []
    count = max(1, int(line.length * view.scale / 45))
    shares = [(place + 0.5) / count for place in range(count)]
    merged = shapely.line_merge(line)
    longest = max(shapely.get_parts(merged), key=lambda part: part.length)
    points = [longest.interpolate(share, normalized=True) for share in shares]
    return [view.at(point.x, point.y) for point in points]


def draw_gates(canvas: Canvas, gates: Iterable[Mapping[str, Any]]) -> None:
    """Draw gates: a ring where open, a crossed ring where closed or planned."""
    for row in gates:
        point = row["geometry"]
        if point is None or point.is_empty or not _inside(canvas.view, point):
            continue
        x, y = canvas.view.at(point.x, point.y)
        open_gate = str(row.get("status")) == "open"
        cross = "" if open_gate else Markup('<path class="cross" d="M-4-4L4 4M-4 4L4-4"/>')
        canvas.parts.append(
            Markup('<g transform="translate({} {})"><g class="mk gate"><circle r="4"/>{}'
                   "<title>Gate {} ({}, {}): {}</title></g></g>").format(
                x, y, cross, row.get("name") or row.get("gate"), row.get("pair", ""),
                row.get("mode", ""), row.get("status", ""))
        )  # fmt: skip


def draw_routes(canvas: Canvas, routes: Sequence[Mapping[str, Any]], scenes: Sequence[str]) -> None:
    """Draw the chosen routes of each project, one group per scenario, as nested stripes.

    Each row needs ``state, colour, title, geometry``; rows of one project share ``project``.
    """
    projects = sorted({str(row["project"]) for row in routes})
    for number, state in enumerate(scenes):
        canvas.parts.append(Markup('<g class="scene scene-{}">').format(number))
        for place, project in enumerate(projects):
            width = 2.2 + 1.7 * min(len(projects) - 1 - place, 4)
            for row in routes:
                if row["project"] == project and row["state"] == state:
                    style = f"stroke:{row['colour']};--w:{width:g}px"
                    canvas.shape(row["geometry"], "route", row["title"], style)
        canvas.parts.append(Markup("</g>"))


def _inside(view: View, point: Any) -> bool:
    x0, y0, x1, y1 = view.extent
    return bool(x0 <= point.x <= x1 and y0 <= point.y <= y1)


def draw_deposits(canvas: Canvas, deposits: Sequence[Mapping[str, Any]]) -> None:
    """Draw deposits by metal and size; a place without a sourced coordinate gets its radius.

    Each row needs ``name, metal`` (place in `METALS`), ``size`` (1 to 3), ``study`` (bool),
    ``radius_km, sourced, geometry``. Deposits of the study's projects are labelled first.
    """
    view, marks = canvas.view, []
    shown = [r for r in deposits if r["geometry"] is not None and not r["geometry"].is_empty]
    shown = [row for row in shown if _inside(view, row["geometry"])]
    for row in sorted(shown, key=lambda row: (not row["study"], -row["size"], row["name"])):
        x, y = view.at(row["geometry"].x, row["geometry"].y)
        _, _, colour, kind = METALS[row["metal"]]
        if not row["sourced"] and row["radius_km"]:
            radius = row["radius_km"] / _KM_PER_DEGREE * view.scale
            marks.append(Markup('<circle class="radius" cx="{}" cy="{}" r="{}"/>').format(
                x, y, round(radius, 1)))  # fmt: skip
        size = {1: 0.7, 2: 1.0, 3: 1.4}[row["size"]]
        css = "deposit" if row["study"] else "deposit other"
        label = canvas.label(x, y, row["name"], "name" if row["study"] else "name minor")
        title = f"{row['name']}: {METALS[row['metal']][0]}"
        marks.append(Markup(
            '<g transform="translate({} {})"><g class="mk"><path class="{}" d="{}" '
            'transform="scale({})" style="fill:{}"><title>{}</title></path>{}</g></g>'
        ).format(x, y, css, _SHAPES[kind], size, colour, title, label))  # fmt: skip
    canvas.parts.extend(reversed(marks))


def draw_names(canvas: Canvas) -> None:
    """Write the names of countries where there is room: the outline's name, nothing more."""
    frame = shapely.box(*canvas.view.extent)
    for country in load_basemap().countries:
        part = canvas.view.clip(country.shape)
        if not country.shape.intersects(frame) or part.area < 0.012 * frame.area:
            continue
        if country.country != country.control:
            continue
        biggest = max(shapely.get_parts(part), key=lambda piece: piece.area)
        point = shapely.point_on_surface(biggest)
        x, y = canvas.view.at(point.x, point.y)
        label = canvas.label(x, y, country.name, "country", gap=0.0)
        canvas.parts.append(
            Markup('<g transform="translate({} {})"><g class="mk">{}</g></g>').format(x, y, label)
        )


#: The hatching of disputed ground; one map of a page holds it for all.
HATCH = Markup(
    '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V7" class="hatch"/></pattern></defs>'
)


def as_svg(canvas: Canvas, title: str, defs: Markup = HATCH) -> Markup:
    """Return the whole map as one SVG element with a frame, a scale bar and a title."""
    view = canvas.view
    km = next(k for k in (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
              if k == 1 or k / _KM_PER_DEGREE * view.scale < WIDTH / 4)  # fmt: skip
    bar = round(km / _KM_PER_DEGREE * view.scale, 1)
    height = round(view.height, 1)
    head = Markup(
        '<svg class="map" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<rect class="sea-ground" width="{}" height="{}"/>'
    ).format(f"{WIDTH:g}", height, title, defs, f"{WIDTH:g}", height)
    scale = Markup(
        '<g transform="translate(16 {})"><path class="scale" d="M0-5V0H{}V-5"/>'
        '<g class="mk"><text class="minor" x="0" y="-9">{} km</text></g></g></svg>'
    ).format(round(height - 12, 1), bar, km)
    return head + Markup("").join(canvas.parts) + scale


def shape_key(place: int) -> Markup:
    """Return the mark of one metal for the legend."""
    name, _, colour, kind = METALS[place]
    return Markup(
        '<svg class="key" viewBox="-11 -11 22 22" aria-hidden="true"><path class="deposit" '
        'd="{}" style="fill:{}"/></svg>{}'
    ).format(_SHAPES[kind], colour, escape(name))
