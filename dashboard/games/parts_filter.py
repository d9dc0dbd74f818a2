"""The type of games on view: its picker, and what the address asks for."""

import streamlit as st

from dashboard.core.query import GAME_TYPE
from dashboard.core.text import text
from dashboard.games.filter import GameFilter, read_game_filter
from dashboard.kit import query_params


def wanted() -> GameFilter:
    """What the address asks for."""
    return read_game_filter(query_params.query())


def draw() -> None:
    """The picker of types."""
    st.pills(
        text("Type"),
        GAME_TYPE.choices,
        label_visibility="collapsed",
        **query_params.bound("game-", GAME_TYPE),
    )
