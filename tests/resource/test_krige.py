"""Kriging against dense solves, other conventions and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.errors import LodewayError, LodewayWarning
from lodeway.resource import Search, Structure, Variogram, krige, krige_all
from lodeway.resource.kriging import block_offsets
from lodeway.resource.rotation import axes, from_axes, to_datamine, to_gslib

MODEL = Variogram(0.1, [Structure("spherical", 0.6, 40.0), Structure("exponential", 0.3, 90.0)])
TURNED = Variogram(
    0.05,
    [
        Structure("spherical", 0.5, 60.0, 40.0, 10.0, dip=35.0, dip_direction=110.0, pitch=25.0),
        Structure("gaussian", 0.2, 50.0, 30.0, 20.0, dip=10.0, dip_direction=300.0, pitch=80.0),
        Structure("cubic", 0.3, 80.0),
    ],
)


def sample(n=60, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 100, (n, 3)), rng.normal(size=n), rng.uniform(0, 100, (40, 3))


def dense(xyz, values, target, model, k=24, *, drift=None, offsets=None, mean=None):
    """Solve one system with numpy, from the nearest data by (distance, index)."""
    away = np.sqrt(((xyz - target) ** 2).sum(1))
    near = np.lexsort((np.arange(len(away)), away))[:k]
    points = target + (np.zeros((1, 3)) if offsets is None else offsets)
    covariance = model.covariance(xyz[near][:, None] - xyz[near][None])
    if offsets is None:
        right = model.covariance(xyz[near] - target)
        own = model.sill
    else:
        smooth = Variogram(0.0, model.structures)
        right = smooth.covariance(xyz[near][:, None] - points[None]).mean(1)
        own = smooth.covariance(points[:, None] - points[None]).mean()
    if mean is not None:
        w = np.linalg.solve(covariance, right)
        return mean + w @ (values[near] - mean), own - w @ right
    functions = drift or (lambda p: np.ones((len(p), 1)))
    at = functions(xyz[near] - target)
    goal = functions(points - target).mean(0)
    p = at.shape[1]
    whole = np.block([[covariance, at], [at.T, np.zeros((p, p))]])
    w = np.linalg.solve(whole, np.concatenate([right, goal]))
    return w[:k] @ values[near], own - w[:k] @ right - w[k:] @ goal


def compare(found, expected, tolerance=1e-10):
    estimate, variance = np.array(expected).T
    assert np.abs(found[0] - estimate).max() < tolerance
    assert np.abs(found[1] - variance).max() < tolerance


@pytest.mark.parametrize("model", [MODEL, TURNED, Variogram(1.0)])
def test_ordinary_equals_dense(model):
    xyz, values, targets = sample()
    compare(krige(xyz, values, targets, model), [dense(xyz, values, t, model) for t in targets])


def test_simple_equals_dense():
    xyz, values, targets = sample()
    found = krige(xyz, values, targets, MODEL, 12, kind="simple", mean=0.3)
    compare(found, [dense(xyz, values, t, MODEL, 12, mean=0.3) for t in targets])


def test_universal_equals_dense():
    xyz, values, targets = sample()
    found = krige(xyz, values, targets, MODEL, 30, kind="universal")

    def drift(p):
        return np.column_stack([np.ones(len(p)), p / 100])

    compare(found, [dense(xyz, values, t, MODEL, 30, drift=drift) for t in targets])
    # a plane is estimated without error
    plane = xyz @ [0.5, -0.2, 0.1] + 3.0
    estimate, _ = krige(xyz, plane, targets, MODEL, 30, kind="universal")
    assert np.abs(estimate - (targets @ [0.5, -0.2, 0.1] + 3.0)).max() < 1e-9


def test_quadratic_drift_is_exact():
    xyz, _, targets = sample(80)
    surface = 0.01 * xyz[:, 0] ** 2 - 0.02 * xyz[:, 1] * xyz[:, 2]
    estimate, _ = krige(xyz, surface, targets, MODEL, 40, kind="universal", degree=2)
    truth = 0.01 * targets[:, 0] ** 2 - 0.02 * targets[:, 1] * targets[:, 2]
    assert np.abs(estimate - truth).max() < 1e-8


@pytest.mark.parametrize("model", [MODEL, TURNED])
def test_blocks_equal_dense(model):
    xyz, values, targets = sample()
    offsets = block_offsets((10.0, 8.0, 5.0), (4, 4, 4))
    found = krige(xyz, values, targets, model, block=(10.0, 8.0, 5.0))
    compare(found, [dense(xyz, values, t, model, offsets=offsets) for t in targets])


def test_reference_points(reference_data):
    """The 400 dense solves from raw assays: composites, places and kriging at once."""
    from lodeway.resource import Rule, check_drillholes, composite, read_drillholes

    folder = reference_data("resource/babbitt")
    tables = [folder / f"{kind}_BABBITT.csv" for kind in ("collar", "survey", "assay")]
    frame = composite(check_drillholes(read_drillholes(*tables)), Rule(10.0), ["CU"])
    points = pd.read_csv(folder / "ok_reference_points.csv")
    model = Variogram(0.03, [Structure("spherical", 0.09, 1200.0)])
    xyz, goals = frame[["x", "y", "z"]].to_numpy(), points[["x", "y", "z"]].to_numpy()
    with pytest.warns(LodewayWarning, match="114 data"):
        estimate, variance = krige(xyz, frame["CU"].to_numpy(), goals, model, holes=frame["hole"])
    assert np.abs(estimate - points["estimate"]).max() < 1e-10
    assert np.abs(variance - points["variance"]).max() < 1e-10


def test_exact_at_data_and_sure_of_it():
    xyz, values, _ = sample()
    estimate, variance = krige(xyz, values, xyz, TURNED)
    assert np.abs(estimate - values).max() < 1e-9
    assert np.abs(variance).max() < 1e-9


def test_ties_by_distance_hole_index():
    """On a lattice nearly every choice is a tie; the order of the rows must not matter."""
    a, b, c = np.meshgrid(np.arange(7.0), np.arange(7.0), np.arange(7.0), indexing="ij")
    xyz = np.column_stack([a.ravel(), b.ravel(), c.ravel()])
    holes = np.array([f"H{x:.0f}{y:.0f}" for x, y in xyz[:, :2]])
    values = np.random.default_rng(3).normal(size=len(xyz))
    targets = np.array([[3.0, 3.0, 3.0], [2.5, 2.5, 2.5], [3.0, 2.5, 3.0], [0.1, 0.1, 0.2]])
    estimate, variance = krige(xyz, values, targets, MODEL, 10, holes=holes)
    for target, found in zip(targets, estimate, strict=True):
        away = ((xyz - target) ** 2).sum(1)
        order = np.lexsort((np.arange(len(away)), holes, away))[:10]
        assert abs(dense(xyz[order], values[order], target, MODEL, 10)[0] - found) < 1e-10
    mixed = np.random.default_rng(5).permutation(len(xyz))
    again, _ = krige(xyz[mixed], values[mixed], targets, MODEL, 10, holes=holes[mixed])
    assert np.array_equal(again, estimate) or np.abs(again - estimate).max() < 1e-12
    assert np.isfinite(variance).all()


def limited(xyz, hole, target, search):
    """Choose by going outwards, as the words say."""
    frame, _ = search.space()
    moved = (xyz - target) @ frame.T
    away = (moved**2).sum(1)
    octant = (moved >= 0) @ [4, 2, 1]
    chosen, by_hole, by_octant = [], {}, {}
    for i in np.lexsort((np.arange(len(away)), hole, away)):
        if away[i] > search.radius**2 or len(chosen) == search.neighbours:
            break
        if search.per_hole and by_hole.get(hole[i], 0) >= search.per_hole:
            continue
        if search.per_octant and by_octant.get(octant[i], 0) >= search.per_octant:
            continue
        chosen.append(i)
        by_hole[hole[i]] = by_hole.get(hole[i], 0) + 1
        by_octant[octant[i]] = by_octant.get(octant[i], 0) + 1
    return chosen


@pytest.mark.parametrize(
    "search",
    [
        Search(16, per_hole=2),
        Search(16, per_octant=2, radius=60.0),
        Search(20, per_octant=3, per_hole=2, radius=80.0),
        Search(
            12, per_octant=4, per_hole=3, radius=90.0, radius_semi=60.0, radius_minor=30.0,
            dip=30.0, dip_direction=70.0, pitch=40.0,
        ),
    ],
)  # fmt: skip
def test_limits_by_octant_and_hole(search):
    rng = np.random.default_rng(11)
    hole = rng.integers(0, 25, 300)
    xyz = np.column_stack([rng.uniform(0, 100, (25, 2))[hole], rng.uniform(0, 60, 300)])
    values, targets = rng.normal(size=300), rng.uniform(10, 60, (30, 3))
    found = krige_all(xyz, values, targets, MODEL, holes=hole.astype(str), search=search)
    for number, target in enumerate(targets):
        own = limited(xyz, hole.astype(str), target, search)
        assert len(own) == found.count[number]
        if own:
            expected = dense(xyz[own], values[own], target, MODEL, len(own))
            assert abs(expected[0] - found.estimate[number]) < 1e-10


def test_minimum_and_octants_leave_blank():
    xyz, values, targets = sample()
    few = krige_all(xyz, values, targets, MODEL, search=Search(24, minimum=8, radius=20.0))
    assert (np.isnan(few.estimate) == (few.count < 8)).all()
    corner = np.array([[-50.0, -50.0, -50.0]])
    seen = krige_all(xyz, values, corner, MODEL, search=Search(24, octants=2))
    assert np.isnan(seen.estimate[0])


def test_same_bytes_for_any_workers_and_order():
    xyz, values, _ = sample(400, 2)
    grid = np.stack(np.meshgrid(*[np.linspace(0, 100, 45)] * 3), -1).reshape(-1, 3)
    one = krige(xyz, values, grid, MODEL, 16)
    two = krige(xyz, values, grid, MODEL, 16, workers=2)
    assert one[0].tobytes() == two[0].tobytes()
    assert one[1].tobytes() == two[1].tobytes()
    back = krige(xyz, values, grid[::-1], MODEL, 16)
    assert back[0][::-1].tobytes() == one[0].tobytes()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.1, 100.0), st.floats(-50, 50))
def test_laws(seed, factor, shift):
    """Scaling the variogram changes no estimate; adding a constant adds it; moving moves it."""
    xyz, values, targets = sample(40, seed)
    estimate, variance = krige(xyz, values, targets, MODEL, 12)
    scaled = krige(xyz, values + shift, targets, MODEL.scaled(factor), 12)
    assert np.allclose(scaled[0], estimate + shift, atol=1e-8)
    assert np.allclose(scaled[1], variance * factor / MODEL.sill, atol=1e-8)


def gslib_matrix(ang1, ang2, ang3):
    """The rotation of GSLIB's subroutine setrot, ranges equal."""
    alpha = np.radians(90.0 - ang1 if ang1 < 270.0 else 450.0 - ang1)
    beta, theta = np.radians(-ang2), np.radians(ang3)
    sa, sb, s = np.sin([alpha, beta, theta])
    ca, cb, c = np.cos([alpha, beta, theta])
    return np.array([
        [cb * ca, cb * sa, -sb],
        [-c * sa + s * sb * ca, c * ca + s * sb * sa, s * cb],
        [s * sa + c * sb * ca, -s * ca + c * sb * sa, c * cb],
    ])  # fmt: skip


