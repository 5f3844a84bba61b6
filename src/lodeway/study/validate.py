"""What the sections of a study file may say, held against the file: every problem at once."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from lodeway.errors import LodewayError, LodewayProblems, suggestion
from lodeway.study.locate import FILE_NAME, as_text, line_of
from lodeway.study.schema import (
    About,
    Change,
    Claim,
    Economics,
    Link,
    Market,
    Price,
    Project,
    Report,
    Sale,
    Scenario,
    StudyFile,
)

_KEYS = {
    model.__name__: [field.alias or name for name, field in model.model_fields.items()]
    for model in (
        About,
        Change,
        Claim,
        Economics,
        Link,
        Market,
        Price,
        Project,
        Report,
        Sale,
        Scenario,
        StudyFile,
    )
}
_MODEL_OF = {
    "study": "About", "market": "Market", "price": "Price", "project": "Project",
    "report": "Report", "sale": "Sale", "scenario": "Scenario", "change": "Change", "link": "Link",
    "claim": "Claim", "economics": "Economics",
}  # fmt: skip


def validated(raw: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the settings of a study file as plain values, defaults filled in.

    Raises
    ------
    LodewayProblems
        With every problem of the file's form.
    """
    try:
        parsed = StudyFile.model_validate(raw)
    except ValidationError as problems:
        raise LodewayProblems(_problem(item, text) for item in problems.errors()) from None
    return _plain(raw, parsed)


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
