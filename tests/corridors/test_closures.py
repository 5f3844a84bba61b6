"""Closures against renewal theory, scipy's censored fit and the dated events; queues against
theory and simulation."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lodeway.corridors.closures import (
    DAYS_PER_YEAR,
    ClosureProcess,
    Event,
    _log_days,
    fit,
    merged,
    read_events,
    shut_days,
    with_shocks,
)
from lodeway.corridors.queues import GateQueue, spill_over, waiting_hours
from lodeway.errors import LodewayError

AS_OF = date(2026, 1, 1)


def event(start, end, item="G"):
    return Event(f"{start}", item, start, end, "snow", "e.csv:2")


def process(shape=50.0, exposure=25.0, log_days=2.0, spread=0.8, lasting=None):
    return ClosureProcess("G", shape, exposure, log_days, spread, lasting, 49)


def test_the_long_run_share_is_that_of_renewal_theory():
    one = process()
    days = shut_days(one, 3, 4000, 12)[:, 4:]
    assert days.mean() / DAYS_PER_YEAR == pytest.approx(one.shut_share, rel=0.03)
    assert days.min() >= 0
    assert days.max() <= DAYS_PER_YEAR


def test_worlds_belong_to_item_and_draw():
    one = process()
    whole = shut_days(one, 3, 60, 5)
    assert (shut_days(one, 3, 20, 5, first=40) == whole[40:]).all()
    assert (shut_days(one, 3, 60, 3) == whole[:, :3]).all()


def test_a_gate_that_never_shut_still_may():
    processes, _ = fit([], ["G"], date(1996, 1, 1), AS_OF)
    assert processes["G"].rate_per_y == pytest.approx(0.5 / 30, rel=1e-3)  # Jeffreys
    assert shut_days(processes["G"], 1, 3000, 10).max() > 0


def test_the_rate_is_events_over_open_years():
    events = [event(date(2000 + n, 3, 1), date(2000 + n, 3, 11)) for n in range(20)]
    found = fit(events, ["G"], date(2000, 1, 1), AS_OF)[0]["G"]
    open_years = (AS_OF - date(2000, 1, 1)).days / DAYS_PER_YEAR - 200 / DAYS_PER_YEAR
    assert found.rate_per_y == pytest.approx(20.5 / open_years)
    assert found.closures == 20


def test_durations_with_a_closure_that_goes_on_equal_a_censored_fit():
    rng = np.random.default_rng(1)
    days = np.maximum(np.round(np.exp(rng.normal(3, 1.2, 60))), 1).astype(int)
    events = [event(date(1990, 1, 1), date.fromordinal(date(1990, 1, 1).toordinal() + int(d)))
              for d in days[:50]]  # fmt: skip
    events += [event(date.fromordinal(AS_OF.toordinal() - int(d)), None) for d in days[50:]]
    mu, sigma = _log_days(events, AS_OF, 2.0, 1.0, 0.0)
    peer = stats.CensoredData(uncensored=days[:50], right=days[50:])
    shape, _, scale = stats.lognorm.fit(peer, floc=0)
    assert mu == pytest.approx(np.log(scale), abs=2e-3)
    assert sigma == pytest.approx(shape, abs=2e-3)


def test_a_closure_that_lasts_goes_on():
    long = process(lasting=3000.0)
    days = shut_days(long, 1, 2000, 2)
    assert (days[:, 0] > 0).mean() > 0.99
    assert days[:, 0].mean() > shut_days(process(), 1, 2000, 2)[:, 0].mean()


def test_overlapping_closures_count_once():
    events = [event(date(2020, 1, 1), date(2020, 2, 1)), event(date(2020, 1, 15), date(2020, 3, 1))]
    kept, notes = merged(events, AS_OF)
    assert [(one.start, one.end) for one in kept] == [(date(2020, 1, 1), date(2020, 3, 1))]
    assert len(notes) == 1


def test_shocks_strike_together():
    quiet = np.zeros((4, 1))
    struck = np.array([[0.0], [DAYS_PER_YEAR], [0.0], [DAYS_PER_YEAR / 2]])
    found = with_shocks({"A": quiet, "B": quiet, "C": quiet}, {"war": (struck, ["A", "B"])})
    assert (found["A"] == found["B"]).all()
    assert found["A"].ravel() == pytest.approx(struck.ravel())
    assert not found["C"].any()


HEAD = "event,link_or_border,start,end,effect,cause,source\n"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,G,2020-02-01,2020-01-01,closed,x,y", "bad-date"),
        ("a,G,last winter,,closed,x,y", "bad-date"),
        ("a,G,,2020-01-01,closed,x,y", "missing"),
    ],
)
def test_bad_dates_are_refused(row, code, tmp_path):
    (tmp_path / "e.csv").write_text(HEAD + row + "\n")
    with pytest.raises(LodewayError) as caught:
        read_events(tmp_path / "e.csv")
    assert caught.value.code == code
    assert "e.csv:2" in caught.value.where


def test_a_border_shut_to_passengers_is_open_to_freight(tmp_path):
    (tmp_path / "e.csv").write_text(
        HEAD + "q,AZE all land,2020-03-01,2026-04-01,passengers only; freight exempt,x,y\n"
        "r,G,2020-03-01,2020-03-04,closed to heavy trucks,snow,y\n"
        "s,G,2021-03-01,2021-03-04,600 trucks waiting,war,y\n"
    )
    events, notes = read_events(tmp_path / "e.csv")
    assert [one.name for one in events] == ["r"]
    assert len(notes) == 2


def test_the_dated_events(reference_data):
    events, notes = read_events(reference_data("corridors/events.csv"))
    lars = [one for one in events if one.item == "GEO-RUS Upper Lars"]
    assert len(lars) >= 4
    assert any("passengers" in note for note in notes)
    assert not any(one.item == "AZE all land" for one in events)
    found, _ = fit(events, sorted({one.item for one in events}), date(2006, 1, 1),
                   date(2026, 11, 1))  # fmt: skip
    assert found["GEO-RUS Upper Lars"].mean_days < found["ARM-TUR"].mean_days
    assert found["ARM-TUR"].shut_now_days > 30 * 365


def test_queue_is_m_m_1():
    queue = GateQueue(100.0)
    for load in (0.1, 0.5, 0.9):
        assert float(waiting_hours(queue, 100 * load, 1e9)) == pytest.approx(
            24 / (100 - 100 * load)
        )


def test_queue_is_near_a_simulated_one():
    """Lindley's recursion for regular service and irregular arrivals, 200,000 trucks."""
    rng = np.random.default_rng(5)
    between = rng.gamma(0.5, 2.0, 200_000) / 80  # cv 1.41, 80 a day
    service = np.full(200_000, 1 / 100)
    wait = np.zeros(200_000)
    for n in range(1, 200_000):
        wait[n] = max(wait[n - 1] + service[n - 1] - between[n - 1], 0.0)
    true = 24 * (wait + service).mean()
    mine = float(waiting_hours(GateQueue(100.0, cv_arrival=np.sqrt(2), cv_service=0.0), 80.0, 1e9))
    assert mine == pytest.approx(true, rel=0.15)  # Kingman is an approximation here


