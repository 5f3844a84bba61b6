"""The mine in the chain: a block model in, an annual plan out, money by year after it."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lodeway.chain import STAGES
from lodeway.engine import of_workers
from lodeway.errors import LodewayError, LodewayProblems
from lodeway.mine.check import problems
from lodeway.mine.reblock import reblock
from lodeway.mine.stage import run as run_mine
from lodeway.model import Result, StageContext
from lodeway.study.graph import Stage
from lodeway.study.run import run
from lodeway.study.store import Store

ROOT = Path(__file__).resolve().parents[2]
COUNT, SIZE = (16, 14, 8), (20.0, 20.0, 10.0)

MINE = {
    "project": "hill", "slope_deg": [45.0], "benches": 4, "reblock": [1, 1, 1], "years": 8,
    "net_usd_per_t_metal": {"Cu": "M-1"}, "recovery_pct": {"Cu": "M-2"},
    "mining_usd_per_t_rock": "M-3", "processing_usd_per_t_ore": "M-4", "discount_pct": "M-5",
    "mill_t_per_y": "M-6", "mining_t_per_y": "M-7", "pushbacks": 2, "width_m": 60, "risk_draws": 4,
    "moves": 20_000, "factors": [0.5, 0.75],
}  # fmt: skip
FACTS = """id,subject,quantity,low,mode,high,unit,basis,text,as_of,speaker,source,confidence,note
M-1,hill,net price,,6000,,USD/t,,,2026,test,test,test,
M-2,hill,recovery,,90,,%,,,2026,test,test,test,
M-3,hill,mining,,2.5,,USD/t rock,,,2026,test,test,test,
M-4,hill,milling,,10,,USD/t ore,,,2026,test,test,test,
M-5,hill,rate,,8,,%,,,2026,test,test,test,
M-6,hill,mill,,0.6,,Mt/y,,,2026,test,test,test,
M-7,hill,mine,,2,,Mt/y,,,2026,test,test,test,
"""


def block_model(realisations=3):
    """A hill of ore under a slope of air, with a rich core."""
    rng = np.random.default_rng(11)
    cell = np.arange(int(np.prod(COUNT)))
    x, y, z = cell % COUNT[0], cell // COUNT[0] % COUNT[1], cell // (COUNT[0] * COUNT[1])
    away = np.sqrt((x - 7) ** 2 + (y - 6) ** 2 + (2 * (z - 4)) ** 2)
    grade = np.maximum(1.4 - 0.22 * away, np.nan_to_num(0.0))
    density = np.where(z + x // 8 > 8, np.nan, 2.7)
    kriged = np.where(np.isnan(density) | (grade <= 0), np.nan, grade)
    drawn = kriged[:, None] * rng.lognormal(-0.05, 0.3, (1, realisations))
    return xr.Dataset(
        {
            "density_t_per_m3": ("block", density.astype(np.float32)),
            "Cu_pct_kriged": ("block", kriged.astype(np.float32)),
            "Cu_pct": (("block", "draw"), drawn.astype(np.float32)),
            "class": ("block", np.ones(len(cell), np.int8)),
        },
        attrs={f"{name}_{axis}": value for name, values in
               (("origin", (500.0, 900.0, 100.0)), ("size", SIZE), ("count", COUNT))
               for axis, value in zip("xyz", values, strict=True)} | {"elements": "Cu"},
    )  # fmt: skip


def resource(_context):
    """Stand in for the room that makes block models."""
    return Result(data={"blocks": block_model()}, sources=[("assay", "", "data/assay.csv#1")])


def context(tmp_path, **changes):
    path = tmp_path / "facts.csv"
    path.write_text(FACTS)
    settings = {
        "study": {"crs": "EPSG:32632"}, "facts": {"files": ["facts.csv"]},
        "project": [{"name": "hill", "start_year": 2028, "ramp": [0.5]}],
        "mine": {**MINE, **changes},
    }  # fmt: skip
    return StageContext(
        folder=tmp_path, settings=settings, inputs={"resource": resource(None)},
        keys={"resource": "x"}, files=[path], draws=7, seed=3, years=(2026, 2040),
        as_of=date(2026, 11, 1), engine=of_workers(1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return run_mine(context(tmp_path_factory.mktemp("mine")))


def test_the_plan_keeps_its_capacities_and_closes_mass(done):
    plan, blocks = done.data["plan"], done.data["blocks"]
    ore, waste = plan["ore_t"].values[0], plan["waste_t"].values[0]
    assert (ore[:2] == 0).all()  # nothing before the start year
    assert 0 < ore[2] <= 0.3e6 + 1  # half the mill in the first year
    assert ore.max() <= 0.6e6 + 1
    assert (ore + waste).max() <= 2e6 + 1
    dug = blocks[blocks["period"] >= 0]
    assert dug["mass_t"].sum() == pytest.approx(ore.sum() + waste.sum())
    assert dug[dug["milled"]]["mass_t"].sum() == pytest.approx(ore.sum())
    assert (dug["pushback"] >= 0).all()


def test_tables_for_people_say_the_same(done):
    lines = done.files["mine_plan.csv"].decode().splitlines()
    assert lines[0].startswith("year,ore_t,waste_t,Cu_pct_p10")
    ore = sum(float(line.split(",")[1]) for line in lines[1:])
    assert ore == pytest.approx(done.data["plan"]["ore_t"].values.sum())
    assert set(done.files) == {"mine_plan.csv", "mine_pits.csv", "mine_summary.csv"}


def test_draws_take_turns_through_the_realisations(done):
    heads = done.data["plan"]["head_pct"].values[0, 0]
    assert heads.shape == (15, 7)
    assert (heads[:, 0] == heads[:, 3]).all()
    assert not np.allclose(heads[2], heads[2, 0])


def test_pits_are_nested_and_the_best_stands_at_one(done):
    pits = done.data["pits"]
    assert pits["blocks"].is_monotonic_increasing
    assert pits["value_usd"].idxmax() == len(pits) - 1
    summary = done.data["summary"].set_index("quantity")["value"]
    assert summary["ultimate pit value"] == pytest.approx(pits["value_usd"].iloc[-1])
    assert 0 <= summary["schedule npv at planning prices"] <= summary["schedule bound"]
    assert summary["ultimate pit value"] <= summary["ultimate pit bound"]
    assert summary["risk pit value P10"] <= summary["risk pit value P90"]


def test_sources_name_every_fact_of_the_plan(done):
    rows = {source for what, item, source in done.sources if what == "plan" and item == "hill"}
    assert rows == {f"facts.csv#M-{n}" for n in range(1, 8)}


def test_a_stockpile_is_told_and_changes_nothing_else(done, tmp_path):
    here = context(tmp_path, reclaim_usd_per_t_ore="M-3")
    assert problems(here.settings, tmp_path) == []
    kept = run_mine(here)
    for name in ("mine_plan.csv", "mine_pits.csv"):
        assert kept.files[name] == done.files[name]
    plain = done.files["mine_summary.csv"].splitlines()
    more = kept.files["mine_summary.csv"].splitlines()
    assert set(plain) < set(more)
    assert [line.split(b",")[0] for line in more if line not in plain] == [
        b"stockpile gain at planning prices", b"largest stockpile",
        b"ore taken back from the stockpile",
    ]  # fmt: skip
    assert kept.data["summary"].set_index("quantity")["value"]["largest stockpile"] >= 0


def test_a_forbidden_area_stays(tmp_path):
    import geopandas
    import shapely

    areas = geopandas.GeoDataFrame(geometry=[shapely.box(500, 900, 640, 1200)], crs="EPSG:32632")
    here = context(tmp_path)
    areas.to_crs("EPSG:4326").to_file(tmp_path / "village.geojson")
    kept = StageContext(**{**vars(here), "files": [*here.files, tmp_path / "village.geojson"]})
    blocks = run_mine(kept).data["blocks"]
    inside = blocks[(blocks["x"] < 639) & (blocks["period"] >= 0)]
    assert len(inside) == 0
    assert (blocks["period"] >= 0).any()


def test_reblocking_keeps_tonnes_and_metal():
    model = block_model()
    fine, coarse = (reblock(model, by, ["Cu"]) for by in ((1, 1, 1), (3, 2, 3)))
    assert coarse.mass_t.sum() == pytest.approx(fine.mass_t.sum())
    for one, two in ((fine.kriged_pct, coarse.kriged_pct), (fine.drawn_pct, coarse.drawn_pct)):
        assert fine.mass_t @ one["Cu"] == pytest.approx(coarse.mass_t @ two["Cu"])
    assert coarse.cell_m == (60.0, 40.0, 30.0)
    with pytest.raises(LodewayError, match="block model"):
        reblock(model, (1, 1, 1), ["Au"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"project": "hil"}, "did you mean hill"),
        ({"slope_deg": [95]}, "5 to 89"),
        ({"benchs": 4}, "did you mean benches"),
        ({"mill_t_per_y": "M-1"}, "mill_t_per_y"),
        ({"mill_t_per_y": "M-66"}, "M-66"),
        ({"reclaim_usd_per_t_ore": "M-2"}, "reclaim_usd_per_t_ore"),
        ({"years": "many"}, "a number"),
        ({"net_usd_per_t_metal": {"Cu": "M-2"}}, "net_usd_per_t_metal.Cu"),
    ],
)
def test_bad_sections_are_told(tmp_path, changes, says):
    here = context(tmp_path, **changes)
    found = problems(here.settings, tmp_path)
    assert any(says in str(problem) for problem in found), found


def test_a_section_that_lacks_a_key_is_told(tmp_path):
    here = context(tmp_path)
    settings = {**here.settings, "mine": {"project": "hill"}}
    assert len(problems(settings, tmp_path)) == 10


def study(tmp_path, text_of):
    folder = tmp_path / "tiny"
    shutil.copytree(
        ROOT / "studies" / "tiny", folder, ignore=shutil.ignore_patterns(".lodeway", "out")
    )
    (folder / "data" / "facts" / "mine.csv").write_text(FACTS)
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(text_of(text))
    return folder


def planned(text):
    """The small study with a plan of the mine instead of a rate and a life."""
    toml = "\n".join(
        f"{key} = {{ {', '.join(f'{k} = {v!r}' for k, v in value.items())} }}"
        if isinstance(value, dict) else f"{key} = {value!r}"
        for key, value in MINE.items()
    )  # fmt: skip
    text = text.replace('life_y     = "TY-09"\n', "").replace('ore_t_per_y = "TY-01"\n', "")
    text = text.replace('head_pct = { Cu = "TY-02", Au = "TY-06" }', 'head_pct = { Au = "TY-06" }')
    text = text.replace("[project.cost]\n", '[project.cost]\nopex_usd_per_t_rock = "M-3"\n')
    return f"{text}\n[mine]\n{toml}\n".replace("'", '"')


def chain():
    own = Stage("resource", 1, "lodeway.resource.stage:run", only_with="mine")
    return [own, *(stage for stage in STAGES if stage.name != "resource")]


def test_money_follows_the_plan_year_by_year(tmp_path, monkeypatch):
    monkeypatch.setattr("lodeway.study.run._function", _function)
    folder = study(tmp_path, planned)
    outcome = run(chain(), folder)
    assert outcome.ran[:3] == ("resource", "registry", "mine") or "mine" in outcome.ran
    store = Store(folder)
    tables = {name: store.load(outcome.keys[name]).data for name in ("mine", "economics")}
    plan, cash = tables["mine"]["plan"], tables["economics"]["cashflow"]
    revenue = cash["revenue_usd"].sel(project="hill", state="today").values
    working = plan["ore_t"].values[0] > 0
    assert (revenue[~working] == 0).all()
    assert (revenue[working] > 0).all()
    assert np.isfinite(cash["npv_usd"].values).all()


def _function(stage):
    from importlib import import_module

    if stage.name == "resource":
        return resource
    module, name = stage.function.split(":")
    return getattr(import_module(module), name)


def test_a_rate_beside_a_plan_is_told(tmp_path):
    def both(text):
        return planned(text).replace(
            "[project.process]\n", '[project.process]\nore_t_per_y = "TY-01"\n'
        )

    with pytest.raises(LodewayProblems, match="a rate beside"):
        run(chain(), study(tmp_path, both))


def test_a_cost_of_rock_without_a_plan_is_told(tmp_path):
    def rock(text):
        return text.replace("[project.cost]\n", '[project.cost]\nopex_usd_per_t_rock = "M-3"\n')

    with pytest.raises(LodewayError, match="opex_usd_per_t_rock"):
        run(chain(), study(tmp_path, rock))


def test_the_study_from_assays_to_a_market_is_sound():
    from lodeway.study.check import problems as study_problems

    assert study_problems(STAGES, ROOT / "studies" / "babbitt") == []
