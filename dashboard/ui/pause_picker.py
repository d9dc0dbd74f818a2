"""How long a pause ends a session: its picker, and what the address asks for."""

import streamlit as st

from dashboard.query import PAUSE
from dashboard.ui import address


def pause_min() -> int:
    """What the address asks for, in minutes."""
    return address.value(PAUSE)


def draw() -> None:
    """The picker."""
    st.selectbox(
        "A session ends with a pause of more than",
        list(PAUSE.choices),
        format_func=PAUSE.choices.__getitem__,
        width=280,
        **address.bound("", PAUSE),
    )
