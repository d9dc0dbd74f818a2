"""Which reports go to whom and when, the monthly packs that can be proven, and what was sent."""

import streamlit as st

from dashboard.core.text import text
from dashboard.kit import guard, parts
from dashboard.reports import parts_reports

guard.page("reports")
st.title(text("Reports"), anchor=False)
parts.part(text("A new report"), "report-new", every_s=None)(parts_reports.render_new)()
parts.part(text("The planned reports"), "reports")(parts_reports.render_plans)()
parts.part(text("The monthly packs"), "packs", every_s=None)(parts_reports.render_packs)()
parts.part(text("The sent reports"), "reports-sent", every_s=30)(parts_reports.render_sent)()
