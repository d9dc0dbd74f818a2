"""When something is due: each local day once, whatever clocks do."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.schedules import Every, Schedule, last_due, next_due

NEW_YORK, MANILA, LORD_HOWE, APIA = map(
    ZoneInfo, ("America/New_York", "Asia/Manila", "Australia/Lord_Howe", "Pacific/Apia")
)


def due(schedule, zone, after, count=2):
    found, at = [], datetime.fromisoformat(after).replace(tzinfo=UTC)
    for _ in range(count):
        at = next_due(schedule, zone, at)
        found.append(f"{at:%m-%dT%H:%M}")
    return found


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "expected"),
    [
        (Schedule(Every.DAY, time(9)), MANILA, "2026-03-01T00:59", ["03-01T01:00", "03-02T01:00"]),
        # 02:30 does not exist on 8 March in New York: it is 03:30, as long after midnight as ever.
        (Schedule(Every.DAY, time(2, 30)), NEW_YORK, "2026-03-07T07:30", ["03-08T07:30", "03-09T06:30"]),
        # 01:30 comes twice on 1 November: the first counts.
        (Schedule(Every.DAY, time(1, 30)), NEW_YORK, "2026-10-31T12:00", ["11-01T05:30", "11-02T06:30"]),
        (Schedule(Every.DAY, time(2, 15)), LORD_HOWE, "2026-10-02T20:00", ["10-03T15:45", "10-04T15:15"]),
        (Schedule(Every.WEEK, time(8), 1), MANILA, "2026-03-02T00:00", ["03-09T00:00", "03-16T00:00"]),
        (Schedule(Every.MONTH, time(6), 31), MANILA, "2026-01-31T00:00", ["02-27T22:00", "03-30T22:00"]),
        # Apia had no 30 December 2011.
        (Schedule(Every.DAY, time(9)), APIA, "2011-12-29T18:00", ["12-29T19:00", "12-30T19:00"]),
    ],
)
def test_written_examples(schedule, zone, after, expected):
    assert due(schedule, zone, after) == expected


@pytest.mark.parametrize("wrong", [(Every.WEEK, 8), (Every.MONTH, 32), (Every.MONTH, 0), (Every.DAY, 2)])
def test_a_day_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="a schedule needs"):
        Schedule(wrong[0], time(9), wrong[1])


MOMENTS = st.integers(1_322_700_000, 1_900_000_000).map(lambda at_s: datetime.fromtimestamp(at_s, UTC))
SCHEDULES = st.one_of(
    st.builds(Schedule, st.just(Every.DAY), st.times()),
    st.builds(Schedule, st.just(Every.WEEK), st.times(), st.integers(1, 7)),
    st.builds(Schedule, st.just(Every.MONTH), st.times(), st.integers(1, 31)),
)


@given(
    SCHEDULES,
    st.sampled_from([NEW_YORK, MANILA, LORD_HOWE, APIA]),
    MOMENTS,
)
def test_last_and_next_are_neighbours_and_none_is_left_out(schedule, zone, now):
    before, after = last_due(schedule, zone, now), next_due(schedule, zone, now)
    assert before <= now < after
    assert next_due(schedule, zone, before) == after
    assert last_due(schedule, zone, after) == after
    assert last_due(schedule, zone, after - timedelta(microseconds=1)) == before


@given(
    st.times(),
    st.sampled_from([NEW_YORK, MANILA, LORD_HOWE]),
    MOMENTS,
)
def test_a_daily_run_is_of_each_local_day(at, zone, now):
    runs = [now]
    for _ in range(5):
        runs.append(next_due(Schedule(Every.DAY, at), zone, runs[-1]))
    days = [run.astimezone(zone).date() for run in runs[1:]]
    assert [(b - a).days for a, b in pairwise(days)] == [1] * 4
