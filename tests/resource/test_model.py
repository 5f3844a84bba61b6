"""Support, validation, classes, statement, quality control, the stage and its section."""

import io
import json
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from lodeway.engine import of_workers
from lodeway.errors import LodewayError
from lodeway.model import StageContext
from lodeway.resource import Search, Structure, Variogram, krige, krige_all
from lodeway.resource.check import problems
from lodeway.resource.classify import Rules, classify, hole_spacing, panel_precision, smooth
from lodeway.resource.cokriging import collocated_cokriging
from lodeway.resource.control import blanks, duplicates, standard_chart, standards
from lodeway.resource.drafting import rounded
from lodeway.resource.grid import Grid
from lodeway.resource.indicator import e_type, indicator_kriging
from lodeway.resource.neighbourhood import neighbourhood_analysis
from lodeway.resource.passes import krige_in_passes, search_passes
from lodeway.resource.resources import cutoff_grade, grade_tonnage, statement
from lodeway.resource.scores import normal_scores
from lodeway.resource.stage import run
from lodeway.resource.support import affine, anamorphosis, hermite, uniform_conditioning
from lodeway.resource.validate import accuracy, leave_one_hole_out, quantiles, swath
from lodeway.resource.weights import influences

MODEL = Variogram(0.1, [Structure("spherical", 0.9, 40.0)])
STUDY = Path(__file__).resolve().parents[2] / "studies" / "babbitt"


def sample(n=80, seed=1):
    rng = np.random.default_rng(seed)
    hole = rng.integers(0, 10, n)
    xyz = np.column_stack([rng.uniform(0, 100, (10, 2))[hole], rng.uniform(0, 60, n)])
    return xyz, rng.lognormal(size=n), hole.astype(str)


def test_hermite_polynomials_are_orthonormal():
    y = np.linspace(-14, 14, 20001)
    density = np.exp(-y * y / 2) / np.sqrt(2 * np.pi)
    table = hermite(y, 12)
    gram = (table * density) @ table.T * (y[1] - y[0])
    assert np.abs(gram - np.eye(12)).max() < 1e-8


def test_anamorphosis_of_a_lognormal():
    """exp(s y) has the coefficients (-s)^n / sqrt(n!) exp(s^2 / 2); blocks of it are lognormal."""
    s, rng = 0.6, np.random.default_rng(0)
    _, table = normal_scores(np.exp(s * rng.normal(size=40_000)))
    made = anamorphosis(table)
    assert made.mean == pytest.approx(np.exp(s * s / 2), rel=0.01)
    assert made.coefficients[1] == pytest.approx(-s * np.exp(s * s / 2), rel=0.02)
    block, r = made.block(0.5 * made.variance)
    assert block.mean == pytest.approx(made.mean)
    expected = np.sqrt(np.log(1 + 0.5 * (np.exp(s * s) - 1))) / s
    assert r == pytest.approx(expected, rel=0.01)
    share, mean = block.above([1.0])
    z = (np.log(1.0) - s * s / 2 + (r * s) ** 2 / 2) / (r * s)
    assert share[0] == pytest.approx(1 - ndtr(z), rel=0.01)
    assert mean[0] == pytest.approx(made.mean * (1 - ndtr(z - r * s)) / (1 - ndtr(z)), rel=0.01)


def test_discrete_gaussian_model_against_walker_lake(reference_data):
    """Blocks of 10 x 10 of the exhaustive data, foretold from its points."""
    truth = json.loads(reference_data("resource/reference_answers.json").read_text())
    points = pd.read_csv(reference_data("resource/walker_lake/Exhaustive_set.csv"))["V"].to_numpy()
    made = anamorphosis(normal_scores(points)[1])
    assert made.variance == pytest.approx(truth["walker_truth"]["var"], rel=1e-4)
    share, mean = made.above([float(c) for c in truth["walker_truth"]["gt"]])
    for place, (t, g) in enumerate(truth["walker_truth"]["gt"].values()):
        assert share[place] == pytest.approx(t, abs=0.002)
        assert mean[place] == pytest.approx(g, rel=0.002)
    blocks = truth["walker_truth_10x10"]
    share, mean = made.block(blocks["var"])[0].above([float(c) for c in blocks["gt"]])
    for place, (t, g) in enumerate(blocks["gt"].values()):
        assert share[place] == pytest.approx(t, abs=0.006)
        assert mean[place] == pytest.approx(g, rel=0.015)


