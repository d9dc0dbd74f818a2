"""The gain explained, on screen."""

import streamlit as st

from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.core.text import text
from dashboard.kit import charts, current, states
from dashboard.luck import data, words
from dashboard.luck.figures import movement_chart


def render_why(view: View, only: str | None = None) -> None:
    """Why the gain moved, how much of it is luck, of how few it is: of all games, or of the type `only`.

    Raises what `data.explained` does.
    """
    merchant = current.merchant()
    known = data.explained(merchant, view, only)
    found, currency = known.value, merchant.currency
    if not found.sums.games:
        return
    with states.box("why", text("Why did it move")):
        states.as_of(known)
        is_known = any(found.origins)
        if found.movement and is_known:
            st.markdown(words.movement_text(found.movement, currency))
            charts.show(memo(movement_chart, found.movement, charts.look(), currency), "why")
        elif found.not_moved:
            st.caption(escaped(text("Why it moved is not known: {sentence}", sentence=found.not_moved)))
        if is_known:
            st.markdown(words.gain_text(found.gain, currency))
        st.markdown(words.players_text(found.sums, currency))
        st.caption(words.origins_text(found))
