"""Solids from wireframes: STL, OBJ and OMF meshes, whether they are closed, and what is inside."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.io import read_bytes
from lodeway.resource.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LIMIT_BYTES = 2**30


@dataclass(frozen=True)
class Wireframe:
    """Triangles: `vertex` ``(n, 3)`` and `triangle` ``(m, 3)``, numbers of vertices."""

    vertex: Floats
    triangle: Ints
    name: str = ""

    def problems(self) -> dict[str, int]:
        """Return what keeps the wireframe from being a solid, by kind, with its number.

        ``open edges`` belong to one triangle only, ``crowded edges`` to more than two, ``turned
        edges`` to two triangles that look to different sides, ``flat triangles`` have no area.
        ``inverted`` is 1 when a closed surface looks inward.

        Examples
        --------
        >>> Wireframe(np.eye(3), np.array([[0, 1, 2]])).problems()
        {'open edges': 3}
        """
        found: dict[str, int] = {}
        corners = self.vertex[self.triangle]
        area = np.linalg.norm(
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
        )
        found["flat triangles"] = int((area <= 0).sum())
        pairs = np.concatenate([self.triangle[:, [0, 1]], self.triangle[:, [1, 2]],
                                self.triangle[:, [2, 0]]])  # fmt: skip
        low, high = pairs.min(axis=1), pairs.max(axis=1)
        key = low * len(self.vertex) + high
        distinct, code, count = np.unique(key, return_inverse=True, return_counts=True)
        sign = np.bincount(code, np.where(pairs[:, 0] == low, 1, -1), len(distinct))
        found["open edges"] = int((count == 1).sum())
        found["crowded edges"] = int((count > 2).sum())
        found["turned edges"] = int(((count == 2) & (sign != 0)).sum())
        if not found["open edges"] and not found["turned edges"]:
            found["inverted"] = int(self.volume() < 0)
        return {name: number for name, number in found.items() if number}

    def volume(self) -> float:
        """Return the volume inside (negative when the surface looks inward)."""
        corners = self.vertex[self.triangle] - self.vertex.mean(axis=0)
        return float(np.einsum("ni,ni->n", corners[:, 0],
                               np.cross(corners[:, 1], corners[:, 2])).sum() / 6.0)  # fmt: skip

    def inside(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Return which points ``(n, 3)`` lie inside: where the winding number above is not zero.

        A vertical line goes up from each point; every triangle that it crosses counts +1 or -1 by
        the side that it shows. So shells in shells and turned surfaces are counted right; an open
        surface has no inside, and `problems` says so.
        """
        wanted = np.ascontiguousarray(np.asarray(points, dtype=np.float64))
        # a shift of a few micrometres keeps lines off edges and vertices
        span = float(np.ptp(self.vertex, axis=0)[:2].max()) or 1.0
        corner = self.vertex[self.triangle] + np.array([1.2e-9, 0.7e-9, 0.0]) * span
        low, high = corner.min(axis=1)[:, :2], corner.max(axis=1)[:, :2]
        start, stop = low.min(axis=0), high.max(axis=0)
        cells = int(np.clip(np.sqrt(len(corner) / 2.0), 1, 400))
        size = np.maximum((stop - start) / cells, 1e-12)
        a = np.clip(((low - start) / size).astype(np.int64), 0, cells - 1)
        b = np.clip(((high - start) / size).astype(np.int64), 0, cells - 1)
        first, item = _lists(a, b, cells)
        return np.asarray(_winding(wanted, corner, first, item, start, size, cells) != 0)


@compiled
def _lists(low: Ints, high: Ints, cells: int) -> tuple[Ints, Ints]:
    """Return the triangles of each cell of a flat grid, as first places and items."""
    count = np.zeros(cells * cells + 1, np.int64)
    for t in range(len(low)):
        for i in range(low[t, 0], high[t, 0] + 1):
            for j in range(low[t, 1], high[t, 1] + 1):
                count[i * cells + j + 1] += 1
    first = np.cumsum(count)
    item = np.empty(first[-1], np.int64)
    place = first[:-1].copy()
    for t in range(len(low)):
        for i in range(low[t, 0], high[t, 0] + 1):
            for j in range(low[t, 1], high[t, 1] + 1):
                item[place[i * cells + j]] = t
                place[i * cells + j] += 1
    return first, item


