"""All bets of the period as a file: what it will hold and lack, and the links that have it made."""

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from dashboard.bets import parts_filter
from dashboard.bets.export import Format
from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.periods import of_days
from dashboard.core.query import GAME_IDS, PERIOD, ROUND_TYPES, View, text_of
from dashboard.core.text import text
from dashboard.kit import current, states
from dashboard.provider.reading import Reading

_NAMES: Final = {Format.PARQUET: "Parquet", Format.CSV: "CSV"}


def offer(view: View, known: Reading[int]) -> None:
    """Offer so many bets of a period as a file of each kind; say first what it will lack."""
    only = parts_filter.words()
    st.markdown(
        text(
            "All {bets} bets of **{days}**, {which}, each with all its fields.",
            bets=formats.count(known.value),
            days=view.period.days_label,
            which=escaped(only) if only else text("all games"),
        )
    )
    states.as_of(known)
    with st.container(horizontal=True):
        for form, name in _NAMES.items():
            label = text("Export as {format}", format=name)
            st.link_button(label, _address(view, f"bets.{form}"), icon=":material/download:")
        st.link_button(text("About"), _address(view, "bets-about.txt"), icon=":material/info:")


def _address(view: View, name: str) -> str:
    """Beside the page's own address, wherever a proxy has put it; its days are those that are shown."""
    wanted = parts_filter.wanted()
    said = {
        PERIOD.name: of_days(view.period.first_day, view.period.last_day).text,
        ROUND_TYPES.name: text_of(ROUND_TYPES, wanted.types),
        GAME_IDS.name: text_of(GAME_IDS, wanted.game_ids),
    }
    query = urlencode({name: value for name, value in said.items() if value}, safe=",")
    return f"exports/{current.merchant().mch_id}/{name}?{query}"
