"""The study that `lodeway new` makes: small, whole, and meant to be changed."""

from __future__ import annotations

from pathlib import Path

from lodeway.errors import LodewayError
from lodeway.io.files import write_bytes

TEMPLATE = Path(__file__).parent / "template"


def write_template(folder: Path) -> list[Path]:
    """Copy the template study into a folder that is empty or not there yet.

    Returns
    -------
    list of pathlib.Path
        The files that were written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LodewayError("bad-argument", str(folder), "a folder with files", "an empty folder")
    paths = []
    for source in sorted(TEMPLATE.rglob("*")):
        if source.is_file():
            target = folder / source.relative_to(TEMPLATE)
            write_bytes(target, source.read_bytes())
            paths.append(target)
    return paths
