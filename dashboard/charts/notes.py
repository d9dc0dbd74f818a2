"""Marks of notes in figures over days: a dotted line at the day, its words where a pointer rests."""

import html
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from textwrap import wrap

import plotly.graph_objects as go

from dashboard.charts.theme import Theme


def with_notes(
    figure: go.Figure, notes: Iterable[tuple[date, str]], days: list[date] | None, look: Theme
) -> go.Figure:
    """Return a figure with marks of notes, each on a day; it may be the same one where there are none.

    `days` are the steps of an axis of days; None for an axis of time, where a day is its first moment.
    """
    said: dict[date, list[str]] = defaultdict(list)
    for day, words in notes:
        if days is None or day in days:
            said[day].append("<br>".join(html.escape(line, quote=False) for line in wrap(words, 48)))
    if not said:
        return figure
    marked = go.Figure(figure)  # the other one is kept for whoever asks for the same
    for day, lines in said.items():
        place = day.isoformat() if days is None else days.index(day)
        marked.add_shape(
            {
                "type": "line",
                "x0": place,
                "x1": place,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": look.primary, "width": 1, "dash": "dot"},
                "layer": "below",
            }
        )
        marked.add_annotation(
            {
                "text": "✎",
                "x": place,
                "y": 1,
                "yref": "paper",
                "yanchor": "top",
                "showarrow": False,
                "font": {"color": look.primary, "size": 14},
                "bgcolor": look.card,
                "hovertext": "<br>".join(lines),
            }
        )
    return marked
