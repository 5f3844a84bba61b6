"""Reading a study file: every problem at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, LodewayProblems
from lodeway.io.files import read_bytes
from lodeway.study.locate import FILE_NAME, as_text, from_text, line_of

_LIMIT_BYTES = 2**20


@dataclass(frozen=True)
class Study:
    """A study that has been read: its folder, its settings as plain values, and its text."""

    folder: Path
    settings: dict[str, Any]
    text: str

    @property
    def as_of(self) -> date:
        """The study's today."""
        day = self.settings["study"]["as_of"]
        return day if isinstance(day, date) else date.fromisoformat(day)

    def where(self, path: Sequence[str | int]) -> str:
        """Return ``study.toml:12: project[1].regime``."""
        return f"{FILE_NAME}:{line_of(self.text, path)}: {as_text(path)}"

    def with_line(self, problem: LodewayError) -> LodewayError:
        """Return a room's error with the line of the setting that it names.

        Rooms know settings by name (``study.toml project[0].place``), not where they stand.
        """
        if isinstance(problem, LodewayProblems):
            return LodewayProblems(self.with_line(one) for one in problem.problems)
        match = re.match(rf"{re.escape(FILE_NAME)}:? ([\w\[\].\-]+)", problem.where)
        if not match:
            return problem
        where = self.where(from_text(match[1])) + problem.where[match.end() :]
        return LodewayError(problem.code, where, problem.got, problem.expected, problem.cure)


def load_study(folder: Path) -> Study:
    """Read ``study.toml`` in a folder.

    Raises
    ------
    LodewayProblems
        With every problem of the file's form.
    """
    path, text = folder / FILE_NAME, read_study_text(folder)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", str(path), str(problem), "TOML") from None
    except RecursionError:
        raise LodewayError("bad-study", str(path), "nesting without end", "plain TOML") from None
    from lodeway.study.validate import validated

    study = Study(folder, validated(raw, text), text)
    twice = _double_names(study)
    if twice:
        raise LodewayProblems(twice)
    return study


def read_study_text(folder: Path) -> str:
    """Return the text of a study file; a file beyond the limit is no study file."""
    path = folder / FILE_NAME
    if not folder.is_dir():
        raise LodewayError("missing", str(folder), "no such folder", "a study folder")
    if not path.is_file():
        raise LodewayError(
            "missing", str(path), "no such file", "a study file", "lodeway new FOLDER makes one"
        )
    try:
        return read_bytes(path, _LIMIT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise LodewayError("bad-study", str(path), f"byte {problem.start}", "UTF-8") from None
    except LodewayError as problem:
        if problem.code != "too-large":
            raise
        raise LodewayError(
            "bad-study", f"{path}:1", problem.got, problem.expected, "numbers belong in tables"
        ) from None


def _double_names(study: Study) -> list[LodewayError]:
    """Names within one list must differ."""
    problems = []
    for section in ("price", "market", "project", "scenario", "terms"):
        seen: set[str] = set()
        for position, item in enumerate(study.settings[section]):
            name = str(item.get("name", ""))
            if name in seen or not name:
                where = study.where((section, position, "name"))
                problems.append(LodewayError("bad-study", where, repr(name), "a name of its own"))
            seen.add(name)
    return problems
