from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.periods import (
    FIRST_DAY,
    NAMES,
    Mode,
    Period,
    PeriodError,
    business_day,
    compare,
    day_end,
    day_start,
    days_label,
    default_mode,
    file_days,
    hour_windows,
    neighbour,
    parse_period,
    window_label,
)
from tests.dashboard.made_periods import custom_period

TODAY = date(2026, 3, 15)
MANILA = ZoneInfo("Asia/Manila")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "UTC",
            "Asia/Manila",
            "Europe/Berlin",
            "America/New_York",
            "America/Santiago",  # clocks change at midnight
            "Africa/Cairo",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",  # by half an hour
            "Pacific/Apia",  # skipped a whole day, 30 December 2011
        )
    ]
)
DAYS = st.dates(date(2010, 1, 1), date(2027, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    last_day = draw(DAYS)
    first_day = last_day - timedelta(days=draw(st.integers(0, 399)))
    return custom_period(first_day, last_day, last_day)


@pytest.mark.parametrize(
    ("text", "first_day", "last_day", "label"),
    [
        ("today", date(2026, 3, 15), TODAY, "Today"),
        ("yesterday", date(2026, 3, 14), date(2026, 3, 14), "Yesterday"),
        ("7d", date(2026, 3, 9), TODAY, "Last 7 days"),
        ("30d", date(2026, 2, 14), TODAY, "Last 30 days"),
        ("60d", date(2026, 1, 15), TODAY, "Last 60 days"),
        ("90d", date(2025, 12, 16), TODAY, "Last 90 days"),
        ("month", date(2026, 3, 1), TODAY, "This month"),
        ("last-month", date(2026, 2, 1), date(2026, 2, 28), "Last month"),
        ("2026-01-01..2026-01-31", date(2026, 1, 1), date(2026, 1, 31), "1–31 January 2026"),
        ("2026-03-15..2026-03-15", TODAY, TODAY, "15 March 2026"),
    ],
)
def test_values_of_the_query_string(text: str, first_day: date, last_day: date, label: str) -> None:
    period = parse_period(text, TODAY)
    assert (period.text, period.first_day, period.last_day, period.label) == (
        text,
        first_day,
        last_day,
        label,
    )


def test_every_name_has_a_test_above_and_a_label() -> None:
    for name in NAMES:
        assert parse_period(name, TODAY).label != parse_period(name, TODAY).days_label


def test_last_month_in_january_is_december() -> None:
    period = parse_period("last-month", date(2026, 1, 1))
    assert (period.first_day, period.last_day) == (date(2025, 12, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must be one of today, yesterday"),
        ("8d", "must be one of"),
        ("Today", "must be one of"),
        ("2026-03-01", "must be one of"),
        ("20260301..20260302", "must be one of"),
        ("2026-W10-1..2026-W10-2", "must be one of"),
        ("٢٠٢٦-٠٣-٠١..٢٠٢٦-٠٣-٠٢", "must be one of"),
        ("2026-03-01..2026-03-02\n", "must be one of"),
        ("2026-02-30..2026-03-02", "not in the calendar"),
        ("2026-03-02..2026-03-01", "ends before it starts"),
        ("2026-03-15..2026-03-16", "day in the future"),
        ("9999-12-30..9999-12-31", "day in the future"),
        ("2003-12-31..2004-01-02", "before 2004"),
        ("2025-02-08..2026-03-15", "longer than 400 days"),
    ],
)
def test_what_is_not_a_period_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PeriodError, match=sentence) as caught:
        parse_period(text, TODAY)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.count(". ") == 0
    assert "\n" not in message


@given(st.sampled_from(list(Mode)), st.integers(0, 500), st.integers(1, 400), ZONES)
def test_neither_a_period_nor_what_it_is_compared_with_has_nine_digits_of_seconds(
    mode: Mode, later: int, day_count: int, zone: ZoneInfo
) -> None:
    first = FIRST_DAY + timedelta(days=later)
    text = f"{first}..{first + timedelta(days=day_count - 1)}"
    comparison = compare(parse_period(text, TODAY), mode, datetime(2026, 3, 15, tzinfo=UTC), zone)
    if comparison:
        assert comparison.start.timestamp() >= 10**9


def test_a_message_repeats_nothing_that_was_typed() -> None:
    with pytest.raises(PeriodError) as caught:
        parse_period("<script>[x](http://evil)", TODAY)
    assert "evil" not in str(caught.value)


def test_four_hundred_days_are_allowed() -> None:
    assert parse_period("2025-02-09..2026-03-15", TODAY).day_count == 400


@given(periods())
def test_a_period_survives_its_own_text(period: Period) -> None:
    assert parse_period(period.text, period.last_day) == period
    assert len(period.days()) == period.day_count
    assert (period.days()[0], period.days()[-1]) == (period.first_day, period.last_day)


@pytest.mark.parametrize(
    ("first_day", "last_day", "words"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), "1–31 March 2026"),
        (date(2026, 2, 27), date(2026, 3, 31), "27 Feb – 31 Mar 2026"),
        (date(2025, 12, 27), date(2026, 1, 3), "27 Dec 2025 – 3 Jan 2026"),
        (date(2025, 3, 1), date(2026, 3, 31), "1 Mar 2025 – 31 Mar 2026"),
    ],
)
def test_days_in_words(first_day: date, last_day: date, words: str) -> None:
    assert days_label(first_day, last_day) == words


