"""The stage summary of all games, by business days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from twoj_client.core import Core
from twoj_client.endpoints import ALL_STAGE_SUMMARY
from twoj_client.errors import WrongShape
from twoj_client.models import StageAnswer, StageDay, StageSummary, StageTotal
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.windows import DAY_S, BusinessDay, Window, business_days, in_one_answer

_LONGEST_S = 60 * DAY_S


def stage_summary(core: Core, window: Window) -> Reply[StageSummary]:
    """Return the stage summary of a window of any length: known days from the cache, the others asked for."""
    days = business_days(window, core.zone)
    known: dict[Window, Answer[StageAnswer]] = {}
    for day in days:
        found = core.cache.peek(ALL_STAGE_SUMMARY, {}, day.window)
        if found is not None:
            known[day.window] = found
    unknown = [day for day in days if day.window not in known]
    for answers in core.each(lambda group: _ask(core, group), in_one_answer(unknown, _LONGEST_S)):
        known |= answers
    parts = [known[day.window] for day in days]
    rows = [_row(day.date, part.value.summary) for day, part in zip(days, parts, strict=True)]
    return reply_of(StageSummary(rows, _total(rows)), parts)


def _ask(core: Core, group: Sequence[BusinessDay]) -> dict[Window, Answer[StageAnswer]]:
    whole = Window(group[0].window.start, group[-1].window.end)
    answer = core.cache.read(ALL_STAGE_SUMMARY, {}, whole)
    if len(group) == 1:
        return {whole: answer}
    _check(answer.value, group)
    rows = {row.date: row for row in answer.value.day_list}
    parts = {}
    for date, window in group:
        of_day = [rows[date]] if date in rows else []
        parts[window] = StageAnswer(of_day, _total(of_day))
    return core.cache.split(ALL_STAGE_SUMMARY, {}, answer, parts)


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
    return StageTotal(
        bet_count=sum(part.bet_count for part in parts),
        bet_amount=sum(part.bet_amount for part in parts),
        gain_amount=sum(part.gain_amount for part in parts),
        company_gain_amount=sum(part.company_gain_amount for part in parts),
    )


def _row(date: dt.date, total: StageTotal) -> StageDay:
    return StageDay(date, total.bet_count, total.bet_amount, total.gain_amount, total.company_gain_amount)
