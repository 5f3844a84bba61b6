"""The value of ground of a province: tables, error, map, totals and what people open."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodeway.economics.ground.mine_model import mine_site
from lodeway.economics.ground.outputs import read_band, write_layers, write_summary
from lodeway.economics.ground.pictures import write_pictures
from lodeway.economics.ground.province import Province, Study, read_province
from lodeway.economics.ground.rasters import sample_cells
from lodeway.economics.ground.tables import (
    ERROR_SHARE,
    MOST,
    START,
    TableError,
    Tables,
    build_tables,
    ledger_at,
    measure,
)
from lodeway.economics.ground.tiles import Layer, compute_map, layers, run_key
from lodeway.economics.ground.totals import Totals, province_totals, sites_of
from lodeway.economics.ground.valuer import Sites
from lodeway.io import sweep
from lodeway.randomness import uniform

Array = NDArray[np.float64]
Progress = Callable[[str], None]
Nodes = tuple[int, int, int]

_PROBES = 12  # cells a world at which the table is checked
_THREADS = 2
_TRIAL_WORLDS, _MORE_PATHS = 64, 16


def fairways(study: Study, out: Path, progress: Progress = lambda _line: None) -> dict[str, Any]:
    """Compute the value of ground and write it; return the summary.

    A run that was killed goes on where it was, and leaves the same bytes.

    Parameters
    ----------
    study
        The study, with the corridors stage's freight.
    out
        Folder for people: a COG for each quantity and scenario, a picture for each scenario,
        ``summary.json`` last.
    progress
        Told one line at a time.
    """
    province = read_province(study)
    progress(f"{province.draws} worlds, {province.grid.height} x {province.grid.width} cells")
    tables, error = fitted_tables(province, study.seed, progress)
    work = out / ".blocks" / run_key(province, tables)
    sweep(out)
    for other in (out / ".blocks").glob("*"):
        if other != work:
            shutil.rmtree(other, ignore_errors=True)
    files = compute_map(province, tables, work, progress)
    names = layers(province)
    progress("rasters and pictures")
    write_layers(province.grid, files, names, out)
    labels = {
        str(item["name"]): str(item.get("label") or item["name"])
        for item in study.settings["scenario"]
    }
    corridors = [corridor.label for corridor in province.ground.corridors]
    write_pictures(province.grid, files, names, out, labels, corridors)
    totals = None
    if province.count is not None:
        progress("totals over the undiscovered deposits")
        totals = province_totals(province, province.count, study.seed, _THREADS)
    summary = _summary(study, province, tables, error, files, names, totals)
    write_summary(out, summary)
    shutil.rmtree(out / ".blocks", ignore_errors=True)
    return summary


def fitted_tables(
    province: Province, seed: int, progress: Progress = lambda _line: None
) -> tuple[Tables, TableError]:
    """Return tables that are fine enough, or as fine as they may be, and their error.

    Where the largest error is above 0.2 % of what the mine costs, the axis that helps most is
    doubled (tried in the worst worlds), until it is below or every axis is at its limit.
    """
    probe = probes(province, seed)

    def built(size: Nodes, worlds: Sequence[int] | None) -> tuple[Tables, TableError]:
        tables = build_tables(
            province.valuer, province.deposits, province.axes(size), worlds=worlds,
            threads=_THREADS,
        )  # fmt: skip
        return tables, measure(province.valuer, province.deposits, tables, probe, threads=_THREADS)

    nodes = START
    while True:
        tables, error = built(nodes, None)
        progress(f"table {nodes}: largest error {error.max_share:.3%} of capital")
        if error.max_share <= ERROR_SHARE or not _finer(nodes):
            return tables, error
        tried = [(built(size, error.worst)[1].max_share, size) for size in _finer(nodes)]
        least, nodes = min(tried)
        if least > 0.98 * error.max_share:
            return tables, error


def _finer(nodes: Nodes) -> list[Nodes]:
    """Return the sizes with one axis doubled, where that may be."""
    freight, spur, cover = nodes
    sizes = [(2 * freight - 1, spur, cover), (freight, 2 * spur - 1, cover),
             (freight, spur, 2 * cover - 1)]  # fmt: skip
    return [size for size in sizes if all(n <= most for n, most in zip(size, MOST, strict=True))]


def path_error(province: Province, seed: int) -> dict[str, float]:
    """Return what many more paths of later prices would change, as shares of capital.

    Measured in some of the worlds at cells of the map, by the full ledger.
    """
    probe = probes(province, seed)
    worlds = range(0, province.draws, max(province.draws // _TRIAL_WORLDS, 1))
    few, many = (
        ledger_at(item.valuer, item.deposits, probe, worlds, threads=_THREADS)
        for item in (province, province.with_paths(_MORE_PATHS))
    )
    share = (np.concatenate(few[0]) - np.concatenate(many[0])) / np.concatenate(few[1])
    return {
        "mean_share_of_capex": float(share.mean()),
        "p99_share_of_capex": float(np.quantile(np.abs(share), 0.99)),
        "against_paths": _MORE_PATHS * province.ground.price_paths,
        "points": len(share),
    }


def probes(province: Province, seed: int) -> Callable[[int], tuple[Sites, Array]]:
    """Return a function that gives, for a world, cells of the map by their best corridor."""
    draws = province.draws
    u = uniform(seed, "ground probe", "", draws * _PROBES)
    rasters = list(province.grid.kinds)
    cells = sample_cells(province.grid, province.ground.cover, "", u, rasters)

    def probe(world: int) -> tuple[Sites, Array]:
        here = slice(world * _PROBES, (world + 1) * _PROBES)
        some = {name: values[here] for name, values in cells.items()}
        sites = sites_of(province, world, some)
        scenario = world % len(province.scenarios)
        best = np.argmin(np.nan_to_num(sites.freight[scenario], nan=np.inf), axis=0)
        column = np.arange(_PROBES)
        freight = sites.freight[scenario, best, column]
        spur = sites.spur_usd[scenario, best, column]
        premium = province.premium[world, best]
        reached = np.isfinite(freight) & np.isfinite(spur)
        found = Sites(
            (freight + premium)[reached], spur[reached], some[province.ground.cover][reached]
        )
        return found, premium[reached]

    return probe


def _summary(
    study: Study, province: Province, tables: Tables, error: TableError, files: Sequence[Path],
    names: Sequence[Layer], totals: Totals | None,
) -> dict[str, Any]:  # fmt: skip
    means = _means(province, files, names)
    ground = province.ground
    cells = int(means.pop("cells"))
    area = cells * province.grid.cell_km2
    summary: dict[str, Any] = {
        "study": str(study.settings["study"]["name"]),
        "draws": province.draws,
        "price_paths": ground.price_paths,
        "cells": cells,
        "cell_km2": province.grid.cell_km2,
        "area_km2": area,
        "discount_rate": province.valuer.discount_rate,
        "corridors": {item.name: number + 1 for number, item in enumerate(ground.corridors)},
        "table": _table(tables, error) | {"later_prices": path_error(province, study.seed)},
        "scenarios": {
            scenario: _scenario(province, scenario, number, means, area)
            for number, scenario in enumerate(province.scenarios)
        },
        "no_road": {
            name: look.empty for name, look in province.looks.items()
            if province.grid.kinds[name] == "km" and look.empty
        },
        "horizon": _horizon(province),
        "files": [layer.file_name for layer in names],
        "conventions": _CONVENTIONS,
        "sources": list(province.sources),
    }  # fmt: skip
    if totals is not None:
        summary["totals"] = _totals(province, totals)
    return summary


def _horizon(province: Province) -> dict[str, Any]:
    """Return in how many worlds some ore is left after the horizon, and how much at most."""
    method, cover = province.ground.methods[0], np.zeros(1)
    cut = [
        mine_site(province.ground, method, k, province.deposits.at(k), cover).left_out
        for k in range(province.draws)
    ]
    return {
        "years": province.ground.horizon_years,
        "worlds_with_ore_left": int(np.sum(np.array(cut) > 1e-9)),
        "most_left_share": float(max(cut)),
        "note": "ore beyond the horizon is not counted",
    }


_CONVENTIONS = (
    "values are for a deposit of the type in the cell, before the cost of finding it; known to the "
    "owner: deposit, costs, terms, tariff, today's price, planned status of gates; not known: "
    "later prices; p10 is the 0.1 quantile"
)


def _table(tables: Tables, error: TableError) -> dict[str, Any]:
    cover, spur, freight = tables.axes.shape
    return {
        "nodes": {"cover": cover, "spur": spur, "freight": freight},
        "methods": tables.owner.shape[1],
        "error": {
            "max_usd": error.max_usd, "p99_usd": error.p99_usd, "mean_usd": error.mean_usd,
            "max_share_of_capex": error.max_share, "p99_share_of_capex": error.p99_share,
            "mean_share_of_capex": error.mean_share, "value_share": error.value_share,
            "points": error.points, "bar": ERROR_SHARE,
        },
    }  # fmt: skip


def _means(province: Province, files: Sequence[Path], names: Sequence[Layer]) -> dict[str, Any]:
    """Return sums over cells inside: means of every band, and area by winner."""
    grid = province.grid
    sums = np.zeros(len(names))
    votes: dict[str, Array] = {
        scenario: np.zeros(len(province.ground.corridors) + 1) for scenario in province.scenarios
    }
    cells = 0
    for (first, last), file in zip(grid.blocks, files, strict=True):
        for layer in names:
            band = read_band(file, layer.place, len(names), last - first, grid.width)
            here = band[np.isfinite(band)].astype(np.float64)
            sums[layer.place] += float(here.sum())
            if layer.quantity == "winner":
                size = len(votes[layer.scenario])
                votes[layer.scenario] += np.bincount(here.astype(int), minlength=size)
            if layer.place == 0:
                cells += len(here)
    found: dict[str, Any] = {
        f"{layer.quantity}.{layer.scenario}": sums[layer.place] / max(cells, 1) for layer in names
    }
    return found | {"cells": cells, "votes": votes}


def _scenario(
    province: Province, scenario: str, number: int, means: Mapping[str, Any], area: float
) -> dict[str, Any]:
    votes = means["votes"][scenario] * province.grid.cell_km2
    found = {
        "value_usd_mean": means[f"value_usd.{scenario}"],
        "p_positive_mean": means[f"p_positive.{scenario}"],
        "economic_km2": means[f"p_positive.{scenario}"] * area,
        "winner_km2": {"none": float(votes[0])}
        | {item.name: float(votes[i + 1]) for i, item in enumerate(province.ground.corridors)},
    }
    if province.count is not None:
        found["expected_usd"] = means[f"expected_usd_per_km2.{scenario}"] * area
    if province.ground.upper_bound:
        found["upper_bound_usd_mean"] = means[f"upper_bound_usd.{scenario}"]
    if number:
        found |= {
            "change_usd_mean": means[f"change_usd.{scenario}"],
            "opened_km2": means[f"opened.{scenario}"] * area,
            "regret_stay_usd_mean": means[f"regret_stay_usd.{scenario}"],
            "regret_go_usd_mean": means[f"regret_go_usd.{scenario}"],
        }
    return found


def _totals(province: Province, totals: Totals) -> dict[str, Any]:
    """Return mean and quantiles of the totals, and of their paired changes."""
    found: dict[str, Any] = {"deposits": _quantiles(totals.deposits)}
    for number, scenario in enumerate(province.scenarios):
        rows = {
            "owner_usd": totals.owner[number], "state_usd": totals.state[number],
            "mines": totals.mines[number],
        }  # fmt: skip
        found[scenario] = {name: _quantiles(values) for name, values in rows.items()}
        if number:
            found[scenario]["change"] = {
                "owner_usd": _quantiles(totals.owner[number] - totals.owner[0]),
                "state_usd": _quantiles(totals.state[number] - totals.state[0]),
                "mines": _quantiles(totals.mines[number] - totals.mines[0]),
            }
    return found


def _quantiles(values: Array) -> dict[str, float]:
    low, middle, high = (float(x) for x in np.quantile(values, [0.1, 0.5, 0.9]))
    return {"mean": float(values.mean()), "p10": low, "p50": middle, "p90": high}
