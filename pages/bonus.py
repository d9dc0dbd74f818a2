"""What the bonuses cost: how many were issued and used, what became cash, and which kinds they were."""

import streamlit as st

from dashboard.bonus import parts_bonus
from dashboard.bonus import parts_filter as bonus_filter
from dashboard.core.text import text
from dashboard.kit import guard, period_filters, query_params

guard.page("bonus")
period_filters.render_filters(text("Bonus"))
query_params.render_problems("bonus")
narrowed = st.container()
parts_bonus.figures()
left, right = st.columns([2, 3])
with left:
    parts_bonus.funnel()
with right:
    parts_bonus.by_day()
parts_bonus.by_state_and_type()
# Drawn last, at its place on top: it waits for the names of the games, and the parts need not.
with narrowed:
    bonus_filter.render_bonus_filters()
