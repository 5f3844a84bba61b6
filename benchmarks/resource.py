"""Kriging and simulation of a real deposit, beside PyKrige and gstlearn where they are installed.

    python -m benchmarks resource

One core, CPU seconds. Peers run on stated samples and are scaled to a cost per block; ours is run
whole. PyKrige's three-dimensional kriging cannot be built on all data (its constructor takes
minutes from some thousand on), so both run on a sample of the data as well.
"""

from __future__ import annotations

import os
import resource
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from lodeway.resource import (
    Rule,
    Search,
    Structure,
    Variogram,
    check_drillholes,
    composite,
    krige,
    krige_all,
    read_drillholes,
)
from lodeway.resource.grid import Grid
from lodeway.resource.kriging import prepare
from lodeway.resource.scores import normal_scores
from lodeway.resource.sequential import Simulator

MODEL = Variogram(0.03, [Structure("spherical", 0.09, 1200.0)])
TURNED = Variogram(
    0.03,
    [Structure("spherical", 0.09, 1200.0, 900.0, 300.0, dip=25.0, dip_direction=140.0, pitch=30.0)],
)
LIMITED = Search(
    24, minimum=4, radius=5000.0, radius_semi=4000.0, radius_minor=2000.0, dip=25.0,
    dip_direction=140.0, pitch=30.0, per_octant=8, per_hole=4,
)  # fmt: skip
COUNT = (120, 120, 70)
PEER_DATA, PEER_BLOCKS, GSTLEARN_BLOCKS = 800, 1500, 400


def cpu(function):
    """Return a function's result and the CPU seconds of this process that it took."""
    start = time.process_time()
    value = function()
    return value, time.process_time() - start


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def data(folder: Path) -> pd.DataFrame:
    tables = [folder / f"{name}_BABBITT.csv" for name in ("collar", "survey", "assay")]
    frame = composite(check_drillholes(read_drillholes(*tables)), Rule(10.0), ["CU"])
    return frame.drop_duplicates(["x", "y", "z"]).reset_index(drop=True)


def against_dense(xyz, values, folder: Path) -> None:
    points = pd.read_csv(folder / "ok_reference_points.csv")
    estimate, variance = krige(xyz, values, points[["x", "y", "z"]].to_numpy(), MODEL)
    worst = max(abs(estimate - points["estimate"]).max(), abs(variance - points["variance"]).max())
    print(f"400 dense solves: largest difference {worst:.1e} (bar 1e-10)")


