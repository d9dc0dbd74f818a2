"""All rounds of a player as the provider's own histories give them, where the archive does not do.

They give 500 rounds an answer: read week by week, in the background.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pandas as pd

from dashboard.core.currencies import currency_names
from dashboard.core.formats import offset_text
from dashboard.core.periods import business_day, day_start, days_label
from dashboard.core.query import View
from dashboard.core.text import Deferred, Words, later, text
from dashboard.players.data_finding import forgotten, identified, raise_if_unknown
from dashboard.players.data_history import history_of
from dashboard.players.history import HistoryProgress, PlayerHistory
from dashboard.players.player import Player
from dashboard.provider.asking import reading_of
from dashboard.provider.failures import failures, listed
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds.frame import rounds_frame, together
from twoj_client import Reply, TwoJError
from twoj_client.errors import ParameterRefused
from twoj_client.models import SLOTS

_RENEW_S: Final = 60
_RENEW_FINISHED_S: Final = 1800
_OTHERS: Final = "others"

Part = tuple[str, datetime, datetime]
"""Slots or other games, and the window of one call."""


def provider_history(merchant: Merchant, player: Player, view: View, patience_s: float) -> HistoryProgress:
    """All rounds of a player in a period of any length, read in the background week by week.

    Waits `patience_s` for the whole. Raises PlayerProblem where the provider knows no such player, or the
    archive was told to forget them; TwoJError where it answers nothing.
    """
    load = _look(merchant, player, view, patience_s)
    replies = load.replies()
    rows = sum(len(reply.data) for reply in replies.values())
    if load.left or not load.finished:
        return HistoryProgress(None, load.answered, load.asked, rows=rows)
    errors = load.errors()
    if not replies and all(isinstance(error, ParameterRefused) for error in errors.values()):
        raise_if_unknown(merchant, player)
    load.raise_if_all_failed()
    if errors and not any(len(reply.data) for reply in replies.values()):
        raise next(iter(errors.values()))  # none of those that are known is not none
    known = load.made(partial(_history, merchant, player, replies, errors))
    return HistoryProgress(known, load.answered, load.asked, rows=rows)


def give_up(merchant: Merchant, player: Player, view: View) -> None:
    """Leave out what has not been asked yet of a player's history."""
    _look(merchant, player, view, 0).give_up()


def _look(merchant: Merchant, player: Player, view: View, patience_s: float) -> Job[Part, pd.DataFrame]:
    parts = [
        (kind, *window)
        for window in reversed(_weeks(merchant, view.start, view.end))
        for kind in (SLOTS, _OTHERS)
    ]
    calls = {part: partial(_read, merchant, player, part) for part in parts}
    # A day that is over is not what was there of it while it ran.
    number = merchant.asked_again(view.start, view.end)
    name = ("player", player, view.period.first_day, view.period.last_day, view.is_running, number)
    renew_s = _RENEW_S if view.is_running else _RENEW_FINISHED_S
    return merchant.jobs.look(name, calls, renew_s, patience_s)


def _weeks(merchant: Merchant, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a window at the Mondays of the business zone: periods that share weeks share answers."""
    zone = merchant.zone
    day = business_day(start, zone)
    cuts = []
    while True:
        day += timedelta(days=7 - day.weekday())
        if day_start(day, zone) >= end:
            break
        cuts.append(day_start(day, zone))
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _read(merchant: Merchant, player: Player, part: Part) -> Reply[pd.DataFrame]:
    kind, start, end = part
    twoj, ids = merchant.twoj, asdict(player)
    reply: Reply[Any] = (
        twoj.slots.user_history(start=start, end=end, **ids)
        if kind == SLOTS
        else twoj.games.user_history(start=start, end=end, **ids)
    )
    return msgspec.structs.replace(reply, data=rounds_frame(reply.data))


def _history(
    merchant: Merchant,
    player: Player,
    replies: Mapping[Part, Reply[pd.DataFrame]],
    errors: Mapping[Part, TwoJError],
) -> Reading[PlayerHistory]:
    in_order = sorted(replies, key=lambda part: part[1])
    rounds = together([replies[part].data for part in in_order])
    owner = identified(merchant, player, rounds)
    if problem := forgotten(merchant, owner):
        raise problem
    cut = sorted({window for part in in_order for window in replies[part].missing})
    history, unlisted = history_of(
        merchant,
        owner,
        rounds,
        (min(start for _, start, _ in (*replies, *errors)), max(end for _, _, end in (*replies, *errors))),
        tuple(sorted([*cut, *((int(start.timestamp()), int(end.timestamp())) for _, start, end in errors)])),
        currency_names([None if pd.isna(text) else text for text in rounds["currency"].tolist()]),
        every_field=True,
    )
    # Finished weeks were said long ago and are still true: the age is that of the latest one.
    latest = max(end for _, _, end in replies)
    as_of = min(reply.as_of for (_, _, end), reply in replies.items() if end == latest)
    return reading_of(
        merchant,
        history,
        replies.values(),
        (history.start, history.end),
        (
            *failures((_part_words(merchant, part), error) for part, error in errors.items()),
            *([Deferred(_cut_text, (tuple(start for start, _ in cut), merchant.zone))] if cut else []),
            *unlisted,
        ),
        as_of,
    )


def _cut_text(seconds: Sequence[int], zone: ZoneInfo) -> str:
    """A sentence for the seconds (epoch) that hold more rounds than one answer of the provider."""
    local = [datetime.fromtimestamp(second, zone) for second in seconds]
    when = listed(
        text(
            "{time} on {day}",
            time=f"{second:%H:%M:%S}{offset_text(second)}",
            day=days_label(second.date(), second.date()),
        )
        for second in local
    )
    return text("Some rounds of {when}: the provider gives no more than 500 of one second.", when=when)


def _part_words(merchant: Merchant, part: Part) -> Words:
    kind, start, end = part
    days = business_day(start, merchant.zone), business_day(end - timedelta(seconds=1), merchant.zone)
    label = Deferred(days_label, days)
    return later("Slots, {days}", days=label) if kind == SLOTS else later("Other games, {days}", days=label)
