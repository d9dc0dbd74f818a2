"""Sums by game and day from the archive, at once and without asking the provider."""

from collections.abc import Sequence
from datetime import date, datetime

from archive.engine import Engine
from archive.questions import ask_numbers
from dashboard.core.codes import SLOTS
from dashboard.core.frames import game_type
from dashboard.core.metrics import Totals
from dashboard.core.periods import day_end, day_start
from dashboard.games.days import GameDays
from dashboard.provider.archived import NotArchived, from_archive, whole
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from ledger.database import LedgerAway
from twoj_client.models import Game


def archived_days(
    merchant: Merchant, listed: Sequence[Game], days: Sequence[date], now: datetime, only: int | None = None
) -> Reading[GameDays] | None:
    """The sums of each game on each of `days` (oldest first), or of the game `only`.

    None where the archive does not hold all of their hours as far as `now`, or cannot be read: then the
    provider is asked. Asks no network.
    """
    zone = merchant.zone
    windows = [(int(day_start(day, zone).timestamp()), int(day_end(day, zone).timestamp())) for day in days]
    start, end = day_start(days[0], zone), min(day_end(days[-1], zone), now)

    def ask(engine: Engine, start_s: int, end_s: int) -> GameDays:
        told = ask_numbers(engine, "days_of_games", start_s, end_s, days=windows)
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
        finished = [end <= end_s for _, end in windows]
        return GameDays(days, finished, rows, beyond if only is None else ())

    try:
        return from_archive(merchant, start, end, ask) if whole(merchant, start, end) else None
    except (NotArchived, LedgerAway):
        return None
