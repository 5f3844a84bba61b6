"""The published economic-fairways map: a depth table looked up, less roads, power and water.

Money is that of the case (AUD of 2018 in the published one). Unit costs are facts of Walsh et al.
(2020) and of its program, brought to 2018 by the price index of mining equipment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from lodeway.economics.ground.fairways_case import DepthTable
from lodeway.errors import LodewayError

Array = NDArray[np.float64]

FROM_2010, FROM_2014 = 106.5 / 91.425, 106.5 / 105.525
ROAD_PER_KM, RAIL_PER_KM = 1.75e6 * FROM_2010, 4.5e6 * FROM_2010
ROAD_FLEET_PER_T_KM, RAIL_FLEET_PER_T_KM = 0.040 * FROM_2010, 0.100 * FROM_2010
ROAD_PER_T_KM, RAIL_PER_T_KM = 0.085 * FROM_2010, 0.0175 * FROM_2010
#: Upper distance (km) of each class of power line and its cost per km.
POWER = ((1.0, 7.5e4 * FROM_2010), (150.0, 3.0e5 * FROM_2010), (190.0, 6.5e5 * FROM_2014),
         (math.inf, 9.25e5 * FROM_2014))  # fmt: skip
WATER_M3_PER_T = 2.35
RASTERS = ("cover_m", "water_km", "power_km", "road_km", "rail_km", "road_to_port_km",
           "rail_to_port_km", "state")  # fmt: skip


def pipe_per_km(mill_t_per_y: float) -> float:
    """Return the cost of a water pipe for a mill, per km."""
    flow = WATER_M3_PER_T * mill_t_per_y / (365.0 * 24.0 * 3600.0)
    diameter_m = max(math.sqrt(4.0 * flow / (math.pi * 2.0)), 0.15)
    return 2.6229e6 * diameter_m - 125_528.0


def npv_map(table: DepthTable, rasters: Mapping[str, Array], tax_relief: float) -> Array:
    """Return the net present value of the orebody in every cell; NaN outside all states.

    Parameters
    ----------
    table
        What the orebody yields by depth of cover and state.
    rasters
        The arrays that `RASTERS` names, of one shape; ``state`` holds the states' numbers,
        negative outside.
    tax_relief
        Share of the cost of infrastructure that the tax is taken to give back, everywhere.

    Raises
    ------
    LodewayError
        For a raster that is missing or of another shape, and a state that is not in the table.
    """
    shape = np.shape(rasters["state"])
    for name in RASTERS:
        if name not in rasters:
            raise LodewayError("missing", "rasters", ", ".join(sorted(rasters)), name)
        if np.shape(rasters[name]) != shape:
            raise LodewayError("bad-argument", name, np.shape(rasters[name]), f"shape {shape}")
    rows = np.full(max(table.states) + 2, -1, dtype=np.int64)
    rows[list(table.states)] = np.arange(len(table.states))
    flat = {name: np.ascontiguousarray(rasters[name], dtype=np.float64).ravel() for name in RASTERS}
    uppers, costs = np.array(POWER).T
    found = np.empty(flat["state"].size)
    bad = _map(
        found, *(flat[name] for name in RASTERS), table.cover_m, table.value, rows,
        table.tonnes, table.peak_t, pipe_per_km(table.mill_t), uppers, costs, 1.0 - tax_relief,
    )  # fmt: skip
    if bad:
        raise LodewayError("unknown-id", "state raster", f"{bad} cells of no known state", "")
    return found.reshape(shape)


def _map_cells(
    found: Any, cover: Any, water: Any, power: Any, road: Any, rail: Any, road_port: Any,
    rail_port: Any, state: Any, knots: Any, value: Any, rows: Any, tonnes: Any, peak: Any,
    pipe: float, uppers: Any, line: Any, kept: float,
) -> int:  # fmt: skip
    """Fill `found`; return how many cells lie in a state that is not known."""
    bad = 0
    shallow = knots[1] - knots[0]
    deep = knots[22] - knots[21]
    for cell in prange(found.size):
        number = state[cell]
        if not number >= 0.0:
            found[cell] = np.nan
            continue
        row = rows[min(int(number), rows.size - 1)]
        if row < 0:
            bad += 1
            continue
        depth = min(max(cover[cell], 1e-6), 30_000.0)
        if depth <= knots[20]:
            place = min(int(depth / shallow), 19)
        elif depth <= knots[21]:
            place = 20
        else:
            place = min(21 + int((depth - knots[21]) / deep), knots.size - 2)
        part = (depth - knots[place]) / (knots[place + 1] - knots[place])
        worth = value[row, place] + part * (value[row, place + 1] - value[row, place])
        mass = tonnes[place] + part * (tonnes[place + 1] - tonnes[place])
        top = peak[place] + part * (peak[place + 1] - peak[place])
        by_road = road[cell] * ROAD_PER_KM + road_port[cell] * (
            top * ROAD_FLEET_PER_T_KM + mass * ROAD_PER_T_KM
        )
        by_rail = rail[cell] * RAIL_PER_KM + rail_port[cell] * (
            top * RAIL_FLEET_PER_T_KM + mass * RAIL_PER_T_KM
        )
        km = power[cell]
        per_km = line[3]
        if km <= uppers[0]:
            per_km = line[0]
        elif km <= uppers[1]:
            per_km = line[1]
        elif km <= uppers[2]:
            per_km = line[2]
        found[cell] = worth - kept * (water[cell] * pipe + km * per_km + min(by_road, by_rail))
    return bad


_map: Any = njit(parallel=True, cache=True, error_model="numpy")(_map_cells)
