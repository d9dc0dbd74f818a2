"""Sums of all games, by business day and by hour."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core import frames
from dashboard.core.formats import hour_text
from dashboard.core.memo import memo
from dashboard.core.periods import Period, changed_clocks, day_end, day_start, days_label, hour_windows
from dashboard.core.text import Deferred, later, listed, text
from dashboard.provider.asking import gather, reading_of, warnings_of
from dashboard.provider.failures import sentence
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered, is_settled, stale_reason_of
from twoj_client import Reply, TwoJError
from twoj_client.models import StageSummary, StageTotal

_Window = tuple[datetime, datetime]


def days(merchant: Merchant, period: Period, now: datetime) -> Reading[pd.DataFrame]:
    """One row a business day of `period` (`frames.days_frame`), the running one up to `now`.

    Raises TwoJError.
    """
    start, end = period.window(merchant.zone)
    reply = merchant.twoj.all.stage_summary(start=start, end=min(end, now))
    frame = memo(frames.days_frame, tuple(reply.data.days), period, now, merchant.zone, reply.missing)
    return reading_of(merchant, frame, [reply], (start, min(end, now)))


def hours(merchant: Merchant, day: date, now: datetime, before_day: date) -> Reading[pd.DataFrame]:
    """One row an hour of `day` up to `now`, beside the earlier `before_day` (`frames.hours_frame`).

    The hour that is running stands beside as many minutes of the earlier one as its answer has, and
    `compared` says so. Raises TwoJError where no hour is known.
    """
    zone = merchant.zone
    hours_now, hours_before = hour_windows(day, zone), hour_windows(before_day, zone)
    started = next((start for start, end in hours_now if start < now < end), None)
    earlier, running = _as_long(hours_before, started, now, zone)
    windows = {start: min(end, now) for start, end in (*hours_now, *earlier) if start < min(end, now)}
    replies, errors = gather(
        merchant, {start: _stage(merchant, start, end) for start, end in windows.items()}
    )
    reach = now
    if started and started in replies:
        reach = covered(started, now, replies[started].as_of)[1]
    if reach < now:
        # An older answer: what stands beside it ends where it does.
        earlier, running = _as_long(hours_before, started, reach, zone)
        _ask_anew(
            merchant,
            {start: end for start, end in earlier if end != windows.get(start, end)},
            replies,
            errors,
        )
    sums: dict[datetime, StageTotal] = {
        start: reply.data.summary for start, reply in replies.items() if reply.complete
    }
    tomorrow = day_end(day, zone)
    before = {start: row for start, row in sums.items() if start < day_start(day, zone)}
    today = {start: row for start, row in sums.items() if day_start(day, zone) <= start < tomorrow}
    frame = memo(frames.hours_frame, day, today, before_day, before, now, zone)
    clocks = changed_clocks(
        (day_start(before_day, zone), day_end(before_day, zone)),
        (day_start(day, zone), tomorrow),
    )
    # Finished hours were said long ago and are still true: the age is that of the latest one.
    latest = replies[max(replies)]
    failed = tuple(
        later(
            "The hour from {time} is missing: {sentence}",
            time=Deferred(hour_text, (start.astimezone(zone),)),
            sentence=sentence(error),
        )
        for start, error in sorted(errors.items())
    )
    return Reading(
        frame,
        latest.as_of,
        stale_reason_of(replies.values()),
        failed,
        warnings_of(merchant, replies.values()),
        covered(day_start(day, zone), min(tomorrow, now), latest.as_of),
        listed(filter(None, (days_label(before_day, before_day), running, clocks))),
        settled=is_settled(replies.values()),
    )


def _ask_anew(
    merchant: Merchant,
    windows: Mapping[datetime, datetime],
    replies: dict[datetime, Reply[StageSummary]],
    errors: dict[datetime, TwoJError],
) -> None:
    """Put answers about other ends in the place of those that are there."""
    for start, end in windows.items():
        replies.pop(start, None)
        errors.pop(start, None)
        try:
            replies |= gather(merchant, {start: _stage(merchant, start, end)} if start < end else {})[0]
        except TwoJError as error:
            errors[start] = error


def _as_long(
    before: Sequence[_Window], start: datetime | None, reach: datetime, zone: ZoneInfo
) -> tuple[list[_Window], str]:
    """Cut the hour before that stands beside the running one to as many minutes, and say so.

    The running one began at `start` (None: none runs) and is known up to `reach`.
    """
    for place, (first, last) in enumerate(before):
        until = first + (reach - start) if start else last
        if start and until < last and _shown(first, zone) == _shown(start, zone):
            cut = text(
                "the hour of {start} until {end}",
                start=f"{first.astimezone(zone):%H}:00",
                end=f"{until.astimezone(zone):%H:%M}",
            )
            return [*before[:place], (first, until), *before[place + 1 :]], cut
    return list(before), ""


def _shown(start: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The hour that the clock shows, the second time (`fold`) apart."""
    local = start.astimezone(zone)
    return local.hour, local.fold


def _stage(merchant: Merchant, start: datetime, end: datetime) -> Callable[[], Reply[StageSummary]]:
    return partial(merchant.twoj.all.stage_summary, start=start, end=end)
