"""A line or a key that is missing from a study file ends in a sentence, never in a traceback."""

import re
import shutil
from pathlib import Path

import pytest

from lodeway.chain import STAGES
from lodeway.errors import LodewayError
from lodeway.study.run import run

TINY = Path(__file__).resolve().parents[2] / "studies" / "tiny"
TEXT = (TINY / "study.toml").read_text(encoding="utf-8")


def without_lines():
    lines = TEXT.splitlines()
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            yield "\n".join(lines[:number] + lines[number + 1 :])


def without_inner_keys():
    for line in re.finditer(r"(?m)^.*\{.*$", TEXT):
        for key in re.finditer(r'(\w+) = ("[^"]*"|[\d.]+|\{[^{}]*\})\s*,?', line[0]):
            if key.start() > 0:
                left = re.sub(r",\s*\}", " }", line[0][: key.start()] + line[0][key.end() :])
                yield TEXT[: line.start()] + left + TEXT[line.end() :]


@pytest.mark.parametrize("spoil", [without_lines, without_inner_keys])
def test_what_is_missing_is_said(tmp_path, spoil):
    refused = 0
    for number, text in enumerate(spoil()):
        folder = tmp_path / str(number)
        shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns(".lodeway", "out"))
        (folder / "study.toml").write_text(text + "\n", encoding="utf-8")
        try:
            run(STAGES, folder, draws=4)
        except LodewayError:
            refused += 1
        shutil.rmtree(folder)
    assert refused > 10  # the others are optional, and run
