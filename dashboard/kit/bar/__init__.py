"""The links to all pages, in groups: above the page, and on a phone below it, the first few and "More"."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

import streamlit as st

_SCRIPT = (Path(__file__).parent / "bar.js").read_text("utf-8")
# In the page itself, not in a shadow of it: the style sheet of all pages says how it looks.
_component = st.components.v2.component("page_links", js=_SCRIPT, isolate_styles=False)


class PageName(TypedDict):
    """A page by where it lies, seen from each of them, and what it is called."""

    path: str
    title: str


class Group(TypedDict):
    """Pages that belong together."""

    name: str
    pages: list[PageName]


def render(
    groups: list[Group], first: list[str], current: str, carried: Mapping[str, str], **words: str
) -> None:
    """Draw the links; `first` are the paths that a phone always shows, `carried` goes with each link."""
    _component(
        key="page-links",
        data={"groups": groups, "first": first, "current": current, "carried": dict(carried), "words": words},
        on_theme_change=lambda: None,  # the page is drawn again, and its charts in the colours of the theme
    )
