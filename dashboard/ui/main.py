"""The entry script: navigation first, then what every page shares, then the page."""

from pathlib import Path

import streamlit as st

from dashboard import data
from dashboard.ui import states

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "pages"
STYLE = (HERE / "style.css").read_text("utf-8")

st.set_page_config(page_title="2J dashboard", page_icon=str(HERE / "icon.png"), layout="wide")
# Before anything that can fail: until it has run once, Streamlit offers the files in pages/ by itself.
page = st.navigation([st.Page(PAGES / "overview.py", title="Overview", default=True)], position="top")
st.html(f"<style>{STYLE}</style>")
if data.source().demo:
    with st.container(key="demo"):
        st.badge("Demo data", color="orange")
with states.part("This page"):
    page.run()
