"""One player: all rounds of a period, and the provider's own sums beside them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final

import pandas as pd

from dashboard.core.currencies import NOT_KNOWN
from dashboard.core.query import View
from dashboard.core.text import later
from dashboard.players import data_provider
from dashboard.players.data_archive import archive_job
from dashboard.players.games import player_games
from dashboard.players.history import HistoryProgress, PlayerHistory
from dashboard.players.player import Player, PlayerProblem
from dashboard.provider.asking import gather, reading_of
from dashboard.provider.failures import failures
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from twoj_client import Reply, TwoJError
from twoj_client.models import SLOTS

PATIENCE_S: Final = 0.7
"""So long a page waits for a player's rounds before it shows how far they are."""
_OTHERS: Final = "others"
_SUMMARIES: Final = {
    SLOTS: later("The provider's summary of slots"),
    _OTHERS: later("The provider's summary of other games"),
}


def player_history(
    merchant: Merchant,
    player: Player,
    view: View,
    patience_s: float = PATIENCE_S,
    *,
    every_field: bool = False,
) -> HistoryProgress:
    """All rounds of a player in a period of any length: from the archive where it holds all of the period.

    Else, and where `every_field` of them is wanted, from the provider's own histories, which takes longer;
    where these fail, what the archive has. Waits `patience_s`. Raises PlayerProblem where nobody knows such
    a player, TwoJError where there is nothing.
    """
    job = archive_job(merchant, player, view, patience_s)
    found = next((reply.data for reply in job.replies().values()), None)
    if isinstance(found, PlayerProblem):
        raise found
    is_enough = found is not None and (found.is_whole or found.reading.stale) and not every_field
    if found and is_enough:
        return HistoryProgress(found.reading, 1, 1, rows=len(found))
    if not job.finished:
        return HistoryProgress(None, 0, 1, rows=0)
    try:
        return data_provider.provider_history(merchant, player, view, patience_s)
    except TwoJError as error:
        if found is None:
            raise
        known = replace(found.reading, stale_reason=error.with_traceback(None))
        return HistoryProgress(known, 1, 1, rows=len(found))


def give_up(merchant: Merchant, player: Player, view: View) -> None:
    """Leave out what has not been asked yet of a player's history."""
    job = archive_job(merchant, player, view, 0)
    job.give_up()
    if job.finished:
        data_provider.give_up(merchant, player, view)


def player_sums(merchant: Merchant, history: PlayerHistory) -> Reading[pd.DataFrame]:
    """Each game's rounds beside the provider's summary of the same window (`player_games.player_games`).

    A summary whose answer failed is named in `failures`. Raises TwoJError where both failed.
    """
    twoj = merchant.twoj
    asked = {"start": history.start, "end": history.end, **asdict(history.player)}
    calls: dict[str, Callable[[], Reply[Any]]] = {
        SLOTS: partial(twoj.slots.user_stage_summary, **asked),
        _OTHERS: partial(twoj.games.user_stage_summary, **asked),
    }
    replies, errors = gather(merchant, calls)
    slots, others = (replies[name].data if name in replies else None for name in (SLOTS, _OTHERS))
    if slots is not None:
        slots = [row for row in slots if history.holds(row.currency)]
    if len(history.currencies) > 1 and history.currency != NOT_KNOWN:
        others = None  # of no currency that the provider says
    return reading_of(
        merchant,
        player_games(history.rounds, slots, others, history.games),
        replies.values(),
        (history.start, history.end),
        failures((_SUMMARIES[name], error) for name, error in errors.items()),
    )