def about(axis, angle):
    """Return new axes after a turn that is clockwise seen from the axis' positive end."""
    a = -np.radians(angle)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = np.cos(a)
    turn[i, j], turn[j, i] = np.sin(a), -np.sin(a)
    return turn


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 90), st.floats(0, 360), st.floats(0, 180))
def test_angles_of_other_programs_mean_the_same_axes(dip, direction, pitch):
    ours = axes(dip, direction, pitch)
    assert np.allclose(ours @ ours.T, np.eye(3), atol=1e-12)
    gslib = gslib_matrix(*to_gslib(dip, direction, pitch))
    first, second, third = to_datamine(dip, direction, pitch)
    datamine = about(2, third) @ about(0, second) @ about(2, first)
    for other in (gslib, datamine, axes(*from_axes(ours))):
        assert np.allclose(np.abs((ours * other).sum(1)), 1.0, atol=1e-6)


def test_bad_input():
    xyz, values, targets = sample()
    with pytest.raises(LodewayError, match=r"values\[3\]"):
        krige(xyz, np.where(np.arange(60) == 3, np.nan, values), targets, MODEL)
    with pytest.raises(LodewayError, match=r"targets\[0\]"):
        krige(xyz, values, np.full((1, 3), np.inf), MODEL)
    with pytest.raises(LodewayError, match="shape"):
        krige(xyz[:, :1], values, targets, MODEL)
    with pytest.raises(LodewayError, match="no data"):
        krige(np.empty((0, 3)), np.empty(0), targets, MODEL)
    with pytest.raises(LodewayError, match="spherical"):
        Structure("sphericall", 1.0, 10.0)
    with pytest.raises(LodewayError, match="range"):
        Structure("spherical", 1.0, 0.0)
    with pytest.raises(LodewayError, match="sill"):
        Variogram(0.0)
    with pytest.raises(LodewayError, match="mean"):
        krige(xyz, values, targets, MODEL, kind="simple")


def test_degenerate_data():
    """All equal, on one line, at one point, too few: each a number, a blank or a clear error."""
    xyz, values, targets = sample()
    flat, variance = krige(xyz, np.full(60, 2.0), targets, MODEL)
    assert np.allclose(flat, 2.0)
    assert (variance > 0).all()
    line = np.column_stack([np.arange(60.0), np.zeros(60), np.zeros(60)])
    assert np.isfinite(krige(line, values, targets, MODEL)[0]).all()
    slanted = np.column_stack([np.arange(60.0)] * 3)
    with pytest.raises(LodewayError, match="singular"):
        krige(slanted, values, targets, MODEL, kind="universal")
    one, _ = krige(xyz[:1], values[:1], targets, MODEL)
    assert np.allclose(one, values[0])
    assert np.isnan(
        krige(xyz[:3], values[:3], targets, MODEL, search=Search(8, minimum=4))[0]
    ).all()
    twice = np.vstack([xyz, xyz[:1]])
    with pytest.warns(LodewayWarning, match="row 60"):
        found, _ = krige(twice, np.append(values, 9.0), xyz[:1], MODEL)
    assert abs(found[0] - values[0]) < 1e-9
