"""Which bets are shown: types and games, and what the address asks for."""

from typing import Final

import streamlit as st

from dashboard.core.query import ROUND_TYPES
from dashboard.core.text import text
from dashboard.kit import current, query_params
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import ProviderFailed
from dashboard.rounds.filter import RoundQuery, read_bet_query

_KEY: Final = "bets-"


def wanted() -> RoundQuery:
    """Which bets the address asks for."""
    return read_bet_query(query_params.query())


def words() -> str:
    """The same in words; empty where all are asked for."""
    return wanted().words(_names(wanted()))


def render_types() -> st.delta_generator.DeltaGenerator:
    """Draw the picker of types; returns the place of that of the games, which waits for their list."""
    with st.container(key="bet-filters"):
        types, games = st.columns([3, 2], vertical_alignment="bottom")
        with types:
            query_params.pills(text("Type"), _KEY, ROUND_TYPES)
    return games


def render_games() -> None:
    """Draw the picker of games."""
    query_params.game_picker(_KEY, _names(wanted()))


def _names(shown: RoundQuery) -> dict[int, str]:
    """Names of the games to choose from; those of the address are among them, if only by id."""
    names = {game_id: str(game_id) for game_id in shown.game_ids}
    try:
        return names | game_names(current.merchant())
    except ProviderFailed:  # the parts say so
        return names
