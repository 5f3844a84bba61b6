"""Compiling on a first run is no part of a schedule's time; a pit's time is its fastest."""

import json
import subprocess
import sys

import numpy as np
import pytest

from lodeway.mine import pit as pits
from lodeway.mine.minelib import write_model, write_problem
from lodeway.mine.pit import timed_pit, ultimate_pit
from lodeway.mine.precedence import from_rows
from lodeway.mine.problem import Blocks, Problem

COMPILED_LATER = """
import json, sys
from pathlib import Path
from lodeway.mine.files import read_model
from lodeway.mine.schedule import schedule_mine
from lodeway.mine.warm import warm_up_schedule

def compiled():
    return {
        f"{name}.{key} {one}"
        for name, module in list(sys.modules.items()) if name.startswith("lodeway.")
        for key, value in vars(module).items() for one in getattr(value, "signatures", [])
    }

kind, slope = sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else None
warm_up_schedule(1 if kind == "cpit" else 2, with_template=slope is not None)
before = compiled()
model = read_model(Path(sys.argv[1]), slope, None if slope is None else 2, kind)
schedule_mine(model.problem, model.precedence, seconds=2.0)
print(json.dumps([len(before), sorted(compiled() - before)]))
"""


@pytest.mark.parametrize(("kind", "slope"), [("cpit", ()), ("pcpsp", ("45",)), ("cpit", ("45",))])
def test_nothing_is_compiled_after_the_warming(tmp_path, kind, slope):
    rng = np.random.default_rng(4)
    z, y, x = np.meshgrid(range(4), range(5), range(6), indexing="ij")
    blocks = Blocks(np.c_[x.ravel(), y.ravel(), z.ravel()].astype(np.int64))
    above = np.where(blocks.index[:, 2] < 3, 1, 0)
    first = np.concatenate([[0], np.cumsum(above)])
    write_model(tmp_path / "m", blocks, (first, (np.flatnonzero(above) + 30).astype(np.int32)))
    if slope:
        (tmp_path / "m.prec").unlink()
    ends = 1 if kind == "cpit" else 2
    problem = Problem(
        "m", rng.normal(0.3, 1, (120, ends)), np.ones((120, ends, 1)), np.full((1, 4), -np.inf),
        np.full((1, 4), 12.0), 0.1, kind.upper(),
    )  # fmt: skip
    write_problem(tmp_path / f"m.{kind}", problem)
    done = subprocess.run(
        [sys.executable, "-c", COMPILED_LATER, str(tmp_path / "m"), kind, *slope],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    before, later = json.loads(done.stdout)
    assert before > 20
    assert later == []


def test_the_fastest_solution_is_timed_and_the_pit_stays_the_same(monkeypatch):
    rng = np.random.default_rng(7)
    first = np.concatenate([[0, 0], np.arange(1, 300)])
    above = from_rows(first.astype(np.int64), rng.integers(0, np.arange(1, 300)).astype(np.int32))
    value = rng.normal(0.0, 1.0, 300)
    plain = ultimate_pit(value, above)
    times = []

    def noted(*given):
        found = ultimate_pit(*given)
        times.append(found.seconds)
        return found

    monkeypatch.setattr(pits, "ultimate_pit", noted)
    found = timed_pit(value, above, solves=4)
    assert len(times) == 5  # the first warms on two blocks
    assert found.seconds == min(times[1:])
    assert (found.value, found.bound) == (plain.value, plain.bound)
    assert (found.inside == plain.inside).all()


def test_a_long_solution_is_not_repeated(monkeypatch):
    above = from_rows(np.array([0, 1, 1]), np.array([1], np.int32))
    count = []
    monkeypatch.setattr(
        pits, "ultimate_pit", lambda *given: count.append(1) or ultimate_pit(*given)
    )
    timed_pit(np.array([5.0, -2.0]), above, within_s=0.0)
    assert len(count) == 2
