"""The screens in the hall: links for new ones, how each is doing, and the end of old ones."""

import streamlit as st

from dashboard.core.text import text
from dashboard.jackpots import parts_screens
from dashboard.kit import guard, parts

QUICK_S = 15


@parts.part(text("Screens"), "screens", every_s=QUICK_S)
def screens() -> None:
    parts_screens.render_new()
    parts_screens.render_screens()


guard.page("screens")
st.title(text("Screens"), anchor=False)
screens()
