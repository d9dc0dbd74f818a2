"""Figures on screen."""

import html
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.charts import notes as charts_notes
from dashboard.charts.theme import DARK, LIGHT, Theme
from dashboard.charts.words import figure_sentence, figure_table, sort_values
from dashboard.core import formats
from dashboard.core.query import AS_TABLE, View
from dashboard.core.text import text
from dashboard.kit import guard, notes, query_params
from dashboard.kit.compat import with_texts
from dashboard.provider.notes import Subject

_ROW_PX: Final = 35
_BUTTON_PX: Final = 44


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

    Who does not see it hears a sentence; a button puts a table into its place, and the address keeps that.
    """
    as_table = query_params.has(AS_TABLE) and key in query_params.value(AS_TABLE)
    # With its height given, its place stays as it is while it is drawn anew.
    height = int(figure.layout.height)
    with st.container(key=f"chart-{key}"):
        if as_table:
            _render_table(figure, key, height - _BUTTON_PX)
        else:
            st.html(f"<p class='heard'>{html.escape(figure_sentence(figure))}</p>")
            leads = f"opens-{opens}-" if opens and guard.may(opens) else ""
            st.plotly_chart(
                figure, theme=None, key=f"{leads}{key}", height=height, config={"displayModeBar": False}
            )
        st.button(
            text("As a chart") if as_table else text("As a table"),
            key=f"as-{'chart' if as_table else 'table'}-{key}",
            icon=":material/bar_chart:" if as_table else ":material/table:",
            type="tertiary",
            help=text("Show the chart") if as_table else text("Show the figures as a table"),
            on_click=_turn,
            args=(key,),
        )


def _render_table(figure: go.Figure, key: str, height: int) -> None:
    # Text, drawn on a canvas: names of games are shown, nothing of them is obeyed.
    titles, rows = figure_table(figure)
    shown = pd.DataFrame({str(place): column for place, column in enumerate(sort_values(figure, rows))})
    written = pd.DataFrame(rows, columns=shown.columns, dtype="string")
    config: dict[str, Any] = {
        field: st.column_config.NumberColumn(title) if shown[field].dtype.kind in "if" else title
        for field, title in zip(written.columns, titles, strict=True)
    }
    st.dataframe(
        with_texts(shown, written, key),
        key=f"table-{key}",
        hide_index=True,
        height=min(height, _ROW_PX * (len(rows) + 1) + 2),
        row_height=_ROW_PX,
        placeholder=formats.UNKNOWN,
        column_config=config,
    )


def _turn(key: str) -> None:
    """Show a chart as a table, or that as a chart again."""
    now = query_params.value(AS_TABLE)
    query_params.write({AS_TABLE: tuple(each for each in now if each != key) if key in now else (*now, key)})
