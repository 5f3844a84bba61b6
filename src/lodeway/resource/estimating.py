"""Doing what a configuration file asks for: estimate or simulate, and hand back a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lodeway.errors import LodewayError
from lodeway.resource.config import Columns, Job, read_config
from lodeway.resource.kriging import krige_all
from lodeway.resource.simulating import simulate
from lodeway.resource.tablefiles import numeric, read_table

Floats = NDArray[np.float64]


def run_config(path: Path, workers: int = 1) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the table that a configuration file asks for, and what is to be said about it.

    An estimate has ``x, y, z, estimate, variance, count, nearest``; a simulation
    ``x, y, z, simulated_1 ...``. Targets with too few data are blank.
    """
    job = read_config(path)
    level = float(job.grid.axis(2)[0]) if job.grid and job.grid.count[2] == 1 else 0.0
    xyz, grade, holes, notes = _data(job.data, level)
    about: dict[str, Any] = {"data": len(xyz), **notes}
    if job.simulation is not None and job.grid is not None:
        return _simulated(job, xyz, grade, holes, about, workers)
    goals = job.grid.centres() if job.grid else _targets(job)
    found = krige_all(
        xyz, grade, goals, job.variogram, holes=holes, search=job.search, workers=workers,
        **job.options,
    )  # fmt: skip
    blank = int(np.isnan(found.estimate).sum())
    about |= {"targets": len(goals), "without_estimate": blank}
    frame = pd.DataFrame({
        "x": goals[:, 0], "y": goals[:, 1], "z": goals[:, 2], "estimate": found.estimate,
        "variance": found.variance, "count": found.count, "nearest": found.nearest,
    })  # fmt: skip
    return frame, about


def _simulated(
    job: Job,
    xyz: Floats,
    grade: Floats,
    holes: NDArray[np.object_] | None,
    about: dict[str, Any],
    workers: int,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    plan, grid = job.simulation, job.grid
    if plan is None or grid is None:
        raise LodewayError("bad-study", "simulation", "no grid", "a section [grid]")
    from lodeway.resource.scores import Tails

    values = simulate(
        grid, xyz, grade, job.variogram, plan.realisations, holes=holes, search=job.search,
        nodes=plan.nodes, seed=plan.seed, tails=Tails(plan.low, plan.high), workers=workers,
    )  # fmt: skip
    frame = pd.DataFrame(grid.centres(), columns=["x", "y", "z"])
    names = [f"simulated_{number + 1}" for number in range(plan.realisations)]
    frame = pd.concat([frame, pd.DataFrame(values, columns=names)], axis=1)
    return frame, {**about, "targets": grid.blocks, "realisations": plan.realisations}


def _places(frame: pd.DataFrame, columns: Columns, level: float = 0.0) -> Floats:
    """Return places; data without z lie on the level of a grid that has one."""
    where = columns.file.name
    known = {str(name).casefold(): str(name) for name in frame.columns}

    def axis(name: str) -> Floats:
        return numeric(frame, known.get(name.casefold(), name), where)

    z_name = columns.z or ("z" if "z" in known else None)
    z = np.full(len(frame), level) if z_name is None else axis(z_name)
    return np.column_stack([axis(columns.x), axis(columns.y), z])


def _targets(job: Job) -> Floats:
    if job.targets is None:
        raise LodewayError("bad-study", "targets", "nothing", "a section [targets]")
    return _places(read_table(job.targets.file), job.targets)


def _data(
    columns: Columns, level: float
) -> tuple[Floats, Floats, NDArray[np.object_] | None, dict[str, int]]:
    """Return places, grades and holes; rows without place or grade are left out, and counted."""
    frame = read_table(columns.file)
    xyz = _places(frame, columns, level)
    known = {str(name).casefold(): str(name) for name in frame.columns}
    wanted = str(columns.grade)
    grade = numeric(frame, known.get(wanted.casefold(), wanted), columns.file.name)
    holes = None
    name = columns.hole or ("hole" if "hole" in known else None)
    if name is not None:
        if name.casefold() not in known:
            raise LodewayError("missing", columns.file.name, repr(name), "the column of the holes")
        holes = frame[known[name.casefold()]].astype(str).to_numpy(dtype=object)
    placed, graded = np.isfinite(xyz).all(axis=1), np.isfinite(grade)
    good = placed & graded
    notes = {"without_place": int((~placed).sum()), "without_grade": int((placed & ~graded).sum())}
    return xyz[good], grade[good], holes[good] if holes is not None else None, notes