def test_a_business_day_runs_from_local_midnight_to_local_midnight() -> None:
    assert parse_period("today", TODAY).window(MANILA) == (
        datetime(2026, 3, 14, 16, tzinfo=UTC),
        datetime(2026, 3, 15, 16, tzinfo=UTC),
    )
    assert business_day(datetime(2026, 3, 15, 16, tzinfo=UTC), MANILA) == date(2026, 3, 16)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (TODAY, 24)])
def test_days_on_which_clocks_change(day: date, hours: int) -> None:
    start, end = Period("", day, day).window(BERLIN)
    assert end - start == timedelta(hours=hours)
    found = hour_windows(day, BERLIN)
    assert len(found) == hours
    assert found[0][0] == start
    assert found[-1] == (end - timedelta(hours=1), end)


@given(DAYS, ZONES)
def test_windows_of_neighbouring_days_meet(day: date, zone: ZoneInfo) -> None:
    following = day + timedelta(days=1)
    assert Period("", day, day).window(zone)[1] == Period("", following, following).window(zone)[0]
    hours = hour_windows(day, zone)
    assert all(start < end <= day_start(following, zone) for start, end in hours)


@given(periods(), ZONES, st.sampled_from([Mode.PREVIOUS, Mode.WEEK]), st.integers(0, 3000))
def test_laws_of_comparisons(period: Period, zone: ZoneInfo, mode: Mode, minutes_ago: int) -> None:
    start, end = period.window(zone)
    now = end - timedelta(minutes=minutes_ago)
    found = compare(period, mode, now, zone)
    assert found is not None
    earlier = found.period
    assert earlier.day_count == period.day_count
    assert earlier.last_day < period.first_day
    assert earlier.window(zone)[0] == found.start <= found.end <= earlier.window(zone)[1] <= start
    is_running = period.is_running(now, zone)
    assert ("as today" in found.note) == is_running
    lasted = (now if is_running else end) - start
    assert ("as clocks changed" in found.note) == (found.end - found.start != lasted)
    if not is_running:
        assert found.end == earlier.window(zone)[1]
    if mode is Mode.PREVIOUS:
        assert period.first_day - earlier.last_day == timedelta(days=1)
    else:
        assert period.first_day.weekday() == earlier.first_day.weekday()
        assert (period.first_day - earlier.last_day).days <= 7


@given(periods(), st.times(), st.sampled_from([Mode.PREVIOUS, Mode.WEEK]))
def test_where_clocks_do_not_change_a_running_period_meets_the_same_elapsed_time(
    period: Period, clock: time, mode: Mode
) -> None:
    now = datetime.combine(period.last_day, clock, MANILA)
    found = compare(period, mode, now, MANILA)
    assert found is not None
    assert found.end - found.start == now - period.window(MANILA)[0]


def test_previous_is_as_many_days_directly_before() -> None:
    now = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
    found = compare(parse_period("7d", TODAY), Mode.PREVIOUS, now, MANILA)
    assert found is not None
    assert (found.period.first_day, found.period.last_day) == (date(2026, 3, 2), date(2026, 3, 8))
    assert found.end == datetime(2026, 3, 8, 6, 5, tzinfo=UTC)
    assert found.note == "until 14:05, as today"
    assert found.label == "2–8 March 2026, until 14:05, as today"


