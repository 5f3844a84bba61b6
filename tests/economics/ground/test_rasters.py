"""Rasters that must be refused, each with its remedy; and cells drawn by weight."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from lodeway.economics.ground import rasters
from lodeway.economics.ground.rasters import highest_sum, look, open_grid, sample_cells
from lodeway.errors import LodewayError

CRS = "EPSG:32632"
KINDS = {"cover.tif": "cover", "road.tif": "km", "weight.tif": "weight"}


def write(path, values, crs=CRS, transform=None, nodata=None, dtype="float64", bands=1):
    values = np.asarray(values)
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": bands,
        "dtype": dtype, "crs": crs, "transform": transform or from_origin(5e5, 5e6, 500, 500),
        "nodata": nodata,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for band in range(bands):
            target.write(values.astype(dtype), band + 1)


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(1)
    for name in KINDS:
        write(tmp_path / name, 10.0 * rng.random((8, 6)))
    return tmp_path


def test_good_rasters(folder):
    cover = np.full((8, 6), 5.0)
    cover[0, 0] = np.nan
    write(folder / "cover.tif", cover, nodata=np.nan)
    road = np.full((8, 6), 2.0)
    road[1, 1] = np.inf
    road[2, 2] = -9999.0
    write(folder / "road.tif", road, nodata=-9999.0)
    grid = open_grid(folder, KINDS, CRS)
    looks = look(grid)
    assert looks["cover.tif"].empty == 1
    assert looks["road.tif"].empty == 2
    assert looks["road.tif"].high == 2.0
    assert grid.cell_km2 == 0.25
    rates = {"road.tif": 3.0, "weight.tif": 0.0}
    assert highest_sum(grid, "cover.tif", rates) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("cover.tif", -3.4028234663852886e38, "nodata.*outside the province"),
        ("cover.tif", -5.0, "metres of cover"),
        ("cover.tif", 5e4, "metres of cover"),
        ("road.tif", 1e64, "nodata.*no road leads there"),
        ("road.tif", -9999.0, "nodata.*no road leads there"),
        ("road.tif", 6e4, "kilometres"),
        ("weight.tif", -0.1, "weights"),
    ],
)
def test_numbers_that_stand_for_nothing(folder, name, value, words):
    values = np.full((8, 6), 3.0)
    values[4, 4] = value
    write(folder / name, values)
    with pytest.raises(LodewayError, match=words) as caught:
        look(open_grid(folder, KINDS, CRS))
    assert caught.value.code == "bad-raster"
    assert name in caught.value.where


def test_a_declared_sentinel_is_read(folder):
    values = np.full((8, 6), 3.0)
    values[4, 4] = 1e64
    write(folder / "road.tif", values, nodata=1e64)
    assert look(open_grid(folder, KINDS, CRS))["road.tif"].empty == 1


def refused(folder, code, words):
    with pytest.raises(LodewayError, match=words) as caught:
        open_grid(folder, KINDS, CRS)
    assert caught.value.code == code


def test_two_coordinate_systems(folder):
    write(folder / "road.tif", np.ones((8, 6)), crs="EPSG:32633")
    refused(folder, "bad-crs", "32633.*gdalwarp")
    write(folder / "road.tif", np.ones((8, 6)), crs="EPSG:4326")
    refused(folder, "bad-crs", "4326")
    write(folder / "road.tif", np.ones((8, 6)), crs=None)
    refused(folder, "bad-crs", "no coordinate system")


def test_other_grids(folder):
    write(folder / "road.tif", np.ones((8, 7)))
    refused(folder, "bad-raster", "8 x 7 cells")
    write(folder / "road.tif", np.ones((8, 6)), transform=from_origin(5e5 + 250, 5e6, 500, 500))
    refused(folder, "bad-raster", "500250")
    write(folder / "road.tif", np.ones((8, 6)), transform=from_origin(5e5, 5e6, 501, 500))
    refused(folder, "bad-raster", "one grid")
    write(folder / "road.tif", np.ones((8, 6)), bands=2)
    refused(folder, "bad-raster", "2 bands")


def test_hostile_files(folder, monkeypatch):
    (folder / "road.tif").write_text('<VRTDataset rasterXSize="6" rasterYSize="8"/>')
    refused(folder, "bad-raster", "GeoTIFF.*virtual")
    (folder / "road.tif").write_bytes(b"II*\x00nothing more")
    refused(folder, "bad-raster", "road.tif")
    (folder / "road.tif").unlink()
    refused(folder, "missing", "road.tif")
    with pytest.raises(LodewayError, match="inside the study folder"):
        open_grid(folder, {"../cover.tif": "cover"}, CRS)
    with pytest.raises(LodewayError, match="inside the study folder"):
        open_grid(folder, {"/vsicurl/http://example.org/cover.tif": "cover"}, CRS)
    write(folder / "road.tif", np.ones((8, 6)))
    monkeypatch.setattr(rasters, "_MOST_CELLS", 10)
    refused(folder, "too-large", "8 x 6 cells")


def test_no_value_at_all(folder):
    write(folder / "road.tif", np.full((8, 6), np.nan), nodata=np.nan)
    with pytest.raises(LodewayError, match="no cell with a value"):
        look(open_grid(folder, KINDS, CRS))


def test_cells_are_drawn_by_weight(folder, monkeypatch):
    """Shares follow the weights, whatever the blocks; cells without weight never come."""
    monkeypatch.setattr(rasters, "_BLOCK_CELLS", 12)
    weight = np.zeros((8, 6))
    weight[1, 2], weight[5, 0] = 1.0, 3.0
    write(folder / "weight.tif", weight)
    write(folder / "cover.tif", np.arange(48.0).reshape(8, 6))
    grid = open_grid(folder, KINDS, CRS)
    assert len(grid.blocks) == 4
    u = (np.arange(4000) + 0.5) / 4000
    found = sample_cells(grid, "cover.tif", "weight.tif", u, ["cover.tif"])["cover.tif"]
    cells, counts = np.unique(found, return_counts=True)
    assert cells.tolist() == [8.0, 30.0]
    assert counts.tolist() == [1000, 3000]
    even = sample_cells(grid, "cover.tif", "", u, ["cover.tif"])["cover.tif"]
    assert np.bincount(even.astype(int), minlength=48).std() < 1.0
    write(folder / "weight.tif", np.zeros((8, 6)))
    with pytest.raises(LodewayError, match="no weight"):
        sample_cells(grid, "cover.tif", "weight.tif", u, ["cover.tif"])
