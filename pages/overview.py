"""The day in ten seconds: how much was bet, what did we gain, is that good, is it still right?"""

import streamlit as st

from dashboard.alerts.parts_alerts import render_attention
from dashboard.core.text import later, text
from dashboard.games import parts_ends
from dashboard.kit import guard, parts, period_filters, query_params
from dashboard.overview import parts_charts, parts_luck, parts_net, parts_today

guard.page("overview")
period_filters.render_filters(text("Overview"))
query_params.render_problems("overview")
parts_today.so_far()
parts.part(later("What needs attention"), "attention")(render_attention)()
parts_charts.period()
beside, chart = st.columns([1, 5])
with beside:
    parts_net.net()
with chart:
    parts_charts.daily()
parts_luck.lines()
parts_luck.why()
parts_ends.ends()
