"""Values over windows, noise and silence: laws, written values, and what honest and broken worlds give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.alerts import series
from dashboard.alerts.series import DAY, UNKNOWN, WEEK, Quarters
from tests.benchmarks.alerts import month

COLUMNS = st.lists(
    st.tuples(st.integers(0, 10**12), st.integers(-(10**12), 10**12), st.booleans()), max_size=60
)


def quarters(rows):
    bet, gain, known = (
        np.array([row[place] for row in rows], dtype)
        for place, dtype in ((0, np.int64), (1, np.int64), (2, np.bool_))
    )
    return Quarters(0, np.ones(len(rows), np.int64), bet, gain, known)


@given(COLUMNS, st.integers(1, 8))
def test_sums_are_those_of_the_window_and_none_where_something_in_it_is_not_known(rows, count):
    of = quarters(rows)
    found = series.summed(of.gain_li, of.known, count).tolist()
    ratios = series.rtp(of, count).tolist()
    for end in range(len(rows)):
        window = rows[max(end + 1 - count, 0) : end + 1]
        if len(window) < count or not all(known for *_, known in window):
            assert (found[end], ratios[end]) == (UNKNOWN, UNKNOWN)
            continue
        bet, gain = sum(row[0] for row in window), sum(row[1] for row in window)
        assert found[end] == gain
        assert ratios[end] == (UNKNOWN if not bet else pytest.approx((bet - gain) * 10_000 / bet, abs=1))


@given(COLUMNS, st.integers(1, 8), st.integers(1, 30))
def test_the_past_of_a_value_does_not_depend_on_what_came_after(rows, count, later):
    of, short = quarters(rows), quarters(rows[:-later])
    for measure in (series.rtp, series.gain_noise, series.bets_noise):
        assert measure(of, count)[: len(short.bets)].tolist() == measure(short, count).tolist()


def steady(days, rng):
    count = days * DAY
    bets = rng.poisson(100, count).astype(np.int64)
    bet = bets * 1000
    gain = (bet * 0.04 + rng.normal(0, 10_000, count)).astype(np.int64)
    return Quarters(0, bets, bet, gain, np.ones(count, np.bool_))


def test_noise_of_what_is_steady_is_as_its_name_says_and_a_lasting_loss_stands_out():
    of = steady(70, np.random.default_rng(1))
    z = series.gain_noise(of, DAY)[3 * WEEK :] / 100
    assert abs(z.mean()) < 0.5
    assert 0.7 < z.std() < 1.3
    bets = series.bets_noise(of, DAY)[5 * WEEK :] / 100
    assert abs(bets.mean()) < 1
    assert np.abs(bets).max() < 8
    of.gain_li[-DAY:] -= 10_000
    assert series.gain_noise(of, DAY)[-1] < -700
    of.bets[-DAY:] //= 2
    assert series.bets_noise(of, DAY)[-1] < -800
    assert (series.gain_noise(of, DAY)[:WEEK] == UNKNOWN).all()


def test_a_silence_is_as_long_as_the_bets_that_it_lacks():
    minutes = np.array([3, 0, 0, 2, 0, 0, 0])
    assert series.lacking(minutes, np.full(7, 2.0)).tolist() == [0, 2, 4, 0, 2, 4, 6]
    assert np.isnan(series.silence_limit(np.array([]), np.array([]), 100, 5.0))
    never = series.silence_limit(np.array([4.0]), np.array([5.0]), 10**6, 5.0)
    assert never == 50
    assert series.silence_limit(np.array([4.0]), np.array([50.0]), 10**6, 50.0) == 250


@pytest.mark.slow
def test_an_honest_month_is_quiet_and_an_outage_is_found_within_twenty_minutes():
    """`tests/benchmarks/alerts.py` does so a hundred times; docs/alerts.md has what it said."""
    alarms, outages = month(1, 2000)
    assert alarms.total() <= 1
    usual = [late for hour in (8, 10, 12, 14, 16) for late in outages[hour]]
    assert np.mean(np.array(usual) <= 20) >= 0.95
    assert month(2, 400)[0].total() <= 1
