"""Which days a report is of, in zones whose clocks change, and how it says when it comes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from dashboard.core.roles import Role
from dashboard.reports.plan import Plan, ReportKind, period_of, title_of

DAILY, WEEKLY, MONTHLY = ReportKind


@pytest.mark.parametrize(
    ("kind", "due_at", "zone", "days"),
    [
        (DAILY, "2026-03-15T23:30Z", "Asia/Manila", ("2026-03-15", "2026-03-15")),
        (DAILY, "2026-03-15T23:30Z", "America/New_York", ("2026-03-14", "2026-03-14")),
        (DAILY, "2026-03-09T06:00Z", "America/New_York", ("2026-03-08", "2026-03-08")),
        (WEEKLY, "2026-03-16T07:00Z", "UTC", ("2026-03-09", "2026-03-15")),
        (WEEKLY, "2026-11-02T12:00Z", "America/New_York", ("2026-10-26", "2026-11-01")),
        (MONTHLY, "2026-03-01T07:00Z", "UTC", ("2026-02-01", "2026-02-28")),
        (MONTHLY, "2026-03-31T23:30Z", "Asia/Kathmandu", ("2026-03-01", "2026-03-31")),
        (MONTHLY, "2026-11-15T05:00Z", "America/New_York", ("2026-10-01", "2026-10-31")),
        (MONTHLY, "2027-01-01T07:00Z", "UTC", ("2026-12-01", "2026-12-31")),
    ],
)
def test_the_days_of_a_report_are_the_last_that_were_over(kind, due_at, zone, days):
    found = period_of(kind, datetime.fromisoformat(due_at), ZoneInfo(zone))
    assert (found.first_day, found.last_day) == tuple(map(date.fromisoformat, days))
    assert found.window(ZoneInfo(zone))[1] <= datetime.fromisoformat(due_at)


@pytest.mark.parametrize(
    ("kind", "day", "said", "title"),
    [
        (DAILY, 1, "Every day at 07:05", "Daily report: Sunday, 15 March 2026"),
        (WEEKLY, 7, "Every Sunday at 07:05", "Weekly report: 9–15 March 2026"),
        (MONTHLY, 31, "On day 31 of every month at 07:05", "Monthly report: 1–28 February 2026"),
    ],
)
def test_a_report_says_when_it_comes_and_of_what_it_is(kind, day, said, title):
    assert Plan(kind, day, time(7, 5), "ops", Role.OWNER, "en").when_text == said
    assert title_of(kind, period_of(kind, datetime(2026, 3, 16, 7, tzinfo=UTC), ZoneInfo("UTC"))) == title
