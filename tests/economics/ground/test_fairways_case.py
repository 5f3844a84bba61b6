"""The published economic-fairways map, reproduced from its own case and rasters."""

from pathlib import Path

import numpy as np
import pytest

from lodeway.economics.ground.annual_mine import (
    Orebody,
    PowerLaw,
    pit_area,
    pit_plan,
    pit_volume,
    underground_plan,
)
from lodeway.economics.ground.fairways_case import cover_depths, depth_table, read_case
from lodeway.economics.ground.fairways_map import npv_map, pipe_per_km
from lodeway.economics.ground.royalties import Accounts, after_tax, read_federation, royalty
from lodeway.errors import LodewayError

DATA = Path(__file__).parents[2] / "data" / "bluecap"
NAMES = {
    "cover_m": "cover", "water_km": "distanceToWater", "power_km": "distanceToPower",
    "road_km": "distanceToRoads", "rail_km": "distanceToRail", "state": "stateIds",
    "road_to_port_km": "roadDistancesToPort", "rail_to_port_km": "railDistancesToPort",
}  # fmt: skip


@pytest.fixture(scope="module")
def federation():
    return read_federation(DATA / "states.toml")


@pytest.fixture(scope="module")
def table(federation):
    return depth_table(read_case(DATA / "case.xml"), federation)


@pytest.fixture
def rasters():
    return {name: np.load(DATA / f"{file}.npy") for name, file in NAMES.items()}


def test_the_published_map(table, federation, rasters):
    """Every cell within 1e-5 of Bluecap's own map, and no value where it has none."""
    wanted = np.load(DATA / "out.npy")
    found = npv_map(table, rasters, federation.infrastructure_tax_relief)
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    here = ~np.isnan(wanted)
    assert found[here] == pytest.approx(wanted[here], rel=1e-5)


def test_the_kernel_against_interpolation(table, rasters):
    """Cell by cell in plain NumPy, on covers that fall into every part of the table."""
    rasters["cover_m"] = np.linspace(0.0, 31_000.0, rasters["state"].size).reshape(17, 20)
    found = npv_map(table, rasters, 0.0)
    nothing = {name: np.zeros((17, 20)) for name in rasters} | {
        "cover_m": rasters["cover_m"], "state": rasters["state"]
    }  # fmt: skip
    worth = npv_map(table, nothing, 0.0)
    for state in (1, 2):
        here = rasters["state"] == state
        cover = np.clip(rasters["cover_m"][here], 1e-6, 30_000.0)
        row = table.states.index(state)
        assert worth[here] == pytest.approx(
            np.interp(cover, table.cover_m, table.value[row]), rel=1e-9, abs=1e-3
        )
    assert np.all((found <= worth) | np.isnan(worth))


def test_tax_relief_gives_back_its_share(table, rasters):
    none, some = npv_map(table, rasters, 0.0), npv_map(table, rasters, 0.3)
    free = npv_map(table, rasters, 1.0)
    assert some == pytest.approx(0.7 * none + 0.3 * free, rel=1e-9, nan_ok=True)


def test_bad_rasters(table, rasters):
    with pytest.raises(LodewayError, match="rail_km"):
        npv_map(table, {name: rasters[name] for name in rasters if name != "rail_km"}, 0.3)
    with pytest.raises(LodewayError, match="shape"):
        npv_map(table, rasters | {"cover_m": np.zeros((3, 3))}, 0.3)
    with pytest.raises(LodewayError, match="no known state"):
        npv_map(table, rasters | {"state": np.full((17, 20), 55.0)}, 0.3)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("<Problem>", '<!DOCTYPE p [<!ENTITY a "b">]><Problem>', "plain XML"),
        ("58e6 tonne", "58e6 cubits", "tonne"),
        ("9000 AUD/tonne", "9000", "AUD/tonne"),
        ('discountRate="0.10"', 'discountRate="10"', "0 to 1"),
        ('<Commodity name="Au" price="2000 AUD/toz" sigma="0.15"/>', "", "Au"),
        ("</Problem>", "", "XML"),
        ('coeff="0.123"', 'coeff="-1"', "TaylorsRule_OC|coeff"),
    ],
)
def test_bad_cases(tmp_path, old, new, word):
    path = tmp_path / "case.xml"
    path.write_text((DATA / "case.xml").read_text().replace(old, new))
    with pytest.raises(LodewayError, match=word):
        read_case(path)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("rate = 0.04 }", "rate = 4 }", "0 to 1"),
        ('"profit", rate', '"profits", rate', "did you mean profit"),
        ("id = 1", "id = 0", "its own id"),
        ("income_tax = 0.30", "income_tax = 30", "0 to 1"),
        ("[[state]]", "[[state", "TOML"),
    ],
)
def test_bad_federations(tmp_path, old, new, word):
    path = tmp_path / "states.toml"
    path.write_text((DATA / "states.toml").read_text().replace(old, new, 1))
    with pytest.raises(LodewayError, match=word):
        read_federation(path)


