"""Who bet, won and lost the most, and the biggest wins, each with a way to the player and the game."""

from functools import partial
from typing import Final

import streamlit as st

from dashboard import data
from dashboard.bet_tables import PLAYERS, USER_ID, WINS, bets_table, players_table
from dashboard.bets import BetSums, Rank, biggest_wins, top_players
from dashboard.data import Known
from dashboard.ui import bet_filters, bet_list, charts, chosen, downloads, filters, grid, navigation

_MOST: Final = 15
_PLAYERS: Final = "top-players"
_WINS: Final = "top-wins"
_RANKS: Final = {Rank.BET: "bet the most", Rank.WON: "won the most", Rank.LOST: "lost the most"}


def players(known: Known[BetSums]) -> None:
    """Draw the players; a click leads to one."""
    currency = data.source().currency
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
    chosen.show(_PLAYERS, table, "user_id")
    grid.draw(
        table,
        PLAYERS,
        _PLAYERS,
        charts.look(),
        currency,
        neutral=("gain_li",),
        opens=partial(chosen.take, _PLAYERS),
    )
    player = chosen.of(_PLAYERS)
    if player:
        navigation.lead("players.py", f"Player {player['player']}", user_id=str(player["user_id"]))
    else:
        st.caption("Select a player for the way to the player's rounds.")
    title = f"Players who {_RANKS[rank]}"
    downloads.draw(title, (*PLAYERS, USER_ID), table, filters.view(), known, bet_filters.words())


def wins(known: Known[BetSums]) -> None:
    """Draw the biggest wins; a click leads to the game or the player."""
    here = data.source()
    table = bets_table(biggest_wins(known.value, _MOST), data.game_names(), here.zone)
    chosen.show(_WINS, table, "event_id")
    grid.draw(table, WINS, _WINS, charts.look(), here.currency, opens=partial(chosen.take, _WINS))
    win = chosen.of(_WINS)
    if win:
        bet_list.leads(win)
    else:
        st.caption("Select a win for the way to its player and its game.")
    downloads.draw("Biggest wins", (*WINS, USER_ID), table, filters.view(), known, bet_filters.words())
