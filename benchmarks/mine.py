"""Pits and schedules: ours beside igraph and an LP solver on the same arcs.

    python -m benchmarks mine

Bars: ultimate pits in 10 ms, the bauxite model in 0.3 s with arcs never stored, 40 nested pits in
5 times one; bounds within 1e-5 in 20 s; schedules in 60 s within the stated gaps. CPU seconds of
this process, the least of some repeats where it is short.
"""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from lodeway.mine.files import read_model
from lodeway.mine.pit import nested_pits, ultimate_pit
from lodeway.mine.precedence import from_template
from lodeway.mine.problem import Blocks
from lodeway.mine.relaxation import relax
from lodeway.mine.schedule import reduce_to_pit, schedule_mine
from lodeway.mine.slope import Slope, template

NAMES = ("newman1", "zuck_small", "marvin")
SECONDS = 60.0


def _cpu(call, repeats=5):
    """Return the least CPU time of some calls, and the last answer."""
    best, answer = np.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def _model(folder: Path, name: str, kind: str):
    return read_model(
        folder / name / name, *((45.0, 8) if name == "marvin" else (None, None)), kind=kind
    )


def _igraph(value, precedence):
    """Return CPU seconds of igraph's maximum flow (graph built beforehand) and its pit's value."""
    import igraph

    first, head = precedence.rows()
    blocks = len(value)
    base = np.repeat(np.arange(blocks), np.diff(first))
    ore, waste = np.flatnonzero(value > 0), np.flatnonzero(value <= 0)
    tail = np.concatenate([base, np.full(len(ore), blocks), waste])
    to = np.concatenate([head, ore, np.full(len(waste), blocks + 1)])
    big = float(np.abs(value).sum())
    room = np.concatenate([np.full(len(head), big), value[ore], -value[waste]])
    graph = igraph.Graph(n=blocks + 2, edges=np.c_[tail, to].tolist(), directed=True)
    seconds, flow = _cpu(lambda: graph.maxflow_value(blocks, blocks + 1, room.tolist()), 2)
    return seconds, float(value[ore].sum()) - flow


def _pits(folder: Path) -> None:
    for name in NAMES:
        model = _model(folder, name, "upit")
        seconds, pit = _cpu(lambda m=model: ultimate_pit(m.value, m.precedence), 15)
        line = f"{name}: pit {pit.value:,.1f}, {pit.blocks} blocks, "
        line += f"{model.precedence.arc_count:,} arcs: {seconds * 1e3:.1f} ms with its checks"
        try:
            peer, worth = _igraph(model.value, model.precedence)
            line += f"; igraph {peer * 1e3:.0f} ms ({peer / seconds:.0f}x), {worth:,.1f}"
        except ImportError:
            line += "; igraph is not installed"
        if name == "newman1":
            seconds_lp = _linear(model.value, model.precedence)
            line += f"; HiGHS as LP {seconds_lp * 1e3:.0f} ms ({seconds_lp / seconds:.0f}x)"
        print(line)


def _linear(value, precedence) -> float:
    first, head = precedence.rows()
    base = np.repeat(np.arange(len(value)), np.diff(first))
    rows = np.arange(len(head))
    data = np.concatenate([np.ones(len(head)), -np.ones(len(head))])
    matrix = csr_matrix((data, (np.tile(rows, 2), np.concatenate([base, head]))))
    return _cpu(lambda: linprog(-value, A_ub=matrix, b_ub=np.zeros(len(head)), bounds=(0, 1)), 1)[0]


def _bauxite(path: Path) -> None:
    value = np.array(gzip.decompress(path.read_bytes()).split(), float)
    z, y, x = np.meshgrid(range(26), range(120), range(120), indexing="ij")
    blocks = Blocks(np.c_[x.ravel(), y.ravel(), z.ravel()])
    found = template(Slope((45.0,)), 10)
    build, precedence = _cpu(lambda: from_template(blocks, [found]))
    seconds, pit = _cpu(lambda: ultimate_pit(value, precedence))
    print(
        f"bauxite: {pit.value:,.0f}, {pit.blocks:,} blocks, {precedence.arc_count:,} arcs: "
        f"{seconds:.3f} s, and {build:.3f} s to lay out the grid (published: MineFlow 0.64 s)"
    )
    revenue, cost = np.maximum(value, 0), -np.minimum(value, 0)
    factors = np.linspace(0.3, 1.0, 40).tolist()
    shells, _ = _cpu(lambda: nested_pits(revenue, cost, factors, precedence), 3)
    print(f"bauxite: 40 nested pits {shells:.3f} s, {shells / seconds:.1f} times one")


def _schedules(folder: Path) -> None:
    for name in NAMES:
        model = _model(folder, name, "cpit")
        small = reduce_to_pit(model.problem, model.precedence)
        seconds, bound = _cpu(lambda s=small: relax(s.problem, s.first, s.head), 2)
        print(
            f"{name}: bound {bound.upper:,.1f} within {bound.gap:.1e} of {bound.lower:,.1f} in "
            f"{seconds:.2f} s, {bound.iterations} closures, {bound.classes} classes"
        )
        plan = schedule_mine(model.problem, model.precedence, seconds=SECONDS)
        print(
            f"{name}: schedule {plan.npv:,.0f} in {SECONDS:.0f} s of wall time, gap {plan.gap:.2%} "
            f"({plan.whole_gap:.2%} to the bound for whole blocks), {plan.moves:,} moves"
        )


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("LODEWAY_REFERENCE_DATA", beside)) / "resource"
    if not root.is_dir():
        print(f"left out: {root} is not here (set LODEWAY_REFERENCE_DATA)")
        return
    _pits(root / "minelib")
    _bauxite(root / "bauxite" / "bauxitemed.dat.gz")
    _schedules(root / "minelib")
