"""The graph of a study: stages, the files each reads, and the key that names its result."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import lodeway
from lodeway.errors import LodewayError, suggestion
from lodeway.io.files import safe_path
from lodeway.study.load import Study

PACKAGE = Path(lodeway.__file__).parent
#: Code below every room: a change here makes every stage run again.
_FOUNDATION = ("methods", "engine", "io", "model", "units.py", "randomness.py", "errors.py")
_CODE = {".py", ".csv", ".toml", ".html", ".css", ".js", ".json", ".gz"}
#: Sections that most studies do not have: where they are absent, they decide nothing.
OPTIONAL = ("resource", "mine")
#: Settings that name no file: left out, or taken from a table of a stage upstream.
NO_FILE = ("", None, "by-area")
#: Only these of ``[study]`` change numbers; a title does not.
_ABOUT = ("as_of", "crs", "draws", "seed", "years", "money")


@dataclass(frozen=True)
class Stage:
    """One stage of the chain.

    Attributes
    ----------
    name, version
        Raise the version when results change for a reason that the code's text does not show.
    function
        ``"lodeway.room.stage:run"``: imported only when the stage runs.
    inputs
        Names of the stages upstream.
    sections
        Sections of the study file that the stage reads.
    files
        Patterns of the files that it reads, relative to the study. ``{a.b}`` stands for a
        setting; for a list, one pattern for each value.
    check
        ``"lodeway.room.check:problems"``, or empty.
    only_with
        A section without which the study has no such stage, or empty: every study has it.
    """

    name: str
    version: int
    function: str
    inputs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    check: str = ""
    only_with: str = ""

    @property
    def room(self) -> str:
        """The room's folder inside the package."""
        return self.function.split(":")[0].removeprefix("lodeway.").split(".")[0]


@dataclass(frozen=True)
class Node:
    """A stage of one study: its key and what went into it."""

    stage: Stage
    key: str
    files: tuple[Path, ...]
    parts: Mapping[str, str] = field(default_factory=dict)


Hash = Callable[[Path], str]


def present(stages: Sequence[Stage], study: Study) -> list[Stage]:
    """Return the stages that a study has, each with those of its inputs that are there."""
    found = [s for s in stages if not s.only_with or study.settings.get(s.only_with)]
    names = {stage.name for stage in found}
    return [
        replace(stage, inputs=tuple(name for name in stage.inputs if name in names))
        for stage in found
    ]


def build(stages: Sequence[Stage], study: Study, digest: Hash) -> list[Node]:
    """Return the nodes of a study in the order in which they run.

    Parameters
    ----------
    stages
        The chain, in order.
    study
        The study.
    digest
        Returns the sha256 of a file's content.
    """
    nodes: dict[str, Node] = {}
    known: dict[str, list[Path]] = {}
    foundation = [line for place in _FOUNDATION for line in _code_lines(place, digest)]
    for stage in present(stages, study):
        files = tuple(_files(stage, study, known))
        parts = _parts(stage, study, files, digest)
        parts["code"] = _sha("\n".join([*_code_lines(stage.room, digest), *foundation]))
        for name in stage.inputs:
            parts[f"input {name}"] = nodes[name].key
        key = _sha(json.dumps(parts, sort_keys=True))[:16]
        nodes[stage.name] = Node(stage, key, files, parts)
    return list(nodes.values())


def _parts(stage: Stage, study: Study, files: Iterable[Path], digest: Hash) -> dict[str, str]:
    """Return everything that decides the stage's result, by name."""
    about = {name: study.settings["study"][name] for name in _ABOUT}
    parts = {"stage": f"{stage.name} {stage.version}", "setting study": _sha(_json(about))}
    for section in stage.sections:
        if section in OPTIONAL and not study.settings.get(section):
            continue
        parts[f"setting {section}"] = _sha(_json(study.settings.get(section)))
    for path in files:
        parts[f"file {path.relative_to(study.folder).as_posix()}"] = digest(path)
    return parts


def _code_lines(place: str, digest: Hash) -> list[str]:
    """Return one line for each source file of a room or module, without importing it."""
    root = PACKAGE / place
    if not root.is_dir():
        return [f"{place} {digest(root)}"] if root.suffix in _CODE else []
    lines = []
    for folder, _, names in os.walk(root):
        where = Path(folder)
        below = where.relative_to(PACKAGE).as_posix()
        lines += [
            f"{below}/{name} {digest(where / name)}"
            for name in names
            if name[name.rfind(".") :] in _CODE
        ]
    return sorted(lines)


def _files(stage: Stage, study: Study, known: dict[str, list[Path]]) -> list[Path]:
    """Return the files that a stage reads, each once, in order of path.

    `known` remembers the files of patterns that several stages share.
    """
    found: set[Path] = set()
    for template in stage.files:
        for pattern, where in _patterns(template, study):
            safe_path(study.folder, pattern, where)
            if pattern not in known:
                known[pattern] = _matches(study, pattern, where)
            found.update(known[pattern])
    return sorted(found)


def _matches(study: Study, pattern: str, where: str) -> list[Path]:
    """Return the files of a pattern, each inside the study; none is an error."""
    matches = [
        path
        for path in sorted(study.folder.glob(pattern))
        if path.is_file() and not path.name.endswith(".md")
    ]
    if not matches:
        raise LodewayError("missing", where, repr(pattern), "a file", _near(study, pattern))
    for path in matches:
        safe_path(study.folder, path.relative_to(study.folder).as_posix(), where)
    return matches


def _near(study: Study, pattern: str) -> str:
    folder = (study.folder / pattern).parent
    if not folder.is_dir():
        return f"there is no folder {Path(pattern).parent.as_posix()}"
    return suggestion(Path(pattern).name, [path.name for path in folder.iterdir()])


def _patterns(template: str, study: Study) -> list[tuple[str, str]]:
    """Fill in a template's setting: one pattern and its place for each value."""
    if "{" not in template:
        return [(template, template)]
    name = template[template.index("{") + 1 : template.index("}")]
    values = _values(study.settings, tuple(name.split(".")), ())
    return [
        (template.replace(f"{{{name}}}", str(value)), study.where(path))
        for value, path in values
        if value not in NO_FILE
    ]


def _values(
    node: Any, names: tuple[str, ...], path: tuple[str | int, ...]
) -> list[tuple[Any, tuple[str | int, ...]]]:
    """Return the values at a dotted name, looking into every item of a list."""
    if isinstance(node, list):
        return [
            found
            for position, item in enumerate(node)
            for found in _values(item, names, (*path, position))
        ]
    if not names:
        return [(node, path)]
    if not isinstance(node, dict) or names[0] not in node:
        return []
    return _values(node[names[0]], names[1:], (*path, names[0]))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
