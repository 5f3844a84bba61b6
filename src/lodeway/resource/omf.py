"""Open Mining Format: version 1 out, versions 1 and 2 in, read and written here.

Version 1 (file version OMF-v0.9.0) is a header of 60 bytes, zlib-packed arrays, and one JSON
dictionary of objects by id. Version 2 is a ZIP archive of Parquet arrays and a gzipped JSON index.
The order of a block model's values is not written down for version 1; as its viewers do, w is
taken as fastest, then v, then u. In version 2 u is fastest.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import struct
import uuid
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.io import read_bytes
from lodeway.resource.grid import Grid

Floats = NDArray[np.float64]
_MAGIC, _VERSION = b"\x84\x83\x82\x81", b"OMF-v0.9.0"
_LIMIT_BYTES = 2**30
_FIRST_DAY = "1970-01-01T00:00:00Z"  # files hold no clock
_SPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True)
class Element:
    """One thing in a project.

    Attributes
    ----------
    name
        Its name.
    kind
        ``"points"``, ``"lines"``, ``"surface"`` or ``"blocks"``.
    vertices
        ``(n, 3)``; none for blocks.
    cells
        ``(m, 2)`` segments or ``(m, 3)`` triangles, numbers of vertices.
    grid
        Of blocks.
    data
        Numbers by name: one a vertex of points, a segment, a triangle or a block (x fastest).
    """

    name: str
    kind: str
    vertices: Floats = field(default_factory=lambda: np.empty((0, 3)))
    cells: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    grid: Grid | None = None
    data: Mapping[str, Floats] = field(default_factory=dict)


_V1 = {
    "points": ("PointSetElement", "PointSetGeometry", "point", "vertices"),
    "lines": ("LineSetElement", "LineSetGeometry", "borehole", "segments"),
    "surface": ("SurfaceElement", "SurfaceGeometry", "surface", "faces"),
    "blocks": ("VolumeElement", "VolumeGridGeometry", "volume", "cells"),
}


class _Writer:
    """Collects packed arrays and the objects that point at them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.blob = bytearray()
        self.objects: dict[str, dict[str, Any]] = {}

    def add(self, kind: str, **fields: Any) -> str:
        """Add an object and return its id, which depends on its place and name alone."""
        key = str(uuid.uuid5(_SPACE, f"{self.name}/{len(self.objects)}/{kind}"))
        self.objects[key] = {
            "__class__": kind, "date_created": _FIRST_DAY, "date_modified": _FIRST_DAY, **fields,
        }  # fmt: skip
        return key

    def array(self, kind: str, values: NDArray[Any], dtype: str) -> str:
        """Add an array object."""
        packed = zlib.compress(np.ascontiguousarray(values, dtype=dtype).tobytes(), 6)
        start = 60 + len(self.blob)
        self.blob += packed
        return self.add(kind, array={"start": start, "length": len(packed), "dtype": dtype})


def omf_bytes(name: str, elements: Sequence[Element], description: str = "") -> bytes:
    """Return a project in version 1.

    Raises
    ------
    LodewayError
        When data do not fit their element.
    """
    writer = _Writer(name)
    keys = [_put(writer, element) for element in elements]
    project = writer.add(
        "Project", name=name, description=description, author="", revision="", date=_FIRST_DAY,
        units="m", origin=[0.0, 0.0, 0.0], elements=keys,
    )  # fmt: skip
    head = _MAGIC + _VERSION.ljust(32, b"\x00") + uuid.UUID(project).bytes
    head += struct.pack("<Q", 60 + len(writer.blob))
    return head + bytes(writer.blob) + json.dumps(writer.objects).encode()


