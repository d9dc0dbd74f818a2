"""Sums by game: all slots from one answer, each other game from one of its own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar, cast

import pandas as pd

from dashboard.core import frames
from dashboard.core.codes import SLOTS
from dashboard.core.memo import memo
from dashboard.core.periods import Period
from dashboard.core.query import View
from dashboard.core.text import Deferred, Message, Words, later
from dashboard.games import table
from dashboard.provider.asking import gather, warnings_of
from dashboard.provider.failures import failures
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Progressive, Reading, covered, is_settled, may_differ, stale_reason_of
from twoj_client import Reply, TwoJError
from twoj_client.models import Game, GameSummary

T = TypeVar("T")

WHOLE: Final = "whole"
"""Stands for the total of all games among the keys of calls."""
RENEW_S: Final = 60
PATIENCE_S: Final = 0.6
"""So long a page waits for the rest before it shows what is there."""

Call = Callable[[], Reply[Any]]
Key = tuple[bool, int | str]
"""Whether of the compared period, and which game (or all slots)."""


def games(merchant: Merchant, period: Period, now: datetime) -> Reading[pd.DataFrame]:
    """One row a game of `period` (`frames.games_frame`), when all have answered.

    A game whose answer failed is NA and named in `failures`. Raises TwoJError where the list of games or
    every answer failed.
    """
    start, end = period.window(merchant.zone)
    listed = merchant.twoj.all.list().data
    replies, errors = gather(merchant, _calls(merchant, listed, start, min(end, now)))
    if replies.keys() <= {WHOLE}:
        raise next(iter(errors.values()))
    return _known(merchant, listed, replies, errors, start, min(end, now))


def arriving_games(merchant: Merchant, view: View) -> Progressive[pd.DataFrame]:
    """What has arrived of the games of `view`: one row a game, beside the compared period, for the table.

    The frame is `game_table.game_table` of `games`. Raises TwoJError as `games` does.
    """
    listed = merchant.twoj.all.list().data

    def start() -> Job[Key, Any]:
        calls = {(False, key): call for key, call in _calls(merchant, listed, view.start, view.end).items()}
        if view.comparison:
            before = _calls(merchant, listed, view.comparison.start, view.comparison.end)
            calls |= {(True, key): call for key, call in before.items()}
        return Job(calls, merchant.jobs.quick, merchant.clock, question=view)

    # A day that is over is not what was there of it while it ran.
    number = merchant.asked_again(view.start, view.end)
    if view.comparison:
        number = max(number, merchant.asked_again(view.comparison.start, view.comparison.end))
    name = ("games", view.period.first_day, view.period.last_day, view.mode, view.is_running, number)
    load = merchant.jobs.look(name, start, RENEW_S, PATIENCE_S)
    names = call_names(listed)
    waiting = tuple(names[key] for is_before, key in load.waiting() if not is_before)
    return Progressive(load.made(lambda: _table(merchant, listed, load)), load.answered, load.asked, waiting)


def _table(merchant: Merchant, listed: Sequence[Game], load: Job[Key, Any]) -> Reading[pd.DataFrame] | None:
    (replies, errors), (earlier, failed) = _sides(load.replies(), load.errors())
    if replies.keys() <= {WHOLE}:
        if load.finished:
            raise next(iter(errors.values()))
        return None
    asked = cast("View", load.question)
    found = _known(merchant, listed, replies, errors, asked.start, asked.end)
    before = None
    if earlier.keys() - {WHOLE} and asked.comparison:
        before = _known(merchant, listed, earlier, failed, asked.comparison.start, asked.comparison.end).value
    icons = {game.game_id: table.safe_icon(game.resource_url) for game in listed}
    players = {key: reply.data.user_count for key, reply in replies.items() if isinstance(key, int)}
    return Reading(
        table.game_table(found.value, before, players, icons),
        found.as_of,
        found.stale_reason,
        found.failures + _named(listed, failed, is_before=True),
        warnings_of(
            merchant, (reply for side in (replies, earlier) for key, reply in side.items() if key != WHOLE)
        ),
        found.window,
        Deferred(str, (asked.comparison,)) if asked.comparison and earlier else "",
        settled=load.finished and found.settled,
    )


def _sides(
    replies: Mapping[Key, Reply[Any]], errors: Mapping[Key, TwoJError]
) -> list[tuple[dict[int | str, Reply[Any]], dict[int | str, TwoJError]]]:
    """Split what has arrived into the period and the compared one."""
    return [
        (
            {key: reply for (is_before, key), reply in replies.items() if is_before == side},
            {key: error for (is_before, key), error in errors.items() if is_before == side},
        )
        for side in (False, True)
    ]


def _calls(
    merchant: Merchant, listed: Sequence[Game], start: datetime, end: datetime
) -> dict[int | str, Call]:
    twoj = merchant.twoj
    calls: dict[int | str, Call] = {
        SLOTS: partial(twoj.slots.game_stage_summary, start=start, end=end),
        WHOLE: partial(twoj.all.stage_summary, start=start, end=end),
    }
    for game in listed:
        if game.game_type != SLOTS:
            calls[game.game_id] = partial(
                twoj.games.game_stage_summary, game_id=game.game_id, start=start, end=end
            )
    return calls


def _known(
    merchant: Merchant,
    listed: Sequence[Game],
    replies: Mapping[int | str, Reply[Any]],
    errors: Mapping[int | str, TwoJError],
    start: datetime,
    end: datetime,
) -> Reading[pd.DataFrame]:
    others: dict[int, GameSummary | None] = {
        game.game_id: replies[game.game_id].data if game.game_id in replies else None
        for game in listed
        if game.game_type != SLOTS
    }
    slots = tuple(replies[SLOTS].data) if SLOTS in replies else None
    whole = replies.get(WHOLE)
    total = whole.data.summary if whole is not None and may_differ(replies.values(), start, end) else None
    as_of = min(reply.as_of for reply in replies.values())
    final = is_settled(replies.values())
    return Reading(
        memo(frames.games_frame, tuple(listed), slots, others, total, final),
        as_of,
        stale_reason_of(replies.values()),
        _named(listed, errors),
        # The total is that of the games once more: what was changed of it would count twice.
        warnings_of(merchant, (reply for key, reply in replies.items() if key != WHOLE)),
        covered(start, end, as_of),
        settled=final,
    )


def _named(
    listed: Sequence[Game], errors: Mapping[int | str, TwoJError], *, is_before: bool = False
) -> tuple[Message, ...]:
    names = call_names(listed)
    return failures(
        (later("{game}, compared period", game=names[key]) if is_before else names[key], error)
        for key, error in errors.items()
    )


def call_names(listed: Sequence[Game]) -> Mapping[int | str, Words]:
    """What is asked for, by the key of its call, as people read it."""
    together = {SLOTS: later("All slots games"), WHOLE: later("The total of all games")}
    return together | frames.game_names(listed)
