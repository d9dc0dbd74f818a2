"""What people want to be told of: what fires, all alerts, a new one, the channels, what became of it."""

import streamlit as st

from dashboard.alerts import parts_alerts, parts_form
from dashboard.core.query import ALERT, WATCH
from dashboard.core.text import text
from dashboard.kit import guard, parts, query_params

QUICK_S = 30

guard.page("alerts")
st.title(text("Alerts"), anchor=False)
query_params.render_problems("alerts")
shown = [
    parts.part(text("The alerts"), "alerts", every_s=QUICK_S)(parts_alerts.render_alerts),
    parts.part(text("A new alert"), "alert-form", every_s=None)(parts_form.render_form),
]
# Who comes by "Tell me when…" or "Change" looks for the form, not below all alerts.
for draw in reversed(shown) if query_params.has(ALERT, WATCH) else shown:
    draw()
parts.part(text("The channels"), "channels", every_s=QUICK_S)(parts_alerts.render_channels)()
parts.part(text("The changes"), "alert-history", every_s=None)(parts_alerts.render_history)()
