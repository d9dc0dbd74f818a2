"""One game: its sums, how many people played it, and its rounds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, cast

import pandas as pd

from dashboard.core.formats import moment_text
from dashboard.core.frames import game_totals, totals
from dashboard.core.metrics import Totals
from dashboard.core.periods import day_start
from dashboard.core.query import View
from dashboard.core.text import Deferred, later
from dashboard.games.data_days import is_slots
from dashboard.games.data_table import PATIENCE_S
from dashboard.games.sums import GameSums
from dashboard.provider.asking import reading_of, warnings_of
from dashboard.provider.failures import failures
from dashboard.provider.game_list import game
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Progressive, Reading, covered, is_settled, stale_reason_of
from dashboard.rounds.frame import rounds_frame
from twoj_client import Reply
from twoj_client.errors import ParameterRefused

MOST_ROUND_DAYS: Final = 14
_MOST_ROUNDS: Final = 10_000
_RENEW_S: Final = 60
# As long as the provider's history of all games allows, and as its history of one game mostly answers whole.
_SLOTS_STEP: Final = timedelta(hours=1)
_GAMES_STEP: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class GameRounds:
    """The latest rounds of a game (`rounds.rounds_frame`, oldest first): all of them from `since` on."""

    rounds: pd.DataFrame
    since: datetime


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
    """Sums of one game over a window, with its players where the provider says them. Raises TwoJError."""
    if is_slots(merchant.twoj.all.list().data, game_id):
        slots = merchant.twoj.slots.game_stage_summary(start=start, end=end)
        found = (totals(row) for row in slots.data if row.game_id == game_id)
        return reading_of(merchant, GameSums(next(found, Totals())), [slots], (start, end))
    reply = merchant.twoj.games.game_stage_summary(game_id=game_id, start=start, end=end)
    row = reply.data
    sums = GameSums(game_totals(row), row.user_count, row.win_user_count, row.lose_user_count)
    return reading_of(merchant, sums, [reply], (start, end))


def game_rounds(merchant: Merchant, game_id: int, view: View) -> Progressive[GameRounds]:
    """What has arrived of the latest rounds of a game, newest first.

    They reach back to the start of the period, by two weeks or by some 10 000 rounds, whichever comes first.
    Raises TwoJError where every answer failed.
    """
    slots = is_slots(merchant.twoj.all.list().data, game_id)

    def start() -> Job[datetime, list[Any]]:
        calls = _calls(merchant, game_id, view, slots=slots)
        return Job(calls, merchant.jobs.slow, merchant.clock, _enough, question=view.end)

    # A day that is over is not what was there of it while it ran.
    number = merchant.asked_again(view.start, view.end)
    name = ("rounds", game_id, view.period.first_day, view.period.last_day, view.is_running, number)
    load = merchant.jobs.look(name, start, _RENEW_S, PATIENCE_S)
    return Progressive(load.made(lambda: _known(merchant, load)), load.answered, load.asked)


def _calls(
    merchant: Merchant, game_id: int, view: View, *, slots: bool
) -> dict[datetime, Callable[[], Reply[Any]]]:
    twoj, zone = merchant.twoj, merchant.zone
    first_day = view.period.days()[-MOST_ROUND_DAYS:][0]
    calls: dict[datetime, Callable[[], Reply[Any]]] = {}
    step = _SLOTS_STEP if slots else _GAMES_STEP
    for start, end in reversed(list(steps(day_start(first_day, zone), view.end, step))):
        if slots:
            calls[start] = partial(twoj.all.history, start=start, end=end, game_ids=[game_id])
        else:
            calls[start] = partial(twoj.games.game_history, start=start, end=end, game_id=game_id)
    return calls


def steps(start: datetime, end: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Cut a window at whole multiples of `step` in UTC, so that each piece is asked the same by everyone."""
    while start < end:
        midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0)
        whole = midnight + ((start - midnight) // step + 1) * step
        yield start, min(whole, end)
        start = whole


def _enough(replies: Mapping[datetime, Reply[Sequence[Any]]]) -> bool:
    return sum(len(reply.data) for reply in replies.values()) >= _MOST_ROUNDS


def _known(merchant: Merchant, load: Job[datetime, list[Any]]) -> Reading[GameRounds] | None:
    replies = load.replies()
    if not replies:
        load.raise_if_all_failed()
        return None
    zone = merchant.zone
    rows = [row for start in sorted(replies) for row in replies[start].data]
    since, as_of = min(replies), replies[max(replies)].as_of
    return Reading(
        GameRounds(rounds_frame(rows), since),
        as_of,
        stale_reason_of(replies.values()),
        failures(
            (later("Rounds from {time}", time=Deferred(moment_text, (start.astimezone(zone),))), error)
            for start, error in load.errors().items()
        ),
        warnings_of(merchant, replies.values()),
        covered(since, cast("datetime", load.question), as_of),
        settled=load.finished and is_settled(replies.values()),
    )
