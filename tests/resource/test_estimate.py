"""The command `lodeway estimate` and its file of settings."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.errors import LodewayError
from lodeway.resource import Structure, Variogram, krige
from lodeway.resource.config import EXAMPLE, read_config

CONFIG = """
[data]
file = "data.csv"
grade = "CU"
[variogram]
nugget = 0.03
structures = [{ kind = "spherical", sill = 0.09, range = 60.0 }]
[search]
neighbours = 12
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 100, (50, 3)), columns=["x", "y", "z"])
    frame["CU"] = rng.lognormal(size=50)
    frame["hole"] = [f"H{i % 7}" for i in range(50)]
    frame.to_csv(tmp_path / "data.csv", index=False)
    pd.DataFrame(rng.uniform(0, 100, (9, 3)), columns=["X", "Y", "Z"]).to_csv(
        tmp_path / "points.csv", index=False
    )
    return tmp_path


def run(folder, text, out="out.csv", *options):
    (folder / "config.toml").write_text(text)
    target = folder / out
    arguments = ["estimate", str(folder / "config.toml"), "--out", str(target), *options]
    return CliRunner().invoke(door(), arguments), target


def test_points_as_the_function_gives_them(folder):
    answer, out = run(folder, CONFIG + '[targets]\nfile = "points.csv"\n', "out.csv", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["targets"] == 9
    data, points = pd.read_csv(folder / "data.csv"), pd.read_csv(folder / "points.csv")
    model = Variogram(0.03, [Structure("spherical", 0.09, 60.0)])
    estimate, variance = krige(
        data[["x", "y", "z"]].to_numpy(), data["CU"], points.to_numpy(), model, 12,
        holes=data["hole"],
    )  # fmt: skip
    table = pd.read_csv(out)
    assert np.array_equal(table["estimate"], estimate)
    assert np.array_equal(table["variance"], variance)


@pytest.mark.parametrize("ending", ["csv", "parquet", "dat"])
def test_grid_of_blocks_in_every_format(folder, ending):
    grid = "[grid]\norigin = [0, 0, 0]\nsize = [20, 20, 20]\ncount = [5, 5, 5]\n"
    text = CONFIG + "[estimate]\nblock = [20, 20, 20]\n" + grid
    answer, out = run(folder, text, f"out.{ending}")
    assert answer.exit_code == 0, answer.output
    assert out.stat().st_size > 1000
    answer, out = run(folder, CONFIG + grid + "[simulation]\nrealisations = 3\n", f"sim.{ending}")
    assert answer.exit_code == 0, answer.output


def test_the_example_is_whole(tmp_path):
    answer = CliRunner().invoke(door(), ["estimate", "--example"])
    (tmp_path / "example.toml").write_text(answer.stdout)
    job = read_config(tmp_path / "example.toml")
    assert job.variogram.sill == pytest.approx(0.12)
    assert answer.stdout.strip() == EXAMPLE.strip()


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("nugget = 0.03", "nuggett = 0.03", "did you mean nugget"),
        ("sill = 0.09, ", "", "no sill"),
        ('"spherical"', '"sphere"', "spherical"),
        ("neighbours = 12", "neighbours = 0", "neighbours"),
        ('grade = "CU"', "", "grade"),
        ('grade = "CU"', 'grade = "CUU"', "did you mean CU"),
        ('"data.csv"', '"no.csv"', "no plain file"),
        ('"data.csv"', '"https://example.org/data.csv"', "on this machine"),
        ("[search]", "[serch]", "did you mean search"),
        ("[data]", "[data", "TOML"),
        ("[targets]", "[targets_]", "targets"),
    ],
)
def test_mistakes_are_named(folder, old, new, match):
    text = CONFIG + '[targets]\nfile = "points.csv"\n'
    answer, _ = run(folder, text.replace(old, new))
    assert isinstance(answer.exception, LodewayError)
    assert match in answer.exception.sentence()


def test_words_among_numbers_are_named(folder):
    path = folder / "data.csv"
    lines = path.read_text().splitlines()
    lines[4] = lines[4].replace(lines[4].split(",")[3], "rich")
    path.write_text("\n".join(lines))
    answer, _ = run(folder, CONFIG + '[targets]\nfile = "points.csv"\n')
    assert "data.csv:5 CU" in answer.exception.sentence()
