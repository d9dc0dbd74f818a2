"""Lines of the Status page: a name, a word for how it is doing, what was seen, and what to do."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

import streamlit as st

from dashboard import formats
from dashboard.data import status
from dashboard.markdown import escaped
from dashboard.status import Row, State, needs
from dashboard.ui import states

_LOOKS: Final[dict[State, tuple[Literal["green", "orange", "red", "gray"], str]]] = {
    State.WELL: ("green", ":material/check:"),
    State.WATCH: ("orange", ":material/warning:"),
    State.FAILING: ("red", ":material/error:"),
    State.UNKNOWN: ("gray", ":material/help:"),
}


def summary() -> None:
    """Say in one line whether all is well; otherwise what is not, the worst first."""
    rows = status.all_rows()
    wanted = needs([replace(row, what=f"{group}: {row.what}") for group, row in rows])
    if not wanted:
        st.success("Everything works, as far as is known.", icon=":material/check_circle:")
        return
    group("status-needs", f"{formats.many(len(wanted), 'thing')} to look at", wanted)


def group(key: str, title: str, rows: Iterable[Row]) -> None:
    """Draw the lines of one group in a box."""
    with states.box(key, title):
        draw(rows, key)


def draw(rows: Iterable[Row], key: str) -> None:
    """Draw lines; `key` tells them from those of other boxes."""
    for number, row in enumerate(rows):
        color, icon = _LOOKS[row.state]
        with st.container(key=f"line-{key}-{number}", horizontal=True, vertical_alignment="top"):
            st.markdown(f"**{escaped(row.what)}**", width=200)
            with st.container(width=140):
                st.badge(row.state.value, icon=icon, color=color)
            with st.container(width="stretch"):
                st.markdown(escaped(row.said))
                if row.to_do:
                    st.markdown(f":material/arrow_forward: **{escaped(row.to_do)}**")


def versions() -> None:
    """Say what runs here."""
    told = [f"{name} **{escaped(text)}**" for name, text in status.versions().items()]
    with states.box("versions", "This server"):
        st.markdown(" · ".join(told))
