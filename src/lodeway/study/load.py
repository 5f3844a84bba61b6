"""Reading a study file: every problem at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lodeway.errors import LodewayError, LodewayProblems, suggestion
from lodeway.io.files import read_bytes
from lodeway.study.locate import as_text, from_text, line_of
from lodeway.study.schema import (
    About,
    Change,
    Link,
    Market,
    Price,
    Project,
    Report,
    Sale,
    Scenario,
    StudyFile,
)

FILE_NAME = "study.toml"
_LIMIT_BYTES = 2**20
_KEYS = {
    model.__name__: [field.alias or name for name, field in model.model_fields.items()]
    for model in (About, Change, Link, Market, Price, Project, Report, Sale, Scenario, StudyFile)
}
_MODEL_OF = {
    "study": "About", "market": "Market", "price": "Price", "project": "Project",
    "report": "Report", "sale": "Sale", "scenario": "Scenario", "change": "Change", "link": "Link",
}  # fmt: skip


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
    path = folder / FILE_NAME
    if not folder.is_dir():
        raise LodewayError("missing", str(folder), "no such folder", "a study folder")
    if not path.is_file():
        raise LodewayError(
            "missing", str(path), "no such file", "a study file", "lodeway new FOLDER makes one"
        )
    text = _read(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise LodewayError("bad-study", str(path), str(problem), "TOML") from None
    except RecursionError:
        raise LodewayError("bad-study", str(path), "nesting without end", "plain TOML") from None
    try:
        parsed = StudyFile.model_validate(raw)
    except ValidationError as problems:
        raise LodewayProblems(_problem(item, text) for item in problems.errors()) from None
    study = Study(folder, _plain(raw, parsed), text)
    twice = _double_names(study)
    if twice:
        raise LodewayProblems(twice)
    return study


def _read(path: Path) -> str:
    """Return the text; a file beyond the limit is no study file."""
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


def _plain(raw: dict[str, Any], parsed: StudyFile) -> dict[str, Any]:
    """Return the settings with defaults filled in, as plain values."""
    plain = parsed.model_dump(mode="json", by_alias=True)
    plain["study"]["as_of"] = parsed.study.as_of.isoformat()
    for name, value in raw.items():
        plain.setdefault(name, value)
    return plain


def _problem(item: Any, text: str) -> LodewayError:
    """Turn pydantic's finding into ours: line, key, what came, what was expected."""
    path = tuple(item["loc"])
    where = f"{FILE_NAME}:{line_of(text, path)}: {as_text(path)}"
    kind = item["type"]
    if kind == "missing":
        return LodewayError("bad-study", where, "nothing", "a value")
    if kind == "extra_forbidden":
        return LodewayError("bad-study", where, "an unknown key", "a known key", _known_key(path))
    got = item.get("input")
    shown = "a section" if isinstance(got, dict) else repr(got)
    expected = item["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return LodewayError("bad-study", where, shown, expected)


def _known_key(path: tuple[str | int, ...]) -> str:
    """Suggest the key that was meant."""
    sections = [part for part in path[:-1] if isinstance(part, str)]
    model = _MODEL_OF.get(sections[-1], "") if sections else "StudyFile"
    return suggestion(str(path[-1]), _KEYS.get(model, []))


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
