"""Rates of return, fiscal ledgers, Sobol worlds and price fans, beside a peer where one exists.

The peer of rates of return is pyxirr (Rust), one flow at a time, as its users call it; of fiscal
ledgers there is none but spreadsheets, so the exact engine of ours stands beside the compiled one.
"""

import csv
import json
import os
import time
from pathlib import Path

import numpy as np

from lodeway.economics.case import read_case, solve
from lodeway.economics.cash_table import read_flows
from lodeway.economics.fiscal import irr, regime_values, run_regime
from lodeway.economics.price_models import MODELS, coverage_of, draw_paths, fit_model
from lodeway.economics.regime import make_regime
from lodeway.economics.sampling import Worlds
from lodeway.economics.series import read_series

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
PINK = (
    Path(os.environ.get("LODEWAY_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    / "economics" / "prices" / "worldbank_pinksheet_metals_energy_1960_2021.csv"
)  # fmt: skip
REGIME = {"kind": "psa", "cost_cap": 0.75, "gov_profit_share": 0.51, "tax": 0.32, "dep": "db",
          "dep_rate": 0.25}  # fmt: skip


def cpu(function, *arguments):
    """Return an answer and the least CPU seconds of five calls."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        answer = function(*arguments)
        best = min(best, time.process_time() - start)
    return answer, best


def wall(function, *arguments, **options):
    """Return an answer and the least seconds on the clock of seven calls."""
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        answer = function(*arguments, **options)
        best = min(best, time.perf_counter() - start)
    return answer, best


def many_rates() -> None:
    dice = np.random.default_rng(1)
    plain = dice.uniform(10.0, 40.0, (200_000, 20))
    plain[:, 0], plain[:, 1] = -150.0, -20.0
    mixed = dice.normal(30.0, 15.0, (200_000, 20))
    mixed[:, 0] = -150.0
    irr(plain[:2]), irr(mixed[:200])
    for label, flows in (("money out first", plain), ("a third turn again", mixed)):
        (rates, counts), one = wall(irr, flows, threads=1)
        _, all_ = wall(irr, flows)
        print(f"200,000 yearly flows of 20 years, {label}: ours {len(flows) / one:12,.0f} /s on "
              f"one core, {len(flows) / all_:12,.0f} /s on {os.cpu_count()}")  # fmt: skip
        _against_pyxirr(flows, rates, counts, one, all_)


def _against_pyxirr(flows, rates, counts, one, all_) -> None:
    try:
        import pyxirr
    except ImportError:
        print("  pyxirr is not here: no peer")
        return
    few = [flow.tolist() for flow in flows[:40_000]]
    found, theirs = wall(lambda: [pyxirr.irr(flow) for flow in few])
    speed = len(few) / theirs
    print(f"  pyxirr {pyxirr.__version__}, 40,000 of them: {speed:12,.0f} /s   ratio "
          f"{len(flows) / one / speed:.1f} on one core, {len(flows) / all_ / speed:.1f} on "
          f"{os.cpu_count()}")  # fmt: skip
    single = [i for i in range(len(few)) if counts[i] == 1 and found[i] is not None]
    worst = max(abs(rates[i] - found[i]) for i in single)
    lost = sum(counts[i] == 1 and found[i] is None for i in range(len(few)))
    chosen = sum(counts[i] > 1 and found[i] is not None for i in range(len(few)))
    print(f"  largest difference where there is one rate {worst:.1e}; pyxirr misses {lost}, and "
          f"names one of several without saying so {chosen} times")  # fmt: skip


def dated_rates() -> None:
    folder = DATA / "dated_cash_flows"
    answers = json.loads((folder / "answers.json").read_text())
    tables = {name: read_flows(folder / name) for name in answers}
    [table.roots() for table in tables.values()]
    found, ours = cpu(lambda: {name: table.roots() for name, table in tables.items()})
    worst = max(
        min(abs(root - answers[name]["test_xirr_samples"]) for root in roots)
        for name, roots in found.items()
    )
    several = sum(len(roots) > 1 for roots in found.values())
    print(f"25 dated flows: all rates of each in {ours * 1e3:.1f} ms, published rate missed by at "
          f"most {worst:.1e}; {several} have several")  # fmt: skip
    try:
        import pyxirr
    except ImportError:
        return
    pairs = [(list(t.days), list(t.amounts)) for t in tables.values()]
    _, theirs = cpu(lambda: [pyxirr.xirr(days, amounts) for days, amounts in pairs])
    print(f"  pyxirr, one rate of each: {theirs * 1e3:.1f} ms   ratio {theirs / ours:.2f}")


def ledgers() -> None:
    case = read_case(DATA / "fiscal_cases" / "rfactor.json")
    _, exact = cpu(solve, case)
    flows = [
        np.repeat(np.array([case.flows[name]], dtype=float), 20_000, axis=0)
        for name in ("revenue", "opex", "capex")
    ]
    run_regime(case.regime, *(flow[:2] for flow in flows))
    _, fast = cpu(run_regime, case.regime, *flows)

    def value():
        return regime_values(case.regime, *flows, rate=0.1)

    value()
    _, values = cpu(value)
    print(f"one ledger of 15 years, exact decimals:      {1 / exact:12,.0f} /s")
    print(f"20,000 ledgers, compiled, all columns kept:  {20_000 / fast:12,.0f} /s   "
          f"ratio {exact / (fast / 20_000):,.0f}")  # fmt: skip
    print(f"20,000 present values, compiled, none kept:  {20_000 / values:12,.0f} /s")


def sobol() -> None:
    from lodeway.randomness import normal, triangular

    regime = make_regime(REGIME, "psa")
    names = ("price", "grade", "opex", "capex", "recovery", "freight")

    def npv(worlds):
        x = {name: worlds.uniform(name) for name in names}
        price = 9000.0 * np.exp(0.25 * normal(x["price"]))
        grade = triangular(x["grade"], 0.004, 0.006, 0.009)
        recovery = triangular(x["recovery"], 0.80, 0.87, 0.92)
        unit = triangular(x["opex"], 14.0, 18.0, 24.0) + triangular(x["freight"], 0.5, 1.0, 2.0)
        capital = triangular(x["capex"], 90e6, 120e6, 180e6)
        on = np.array([0.0, 0.0, *([1.0] * 13)])
        return regime_values(
            regime, (price * grade * recovery * 3e6)[:, None] * on, (unit * 3e6)[:, None] * on,
            capital[:, None] * np.array([0.5, 0.5, *([0.0] * 13)]), rate=0.1,
        ).investor.mean()  # fmt: skip

    truth = np.mean([npv(Worlds(names, 2**16, seed=900 + seed)) for seed in range(4)])
    error = {}
    for kind in ("plain", "lhs", "sobol"):
        means = [npv(Worlds(names, 256, seed=seed, kind=kind)) for seed in range(48)]
        error[kind] = float(np.sqrt(np.mean((np.array(means) - truth) ** 2))) / 1e6
    print(f"error of E[NPV] at 256 worlds, M USD: plain {error['plain']:.2f}, Latin hypercube "
          f"{error['lhs']:.3f}, Sobol {error['sobol']:.3f}   "
          f"plain / Sobol {error['plain'] / error['sobol']:.1f}")  # fmt: skip


def fans() -> None:
    if not PINK.exists():
        print("the price series are not here")
        return
    names = next(csv.reader(PINK.open()))[1:]
    print("five-year fans, share of months between P10 and P90 (0.8 is promised):")
    for until in ("1991-12", "1996-12", "2001-12", "2006-12", "2011-12", "2016-12"):
        shares = {}
        for model in MODELS:
            found = []
            for name in names:
                series = read_series(PINK, name)
                try:
                    past, later = series.until(until)
                except Exception:  # noqa: BLE001  a series that begins later
                    continue
                if len(past.prices) < 180:
                    continue
                fan = draw_paths(fit_model(past.prices, model), 60, 1000, seed=1, name=name)
                found.append(coverage_of({0: fan}, {0: later[:60]}).share)
            shares[model] = float(np.mean(found))
        print(f"  after {until}: " + ", ".join(f"{m} {s:.0%}" for m, s in shares.items()))


def main() -> None:
    many_rates()
    dated_rates()
    ledgers()
    sobol()
    fans()


if __name__ == "__main__":
    main()