def _put(writer: _Writer, element: Element) -> str:
    kind, geometry_kind, subtype, location = _V1[element.kind]
    origin = {"origin": [0.0, 0.0, 0.0]}
    if element.kind == "blocks":
        if element.grid is None:
            raise LodewayError("bad-argument", element.name, "no grid", "a grid for blocks")
        grid = element.grid
        expected = grid.blocks
        geometry = writer.add(
            geometry_kind, origin=list(map(float, grid.origin)),
            **{f"tensor_{a}": [float(s)] * int(n)
               for a, s, n in zip("uvw", grid.size, grid.count, strict=True)},
            axis_u=[1.0, 0.0, 0.0], axis_v=[0.0, 1.0, 0.0], axis_w=[0.0, 0.0, 1.0],
        )  # fmt: skip
    else:
        parts = {"vertices": writer.array("Vector3Array", element.vertices, "<f8")}
        expected = len(element.vertices)
        if element.kind == "lines":
            parts["segments"] = writer.array("Int2Array", element.cells, "<i8")
            expected = len(element.cells)
        elif element.kind == "surface":
            parts["triangles"] = writer.array("Int3Array", element.cells, "<i8")
            expected = len(element.cells)
        geometry = writer.add(geometry_kind, **origin, **parts)
    data = []
    for name, values in element.data.items():
        if len(values) != expected:
            got = f"{len(values)} values"
            raise LodewayError("bad-argument", f"{element.name}.{name}", got, f"{expected}")
        ordered = np.asarray(values, dtype=np.float64)
        if element.kind == "blocks" and element.grid is not None:
            ordered = ordered.reshape(element.grid.count[::-1]).transpose(2, 1, 0).ravel()
        array = writer.array("ScalarArray", ordered, "<f8")
        data.append(
            writer.add("ScalarData", name=name, description="", location=location, array=array)
        )
    return writer.add(
        kind, name=element.name, description="", color=[120, 120, 120], data=data,
        subtype=subtype, geometry=geometry, textures=[],
    )  # fmt: skip


def read_omf(path: Path) -> list[Element]:
    """Read a project of version 1 or 2: points, lines, surfaces and regular or tensor blocks.

    Blocks of uneven size, and turned ones, are refused; images, colours and texts are passed over.

    Raises
    ------
    LodewayError
        When the file is neither version, is cut off, or contradicts itself.
    """
    data = read_bytes(path, _LIMIT_BYTES)
    try:
        if data[:4] == _MAGIC:
            return _read_v1(data, path)
        if data[:2] == b"PK":
            return _read_v2(data, path)
    except (KeyError, IndexError, ValueError, TypeError, zlib.error, OSError,
            zipfile.BadZipFile) as problem:  # fmt: skip
        raise LodewayError("bad-csv", str(path), repr(problem)[:160], "a whole OMF file") from None
    raise LodewayError("bad-csv", str(path), repr(data[:8]), "an OMF file of version 1 or 2")


def _unpack(data: bytes, limit: int = _LIMIT_BYTES) -> bytes:
    """Unpack zlib data, but no more than the limit."""
    stream = zlib.decompressobj()
    out = stream.decompress(data, limit)
    if stream.unconsumed_tail:
        raise LodewayError(
            "too-large", "OMF array", "an array beyond the limit", f"{limit:,} bytes"
        )
    return out


def _read_v1(data: bytes, path: Path) -> list[Element]:
    version = data[4:36].rstrip(b"\x00")
    if version != _VERSION:
        raise LodewayError("bad-csv", str(path), version.decode("ascii", "replace"), "OMF-v0.9.0")
    objects = json.loads(data[struct.unpack("<Q", data[52:60])[0] :].decode("utf-8"))
    project = objects[str(uuid.UUID(bytes=data[36:52]))]

    def array(key: str) -> NDArray[Any]:
        about = objects[key]["array"]
        if about["dtype"] not in ("<f8", "<i8"):
            raise LodewayError("bad-csv", str(path), about["dtype"], "<f8 or <i8")
        packed = data[about["start"] : about["start"] + about["length"]]
        return np.frombuffer(_unpack(packed), about["dtype"])

    start = np.array(project.get("origin", [0, 0, 0]), dtype=np.float64)
    return [_element_v1(objects, objects[key], array, start, path) for key in project["elements"]]


def _element_v1(
    objects: Mapping[str, Any], one: Mapping[str, Any], array: Any, start: Floats, path: Path
) -> Element:
    kinds = {names[0]: kind for kind, names in _V1.items()}
    kind = kinds.get(one["__class__"], "")
    geometry = objects[one["geometry"]]
    if not kind or ("triangles" not in geometry and kind == "surface"):
        got = f"{one['__class__']} of {geometry['__class__']}"
        raise LodewayError("bad-csv", str(path), got, "points, lines, triangles or blocks")
    origin = start + np.array(geometry.get("origin", [0, 0, 0]), dtype=np.float64)
    scalars = [objects[key] for key in one.get("data", [])]
    values = {
        item["name"]: array(item["array"]).astype(np.float64)
        for item in scalars
        if item["__class__"] == "ScalarData"
    }
    if kind == "blocks":
        sizes = [np.array(geometry[f"tensor_{a}"], dtype=np.float64) for a in "uvw"]
        turned = [geometry.get(f"axis_{a}", default) for a, default in
                  zip("uvw", np.eye(3).tolist(), strict=True)]  # fmt: skip
        grid = _grid(origin, sizes, turned, one["name"], path)
        values = {
            name: v.reshape(grid.count).transpose(2, 1, 0).ravel() for name, v in values.items()
        }
        return Element(one["name"], kind, grid=grid, data=values)
    vertices = array(geometry["vertices"]).reshape(-1, 3).astype(np.float64) + origin
    cells = np.empty((0, 0), dtype=np.int64)
    if kind == "lines":
        cells = array(geometry["segments"]).reshape(-1, 2).astype(np.int64)
    elif kind == "surface":
        cells = array(geometry["triangles"]).reshape(-1, 3).astype(np.int64)
    return Element(one["name"], kind, vertices, cells, None, values)


