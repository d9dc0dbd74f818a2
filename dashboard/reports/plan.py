"""Which reports are wanted: how often, of which days, for whom. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from dashboard.core.formats import day_text
from dashboard.core.periods import Mode, Period, business_day, days_label, of_days
from dashboard.core.roles import Role
from dashboard.core.text import WordTable, later, locale, text


class ReportKind(StrEnum):
    """How often a report comes, and so of which days it is."""

    DAILY = "day"
    WEEKLY = "week"
    MONTHLY = "month"


NAMES: Final = WordTable(
    {
        ReportKind.DAILY: later("Daily report"),
        ReportKind.WEEKLY: later("Weekly report"),
        ReportKind.MONTHLY: later("Monthly report"),
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A report that is sent again and again. `day` is of a week (1 is Monday), or of a month; `at` is local.

    `channel` is a name of the settings, `language` a code such as "en". It holds what its `role` may see.
    """

    kind: ReportKind
    day: int
    at: time
    channel: str
    role: Role
    language: str

    @property
    def days_text(self) -> str:
        """On which days it is sent, in words."""
        if self.kind is ReportKind.WEEKLY:
            return text("Every {weekday}", weekday=weekday_text(self.day))
        if self.kind is ReportKind.MONTHLY:
            return text("On day {day} of every month", day=self.day)
        return text("Every day")

    @property
    def when_text(self) -> str:
        """When it is sent, in words."""
        return text("{days} at {time}", days=self.days_text, time=f"{self.at:%H:%M}")


def weekday_text(day: int) -> str:
    """The name of a day of the week, 1 being Monday."""
    return str(get_day_names("wide", locale=locale())[day - 1])


def period_of(kind: ReportKind, due_at: datetime, zone: ZoneInfo) -> Period:
    """Return the days of a report that is due at a time: the last ones that were over.

    Yesterday; the seven days before that day; the calendar month before it.
    """
    today = business_day(due_at, zone)
    yesterday = today - timedelta(days=1)
    if kind is ReportKind.DAILY:
        return of_days(yesterday, yesterday)
    if kind is ReportKind.WEEKLY:
        return of_days(today - timedelta(days=7), yesterday)
    last = today.replace(day=1) - timedelta(days=1)
    return of_days(last.replace(day=1), last)


def compared_by(kind: ReportKind) -> Mode:
    """Return with what a report's days are compared: the same weekdays, a month with the one before."""
    return Mode.MONTH if kind is ReportKind.MONTHLY else Mode.WEEK


def title_of(kind: ReportKind, period: Period) -> str:
    """What a report is called: "Daily report: Saturday, 28 November 2026"."""
    days = days_label(period.first_day, period.last_day)
    if kind is ReportKind.DAILY:
        days = day_text(period.last_day, "yMMMMEEEEd")
    return text("{report}: {days}", report=NAMES[kind], days=days)
