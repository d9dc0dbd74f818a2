"""What a page shows for an address."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.core.periods import Mode
from dashboard.core.query import read_view
from tests.asked import asked

MANILA = ZoneInfo("Asia/Manila")


def test_nothing_in_the_address_is_seven_days_against_the_seven_before():
    view = read_view(asked(zone=MANILA))
    assert (view.period.text, view.mode) == ("7d", Mode.WEEK)
    assert view.comparison is not None
    assert view.comparison.period.text == "2026-03-02..2026-03-08"
    assert view.start == datetime(2026, 3, 8, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "mode", "days"),
    [
        ({"period": "today"}, Mode.WEEK, "2026-03-08..2026-03-08"),
        ({"period": "2026-03-10..2026-03-12"}, Mode.WEEK, "2026-03-03..2026-03-05"),
        ({"period": "30d"}, Mode.PREVIOUS, "2026-01-15..2026-02-13"),
        ({"period": "today", "compare": "previous"}, Mode.PREVIOUS, "2026-03-14..2026-03-14"),
        ({"period": "30d", "compare": "week"}, Mode.WEEK, "2026-01-10..2026-02-08"),
        ({"period": "month", "compare": "month"}, Mode.MONTH, "2026-02-01..2026-02-15"),
        ({"period": "today", "compare": "x"}, Mode.WEEK, "2026-03-08..2026-03-08"),
    ],
)
def test_what_is_compared_where_the_address_says_so_and_where_not(query, mode, days):
    view = read_view(asked(query, zone=MANILA))
    assert view.comparison is not None
    assert (view.mode, view.comparison.period.text) == (mode, days)


def test_a_running_period_and_its_comparison_end_at_the_same_full_minute():
    view = read_view(asked({"period": "today", "compare": "week"}, zone=MANILA))
    assert view.end == datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
    assert view.comparison is not None
    assert view.comparison.end == datetime(2026, 3, 8, 9, 30, tzinfo=UTC)
    assert view.is_running


def test_a_finished_period_ends_at_midnight():
    view = read_view(asked({"period": "yesterday"}, zone=MANILA))
    assert view.end == datetime(2026, 3, 14, 16, tzinfo=UTC)
    assert not view.is_running


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"period": "2026-03-10..2026-03-01"},
            "The period ends before it starts; showing the last 7 days instead.",
        ),
        (
            {"period": "2026-03-10..2026-03-16"},
            "The period has a day in the future; showing the last 7 days instead.",
        ),
        (
            {"compare": "<b>"},
            "The compare must be previous, week, month, year or none; it is left out.",
        ),
    ],
)
def test_a_wrong_value_is_one_sentence_and_the_default(query, sentence):
    assert asked(query, zone=MANILA).problems("overview") == [sentence]
    view = read_view(asked(query, zone=MANILA))
    assert (view.period.text, view.mode) == ("7d", Mode.WEEK)


def test_an_older_answer_has_the_comparison_of_its_own_end():
    view = read_view(asked({"period": "today", "compare": "week"}, zone=MANILA))
    end = datetime(2026, 3, 14, 16, 30, tzinfo=UTC)
    older = view.until(end)
    assert (older.end, older.comparison.end) == (end, datetime(2026, 3, 7, 16, 30, tzinfo=UTC))
    assert older.comparison.label.startswith("8 March 2026, until 00:30")
    assert view.until(view.end) is view


@pytest.mark.parametrize(
    ("period", "label"),
    [
        ("yesterday", "13 March 2026, until 23:50, as these numbers"),
        ("today", "14 March 2026, until 00:10, as today"),
        ("7d", "2–8 March 2026, until 23:50 on 7 March 2026, as these numbers"),
    ],
)
def test_numbers_that_reach_to_another_day_are_not_as_today(period, label):
    """Ten minutes before midnight, of today ten minutes after it: the compared days are cut as they are."""
    view = read_view(asked({"period": period, "compare": "previous"}, zone=MANILA))
    end = datetime(2026, 3, 14, 16, 10 if period == "today" else 0, tzinfo=UTC)
    older = view.until(end - timedelta(minutes=0 if period == "today" else 10))
    assert older.comparison.label == label
    assert older.comparison.end - older.comparison.start == older.end - older.start
