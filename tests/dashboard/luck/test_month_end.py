from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard.luck.month_end import GainDay, MonthEnd, days_ahead, month_end

FIRST = date(2026, 1, 1)  # a Thursday
WEEK = (0.6, 0.6, 0.7, 0.8, 1.3, 1.7, 1.3)


def even(count, gain_li=1_000, luck_var=0.0, top_var=0.0):
    return [GainDay(gain_li, 1_000, luck_var, top_var)] * count


def test_a_written_month():
    # Each day brings 1000, every Saturday 2000 since there are so many that the factor is hardly shrunk.
    days = [GainDay(2_000 if n % 7 == 2 else 1_000, 2_000 if n % 7 == 2 else 1_000, 0.0) for n in range(56)]
    told = month_end(days, FIRST, so_far=21, to_come=7)
    assert told.known_li == 24_000
    # Weekdays are 1.75 and 0.875 of 1142.9; of what differs from 1 eight weeks leave 8 / 10, a week the same.
    assert told.expected_li == pytest.approx(24_000 + 8_000, rel=0.01)
    assert told.low_li <= 32_000 <= told.high_li
    assert not told.one_decides


def test_a_month_that_is_over_has_no_band_and_one_with_few_days_before_it_its_own_error():
    assert month_end(even(27), FIRST, 27, 4) is None
    assert month_end(even(60), FIRST, 31, 0) == MonthEnd(31_000, 31_000, 31_000, 31_000, None, None, False)
    assert month_end(even(28), FIRST, 28, 3) == MonthEnd(28_000, 31_000, 30_999, 31_001, None, None, False)
    wild = month_end(even(28, luck_var=10_000.0), FIRST, 28, 3)
    assert (wild.low_li, wild.high_li) == (31_000 - 222, 31_000 + 222)  # 1.2816 · 100 · √3
    unsure = month_end([replace(day, rtp_error_li=50.0) for day in even(28)], FIRST, 28, 3)
    assert (unsure.low_li, unsure.high_li) == (31_000 - 192, 31_000 + 192)  # 1.2816 · 50 · 3
    assert month_end(even(60), FIRST, 0, 30).expected_li == 30_000


def test_it_says_when_one_player_decides():
    assert month_end(even(60, luck_var=100.0, top_var=60.0), FIRST, 10, 20).one_decides
    assert not month_end(even(60, luck_var=100.0, top_var=40.0), FIRST, 10, 20).one_decides


def world(seed):
    """240 days: a level that drifts, weekdays that differ, luck whose spread is known."""
    rng = np.random.default_rng(seed)
    weekdays = (np.arange(240) + FIRST.weekday()) % 7
    level = 100_000 * np.exp(np.cumsum(rng.normal(0, 0.01, 240)))
    theo = level * np.array(WEEK)[weekdays] * np.exp(rng.normal(0, 0.08, 240))
    error = (0.15, 0.2, 0.25, 0.25, 0.3)[seed] * theo
    # Luck of long tails, with the spread that it names.
    gain = theo + error * rng.standard_t(5, 240) / (5 / 3) ** 0.5
    columns = zip(gain.tolist(), theo.tolist(), error.tolist(), strict=True)
    return [GainDay(round(g), round(t), e * e) for g, t, e in columns]


@pytest.mark.slow
def test_the_band_of_80_percent_holds_as_often_and_is_narrower_than_days_drawn_at_random():
    held, widths, skills, told_before = [], [], [], []
    for seed in range(5):
        days = world(seed)
        for origin in range(150, 210):
            to_come = 1 + origin * 7 % 20
            told = month_end(days[:origin], FIRST, 30 - to_come, to_come)
            came_li = told.known_li + sum(day.gain_li for day in days[origin : origin + to_come])
            held.append(told.low_li <= came_li <= told.high_li)
            # A bootstrap of days has the standard deviation of a day times the root of their number.
            spread = np.std([day.gain_li for day in days[:origin]]) * to_come**0.5
            widths.append((told.high_li - told.low_li) / (2 * 1.2816 * spread))
            skills.append(told.skill)
            told_before.append(told.coverage)
        assert 0.7 <= np.mean(held[-60:]) <= 0.9
        assert np.mean(widths[-60:]) <= 0.8
    assert 0.7 <= np.mean(held) <= 0.9
    assert 0.7 <= np.mean(told_before) <= 0.9
    assert np.mean(widths) <= 0.7
    assert np.mean(skills) >= 0.2


def test_whole_weeks_that_are_off_together_are_so_ahead():
    weekdays = np.arange(63) % 7
    together = np.repeat([900.0, 1_100.0] * 4, 7)
    apart = np.tile([900.0, 1_100.0] * 7, 4)
    told = [days_ahead(theo, np.full(56, 36.0), np.zeros(56), weekdays, 7) for theo in (together, apart)]
    assert [mean for mean, _ in told] == pytest.approx([7_000, 7_000], rel=0.05)
    # A week is 700 off where its days are off together, and hardly where they are in turn; luck is √(7 · 36).
    assert told[0][1] == pytest.approx(700, rel=0.4)
    assert told[1][1] == pytest.approx(100, rel=0.4)


def test_how_often_the_band_held_is_counted_without_what_came_later():
    calm, wild = even(90), [GainDay(1_000 + (5_000 if n // 5 % 2 else -5_000), 1_000, 1.0) for n in range(30)]
    told = month_end([*calm, *wild], FIRST, 10, 5)
    # 21 of 73 were missed: the first wild days came before anything had been off at all.
    assert told.coverage == pytest.approx(52 / 73)
    assert told.high_li - told.low_li > 2 * 20_000