@compiled
def _winding(
    point: Floats, corner: Floats, first: Ints, item: Ints, start: Floats, size: Floats, cells: int
) -> Ints:
    out = np.zeros(len(point), np.int64)
    for p in range(len(point)):
        x, y, z = point[p, 0], point[p, 1], point[p, 2]
        i = int(np.floor((x - start[0]) / size[0]))
        j = int(np.floor((y - start[1]) / size[1]))
        if i < 0 or j < 0 or i >= cells or j >= cells:
            continue
        total = 0
        for place in range(first[i * cells + j], first[i * cells + j + 1]):
            c = corner[item[place]]
            ax, ay = c[0, 0] - x, c[0, 1] - y
            bx, by = c[1, 0] - x, c[1, 1] - y
            cx, cy = c[2, 0] - x, c[2, 1] - y
            u = bx * cy - by * cx
            v = cx * ay - cy * ax
            w = ax * by - ay * bx
            if (u > 0 and v > 0 and w > 0) or (u < 0 and v < 0 and w < 0):
                height = (u * c[0, 2] + v * c[1, 2] + w * c[2, 2]) / (u + v + w)
                if height > z:
                    total += 1 if u > 0 else -1
        out[p] = total
    return out


def read_wireframe(path: Path) -> Wireframe:
    """Read a wireframe: ``.stl`` (text or binary), ``.obj``, or the surfaces of an ``.omf`` file.

    Raises
    ------
    LodewayError
        When the file is cut off, holds no triangles, or numbers that are none.
    """
    ending = path.suffix.lower()
    if ending == ".omf":
        from lodeway.resource.omf import read_omf

        surfaces = [one for one in read_omf(path) if one.kind == "surface"]
        if not surfaces:
            raise LodewayError("missing", str(path), "no surface", "a surface")
        vertex = np.concatenate([one.vertices for one in surfaces])
        steps = np.cumsum([0] + [len(one.vertices) for one in surfaces[:-1]])
        triangle = np.concatenate(
            [one.cells + step for one, step in zip(surfaces, steps, strict=True)]
        )
        return _checked(vertex, triangle, path)
    data = read_bytes(path, _LIMIT_BYTES)
    if ending == ".obj":
        return _obj(data, path)
    if ending != ".stl":
        raise LodewayError("bad-argument", path.name, ending, "an .stl, .obj or .omf file")
    number = struct.unpack("<I", data[80:84])[0] if len(data) >= 84 else -1
    if number >= 0 and len(data) == 84 + 50 * number:
        record = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("more", "<u2")])
        corner = np.frombuffer(data, record, number, 84)["corner"].astype(np.float64)
        return _soup(corner.reshape(-1, 3), path)
    if data[:5].lower() == b"solid" and b"facet" in data[:2000]:
        text = data.decode("ascii", errors="replace")
        found = re.findall(r"vertex\s+(\S+)\s+(\S+)\s+(\S+)", text)
        if not text.rstrip().lower().rpartition("\n")[2].strip().startswith("endsolid"):
            raise LodewayError("bad-csv", str(path), "a file that is cut off", "'endsolid'")
        try:
            return _soup(np.array(found, dtype=np.float64).reshape(-1, 3), path)
        except ValueError as problem:
            raise LodewayError("bad-number", str(path), str(problem), "numbers") from None
    expected = f"{84 + 50 * number:,} bytes for its {number:,} triangles" if number >= 0 else "STL"
    raise LodewayError("bad-csv", str(path), f"{len(data):,} bytes", expected)


def _soup(points: Floats, path: Path) -> Wireframe:
    """Join equal corners of loose triangles."""
    if len(points) % 3:
        raise LodewayError("bad-csv", str(path), f"{len(points)} corners", "three a triangle")
    vertex, code = np.unique(points, axis=0, return_inverse=True)
    return _checked(vertex, code.reshape(-1, 3), path)


def _obj(data: bytes, path: Path) -> Wireframe:
    vertices, triangles = [], []
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        words = line.split()
        try:
            if words[:1] == ["v"]:
                vertices.append([float(word) for word in words[1:4]])
            elif words[:1] == ["f"]:
                corner = [int(word.split("/")[0]) for word in words[1:]]
                corner = [c - 1 if c > 0 else len(vertices) + c for c in corner]
                triangles += [[corner[0], b, c] for b, c in pairwise(corner[1:])]
        except ValueError:
            raise LodewayError("bad-number", f"{path}:{number}", line[:60], "numbers") from None
    vertex = np.array(vertices, dtype=np.float64).reshape(-1, 3)
    return _checked(vertex, np.array(triangles, dtype=np.int64).reshape(-1, 3), path)


def _checked(vertex: Floats, triangle: Ints, path: Path) -> Wireframe:
    if not len(triangle):
        raise LodewayError("missing", str(path), "no triangle", "triangles")
    if not np.isfinite(vertex).all():
        raise LodewayError("bad-number", str(path), "a corner that is no number", "finite numbers")
    if triangle.min() < 0 or triangle.max() >= len(vertex):
        got = f"corner {int(triangle.max()) + 1} of {len(vertex)}"
        raise LodewayError("bad-number", str(path), got, "corners that exist")
    return Wireframe(vertex, triangle.astype(np.int64), path.stem)
