"""Lines of the Status page: a name, a word for how it is doing, what was seen, and what to do."""

from collections.abc import Iterable
from typing import Final, Literal

import streamlit as st

from dashboard.core.markdown import escaped
from dashboard.kit import current, states
from dashboard.status import data as status_data
from dashboard.status.rows import HealthState, Row

_LOOKS: Final[dict[HealthState, tuple[Literal["green", "orange", "red", "gray"], str]]] = {
    HealthState.WELL: ("green", ":material/check:"),
    HealthState.WATCH: ("orange", ":material/warning:"),
    HealthState.FAILING: ("red", ":material/error:"),
    HealthState.UNKNOWN: ("gray", ":material/help:"),
}


def summary() -> None:
    """Say in one line whether all is well, or what is not."""
    wanted = [
        (f"{row.what} ({group.lower()})", row.state)
        for group, row in status_data.all_rows(current.merchant())
    ]
    failing = [what for what, state in wanted if state is HealthState.FAILING]
    watched = [what for what, state in wanted if state is HealthState.WATCH]
    if failing:
        st.error(escaped(f"Failing: {', '.join(failing)}."), icon=_LOOKS[HealthState.FAILING][1])
    if watched:
        st.warning(escaped(f"To look at: {', '.join(watched)}."), icon=_LOOKS[HealthState.WATCH][1])
    if not failing and not watched:
        st.success("Everything works, as far as is known.", icon=_LOOKS[HealthState.WELL][1])


def group(key: str, title: str, rows: Iterable[Row]) -> None:
    """Draw the lines of one group in a box."""
    with states.box(key, title):
        for number, row in enumerate(rows):
            with st.container(key=f"line-{key}-{number}", horizontal=True, vertical_alignment="top"):
                _line(row)


def _line(row: Row) -> None:
    color, icon = _LOOKS[row.state]
    st.markdown(f"**{escaped(row.what)}**", width=200)
    with st.container(width=140):
        st.badge(row.state.value, icon=icon, color=color)
    to_do = f"  \n:material/arrow_forward: **{escaped(row.to_do)}**" if row.to_do else ""
    st.markdown(escaped(row.said) + to_do, width="stretch")


def versions() -> None:
    """Say what runs here."""
    told = [f"{name} **{escaped(text)}**" for name, text in status_data.versions(current.merchant()).items()]
    with states.box("versions", "This server"):
        st.markdown(" · ".join(told))
