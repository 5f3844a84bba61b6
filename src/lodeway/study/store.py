"""The store: ``STUDY/.lodeway``, where results lie under the hash of what made them.

A result is a folder named by its key. It is written under a temporary name, its manifest last, and
comes into being by one rename: what has no manifest does not exist. Nothing in it holds a clock.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lodeway.errors import LodewayError
from lodeway.io.files import sweep, write_bytes
from lodeway.model.stage import Result

if TYPE_CHECKING:
    from lodeway.model.stage import Table

_MANIFEST = "manifest.json"
_KEEP_RUNS = 8


class Store:
    """The results of one study on disk."""

    def __init__(self, study_folder: Path) -> None:
        self.root = study_folder / ".lodeway"
        self._hashes = _read_json(self.root / "hashes.json")
        self._hashes_changed = False

    def clean(self) -> int:
        """Remove what killed runs left behind; return how many things went."""
        litter = [path for path in self.root.glob("*.part") if path.is_dir()]
        for path in litter:
            shutil.rmtree(path, ignore_errors=True)
        return len(litter) + sweep(self.root)

    def digest(self, path: Path) -> str:
        """Return a file's sha256, remembered by size, time of change and inode."""
        name = os.path.abspath(path)  # noqa: PTH100  asked some 400 times a run
        state = os.stat(name)  # noqa: PTH116
        mark = f"{state.st_size} {state.st_mtime_ns} {state.st_ino}"
        known = self._hashes.get(name)
        if known and known[0] == mark:
            return str(known[1])
        with path.open("rb") as stream:
            value = hashlib.file_digest(stream, "sha256").hexdigest()
        self._hashes[name] = [mark, value]
        self._hashes_changed = True
        return value

    def remember(self, keys: Mapping[str, str]) -> None:
        """Write the file hashes and this run's keys; forget results of long ago."""
        if self._hashes_changed:
            write_bytes(self.root / "hashes.json", _json_bytes(self._hashes))
        runs: list[dict[str, str]] = _read_json(self.root / "runs.json").get("runs", [])
        if runs and runs[-1] == dict(keys):
            return
        runs = [*runs, dict(keys)][-_KEEP_RUNS:]
        write_bytes(self.root / "runs.json", _json_bytes({"runs": runs}))
        used = {key for run in runs for key in run.values()}
        for path in self.root.iterdir():
            if path.is_dir() and path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

    def last_keys(self) -> dict[str, str]:
        """Return the keys of the last finished run by stage, or an empty dictionary."""
        runs = _read_json(self.root / "runs.json").get("runs", [])
        return dict(runs[-1]) if runs else {}

    def recall(self, mark: str) -> dict[str, Any]:
        """Return the settings that were kept under a mark, or an empty dictionary."""
        kept = _read_json(self.root / "settings.json")
        return dict(kept["settings"]) if kept.get("mark") == mark else {}

    def keep(self, mark: str, settings: Mapping[str, Any]) -> None:
        """Keep the settings of a study file that has been found sound."""
        if self.recall(mark):
            return
        write_bytes(self.root / "settings.json", _json_bytes({"mark": mark, "settings": settings}))

    def has(self, key: str) -> bool:
        """Whether a result is there, whole."""
        return (self.root / key / _MANIFEST).is_file()

    def manifest(self, key: str) -> dict[str, Any]:
        """Return what is written about a result."""
        return _read_json(self.root / key / _MANIFEST)

    def save(self, key: str, result: Result, about: Mapping[str, Any]) -> None:
        """Write a result whole or not at all."""
        part = self.root / f"{key}.{os.getpid()}.part"
        shutil.rmtree(part, ignore_errors=True)
        (part / "files").mkdir(parents=True)
        tables = {name: _write_table(part, name, table) for name, table in result.data.items()}
        for name, data in result.files.items():
            (part / "files" / name).write_bytes(data)
        manifest = {
            **about,
            "tables": tables,
            "files": sorted(result.files),
            "sources": sorted({tuple(row) for row in result.sources}),
        }
        (part / _MANIFEST).write_bytes(_json_bytes(manifest))
        try:
            part.rename(self.root / key)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)  # another run was first: same key, same bytes
            if not self.has(key):
                raise

    def load(self, key: str) -> Result:
        """Read a result back."""
        manifest = self.manifest(key)
        folder = self.root / key
        return Result(
            data={
                name: _read_table(folder, name, kind) for name, kind in manifest["tables"].items()
            },
            files={name: (folder / "files" / name).read_bytes() for name in manifest["files"]},
            sources=[(row[0], row[1], row[2]) for row in manifest["sources"]],
        )

    def publish(self, key: str, out: Path) -> list[Path]:
        """Copy a result's files to a folder for people, those that differ; return their paths."""
        paths = []
        for name in self.manifest(key)["files"]:
            source, target = self.root / key / "files" / name, out / name
            if not self._same(source, target):
                write_bytes(target, source.read_bytes())
            paths.append(target)
        return paths

    def _same(self, source: Path, target: Path) -> bool:
        """Whether two files hold the same bytes, by the hashes that are remembered."""
        try:
            return self.digest(source) == self.digest(target)
        except OSError:
            return False


def _write_table(folder: Path, name: str, table: Any) -> str:
    """Write one table in its open format and return the format's name."""
    kind = type(table).__name__
    if kind == "Dataset":
        table.to_netcdf(folder / f"{name}.nc", engine="scipy", format="NETCDF3_64BIT")
        return "nc"
    if kind == "GeoDataFrame":
        table.to_parquet(folder / f"{name}.parquet")
        return "geoparquet"
    if kind == "DataFrame":
        table.to_parquet(folder / f"{name}.parquet")
        return "parquet"
    raise LodewayError("bad-argument", f"table {name}", kind, "a Dataset or a (Geo)DataFrame")


def _read_table(folder: Path, name: str, kind: str) -> Table:
    if kind == "nc":
        import xarray as xr

        with xr.open_dataset(folder / f"{name}.nc", engine="scipy") as dataset:
            return dataset.load()
    if kind == "geoparquet":
        import geopandas

        return geopandas.read_parquet(folder / f"{name}.parquet")
    import pandas as pd

    return pd.read_parquet(folder / f"{name}.parquet")


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode()


def _read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object; a file that is missing or torn is an empty one."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
