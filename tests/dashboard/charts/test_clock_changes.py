"""Days on which clocks change: every minute is counted in the hour in which it lies, and in no other."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.bets.sums import by_step, minutes_a_step
from dashboard.core.frames import hours_frame, row_totals
from dashboard.core.periods import Period, hour_windows
from dashboard.rounds.frame import by_weekday_and_hour
from tests.dashboard.made_rounds import rounds, slots
from twoj_client.models import StageTotal

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MINUTE = timedelta(minutes=1)
CHANGING = [
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Pacific/Chatham", date(2026, 4, 5), 25),
    ("Pacific/Chatham", date(2026, 9, 27), 23),
    ("Asia/Kolkata", date(2026, 3, 15), 24),
    ("Asia/Kathmandu", date(2026, 3, 15), 24),
    ("Antarctica/Troll", date(2026, 3, 29), 22),
    ("Antarctica/Troll", date(2026, 10, 25), 26),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
]
days_of_all_kinds = pytest.mark.parametrize(("zone", "day", "hours"), CHANGING)


def _minutes(day: date, zone: ZoneInfo) -> list[datetime]:
    """Each minute whose local date is that day, found by looking at all around it."""
    around = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    every = [around + number * MINUTE for number in range(3 * 24 * 60)]
    return [moment for moment in every if moment.astimezone(zone).date() == day]


def _shown(day: date, zone: ZoneInfo) -> Counter[str]:
    """How many minutes of the day the clock shows each hour, the second time apart."""
    found: Counter[str] = Counter()
    first: dict[int, timedelta | None] = {}
    for moment in _minutes(day, zone):
        local = moment.astimezone(zone)
        is_again = first.setdefault(local.hour, local.utcoffset()) != local.utcoffset()
        found[f"{local:%H}:00" + " again" * is_again] += 1
    return found


@days_of_all_kinds
def test_hours_lie_side_by_side_and_each_within_one_hour_of_the_clock(
    zone: str, day: date, hours: float
) -> None:
    place = ZoneInfo(zone)
    found = hour_windows(day, place)
    minutes = _minutes(day, place)
    assert len(minutes) == hours * 60
    covered = [start + n * MINUTE for start, end in found for n in range((end - start) // MINUTE)]
    assert covered == minutes, "every minute once, in order"
    for start, end in found:
        assert len({(start + n * MINUTE).astimezone(place).hour for n in range((end - start) // MINUTE)}) == 1


@days_of_all_kinds
def test_the_sums_of_the_hours_are_those_of_the_minutes_they_show(zone: str, day: date, hours: float) -> None:
    place = ZoneInfo(zone)
    late = datetime(2027, 1, 1, tzinfo=UTC)
    rows = {
        start: StageTotal((end - start) // MINUTE, (end - start) // MINUTE * 1000, -7, 7)
        for start, end in hour_windows(day, place)
    }
    before = day - timedelta(days=7)
    frame = hours_frame(day, rows, before, {}, late, place)
    counted = dict(zip(frame["hour"].tolist(), frame["bet_count"].tolist(), strict=True))
    expected = _shown(day, place)
    assert {hour: number for hour, number in counted.items() if not pd.isna(number)} == expected
    assert sum(row.bet_count for row in row_totals(frame) if row) == hours * 60
    assert frame["finished"].all()


def test_the_half_hour_that_lord_howe_repeats_and_skips() -> None:
    """The clock shows 01:30 to 02:00 twice on 5 April 2026, and 02:00 to 02:30 not at all on 4 October."""
    autumn = {
        f"{start.astimezone(LORD_HOWE):%H:%M}": end - start
        for start, end in hour_windows(date(2026, 4, 5), LORD_HOWE)
    }
    assert autumn["01:00"] == autumn["02:00"] == timedelta(hours=1)
    assert autumn["01:30"] == timedelta(minutes=30)
    assert len(autumn) == 25
    spring = hour_windows(date(2026, 10, 4), LORD_HOWE)
    lengths = {f"{start.astimezone(LORD_HOWE):%H:%M}": end - start for start, end in spring}
    assert len(lengths) == 24
    assert lengths["01:00"] == lengths["03:00"] == timedelta(hours=1)
    assert lengths["02:30"] == timedelta(minutes=30)
    frame = hours_frame(
        date(2026, 4, 5), {}, date(2026, 3, 29), {}, datetime(2027, 1, 1, tzinfo=UTC), LORD_HOWE
    )
    assert frame["hour"].tolist()[:5] == ["00:00", "01:00", "01:00 again", "02:00", "03:00"]


@days_of_all_kinds
@pytest.mark.slow
def test_habits_and_steps_count_each_round_where_it_lies(zone: str, day: date, hours: float) -> None:
    place = ZoneInfo(zone)
    # Clocks change at quarter hours: the first and the last minute of each.
    played_at = [moment for moment in _minutes(day, place) if moment.minute % 15 in {0, 14}]
    starts = [int(moment.timestamp()) for moment in played_at]
    cells = by_weekday_and_hour(rounds(*(slots(start) for start in starts)), place)
    expected = Counter(moment.astimezone(place).hour for moment in played_at)
    played = cells[cells["bet_count"] > 0]
    assert dict(zip(played["hour"].tolist(), played["bet_count"].tolist(), strict=True)) == expected
    assert set(played["weekday"]) == {day.weekday()}
    start, end = Period("", day, day).window(place)
    start_s, end_s = int(start.timestamp()), int(end.timestamp())
    minutes = minutes_a_step(start_s, end_s)
    rows = by_step([(second, 1, 1000, 0) for second in starts], start_s, end_s, minutes)
    assert rows["bet_count"].sum() == hours * 8
    step_s = rows["start_at"].diff().iloc[1]
    in_steps = Counter((second - start_s) // step_s for second in starts)
    assert rows["bet_count"].tolist() == [in_steps[number] for number in range(len(rows))]
