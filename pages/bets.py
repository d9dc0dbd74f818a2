"""All bets: how many by the minute, how large, whose, and the bets themselves, down to the last minute."""

import streamlit as st

from dashboard.bets import parts_bets
from dashboard.bets import parts_filter as bets_filter
from dashboard.core.text import later, text
from dashboard.kit import guard, period_filters, query_params, states

guard.page("bets")
period_filters.render_filters(text("Bets"), compared=False)
query_params.render_problems("bets")
games = bets_filter.render_types()
parts_bets.render_figures()
parts_bets.render_bets()
parts_bets.render_steps()
left, right = st.columns(2)
with left:
    parts_bets.render_players()
with right:
    parts_bets.render_wins()
parts_bets.render_sizes()
parts_bets.render_exports()
with games:
    bets_filter.render_games()
with states.part(later("This bet")):
    parts_bets.render_opened()
