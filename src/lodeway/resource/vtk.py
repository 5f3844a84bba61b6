"""VTK's XML files: block models as image data, points with values; binary, without a library."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodeway.errors import LodewayError
from lodeway.resource.grid import Grid

_TYPES = {"f": "Float32", "i": "Int32", "u": "Int32", "b": "Int32"}


def _array(name: str, values: NDArray[np.generic], components: int = 1) -> str:
    """Return one array as XML: the number of bytes, then the values, as base 64."""
    if values.dtype == np.float64 and components == 3:
        kind, data = "Float64", np.ascontiguousarray(values, dtype="<f8")
    else:
        kind = _TYPES[values.dtype.kind]
        data = np.ascontiguousarray(values, dtype={"Float32": "<f4", "Int32": "<i4"}[kind])
    raw = np.uint64(data.nbytes).tobytes() + data.tobytes()
    text = base64.b64encode(raw).decode()
    wide = f' NumberOfComponents="{components}"' if components > 1 else ""
    return (
        f'<DataArray type="{kind}" Name={quoteattr(name)}{wide} format="binary">{text}</DataArray>'
    )


def _file(kind: str, inside: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" '
        f'header_type="UInt64">\n{inside}\n</VTKFile>\n'
    ).encode()


def grid_bytes(grid: Grid, data: Mapping[str, ArrayLike]) -> bytes:
    """Return a block model as a ``.vti`` file: numbers by name, one a block, x fastest.

    Examples
    --------
    >>> text = grid_bytes(Grid((0, 0, 0), (1, 1, 1), (2, 1, 1)), {"Cu": [0.1, 0.2]})
    >>> b'WholeExtent="0 2 0 1 0 1"' in text
    True
    """
    extent = " ".join(f"0 {n}" for n in grid.count)
    parts = []
    for name, values in data.items():
        array = np.asarray(values)
        if array.shape != (grid.blocks,):
            got = f"shape {array.shape}"
            raise LodewayError("bad-argument", name, got, f"({grid.blocks},)")
        parts.append(_array(name, array))
    origin, spacing = (" ".join(f"{v!r}" for v in map(float, one)) for one in
                       (grid.origin, grid.size))  # fmt: skip
    return _file(
        "ImageData",
        f'<ImageData WholeExtent="{extent}" Origin="{origin}" Spacing="{spacing}">\n'
        f'<Piece Extent="{extent}"><CellData>{"".join(parts)}</CellData></Piece>\n</ImageData>',
    )


def points_bytes(xyz: ArrayLike, data: Mapping[str, ArrayLike]) -> bytes:
    """Return points ``(n, 3)`` and their numbers by name as a ``.vtp`` file."""
    points = np.asarray(xyz, dtype=np.float64)
    number = len(points)
    fields = "".join(_array(name, np.asarray(values)) for name, values in data.items())
    cells = _array("connectivity", np.arange(number)) + _array("offsets", np.arange(1, number + 1))
    return _file(
        "PolyData",
        f'<PolyData><Piece NumberOfPoints="{number}" NumberOfVerts="{number}" NumberOfLines="0" '
        f'NumberOfStrips="0" NumberOfPolys="0">\n<PointData>{fields}</PointData>\n'
        f"<Points>{_array('Points', points, 3)}</Points>\n<Verts>{cells}</Verts>\n"
        f"</Piece></PolyData>",
    )
