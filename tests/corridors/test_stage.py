"""The stage: what it hands over, and that workers do not change a byte."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from lodeway.corridors.capacity import bottleneck, holds
from lodeway.corridors.check import problems
from lodeway.corridors.network import read_network
from lodeway.corridors.rates import Adjustment
from lodeway.corridors.stage import run
from lodeway.engine import of_workers
from lodeway.errors import LodewayError


def test_tables_have_the_promised_shape(folder, make_context):
    result = run(make_context(folder, 16))
    freight = result.data["freight"]
    assert freight["usd_per_wet_t"].dims == ("lane", "state", "component", "draw")
    assert freight.sizes == {"lane": 3, "state": 4, "component": 12, "draw": 16}
    assert freight["state"].to_numpy().tolist() == ["today", "east[0]", "east[1]", "east"]
    assert freight["fits"].dtype == bool
    states = result.data["states"]
    assert states["positions"].tolist() == ["", "0", "1", "0+1"]
    assert states["report_year"].tolist() == [2026, 2030, 2030, 2030]
    assert list(result.data["lines"].columns) == ["what", "status", "note", "geometry"]
    assert result.data["routes"].crs.to_epsg() == 4326
    assert set(result.data["gates"]["status"]) == {"open", "closed", "planned"}
    assert ("freight", "mine:zinc>plant", "net/gates.csv#North") in result.sources
    assert ("freight", "", "package:corridors/default_rates.csv#default-haul-road") in set(
        result.sources
    )


def test_components_sum_to_what_the_chooser_saw_when_delays_are_known(folder, edit, make_context):
    """With gates that always take the same time, realised and expected cost are one number."""
    edit("gates", "closed,2,6,16", "closed,6,6,6")
    edit("gates", "open,2,6,40", "open,6,6,6")
    edit("gates", "planned,12,24,48", "planned,24,24,24")
    from lodeway.corridors import freight

    seen = []
    whole = freight.run_sweep

    def spy(*args):
        found = whole(*args)
        seen.append(found[0].total)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freight, "run_sweep", spy)
        table = run(make_context(folder, 16)).data["freight"]["usd_per_wet_t"].sum("component")
    zinc = table.isel(state=0, lane=[0, 1]).transpose("draw", "lane").to_numpy()
    np.testing.assert_allclose(zinc, seen[0], rtol=1e-12)


def test_legs_of_the_route_are_told_in_order(folder, make_context):
    legs = run(make_context(folder, 8)).data["legs"]
    first = legs[(legs.lane == "mine:zinc>plant") & (legs.state == "today")]
    assert first["mode"].tolist() == ["road", "sea"]
    assert first["from"].tolist() == ["Mine", "Port"]
    assert first["km"].sum() == pytest.approx(182 + 123)


def test_the_sale_point_splits_the_freight_and_does_not_bend_the_road(folder, make_context):
    plain = run(make_context(folder, 8)).data["freight"]
    result = run(make_context(folder, 8, sale={"point": "Hub"}))
    freight = result.data["freight"]
    assert (plain["to_point_usd_per_wet_t"] == 0).all()
    total = freight["usd_per_wet_t"].sum("component")
    assert (freight["to_point_usd_per_wet_t"] > 0).all()
    assert (freight["to_point_usd_per_wet_t"] < total).all()
    km = freight["km"].sel(state="today", lane="mine:zinc>port")
    np.testing.assert_array_equal(km, plain["km"].sel(state="today", lane="mine:zinc>port"))


def test_workers_do_not_change_a_byte(folder, make_context):
    def digest(workers):
        result = run(make_context(folder, 8, engine=of_workers(workers)))
        text = hashlib.sha256()
        for name, table in sorted(result.data.items()):
            if name == "freight":
                for variable in sorted(table.variables):
                    text.update(np.ascontiguousarray(table[variable].astype(str)).tobytes())
            else:
                text.update(table.to_csv().encode())
        return text.hexdigest(), result.sources

    assert digest(1) == digest(2)


def test_draws_keep_their_worlds_when_more_are_asked_for(folder, make_context):
    few = run(make_context(folder, 8)).data["freight"]["usd_per_wet_t"]
    many = run(make_context(folder, 16)).data["freight"]["usd_per_wet_t"]
    roads = few.sel(component="haul road", lane="mine:zinc>port", state="today")
    same = many.sel(component="haul road", lane="mine:zinc>port", state="today")
    np.testing.assert_array_equal(roads, same[:8])


def test_a_project_without_any_market_is_refused(folder, edit, make_context):
    edit("links", "7,8,road,60,AAA|BBB,AAA-BBB,North,,open", "7,8,road,60,AAA|BBB,AAA-BBB,North,,"
         "closed")  # fmt: skip
    with pytest.raises(LodewayError, match="project mine") as caught:
        run(make_context(folder, 4))
    assert caught.value.code == "no-route"


def test_tonnes_that_do_not_fit_are_said(folder, make_context):
    result = run(make_context(folder, 4))
    freight = result.data["freight"]
    assert not freight["fits"].sel(lane="mine:zinc>port", state="today")
    text = str(freight["bottleneck"].sel(lane="mine:zinc>port", state="today").item())
    assert text == "does not fit: 0.05 Mt/y left at Port"
    rows = result.data["capacity"].set_index(["lane", "state", "item"])
    row = rows.loc[("mine:zinc>port", "today", "North")]
    assert (row.capacity_mt, row.used_mt, row.needed_mt, row.left_mt) == (3, 1, 0.1, 2)
    assert ("mine:zinc>port", "east", "East") not in rows.index


def test_a_capacity_change_lets_tonnes_pass(folder):
    network = read_network(folder)
    node = network.nodes.place["Port"]
    tight = holds(network, set(), {node}, 0.1, {})
    wide = holds(network, set(), {node}, 0.1, {"cap-port": Adjustment(2.0, 0.0)})
    assert bottleneck(network, tight).startswith("does not fit: 0.05 Mt/y left")
    assert bottleneck(network, wide) == ""
    link = holds(network, {network.links.position["9"]}, set(), 2.5, {})
    assert bottleneck(network, link) == "does not fit: 2 Mt/y left at New railway west-east"


def test_check_tells_every_problem(folder):
    study = {
        "corridors": {"network": folder.name, "modes": ["road", "rial"]},
        "project": [{"place": "Mien", "sale": {"point": "Hub", "pass_through": [0.2, 1.5]}}],
        "market": [{"place": "Plant"}, {"place": "Prot"}],
        "scenario": [
            {"name": "today"},
            {"name": "x", "change": [
                {"kind": "gate", "id": ["East", "Nrth"]}, {"kind": "gaet", "id": "East"},
                {"kind": "capacity", "id": "cap-prt", "factor": -1, "from": 2030, "to": 2028},
                {"kind": "rate", "id": "default-haul-rod"},
            ]},
        ],
    }  # fmt: skip
    found = problems(study, folder.parent)
    assert [problem.got for problem in found] == [
        "'rial'", "[0.2, 1.5]", "'Mien'", "'Prot'", "'Nrth'", "'gaet'", "'cap-prt'", "-1",
        "2028", "'default-haul-rod'",
    ]  # fmt: skip
    (folder / "links.csv").unlink()
    assert any(problem.code == "missing" for problem in problems(study, folder.parent))
    assert problems({"corridors": {"network": "nowhere"}}, folder.parent)[0].code == "missing"


def test_check_opens_without_heavy_libraries():
    import subprocess
    import sys

    code = (
        "import sys, lodeway.corridors.check, lodeway.cli.route; "
        "print([m for m in ('numpy', 'pandas', 'numba', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
