"""Luck of players and cohorts of weeks: written numbers."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pandas as pd

from dashboard.luck.expectation import Expectation
from dashboard.players.data_lists import cohorts_table, luck_of_players

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)


def test_luck_is_the_result_beyond_what_was_to_be_expected_in_standard_errors():
    names = ["user_id", "game_id", "bet_li", "gain_li", "bet_bet"]
    rows = [
        (1, 1, 100_000, 35_000, 10**8),  # 5,000 to lose: 40,000 of luck, beside √(2² · 10⁸) = 20,000
        (2, 1, 100_000, -5000, 10**8),
        (2, 2, 50_000, 50_000, 10**8),  # nothing is known of it
        (3, 2, 50_000, 50_000, 10**8),
        (4, 3, 100_000, 0, 10**8),  # 1 % of 100,000 beside
    ]
    expected = {
        1: Expectation(Fraction(95, 100), 2.0),
        2: Expectation(Fraction(95, 100), None),
        3: Expectation(Fraction(1), 0.0, 0.01),
    }
    assert luck_of_players(pd.DataFrame(rows, columns=names), expected) == {1: 2.0, 2: 0.0, 4: 0.0}


def test_a_cohort_is_told_for_the_weeks_that_have_begun():
    starts = [MONDAY - timedelta(weeks=n) for n in (2, 1, 0)]
    before, first, second, third = (int(each.timestamp()) for each in (MONDAY - timedelta(weeks=9), *starts))
    rows = [
        (before, third, 90),
        (first, first, 10),
        (first, second, 5),
        (second, second, 4),
        (second, third, 1),
    ]
    table = cohorts_table(starts, rows).astype(object).where(lambda frame: frame.notna(), None)
    told = table[["players", "week_1", "week_2", "week_3"]].to_numpy().tolist()
    assert told == [[0, None, None, None], [4, 0.25, None, None], [10, 0.5, 0.0, None]]
    assert [str(week) for week in table["week"]] == ["2026-03-09", "2026-03-02", "2026-02-23"]
