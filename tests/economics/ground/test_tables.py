"""A mine's value, its tables and the prices behind them."""

import numpy as np
import pytest

from lodeway.economics.fiscal import npv, run_regime
from lodeway.economics.ground.fairways import fitted_tables, path_error
from lodeway.economics.ground.market import Quote, later_paths
from lodeway.economics.ground.mine_model import Deposit, mine_site, opened_m3, ore_yield
from lodeway.economics.ground.tables import build_tables, cover_nodes, cover_place, measure
from lodeway.economics.ground.valuer import Sites
from lodeway.economics.prices import Behaviour


@pytest.fixture(scope="module")
def sites():
    return Sites(np.array([40.0, 90.0, 90.0]), np.array([1e7, 1e7, 6e7]), np.array([5.0, 5.0, 400]))


def test_later_prices_have_their_expected_value_and_spread():
    """Mean of a year is the expected price; log variance that of the fading shocks."""
    quote = Quote("x", np.array([8.0, 12.0]), np.array([10.0, 10.0]), Behaviour(0.2, 3.0), ())
    paths = later_paths([quote], 25, 512, 3)["x"]
    kept = 0.5 ** (1.0 / 3.0)
    level = 10.0 * (np.array([8.0, 12.0]) / 10.0) ** (kept ** (np.arange(25)[:, None] + 1))
    assert paths.mean(axis=0) == pytest.approx(level, rel=1e-9)
    variance = 0.2**2 * (1 - kept ** (2 * (np.arange(25) + 1))) / (1 - kept**2)
    assert np.log(paths[:, :, 0]).var(axis=0) == pytest.approx(variance, rel=1e-9)
    logs = np.log(paths / paths.mean(axis=0))
    assert logs[:256] - logs[:256].mean(axis=0) == pytest.approx(
        -(logs[256:] - logs[256:].mean(axis=0)), abs=1e-9
    )


def test_worth_is_the_mean_of_ledgers(province, sites):
    """Path by path through the checked ledger, then the mean; the better method by that mean."""
    valuer, world = province.valuer, 3
    deposit = province.deposits.at(world)
    value = valuer.value_of_product(province.deposits)[:, :, world]
    found = valuer.worth(world, deposit, value, sites)
    build = province.ground.build_years
    given = ore_yield(province.ground, world, deposit)
    best, above = np.full(3, -np.inf), np.zeros(3)
    for method in province.ground.methods:
        site = mine_site(province.ground, method, world, deposit, sites.cover_m)
        years = build + len(site.shares)
        for place in range(3):
            by_path = []
            for path in value:
                money = np.zeros((3, 1, years))
                ore = site.ore_t_per_y * site.shares
                net = path[build:years] - sites.freight[place]
                money[0, 0, build:] = net * ore * given.product_t
                money[1, 0, build:] = ore * site.opex_usd_per_t_ore[place]
                capital = site.capex_usd[place] + sites.spur_usd[place]
                money[2, 0, :build] = capital / build
                money[2, 0, build:] = ore * site.sustaining_usd_per_t_ore
                ledger = run_regime(valuer.regime, *money)
                by_path.append(float(npv(ledger.investor_ncf[0], valuer.discount_rate)))
            if np.mean(by_path) > best[place]:
                best[place] = np.mean(by_path)
                above[place] = np.maximum(by_path, 0.0).mean()
    assert found.owner == pytest.approx(best, rel=1e-9)
    assert found.upper == pytest.approx(above, rel=1e-9)
    assert np.all(found.upper >= np.maximum(found.owner, 0.0) - 1e-6)


def test_value_falls_with_freight_spur_and_cover(province):
    world = 5
    value = province.valuer.value_of_product(province.deposits)[:, :, world]
    deposit = province.deposits.at(world)

    def owner(freight, spur, cover):
        some = Sites(*(np.atleast_1d(np.asarray(x, dtype=float)) for x in (freight, spur, cover)))
        return province.valuer.worth(world, deposit, value, some).owner

    line, flat = np.linspace(0.0, 200.0, 9), np.full(9, 50.0)
    assert np.all(np.diff(owner(line, flat * 1e6, flat)) < 0.0)
    assert np.all(np.diff(owner(flat, line * 1e6, flat)) < 0.0)
    assert np.all(np.diff(owner(flat, flat * 1e6, 3 * line)) < 0.0)


def test_tables_hold_the_ledger_at_their_nodes(province):
    axes = province.axes((3, 3, 4))
    tables = build_tables(province.valuer, province.deposits, axes, threads=1)
    value = province.valuer.value_of_product(province.deposits)
    for world in (0, 7, 15):
        grid = axes.grid(world)
        exact = province.valuer.worth(
            world, province.deposits.at(world), value[:, :, world], grid
        ).owner
        assert tables.look_up(world, grid) == pytest.approx(exact, rel=1e-6, abs=10.0)
    two = build_tables(province.valuer, province.deposits, axes, threads=2)
    assert two.owner.tobytes() == tables.owner.tobytes()


def test_the_error_is_measured_and_small(province):
    _, error = fitted_tables(province, seed=1)
    assert error.max_share <= 0.002
    assert error.p99_share < error.max_share
    assert abs(error.value_share) < 1e-3
    coarse = build_tables(province.valuer, province.deposits, province.axes((2, 2, 2)))
    from lodeway.economics.ground.fairways import probes

    worse = measure(province.valuer, province.deposits, coarse, probes(province, 1))
    assert worse.max_share > error.max_share
    assert len(worse.worst) == min(16, province.draws)


def test_more_paths_change_little(province):
    found = path_error(province, seed=1)
    assert abs(found["mean_share_of_capex"]) < 0.01
    assert found["against_paths"] == 16 * province.ground.price_paths


def test_pit_rock_and_its_slices():
    step = (
        opened_m3(200.0, np.array(300.01), 42.0) - opened_m3(200.0, np.array(299.99), 42.0)
    ) / 0.02
    back = 300.0 / np.tan(np.radians(42.0))
    slice_ = 200.0**2 + 4 * 200.0 * back + np.pi * back**2
    assert float(step) == pytest.approx(slice_, rel=1e-6)


def test_ore_balance_and_horizon(province):
    big = Deposit(5e10, {"Cu": 0.5, "Au": 3e-5})
    small = Deposit(2e7, {"Cu": 0.5, "Au": 3e-5})
    method = province.ground.methods[0]
    site = mine_site(province.ground, method, 0, small, np.array([10.0]))
    recovered = float(method.draws["ore_recovered_share"][0])
    assert site.ore_t_per_y * site.shares.sum() == pytest.approx(2e7 * recovered)
    assert site.left_out == pytest.approx(0.0, abs=1e-12)
    long = mine_site(province.ground, method, 0, big, np.array([10.0]))
    assert len(long.shares) == province.ground.horizon_years
    assert long.left_out > 0.5
    given = ore_yield(province.ground, 0, small)
    copper = given.product_t * given.content["Cu"]
    assert copper == pytest.approx(0.005 * float(province.ground.recovery["Cu"][0]))
    rich = ore_yield(province.ground, 0, Deposit(1e7, {"Cu": 60.0, "Au": 1e-5}))
    assert rich.product_t == 1.0


def test_cover_places():
    nodes = cover_nodes(800.0, 33)
    assert nodes[0] == 0.0
    assert nodes[-1] == 800.0
    assert np.all(np.diff(np.diff(nodes)) > 0.0)
    node, part = cover_place(nodes, np.array([0.0, 800.0, 1e9, -5.0]))
    assert node.tolist() == [0, 31, 31, 0]
    assert part.tolist() == [0.0, 1.0, 1.0, 0.0]
