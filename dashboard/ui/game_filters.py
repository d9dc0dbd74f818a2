"""The type of games on view: its picker, and what the address asks for."""

import streamlit as st

from dashboard.game_filter import GameFilter, read_game_filter
from dashboard.query import GAME_TYPE
from dashboard.ui import address


def wanted() -> GameFilter:
    """What the address asks for."""
    return read_game_filter(address.query())


def draw() -> None:
    """The picker of types."""
    st.pills("Type", GAME_TYPE.choices, label_visibility="collapsed", **address.bound("game-", GAME_TYPE))
