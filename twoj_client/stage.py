"""The stage summary of all games, by business days: known days from the cache, the others asked for."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from twoj_client.cache.memory import Memory
from twoj_client.core import Core
from twoj_client.endpoints import ALL_STAGE_SUMMARY
from twoj_client.errors import TwoJError, WrongShape
from twoj_client.models import StageAnswer, StageDay, StageSummary, StageTotal
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.windows import DAY_S, HOUR_S, BusinessDay, Window, business_days, cut, in_one_answer

_LONGEST_S = 60 * DAY_S
_REPLIES = 256

Known = dict[Window, Answer[StageAnswer]]


class _Made(NamedTuple):
    reply: Reply[StageSummary]
    at: float
    refresh_at: float


class StageSummaries:
    """Makes stage summaries out of days, and of hours for the running day.

    Finished days serve every window that holds them. The running day is asked whole, in one request with the
    days before it that are missing; where a day alone is missing and its hours but the last are known, only
    that hour is asked. Days that lie ahead are not asked for.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._made = Memory[_Made](_REPLIES)

    def read(self, window: Window) -> Reply[StageSummary]:
        """Return the summary of a window of any length."""
        now, key = self._core.cache.now(), (window, self._core.cache.asked_again.number(window))
        made = self._made.get(key)
        if made is None or not made.at <= now < made.refresh_at:
            made = self._make(window, now)
            self._made.put(key, made)
        else:
            self._core.stats.note(ALL_STAGE_SUMMARY.name, "hits")
        reply = made.reply
        # The list is the caller's own, to change at will.
        data = StageSummary(list(reply.data.days), reply.data.summary)
        return msgspec.structs.replace(reply, data=data)

    def _make(self, window: Window, now: float) -> _Made:
        days = business_days(window, self._core.zone)
        known = self._peek([day.window for day in days])
        for day in days:
            if day.window.start > now:
                nothing = StageAnswer([], _total([]))
                known[day.window] = Answer(nothing, now, ended=False, refresh_at=day.window.start)
        unknown = [day for day in days if day.window not in known]
        hours = self._hours(unknown, now)
        if hours:
            known |= self._peek(hours)
            unknown = [BusinessDay(unknown[0].date, hour) for hour in hours if hour not in known]
        if not unknown:
            self._core.stats.note(ALL_STAGE_SUMMARY.name, "hits")
        for answers in self._core.each(self._ask, in_one_answer(unknown, _LONGEST_S)):
            known |= answers
        parts = [
            [known[day.window]] if day.window in known else [known[hour] for hour in hours] for day in days
        ]
        rows = [
            StageDay(day.date, *msgspec.structs.astuple(_total(part.value.summary for part in of_day)))
            for day, of_day in zip(days, parts, strict=True)
        ]
        used = [part for of_day in parts for part in of_day]
        reply = reply_of(StageSummary(rows, _total(rows)), used)
        refresh_at = -math.inf if reply.stale else min(part.refresh_at for part in used)
        return _Made(reply, now, refresh_at)

    def _peek(self, windows: Sequence[Window]) -> Known:
        found = self._core.cache.peek(ALL_STAGE_SUMMARY, {}, windows)
        return {window: answer for window, answer in zip(windows, found, strict=True) if answer is not None}

    def _hours(self, unknown: Sequence[BusinessDay], now: float) -> list[Window]:
        """Return the hours of a day if it alone is missing and all but the last are known, else none."""
        if len(unknown) != 1:
            return []
        window = unknown[0].window
        hours = [hour for hour in cut(window, HOUR_S, origin=window.start) if hour.start <= now]
        return hours if len(self._peek(hours[:-1])) == len(hours) - 1 else []

    def _ask(self, group: Sequence[BusinessDay]) -> Known:
        whole = Window(group[0].window.start, group[-1].window.end)
        try:
            answer = self._core.cache.read(ALL_STAGE_SUMMARY, {}, whole)
        except TwoJError as error:
            old = [self._core.cache.stale(ALL_STAGE_SUMMARY, {}, day.window) for day in group]
            known = {
                day.window: answer._replace(stale_reason=error.with_traceback(None))
                for day, answer in zip(group, old, strict=True)
                if answer is not None
            }
            if not error.older_will_do or len(known) < len(group):
                raise
            self._core.stats.note(ALL_STAGE_SUMMARY.name, "stale")
            return known
        if len(group) == 1:
            return {whole: answer}
        _check(answer.value, group)
        rows = {row.date: row for row in answer.value.day_list}
        parts = {}
        for date, window in group:
            of_day = [rows[date]] if date in rows else []
            parts[window] = StageAnswer(of_day, _total(of_day))
        return self._core.cache.split(ALL_STAGE_SUMMARY, {}, answer, parts)


def _check(answer: StageAnswer, group: Sequence[BusinessDay]) -> None:
    """Refuse an answer whose days are not those asked for, or do not add up."""
    dates = {row.date for row in answer.day_list}
    strangers = dates - {day.date for day in group}
    if strangers or len(dates) != len(answer.day_list) or _total(answer.day_list) != answer.summary:
        raise WrongShape(
            "The days of the provider's summary do not add up to its total.", endpoint=ALL_STAGE_SUMMARY.path
        )


def _total(parts: Iterable[StageTotal | StageDay]) -> StageTotal:
    parts = list(parts)
    if len(parts) == 1 and isinstance(parts[0], StageTotal):
        return parts[0]
    return StageTotal(*(sum(getattr(part, name) for part in parts) for name in StageTotal.__struct_fields__))
