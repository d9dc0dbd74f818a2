"""Who bet, won and lost the most, and the biggest wins, each with a way to the player and the game."""

from typing import Final

import streamlit as st

from dashboard.bets import parts_filter, parts_table
from dashboard.bets.sums import BetSums, Rank, biggest_wins, top_players
from dashboard.bets.tables import PLAYERS, USER_ID, WINS, bets_table, players_table
from dashboard.core.cell_links import link
from dashboard.kit import charts, current, downloads
from dashboard.kit import table as kit_table
from dashboard.provider.game_list import game_names
from dashboard.provider.reading import Reading

_MOST: Final = 15
_RANKS: Final = {Rank.BET: "bet the most", Rank.WON: "won the most", Rank.LOST: "lost the most"}


def players(known: Reading[BetSums]) -> None:
    """Draw the players, each a link to the player."""
    currency = current.merchant().currency
    rank = Rank(
        st.segmented_control(
            "Players who",
            list(_RANKS),
            format_func=_RANKS.__getitem__,
            default=Rank.BET,
            required=True,
            key="rank",
            label_visibility="collapsed",
        )
        or Rank.BET
    )
    table = players_table(top_players(known.value, rank, _MOST))
    kit_table.draw(
        table,
        PLAYERS,
        "top-players",
        charts.look(),
        currency,
        neutral=("gain_li",),
        links=[link("player", "players", user_id="user_id")],
    )
    title = f"Players who {_RANKS[rank]}"
    downloads.draw(title, (*PLAYERS, USER_ID), table, known, parts_filter.words())


def wins(known: Reading[BetSums]) -> None:
    """Draw the biggest wins, with links to the bet, its player and its game."""
    merchant = current.merchant()
    table = bets_table(biggest_wins(known.value, _MOST), game_names(merchant), merchant.zone)
    links = parts_table.links("start", "player", "game")
    kit_table.draw(table, WINS, "top-wins", charts.look(), merchant.currency, links=links)
    downloads.draw("Biggest wins", (*WINS, USER_ID), table, known, parts_filter.words())
