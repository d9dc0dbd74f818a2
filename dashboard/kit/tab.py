"""The name of the browser's tab: what the page is about, so that people find it among many."""

import streamlit as st

from dashboard.core.markdown import short
from dashboard.core.text import text


def name(*about: str) -> None:
    """Name the tab by what it shows, the most telling part first."""
    st.set_page_config(page_title=" · ".join((*map(short, about), text("2J dashboard"))))
