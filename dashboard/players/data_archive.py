"""All rounds of a player from the archive, at once and whole, with the fields that every bet has."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Final

import pyarrow as pa

from archive.bets import in_window
from archive.engine import Engine
from archive.questions import question
from dashboard.core.currencies import currency_names
from dashboard.core.query import View
from dashboard.core.text import Words, later
from dashboard.players.data_finding import archived_player, forgotten
from dashboard.players.data_history import history_of
from dashboard.players.history import PlayerHistory
from dashboard.players.player import Player, PlayerProblem
from dashboard.provider.archived import NotArchived, from_archive, held_of
from dashboard.provider.failures import sentence
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds.frame import archived_rounds, together
from ledger.database import LedgerAway
from twoj_client import Reply, TwoJError
from twoj_client.models import SlotsUserRow

_RENEW_S: Final = 60


@dataclass(frozen=True, slots=True)
class Archived:
    """A player's rounds as the archive has them; `is_whole` where it lacks nothing of the window."""

    reading: Reading[PlayerHistory]
    is_whole: bool

    def __len__(self) -> int:
        return len(self.reading.value.rounds)


Answer = Archived | PlayerProblem | None
"""None where the archive does not know the player, or cannot say in which currency each round is."""


def archive_job(merchant: Merchant, player: Player, view: View, patience_s: float) -> Job[str, Answer]:
    """Look for a player's rounds in the archive, beside the provider's summary of slots for the currency."""
    number = merchant.asked_again(view.start, view.end)
    days = view.period.first_day, view.period.last_day
    name = ("archived player", player, *days, view.is_running, number)
    ask = partial(_archived, merchant, player, view.start, view.end)
    return merchant.jobs.look(name, {"": ask}, _RENEW_S, patience_s)


def _archived(merchant: Merchant, player: Player, start: datetime, end: datetime) -> Reply[Answer]:
    try:
        held = held_of(merchant, start, end)
        known = from_archive(merchant, start, end, partial(_asked, player), held)
    except NotArchived:
        return Reply(forgotten(merchant, player), merchant.now())
    except LedgerAway:
        return Reply(None, merchant.now())
    if known.value is None or isinstance(known.value, PlayerProblem):
        return Reply(known.value or forgotten(merchant, player), known.as_of)
    found, bets = known.value
    missing = tuple((each.start, each.end) for each in held.lacking)
    # As far as it was read: the provider's sums of what came since would have more than the rounds.
    window = known.window or (start, end)
    rows, not_known = _slots_sums(merchant, found, window)
    currencies = currency_names(row.currency for row in rows)
    if len(currencies) > 1:
        return Reply(None, known.as_of)
    rounds = together([archived_rounds(in_window(bets, *(int(edge.timestamp()) for edge in window)))])
    in_currency = {row.game_id: row.currency for row in rows}
    rounds["currency"] = rounds["game_id"].map(in_currency).astype("string")
    history, unlisted = history_of(merchant, found, rounds, window, missing, currencies, every_field=False)
    reading = Reading(
        history,
        known.as_of,
        known.stale_reason,
        (*known.failures, *unlisted),
        (*known.warnings, *not_known),
        window,
        settled=known.settled,
    )
    return Reply(Archived(reading, not missing), known.as_of)


def _asked(
    player: Player, engine: Engine, start_s: int, end_s: int
) -> tuple[Player, pa.Table] | PlayerProblem | None:
    found = archived_player(engine, player)
    if not isinstance(found, Player):
        return found
    return found, engine.table(question("rounds_of_player", start_s, end_s, user_id=found.user_id or 0))


def _slots_sums(
    merchant: Merchant, player: Player, window: tuple[datetime, datetime]
) -> tuple[Sequence[SlotsUserRow], tuple[Words, ...]]:
    """Ask for the provider's sums of slots by game: they alone say a currency, the archive's bets do not."""
    start, end = window
    try:
        return merchant.twoj.slots.user_stage_summary(start=start, end=end, **asdict(player)).data, ()
    except TwoJError as error:
        why = sentence(error)
        return [], (later("Whether all rounds are of one currency is not known: {sentence}", sentence=why),)
