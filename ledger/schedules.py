"""When something is due again: daily, weekly or monthly at a local time. Pure; one run a day at most.

Where clocks skip the time, it is due as long after midnight as on other days (02:30 is 03:30 then); where
they repeat it, the first time.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


class Every(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`at` is a time of the local clock. `day`: of a week 1 (Monday) to 7; of a month 1 to 31.

    A month that has no such day has its last day in its place.
    """

    every: Every
    at: time
    day: int = 1

    def __post_init__(self) -> None:
        most = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31}[self.every]
        if not 1 <= self.day <= most or self.at.tzinfo is not None:
            raise ValueError(f"a schedule needs a day of 1 to {most} and a time of the local clock")

    def is_on(self, day: date) -> bool:
        """Whether something is due on that day."""
        if self.every is Every.WEEK:
            return day.isoweekday() == self.day
        if self.every is Every.MONTH:
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True


def last_due(schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when it was last due, now or before; aware and in UTC."""
    today = now.astimezone(zone).date() + _DAY  # where a day is skipped, the next one's time may be over
    return next(at for at in _times(schedule, zone, today, -_DAY) if at <= now)


def next_due(schedule: Schedule, zone: ZoneInfo, after: datetime) -> datetime:
    """Return when it is due next, after a time; aware and in UTC."""
    yesterday = after.astimezone(zone).date() - _DAY
    return next(at for at in _times(schedule, zone, yesterday, _DAY) if at > after)


def _times(schedule: Schedule, zone: ZoneInfo, day: date, step: timedelta) -> Iterator[datetime]:
    while True:
        if schedule.is_on(day):
            yield datetime.combine(day, schedule.at.replace(fold=0), zone).astimezone(UTC)
        day += step
