"""The pages, and the bar on top of each that leads to the others."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import data
from dashboard.markdown import escaped

_PAGES: Final = Path(__file__).parents[2] / "pages"
_CARRIED: Final = ("period", "compare")


def pages() -> list[StreamlitPage]:
    """Every page of the dashboard, the first of them at `/`."""
    return [
        st.Page(_PAGES / "overview.py", title="Overview", default=True),
        st.Page(_PAGES / "games.py", title="Games"),
        st.Page(_PAGES / "bonus.py", title="Bonus"),
        st.Page(_PAGES / "players.py", title="Players"),
        st.Page(_PAGES / "bets.py", title="Bets"),
        st.Page(_PAGES / "wallet.py", title="Wallet"),
        st.Page(_PAGES / "jackpots.py", title="Jackpots"),
    ]


def bar(shown: list[StreamlitPage]) -> None:
    """Draw a link to each page. The period and the comparison go with the person who follows it."""
    carried = _carried()
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        for page in shown:
            st.page_link(page, query_params=carried)
        if data.source().demo:
            st.badge("Demo data", color="orange")


def lead(file: str, label: str, **query: str) -> None:
    """Draw a link to a page of `pages/` with this query, and the period. `label` is shown as it is."""
    st.page_link(
        st.Page(_PAGES / file),
        label=escaped(label),
        icon=":material/arrow_forward:",
        query_params=_carried() | query,
    )


def _carried() -> dict[str, str]:
    return {name: st.query_params[name] for name in _CARRIED if name in st.query_params}
