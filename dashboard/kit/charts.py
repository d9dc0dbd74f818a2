"""Figures on screen."""

import plotly.graph_objects as go
import streamlit as st

from dashboard.charts.theme import DARK, LIGHT, Theme


def look() -> Theme:
    """The colours of the theme that this person's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show(figure: go.Figure, key: str) -> None:
    """Draw a figure in its own colours, without the tools that would move it."""
    # With its height given, its place stays as it is while it is drawn anew.
    st.plotly_chart(
        figure, theme=None, key=key, height=int(figure.layout.height), config={"displayModeBar": False}
    )
