"""Running a study: every stage whose inputs changed, and no other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from lodeway.engine import of_workers
from lodeway.errors import LodewayError, LodewayProblems
from lodeway.model.stage import Result, StageContext
from lodeway.study.check import study_problems
from lodeway.study.graph import PACKAGE, Node, Stage, build
from lodeway.study.load import Study, load_study, read_study_text
from lodeway.study.store import Store

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    ran, reused
        Names of the stages.
    files
        The files for people.
    keys
        The key of every stage.
    """

    ran: tuple[str, ...]
    reused: tuple[str, ...]
    files: tuple[Path, ...]
    keys: dict[str, str]


def run(
    stages: Sequence[Stage],
    folder: Path,
    *,
    out: Path | None = None,
    draws: int | None = None,
    workers: int = 1,
    progress: Progress = lambda _line: None,
) -> Outcome:
    """Run a study and copy its files to `out`.

    Parameters
    ----------
    stages
        The chain.
    folder
        The study folder.
    out
        Where the files for people go; by default ``STUDY/out``.
    draws
        Number of possible worlds, instead of the study's own.
    workers
        Number of processes; the results are the same bytes for any number.
    progress
        Called with one line for each stage.
    """
    engine = of_workers(workers)
    store = Store(folder)
    mark = _mark(folder, store)
    read = _recalled(folder, store, mark)
    study = with_draws(read, draws)
    store.clean()
    nodes = build(stages, study, store.digest)
    missing = [node for node in nodes if not store.has(node.key)]
    if missing:
        found = study_problems(stages, study)
        if found:
            raise LodewayProblems(found)
    loaded: dict[str, Result] = {}
    for node in missing:
        progress(f"{node.stage.name} ...")
        context = _context(node, nodes, study, store, loaded, engine=engine, progress=progress)
        try:
            result = _function(node.stage)(context)
        except LodewayError as problem:
            raise study.with_line(problem) from None
        loaded[node.stage.name] = result
        store.save(node.key, result, {"stage": node.stage.name, "parts": dict(node.parts)})
    keys = {node.stage.name: node.key for node in nodes}
    target = out or folder / "out"
    files = [path for node in nodes for path in store.publish(node.key, target)]
    store.remember(keys)
    store.keep(mark, read.settings)
    fresh = {node.stage.name for node in missing}
    return Outcome(
        ran=tuple(node.stage.name for node in missing),
        reused=tuple(name for name in keys if name not in fresh),
        files=tuple(files),
        keys=keys,
    )


def _mark(folder: Path, store: Store) -> str:
    """Return the hash of a study file and of the code that judges its form."""
    judges = [store.digest(PACKAGE / "study" / name) for name in ("schema.py", "validate.py")]
    return hashlib.sha256("\n".join([read_study_text(folder), *judges]).encode()).hexdigest()


def _recalled(folder: Path, store: Store, mark: str) -> Study:
    """Read a study file; one that a finished run found sound is not validated again."""
    settings = store.recall(mark)
    return Study(folder, settings, read_study_text(folder)) if settings else load_study(folder)


def with_draws(study: Study, draws: int | None) -> Study:
    """Return the study with another number of draws."""
    if draws is None:
        return study
    if not 1 <= draws <= 100_000:
        raise LodewayError("bad-argument", "--draws", draws, "1 to 100000")
    about = {**study.settings["study"], "draws": draws}
    return Study(study.folder, {**study.settings, "study": about}, study.text)


def _function(stage: Stage) -> Callable[[StageContext], Result]:
    """Import the stage's function, now that it runs."""
    module, name = stage.function.split(":")
    function: Callable[[StageContext], Result] = getattr(import_module(module), name)
    return function


def _context(
    node: Node,
    nodes: Sequence[Node],
    study: Study,
    store: Store,
    loaded: dict[str, Result],
    *,
    engine: object,
    progress: Progress,
) -> StageContext:
    """Gather what the stage declared, and nothing else."""
    keys = {other.stage.name: other.key for other in nodes}
    for name in node.stage.inputs:
        if name not in loaded:
            loaded[name] = store.load(keys[name])
    about = study.settings["study"]
    return StageContext(
        folder=study.folder,
        settings={name: study.settings.get(name) for name in ("study", *node.stage.sections)},
        inputs={name: loaded[name] for name in node.stage.inputs},
        keys={name: keys[name] for name in node.stage.inputs},
        files=node.files,
        draws=about["draws"],
        seed=about["seed"],
        years=(about["years"][0], about["years"][1]),
        as_of=study.as_of,
        engine=engine,  # type: ignore[arg-type]
        progress=progress,
    )
