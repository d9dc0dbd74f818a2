"""The screens in the hall: new ones, how each is doing and what it is to show, and the end of old ones."""

import streamlit as st

from dashboard.core.text import text
from dashboard.jackpots import parts_screens
from dashboard.kit import guard, parts, query_params

QUICK_S = 5


@parts.part(text("A new screen"), "new-screen", every_s=None)
def new() -> None:
    parts_screens.render_new()


@parts.part(text("Screens"), "screens", every_s=QUICK_S)
def screens() -> None:
    parts_screens.render_screens()


guard.page("screens")
st.title(text("Screens"), anchor=False)
query_params.render_problems("screens")
new()
screens()
