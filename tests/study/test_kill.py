"""Two hundred runs of the small study are killed at random moments; nothing is ever torn."""

import hashlib
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from lodeway.chain import STAGES
from lodeway.study.run import run
from lodeway.study.store import Store

TINY = Path(__file__).resolve().parents[2] / "studies" / "tiny"
KILLS = 200

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def artefacts(folder):
    """Return the hash of every artefact; memory of file hashes and of runs is none."""
    store = folder / ".lodeway"
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.parent != store
    }


def fresh(folder, target):
    """Copy the study without its store and output."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(".lodeway", "out"))
    return target


def killed_run(folder, delay):
    """Run the study in a child and kill it after `delay` seconds; say whether it had finished."""
    child = os.fork()
    if child == 0:
        try:
            run(STAGES, folder)
        finally:
            os._exit(0)
    time.sleep(delay)
    finished = os.waitpid(child, os.WNOHANG)[0] == child
    if not finished:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return finished


def test_kills_leave_nothing_torn_and_the_resumed_run_gives_the_same_bytes(tmp_path):
    whole = fresh(TINY, tmp_path / "whole")
    run(STAGES, whole)  # also warms the imports that the children share
    began = time.perf_counter()
    run(STAGES, fresh(TINY, tmp_path / "timed"))
    length = time.perf_counter() - began
    reference = artefacts(whole)
    dice = random.Random(20261101)
    unfinished = 0
    for number in range(KILLS):
        folder = fresh(TINY, tmp_path / f"k{number}")
        unfinished += not killed_run(folder, dice.uniform(0.0, length))
        store = Store(folder)
        for path in (folder / ".lodeway").glob("*/manifest.json"):
            if path.parent.suffix != ".part":
                json.loads(path.read_bytes())
                store.load(path.parent.name)
        run(STAGES, folder)
        assert artefacts(folder) == reference
        assert not list((folder / ".lodeway").glob("*.part"))
        shutil.rmtree(folder)
    assert unfinished >= KILLS // 4  # most kills came while work was under way


def test_one_and_two_workers_give_the_same_bytes(tmp_path):
    one, two = fresh(TINY, tmp_path / "one"), fresh(TINY, tmp_path / "two")
    run(STAGES, one, workers=1)
    run(STAGES, two, workers=2)
    assert artefacts(one) == artefacts(two)


def test_adding_a_deposit_changes_no_figure_of_the_others(tmp_path):
    before, after = fresh(TINY, tmp_path / "before"), fresh(TINY, tmp_path / "after")
    deposits = after / "data" / "registry" / "deposits.csv"
    row = deposits.read_text().splitlines()[1]
    deposits.write_text(
        deposits.read_text() + row.replace("hill,Hill,Mount Hill", "dale,Dale,") + "\n"
    )
    text = (after / "study.toml").read_text()
    start, end = text.index("[[project]]"), text.index("[[scenario]]")
    project = text[start:end].replace('"hill"', '"dale"').replace("Hill copper", "Dale copper")
    (after / "study.toml").write_text(text[:start] + project + text[start:])
    found = []
    for folder in (before, after):
        run(STAGES, folder)
        rows = json.loads((folder / "out" / "figures.json").read_bytes())
        found.append(
            {row["id"]: [row[key] for key in ("p10", "p50", "p90", "value")]
             for row in rows if row["project"] == "hill"}
        )  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0]) > 50
