"""The registry beside its peers: points in polygons, linkage, deduplication.

    python -m benchmarks registry

Lists that may not be redistributed are reached through LODEWAY_REFERENCE_DATA; without them, or
without a peer, the line says so.
"""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from lodeway.registry.inside import points_in_polygons
from lodeway.registry.linkage import dedupe, link, read_records

POINTS, POLYGONS = 300_000, 30_000


def _cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _polygons(rng: np.random.Generator) -> np.ndarray:
    """Return stars of 8 to 18 corners over a continent, some kilometres wide."""
    shapes = []
    for x, y in zip(rng.uniform(-80, 60, POLYGONS), rng.uniform(-40, 60, POLYGONS), strict=True):
        corners = int(rng.integers(8, 19))
        angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radius = rng.uniform(0.4, 1.0, corners) * rng.lognormal(-1.5, 0.9)
        shapes.append(shapely.Polygon(np.column_stack([x + radius * np.cos(angle),
                                                       y + radius * np.sin(angle)])))  # fmt: skip
    return np.array(shapes, dtype=object)


def _inside() -> None:
    rng = np.random.default_rng(7)
    lon, lat, shapes = rng.uniform(-80, 60, POINTS), rng.uniform(-40, 60, POINTS), _polygons(rng)
    ours, (point, which) = _cpu(lambda: points_in_polygons(lon, lat, shapes))
    one = geopandas.GeoDataFrame(geometry=shapely.points(lon, lat), crs="EPSG:4326")
    other = geopandas.GeoDataFrame(geometry=shapes.copy(), crs="EPSG:4326")
    shapely.destroy_prepared(other.geometry.to_numpy())
    peer, joined = _cpu(lambda: geopandas.sjoin(one, other, predicate="intersects"))
    same = set(zip(point.tolist(), which.tolist(), strict=True)) == set(
        zip(joined.index.tolist(), joined["index_right"].tolist(), strict=True)
    )
    print(f"points in polygons: ours {ours:.2f} s, geopandas.sjoin {peer:.2f} s CPU, "
          f"ratio {peer / ours:.1f}; {len(point):,} pairs, same: {same}")  # fmt: skip


def _f1(found: set[tuple[str, str]], truth: set[tuple[str, str]]) -> float:
    one, other = ({pair[side] for pair in truth} for side in (0, 1))
    judged = {pair for pair in found if pair[0] in one or pair[1] in other}
    return 2 * len(judged & truth) / (len(judged) + len(truth))


def _link(folder: Path) -> None:
    left, right = (read_records(folder / f"link_{name}.csv", "rid") for name in ("cu", "pbzn"))
    with (folder / "link_truth.csv").open(encoding="utf-8") as stream:
        truth = {(row["rid_cu"], row["rid_pbzn"]) for row in csv.DictReader(stream)}
    ours, pairs = _cpu(lambda: link(left, right))
    found = set(zip(pairs["left"], pairs["right"], strict=True))
    print(f"linkage {len(left)} x {len(right)}: ours F1 {_f1(found, truth):.3f}, {ours:.2f} s CPU")
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        print("  rapidfuzz is not installed: left out")
        return

    def peer() -> set[tuple[str, str]]:
        made = set()
        for country in set(left.country) & set(right.country):
            a = [i for i, c in enumerate(left.country) if c == country]
            b = [j for j, c in enumerate(right.country) if c == country]
            table = process.cdist([left.names[i][0].lower() for i in a],
                                  [right.names[j][0].lower() for j in b],
                                  scorer=fuzz.token_set_ratio)  # fmt: skip
            made |= {(left.ids[a[r]], right.ids[b[c]]) for r, c in np.argwhere(table >= 90)}
        return made

    theirs, rival = _cpu(peer)
    print(f"  rapidfuzz token_set_ratio >= 90 in a country: F1 {_f1(rival, truth):.3f}, "
          f"{theirs:.2f} s CPU, ratio {theirs / ours:.2f}")  # fmt: skip


def _dedupe(folder: Path) -> None:
    def work() -> Any:
        records = read_records(folder / "world_sites.parquet", "record_id")
        return len(records), dedupe(records)

    ours, (count, found) = _cpu(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"deduplication of {count:,} records: {ours:.1f} s CPU, {len(set(found.entity)):,} "
          f"deposits, peak of this process {peak:.0f} MiB")  # fmt: skip


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside)) / "registry_watch"
    if folder.is_dir():
        _dedupe(folder)
        _link(folder)
    else:
        print(f"left out: {folder} is not here (set LODEWAY_REFERENCE_DATA)")
    _inside()
