"""The whole command: files, summary, laws between scenarios, and runs that are killed."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from lodeway.cli import door
from lodeway.economics.ground import rasters
from lodeway.economics.ground.fairways import fairways
from lodeway.economics.ground.province import read_province
from lodeway.economics.ground.settings import read_ground
from lodeway.errors import LodewayError


@pytest.fixture(scope="module")
def done(study, tmp_path_factory):
    """Return the folder and the summary of one run."""
    out = tmp_path_factory.mktemp("out")
    return out, fairways(study, out)


def band(out, name):
    with rasterio.open(out / f"{name}.tif") as source:
        return source.read(1)


def test_files_are_named_by_quantity_and_scenario(done):
    out, summary = done
    names = {path.name for path in out.iterdir()}
    assert {"value_usd.today.tif", "value_usd.south-open.tif", "change_usd.south-open.tif",
            "opened.south-open.tif", "winner.today.tif", "npv_p50_usd.today.tif",
            "summary.json", "ground.south-open.png"} <= names  # fmt: skip
    assert not any(name.endswith(".part") or name.startswith(".") for name in names)
    assert set(summary["files"]) <= names
    assert json.loads((out / "summary.json").read_text()) == json.loads(json.dumps(summary))


def test_rasters_are_cloud_optimised(done):
    with rasterio.open(done[0] / "value_usd.today.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.crs.to_epsg() == 32632
        assert source.tags()["quantity"] == "value_usd"
        assert "E[max(0" in source.descriptions[0]


def test_laws_of_the_map(done):
    out, summary = done
    today, then = band(out, "value_usd.today"), band(out, "value_usd.south-open")
    inside = np.isfinite(today)
    assert int(inside.sum()) == summary["cells"]
    assert np.all(today[inside] >= 0.0)
    change = band(out, "change_usd.south-open")[inside]
    assert change == pytest.approx(then[inside] - today[inside], rel=1e-3, abs=3e3)
    assert change.min() > -1e3
    low, mid, high = (band(out, f"npv_{p}_usd.today")[inside] for p in ("p10", "p50", "p90"))
    assert np.all((low <= mid) & (mid <= high))
    share = band(out, "p_positive.today")[inside]
    assert np.all((share >= 0.0) & (share <= 1.0))
    opened = band(out, "opened.south-open")[inside]
    gained = band(out, "p_positive.south-open")[inside] - share
    assert np.all(opened >= gained - 1e-6)
    upper = band(out, "upper_bound_usd.today")[inside]
    assert np.all(upper >= today[inside] * 0.999 - 1e4)
    for name in ("regret_stay_usd", "regret_go_usd"):
        assert band(out, f"{name}.south-open")[inside].min() >= 0.0
    winner = band(out, "winner.today")
    assert set(np.unique(winner[inside])) <= {0, 1, 2, 3}
    assert np.all(winner[~inside] == 255)


def test_expected_value_is_value_times_deposits(done, province):
    """Summed over the map: expected deposits times the mean value where they are likely."""
    out, summary = done
    with rasterio.open(province.grid.folder / "rasters" / "favourable.tif") as source:
        weight = source.read(1).astype(float)
    value = band(out, "value_usd.today").astype(float)
    inside = np.isfinite(value)
    mean = np.average(value[inside], weights=weight[inside])
    expected = band(out, "expected_usd_per_km2.today")[inside].astype(float).sum()
    assert expected * summary["cell_km2"] == pytest.approx(province.count.mean * mean, rel=1e-4)
    found = summary["scenarios"]["today"]["expected_usd"]
    assert found == pytest.approx(province.count.mean * mean, rel=1e-4)
    drawn = summary["totals"]["today"]["owner_usd"]["mean"]
    assert 0.2 < drawn / found < 5.0  # sixteen worlds only


def test_summary(done, study):
    summary = done[1]
    error = summary["table"]["error"]
    assert error["max_share_of_capex"] < 0.002
    assert error["points"] > 100
    assert summary["scenarios"]["south-open"]["opened_km2"] >= 0.0
    assert sum(summary["scenarios"]["today"]["winner_km2"].values()) == pytest.approx(
        summary["area_km2"]
    )
    totals = summary["totals"]
    assert totals["south-open"]["owner_usd"]["mean"] >= totals["today"]["owner_usd"]["mean"]
    change = totals["south-open"]["change"]["owner_usd"]
    gap = totals["south-open"]["owner_usd"]["mean"] - totals["today"]["owner_usd"]["mean"]
    assert change["mean"] == pytest.approx(gap)
    assert change["p10"] >= 0.0
    assert "data/facts/ground.csv#GD-05" in summary["sources"]
    assert "data/ground/porphyry_cu_au_115.csv#" in summary["sources"]


def test_a_killed_run_goes_on_to_the_same_bytes(study, done, tmp_path, monkeypatch):
    """Small blocks, stopped after the third: what was done is not done again."""
    monkeypatch.setattr(rasters, "_BLOCK_CELLS", 236 * 20)

    class StopError(Exception):
        pass

    def stop(line):
        if line.startswith("map: 3 of"):
            raise StopError

    with pytest.raises(StopError):
        fairways(study, tmp_path, stop)
    blocks = list((tmp_path / ".blocks").glob("*/*.f32"))
    assert len(blocks) == 3
    before = {path.name: path.stat().st_mtime_ns for path in blocks}
    (tmp_path / ".blocks" / "another-run").mkdir()
    (tmp_path / "value_usd.today.tif.123.part").write_bytes(b"litter")
    seen = []

    def keep(_line):
        seen.extend(
            path.stat().st_mtime_ns == before[path.name]
            for path in (tmp_path / ".blocks").glob("*/*.f32")
            if path.name in before
        )

    fairways(study, tmp_path, keep)
    assert seen
    assert all(seen)
    whole, again = done[0], tmp_path
    assert {path.name for path in whole.iterdir()} == {path.name for path in again.iterdir()}
    for path in whole.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_totals_are_neither_sure_nor_all_of_one_mind(study):
    """With many sure deposits chance evens out; prices do not: the spread stays in between."""
    from lodeway.economics.ground.deposits import DepositCount
    from lodeway.economics.ground.totals import province_totals

    province = read_province(study)
    one = DepositCount(np.array([1]), np.array([1.0]), "user")
    six = DepositCount(np.array([6]), np.array([1.0]), "user")
    single = province_totals(province, one, 1, 2)
    several = province_totals(province, six, 1, 2)
    assert several.owner.mean() > 3.0 * single.owner.mean()
    spread = several.owner[0].std() / several.owner[0].mean()
    assert spread < single.owner[0].std() / single.owner[0].mean()
    assert np.all(several.mines <= 6)
    again = province_totals(province, six, 1, 1)
    assert again.owner.tobytes() == several.owner.tobytes()


def test_the_command(demo, tmp_path):
    out = tmp_path / "out"
    arguments = ["fairways", str(demo), "--out", str(out), "--draws", "8", "--json"]
    result = CliRunner().invoke(door(), arguments, catch_exceptions=False)
    assert json.loads(result.stdout)["draws"] == 8
    assert (out / "value_usd.today.tif").is_file()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"covers": "x"}, "did you mean cover"),
        ({"terms": "smelters"}, "did you mean smelter"),
        ({"price_paths": 0}, "whole number"),
        ({"slope_deg": 95}, "10 to 80"),
        ({"haul_usd_per_t_km": "GD-07"}, "GD-07"),
        ({"haul_usd_per_t_km": "GD-99"}, "GD-99"),
        ({"recovery_pct": {"Cu": "GD-02", "Sn": "GD-03"}}, "Sn"),
        ({"recovery_pct": {}}, "an element"),
        ({"corridor": []}, "corridor"),
        ({"deposits": "../x.csv"}, "inside the study folder"),
    ],
)
def test_bad_sections(study, change, words):
    settings = dict(study.settings)
    settings["ground"] = {**settings["ground"], **change}
    with pytest.raises(LodewayError, match=words):
        read_province(dataclasses.replace(study, settings=settings))


@pytest.mark.parametrize(
    ("part", "key", "value", "words"),
    [
        ("corridor", "lane", "town:copper-concentrate>bey", "did you mean"),
        ("corridor", "name", "south", "names that differ"),
        ("infrastructure", "only_for", ["nroth"], "did you mean north"),
        ("infrastructure", "usd_per_km", "GD-01", "GD-01"),
        ("method", "kind", "dredge", "one of pit"),
        ("method", "taylor", "GD-21", "did you mean taylor_power"),
    ],
)
def test_bad_parts(study, part, key, value, words):
    settings = dict(study.settings)
    items = [dict(item) for item in settings["ground"][part]]
    items[0][key] = value
    settings["ground"] = {**settings["ground"], part: items}
    with pytest.raises(LodewayError, match=words):
        read_province(dataclasses.replace(study, settings=settings))


def test_a_study_without_the_section(study):
    settings = {**study.settings, "ground": {}}
    with pytest.raises(LodewayError, match="no such section"):
        read_ground(settings, study.folder, study.facts, seed=1, draws=4)


def test_two_systems_of_coordinates_end_in_a_sentence(demo, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(demo, folder)
    path = folder / "rasters" / "road_km.tif"
    with rasterio.open(path) as source:
        values, profile = source.read(1), source.profile
    path.unlink()
    with rasterio.open(path, "w", **(profile | {"crs": "EPSG:32633"})) as target:
        target.write(values, 1)
    arguments = ["fairways", str(folder), "--out", str(tmp_path / "out"), "--draws", "8"]
    result = CliRunner().invoke(door(), arguments)
    assert isinstance(result.exception, LodewayError)
    assert result.exception.code == "bad-crs"
