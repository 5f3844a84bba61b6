"""A small invented network: three countries, a gate by road, one by rail, a strait by sea."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lodeway.engine import Serial
from lodeway.model import Result, StageContext

NODES = """node,lon,lat,mode,country,control,place
1,10.00,40.00,place,AAA,,Mine
2,10.01,40.00,road,AAA,,
3,10.50,40.00,road,AAA,,
4,10.60,40.00,road,BBB,,
5,11.00,40.00,road,BBB,,
6,11.01,40.00,place,BBB,,Port
7,10.00,40.30,road,AAA,,
8,10.60,40.30,road,BBB,,
9,10.01,39.99,rail,AAA,,
10,11.00,39.99,rail,BBB,,
11,11.02,40.01,sea,,,
12,12.00,40.50,sea,,,
13,12.01,40.50,place,CCC,,Plant
14,10.505,39.995,place,AAA,,Hub
"""
LINKS = """link,from,to,mode,length_km,countries,border,gate,gauge_mm,status,from_year,capacity_mt,surface,source,note
0,1,2,access_road,1,AAA,,,,open,,,,connector,
1,2,3,road,50,AAA,,,,open,,,,osm,
2,3,4,road,10,AAA|BBB,AAA-BBB,East,,closed,,,,osm,
3,4,5,road,40,BBB,,,,open,,,,osm,
4,5,6,access_road,1,BBB,,,,open,,,,connector,
5,2,7,road,40,AAA,,,,open,,,,osm,
6,7,8,road,60,AAA|BBB,AAA-BBB,North,,open,,,,osm,
7,8,4,road,40,BBB,,,,open,,,,osm,
8,1,9,access_rail,1.5,AAA,,,,open,,,,connector,
9,9,10,rail,95,AAA|BBB,AAA-BBB,East_rail,,planned,2030,2,,manual:New railway west-east,
10,10,6,access_rail,1.5,BBB,,,,open,,,,connector,
11,6,11,access_sea,2,BBB,,,,open,,,,connector,
12,11,12,sea,120,,,,,open,,,,marnet,
13,12,13,access_sea,1,CCC,,,,open,,,,connector,
14,14,3,access_road,1,AAA,,,,open,,,,connector,
"""  # noqa: E501
PLACES = """place,kind,lon,lat,country,modes,other,product,intake_t_per_year,note
Mine,mine,10.00,40.00,AAA,road|rail,,,,
Port,port,11.01,40.00,BBB,road|rail|sea,,,,
Plant,plant,12.01,40.50,CCC,sea,,,,
Hub,hub,10.505,39.995,AAA,road,,,,
"""
GATES = """gate,name,pair,mode,lon,lat,freight_status,delay_low_h,delay_mode_h,delay_high_h,fee_low_usd_20t,fee_mode_usd_20t,fee_high_usd_20t,gauge_change
East,East gate,AAA-BBB,road,10.55,40.00,closed,2,6,16,80,200,360,
North,North gate,BBB-AAA,road,10.3,40.3,open,2,6,40,80,200,360,
East_rail,East gate by rail,AAA-BBB,rail,10.5,39.99,planned,12,24,48,180,210,260,1520/1435
"""  # noqa: E501
CAPACITIES = """capacity,kind,item,mt_per_y,used_mt_per_y,source,confidence
cap-port,place,Port,0.5,0.45,test,assumption
cap-north,gate,North,3,1,test,assumption
"""


def write(folder, **tables):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    """The sound network, as files that a test may spoil."""
    return write(
        tmp_path / "net", nodes=NODES, links=LINKS, places=PLACES, gates=GATES,
        capacities=CAPACITIES,
    )  # fmt: skip


@pytest.fixture
def edit(folder):
    """Return a function that replaces text in one of the network's tables."""

    def change(table, old, new):
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        path.write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return change


def context(folder, draws=32, engine=None, scenarios=None, **project):
    """A tiny study: one mine, two sales, one plant beyond the sea and the port itself."""
    import xarray as xr

    sales = ["mine:zinc", "mine:lead"]
    lanes = ["mine:zinc>plant", "mine:zinc>port", "mine:lead>plant"]
    shape = (len(sales), draws)
    value = 1000 + 1000 * np.arange(2 * draws, dtype=float).reshape(shape) / draws
    streams = xr.Dataset(
        {
            "product_t_per_y": (("sale", "draw"), np.full(shape, 90_000.0)),
            "wet_t_per_y": (("sale", "draw"), np.full(shape, 100_000.0)),
        },
        coords={"sale": sales},
    )
    goods = xr.Dataset(
        {"goods_usd_per_t": (("sale", "draw"), value)}, coords={"sale": sales, "lane": lanes}
    )
    settings = {
        "corridors": {"network": folder.name, "modes": ["road", "rail", "sea"]},
        "project": [{"name": "mine", "place": "Mine", **project}],
        "market": [{"name": "plant", "place": "Plant"}, {"name": "port", "place": "Port"}],
        "scenario": scenarios or SCENARIOS,
        "report": {},
    }
    return StageContext(
        folder=folder.parent,
        settings=settings,
        inputs={"processing": Result({"streams": streams}), "sales": Result({"sales": goods})},
        keys={},
        files=[],
        draws=draws,
        seed=7,
        years=(2026, 2040),
        as_of=date(2026, 11, 1),
        engine=engine or Serial(),
    )


SCENARIOS = [
    {"name": "today"},
    {
        "name": "east",
        "change": [
            {"kind": "gate", "id": "East", "status": "open", "from": 2028},
            {"kind": "link", "id": "New railway*", "include": "planned", "from": 2030},
        ],
    },
]


@pytest.fixture
def make_context():
    """Return the function that builds a tiny study around a network folder."""
    return context