def _grid(
    origin: Floats, sizes: Sequence[Floats], axes: Sequence[Sequence[float]], name: str, path: Path
) -> Grid:
    if not np.allclose(axes, np.eye(3), atol=1e-9):
        raise LodewayError("bad-argument", f"{path} {name}", "turned blocks", "axes x, y, z")
    if any(len(one) == 0 or not np.allclose(one, one[0]) for one in sizes):
        raise LodewayError("bad-argument", f"{path} {name}", "blocks of uneven size", "one size")
    x, y, z = (float(one[0]) for one in sizes)
    a, b, c = (len(one) for one in sizes)
    return Grid(tuple(origin.tolist()), (x, y, z), (a, b, c))


def _read_v2(data: bytes, path: Path) -> list[Element]:
    import pyarrow.parquet as pq

    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(item.file_size for item in archive.infolist()) > _LIMIT_BYTES:
        raise LodewayError("too-large", str(path), "an archive", f"at most {_LIMIT_BYTES:,} bytes")
    with gzip.open(io.BytesIO(archive.read("index.json.gz"))) as stream:
        index = json.loads(stream.read(_LIMIT_BYTES))

    def array(about: Mapping[str, Any]) -> Floats:
        table = pq.read_table(io.BytesIO(archive.read(about["filename"])))
        columns = [np.asarray(column.to_numpy(), dtype=np.float64) for column in table.columns]
        return columns[0] if len(columns) == 1 else np.column_stack(columns)

    start = np.array(index.get("origin", [0, 0, 0]), dtype=np.float64)
    found: list[Element] = []
    waiting = list(index.get("elements", []))
    while waiting:
        one = waiting.pop(0)
        if one["geometry"]["type"] == "Composite":
            waiting = list(one["geometry"]["elements"]) + waiting
            continue
        element = _element_v2(one, array, start, path)
        if element is not None:
            found.append(element)
    return found


def _element_v2(one: Mapping[str, Any], array: Any, start: Floats, path: Path) -> Element | None:
    geometry = one["geometry"]
    kinds = {"PointSet": "points", "LineSet": "lines", "Surface": "surface",
             "BlockModel": "blocks"}  # fmt: skip
    kind = kinds.get(geometry["type"])
    if kind is None:
        return None
    place = "Vertices" if kind == "points" else "Primitives"
    values = {
        item["name"]: array(item["data"]["values"])
        for item in one.get("attributes", [])
        if item["data"]["type"] == "Number" and item["location"] == place
    }
    name = one.get("name", "")
    if kind == "blocks":
        if geometry.get("subblocks"):
            raise LodewayError("bad-argument", f"{path} {name}", "sub-blocks", "whole blocks")
        orient, grid = geometry.get("orient", {}), geometry["grid"]
        if grid["type"] == "Regular":
            sizes = [np.full(int(n), float(s))
                     for s, n in zip(grid["size"], grid["count"], strict=True)]  # fmt: skip
        else:
            sizes = [np.atleast_1d(array(grid[a])) for a in "uvw"]
        turned = [orient.get(a, default) for a, default in
                  zip("uvw", np.eye(3).tolist(), strict=True)]  # fmt: skip
        origin = start + np.array(orient.get("origin", [0, 0, 0]), dtype=np.float64)
        made = _grid(origin, sizes, turned, name, path)
        if any(len(v) != math.prod(made.count) for v in values.values()):
            raise LodewayError("bad-csv", f"{path} {name}", "values", f"{made.blocks} values")
        return Element(name, kind, grid=made, data=values)
    origin = start + np.array(geometry.get("origin", [0, 0, 0]), dtype=np.float64)
    vertices = array(geometry["vertices"]).reshape(-1, 3) + origin
    cells = np.empty((0, 0), dtype=np.int64)
    if kind != "points":
        key, wide = ("segments", 2) if kind == "lines" else ("triangles", 3)
        cells = array(geometry[key]).reshape(-1, wide).astype(np.int64)
    return Element(name, kind, vertices, cells, None, values)