def test_uniform_conditioning_adds_up():
    """Over panels distributed as they should be, units come out as the global model has them."""
    rng = np.random.default_rng(2)
    made = anamorphosis(normal_scores(rng.lognormal(0, 0.7, 20_000))[1])
    units, panels = 0.6 * made.variance, 0.3 * made.variance
    block, _ = made.block(panels)
    estimates = block.rising(np.sort(rng.normal(size=4000)))
    cutoffs = [0.8, 1.5, 2.5]
    share, mean = uniform_conditioning(made, estimates, units, panels, cutoffs)
    whole, grade = made.block(units)[0].above(cutoffs)
    assert np.abs(share.mean(0) - whole).max() < 0.015
    metal = np.nansum(share * mean, axis=0) / len(estimates)
    assert np.abs(metal / (whole * grade) - 1).max() < 0.04
    with pytest.raises(LodewayError, match="panel"):
        uniform_conditioning(made, estimates, panels, units, cutoffs)
    assert np.var(affine(estimates, 0.5)) == pytest.approx(0.5 * np.var(estimates))


def test_leave_one_hole_out_is_what_it_says():
    xyz, values, holes = sample()
    found = leave_one_hole_out(xyz, values, holes, MODEL, Search(12))
    for hole in np.unique(holes)[:4]:
        own = holes == hole
        estimate, variance = krige(xyz[~own], values[~own], xyz[own], MODEL, 12)
        assert np.abs(estimate - found.estimate[own]).max() < 1e-10
        assert np.abs(variance - found.variance[own]).max() < 1e-10


def test_accuracy_of_a_true_model():
    """Data drawn from the model are held as often as promised; with a wrong sill they are not."""
    rng = np.random.default_rng(3)
    xyz = rng.uniform(0, 150, (600, 3))
    covariance = MODEL.covariance(xyz[:, None] - xyz[None])
    values = np.linalg.cholesky(covariance + 1e-9 * np.eye(600)) @ rng.normal(size=600)
    holes = np.arange(600).astype(str)
    table, goodness = accuracy(xyz, values, holes, MODEL, Search(24))
    assert goodness > 0.93
    assert len(table) == 19


def test_swaths_and_quantiles_by_hand():
    xyz = np.array([[0.5, 0, 0], [0.6, 0, 0], [1.5, 0, 0]])
    data = (xyz, np.array([1.0, 3.0, 5.0]), np.array([3.0, 1.0, 1.0]))
    table = swath(0, 1.0, data, {"kriged": (xyz, np.array([2.0, np.nan, 4.0]))})
    assert table["data"].tolist() == [1.5, 5.0]
    assert table["kriged"].tolist() == [2.0, 4.0]
    found = quantiles(np.arange(11.0), np.ones(11), np.arange(11.0), [0.5])
    assert found.loc[0, ["data", "model"]].tolist() == [5.0, 5.0]


def test_passes_fill_in_from_near_to_far():
    xyz, values, holes = sample()
    goals = np.random.default_rng(4).uniform(-60, 160, (200, 3))
    searches = search_passes(MODEL, Search(12, minimum=6, per_hole=4, octants=2, per_octant=3))
    assert [one.radius for one in searches] == [20.0, 40.0, 80.0]
    found = krige_in_passes(xyz, values, goals, MODEL, searches, holes=holes)
    for number in (1, 2, 3):
        own = found.number == number
        alone = krige_all(xyz, values, goals[own], MODEL, search=searches[number - 1], holes=holes)
        assert np.array_equal(alone.estimate, found.kriging.estimate[own])
    assert np.isnan(found.kriging.estimate[found.number == 0]).all()


def test_influences_add_up_to_the_metal():
    xyz, values, holes = sample()
    rng = np.random.default_rng(5)
    goals, tonnes = rng.uniform(0, 100, (50, 3)), rng.uniform(1, 2, 50)
    part = influences(xyz, goals, tonnes, MODEL, Search(10), holes=holes, block=(4.0, 4.0, 4.0))
    estimate, _ = krige(xyz, values, goals, MODEL, search=Search(10), holes=holes,
                        block=(4.0, 4.0, 4.0))  # fmt: skip
    assert part @ values == pytest.approx(float(tonnes @ estimate))


def test_kriging_quality_at_its_limits():
    xyz, values, _ = sample()
    far = krige_all(xyz, values, [[1e5, 0, 0]], MODEL)
    near = krige_all(xyz, values, xyz[:1], MODEL)
    assert near.slope[0] == pytest.approx(1.0)
    assert near.efficiency[0] == pytest.approx(1.0)
    assert far.slope[0] < 0.2
    table = neighbourhood_analysis(
        xyz, values, np.random.default_rng(1).uniform(20, 60, (60, 3)), MODEL,
        neighbours=(4, 16), blocks=((10.0, 10.0, 10.0), (30.0, 30.0, 30.0)),
    )  # fmt: skip
    assert len(table) == 4
    for _, own in table.groupby("block"):
        assert (own["slope"].diff().dropna() > 0).all()  # more data, better slope
        assert len(set(own["block_variance"])) == 1


