"""Each format gives back every cell that it was given."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.corridors.formats import FORMATS, format_of, read_tables, write_tables
from lodeway.corridors.network import read_network
from lodeway.errors import LodewayError


def path_of(folder, kind):
    return folder / "net.gpkg" if kind == "gpkg" else folder / kind


@pytest.mark.parametrize("kind", FORMATS)
def test_there_and_back(kind, folder, tmp_path):
    tables = read_tables(folder)
    path = path_of(tmp_path / "out", kind)
    write_tables(tables, path, kind)
    assert format_of(path) == kind
    back = read_tables(path)
    assert set(back) == set(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(back[name], table, check_dtype=False)
    write_tables(back, tmp_path / "again", "csv")
    one, two = read_network(folder), read_network(tmp_path / "again")
    assert one.links.ids == two.links.ids
    assert (one.links.km == two.links.km).all()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_real_network_there_and_back(kind, reference_data, tmp_path):
    tables = {name: table for name, table in read_tables(reference_data("corridors")).items()
              if name in {"nodes", "links", "places", "gates"}}  # fmt: skip
    path = path_of(tmp_path, kind)
    write_tables(tables, path, kind)
    back = read_tables(path)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(back[name], table, check_dtype=False)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_any_text_survives(notes):
    import tempfile
    from pathlib import Path

    tables = {
        "nodes": pd.DataFrame({"node": ["1", "2"], "lon": ["1.10", ""], "lat": ["2.0", "x"]}),
        "links": pd.DataFrame({"link": ["007"], "from": ["1"], "to": ["2"], "length_km": ["1e3"]}),
        "places": pd.DataFrame({"place": [a for a, _ in notes], "note": [b for _, b in notes]}),
    }
    for kind in FORMATS:
        with tempfile.TemporaryDirectory() as name:
            path = path_of(Path(name), kind)
            write_tables(tables, path, kind)
            back = read_tables(path)
            for table in ("nodes", "links", "places"):
                pd.testing.assert_frame_equal(back[table], tables[table], check_dtype=False)


def test_bad_networks_are_refused(folder, tmp_path):
    with pytest.raises(LodewayError, match="no network"):
        read_tables(tmp_path / "nowhere")
    (tmp_path / "x.gpkg").write_bytes(b"no package")
    with pytest.raises(LodewayError, match="GeoPackage"):
        read_tables(tmp_path / "x.gpkg")
    with pytest.raises(LodewayError, match="gmns"):
        write_tables(read_tables(folder), tmp_path / "y", "gnms")
    write_tables(read_tables(folder), tmp_path / "g", "gmns")
    text = (tmp_path / "g" / "link.csv").read_text()
    (tmp_path / "g" / "link.csv").write_text(text.replace(",0\n", ",1\n", 1))
    with pytest.raises(LodewayError, match="one-way"):
        read_tables(tmp_path / "g")
