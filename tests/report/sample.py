# ruff: noqa: E501
"""A made-up study that looks like a real one; no number in it is a fact."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from shapely import LineString, Point

from lodeway.model.stage import Result, StageContext

DISPUTED = Path(__file__).parents[2] / "studies/lesser-caucasus/data/map/disputed.geojson"
DRAWS = 64
LANES = [
    "demirli:copper-concentrate>pirdop", "demirli:copper-concentrate>china-east",
    "dashkasan:hbi>iskenderun", "gedabek:dore>istanbul", "filizchay:zinc-concentrate>pirdop-zinc",
    "filizchay:lead-concentrate>china-lead",
]  # fmt: skip
SALES = list(dict.fromkeys(lane.split(">")[0] for lane in LANES))
STATES = ["today", "armenia-open", "armenia-open[0]", "zangezur"]
FULL = ["today", "armenia-open", "zangezur"]


class Serial:
    def map(self, function, items):
        return [function(item) for item in items]


def netback() -> xr.Dataset:
    rng = np.random.default_rng(1)
    level = np.array([1900, 1850, 310, 5.2e6, 620, 900.0])
    freight0 = np.array([95, 130, 48, 900, 88, 120.0])
    gain = np.array([[0, 0, 0, 0], [9, 6, 7, 20], [4, 3, 3, 9], [3, 16, 12, 30]])
    base = level[:, None] * (1 + 0.12 * rng.standard_normal((6, DRAWS)))
    fr = np.empty((6, 4, DRAWS))
    for s in range(4):
        cut = np.array(
            [gain[s][0], gain[s][1], gain[s][2], gain[s][3], gain[s][0] * 1.3, gain[s][1]]
        )
        fr[:, s] = freight0[:, None] * (1 + 0.2 * rng.random((6, DRAWS))) * 0 + freight0[:, None]
        fr[:, s] -= cut[:, None] * (0.3 + 1.4 * np.random.default_rng(2).random((6, DRAWS)))
    nb = base[:, None] - fr
    first = [LANES.index(next(x for x in LANES if x.startswith(sale))) for sale in SALES]
    lanes = np.array([[LANES[i]] * 4 for i in first])
    best = nb[first]
    return xr.Dataset(
        {
            "netback_usd_per_t": (("lane", "state", "draw"), nb),
            "freight_usd_per_t": (("lane", "state", "draw"), fr),
            "delivered_usd_per_t": (("lane", "draw"), base),
            "best_usd_per_t": (("sale", "state", "draw"), best),
            "mine_gate_usd_per_t": (("sale", "state", "draw"), best * 0.97),
            "chosen_lane": (("sale", "state"), lanes),
            "p_used": (("sale", "state"), np.full((len(SALES), 4), 0.8)),
        },
        {"lane": LANES, "state": STATES, "sale": SALES},
    )


def ladder() -> pd.DataFrame:
    rows = []
    for lane in LANES:
        for state in STATES:
            for table in ("delivered", "mine gate"):
                for step, (line, value, kind) in enumerate(
                    [("Payable copper", 2100, "value"), ("Treatment charge", -21, "cost"),
                     ("Freight, rail", -42.3, "cost"), ("Border fees", -6.2, "cost"),
                     ("Net-back", 1930, "total")]):  # fmt: skip
                    rows.append({"sale": lane.split(">")[0], "lane": lane, "state": state,
                                 "table": table, "step": step, "line": line, "p10": value * 0.9,
                                 "p50": value, "p90": value * 1.1, "unit": "USD/t",
                                 "kind": kind})  # fmt: skip
    return pd.DataFrame(rows)


def value() -> pd.DataFrame:
    rows = []
    for scenario in FULL[1:]:
        for sale in SALES:
            for what, mid in (("saving", 7), ("response_low", 2), ("response_high", 6),
                              ("toll_breakeven", 11), ("shapley", 4), ("alone", 3)):  # fmt: skip
                rows.append({"scenario": scenario, "project": sale.split(":")[0], "sale": sale,
                             "what": what, "change": "Margara opens" if what in ("shapley", "alone")
                             else "", "year": 2028, "p10": mid * 0.3, "p50": mid, "p90": mid * 1.7,
                             "unit": "USD/t", "p_used": 0.82, "tonnes_per_y": 2.0e6,
                             "fits": sale != "dashkasan:hbi", "note": ""})  # fmt: skip
    return pd.DataFrame(rows)


def cashflow() -> xr.Dataset:
    rng = np.random.default_rng(3)
    years = np.arange(2026, 2046)
    projects = ["demirli", "dashkasan", "gedabek"]
    size = np.array([3e7, 4e8, 8e6])[:, None, None, None]
    shape = np.clip((years - 2027) / 3, 0, 1)[None, None, :, None]
    noise = 1 + 0.25 * rng.standard_normal((3, 4, 20, DRAWS))
    rev = size * shape * noise
    capex = size * 1.6 * (years < 2028)[None, None, :, None]
    dims = ("project", "state", "year", "draw")
    data = {"revenue_usd": rev, "opex_usd": rev * 0.5, "capex_usd": capex + rev * 0,
            "taxes_usd": rev * 0.1, "shares_usd": rev * 0.05, "dividends_usd": rev * 0,
            "investor_usd": rev * 0.35 - capex}  # fmt: skip
    out = xr.Dataset({k: (dims, v) for k, v in data.items()},
                     {"project": projects, "state": STATES, "year": years})  # fmt: skip
    out["npv_usd"] = out["investor_usd"].sum("year") * 0.3
    out["irr"] = out["npv_usd"] / out["npv_usd"].max() * 0.2
    return out


def ledger() -> pd.DataFrame:
    rows = [
        ("C-001", "Dashkasan", "iron content", None, "<script>alert(1)</script> 40% of 0.25 Gt gives 2 Mt HBI for 200 years", "impossible", "0.25 Gt x 40 % Fe = 100 Mt Fe; 2 Mt/y x 0.92 Fe = 1.84 Mt/y: 54 years, not 200"),
        ("C-002", "Demirli", "output", 15000, "", "plausible", "15,000 t/y x 25 % Cu = 3,750 t Cu/y"),
        ("C-003", "Gyzylbulag", "gold resource", 9.4, "", "impossible", "9.4 t Au in 1.2 Mt ore = 7.8 g/t; printed grade is 1.3 g/t"),
        ("C-004", "Zod", "distance saved", 340, "", "unclear", "No pair of places within error"),
        ("=cmd()", "Filizchay", "ore", 95.0, "", "plausible", ""),
    ]  # fmt: skip
    return pd.DataFrame([
        {"claim_id": a, "subject": b, "property": c, "value": d, "value_text": e, "unit": "t" if d else "",
         "date": "2025-07", "who": "A newspaper", "source": "seed text 4", "verdict": f, "reason": "see",
         "arithmetic": g, "best_reading": "copper concentrate" if f == "impossible" else "",
         "best_value": 12.0 if f == "impossible" else None, "best_unit": "t/y", "source_id": f"claims.csv#{i}"}
        for i, (a, b, c, d, e, f, g) in enumerate(rows)])  # fmt: skip


def registry() -> Result:
    where = {"demirli": (46.73, 40.03, "copper|molybdenum", 15, ""), "dashkasan": (46.08, 40.52, "iron", 3, "USGS"),
             "gedabek": (45.81, 40.57, "gold|copper", 2, "USGS"), "filizchay": (46.45, 41.78, "zinc|lead", 4, "USGS"),
             "zod": (45.97, 40.23, "gold", 6, "approx"), "kajaran": (46.15, 39.15, "copper|molybdenum", 2, "USGS"),
             "zaglik": (46.03, 40.53, "alunite", 2, "USGS"), "teghut": (44.85, 41.1, "copper", 2, "USGS"),
             "madneuli": (44.45, 41.36, "copper|gold", 2, "USGS"), "ordubad": (46.0, 38.95, "copper", 25, "")}  # fmt: skip
    names = list(where)
    frame = gpd.GeoDataFrame(
        {"deposit": [*names, "elbeydash"], "name": [n.title() for n in [*names, "elbeydash"]],
         "aliases": "", "commodities": [*(where[n][2] for n in names), "gold"], "country": "AZE",
         "radius_km": [*(where[n][3] for n in names), 0], "coordinate_source": [*(where[n][4] for n in names), ""]},
        geometry=[*(Point(where[n][:2]) for n in names), Point()], crs=4326)  # fmt: skip
    return Result(
        {"deposits": frame, "ledger": ledger()}, {}, [("coordinates", "demirli", "deposits.csv#3")]
    )


def corridors() -> Result:
    main = LineString(
        [
            (49.85, 40.4),
            (48.9, 39.95),
            (47.1, 40.6),
            (46.3, 40.7),
            (45.0, 41.4),
            (44.8, 41.7),
            (43.6, 42.0),
            (41.65, 41.65),
        ]
    )
    btk = LineString([(44.8, 41.7), (43.5, 41.45), (43.1, 40.6), (41.3, 39.9), (39.0, 39.7)])
    arm = LineString([(46.3, 40.7), (45.1, 40.9), (44.5, 40.2), (43.9, 40.0), (43.1, 40.6)])
    zan = LineString(
        [(48.9, 39.95), (47.0, 39.2), (46.3, 38.9), (45.4, 39.2), (44.5, 39.75), (43.1, 40.6)]
    )
    lines = gpd.GeoDataFrame(
        {"what": ["rail", "rail", "rail", "rail", "sea", "road"], "status": ["open", "open", "closed", "planned", "open", "open"],
         "note": ["", "BTK", "", "TRIPP railway", "", ""]},
        geometry=[main, btk, arm, zan, LineString([(41.65, 41.65), (36, 42.5), (29.1, 41.3)]), LineString([(45.8, 40.57), (46.3, 40.7)])], crs=4326)  # fmt: skip
    starts = {
        "demirli": (46.73, 40.03),
        "dashkasan": (46.08, 40.52),
        "gedabek": (45.81, 40.57),
        "filizchay": (46.45, 41.78),
    }
    rows, shapes = [], []
    for lane in LANES:
        for state in STATES:
            start = starts[lane.split(":")[0]]
            path = [
                (46.3, 40.7),
                (45.0, 41.4),
                (44.8, 41.7),
                (43.6, 42.0),
                (41.65, 41.65),
                (36, 42.5),
                (29.1, 41.3),
            ]
            if state == "armenia-open":
                path = [*arm.coords, (41.3, 39.9), (36.2, 36.6)]
            if state == "zangezur":
                path = [(47.1, 40.6), *list(zan.coords), (41.3, 39.9), (36.2, 36.6)]
            rows.append({"lane": lane, "state": state, "mode": "rail", "share": 0.8})
            shapes.append(LineString([start, *path]))
    routes = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)
    gates = gpd.GeoDataFrame(
        {"gate": ["Red_Bridge", "Margara_Alican", "Ijevan_Gazakh"], "name": ["Red Bridge", "Margara", "Ijevan"],
         "pair": ["AZE-GEO", "ARM-TUR", "ARM-AZE"], "mode": "road", "status": ["open", "closed", "closed"]},
        geometry=[Point(45.07, 41.33), Point(44.2, 40.05), Point(45.2, 41.0)], crs=4326)  # fmt: skip
    states = pd.DataFrame({"state": STATES, "scenario": ["today", "armenia-open", "armenia-open", "zangezur"],
                           "positions": ["", "0+1", "0", "0"], "full": [True, True, False, True], "report_year": [2026, 2028, 2028, 2032]})  # fmt: skip
    capacity = pd.DataFrame([{"lane": LANES[2], "state": "zangezur", "item": "BTK_railway", "kind": "link",
                              "capacity_mt": 5.0, "used_mt": 4.4, "needed_mt": 2.0, "left_mt": 0.6, "fits": False}])  # fmt: skip
    return Result({"lines": lines, "routes": routes, "gates": gates, "states": states, "capacity": capacity}, {},
                  [("rate", "", "rates.csv#2"), ("gate", "Margara_Alican", "gates.csv#9")])  # fmt: skip


def economics() -> Result:
    receipts = pd.DataFrame([{"project": p, "country": "AZE", "instrument": i, "year": y, "p10": 1e6, "p50": 2.2e6, "p90": 4e6}
                             for p in ("demirli", "gedabek") for i in ("taxes", "shares") for y in range(2026, 2036)])  # fmt: skip
    links = pd.DataFrame([{"link": "agdam-spur", "label": "Railway spur to Demirli", "cost_usd_low": 2e8, "cost_usd_mode": 3e8,
                           "cost_usd_high": 5e8, "source_id": "links.csv#4", "rate_pct": 8, "breakeven_mt_per_y_p10": 3.1,
                           "breakeven_mt_per_y_p50": 4.9, "breakeven_mt_per_y_p90": 8.0, "study_mt_per_y": 0.015, "share_filled_p10": 0.002,
                           "share_filled_p50": 0.003, "share_filled_p90": 0.005, "verdict": "does not pay by minerals alone"}])  # fmt: skip
    readings = pd.DataFrame([{"claim": "C-004", "origin": "Zod", "destination": "Kars", "base": "by Georgia", "alternative": "by Armenia",
                              "base_km": 820, "alternative_km": 470, "saved_km": 350, "indistinct": False, "verdict": "fits"}])  # fmt: skip
    summary = pd.DataFrame(
        [
            {
                "claim": "C-004",
                "tried": 24,
                "within_error": 2,
                "indistinct": 5,
                "expected_by_chance": 1.7,
                "verdict": "no better than chance",
            }
        ]
    )
    gains = pd.DataFrame([{"scenario": "armenia-open", "project": "dashkasan", "party": party, "p10": v * 0.5, "p50": v, "p90": v * 1.6, "unit": "USD/y"}
                          for party, v in (("mine", 5e6), ("buyer", 3e6), ("Georgian railway", -6e6), ("Armenia", 4e6))])  # fmt: skip
    jobs = pd.DataFrame(
        [
            {
                "project": "demirli",
                "kind": "direct",
                "phase": "operation",
                "low": 140,
                "mode": 150,
                "high": 300,
                "source_id": "c.csv#1",
            }
        ]
    )
    check = pd.DataFrame(
        [
            {
                "line": "Net smelter return",
                "low": 1700,
                "mode": 1900,
                "high": 2100,
                "recorded": 1820,
                "unit": "USD/t",
                "note": "2021 invoice",
            }
        ]
    )
    tornado = pd.DataFrame([{"project": "demirli", "input": i, "low": -a, "high": a * 1.1, "unit": "USD"}
                            for i, a in (("copper price", 4e7), ("recovery", 1.1e7), ("freight", 3e6))])  # fmt: skip
    questions = pd.DataFrame([
        {"question": "What does an open Armenian border save?", "answer": "Opening Margara and Ijevan in 2028 saves Dashkasan HBI {corridor-saving.dashkasan.armenia-open.2028} at equal tariffs; it pays above a toll of {corridor-toll-breakeven.dashkasan.armenia-open.2028}.",
         "figure_ids": "corridor-saving.dashkasan.armenia-open.2028|gain-mine.dashkasan.armenia-open", "conditions": "Tariffs of 2025; the railway has room for 0.6 Mt/y."},
        {"question": "Do minerals pay for the spur to Demirli?", "answer": "No: the spur pays for itself at {link-breakeven-agdam-spur}, and the study moves {link-cargo-agdam-spur}.", "figure_ids": "link-breakeven-agdam-spur", "conditions": "8 % per year, 30 years."},
        {"question": "What does Demirli return?", "answer": "Its net present value is {npv.demirli.today} to the investor.", "figure_ids": "npv.demirli.today|nothing.here", "conditions": ""}])  # fmt: skip
    unknowns = pd.DataFrame(
        [
            {
                "what": "Where the Demirli plant stands",
                "why": "no sourced coordinate",
                "consequence": "15 km of road either way",
                "source_id": "deposits.csv#3",
            }
        ]
    )
    repairs = pd.DataFrame(
        [{"what": "Two nodes joined", "where": "links.csv.gz", "why": "gap of 4 m"}]
    )
    return Result({"netback": netback(), "ladder": ladder(), "value": value(), "gains": gains, "cashflow": cashflow(), "receipts": receipts,
                   "links": links, "readings": readings, "reading_summary": summary, "jobs": jobs, "sale_check": check, "unknowns": unknowns,
                   "repairs": repairs, "tornado": tornado, "questions": questions}, {},
                  [("link cost", "agdam-spur", "links.csv#4"), ("capex", "demirli", "facts.csv#general knowledge 3"), ("netback", "", "facts.csv#1")])  # fmt: skip


SETTINGS = {
    "study": {"name": "sample", "money": {"currency": "USD", "terms": "real", "year": 2025}},
    "report": {"title": "Lesser Caucasus: what the ground is worth, by which road", "extent": [40.5, 38.2, 50.6, 43.4],
               "disputed": "data/map/disputed.geojson", "notes": "A made-up sample."},
    "scenario": [{"name": "today", "label": "Today"}, {"name": "armenia-open", "label": "Armenian gates open"}, {"name": "zangezur", "label": "Zangezur railway"}],
    "project": [{"name": n, "label": label, "deposit": n} for n, label in (("demirli", "Demirli"), ("dashkasan", "Dashkasan"), ("gedabek", "Gedabek"), ("filizchay", "Filizchay"))],
    "market": [{"name": "pirdop", "label": "Pirdop smelter"}, {"name": "iskenderun", "label": "Iskenderun mill"}],
}  # fmt: skip


def context(inputs=None, settings=None) -> StageContext:
    streams = xr.Dataset(
        {
            "product_t_per_y": (
                ("sale", "draw"),
                np.repeat([[15000], [2e6], [3.0], [60000], [30000]], 4, 1),
            )
        },
        {"sale": SALES},
    )
    if inputs is None:
        inputs = {
            "registry": registry(),
            "corridors": corridors(),
            "processing": Result({"streams": streams}),
            "economics": economics(),
        }
    return StageContext(DISPUTED.parent, SETTINGS if settings is None else settings, inputs, {name: f"{name:0<64}"[:64] for name in inputs},
                        [DISPUTED], DRAWS, 1, (2026, 2060), date(2026, 11, 1), Serial())  # fmt: skip
