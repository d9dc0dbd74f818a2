"""Figures on screen."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import streamlit as st

from dashboard.charts import notes as charts_notes
from dashboard.charts.theme import DARK, LIGHT, Theme
from dashboard.core.query import View
from dashboard.kit import guard, notes
from dashboard.provider.notes import Subject


def look() -> Theme:
    """The colours of the theme that this person's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def with_notes(
    figure: go.Figure, view: View, subject: Subject, about: str = "", days: Sequence[date] | None = None
) -> go.Figure:
    """Return a figure with a mark for each note of the period on it; see `charts.notes.with_notes`."""
    found = [(note.day, note.said) for note in notes.notes_of(view, subject, about)]
    return charts_notes.with_notes(figure, found, None if days is None else list(days), look())


def show(figure: go.Figure, key: str, opens: str = "") -> None:
    """Draw a figure in its own colours, without the tools that would move it.

    A click on a point leads to the page `opens`, for people who may see that. Where to on it the traces say
    in `meta`: for each point what the address has behind its "?" (`query.query_text`), "" where it leads
    nowhere; of cells for each row, and for each column. `links/links.js` follows it as it does the links of
    tables, which lead to the same by keyboard.
    """
    leads = f"opens-{opens}-" if opens and guard.may(opens) else ""
    # With its height given, its place stays as it is while it is drawn anew.
    st.plotly_chart(
        figure,
        theme=None,
        key=f"{leads}{key}",
        height=int(figure.layout.height),
        config={"displayModeBar": False},
    )
