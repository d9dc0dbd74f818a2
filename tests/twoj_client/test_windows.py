"""Windows fall into business days, hours and requests without gap or overlap, in any zone."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twoj_client.conftest import utc
from twoj_client.windows import DAY_S, HOUR_S, Window, blocks, business_days, cut, in_one_answer

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
STARTS = st.integers(0, 4_000_000_000)
LENGTHS = st.one_of(st.integers(1, 3 * DAY_S), st.integers(1, 500 * DAY_S))
WINDOWS = st.builds(lambda start, length: Window(start, start + length), STARTS, LENGTHS)


def whole(parts, window):
    return (
        parts[0].start == window.start
        and parts[-1].end == window.end
        and all(part.start < part.end for part in parts)
        and all(one.end == other.start for one, other in pairwise(parts))
    )


def epoch(*parts: int) -> int:
    return int(utc(*parts).timestamp())


@given(WINDOWS, ZONES)
@pytest.mark.slow
def test_business_days_partition_the_window(window, zone):
    days = business_days(window, zone)
    assert whole([day.window for day in days], window)
    dates = [day.date for day in days]
    assert dates == sorted(set(dates))


@given(WINDOWS, ZONES)
@pytest.mark.slow
def test_no_day_is_cut_but_the_first_and_last(window, zone):
    days = business_days(window, zone)
    for day in days[1:]:
        local = dt.datetime.fromtimestamp(day.window.start, zone)
        before = dt.datetime.fromtimestamp(day.window.start - 1, zone)
        assert local.date() == day.date or local.date() < before.date()
        assert before.date() != local.date() or before.utcoffset() != local.utcoffset()


@pytest.mark.parametrize(
    ("zone", "date", "length_h"),
    [
        ("Europe/Berlin", dt.date(2026, 3, 29), 23),
        ("Europe/Berlin", dt.date(2026, 10, 25), 25),
        ("America/New_York", dt.date(2026, 3, 8), 23),
        ("America/Sao_Paulo", dt.date(2018, 11, 4), 23),  # midnight did not exist
        ("America/Sao_Paulo", dt.date(2018, 2, 17), 25),  # 23:00 came twice
        ("Australia/Lord_Howe", dt.date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", dt.date(2026, 3, 15), 24),
    ],
)
def test_days_where_clocks_change(zone, date, length_h):
    around = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC).timestamp()
    days = business_days(Window(int(around) - 2 * DAY_S, int(around) + 3 * DAY_S), ZoneInfo(zone))
    (found,) = [day.window for day in days if day.date == date]
    assert found.end - found.start == length_h * HOUR_S


def test_a_day_that_a_zone_skipped_is_left_out():
    days = business_days(Window(epoch(2011, 12, 29), epoch(2012, 1, 1)), ZoneInfo("Pacific/Apia"))
    assert dt.date(2011, 12, 30) not in {day.date for day in days}


@given(WINDOWS)
@pytest.mark.slow
def test_hours_partition_the_window(window):
    parts = cut(window, HOUR_S)
    assert whole(parts, window)
    for part in parts:
        assert part.end - part.start <= HOUR_S
        assert part.start // DAY_S == (part.end - 1) // DAY_S


@given(WINDOWS, ZONES)
def test_blocks_partition_the_window_and_cut_no_day(window, zone):
    days = business_days(window, zone)
    parts = blocks(days, 60 * DAY_S)
    assert whole(parts, window)
    assert all(part.end - part.start <= 60 * DAY_S for part in parts)
    assert {part.start for part in parts} <= {day.window.start for day in days}


@given(WINDOWS, ZONES)
@pytest.mark.slow
def test_days_that_share_an_answer_can_be_told_apart(window, zone):
    days = business_days(window, zone)
    groups = in_one_answer(days, 60 * DAY_S)
    assert [day for group in groups for day in group] == days
    for group in groups:
        assert group[-1].window.end - group[0].window.start <= 60 * DAY_S
        if len(group) > 1:
            utc_dates = [dt.datetime.fromtimestamp(day.window.start, dt.UTC).date() for day in group]
            assert utc_dates == [day.date for day in group]


def test_400_days_of_utc_are_seven_requests():
    days = business_days(Window(epoch(2025, 2, 8, 9, 30), epoch(2026, 3, 15, 9, 30)), ZoneInfo("UTC"))
    groups = in_one_answer(days, 60 * DAY_S)
    assert len(days) == 401
    assert [len(group) for group in groups] == [60, 60, 60, 60, 60, 60, 41]


def test_local_days_need_an_answer_each():
    days = business_days(Window(epoch(2026, 3, 1), epoch(2026, 3, 4)), ZoneInfo("Asia/Manila"))
    assert [len(group) for group in in_one_answer(days, 60 * DAY_S)] == [1, 1, 1, 1]


def test_londons_day_of_25_hours_is_an_answer_of_its_own():
    """It holds parts of two UTC dates; the next begins at a UTC midnight and may be joined by others."""
    zone = ZoneInfo("Europe/London")
    start, end = (int(dt.datetime(2025, 10, day, tzinfo=zone).timestamp()) for day in (25, 30))
    days = business_days(Window(start, end), zone)
    assert [(day.window.end - day.window.start) // 3600 for day in days] == [24, 25, 24, 24, 24]
    groups = in_one_answer(days, 60 * DAY_S)
    assert [[day.date.day for day in group] for group in groups] == [[25], [26], [27, 28, 29]]


def test_days_that_fill_the_longest_window_exactly_are_one_request():
    days = business_days(Window(epoch(2026, 1, 1), epoch(2026, 3, 3)), ZoneInfo("UTC"))
    assert blocks(days, 60 * DAY_S) == [Window(epoch(2026, 1, 1), epoch(2026, 3, 2)), days[-1].window]


def test_a_window_is_cut_at_whole_steps_from_the_origin():
    assert cut(Window(1000, 1250), 100, origin=30) == [(1000, 1030), (1030, 1130), (1130, 1230), (1230, 1250)]