def test_royalties_by_hand(federation):
    """One year worked out on paper for every kind."""
    one = np.ones(1)
    made = Accounts(1000.0 * one, 300.0 * one, 0.0 * one, 100.0 * one, 800.0 * one)
    lost = Accounts(1000.0 * one, 1300.0 * one, 0.0 * one, 100.0 * one, 800.0 * one)
    big = Accounts(1e6 * one, 4e5 * one, 0.0 * one, 1e5 * one, 8e5 * one)

    def due(state, accounts, metal="Cu", price=9000.0):
        return float(royalty(federation.state(state).royalty, accounts, metal, price)[0])

    assert due("NSW", made) == pytest.approx(32.0)
    assert due("NT", made) == pytest.approx(120.0)
    assert due("NT", lost) == pytest.approx(-80.0)
    assert due("QLD", made) == pytest.approx(1000 * (0.025 + 0.025 * 5400 / 5600) * 0.8)
    assert due("QLD", made, price=1.0) == pytest.approx(20.0)
    assert due("QLD", made, "Au", 900.0) == pytest.approx(50.0)
    assert due("SA", made) == pytest.approx(35.0)
    assert due("WA", made) == pytest.approx(50.0)
    assert due("VIC", made) == pytest.approx(27.5)
    assert due("TAS", made) == pytest.approx(19.0)
    assert due("TAS", big) == pytest.approx(53_500.0)
    floored = {"kind": "profit", "rate": 0.2}
    assert float(royalty(floored, lost, "Cu", 1.0)[0]) == 0.0
    with pytest.raises(LodewayError, match="Sn"):
        due("QLD", made, "Sn")
    with pytest.raises(LodewayError, match="did you mean QLD"):
        federation.state("QLDD")


def test_losses_are_carried_forward():
    money = Accounts(
        np.array([0.0, 100.0, 100.0]), np.array([50.0, 0.0, 0.0]), np.zeros(3), np.zeros(3),
        np.zeros(3),
    )  # fmt: skip
    assert after_tax(money, np.zeros((1, 3)), 0.3)[0] == pytest.approx([-50.0, 85.0, 70.0])


def test_pits_hold_their_ore_and_slices_their_volume():
    """Ore mined is the orebody, whatever the method; a slice's area is the volume's derivative."""
    case = read_case(DATA / "case.xml")
    for cover in (0.0, 100.0, 400.0, 1500.0):
        for plan in (pit_plan(case.body, case.laws, cover),
                     underground_plan(case.body, case.laws, cover)):  # fmt: skip
            assert plan.ore.sum() == pytest.approx(case.body.mass_t, rel=1e-9)
    for depth in (100.0, 300.0):
        step = (pit_volume(300.0, 0.0, depth + 1e-3) - pit_volume(300.0, 0.0, depth - 1e-3)) / 2e-3
        assert pit_area(300.0, depth) == pytest.approx(step, rel=1e-6)
        assert 0.73 < pit_area(300.0, depth, as_published=True) / step < 0.78


def test_underground_method_and_pipe():
    body = Orebody("Cu", 1e6, {"Cu": 0.01}, {"Cu": 9000.0}, dip_deg=70.0)
    assert body.underground == "UG_ST"
    assert Orebody("Cu", 1e3, {"Cu": 0.01}, {"Cu": 9000.0}, dip_deg=70.0).underground == "UG_CF"
    assert PowerLaw(2.0, 0.5).at(9.0) == 6.0
    assert pipe_per_km(1.0) == pytest.approx(2.6229e6 * 0.15 - 125_528)
    assert len(cover_depths()) == 41
