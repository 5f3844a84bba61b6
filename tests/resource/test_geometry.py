"""Wireframes, grids, and the formats of others: OMF, VTK, GSLIB, GeoPackage."""

import gzip
import io
import json
import struct
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pytest

from lodeway.errors import LodewayError
from lodeway.resource.grid import Grid
from lodeway.resource.gslib import gslib_bytes, read_gslib
from lodeway.resource.omf import Element, omf_bytes, read_omf
from lodeway.resource.plans import geopackage_bytes, level, section_blocks, traces
from lodeway.resource.vtk import grid_bytes, points_bytes
from lodeway.resource.wireframe import Wireframe, read_wireframe

CUBE = np.array([[x, y, z] for x in (0, 10.0) for y in (0, 10.0) for z in (0, 10.0)])
FACES = np.array([
    [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
    [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
])  # fmt: skip
GRID = Grid((100.0, 200.0, 0.0), (10.0, 5.0, 2.0), (4, 3, 2))


def stl(vertex, triangle):
    corner = vertex[triangle].astype("<f4")
    record = np.zeros(
        len(triangle), np.dtype([("n", "<f4", 3), ("c", "<f4", (3, 3)), ("a", "<u2")])
    )
    record["c"] = corner
    return b"\0" * 80 + struct.pack("<I", len(triangle)) + record.tobytes()


def test_a_cube_is_closed_and_holds_what_is_inside():
    cube = Wireframe(CUBE, FACES)
    assert cube.problems() == {}
    assert cube.volume() == pytest.approx(1000.0)
    points = np.random.default_rng(0).uniform(-5, 15, (5000, 3))
    truth = ((points > 0) & (points < 10)).all(axis=1)
    assert (cube.inside(points) == truth).all()
    turned = Wireframe(CUBE, FACES[:, ::-1])
    assert turned.problems() == {"inverted": 1}
    assert (turned.inside(points) == truth).all()


def test_a_hole_in_the_surface_is_said():
    assert Wireframe(CUBE, FACES[1:]).problems() == {"open edges": 3}
    wrong = FACES.copy()
    wrong[0] = wrong[0, ::-1]
    assert Wireframe(CUBE, wrong).problems()["turned edges"] == 3
    doubled = np.vstack([FACES, FACES[:1]])
    assert Wireframe(CUBE, doubled).problems()["crowded edges"] == 3


def test_a_sphere_by_its_volume():
    """Points in a finely faceted sphere are as many as its volume says."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 41)[:-1], np.linspace(0, np.pi, 21), indexing="ij")
    vertex = np.column_stack(
        [(np.sin(v) * np.cos(u)).ravel(), (np.sin(v) * np.sin(u)).ravel(), np.cos(v).ravel()]
    )
    i, j = np.meshgrid(np.arange(40), np.arange(20), indexing="ij")
    a, b = (i * 21 + j).ravel(), ((i + 1) % 40 * 21 + j).ravel()
    sphere = Wireframe(
        vertex, np.vstack([np.column_stack([a, a + 1, b]), np.column_stack([b, a + 1, b + 1])])
    )
    points = np.random.default_rng(1).uniform(-1, 1, (20000, 3))
    share = sphere.inside(points).mean() * 8
    assert share == pytest.approx(abs(sphere.volume()), rel=0.02)


def test_wireframe_files(tmp_path):
    cases = {
        "binary.stl": stl(CUBE, FACES),
        "text.stl": ("solid c\n" + "".join(
            "facet normal 0 0 0\nouter loop\n"
            + "".join("vertex {} {} {}\n".format(*CUBE[n]) for n in face)
            + "endloop\nendfacet\n" for face in FACES) + "endsolid c\n").encode(),
        "mesh.obj": ("".join("v {} {} {}\n".format(*v) for v in CUBE)
                     + "".join("f {} {} {}\n".format(*(face + 1)) for face in FACES)).encode(),
        "mesh.omf": omf_bytes("p", [Element("ore", "surface", CUBE, FACES)]),
    }  # fmt: skip
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        read = read_wireframe(tmp_path / name)
        assert read.volume() == pytest.approx(1000.0), name
        assert read.problems() == {}, name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.stl", stl(CUBE, FACES)[:-7]),
        ("cut2.stl", b"solid c\nfacet normal 0 0 0\nouter loop\nvertex 0 0 0\n"),
        ("empty.stl", b""),
        ("none.obj", b"v 0 0 0\n"),
        ("far.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n"),
        ("word.obj", b"v 0 zero 0\n"),
        ("what.dxf", b"0\nSECTION\n"),
        ("bad.omf", b"\x84\x83\x82\x81" + b"\0" * 20),
        ("zip.omf", b"PK\x03\x04 not a zip"),
        ("nan.stl", stl(np.where(CUBE == 10, np.nan, CUBE), FACES)),
    ],
)
def test_bad_wireframes_are_refused(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LodewayError):
        read_wireframe(tmp_path / name)


def test_babbitt_ore_zone(reference_data):
    solid = read_wireframe(reference_data("resource/babbitt/Mpz.stl"))
    assert len(solid.triangle) == 63_749
    assert solid.problems() == {"open edges": 3, "crowded edges": 4}


def test_omf_version_1_round_trip(tmp_path):
    cu = np.arange(24.0)
    elements = [
        Element("blocks", "blocks", grid=GRID, data={"Cu": cu}),
        Element("collars", "points", CUBE, data={"depth": np.arange(8.0)}),
        Element("holes", "lines", CUBE, np.array([[0, 1], [2, 3]]), data={"Cu": np.ones(2)}),
        Element("ore", "surface", CUBE, FACES),
    ]
    data = omf_bytes("project", elements)
    assert data == omf_bytes("project", elements)  # no clock, no chance
    assert data[:4] == b"\x84\x83\x82\x81"
    (tmp_path / "p.omf").write_bytes(data)
    read = read_omf(tmp_path / "p.omf")
    assert [one.kind for one in read] == ["blocks", "points", "lines", "surface"]
    assert read[0].grid == GRID
    assert np.array_equal(read[0].data["Cu"], cu)
    assert np.array_equal(read[1].vertices, CUBE)
    assert np.array_equal(read[2].cells, [[0, 1], [2, 3]])
    assert np.array_equal(read[3].cells, FACES)
    # as the format's own viewers read it: w fastest
    objects = json.loads(data[struct.unpack("<Q", data[52:60])[0] :])
    about = next(o["array"] for o in objects.values() if o["__class__"] == "ScalarArray")
    import zlib

    raw = np.frombuffer(zlib.decompress(data[about["start"] :][: about["length"]]), "<f8")
    assert raw[:3].tolist() == [0.0, 12.0, 4.0]
    with pytest.raises(LodewayError, match="values"):
        omf_bytes("p", [Element("b", "blocks", grid=GRID, data={"Cu": cu[:5]})])


def parquet(**columns):
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    return buffer.getvalue()


def test_omf_version_2_is_read(tmp_path):
    """The published layout: a ZIP of Parquet arrays and a gzipped JSON index."""
    index = {
        "name": "two", "date": "1970-01-01T00:00:00Z", "origin": [1.0, 0.0, 0.0],
        "elements": [
            {"name": "surface", "geometry": {
                "type": "Surface", "vertices": {"filename": "1.parquet", "item_count": 3},
                "triangles": {"filename": "2.parquet", "item_count": 1}}},
            {"name": "group", "geometry": {"type": "Composite", "elements": [
                {"name": "blocks", "geometry": {
                    "type": "BlockModel",
                    "orient": {"origin": [0.0, 0.0, 0.0], "u": [1.0, 0.0, 0.0],
                               "v": [0.0, 1.0, 0.0], "w": [0.0, 0.0, 1.0]},
                    "grid": {"type": "Regular", "size": [2.0, 2.0, 2.0], "count": [2, 1, 1]}},
                 "attributes": [{"name": "Cu", "location": "Primitives", "data": {
                     "type": "Number", "values": {"filename": "3.parquet", "item_count": 2}}}]},
            ]}},
        ],
    }  # fmt: skip
    path = tmp_path / "two.omf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.parquet", parquet(x=[0.0, 1.0, 0.0], y=[0.0, 0.0, 1.0], z=[0.0] * 3))
        archive.writestr("2.parquet", parquet(a=[0], b=[1], c=[2]))
        archive.writestr("3.parquet", parquet(number=[0.5, None]))
        archive.writestr("index.json.gz", gzip.compress(json.dumps(index).encode()))
        archive.comment = b"Open Mining Format 2.0"
    surface, blocks = read_omf(path)
    assert surface.vertices[:, 0].tolist() == [1.0, 2.0, 1.0]
    assert surface.cells.tolist() == [[0, 1, 2]]
    assert blocks.grid.count == (2, 1, 1)
    assert blocks.data["Cu"][0] == 0.5
    assert np.isnan(blocks.data["Cu"][1])


def test_gslib_round_trip(tmp_path):
    frame = pd.DataFrame({"x": [1.5, 2.0], "Cu": [0.1, np.nan]})
    (tmp_path / "a.dat").write_bytes(gslib_bytes(frame, "title"))
    pd.testing.assert_frame_equal(read_gslib(tmp_path / "a.dat"), frame)
    (tmp_path / "b.dat").write_text("t\n3\na\nb\nc\n1 2\n")
    with pytest.raises(LodewayError, match=r"b\.dat:6"):
        read_gslib(tmp_path / "b.dat")
    (tmp_path / "c.dat").write_text("t\nmany\n")
    with pytest.raises(LodewayError, match="number of columns"):
        read_gslib(tmp_path / "c.dat")


def test_vtk_files_hold_what_was_given():
    import base64
    import xml.etree.ElementTree as ET

    tree = ET.fromstring(grid_bytes(GRID, {"Cu <%>": np.arange(24.0)}))
    piece = tree.find("ImageData")
    assert piece.get("Spacing") == "10.0 5.0 2.0"
    array = tree.find(".//DataArray")
    assert array.get("Name") == "Cu <%>"
    raw = base64.b64decode(array.text)
    assert np.frombuffer(raw[:8], "<u8")[0] == 24 * 4
    assert np.frombuffer(raw[8:], "<f4").tolist() == list(range(24))
    points = ET.fromstring(points_bytes(CUBE, {"Cu": np.ones(8)}))
    assert points.find(".//Piece").get("NumberOfPoints") == "8"
    with pytest.raises(LodewayError):
        grid_bytes(GRID, {"Cu": np.ones(3)})


def test_plans_and_sections(tmp_path):
    from lodeway.resource import trace_hole

    blocks, values = np.array([0, 5, 13]), {"Cu": np.array([0.1, 0.2, 0.3])}
    plan = level(GRID, blocks, values, 0, "EPSG:32638")
    assert plan["Cu"].tolist() == [0.1, 0.2]
    assert plan.geometry.iloc[1].bounds == (110.0, 205.0, 120.0, 210.0)
    cut = section_blocks(GRID, blocks, values, 1)
    assert cut["Cu"].tolist() == [0.2]
    path = trace_hole(np.zeros(3), np.zeros(1), np.zeros(1), np.array([90.0]))
    lines = traces({"A": path, "B": path}, {"A": 50.0, "B": np.nan}, "EPSG:32638")
    assert lines["hole"].tolist() == ["A"]
    assert lines.geometry.iloc[0].coords[-1] == pytest.approx((0, 0, -50))
    layers = {"plan": plan, "section": cut, "traces": lines}
    data = geopackage_bytes(layers)
    assert data == geopackage_bytes(layers)
    (tmp_path / "p.gpkg").write_bytes(data)
    assert len(geopandas.read_file(tmp_path / "p.gpkg", layer="plan")) == 2
    with pytest.raises(LodewayError, match="layer"):
        level(GRID, blocks, values, 9, "EPSG:32638")


def test_grid_by_hand():
    assert GRID.blocks == 24
    assert GRID.centres(4, 6).tolist() == [[105.0, 207.5, 1.0], [115.0, 207.5, 1.0]]
    assert GRID.finer((2, 1, 1)).size == (5.0, 5.0, 2.0)
    around = Grid.around(np.array([[1.0, 1.0, 1.0], [25.0, 9.0, 3.0]]), (10.0, 10.0, 10.0))
    assert around.count == (3, 1, 1)
    for wrong in ({"size": (0, 1, 1)}, {"count": (0, 1, 1)}, {"origin": (np.nan, 0, 0)},
                  {"count": (10**4, 10**4, 10**4)}):  # fmt: skip
        fields = {"origin": (0, 0, 0), "size": (1, 1, 1), "count": (1, 1, 1), **wrong}
        with pytest.raises(LodewayError):
            Grid(**fields)
