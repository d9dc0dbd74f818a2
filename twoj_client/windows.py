"""Half-open windows of time in whole epoch seconds, and how they fall into business days. Pure."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

DAY_S = 86_400
HOUR_S = 3_600


def hour_of(at_s: float) -> int:
    """Return when the hour of an epoch second begins."""
    return int(at_s) // HOUR_S * HOUR_S


def utc_day_of(at_s: float) -> int:
    """Return when the UTC day of an epoch second begins."""
    return int(at_s) // DAY_S * DAY_S


class Window(NamedTuple):
    """The times t with ``start <= t < end``, in epoch seconds."""

    start: int
    end: int


def in_window(params: dict[str, Any], window: Window | None) -> dict[str, Any]:
    """Return the parameters of a request about a window, or about no window at all."""
    return params if window is None else params | {"time_start": window.start, "time_end": window.end}


class BusinessDay(NamedTuple):
    """A date of the business zone, and the part of it that was asked for."""

    date: dt.date
    window: Window


def business_days(window: Window, zone: ZoneInfo) -> list[BusinessDay]:
    """Return the business days of `window`, oldest first; the first and last are cut to the window.

    A day runs from local midnight to local midnight, so it lasts 23, 24 or 25 hours where clocks change.
    A date that the zone skipped altogether is left out.
    """
    days = []
    date = dt.datetime.fromtimestamp(window.start, zone).date()
    # Where clocks go back over midnight, a time may belong to the day after the one its clock shows.
    date -= dt.timedelta(days=1)
    start = _midnight(date, zone)
    while start < window.end:
        following = date + dt.timedelta(days=1)
        end = _midnight(following, zone)
        part = Window(max(start, window.start), min(end, window.end))
        if part.start < part.end:
            days.append(BusinessDay(date, part))
        date, start = following, end
    return days


# Of each day of each question; a zone takes 5 µs to say it.
@lru_cache(4096)
def _midnight(date: dt.date, zone: ZoneInfo) -> int:
    return int(dt.datetime(date.year, date.month, date.day, tzinfo=zone).timestamp())


def cut(window: Window, step_s: int, origin: int = 0) -> list[Window]:
    """Cut `window` at whole steps from `origin`."""
    parts = []
    start = window.start
    while start < window.end:
        end = min(start - (start - origin) % step_s + step_s, window.end)
        parts.append(Window(start, end))
        start = end
    return parts


def blocks(days: Sequence[BusinessDay], longest_s: int) -> list[Window]:
    """Join consecutive days into windows of at most `longest_s`; no day is cut in two."""
    joined: list[Window] = []
    for _, window in days:
        if joined and window.end - joined[-1].start <= longest_s:
            joined[-1] = Window(joined[-1].start, window.end)
        else:
            joined.append(window)
    return joined


def in_one_answer(days: Sequence[BusinessDay], longest_s: int) -> list[list[BusinessDay]]:
    """Group consecutive days that one stage summary can tell apart, at most `longest_s` a group.

    The provider's answer has one row per UTC date, so days may share an answer only if each is a UTC date (or
    a part of one) of its own. Days must be in order; a gap between two days starts a new group.
    """
    groups: list[list[BusinessDay]] = []
    for day in days:
        if groups and _follows(groups[-1], day.window, longest_s):
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def _follows(group: list[BusinessDay], window: Window, longest_s: int) -> bool:
    last = group[-1].window
    return (
        last.end == window.start
        and window.start % DAY_S == 0
        and _is_utc_part(last)
        and _is_utc_part(window)
        and window.end - group[0].window.start <= longest_s
    )


def _is_utc_part(window: Window) -> bool:
    return window.start // DAY_S == (window.end - 1) // DAY_S
