"""Sums by game."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import pandas as pd

from dashboard import frames
from dashboard.data.source import Known, gather, source
from dashboard.periods import Period
from twoj_client import Reply
from twoj_client.models import GameSummary, SlotsGameRow

SLOTS: Final = "Slots"


def games(period: Period, now: datetime) -> Known[pd.DataFrame]:
    """One row a game of `period` (`frames.games_frame`): slots from one answer, the others from one a game.

    A game whose answer failed is NA and named in `failed`. Raises TwoJError where the list of games or every
    answer failed.
    """
    here = source()
    start, end = period.window(here.zone)
    window = {"start": start, "end": min(end, now)}
    listed = here.twoj.all.list()
    names: dict[int | str, str] = {game.game_id: game.game_name for game in listed.data}
    ids = [game.game_id for game in listed.data if game.game_type != SLOTS]
    calls: dict[int | str, Callable[[], Reply[Any]]] = {
        game_id: partial(here.twoj.games.game_stage_summary, game_id=game_id, **window) for game_id in ids
    }
    calls[SLOTS] = partial(here.twoj.slots.game_stage_summary, **window)
    replies, errors = gather(calls)
    others: dict[int, GameSummary | None] = {i: replies[i].data if i in replies else None for i in ids}
    slots: list[SlotsGameRow] | None = replies[SLOTS].data if SLOTS in replies else None
    failed = tuple(
        f"{'All slots games' if key == SLOTS else names[key]}: {error.sentence}"
        for key, error in errors.items()
    )
    return Known(
        frames.games_frame(listed.data, slots, others),
        min(reply.as_of for reply in replies.values()),
        any(reply.stale for reply in replies.values()),
        failed,
    )