@given(st.floats(1, 1000), st.floats(0, 3), st.floats(0, 3), st.floats(1, 24))
def test_more_trucks_never_wait_less(served, one, two, hours):
    low, high = sorted((one, two))
    queue = GateQueue(served, hours_per_day=hours)
    few, many = waiting_hours(queue, np.array([low, high]) * served)
    assert few <= many * (1 + 1e-12)


def test_spill_over_is_a_fluid_queue():
    told = spill_over(GateQueue(300.0), 250.0, 200.0, 2.0)
    assert told.peak_trucks == 300.0
    assert told.clearing_days == 6.0
    assert told.worst_hours == 24.0
    assert spill_over(GateQueue(300.0), 100.0, 100.0, 5.0).peak_trucks == 0.0
    assert spill_over(GateQueue(300.0), 350.0, 0.0, 1.0).clearing_days == float("inf")


def test_the_queue_of_december_2023():
    """Upper Lars shut by snow, 1,350 trucks before a gate that passes 300 a day: 4.5 days."""
    assert spill_over(GateQueue(300.0), 300.0, 450.0, 3.0).worst_hours == pytest.approx(4.5 * 24)


@pytest.mark.parametrize(("served", "hours"), [(0, 24), (100, 0), (100, 25), (-1, 24)])
def test_bad_gates_are_refused(served, hours):
    with pytest.raises(LodewayError):
        GateQueue(served, hours)
