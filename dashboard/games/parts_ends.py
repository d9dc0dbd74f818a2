"""The games of a period in two pictures, for the Overview."""

import streamlit as st

from dashboard.core.frames import by_type, extremes, has_no_bets, in_words
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.tables import GAMES
from dashboard.core.text import text
from dashboard.games import data_table
from dashboard.games.figures_bars import games_chart, types_chart
from dashboard.games.table import unlisted_text
from dashboard.kit import charts, current, downloads, parts, period_filters, states


@parts.part(text("Games of the period"), "games")
def ends() -> None:
    """The games that gained and lost the most, and what was bet by type."""
    view, merchant = period_filters.view(), current.merchant()
    if view.start >= view.end:  # said above
        return
    found = data_table.games(merchant, view.start, view.end)
    if memo(has_no_bets, found.value):
        return
    unlisted = memo(unlisted_text, found.value, merchant.currency)
    if unlisted:
        st.caption(escaped(unlisted))
    left, right = st.columns(2)
    with left, states.box("games", text("Games that gained and lost the most")) as beside:
        with beside:
            states.as_of(found)
        drawn = memo(games_chart, memo(extremes, found.value), charts.look(), merchant.currency)
        charts.show(drawn, "games", opens="games")
    with right, states.box("types", text("Bet amount by game type")) as beside:
        with beside:
            downloads.render_downloads(
                text("Games"), GAMES, memo(in_words, found.value), found, note=unlisted
            )
        drawn = memo(types_chart, memo(by_type, found.value), charts.look(), merchant.currency)
        charts.show(drawn, "types", opens="games")
