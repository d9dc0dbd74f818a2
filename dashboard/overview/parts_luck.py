"""How much of the period's gain is luck, and why it moved."""

import streamlit as st

from dashboard.core.text import text
from dashboard.kit import parts, period_filters
from dashboard.luck.parts import render_changes, render_lines, render_month, render_why


@parts.part(text("What of it is luck"), "lines")
def lines() -> None:
    """Luck and one player's share in a line, where the month ends, and what changed."""
    view = period_filters.view()
    if view.start < view.end:
        render_lines(view)
        if view.is_running:  # it is of the month that runs
            render_month()
        render_changes(view)


@parts.part(text("Why did it move"), "why")
def why() -> None:
    """Why the gain moved, once it is unfolded."""
    view = period_filters.view()
    if view.start >= view.end:  # said above
        return
    answer = st.expander(text("Why did it move"), key="why-open", on_change="rerun")
    if answer.open:
        with answer:
            render_why(view)