def test_collocated_cokriging_equals_the_whole_system():
    rng = np.random.default_rng(6)
    xyz, values = rng.uniform(0, 60, (20, 3)), rng.normal(size=20)
    goals, second, r = rng.uniform(0, 60, (15, 3)), rng.normal(size=15), 0.7
    estimate, variance = collocated_cokriging(
        xyz, values, goals, second, r, MODEL, mean=0.1, secondary_mean=0.2, secondary_variance=4.0,
        neighbours=20,
    )  # fmt: skip
    for place, goal in enumerate(goals):
        to = MODEL.covariance(xyz - goal)
        whole = np.zeros((21, 21))
        whole[:20, :20] = MODEL.covariance(xyz[:, None] - xyz[None])
        whole[:20, 20] = whole[20, :20] = r * to * 2.0  # sqrt(4 / 1) of the secondary
        whole[20, 20] = 4.0
        right = np.append(to, r * 2.0)
        w = np.linalg.solve(whole, right)
        expected = 0.1 + w[:20] @ (values - 0.1) + w[20] * (second[place] - 0.2)
        assert estimate[place] == pytest.approx(expected, abs=1e-10)
        assert variance[place] == pytest.approx(1.0 - w @ right, abs=1e-10)


def test_indicators_are_probabilities_in_order():
    xyz, values, _ = sample()
    goals = np.random.default_rng(7).uniform(0, 100, (60, 3))
    levels = [0.4, 0.8, 1.5, 3.0]
    median = indicator_kriging(xyz, values, goals, levels, MODEL)
    each = indicator_kriging(xyz, values, goals, levels, [MODEL, *[Variogram(0.5, [
        Structure("exponential", 0.5, 30.0 + 10 * n)]) for n in range(3)]])  # fmt: skip
    for found in (median, each):
        assert ((found >= 0) & (found <= 1)).all()
        assert (np.diff(found, axis=1) >= -1e-12).all()
    one = krige(xyz, (values <= 0.8).astype(float), goals, MODEL)[0]
    inside = (one > 0.05) & (one < 0.95)
    assert np.median(np.abs(median[inside, 1] - one[inside])) < 0.02
    assert e_type(median, [0.2, 0.6, 1.1, 2.0, 5.0]).shape == (60,)
    with pytest.raises(LodewayError):
        indicator_kriging(xyz, values, goals, [1.0, 1.0], MODEL)


def test_classes_by_spacing_and_precision():
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (30, 30, 1))
    blocks = np.arange(900)
    xyz = np.array([[x, y, 5.0] for x in range(0, 150, 30) for y in range(0, 300, 30)])
    spacing = hole_spacing(xyz, np.arange(len(xyz)), grid.centres())
    away = np.sort(np.linalg.norm(grid.centres()[:, None] - xyz[None], axis=2), axis=1)
    assert np.allclose(spacing, away[:, :3].mean(axis=1))
    rules = Rules((120.0, 60.0, 25.0), slope=(0.0, 0.0, 0.0), least_blocks=5)
    found = classify(grid, blocks, rules, spacing, np.ones(900))
    assert set(found) == {0, 1, 2, 3}
    assert (found[spacing > 125] == 0).all()
    rough = classify(grid, blocks, rules, spacing, np.ones(900), quarter=np.full(900, 0.3),
                     year=np.full(900, 0.1))  # fmt: skip
    assert rough.max() == 2
    with pytest.raises(LodewayError, match="inferred"):
        Rules((10.0, 20.0, 30.0))


def test_no_spotted_dogs():
    grid = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (20, 20, 1))
    classes = np.ones((20, 20), dtype=np.int8)
    classes[3:12, 3:12] = 2
    classes[7, 7] = 1  # a hole in a zone is filled
    classes[16, 16] = 2  # a single block is not a zone
    out = smooth(grid, np.arange(400), classes.ravel(), 5).reshape(20, 20)
    assert out[7, 7] == 2
    assert out[16, 16] == 1
    assert out.max() == 2


