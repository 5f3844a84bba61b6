"""Declustering, top cuts, variograms and fits against published and constructed answers."""

import numpy as np
import pytest

from lodeway.errors import LodewayError
from lodeway.resource import Structure, Variogram
from lodeway.resource.decluster import cell_weights, decluster_cells, polygon_weights
from lodeway.resource.experimental import Direction, experimental_variogram, half_sphere
from lodeway.resource.fitting import fit_variogram
from lodeway.resource.grid import Grid
from lodeway.resource.gslib import read_gslib
from lodeway.resource.search import Search
from lodeway.resource.sequential import Simulator
from lodeway.resource.topcut import cut, deciles, propose_cut


def test_declustering_of_the_gslib_example(reference_data):
    """GSLIB's own example: the mean falls from 4.35 to 2.52 at a cell of 5 (Deutsch, Journel)."""
    table = read_gslib(reference_data("resource/gslib_cluster/cluster.dat"))
    xy, grade = table[["Xlocation", "Ylocation"]].to_numpy(), table["Primary"].to_numpy()
    found = decluster_cells(xy, grade, np.arange(1.0, 26.0))
    theirs = table["Declustering Weight"].to_numpy()
    assert found.size == 5.0
    assert grade.mean() == pytest.approx(4.35, abs=0.005)
    assert found.mean == pytest.approx(2.52, abs=0.01)
    assert np.corrcoef(found.weights, theirs)[0, 1] > 0.9
    lines = np.arange(0.5, 50.0)
    nodes = np.stack(np.meshgrid(lines, lines), -1).reshape(-1, 2)
    truth = read_gslib(reference_data("resource/gslib_cluster/true.dat"))["Primary"].mean()
    polygons = float((polygon_weights(xy, nodes) * grade).mean())
    assert abs(polygons - truth) < abs(grade.mean() - truth) / 4


def test_even_data_have_even_weights():
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (6, 6, 1)).centres()
    assert np.allclose(cell_weights(grid, 10.0, origins=1), 1.0)
    assert cell_weights(grid[:7], 25.0).mean() == pytest.approx(1.0)
    with pytest.raises(LodewayError):
        cell_weights(grid, 0.0)


def test_deciles_and_cuts_by_hand():
    values = np.append(np.ones(99), 101.0)
    table = deciles(values)
    assert table["metal_pct"].iloc[-1] == pytest.approx(50.5)
    assert table["metal_pct"].iloc[:10].sum() == pytest.approx(100.0)
    capped = cut(values, 1.0)
    assert capped.data_cut == 1
    assert capped.metal_lost_pct == pytest.approx(50.0)
    assert capped.cv_after == 0.0
    assert propose_cut(values).cap < 101.0
    assert propose_cut(np.linspace(1.0, 2.0, 200)).cap == np.inf


def test_variogram_by_hand():
    xyz = np.column_stack([np.arange(5.0), np.zeros(5), np.zeros(5)])
    values = np.array([1.0, 2.0, 4.0, 3.0, 5.0])
    table = experimental_variogram(xyz, values, 1.0, 4)
    assert table["pairs"].tolist() == [4, 3, 2]
    assert table["gamma"].tolist() == pytest.approx(
        [(1 + 4 + 1 + 4) / 8, (9 + 1 + 1) / 6, (4 + 9) / 4]
    )
    east = experimental_variogram(xyz, values, 1.0, 4, directions=[Direction(90.0, 0.0, 10.0)])
    assert east["gamma"].tolist() == table["gamma"].tolist()
    north = experimental_variogram(xyz, values, 1.0, 4, directions=[Direction(0.0, 0.0, 10.0)])
    assert north.empty
    relative = experimental_variogram(xyz, values, 1.0, 2, measure="pairwise-relative")
    steps = np.diff(values) / ((values[1:] + values[:-1]) / 2)
    assert relative["gamma"].tolist() == pytest.approx([(steps**2).mean() / 2])
    holes = ["a", "a", "b", "b", "b"]
    down = experimental_variogram(xyz, values, 1.0, 2, holes=holes)
    assert down["pairs"].tolist() == [3]


def test_correlogram_by_hand():
    rng = np.random.default_rng(1)
    values = rng.normal(size=40)
    xyz = np.column_stack([np.arange(40.0), np.zeros((40, 2))])
    table = experimental_variogram(xyz, values, 1.0, 2, measure="correlogram")
    expected = np.var(values) * (1 - np.corrcoef(values[:-1], values[1:])[0, 1])
    assert table["gamma"].iloc[0] == pytest.approx(expected)


def test_fit_finds_the_model_that_made_the_points():
    model = Variogram(
        0.2,
        [
            Structure(
                "spherical", 0.8, 300.0, 200.0, 60.0, dip=30.0, dip_direction=140.0, pitch=60.0
            )
        ],
    )
    rows = []
    for number, one in enumerate(half_sphere(8, (0.0, 30.0, 60.0))):
        distance = np.arange(1, 13) * 30.0
        gamma = model.gamma(one.vector * distance[:, None])
        rows += [(number, one.azimuth, one.plunge, i, 500, d, g)
                 for i, (d, g) in enumerate(zip(distance, gamma, strict=True))]  # fmt: skip
    import pandas as pd

    names = ["direction", "azimuth", "plunge", "lag", "pairs", "distance", "gamma"]
    fit = fit_variogram(pd.DataFrame(rows, columns=names), kinds=("spherical",))
    assert fit.residual < 0.02
    assert fit.model.nugget == pytest.approx(0.2, abs=0.02)
    lag = np.random.default_rng(0).normal(size=(200, 3)) * 80
    assert np.abs(fit.model.gamma(lag) - model.gamma(lag)).max() < 0.05


def test_fit_of_simulated_data():
    """A simulated field's own variogram is found again, within what one field can tell."""
    model = Variogram(0.1, [Structure("spherical", 0.9, 120.0)])
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (40, 40, 10))
    fields = Simulator(grid, None, model, Search(neighbours=12), 60, 3, "fit").draw(0, 12)
    pick = np.random.default_rng(2).choice(grid.blocks, 1000, replace=False)
    tables = [
        experimental_variogram(grid.centres()[pick], one.astype(float), 15.0, 12)
        for one in fields[pick].T
    ]
    table = tables[0].assign(gamma=np.mean([one["gamma"] for one in tables], axis=0))
    inside = model.gamma(table["distance"].to_numpy()[:, None] * [1.0, 0.0, 0.0])
    near = table["distance"] < 110.0
    assert np.abs(table["gamma"] - inside)[near].max() < 0.06
    fit = fit_variogram(table, kinds=("spherical",), anisotropic=False)
    assert fit.model.structures[0].range == pytest.approx(120.0, rel=0.25)
    assert fit.model.nugget < 0.25
    with pytest.raises(LodewayError, match="lags"):
        fit_variogram(table[:1])
