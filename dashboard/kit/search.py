"""The one search, on every page: a field over it, and what was found as links to the pages that show it."""

from typing import Final

import streamlit as st

from dashboard.core.found import NOTHING_FOUND
from dashboard.core.markdown import escaped
from dashboard.core.query import LONGEST_ID, ROUND
from dashboard.core.text import later, text
from dashboard.kit import current, guard, navigation, query_params
from dashboard.provider.search import ROUND_DAYS, search

# Streamlit gives the focus to a dialog, not to its field, which may come a moment later.
_FOCUS: Final = """export default function ({ parentElement }) {
  const dialog = parentElement.closest('[role="dialog"]')
  const focus = () => {
    const field = dialog?.querySelector("input")
    if (field) field.focus()
    else if (dialog?.isConnected) requestAnimationFrame(focus)
  }
  dialog?.addEventListener("focus", focus)
  focus()
}"""
_focus = st.components.v2.component("focus_on_search", js=_FOCUS, isolate_styles=False)


def render_button() -> None:
    """Draw the button, which Ctrl K presses, too; its press opens the search."""
    # A round's sheet makes room: there is one dialog at a time.
    opens = st.button(
        text("Search"),
        key="search",
        icon=":material/search:",
        shortcut="Ctrl+K",
        on_click=query_params.clear,
        args=((ROUND,),),
    )
    if opens:
        _search()


@guard.dialog(later("Search"), lambda: None, "center")
def _search() -> None:
    typed = st.text_input(
        text("A player's or a game's id or name, a round's id, a transfer's number"),
        key="search-typed",
        max_chars=LONGEST_ID,
        icon=":material/search:",
    )
    with st.container(key="search-focus"):
        _focus(key="search-focus-script")
    if not typed.strip():
        return
    found = search(current.merchant(), typed, guard.may)
    for number, result in enumerate(found.results):
        with st.container(key=f"found-{number}", gap=None):
            navigation.lead(f"{result.page}.py", result.title, **result.query)
            st.caption(escaped(result.about))
    if not found.results:
        st.markdown(str(NOTHING_FOUND))
    for sentence in found.unknown:
        st.info(escaped(str(sentence)), icon=":material/cloud_off:")
    if guard.may("bets"):
        st.caption(text("Rounds are looked for among those of the last {days} days.", days=ROUND_DAYS))