def test_panel_precision_by_hand():
    grid = Grid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (4, 1, 1))
    metal = np.ones((4, 1000), dtype=np.float32)
    metal[2:] = np.linspace(0.0, 2.0, 1000)
    found = panel_precision(metal, grid, np.arange(4), (2, 1, 1))
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2:] == pytest.approx([0.9, 0.9], abs=0.01)


def test_statement_by_hand():
    kriged = {"Cu": np.array([0.1, 0.3, 0.5, 0.7]), "Ni": np.array([0.01, 0.03, 0.05, 0.07])}
    simulated = {"Cu": np.tile(kriged["Cu"][:, None], 10).astype(np.float32)}
    tonnes, classes = np.full(4, 1000.0), np.array([3, 3, 2, 1], dtype=np.int8)
    table = statement(kriged, simulated, tonnes, classes, 0.2).set_index("class")
    assert table.loc["measured", "ore_t"] == 1000.0
    assert table.loc["measured+indicated", "Cu_pct"] == pytest.approx(0.4)
    assert table.loc["measured+indicated", "Cu_t"] == pytest.approx(8.0)
    assert table.loc["inferred", "Cu_t_p10"] == pytest.approx(7.0, rel=1e-6)
    assert "total" not in " ".join(table.index)  # inferred is never added
    curve = grade_tonnage(kriged, simulated, tonnes, classes >= 1, [0.0, 0.4])
    assert curve[curve["model"] == "kriged"]["ore_t"].tolist() == [4000.0, 2000.0]
    assert cutoff_grade(10.0, 10_000.0, 0.9, 1.0) == pytest.approx(100 * 10 / 9000)
    with pytest.raises(LodewayError, match="net price"):
        cutoff_grade(10.0, 100.0, 0.9, 1.0, 200.0)
    assert rounded(477_123.0, 3) == "477,000"


def test_quality_control_by_hand():
    assert blanks([0.0, 0.5], 0.01)["verdict"].tolist() == ["pass", "fail"]
    z = [0.0, 2.5, 0.1, 2.5, 2.6, -3.5, -2.2]
    table = standards(1.0 + 0.1 * np.array(z), 1.0, 0.1)
    assert table["verdict"].tolist() == ["pass", "warning", "pass", "bias", "bias", "fail", "bias"]
    assert standard_chart(table, "S1")[:4] == b"\x89PNG"
    a = np.array([1.0, 2.0, 4.0])
    same = duplicates(a, a)
    assert (same.within_pct, same.precision_pct, same.bias_pct) == (100.0, 0.0, 0.0)
    off = duplicates(a, 1.5 * a)
    assert off.verdict == "fail"
    assert off.bias_pct == pytest.approx(50.0)
    assert off.precision_pct == pytest.approx(100 * 0.5 / np.sqrt(2) / 1.25)
    with pytest.raises(LodewayError):
        duplicates(a, a[:2])


def test_control_command(tmp_path):
    from typer.testing import CliRunner

    from lodeway.cli import door

    (tmp_path / "qc.csv").write_text(
        "kind,name,value,second,certified,deviation,detection_limit\n"
        "sample,,1.2,,,,\nblank,,0.001,,,,0.001\nblank,,0.5,,,,0.001\n"
        "standard,S1,1.0,,1.0,0.05,\nstandard,S1,1.3,,1.0,0.05,\n"
        "pulp duplicate,,1.0,1.02,,,\nfield duplicate,,1.0,1.9,,,\n"
    )
    arguments = ["drillholes", "control", str(tmp_path / "qc.csv"), "--out", str(tmp_path)]
    answer = CliRunner().invoke(door(), [*arguments, "--json"])
    value = json.loads(answer.stdout)
    assert [row["row"] for row in value["failures"]] == [4, 6]
    assert {row["kind"]: row["verdict"] for row in value["summary"]} == {
        "blank": "fail", "standard": "fail", "pulp duplicate": "pass", "field duplicate": "fail",
    }  # fmt: skip
    assert (tmp_path / "standard_S1.png").read_bytes()[:4] == b"\x89PNG"
    assert CliRunner().invoke(door(), arguments).exit_code == 0
    (tmp_path / "qc.csv").write_text("kind,value\nblnk,1\n")
    assert "did you mean blank" in CliRunner().invoke(door(), arguments).exception.sentence()


def context(folder, settings, files, workers=1):
    return StageContext(
        folder, settings, {}, {}, tuple(files), 8, 1, (2026, 2040), date(2026, 11, 1),
        of_workers(workers),
    )  # fmt: skip


