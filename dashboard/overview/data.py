"""Sums of all games, by business day and by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from archive.engine import QUARTER_S, Engine
from archive.questions import question
from dashboard.core import frames
from dashboard.core.frames import row_totals
from dashboard.core.memo import memo
from dashboard.core.metrics import Totals
from dashboard.core.periods import (
    Comparison,
    Mode,
    Period,
    business_day,
    changed_clocks,
    compare,
    day_end,
    day_start,
    days_label,
    hour_windows,
    of_day,
    parse_period,
)
from dashboard.core.text import Deferred, later, listed, text
from dashboard.provider.archived import NotArchived, epoch_s, from_archive, held_of, lacks, whole_from_archive
from dashboard.provider.asking import reading_of, warnings_of
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from twoj_client import Window
from twoj_client.models import StageTotal

_Window = tuple[datetime, datetime]


def days(merchant: Merchant, period: Period, now: datetime) -> Reading[pd.DataFrame]:
    """One row a business day of `period` (`frames.days_frame`), the running one up to `now`.

    Raises TwoJError.
    """
    start, end = period.window(merchant.zone)
    reply = merchant.twoj.all.stage_summary(start=start, end=min(end, now))
    frame = memo(frames.days_frame, tuple(reply.data.days), period, now, merchant.zone, reply.missing)
    return reading_of(merchant, frame, [reply], (start, min(end, now)))


def hours(merchant: Merchant, day: date, now: datetime, before_day: date | None) -> Reading[pd.DataFrame]:
    """One row an hour of `day` up to `now`, beside the earlier `before_day`, if any (`frames.hours_frame`).

    From the archive. The hour that is running stands beside as many minutes of the earlier one as have been
    read of it, and `compared` says so. Raises NotArchived where nothing of `day` is held, LedgerAway.
    """
    zone = merchant.zone
    hours_now = hour_windows(day, zone)
    today = _sums(merchant, hours_now, min(day_end(day, zone), now))
    if before_day is None:
        return Reading(
            memo(frames.hours_frame, day, today.value, day, {}, now, zone),
            today.as_of,
            today.stale_reason,
            today.failures,
            today.warnings,
            today.window,
            settled=today.settled,
        )
    hours_before = hour_windows(before_day, zone)
    reach = today.window[1] if today.window else now
    started = next((start for start, end in hours_now if start < reach and now < end), None)
    earlier, running = _as_long(hours_before, started, reach, zone)
    parts, failed = [today], today.failures
    try:
        parts.append(_sums(merchant, earlier, day_end(before_day, zone)))
        failed += parts[-1].failures
    except NotArchived as error:
        named = Deferred(days_label, (before_day, before_day))
        failed += (later("{day}: {sentence}", day=named, sentence=error.sentence),)
    before = parts[-1].value if len(parts) > 1 else {}
    clocks = changed_clocks(
        (day_start(before_day, zone), day_end(before_day, zone)), (day_start(day, zone), day_end(day, zone))
    )
    return Reading(
        memo(frames.hours_frame, day, today.value, before_day, before, now, zone),
        today.as_of,
        today.stale_reason,
        failed,
        warnings_of(merchant, parts),
        today.window,
        listed(filter(None, (days_label(before_day, before_day), running, clocks))),
        settled=all(part.settled for part in parts),
    )


@dataclass(frozen=True, slots=True)
class SoFar:
    """What today and this month have brought; None where that is not known.

    Beside them is what they are compared with, and what that brought: the same weekday a week ago until the
    same local time, and the same days of the month before. None where the archive does not hold all of it.
    """

    today: Totals | None
    month: Totals | None
    weekday: tuple[Comparison, Totals] | None
    month_before: tuple[Comparison, Totals] | None


def so_far(merchant: Merchant, now: datetime) -> Reading[SoFar]:
    """Today and this month up to `now`, from one answer of the provider; what was before, from the archive.

    Raises TwoJError.
    """
    today = business_day(now, merchant.zone)
    month = parse_period("month", today)
    told = days(merchant, month, now)
    rows = row_totals(told.value)
    end = told.window[1] if told.window else now
    known = [row for row in rows if row is not None]
    found = SoFar(
        rows[-1],
        sum(known, Totals()) if len(known) == len(rows) else None,
        _before(merchant, of_day(today), Mode.WEEK, end),
        _before(merchant, month, Mode.MONTH, end),
    )
    return Reading(found, told.as_of, told.stale_reason, told.failures, told.warnings, told.window)


def _before(
    merchant: Merchant, period: Period, mode: Mode, end: datetime
) -> tuple[Comparison, Totals] | None:
    compared = compare(period, mode, end, merchant.zone)
    if compared is None or compared.start >= compared.end:
        return None

    def ask(engine: Engine, start_s: int, end_s: int) -> Totals:
        ((bets, bet_li, gain_li),) = engine.numbers(question("sums", start_s, end_s))
        return Totals(bets, bet_li, gain_li, -gain_li)

    found = whole_from_archive(merchant, compared.start, compared.end, ask)
    return (compared, found.value) if found else None


def _sums(
    merchant: Merchant, windows: Sequence[_Window], end: datetime
) -> Reading[dict[datetime, StageTotal]]:
    """The sums of hours up to `end` of which nothing lacks, by their starts."""
    held = held_of(merchant, windows[0][0], end)
    ends = dict(windows)
    begun = {start: Window(epoch_s(start), epoch_s(min(last, end))) for start, last in windows}
    begun = {start: window for start, window in begun.items() if window.start < window.end}

    def ask(engine: Engine, start_s: int, end_s: int) -> dict[datetime, StageTotal]:
        told = engine.numbers(question("days", start_s, end_s, days=[*begun.values()]))
        sums = {at_s: rest for at_s, *rest in told}
        for at_s, until_s in begun.values():
            if until_s % QUARTER_S:  # cut at a minute
                (sums[at_s],) = map(list, engine.numbers(question("sums", at_s, until_s)))
        return {
            start: _total(*sums.get(window.start, (0, 0, 0)))
            for start, window in begun.items()
            if not lacks(held, window, is_over=ends[start] <= merchant.now())
        }

    return from_archive(merchant, windows[0][0], end, ask, held)


def _total(bets: int, bet_li: int, gain_li: int) -> StageTotal:
    return StageTotal(bets, bet_li, gain_li, -gain_li)


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
