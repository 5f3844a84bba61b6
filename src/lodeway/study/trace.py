"""Walking a figure back: to its stage, its inputs, and the rows that it rests on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lodeway.errors import LodewayError, suggestion
from lodeway.io.files import read_text, safe_path
from lodeway.study.graph import Stage
from lodeway.study.store import Store

FIGURES = "figures.json"


def figures(stages: Sequence[Stage], folder: Path) -> list[dict[str, Any]]:
    """Return the figures of the last run.

    Raises
    ------
    LodewayError
        With code ``missing`` when the study has not been run.
    """
    store = Store(folder)
    key = store.last_keys().get(stages[-1].name, "")
    path = store.root / key / "files" / FIGURES
    if not key or not path.is_file():
        raise LodewayError(
            "missing", str(folder), "no finished run", "a run", f"lodeway run {folder}"
        )
    found: list[dict[str, Any]] = json.loads(path.read_bytes())
    return found


def trace(stages: Sequence[Stage], folder: Path, figure_id: str) -> dict[str, Any]:
    """Return a figure with its stage, the stages it came through, and its source rows.

    Each source carries the file, its sha256 and the row as it stands in the file.
    """
    rows = figures(stages, folder)
    known = {row["id"]: row for row in rows}
    if figure_id not in known:
        near = suggestion(figure_id, known)
        raise LodewayError("unknown-id", "figure", repr(figure_id), "the id of a figure", near)
    figure = known[figure_id]
    store = Store(folder)
    cache: dict[str, dict[str, tuple[int, dict[str, str]]]] = {}
    sources = [_source(source, folder, store, cache) for source in figure["sources"]]
    return {"figure": figure, "through": _through(stages, store), "sources": sources}


def _through(stages: Sequence[Stage], store: Store) -> list[dict[str, str]]:
    keys = store.last_keys()
    return [
        {"stage": stage.name, "key": keys[stage.name], "function": stage.function}
        for stage in stages
        if stage.name in keys
    ]


def _source(
    source_id: str,
    folder: Path,
    store: Store,
    cache: dict[str, dict[str, tuple[int, dict[str, str]]]],
) -> dict[str, Any]:
    """Return one source: its file, hash, line and row."""
    file, _, row_id = source_id.partition("#")
    path = safe_path(folder, file, f"source {source_id}")
    if not path.is_file():
        return {"source_id": source_id, "file": file, "sha256": None, "line": None, "row": None}
    if file not in cache:
        cache[file] = _index(path)
    line, row = cache[file].get(row_id, (None, None))
    return {
        "source_id": source_id,
        "file": file,
        "sha256": store.digest(path),
        "line": line,
        "row": row,
    }


def _index(path: Path) -> dict[str, tuple[int, dict[str, str]]]:
    """Return the rows of a CSV table by their first column; other files have no rows."""
    if path.suffix != ".csv":
        return {}
    reader = csv.DictReader(io.StringIO(read_text(path)))
    first = (reader.fieldnames or [""])[0]
    return {row[first]: (reader.line_num, {k: v for k, v in row.items() if v}) for row in reader}