def pykrige(xyz, values, goals) -> None:
    try:
        from pykrige.ok3d import OrdinaryKriging3D
    except ImportError:
        print("PyKrige: not installed, left out")
        return
    pick = np.random.default_rng(0).choice(len(xyz), PEER_DATA, replace=False)
    own, grades = xyz[pick], values[pick]
    few = goals[:: len(goals) // PEER_BLOCKS][:PEER_BLOCKS]
    made, setup = cpu(
        lambda: OrdinaryKriging3D(
            *own.T, grades, variogram_model="spherical",
            variogram_parameters={"psill": 0.09, "range": 1200.0, "nugget": 0.03},
        )
    )  # fmt: skip
    (theirs, _), used = cpu(
        lambda: made.execute("points", *few.T, backend="loop", n_closest_points=24)
    )
    krige(own, grades, few[:10], MODEL)
    (ours, _), mine = cpu(lambda: krige(own, grades, goals[::10], MODEL))
    rate, rate_ours = 1e6 * used / len(few), 1e6 * mine / len(ours)
    check, _ = krige(own, grades, few, MODEL)
    worst = np.abs(np.asarray(theirs) - check).max()
    print(f"PyKrige OK3D, {PEER_DATA} data, {len(few)} points: {rate:.0f} us a point")
    print(f"  (and {setup:.1f} s to construct), ours {rate_ours:.2f}: {rate / rate_ours:.0f} x; "
          f"largest difference {worst:.1e}")  # fmt: skip


def gstlearn(xyz, values, goals, ours: float) -> None:
    try:
        import gstlearn as gl
    except ImportError:
        print("gstlearn: not installed, left out")
        return
    few = goals[:: len(goals) // GSTLEARN_BLOCKS][:GSTLEARN_BLOCKS]
    points = gl.Db.createFromSamples(
        len(xyz), gl.ELoadBy.SAMPLE, np.column_stack([xyz, values]).ravel(), ["x", "y", "z", "v"],
        ["x1", "x2", "x3", "z1"],
    )  # fmt: skip
    target = gl.Db.createFromSamples(
        len(few), gl.ELoadBy.SAMPLE, few.ravel(), ["x", "y", "z"], ["x1", "x2", "x3"]
    )
    gl.defineDefaultSpace(gl.ESpaceType.RN, 3)
    model = gl.Model.createFromParam(gl.ECov.NUGGET, 0.0, 0.03)
    model.addCovFromParam(gl.ECov.SPHERICAL, 1200.0, 0.09)
    model.setDriftIRF(0, 0)  # without a drift it would be simple kriging
    near = gl.NeighMoving.create(False, 24, 1e9, coeffs=[1.0, 1.0, 1.0])
    _, used = cpu(lambda: gl.kriging(points, target, model, near, True, False, False))
    found = target.getColumn("*estim")
    check, _ = krige(xyz, values, few, MODEL)
    rate = 1e6 * used / len(few)
    same = (np.abs(np.asarray(found) - check) < 1e-9).mean()
    print(f"gstlearn, {len(xyz):,} data, {len(few)} points: {rate:.0f} us a point: "
          f"{rate / ours:.0f} x; {same:.0%} equal to 1e-9")  # fmt: skip


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside)) / "resource" / "babbitt"
    if not folder.is_dir():
        print(f"left out: {folder} is not here (set LODEWAY_REFERENCE_DATA)")
        return
    warnings.simplefilter("ignore")
    frame, used = cpu(lambda: data(folder))
    print(f"read, check, place and composite 35,616 intervals: {used:.2f} s")
    xyz, values = frame[["x", "y", "z"]].to_numpy(), frame["CU"].to_numpy()
    holes = frame["hole"].to_numpy()
    low, high = xyz.min(0), xyz.max(0)
    grid = Grid(tuple(low), tuple((high - low) / np.array(COUNT)), COUNT)
    goals = grid.centres()
    against_dense(xyz, values, folder)
    before = peak_mib()
    _, used = cpu(lambda: krige(xyz, values, goals, MODEL))
    ours = 1e6 * used / len(goals)
    print(f"OK, {len(xyz):,} data, {len(goals):,} blocks, 24 nearest: {ours:.2f} us a block "
          f"(bar 4); {peak_mib() - before:.0f} MiB above base (bar 300)")  # fmt: skip
    size = tuple(float(s) for s in grid.size)
    krige(xyz, values, goals[:100], TURNED, holes=holes, search=LIMITED, block=size)
    found, used = cpu(
        lambda: krige_all(xyz, values, goals[::5], TURNED, holes=holes, search=LIMITED, block=size)
    )
    enough = found.count > 0
    print(f"octants, 4 a hole, anisotropy, 4x4x4: {1e6 * used / len(enough):.1f} us a block "
          f"(bar 25), {enough.mean():.0%} estimated")  # fmt: skip
    nodes = Grid(tuple(low), tuple((high - low) / 100), (100, 100, 100))
    _, once = cpu(lambda: krige(xyz, values, nodes.centres(), MODEL))
    scores, _ = normal_scores(values)
    conditioning = prepare(xyz, scores, holes)
    Simulator(Grid(tuple(low), (900.0, 900.0, 300.0), (8, 8, 8)), conditioning, MODEL.scaled(1.0),
              Search(12), 24, 1, "warm").draw(0, 8)  # fmt: skip
    unit = MODEL.scaled(1.0)
    _, used = cpu(
        lambda: Simulator(nodes, conditioning, unit, Search(12), 24, 1, "cu").draw(0, 100)
    )
    print(f"100 realisations of 1,000,000 nodes: {used:.1f} s, {used / once:.1f} x one kriging "
          f"pass of {once:.2f} s (bar 12)")  # fmt: skip
    pykrige(xyz, values, goals)
    gstlearn(xyz, values, goals, ours)


if __name__ == "__main__":
    main()
