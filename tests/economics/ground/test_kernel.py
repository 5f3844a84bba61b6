"""The map's kernel against plain NumPy, one cell and one world at a time."""

import dataclasses

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodeway.economics.ground.kernel import (
    BANDS,
    FAR,
    LANES,
    PAIR_BANDS,
    Cells,
    Worlds,
    evaluate,
    sorting_network,
)

SINGLE = np.float32


def made_up(worlds=13, cells=300, seed=4, methods=2):
    """Return worlds with shut corridors and cells that no road reaches."""
    rng = np.random.default_rng(seed)
    shape = (worlds, methods, 5, 3, 4)
    falling = -np.cumsum(rng.random((*shape[:-2], 1, shape[-1])), axis=-1)  # with freight
    falling = falling - np.cumsum(rng.random((*shape[:-1], 1)), axis=-2)  # and with spur
    table = (4e8 + 1.2e8 * falling).astype(SINGLE)
    base = (20.0 + 30.0 * rng.random((2, worlds, 3))).astype(SINGLE)
    base[0, :, 1] = FAR
    base[1, 3, :] = FAR
    found = Worlds(
        table, rng.integers(1, 2**methods, (worlds, 4)).astype(np.int32),
        np.full(worlds, 10.0, SINGLE), np.full(worlds, 30.0, SINGLE), np.full(worlds, 4e7, SINGLE),
        base, (0.08 + 0.04 * rng.random(worlds)).astype(SINGLE),
        (1e6 * (0.3 + rng.random((worlds, 3)))).astype(SINGLE),
        np.array([0, 0, 1], np.int32), np.array([-1, 2], np.int32), 2,
        np.full(worlds, -3e8, SINGLE),
    )  # fmt: skip
    hub = (300.0 * rng.random((3, cells))).astype(SINGLE)
    hub[:, :7] = FAR
    kind = (25.0 * rng.random((3, cells))).astype(SINGLE)
    kind[1, 20] = FAR
    node = rng.integers(0, 4, cells).astype(np.int32)
    return found, Cells(hub, kind, node, rng.random(cells).astype(SINGLE))


def slowly(worlds, cells):
    """Return ``(scenario, world, cell)`` values and corridors, by loops."""
    scenarios, count, corridors = worlds.base.shape
    number = cells.hub_km.shape[1]
    values = np.full((scenarios, count, number), -1e30)
    chosen = np.zeros((scenarios, count, number), dtype=int)
    for s in range(scenarios):
        for k in range(count):
            for c in range(number):
                for j in range(corridors):
                    kinds = list(range(worlds.shared))
                    special = worlds.group_kind[worlds.group[j]]
                    kinds += [special] if special >= 0 else []
                    freight = float(worlds.base[s, k, j]) + worlds.haul[k] * cells.hub_km[j, c]
                    spur = sum(worlds.unit[k, i] * cells.kind_km[i, c] for i in kinds)
                    if freight > 1e20 or spur > 1e25:
                        continue
                    value = look_up(worlds, k, freight, spur, cells.cover_node[c],
                                    cells.cover_part[c])  # fmt: skip
                    if value > values[s, k, c]:
                        values[s, k, c], chosen[s, k, c] = value, j + 1
    return values, chosen


def look_up(worlds, k, freight, spur, node, part):
    table = worlds.table[k].astype(float)
    x = np.clip((freight - worlds.freight_low[k]) / worlds.freight_step[k], 0, 3)
    y = np.clip(spur / worlds.spur_step[k], 0, 2)
    found = []
    for m in range(table.shape[0]):
        if worlds.used[k, node] >> m & 1:
            plane = (1 - part) * table[m, node] + part * table[m, node + 1]
            line = [np.interp(x, np.arange(4), row) for row in plane]
            found.append(np.interp(y, np.arange(3), line))
    return max(found)


def test_every_band_against_loops():
    worlds, cells = made_up()
    out, pairs = evaluate(worlds, cells)
    values, chosen = slowly(worlds, cells)
    band = {name: out[:, i] for i, name in enumerate(BANDS)}
    kept = np.maximum(values, 0.0)
    assert band["value"] == pytest.approx(kept.mean(axis=1), rel=2e-3, abs=2e5)
    assert band["p_positive"] == pytest.approx((values > 0.0).mean(axis=1), abs=0.08)
    reached = values[..., :].min(axis=1) > -1e29
    for name, share in (("npv_p10", 0.1), ("npv_p50", 0.5), ("npv_p90", 0.9)):
        wanted = np.quantile(values, share, axis=1)
        assert band[name][reached] == pytest.approx(wanted[reached], rel=2e-3, abs=3e5)
    for s in range(2):
        for c in range(cells.hub_km.shape[1]):
            votes = np.bincount(chosen[s, :, c], minlength=4)[1:]
            assert votes[int(band["winner"][s, c]) - 1] >= votes.max() - 1 or votes.max() == 0
    assert np.all(band["winner"][:, :7] == 0)
    assert np.all(band["value"][:, :7] == 0.0)
    assert np.isnan(band["npv_p50"][:, :7]).all()
    assert np.all(band["winner"][:, 20] == 0)
    new, old = values[1], values[0]
    sunk = np.where(new > -1e29, new, worlds.stranded[:, None])
    stranded = np.where(old > -1e29, old, worlds.stranded[:, None])
    pair = {name: pairs[0, i] for i, name in enumerate(PAIR_BANDS)}
    assert pair["change"] == pytest.approx((kept[1] - kept[0]).mean(axis=0), rel=5e-3, abs=3e5)
    stay = kept[1] - np.where(old > 0.0, sunk, 0.0)
    go = kept[0] - np.where(new > 0.0, stranded, 0.0)
    assert pair["regret_stay"] == pytest.approx(stay.mean(axis=0), rel=5e-3, abs=3e5)
    assert pair["regret_go"] == pytest.approx(go.mean(axis=0), rel=5e-3, abs=3e5)
    assert np.all(pair["regret_stay"] >= 0.0)
    assert np.all(pair["regret_go"] >= 0.0)


def test_threads_and_splitting_move_no_byte():
    worlds, cells = made_up(cells=5 * LANES + 17)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    one = evaluate(worlds, cells)
    numba.set_num_threads(before)
    two = evaluate(worlds, cells)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
    cut = 131
    parts = [
        evaluate(worlds, Cells(cells.hub_km[:, here], cells.kind_km[:, here],
                               cells.cover_node[here], cells.cover_part[here]))
        for here in (slice(None, cut), slice(cut, None))
    ]  # fmt: skip
    joined = np.concatenate([part[0] for part in parts], axis=-1)
    assert joined.tobytes() == one[0].tobytes()


def test_a_copy_of_a_corridor_is_worth_nothing():
    worlds, cells = made_up()
    copied = dataclasses.replace(
        worlds, base=np.concatenate([worlds.base, worlds.base[..., :1]], axis=-1),
        group=np.append(worlds.group, np.int32(0)),
    )  # fmt: skip
    more = dataclasses.replace(cells, hub_km=np.vstack([cells.hub_km, cells.hub_km[:1]]))
    one, other = evaluate(worlds, cells), evaluate(copied, more)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=64))
def test_the_network_sorts(values):
    size = 1 << max(len(values) - 1, 0).bit_length()
    row = [*values, *[np.inf] * (size - len(values))]
    for low, high in sorting_network(size):
        row[low], row[high] = min(row[low], row[high]), max(row[low], row[high])
    assert row[: len(values)] == sorted(values)
