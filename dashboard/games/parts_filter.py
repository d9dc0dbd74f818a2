"""The type of games on view: its picker, and what the address asks for."""

from dataclasses import dataclass

import streamlit as st

from dashboard.core.query import GAME_ID, GAME_TAB, GAME_TYPE
from dashboard.core.text import text
from dashboard.kit import query_params


@dataclass(frozen=True, slots=True)
class GameFilter:
    """One game by its id, or the games of one type; None where all are wanted."""

    game_id: int | None = None
    type: str | None = None


def wanted() -> GameFilter:
    """What the address asks for."""
    return GameFilter(query_params.value(GAME_ID), query_params.value(GAME_TYPE))


def render_filter() -> str:
    """The choices of what is shown of the games, and of their type; returns the first (`query.GAME_TAB`)."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        tab = query_params.segments(text("View"), "game-", GAME_TAB)
        query_params.pills(text("Type"), "game-", GAME_TYPE, labelled=False)
    return tab
