"""The one door to the provider: pages ask here, in the dashboard's terms, and get frames with their age."""

from dashboard.data.again import ask_again
from dashboard.data.audit_book import audit, audit_rows
from dashboard.data.bet_reading import BetsRead
from dashboard.data.bets import (
    MOST_UNASKED,
    TAIL_EVERY_S,
    TAIL_S,
    bet_count,
    bets,
    last_bets,
    read_bets,
    stop_reading_bets,
)
from dashboard.data.bonuses import bonus_days, bonus_parts, bonus_sums, bonuses_and_gain
from dashboard.data.by_game import arriving_games, games
from dashboard.data.by_game_day import game_days
from dashboard.data.chance import MOST_DAYS, Judged, lucks
from dashboard.data.exports import Seen
from dashboard.data.failures import listed
from dashboard.data.game_list import game, game_names
from dashboard.data.one_game import MOST_ROUND_DAYS, GameRounds, game_rounds, game_sums, is_known
from dashboard.data.player_wallet import NO_OP_ID, Jumps, balance_now, player_jumps
from dashboard.data.players import (
    History,
    Reading,
    give_up,
    in_currency,
    player_history,
    player_sums,
    round_url,
)
from dashboard.data.source import Arriving, Known, LedgerFailed, ProviderFailed, Source, connected, source
from dashboard.data.stage import days, hours

__all__ = [
    "MOST_DAYS",
    "MOST_ROUND_DAYS",
    "MOST_UNASKED",
    "NO_OP_ID",
    "TAIL_EVERY_S",
    "TAIL_S",
    "Arriving",
    "BetsRead",
    "GameRounds",
    "History",
    "Judged",
    "Jumps",
    "Known",
    "LedgerFailed",
    "ProviderFailed",
    "Reading",
    "Seen",
    "Source",
    "arriving_games",
    "ask_again",
    "audit",
    "audit_rows",
    "balance_now",
    "bet_count",
    "bets",
    "bonus_days",
    "bonus_parts",
    "bonus_sums",
    "bonuses_and_gain",
    "connected",
    "days",
    "game",
    "game_days",
    "game_names",
    "game_rounds",
    "game_sums",
    "games",
    "give_up",
    "hours",
    "in_currency",
    "is_known",
    "last_bets",
    "listed",
    "lucks",
    "player_history",
    "player_jumps",
    "player_sums",
    "read_bets",
    "round_url",
    "source",
    "stop_reading_bets",
]
