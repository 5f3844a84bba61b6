"""Simulation against its model: covariances, conditioning, distribution, bytes."""

import numpy as np
import pytest
from scipy.special import ndtri

from lodeway.errors import LodewayError
from lodeway.resource import Structure, Variogram, krige
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import prepare
from lodeway.resource.noise import key_of, philox, quantile
from lodeway.resource.scores import Tails, normal_scores
from lodeway.resource.search import Search
from lodeway.resource.sequential import Simulator, make_path
from lodeway.resource.simulating import simulate

MODEL = Variogram(0.1, [Structure("spherical", 0.9, 40.0, 40.0, 20.0, dip=0.0)])


def simulator(grid, data=None, nodes=40, **options):
    search = Search(neighbours=options.pop("neighbours", 40))
    return Simulator(grid, data, MODEL, search, nodes, options.pop("seed", 7), "test")


def test_philox_known_answers():
    """The three test vectors that were published with the generator (Random123, kat_vectors)."""
    out = np.empty(4, np.uint32)
    cases = [
        ([0, 0], [0, 0, 0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 2, [0xFFFFFFFF] * 4, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0xA4093822, 0x299F31D0], [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ]  # fmt: skip
    for key, counter, expected in cases:
        philox(np.array(key, np.uint32), np.array(counter, np.uint32), out)
        assert out.tolist() == expected


def test_normal_quantile():
    for p in (1e-10, 1e-5, 0.01, 0.075, 0.3, 0.5, 0.925, 0.99999, 1 - 1e-9):
        assert quantile(p) == pytest.approx(float(ndtri(p)), rel=1e-12, abs=1e-15)


def test_covariances_of_many_realisations():
    """With every earlier node in sight the simulated covariances are the model's."""
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (4, 3, 2))
    drawn = simulator(grid).draw(0, 20_000).astype(float)
    centres = grid.centres()
    expected = MODEL.covariance(centres[:, None] - centres[None])
    assert np.abs(np.cov(drawn) - expected).max() < 0.05
    assert np.abs(drawn.mean(1)).max() < 0.04


def test_conditional_mean_and_variance_are_simple_kriging():
    rng = np.random.default_rng(2)
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (3, 3, 2))
    xyz, scores = rng.uniform(0, 30, (12, 3)), rng.normal(size=12)
    drawn = simulator(grid, prepare(xyz, scores)).draw(0, 20_000).astype(float)
    estimate, variance = krige(xyz, scores, grid.centres(), MODEL, kind="simple", mean=0.0)
    assert np.abs(drawn.mean(1) - estimate).max() < 0.04
    assert np.abs(drawn.var(1) - variance).max() < 0.05


def test_a_node_on_a_datum_is_the_datum():
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (5, 5, 1))
    xyz, values = grid.centres()[[3, 17]], np.array([1.0, 4.0])
    drawn = simulate(grid, xyz, values, MODEL, 8)
    assert np.allclose(drawn[3], 1.0)
    assert np.allclose(drawn[17], 4.0)


def test_same_bytes_for_workers_slabs_and_numbers():
    rng = np.random.default_rng(4)
    grid = Grid((0.0, 0.0, 0.0), (5.0, 5.0, 5.0), (40, 40, 25))
    xyz, values = rng.uniform(0, 200, (80, 3)), rng.lognormal(size=80)
    one = simulate(grid, xyz, values, MODEL, 10)
    assert simulate(grid, xyz, values, MODEL, 10, workers=2).tobytes() == one.tobytes()
    assert simulate(grid, xyz, values, MODEL, 5).tobytes() == one[:, :5].tobytes()
    made = simulator(grid, neighbours=12, nodes=12)
    whole = made.draw(0, 10)
    assert made.draw(4, 6, workers=2).tobytes() == whole[:, 4:].tobytes()
    with pytest.raises(LodewayError, match="multiple of 4"):
        made.draw(3, 2)


def test_path_visits_every_node_once_and_coarse_first():
    path = make_path(Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (33, 20, 1)), 1, "a")
    assert sorted(path.node.tolist()) == list(range(660))
    assert (np.diff(path.step) <= 0).all()
    assert path.step[0] > 1


def test_simulation_gives_the_distribution_back():
    rng = np.random.default_rng(6)
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (40, 40, 8))
    xyz, values = rng.uniform(0, 400, (300, 3)) * [1, 1, 0.2], rng.lognormal(0, 0.8, 300)
    drawn = simulate(grid, xyz, values, MODEL, 24)
    assert drawn.mean() == pytest.approx(values.mean(), rel=0.08)
    assert drawn.min() >= np.float32(values.min())
    assert drawn.max() <= np.float32(values.max())
    blocks = simulate(grid, xyz, values, MODEL, 8, discretisation=(2, 2, 2))
    assert blocks.var() < drawn.var()  # blocks vary less than points


def test_walker_lake_truth(reference_data):
    """Simulations of 470 samples hold the exhaustive mean within their own spread."""
    from lodeway.resource.gslib import read_gslib

    path = reference_data("resource/walker_lake/walker.dat")
    table = read_gslib(path)
    names = list(table.columns)
    xyz = np.column_stack([table[names[1]], table[names[2]], np.full(len(table), 0.5)])
    v = table[names[3]].to_numpy()
    assert len(v) == 470
    from lodeway.resource.decluster import decluster_cells

    weights = decluster_cells(xyz, v, np.arange(5.0, 60.0, 5.0)).weights
    model = Variogram(0.25, [Structure("spherical", 0.75, 40.0)])
    grid = Grid((0.5, 0.5, 0.0), (2.0, 2.0, 1.0), (130, 150, 1))
    drawn = simulate(grid, xyz, v, model, 20, weights=weights)
    means = drawn.mean(0)
    assert abs(means.mean() - 277.98) < 4 * means.std() + 12.0


def test_scores_turn_back():
    rng = np.random.default_rng(0)
    values = np.append(rng.lognormal(size=200), [0.5] * 30)
    scores, table = normal_scores(values)
    assert np.allclose(table.grades(scores), values)
    fresh = table.grades(rng.normal(size=100_000))
    assert (np.abs(fresh - 0.5) < 1e-12).mean() == pytest.approx(30 / 230, abs=0.02)
    wide = normal_scores(values, tails=Tails(0.0, 50.0, 1.0, 2.0))[1]
    assert wide.grades([-6.4])[0] < values.min()
    assert values.max() < wide.grades([6.4])[0] <= 50.0
    with pytest.raises(LodewayError, match="tails"):
        normal_scores(values, tails=Tails(low=1.0))


def test_key_depends_on_names():
    assert key_of(1, "a", "b").tolist() != key_of(1, "a", "c").tolist()