def test_the_month_so_far_is_compared_with_as_many_days_before_it() -> None:
    now = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
    found = compare(parse_period("month", TODAY), Mode.PREVIOUS, now, MANILA)
    assert found is not None
    assert (found.period.first_day, found.period.last_day) == (date(2026, 2, 14), date(2026, 2, 28))


def test_the_same_weekdays_are_as_many_weeks_back_as_the_period_needs() -> None:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    found = compare(custom_period(date(2026, 3, 8), date(2026, 3, 15), TODAY), Mode.WEEK, now, MANILA)
    assert found is not None
    assert (found.period.first_day, found.period.last_day) == (date(2026, 2, 22), date(2026, 3, 1))
    assert (found.note, found.label) == ("", "22 Feb – 1 Mar 2026")


@pytest.mark.parametrize(
    ("first", "last", "mode", "earlier"),
    [
        ((2026, 3, 1), (2026, 3, 14), Mode.MONTH, ((2026, 2, 1), (2026, 2, 14))),
        ((2026, 1, 1), (2026, 1, 31), Mode.MONTH, ((2025, 12, 1), (2025, 12, 31))),
        ((2026, 2, 1), (2026, 2, 28), Mode.MONTH, ((2026, 1, 1), (2026, 1, 28))),
        ((2025, 3, 1), (2025, 3, 31), Mode.MONTH, ((2025, 2, 1), (2025, 2, 28))),
        ((2024, 3, 30), (2024, 3, 31), Mode.MONTH, ((2024, 2, 29), (2024, 2, 29))),
        ((2025, 12, 20), (2026, 1, 5), Mode.MONTH, ((2025, 11, 20), (2025, 12, 5))),
        ((2026, 3, 1), (2026, 3, 14), Mode.YEAR, ((2025, 3, 1), (2025, 3, 14))),
        ((2024, 2, 29), (2024, 2, 29), Mode.YEAR, ((2023, 2, 28), (2023, 2, 28))),
        ((2025, 2, 1), (2025, 2, 28), Mode.YEAR, ((2024, 2, 1), (2024, 2, 28))),
    ],
)
def test_the_same_days_of_the_month_and_the_year_before(
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    mode: Mode,
    earlier: tuple[tuple[int, int, int], ...],
) -> None:
    now = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
    found = compare(custom_period(date(*first), date(*last), TODAY), mode, now, MANILA)
    assert found is not None
    assert (found.period.first_day, found.period.last_day) == tuple(date(*day) for day in earlier)
    assert found.end == day_end(found.period.last_day, MANILA)


def test_a_running_month_meets_the_same_span_of_the_month_before() -> None:
    now = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
    found = compare(parse_period("month", TODAY), Mode.MONTH, now, MANILA)
    assert found is not None
    assert found.label == "1–15 February 2026, until 14:05, as today"
    assert found.end == datetime(2026, 2, 15, 6, 5, tzinfo=UTC)
    end_of_march = datetime(2026, 3, 31, 6, 5, tzinfo=UTC)
    found = compare(parse_period("month", date(2026, 3, 31)), Mode.MONTH, end_of_march, MANILA)
    assert found is not None
    assert found.end == datetime(2026, 2, 28, 6, 5, tzinfo=UTC)


def test_no_comparison() -> None:
    assert compare(parse_period("7d", TODAY), Mode.NONE, datetime(2026, 3, 15, tzinfo=UTC), MANILA) is None


