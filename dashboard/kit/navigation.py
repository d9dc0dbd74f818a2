"""The pages, and the bar on top of each that leads to the others."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.core.markdown import escaped, short
from dashboard.core.roles import LOCAL, Person
from dashboard.core.text import WordTable, later, text
from dashboard.kit import current, guard
from dashboard.kit import query_params as kit_query_params
from dashboard.kit.compat import StreamlitPage

_PAGES: Final = Path(__file__).parents[2] / "pages"
_TITLES: Final = WordTable(
    {
        "overview": later("Overview"),
        "games": later("Games"),
        "bonus": later("Bonus"),
        "players": later("Players"),
        "bets": later("Bets"),
        "wallet": later("Wallet"),
        "jackpots": later("Jackpots"),
        "data": later("Data"),
        "status": later("Status"),
    }
)
NAMES: Final = tuple(_TITLES)


def pages() -> dict[str, StreamlitPage]:
    """Every page of the dashboard by its name, the first of them at `/`. Each guards itself."""
    return {
        name: st.Page(_PAGES / f"{name}.py", title=title, default=name == NAMES[0])
        for name, title in _TITLES.items()
    }


def bar(shown: dict[str, StreamlitPage], person: Person) -> None:
    """Draw a link to each page that this person may see. The period and the comparison go with them."""
    carried = kit_query_params.carried()
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        for name, page in shown.items():
            if person.may(name):
                st.page_link(page, query_params=carried)
        with st.container(key="who", horizontal=True, vertical_alignment="center", width="content"):
            if current.merchant().demo:
                st.badge(text("Demo data"), color="orange")
            if person != LOCAL:
                st.caption(escaped(short(person.name)), width="content")
                guard.sign_out()


def lead(file: str, label: str, **query: str) -> None:
    """Draw a link to a page of `pages/` with this query, and the period. `label` is shown as it is."""
    st.page_link(
        st.Page(_PAGES / file),
        label=escaped(short(label)),
        icon=":material/arrow_forward:",
        query_params=kit_query_params.carried() | query,
    )
