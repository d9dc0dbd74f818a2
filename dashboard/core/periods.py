import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core.formats import day_text, duration, hour_text
from dashboard.core.text import Deferred, WordTable, later, listed, text

MAX_DAYS = 400
FIRST_DAY = date(2004, 1, 1)
"""Before September 2001 epoch seconds have nine digits, which the provider refuses with words that blame the
key. What a period is compared with, or judged by, lies up to 400 days and some weeks before it."""

_CLOCK_STEP: Final = timedelta(minutes=15)
"""Offsets of all zones since `FIRST_DAY`, and the times at which they change, are multiples of it."""
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
LABELS: Final = WordTable(
    {
        "today": later("Today"),
        "yesterday": later("Yesterday"),
        "7d": later("Last 7 days"),
        "30d": later("Last 30 days"),
        "60d": later("Last 60 days"),
        "90d": later("Last 90 days"),
        "month": later("This month"),
        "last-month": later("Last month"),
    }
)
NAMES: Final = tuple(LABELS)
_RUNNING: Final = {1: "today", 7: "7d", 30: "30d", 60: "60d", 90: "90d"}
"""Names of so many days up to today."""
_WEEK_DAYS: Final = 7
NOT_A_PERIOD: Final = later(
    "The period must be one of {names}, or two days such as 2026-03-01..2026-03-31; showing the last 7 days"
    " instead.",
    names=Deferred(listed, (NAMES,)),
)


class PeriodError(ValueError):
    """A period that cannot be shown. Its text is one sentence for people and repeats nothing they typed."""