@pytest.mark.parametrize(
    ("today", "clock", "end"),
    [
        # 29 March has no 02:30: as much time after midnight, which is 03:30 summer time.
        (date(2026, 3, 30), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 25 October has 02:30 twice: the first.
        (date(2026, 10, 26), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # After the change the local time decides, not the time elapsed.
        (date(2026, 3, 30), time(14, 5), datetime(2026, 3, 29, 12, 5, tzinfo=UTC)),
        (date(2026, 10, 26), time(14, 5), datetime(2026, 10, 25, 13, 5, tzinfo=UTC)),
    ],
)
def test_the_same_local_time_on_a_day_when_clocks_change(today: date, clock: time, end: datetime) -> None:
    now = datetime.combine(today, clock, BERLIN)
    found = compare(parse_period("today", today), Mode.PREVIOUS, now, BERLIN)
    assert found is not None
    assert found.end == end


def test_the_second_of_two_equal_hours_meets_the_one_hour_of_the_day_before() -> None:
    now = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    found = compare(parse_period("today", date(2026, 10, 25)), Mode.PREVIOUS, now, BERLIN)
    assert found is not None
    assert found.end == datetime(2026, 10, 24, 0, 30, tzinfo=UTC)


def test_a_day_that_the_zone_skipped_is_compared_as_an_empty_window() -> None:
    apia = ZoneInfo("Pacific/Apia")
    today = date(2011, 12, 31)
    found = compare(
        parse_period("today", today), Mode.PREVIOUS, datetime.combine(today, time(14, 5), apia), apia
    )
    assert found is not None
    assert found.start == found.end == day_start(today, apia)


def test_a_period_runs_from_its_first_moment_to_before_its_last() -> None:
    period = parse_period("today", TODAY)
    start, end = period.window(MANILA)
    moments = [start - timedelta(microseconds=1), start, end - timedelta(microseconds=1), end]
    assert [period.is_running(now, MANILA) for now in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("zone", "start", "end", "words", "days"),
    [
        ("UTC", "2026-03-01T00:00Z", "2026-03-03T00:00Z", "2026-03-01 to 2026-03-02",
         "2026-03-01-2026-03-02"),
        (
            "Asia/Manila",
            "2026-03-14T16:00Z",
            "2026-03-15T06:05Z",
            "2026-03-15 to 2026-03-15, until 14:05 (+08:00)",
            "2026-03-15-2026-03-15",
        ),
        (
            "America/New_York",
            "2026-11-01T05:30Z",
            "2026-11-01T06:30Z",
            "2026-11-01 to 2026-11-01, from 01:30 (−04:00), until 01:30 (−05:00)",
            "2026-11-01-2026-11-01",
        ),
        ("UTC", "2026-03-15T00:00Z", "2026-03-15T00:00Z", "2026-03-15 to 2026-03-15, until 00:00 (+00:00)",
         "2026-03-15-2026-03-15"),
    ],
)  # fmt: skip
def test_a_window_in_the_words_and_the_name_of_a_file(zone, start, end, words, days):
    window = (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert window_label(*window, ZoneInfo(zone)) == words
    assert file_days(*window, ZoneInfo(zone)) == days


@pytest.mark.parametrize(
    ("zone", "day", "note"),
    [
        ("America/New_York", date(2026, 3, 8), "until 12:00, as today, 1 h longer, as clocks changed"),
        ("America/New_York", date(2026, 11, 1), "until 12:00, as today, 1 h shorter, as clocks changed"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "until 12:00, as today, 30 min shorter, as clocks changed"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "until 12:00, as today, 30 min longer, as clocks changed"),
        ("Asia/Kolkata", date(2026, 3, 8), "until 12:00, as today"),
    ],
)
def test_where_clocks_change_the_comparison_says_by_how_much(zone: str, day: date, note: str) -> None:
    """The same local time is not the same elapsed time."""
    place = ZoneInfo(zone)
    noon = datetime.combine(day, time(12), place)
    found = compare(custom_period(day, day, day), Mode.WEEK, noon, place)
    assert found is not None
    assert found.note == note
    finished = compare(custom_period(day, day, day), Mode.WEEK, noon + timedelta(days=2), place)
    assert finished is not None
    assert finished.note == note.removeprefix("until 12:00, as today").removeprefix(", ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-03-09..2026-03-09", "on 9 March 2026"),
        ("today", "on 15 March 2026"),
        ("2026-03-01..2026-03-09", "in 1–9 March 2026"),
        ("2026-02-27..2026-03-01", "in 27 Feb – 1 Mar 2026"),
    ],
)
def test_a_sentence_has_one_day_with_on_and_several_with_in(text, words):
    assert parse_period(text, date(2026, 3, 15)).when == words


@pytest.mark.parametrize(
    ("text", "earlier", "later"),
    [
        ("today", "2026-03-14..2026-03-14", None),
        ("yesterday", "2026-03-13..2026-03-13", "today"),
        ("7d", "2026-03-02..2026-03-08", None),
        ("30d", "2026-01-15..2026-02-13", None),
        ("90d", "2025-09-17..2025-12-15", None),
        ("2026-03-02..2026-03-08", "2026-02-23..2026-03-01", "7d"),
        ("2026-01-15..2026-02-13", "2025-12-16..2026-01-14", "30d"),
        ("2026-03-05..2026-03-10", "2026-02-27..2026-03-04", None),  # 11 to 16 March are not over
        ("2026-03-01..2026-03-15", "2026-02-14..2026-02-28", None),  # half a month are days
        # Months, whatever their length.
        ("month", "2026-02-01..2026-02-28", None),
        ("last-month", "2026-01-01..2026-01-31", "month"),
        ("2026-02-01..2026-02-28", "2026-01-01..2026-01-31", "month"),
        ("2024-03-01..2024-03-31", "2024-02-01..2024-02-29", "2024-04-01..2024-04-30"),
        ("2025-01-01..2025-03-31", "2024-10-01..2024-12-31", "2025-04-01..2025-06-30"),
        ("2025-01-01..2025-12-31", "2024-01-01..2024-12-31", None),
        ("2026-01-01..2026-02-28", "2025-11-01..2025-12-31", None),
        ("2004-01-01..2004-01-31", None, "2004-02-01..2004-02-29"),
        ("2004-01-05..2004-01-09", None, "2004-01-10..2004-01-14"),
    ],
)
def test_the_spans_before_and_after(text: str, earlier: str | None, later: str | None) -> None:
    found = [neighbour(parse_period(text, TODAY), by, TODAY) for by in (-1, 1)]
    assert [each and each.text for each in found] == [earlier, later]
    assert all(each is None or each == parse_period(each.text, TODAY) for each in found)


@pytest.mark.parametrize(
    ("today", "text", "earlier"),
    [
        (date(2026, 4, 30), "30d", "2026-03-02..2026-03-31"),  # all of April, but thirty days
        (date(2026, 4, 30), "month", "2026-03-01..2026-03-31"),
        (date(2026, 3, 1), "today", "2026-02-28..2026-02-28"),
        (date(2026, 3, 1), "month", "2026-02-01..2026-02-28"),
    ],
)
def test_a_name_says_whether_days_or_months_are_meant(today: date, text: str, earlier: str) -> None:
    found = neighbour(parse_period(text, today), -1, today)
    assert found is not None
    assert found.text == earlier
    back = neighbour(found, 1, today)
    assert back is not None
    assert back.text == text


def is_months(period: Period) -> bool:
    return (period.first_day.day, (period.last_day + timedelta(days=1)).day) == (1, 1)


@given(st.sampled_from(NAMES) | periods(), DAYS, st.sampled_from([-1, 1]))
def test_there_and_back_are_the_same_days_and_never_in_the_future(
    asked: str | Period, today: date, by: int
) -> None:
    period = parse_period(asked, today) if isinstance(asked, str) else asked
    today = max(today, period.last_day)
    found = neighbour(period, by, today)
    if found is None:
        return
    assert FIRST_DAY <= found.first_day <= found.last_day <= today
    assert found == parse_period(found.text, today)
    gap = found.first_day - period.last_day if by > 0 else period.first_day - found.last_day
    assert gap == timedelta(days=1)
    moves_by_months = is_months(period) or period.text == "month"
    if not moves_by_months:
        assert found.day_count == period.day_count
    if moves_by_months == is_months(found) or found.text in NAMES:
        back = neighbour(found, -by, today)
        assert back is not None
        assert (back.first_day, back.last_day) == (period.first_day, period.last_day)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("today", Mode.WEEK),
        ("yesterday", Mode.WEEK),
        ("7d", Mode.WEEK),
        ("2026-03-01..2026-03-07", Mode.WEEK),
        ("2026-03-01..2026-03-08", Mode.PREVIOUS),
        ("30d", Mode.PREVIOUS),
        ("last-month", Mode.PREVIOUS),
    ],
)
def test_up_to_a_week_is_compared_with_the_same_weekdays(text: str, mode: Mode) -> None:
    assert default_mode(parse_period(text, TODAY)) is mode
