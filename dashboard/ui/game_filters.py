"""The type of games on view: its picker, and the address that keeps it."""

import streamlit as st

from dashboard.game_filter import TYPES, GameFilter, read_game_filter


def wanted() -> GameFilter:
    """What the address asks for."""
    return read_game_filter(st.query_params)


def draw() -> None:
    """The picker of types; a choice goes into the address, where `wanted` reads it."""
    shown = wanted()
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")
    st.session_state["game-type"] = shown.type
    st.pills("Type", TYPES, key="game-type", on_change=_take_type, label_visibility="collapsed")


def _take_type() -> None:
    picked = st.session_state["game-type"]
    if picked is None:
        st.query_params.pop("type", None)
    else:
        st.query_params["type"] = picked
