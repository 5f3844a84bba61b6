"""The store and the runner: reuse, resume, equal bytes."""

import hashlib
import json
import shutil

import pytest

from lodeway.errors import LodewayError
from lodeway.study.explain import explain
from lodeway.study.run import run
from lodeway.study.store import Store
from tests.study.conftest import SECOND_PROJECT


def tree(folder):
    """Return the bytes of every artefact of a store; the hash memory is no artefact."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "hashes.json"
    }


def test_nothing_changed_runs_nothing(folder, chain):
    assert run(chain, folder).ran == ("first", "second")
    again = run(chain, folder)
    assert again.ran == ()
    assert again.reused == ("first", "second")


def test_two_runs_give_the_same_bytes(folder, chain, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    run(chain, folder)
    run(chain, other, workers=1)
    assert tree(folder / ".lodeway") == tree(other / ".lodeway")
    assert tree(folder / "out") == tree(other / "out")


@pytest.mark.parametrize(
    ("old", "new", "ran", "reason"),
    [
        ("seed = 1", "seed = 2", ("first", "second"), "setting study changed"),
        ('name = "today"', 'name = "now"', ("second",), "setting scenario changed"),
        ('title = "x"', 'title = "y"', (), ""),
    ],
)
def test_only_what_depends_on_a_change_runs(folder, chain, old, new, ran, reason):
    path = folder / "study.toml"
    path.write_text(path.read_text().replace('name = "small"', 'name = "small"\ntitle = "x"'))
    run(chain, folder)
    path.write_text(path.read_text().replace(old, new))
    reasons = explain(chain, folder)
    assert tuple(item.stage for item in reasons if item.will_run) == ran
    if reason:
        assert any(reason in item.reasons for item in reasons)
    assert run(chain, folder).ran == ran


def test_a_changed_file_is_seen_and_changed_back_is_reused(folder, chain):
    run(chain, folder)
    (folder / "data.csv").write_text("id,value\n1,3\n")
    assert "file data.csv changed" in explain(chain, folder)[0].reasons
    assert run(chain, folder).ran == ("first", "second")
    (folder / "data.csv").write_text("id,value\n1,2\n")
    assert run(chain, folder).ran == ()


def test_a_new_project_changes_no_number_of_the_others(folder, chain):
    run(chain, folder)
    before = (folder / "out" / "mean.csv").read_text().splitlines()
    path = folder / "study.toml"
    path.write_text(path.read_text() + SECOND_PROJECT)
    run(chain, folder)
    after = (folder / "out" / "mean.csv").read_text().splitlines()
    assert before == after[:2]
    assert len(after) == 3


def test_a_stage_that_fails_leaves_what_was_finished(folder, chain):
    from dataclasses import replace

    broken = (chain[0], replace(chain[1], function="lodeway.registry.chains:missing"))
    with pytest.raises(AttributeError):
        run(broken, folder)
    assert run(chain, folder).ran == ("second",)


def test_litter_is_swept_and_torn_memory_is_forgotten(folder, chain):
    run(chain, folder)
    (folder / ".lodeway" / "0123.77.part").mkdir()
    (folder / ".lodeway" / "hashes.json").write_text("{torn")
    (folder / ".lodeway" / "runs.json").write_text("")
    assert run(chain, folder).ran == ()
    assert not list((folder / ".lodeway").glob("*.part"))


def test_results_without_a_manifest_do_not_exist(folder, chain):
    outcome = run(chain, folder)
    (folder / ".lodeway" / outcome.keys["first"] / "manifest.json").unlink()
    shutil.rmtree(folder / ".lodeway" / outcome.keys["first"])
    assert run(chain, folder).ran == ("first",)


def test_sources_are_kept_with_the_result(folder, chain):
    outcome = run(chain, folder)
    result = Store(folder).load(outcome.keys["first"])
    assert list(result.sources) == [("x", "", "data.csv#1")]
    manifest = json.loads(
        (folder / ".lodeway" / outcome.keys["first"] / "manifest.json").read_text()
    )
    assert "time" not in json.dumps(manifest)


def test_old_results_are_forgotten(folder, chain):
    path = folder / "study.toml"
    for seed in range(2, 14):
        path.write_text(path.read_text().replace(f"seed = {seed - 1}", f"seed = {seed}"))
        run(chain, folder)
    assert len([item for item in (folder / ".lodeway").iterdir() if item.is_dir()]) <= 16


@pytest.mark.parametrize(("draws", "workers"), [(0, 1), (200_000, 1), (4, 0)])
def test_impossible_options_are_refused(folder, chain, draws, workers):
    with pytest.raises(LodewayError, match=r"--draws|--workers"):
        run(chain, folder, draws=draws, workers=workers)
