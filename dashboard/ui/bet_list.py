"""A table of single bets that may be drawn anew under a reader: what is selected stays selected."""

from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.bet_tables import BETS
from dashboard.round_detail import facts
from dashboard.round_table import decimals, on_screen
from dashboard.ui import chosen, navigation, round_list

_ROW_PX: Final = 35
_MOST_ROWS: Final = 12
_SHOWN: Final = ("start", "game", "op_id", "user_id", "bet_amount_li", "win_li", "gain_li", "credit_li")
_COLUMNS: Final = [next(column for column in BETS if column.field == field) for field in _SHOWN]


def draw(key: str, table: pd.DataFrame, currency: str | None) -> None:
    """Draw bets (`bet_tables.bets_table`), and below them all about the one that is selected."""
    chosen.show(key, table, "event_id")
    shown, places = on_screen(table, _COLUMNS), decimals(table, _COLUMNS)
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=_ROW_PX * (_MOST_ROWS + 1) + 2,
        row_height=_ROW_PX,
        placeholder=formats.UNKNOWN,
        column_config={
            column.field: round_list.config(column, shown[column.field], currency, places)
            for column in _COLUMNS
        },
        on_select=partial(chosen.take, key),
        selection_mode="single-row",
    )
    bet = chosen.of(key)
    if bet:
        _detail(bet, currency)
    else:
        st.caption("Select a bet to see all about it, and to follow it to its player and its game.")


def leads(bet: dict[str, Any]) -> None:
    """Draw the ways from a bet (a row of `bet_tables.bets_table`) to its player and its game."""
    with st.container(horizontal=True):
        navigation.lead("players.py", f"Player {bet['player']}", user_id=str(bet["user_id"]))
        navigation.lead("games.py", str(bet["game"]), game_id=str(bet["game_id"]))


def _detail(bet: dict[str, Any], currency: str | None) -> None:
    leads(bet)
    names, values = zip(*facts(bet, currency), strict=True)
    # A table of text, drawn on a canvas: whatever the provider sends is shown, nothing of it is obeyed.
    st.dataframe(
        pd.DataFrame({"The bet": names, " ": values}, dtype="string"), hide_index=True, row_height=_ROW_PX
    )
