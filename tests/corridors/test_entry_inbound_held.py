"""Permits and guarantees, reagents that come in, and quotes that widen what is drawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from lodeway.corridors.check import problems
from lodeway.corridors.held import stretched
from lodeway.corridors.network import DEFAULT_RATES, read_network
from lodeway.corridors.records import Range
from lodeway.corridors.route import find_route
from lodeway.corridors.stage import run
from lodeway.engine import of_workers
from lodeway.errors import LodewayError

PERMIT = "permit,permit,road,,USD/truck,210,210,210,permit,2026,test,assumption\n"
SHARE = "bond,guarantee,road,,fraction,0.01,0.01,0.01,guarantee,2026,test,assumption\n"
BOND = "bond,guarantee,road,,USD/truck,42,42,42,guarantee,2026,test,assumption\n"
QUOTES = (
    "quote,from,to,mode,unit,low_usd,high_usd,low_days,high_days,date,note,source\n"
    "a,Mine,Port,truck,truck,2100,2100,,,2025,,x\n"
    "b,Mine,Nowhere,truck,truck,400,400,,,2025,,x\n"
)
FACTS = (
    "id,subject,quantity,low,mode,high,unit,basis,text,as_of,speaker,source,confidence,note\n"
    "IN-1,mine,lime a tonne of product,0.5,0.5,0.5,t/t,,,2026,test,test,assumption,\n"
)


def with_rates(folder, *rows):
    (folder / "rates.csv").write_text(DEFAULT_RATES.read_text(encoding="utf-8") + "".join(rows))
    return folder


def test_a_permit_and_a_guarantee_are_paid_once_a_country(folder):
    before = find_route(read_network(folder), "Mine", "Port", by="cost", usd_per_t=1000.0)
    assert not {"permits", "guarantees", "inbound"} & set(before.components)
    network = read_network(with_rates(folder, PERMIT, SHARE))
    after = find_route(network, "Mine", "Port", by="cost", usd_per_t=1000.0)
    assert after.components["permits"] == pytest.approx(10.0)  # 210 USD / 21 t, one border
    assert after.components["guarantees"] == pytest.approx(10.0)  # 1 % of 1,000 USD/t
    assert after.cost_usd_per_t == pytest.approx(before.cost_usd_per_t + 20.0)
    network = read_network(with_rates(folder, BOND))
    bond = find_route(network, "Mine", "Port", by="cost", usd_per_t=1000.0)
    assert bond.components["guarantees"] == pytest.approx(2.0)  # 42 USD / 21 t
    assert "permits" not in bond.components


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((PERMIT.replace(",permit,2026", ",permit|border_fee,2026"),), "double-count"),
        ((PERMIT, BOND.replace(",guarantee,2026", ",permit,2026")), "double-count"),
        ((SHARE, BOND.replace("bond,", "second,", 1)), "double-count"),
        ((PERMIT.replace("road,,", "road,AAA,"),), "bad-network"),
        ((PERMIT.replace("road,,", ",,"),), "missing"),
        ((PERMIT.replace("USD/truck", "USD/wagon"),), "bad-unit"),
        ((PERMIT.replace("210,210,210", "210,100,210"),), "bad-network"),
    ],
)
def test_what_overlaps_or_cannot_be_read_is_refused(folder, rows, code):
    with pytest.raises(LodewayError) as caught:
        find_route(read_network(with_rates(folder, *rows)), "Mine", "Port", by="cost")
    assert caught.value.code == code


def test_a_haul_rate_that_holds_permits_already_is_an_overlap(folder):
    text = with_rates(folder, PERMIT).joinpath("rates.csv").read_text()
    (folder / "rates.csv").write_text(text.replace("0.1135,haul|backhaul", "0.1135,haul|permit", 1))
    with pytest.raises(LodewayError, match="permit in both"):
        find_route(read_network(folder), "Mine", "Port", by="cost")


def full(make_context, folder, engine=None, draws=16, scenarios=None, place="Hub"):
    """Return a context with everything that is optional."""
    with_rates(folder, PERMIT, SHARE)
    (folder / "quotes.csv").write_text(QUOTES)
    (folder.parent / "facts.csv").write_text(FACTS)
    found = make_context(folder, draws, engine, scenarios,
                         inbound={"place": place, "t_per_t": "IN-1"})  # fmt: skip
    found.settings["corridors"]["quotes"] = f"{folder.name}/quotes.csv"
    found.settings["facts"] = {"files": ["facts.csv"]}
    return replace(found, files=[folder.parent / "facts.csv", folder / "quotes.csv"])


def test_the_stage_keeps_them_apart(folder, make_context):
    result = run(full(make_context, folder))
    usd = result.data["freight"]["usd_per_wet_t"].sel(lane="mine:zinc>port", state="today")
    np.testing.assert_allclose(usd.sel(component="permits"), 10.0)
    value = 0.9 * (1000 + 1000 * np.arange(16) / 16)  # the goods of a wet tonne
    np.testing.assert_allclose(usd.sel(component="guarantees"), 0.01 * value)
    # 0.5 t a dry tonne, 0.9 of a wet one is dry; 52 km beside the 182 km of the way out
    back = 0.5 * 0.9 * usd.sel(component="haul road") * 52 / 182
    np.testing.assert_allclose(usd.sel(component="inbound"), back)
    assert ("freight", "mine", "facts.csv#IN-1") in result.sources
    lanes = result.data["freight"]["lane"].to_numpy().tolist()
    assert lanes == ["mine:zinc>plant", "mine:zinc>port", "mine:lead>plant"]
    assert set(result.data["legs"]["lane"]) == set(lanes)


def test_what_comes_in_is_the_sellers_and_known_when_choosing(folder, make_context):
    plain = full(make_context, folder)
    plain.settings["project"][0].pop("inbound")
    before, after = run(plain).data["freight"], run(full(make_context, folder)).data["freight"]
    inbound = after["usd_per_wet_t"].sel(component="inbound")
    for name in ("known_usd_per_wet_t", "to_point_usd_per_wet_t"):
        np.testing.assert_allclose(after[name], before[name] + inbound)
    gain = after["through_usd_per_wet_t"] - after["known_usd_per_wet_t"].sel(state="today")
    same = before["through_usd_per_wet_t"] - before["known_usd_per_wet_t"].sel(state="today")
    np.testing.assert_allclose(gain, same, atol=1e-9)


def test_a_place_from_which_nothing_comes_is_refused(folder, make_context):
    found = full(make_context, folder, place="Plant")
    found.settings["corridors"]["modes"] = ["road", "sea"]
    run(found)  # by sea and road
    text, way = (folder / "links.csv").read_text(), "14,14,3,access_road,1,AAA,,,,"
    assert text.count(f"{way}open") == 1
    (folder / "links.csv").write_text(text.replace(f"{way}open", f"{way}closed"))
    with pytest.raises(LodewayError, match="inbound") as caught:
        run(full(make_context, folder))
    assert caught.value.code == "no-route"
    study = {
        "corridors": {"network": folder.name},
        "project": [{"place": "Mine", "inbound": {"place": "Hbu", "t_per_t": "IN-1"}}],
    }
    assert [problem.got for problem in problems(study, folder.parent)] == ["'Hbu'"]


def test_the_misfit_stretches_a_rate_about_its_mode(folder):
    rate = next(r for r in read_network(folder).rates if r.id == "default-haul-road")
    wide, factor = stretched(replace(rate, value=Range(1.0, 2.0, 4.0)), 0.5)
    assert factor == pytest.approx(np.exp(0.5 * np.sqrt(6.0)) / 2.0)  # 3.4030 / sqrt(4 / 1)
    assert (wide.value.low, wide.value.mode, wide.value.high) == pytest.approx(
        (1.0 / factor, 2.0, 4.0 * factor)
    )
    for kept, spread in ((Range(1.0, 2.0, 4.0), 0.1), (Range(0.0, 0.0, 0.0), 0.5),
                         (Range(1.0, 2.0, 4.0), float("nan"))):  # fmt: skip
        assert stretched(replace(rate, value=kept), spread)[0].value == kept


def test_the_stage_holds_its_rates_against_quotes(folder, make_context):
    result = run(full(make_context, folder, draws=64))
    rows = result.data["quotes"].set_index("quote")
    ours, theirs = rows.loc["a", "ours_usd_per_t"], rows.loc["a", "theirs_usd_per_t"]
    assert theirs == 100.0  # 2,100 USD for 21 t
    # by hand: 182 km at 0.0737, a fee of 200 USD a 20 t, a permit of 210 USD a truck
    assert ours == pytest.approx(182 * 0.0737 + 200 / 20 + 210 / 21)
    assert rows.loc["a", "verdict"] == "miss"
    assert rows.loc["b", "verdict"] == "not compared"
    assert rows.loc["b", "note"] == "an end outside the network"
    factor = np.exp(abs(np.log(ours / theirs)) * np.sqrt(6)) / np.sqrt(0.1135 / 0.0415)
    wide = result.data["widened"].set_index("rate").loc["default-haul-road"]
    assert wide["factor"] == pytest.approx(factor)
    assert wide["drawn_high"] == pytest.approx(0.1135 * factor)
    one = {"lane": "mine:zinc>port", "state": "today", "component": "haul road"}
    drawn = result.data["freight"]["usd_per_wet_t"].sel(one) / 182
    assert drawn.max() > 0.1135
    assert ("freight", "", f"{folder.name}/quotes.csv#a") in result.sources
    assert ("freight", "", f"{folder.name}/quotes.csv#b") not in result.sources


def test_a_clone_is_still_worth_nothing(folder, make_context):
    with (folder / "links.csv").open("a") as file:
        file.write("15,7,8,road,60,AAA|BBB,AAA-BBB,North,,planned,,,,manual:A copy,\n")
    change = {"kind": "link", "id": "A copy*", "include": "planned"}
    copy = [{"name": "today"}, {"name": "copy", "change": [change]}]
    freight = run(full(make_context, folder, scenarios=copy)).data["freight"]
    for name in ("usd_per_wet_t", "known_usd_per_wet_t"):
        one, two = (freight[name].sel(state=state) for state in ("today", "copy"))
        np.testing.assert_allclose(one, two, atol=1e-9, rtol=0)
    through = freight["through_usd_per_wet_t"].sel(state="copy")
    base = freight["known_usd_per_wet_t"].sel(state="today")
    np.testing.assert_allclose(through, base, atol=1e-9, rtol=0)


def test_workers_do_not_change_a_byte_of_it(folder, make_context):
    def digest(workers):
        result = run(full(make_context, folder, of_workers(workers)))
        text = hashlib.sha256()
        for name, table in sorted(result.data.items()):
            if name == "freight":
                for variable in sorted(table.variables):
                    text.update(np.ascontiguousarray(table[variable].astype(str)).tobytes())
            else:
                text.update(table.to_csv().encode())
        return text.hexdigest(), result.sources

    assert digest(1) == digest(2)
