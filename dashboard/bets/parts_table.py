"""A table of single bets, with links to each, to its player and to its game."""

from typing import Final

import pandas as pd

from dashboard.bets.tables import BETS
from dashboard.core.cell_links import CellLink, link
from dashboard.core.query import ROUND
from dashboard.players import parts_rounds

_MOST_ROWS: Final = 12
_SHOWN: Final = ("start", "game", "op_id", "user_id", "bet_amount_li", "win_li", "gain_li", "credit_li")
_COLUMNS: Final = [next(column for column in BETS if column.field == field) for field in _SHOWN]


def draw(key: str, table: pd.DataFrame, currency: str | None, nothing: str) -> None:
    """Draw bets (`bet_tables.bets_table`), or the sentence `nothing` where there are none."""
    parts_rounds.draw(key, table, _COLUMNS, links("start", "user_id", "game"), currency, _MOST_ROWS, nothing)


def links(start: str, player: str, game: str) -> list[CellLink]:
    """From a bet to all about it, to its player and to its game; by the columns that show them."""
    return [
        link(start, "bets", **{ROUND.name: "event_id"}),
        link(player, "players", user_id="user_id"),
        link(game, "games", game_id="game_id"),
    ]
