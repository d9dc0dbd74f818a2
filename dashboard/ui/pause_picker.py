"""How long a pause ends a session: its picker, and the address that keeps it."""

import streamlit as st

from dashboard.sessions import PAUSE_MIN, PAUSES_MIN, read_pause


def pause_min() -> int:
    """What the address asks for, in minutes."""
    return read_pause(st.query_params)[0]


def draw() -> None:
    """The picker; a choice goes into the address, where `pause_min` reads it."""
    shown, problem = read_pause(st.query_params)
    if problem:
        st.warning(problem, icon=":material/link_off:")
    st.session_state["pause"] = shown
    st.selectbox(
        "A session ends with a pause of more than",
        PAUSES_MIN,
        key="pause",
        format_func="{} minutes".format,
        on_change=_take,
        width=280,
    )


def _take() -> None:
    if st.session_state["pause"] == PAUSE_MIN:
        st.query_params.pop("pause", None)
    else:
        st.query_params["pause"] = str(st.session_state["pause"])
