"""How a player stands among those of a window, and what was to be expected of the games, from the archive."""

from datetime import datetime

from archive.engine import Engine
from archive.questions import question
from dashboard.core.periods import Comparison
from dashboard.luck import data as luck_data
from dashboard.luck.adjusted_gain import AdjustedGain
from dashboard.players.history import PlayerHistory
from dashboard.players.standing import PlayerStanding, bets_of_games, luck
from dashboard.provider.archived import NotArchived, from_archive
from dashboard.provider.merchant import LedgerFailed, Merchant
from dashboard.provider.reading import Reading


def standing(merchant: Merchant, user_id: int, start: datetime, end: datetime) -> PlayerStanding | None:
    """How a player stands among all of a window; None without bets, or where not all of it is held.

    Asks no network.
    """

    def ask(engine: Engine, start_s: int, end_s: int) -> PlayerStanding | None:
        rows = engine.numbers(question("standing_of_player", start_s, end_s, user_id=user_id))
        return PlayerStanding(*rows[0]) if rows else None

    try:
        known = from_archive(merchant, start, end, ask)
    except (NotArchived, LedgerFailed):
        return None
    return None if known.failures else known.value


def standings(
    merchant: Merchant, known: Reading[PlayerHistory], comparison: Comparison | None
) -> tuple[PlayerStanding | None, PlayerStanding | None]:
    """How the player of a history stands in its window, and in the days that it is compared with.

    Of a player of several currencies nothing is said: amounts of two are never added.
    """
    user_id, window = known.value.player.user_id, known.window
    if user_id is None or window is None or len(known.value.currencies) > 1:
        return None, None
    before = standing(merchant, user_id, comparison.start, comparison.end) if comparison else None
    return standing(merchant, user_id, *window), before


def luck_of(merchant: Merchant, history: PlayerHistory) -> AdjustedGain | None:
    """What of a player's result is luck, by the bets of all players in the days before."""
    games = bets_of_games(history.rounds)
    try:
        return luck(games, luck_data.expected(merchant, games, history.start)) if games else None
    except LedgerFailed:
        return None
