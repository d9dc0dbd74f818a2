"""What makes the links in tables (`cell_links`) and charts (`charts.show`) open in the tab they stand in."""

from pathlib import Path

import streamlit as st

_SCRIPT = (Path(__file__).parent / "links.js").read_text("utf-8")
_component = st.components.v2.component("table_links", js=_SCRIPT)


def listen() -> None:
    """Put the script into the page; it takes no room."""
    with st.container(key="table-links"):
        _component(key="table-links-script")
