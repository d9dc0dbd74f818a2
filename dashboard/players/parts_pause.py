"""How long a pause ends a session: its picker, and what the address asks for."""

import streamlit as st

from dashboard.core.query import PAUSE
from dashboard.kit import query_params


def pause_min() -> int:
    """What the address asks for, in minutes."""
    return query_params.value(PAUSE)


def draw() -> None:
    """The picker."""
    st.selectbox(
        "A session ends with a pause of more than",
        list(PAUSE.choices),
        format_func=PAUSE.choices.__getitem__,
        width=280,
        **query_params.bound("", PAUSE),
    )
