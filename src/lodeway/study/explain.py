"""Saying why a stage will run, and what it would reuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lodeway.study.graph import Node, Stage, build
from lodeway.study.load import load_study
from lodeway.study.store import Store


@dataclass(frozen=True)
class Reason:
    """Whether a stage will run, and why."""

    stage: str
    will_run: bool
    reasons: tuple[str, ...]


def explain(stages: Sequence[Stage], folder: Path) -> list[Reason]:
    """Compare each stage's parts with those of the last run."""
    study, store = load_study(folder), Store(folder)
    nodes = build(stages, study, store.digest)
    last = store.last_keys()
    return [_reason(node, store, last) for node in nodes]


def _reason(node: Node, store: Store, last: dict[str, str]) -> Reason:
    name = node.stage.name
    if store.has(node.key):
        return Reason(name, will_run=False, reasons=("its result is in the store",))
    old = store.manifest(last[name]).get("parts", {}) if name in last else {}
    if not old:
        return Reason(name, will_run=True, reasons=("it has never run",))
    changed = [
        f"{part} is new" if part not in old else f"{part} changed"
        for part in node.parts
        if old.get(part) != node.parts[part]
    ]
    gone = [f"{part} is gone" for part in old if part not in node.parts]
    return Reason(name, will_run=True, reasons=(*changed, *gone))
