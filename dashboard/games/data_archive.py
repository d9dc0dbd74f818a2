"""Sums by game and day from the archive, at once and without asking the provider."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import structlog

from archive.engine import Engine
from archive.questions import ask_numbers
from archive.store import FileDamaged
from dashboard.core.codes import SLOTS
from dashboard.core.frames import game_type
from dashboard.core.metrics import Totals
from dashboard.core.periods import day_end, day_start
from dashboard.games.days import GameDays
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered
from ledger.database import LedgerAway
from twoj_client.models import Game

log = structlog.get_logger(__name__)

_FRESH_S: Final = 120
"""So old the running hour may be: it is read every 30 s."""


def archived_days(
    merchant: Merchant, listed: Sequence[Game], days: Sequence[date], now: datetime, only: int | None = None
) -> Reading[GameDays] | None:
    """The sums of each game on each of `days` (oldest first), or of the game `only`.

    None where the archive does not hold all of their hours as far as `now`, or cannot be read: then the
    provider is asked. Asks no network.
    """
    if merchant.archive is None:
        return None
    zone = merchant.zone
    windows = [(int(day_start(day, zone).timestamp()), int(day_end(day, zone).timestamp())) for day in days]
    start_s, end_s = windows[0][0], min(windows[-1][1], int(now.timestamp()))
    try:
        held = merchant.archive.held(start_s, end_s, _FRESH_S) if start_s < end_s else None
        if held is None:
            return None
        engine = merchant.running(Engine)
        told = ask_numbers(engine, "days_of_games", start_s, end_s, days=windows)
    except (FileDamaged, LedgerAway) as error:
        log.warning("archive not asked", error=str(error))
        return None
    places = {day_s: place for place, (day_s, _) in enumerate(windows)}
    # Slots are known without the list, as the provider's own sums name them.
    slots = {game_id for game_id, *_ in told if game_type(game_id, None) == SLOTS}
    ids = slots.union(game.game_id for game in listed) if only is None else {only}
    rows = {game_id: [Totals()] * len(days) for game_id in sorted(ids)}
    beyond = [Totals()] * len(days)
    for game_id, day_s, count, bet_li, gain_li in told:
        if game_id in rows:
            rows[game_id][places[day_s]] = Totals(count, bet_li, gain_li, -gain_li)
        else:
            beyond[places[day_s]] += Totals(count, bet_li, gain_li, -gain_li)
    as_of = datetime.fromtimestamp(held.as_of_ms / 1000, UTC)
    return Reading(
        GameDays(days, [end <= end_s for _, end in windows], rows, beyond if only is None else ()),
        as_of,
        window=covered(day_start(days[0], zone), datetime.fromtimestamp(end_s, UTC), as_of),
        settled=held.is_proven,
    )