class Mode(StrEnum):
    """With what a period is compared; the values of `compare` in the query string."""

    PREVIOUS = "previous"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from `first_day` to `last_day`, both included; `text` as the query string has it."""

    text: str
    first_day: date
    last_day: date

    @property
    def day_count(self) -> int:
        """Number of business days."""
        return (self.last_day - self.first_day).days + 1

    @property
    def label(self) -> str:
        """The period in words: "Last 7 days", or its days where it has no name."""
        return LABELS.get(self.text, self.days_label)

    @property
    def days_label(self) -> str:
        """The days in words: "1–31 March 2026"."""
        return days_label(self.first_day, self.last_day)

    @property
    def when(self) -> str:
        """The days as a sentence has them: "on 9 March 2026", "in 1–31 March 2026"."""
        return when_text(self.first_day, self.last_day)

    def days(self) -> list[date]:
        """Each business day, oldest first."""
        return [self.first_day + timedelta(days=n) for n in range(self.day_count)]

    def window(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Half open window in UTC, from midnight to midnight in `zone` (so 23 or 25 hours on some days)."""
        return day_start(self.first_day, zone), day_end(self.last_day, zone)

    def is_running(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether `now` (aware) lies in the period, so that its last day is not finished."""
        start, end = self.window(zone)
        return start <= now < end


@dataclass(frozen=True, slots=True)
class Comparison:
    """Earlier days that a period is measured against: as many as it has, unless months differ in length.

    `end` is the end of the window in UTC: the end of the last day, or, while the period is still running, the
    same local time on that day. `told` says so ("until 14:05, as today", or "as these numbers" where those
    are of an earlier day), and by how much the elapsed times differ where clocks changed ("1 h longer, as
    clocks changed"); else it is empty. As text it is its label.
    """

    mode: Mode
    period: Period
    start: datetime
    end: datetime
    told: Deferred

    @property
    def note(self) -> str:
        """What differs from the whole compared days, in words."""
        return str(self.told)

    @property
    def label(self) -> str:
        """The compared days in words, with the note: "8 March 2026, until 14:05, as today"."""
        return listed(filter(None, (self.period.days_label, self.note)))

    def __str__(self) -> str:
        return self.label


def parse_period(written: str, today: date) -> Period:
    """Read a period as the query string writes it; `today` is the current business day.

    `7d` is today and the six days before, `month` the days of this month up to today. Raises PeriodError
    where the text is not a period, ends before it starts, reaches into the future, before 2004, or is longer
    than 400 days.
    """
    first_day, last_day = _named(written, today) or _days_of(written)
    if last_day < first_day:
        raise PeriodError(text("The period ends before it starts; showing the last 7 days instead."))
    if last_day > today:
        raise PeriodError(text("The period has a day in the future; showing the last 7 days instead."))
    if first_day < FIRST_DAY:
        sentence = later(
            "The period starts before {year}; the provider is asked for later days only;"
            " showing the last 7 days instead.",
            year=FIRST_DAY.year,
        )
        raise PeriodError(str(sentence))
    if (last_day - first_day).days >= MAX_DAYS:
        sentence = later(
            "The period is longer than {days} days, the most that can be shown;"
            " showing the last 7 days instead.",
            days=MAX_DAYS,
        )
        raise PeriodError(str(sentence))
    return Period(written, first_day, last_day)


def of_days(first_day: date, last_day: date) -> Period:
    """The period from one day to another, both included."""
    return Period(f"{first_day.isoformat()}..{last_day.isoformat()}", first_day, last_day)


def of_day(day: date) -> Period:
    """The period of one day."""
    return of_days(day, day)


def neighbour(period: Period, by: int, today: date) -> Period | None:
    """Find the span of the same length that lies `by` spans later, earlier where that is negative.

    Whole calendar months, and the running one ("month"), move by months; all else by days. None where it
    would reach into the future, or before 2004; the running month alone is shown as far as it goes. What
    ends today keeps the name that moves on with it, so that ◀ and then ▶ lead back to it. The one exception:
    days that are no months, moved, may come to lie on whole months (31 days from 1 February on), which then
    move as such.
    """
    months = _whole_months(period)
    if months:
        first_day = _months_later(period.first_day, by * months)
        last_day = _months_later(first_day, months) - timedelta(days=1)
        if months == 1 and first_day <= today <= last_day:
            return parse_period("month", today)
    else:
        first_day, last_day = (
            day + timedelta(days=by * period.day_count) for day in (period.first_day, period.last_day)
        )
        if last_day == today and (name := _RUNNING.get(period.day_count)):
            return parse_period(name, today)
    if last_day > today or first_day < FIRST_DAY:
        return None
    return of_days(first_day, last_day)


def _whole_months(period: Period) -> int:
    """How many calendar months a period is, the running one among them; 0 where it is days."""
    if period.text == "month":
        return 1
    after = period.last_day + timedelta(days=1)
    if period.text in _RUNNING.values() or (period.first_day.day, after.day) != (1, 1):
        return 0
    return (after.year - period.first_day.year) * 12 + after.month - period.first_day.month


def _months_later(first_of_month: date, months: int) -> date:
    month = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


def default_mode(period: Period) -> Mode:
    """With what a period is compared where nobody chose: up to a week with the same weekdays."""
    return Mode.WEEK if period.day_count <= _WEEK_DAYS else Mode.PREVIOUS


def compare(
    period: Period, mode: Mode, now: datetime, zone: ZoneInfo, *, until: datetime | None = None
) -> Comparison | None:
    """Find what `period` is compared with at the aware time `now`; None where the mode is `none`.

    Of numbers that reach to an earlier time than `now`, `until` is that time.

    `previous` is as many days directly before. `week` is the same weekdays, moved back by the fewest whole
    weeks that keep the two apart. `month` and `year` are the same days of the calendar month or year before;
    29, 30 and 31 fall on the last day there is. Source: numbers.md, "Periods".
    """
    if mode is Mode.NONE:
        return None
    first_day, last_day = (_before(day, mode, period) for day in (period.first_day, period.last_day))
    earlier = of_days(first_day, last_day)
    start, end = earlier.window(zone)
    reach = until or now
    if not period.is_running(reach, zone):
        told = Deferred(changed_clocks, ((start, end), period.window(zone)))
        return Comparison(mode, earlier, start, end, told)
    clock, day = reach.astimezone(zone).time().replace(tzinfo=None), business_day(reach, zone)
    day = _before(day, mode, period)
    same_time = min(_instant(day, clock, zone), end)
    windows = (start, same_time), (period.window(zone)[0], reach)
    is_today = business_day(reach, zone) == business_day(now, zone)
    told = Deferred(_cut_text, (datetime.combine(day, clock), day == last_day, is_today, *windows))
    return Comparison(mode, earlier, start, same_time, told)


def _before(day: date, mode: Mode, period: Period) -> date:
    """The day that a day of the period is compared with."""
    if mode in (Mode.MONTH, Mode.YEAR):
        month = day.year * 12 + day.month - 1 - (1 if mode is Mode.MONTH else 12)
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    days = period.day_count
    return day - timedelta(days=days if mode is Mode.PREVIOUS else -(-days // 7) * 7)


def _cut_text(
    until: datetime,
    is_last_day: bool,
    is_today: bool,
    before: tuple[datetime, datetime],
    now: tuple[datetime, datetime],
) -> str:
    """Up to which local time the compared days go, and by how much longer that takes."""
    time_text, changed = hour_text(until), changed_clocks(before, now)
    if not is_last_day:
        time_text = text("{time} on {day}", time=time_text, day=days_label(until.date(), until.date()))
    cut = text("until {time}, as these numbers", time=time_text)
    if is_today:
        cut = text("until {time}, as today", time=time_text)
    return listed(filter(None, (cut, changed)))


def changed_clocks(before: tuple[datetime, datetime], now: tuple[datetime, datetime]) -> str:
    """By how much the compared window is longer or shorter than today's; empty where they last as long.

    "1 h longer, as clocks changed": the same local times are not the same elapsed time.
    """
    longer = (before[1] - before[0]) - (now[1] - now[0])
    minutes = round(abs(longer) / timedelta(minutes=1))
    if not minutes:
        return ""
    length = duration(minutes * 60) if minutes % 60 else text("{number} h", number=minutes // 60)
    if longer > timedelta():
        return text("{length} longer, as clocks changed", length=length)
    return text("{length} shorter, as clocks changed", length=length)


def business_day(now: datetime, zone: ZoneInfo) -> date:
    """Find the business day that the aware time `now` belongs to."""
    return now.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of `day` in `zone`, in UTC (where clocks skip midnight: the moment they jump)."""
    return _instant(day, time.min, zone)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The midnight after `day` in `zone`, in UTC."""
    return day_start(day + timedelta(days=1), zone)


def hour_windows(day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The hours of the local clock on a business day, as half open windows in UTC that lie side by side.

    They are 24; where clocks change, others, some of which are shorter: an hour ends at the next full one of
    the local clock or where the clock jumps.
    """
    moment, end = Period("", day, day).window(zone)
    starts, shown = [], None
    while moment < end:
        local = moment.astimezone(zone)
        if (local.hour, local.utcoffset()) != shown:
            shown = local.hour, local.utcoffset()
            starts.append(moment)
        moment += _CLOCK_STEP
    return list(pairwise([*starts, end]))


def days_label(first_day: date, last_day: date) -> str:
    """Days in words: "9 March 2026", "1–31 March 2026", "27 Feb – 31 Mar 2026"."""
    if first_day == last_day:
        return day_text(last_day, "long")
    if (first_day.year, first_day.month) == (last_day.year, last_day.month):
        return text("{day}–{last_day}", day=first_day.day, last_day=day_text(last_day, "long"))
    start = day_text(first_day, "MMMd" if first_day.year == last_day.year else "yMMMd")
    return text("{first_day} – {last_day}", first_day=start, last_day=day_text(last_day))


def when_text(first_day: date, last_day: date) -> str:
    """Days as a sentence has them: "on 9 March 2026", "in 1–31 March 2026"."""
    days = days_label(first_day, last_day)
    return text("on {day}", day=days) if first_day == last_day else text("in {days}", days=days)


def window_label(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """A half open window in a file's words: "2026-03-01 to 2026-03-31", "…, until 14:05 (+08:00)"."""
    first_day, last_day = _days(start, end, zone)
    parts = [text("{first_day} to {last_day}", first_day=first_day, last_day=last_day)]
    if start != day_start(first_day, zone):
        parts.append(text("from {time}", time=_clock(start.astimezone(zone))))
    if end != day_end(last_day, zone):
        parts.append(text("until {time}", time=_clock(end.astimezone(zone))))
    return listed(parts)


def file_days(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """The days of a window in a file's name: "2026-03-01-2026-03-31"."""
    first_day, last_day = _days(start, end, zone)
    return f"{first_day.isoformat()}-{last_day.isoformat()}"


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[date, date]:
    first_day = business_day(start, zone)
    return first_day, max(first_day, business_day(end - timedelta(microseconds=1), zone))


def _clock(local: datetime) -> str:
    return f"{local:%H:%M} ({local.isoformat()[-6:].replace('-', '−')})"


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    # PEP 495, fold=0: a local time that clocks skip is read with the offset before the jump, one that they
    # repeat is the first of the two. Both are the same time elapsed since midnight, which is what a
    # comparison needs.
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)


def _named(name: str, today: date) -> tuple[date, date] | None:
    running = {running: days for days, running in _RUNNING.items()}
    if name in running:
        return today - timedelta(days=running[name] - 1), today
    month_start = today.replace(day=1)
    before_month = month_start - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    return {
        "yesterday": (yesterday, yesterday),
        "month": (month_start, today),
        "last-month": (before_month.replace(day=1), before_month),
    }.get(name)


def _days_of(written: str) -> tuple[date, date]:
    found = _RANGE.fullmatch(written)
    if not found:
        raise PeriodError(str(NOT_A_PERIOD))
    try:
        return date.fromisoformat(found[1]), date.fromisoformat(found[2])
    except ValueError as error:
        sentence = text("The period has a day that is not in the calendar; showing the last 7 days instead.")
        raise PeriodError(sentence) from error
