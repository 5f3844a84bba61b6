"""Where a key stands in a TOML text, so that an error can name the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

FILE_NAME = "study.toml"
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]+\")\s*=")


def line_of(text: str, path: Sequence[str | int]) -> int:
    r"""Return the line (from 1) of the longest part of `path` that the text holds.

    Parameters
    ----------
    text
        The study file.
    path
        Keys and positions, as ``("project", 1, "regime")``.

    Examples
    --------
    >>> line_of("[a]\nx = 1\n[[b]]\ny = 2\n[[b]]\ny = 3\n", ("b", 1, "y"))
    6
    """
    places = _places(text)
    wanted = tuple(path)
    for length in range(len(wanted), 0, -1):
        if wanted[:length] in places:
            return places[wanted[:length]]
    return 1


@lru_cache(maxsize=4)
def _places(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line on which each table and key of a TOML text first stands."""
    places: dict[tuple[str | int, ...], int] = {}
    counts: dict[str, int] = {}
    here: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            here = _table_path(header[2], header[1] == "[[", counts)
            places.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            places.setdefault((*here, key[1].strip('"')), number)
    return places


def _table_path(name: str, is_list: bool, counts: dict[str, int]) -> tuple[str | int, ...]:
    """Return the path of a table header; a list's table carries its position."""
    parts = [part.strip().strip('"') for part in name.split(".")]
    if is_list:
        counts[name] = counts.get(name, -1) + 1
        for key in [key for key in counts if key.startswith(f"{name}.")]:
            del counts[key]
    path: list[str | int] = []
    for depth, part in enumerate(parts):
        path.append(part)
        position = counts.get(".".join(parts[: depth + 1]))
        if position is not None:
            path.append(position)
    return tuple(path)


def as_text(path: Sequence[str | int]) -> str:
    """Return a path as people read it.

    Examples
    --------
    >>> as_text(("project", 1, "regime"))
    'project[1].regime'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def from_text(text: str) -> tuple[str | int, ...]:
    """Return the keys and positions of a path as people write it.

    Examples
    --------
    >>> from_text("project[1].process.head_pct.Cu")
    ('project', 1, 'process', 'head_pct', 'Cu')
    """
    return tuple(
        int(part) if part.isdigit() else part for part in re.split(r"[.\[\]]+", text) if part
    )
