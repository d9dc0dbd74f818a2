"""One game: its sums, how many people played it, and its rounds."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import pandas as pd

from archive.engine import Engine
from archive.questions import question
from dashboard.core.frames import game_totals, game_type, totals
from dashboard.core.metrics import Totals
from dashboard.games.data_table import players_of_games
from dashboard.games.sums import GameSums
from dashboard.provider.archived import from_archive, held_of, whole_from_archive
from dashboard.provider.asking import reading_of
from dashboard.provider.game_list import game
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds.frame import archived_rounds, sums_by_weekday_and_hour
from twoj_client.errors import ParameterRefused
from twoj_client.models import SLOTS

MOST_ROUNDS: Final = 10_000
"""So many rounds go into a file; exports have them all."""
BIGGEST: Final = 15
_QUARTER: Final = ("start_at", "bet_count", "bet_amount_li", "gain_li")


@dataclass(frozen=True, slots=True)
class GameHours:
    """When a game is played, as far as the window is in the archive, which is from `since` on.

    The `count` of its rounds, and their sums by `hours` of the week (`rounds.by_weekday_and_hour`).
    """

    since: datetime
    count: int
    hours: pd.DataFrame


def is_known(merchant: Merchant, game_id: int, start: datetime, end: datetime) -> bool:
    """Whether the provider lists the game, or says bets on it in the window. Raises TwoJError.

    Some games with bets are in no list. Where the list answers and a question about the game is refused, it
    is not for the key: both are signed with it.
    """
    if game(merchant, game_id):
        return True
    try:
        return game_sums(merchant, game_id, start, end).value.totals.bet_count > 0
    except ParameterRefused:
        return False


def game_sums(merchant: Merchant, game_id: int, start: datetime, end: datetime) -> Reading[GameSums]:
    """The provider's sums of one game over a window, with its players. Raises TwoJError.

    Those that the provider does not count, as of slots, are counted in the archive where it holds the window.
    """
    said = _told(merchant, game_id, start, end)
    if said.value.players is not None:
        return said

    def ask(engine: Engine, start_s: int, end_s: int) -> GameSums:
        found = players_of_games(engine, start_s, end_s, [game_id])
        return GameSums(said.value.totals, *found.get(game_id, (0, 0, 0)))

    counted = whole_from_archive(merchant, start, end, ask)
    if counted is None:
        return said
    as_of = said.as_of if counted.settled else min(said.as_of, counted.as_of)
    return replace(said, value=counted.value, as_of=as_of, warnings=said.warnings + counted.warnings)


def _told(merchant: Merchant, game_id: int, start: datetime, end: datetime) -> Reading[GameSums]:
    if game_type(game_id, game(merchant, game_id)) == SLOTS:
        slots = merchant.twoj.slots.game_stage_summary(start=start, end=end)
        found = (totals(row) for row in slots.data if row.game_id == game_id)
        return reading_of(merchant, GameSums(next(found, Totals())), [slots], (start, end))
    reply = merchant.twoj.games.game_stage_summary(game_id=game_id, start=start, end=end)
    row = reply.data
    sums = GameSums(game_totals(row), row.user_count, row.win_user_count, row.lose_user_count)
    return reading_of(merchant, sums, [reply], (start, end))


def game_hours(merchant: Merchant, game_id: int, start: datetime, end: datetime) -> Reading[GameHours]:
    """When a game is played in a window, from the archive. Raises NotArchived, LedgerAway."""
    held = held_of(merchant, start, end)
    since = start
    if held.lacking and held.lacking[0].start == int(start.timestamp()):
        since = datetime.fromtimestamp(held.lacking[0].end, UTC)

    def ask(engine: Engine, start_s: int, end_s: int) -> GameHours:
        quarters = pd.DataFrame(
            engine.numbers(question("quarters", start_s, end_s, games=[game_id])),
            columns=list(_QUARTER),
            dtype="Int64",
        )
        hours = sums_by_weekday_and_hour(quarters, merchant.zone)
        return GameHours(since, int(quarters["bet_count"].sum()), hours)

    return from_archive(merchant, start, end, ask, held)


def latest_rounds(
    merchant: Merchant, game_id: int, start: datetime, end: datetime, most: int = MOST_ROUNDS
) -> Reading[pd.DataFrame]:
    """The latest rounds of a game in a window, newest first (`rounds.frame.archived_rounds`).

    From the archive. Raises NotArchived, LedgerAway.
    """
    return from_archive(merchant, start, end, partial(_rounds, "newest_rounds", game_id, most=most))


def biggest_wins(merchant: Merchant, game_id: int, start: datetime, end: datetime) -> Reading[pd.DataFrame]:
    """Its rounds that gave back the most, as `latest_rounds` does."""
    ask = partial(_rounds, "biggest_wins", game_id, most=BIGGEST, least_li=1)
    return from_archive(merchant, start, end, ask)


def _rounds(name: str, game_id: int, engine: Engine, start_s: int, end_s: int, **values: Any) -> pd.DataFrame:
    return archived_rounds(engine.table(question(name, start_s, end_s, games=[game_id], **values)))
