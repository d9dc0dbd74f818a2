"""Tables of bets: the bets themselves, who bet, won and lost the most, and the biggest wins."""

from typing import Final

import pandas as pd

from dashboard.bets import parts_filter
from dashboard.bets.data import BetRows
from dashboard.bets.sums import Rank
from dashboard.bets.tables import BETS, PLAYERS, USER_ID, WINS, bets_table, players_table
from dashboard.core.cell_links import CellLink, link
from dashboard.core.memo import memo
from dashboard.core.query import ROUND
from dashboard.core.table_view import TableView
from dashboard.core.text import later, text
from dashboard.kit import current, downloads
from dashboard.kit import table as kit_table
from dashboard.provider.game_list import game_names
from dashboard.provider.reading import Reading

_MOST_BETS: Final = 12
_SHOWN: Final = ("start", "game", "op_id", "user_id", "bet_amount_li", "win_li", "gain_li", "credit_li")
_COLUMNS: Final = [next(column for column in BETS if column.field == field) for field in _SHOWN]
_RANKS: Final = {
    Rank.BET: later("Players who bet the most"),
    Rank.WON: later("Players who won the most"),
    Rank.LOST: later("Players who lost the most"),
}
"""What files of each rank are called."""


def bets(key: str, rows: pd.DataFrame, nothing: str) -> tuple[pd.DataFrame, TableView]:
    """Draw bets (`sums.bets_frame`), or the sentence `nothing` where there are none; return the table.

    With it what is seen of it.
    """
    merchant = current.merchant()
    table = memo(bets_table, rows, game_names(merchant), merchant.zone)
    links = _links("start", "user_id", "game")
    seen = kit_table.render_long_table(table, _COLUMNS, key, merchant.currency, links, _MOST_BETS, nothing)
    return table, seen


def players(known: Reading[pd.DataFrame], by: Rank) -> None:
    """Draw the players who are ahead by a rank, each a link to the player."""
    table = memo(players_table, known.value)
    links, currency = [link("player", "players", user_id="user_id")], current.merchant().currency
    seen = kit_table.render_table(table, PLAYERS, "top-players", currency, neutral=("gain_li",), links=links)
    downloads.render_downloads(
        str(_RANKS[by]), (*PLAYERS, USER_ID), table, known, parts_filter.words(), seen=seen
    )


def wins(known: Reading[BetRows]) -> None:
    """Draw the biggest wins, with links to the bet, its player and its game."""
    merchant = current.merchant()
    table = memo(bets_table, known.value.rows, game_names(merchant), merchant.zone)
    links = _links("start", "player", "game")
    seen = kit_table.render_table(table, WINS, "top-wins", merchant.currency, links=links)
    downloads.render_downloads(
        text("Biggest wins"), (*WINS, USER_ID), table, known, parts_filter.words(), seen=seen
    )


def _links(start: str, player: str, game: str) -> list[CellLink]:
    """From a bet to all about it, to its player and to its game; by the columns that show them."""
    return [
        link(start, "bets", **{ROUND.name: "event_id"}),
        link(player, "players", user_id="user_id"),
        link(game, "games", game_id="game_id"),
    ]