@pytest.fixture(scope="module")
def babbitt():
    settings = tomllib.loads((STUDY / "study.toml").read_text())
    settings["resource"] |= {"realisations": 8, "block_m": [120, 120, 30], "depth_m": 300,
                             "points": [1, 1, 1]}  # fmt: skip
    files = sorted(p for p in (STUDY / "data").rglob("*") if p.suffix in (".csv", ".stl"))
    wanted = [p for p in files if p.parent.name == "drillholes" or p.name == "resource.csv"]
    return settings, wanted


@pytest.fixture(scope="module")
def result(babbitt):
    return run(context(STUDY, *babbitt))


def test_stage_hands_over_what_the_table_says(result):
    blocks = result.data["blocks"]
    attrs = blocks.attrs
    assert blocks.sizes["block"] == attrs["count_x"] * attrs["count_y"] * attrs["count_z"]
    assert blocks.sizes["draw"] == attrs["realisations"] == 8
    assert attrs["elements"] == "Cu,Ni"
    assert blocks["Cu_pct"].dtype == np.float32
    rock, grade = blocks["density_t_per_m3"], blocks["Cu_pct_kriged"]
    assert not (np.isfinite(grade) & np.isnan(rock)).any()  # no grade in the air
    assert (np.isfinite(grade) == np.isfinite(blocks["Cu_pct"].isel(draw=0))).all()
    assert ((blocks["class"] > 0) <= np.isfinite(grade)).all()
    assert float(blocks["x"][1] - blocks["x"][0]) == attrs["size_x"]
    air = np.isnan(rock.values.reshape(attrs["count_z"], attrs["count_y"], attrs["count_x"]))
    assert (np.diff(air.astype(int), axis=0) >= 0).all()  # no rock above air
    assert len(result.data["composites"]) == 21408
    assert set(result.data["findings"]["code"]) >= {"shared-collar", "long-interval"}
    both = np.corrcoef(*(np.nan_to_num(blocks[f"{e}_pct"].values[:, 0]) for e in ("Cu", "Ni")))
    assert both[0, 1] > 0.7  # grades that belong together stay together


def test_stage_names_assay_rows_that_exist(result):
    marks = [source.split("#")[1] for _, _, source in result.sources if "assay" in source]
    table = pd.read_csv(STUDY / "data" / "drillholes" / "assay.csv", index_col="SAMPLE")
    assert len(marks) == 25
    assert table.loc[marks, "CU"].notna().any()


def test_draft_says_that_it_is_a_draft(result):
    page = result.files["resource_statement.html"].decode()
    for words in ("Draft for a competent person", "complies with", "to be written by",
                  "never added", "A to B", "GKZ", "UNFC", "Table 1"):  # fmt: skip
        assert words in page
    assert "http" not in page.replace("http-equiv", "")  # one file, no request
    archive = zipfile.ZipFile(io.BytesIO(result.files["resource_statement.docx"]))
    assert "Draft for a competent person" in archive.read("word/document.xml").decode()


def test_same_bytes_for_two_workers(babbitt, result):
    again = run(context(STUDY, *babbitt, workers=2))
    assert again.files == result.files
    assert again.data["blocks"].equals(result.data["blocks"])


def test_a_domain_with_few_composites_is_refused():
    from lodeway.resource.model import Settings, build

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 100, (50, 3)), columns=["x", "y", "z"])
    frame["hole"], frame["Cu"] = "A", 1.0
    settings = Settings((10.0, 10.0, 10.0), 100.0, Rules((50.0, 30.0, 10.0)))
    collars = frame[["x", "y", "z"]].to_numpy()
    with pytest.raises(LodewayError, match="10 or more"):
        build(frame, ["Cu"], collars, settings, lambda points: points[:, 0] < 5.0)


def test_study_without_resource_gets_nothing():
    assert run(context(STUDY, {"study": {}}, [])).data == {}
    assert problems({}, STUDY) == []


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"gradess": 1}, "did you mean grades"),
        ({"block_m": [1, 2]}, "three numbers"),
        ({"depth_m": -1}, "0 or more"),
        ({"length_unit": "yd"}, "m or ft"),
        ({"spacing_m": [10, 20, 30]}, "inferred"),
        ({"density_t_per_m3": "BR-99"}, "BR-99"),
        ({"density_t_per_m3": "BR-02"}, "mass/volume"),
        ({"cutoff": {"cost_usd_per_t": "BR-02"}}, "price_usd_per_t"),
    ],
)
def test_section_is_checked(babbitt, change, match):
    settings = {**babbitt[0], "resource": {**babbitt[0]["resource"], **change}}
    assert match in " ".join(problem.sentence() for problem in problems(settings, STUDY))
