"""The entry script: navigation first, then what every page shares, then the page."""

import json
from pathlib import Path

import streamlit as st

from dashboard.charts.theme import DARK, LIGHT
from dashboard.core.query import SCREEN
from dashboard.core.text import text, use_language
from dashboard.kit import copying, guard, links, navigation, query_params, runs, search, states

HERE = Path(__file__).parent
STYLE = (HERE / "style.css").read_text("utf-8")

use_language(st.context.locale)
st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide")
# Before anything that can fail: until it has run once, Streamlit offers the files in pages/ by itself.
pages = navigation.pages()
page = st.navigation(list(pages.values()), position="hidden")
navigation.name_tab(page.title)
person = guard.person()
# By the browser's theme, which changes before the server hears of it.
colors = "; ".join(
    f"--{name}: light-dark({light}, {dark})"
    for name, light, dark in (
        ("page", LIGHT.page, DARK.page),
        ("card", LIGHT.card, DARK.card),
        ("line", LIGHT.grid, DARK.grid),
        ("quiet", LIGHT.quiet, DARK.quiet),
        ("primary", LIGHT.primary, DARK.primary),
    )
)
waits = {
    "loading": text("Loading…"),
    "still-loading": text(
        "Still loading… Where no answer comes, the reason will stand here in a few seconds."
    ),
}
words = "; ".join(f"--{name}: {json.dumps(said, ensure_ascii=False)}" for name, said in waits.items())
st.html(f"<style>:root {{ {colors}; {words} }}\n{STYLE}</style>")
links.listen()
name = page.url_path or navigation.NAMES[0]
with runs.page(guard.visit(name, person)):
    is_wall = name == "jackpots" and query_params.has(SCREEN)
    if person and person.role and not is_wall:
        navigation.render(name, person, search.render_button, copying.render_link)
    with states.part(text("This page")):
        page.run()
