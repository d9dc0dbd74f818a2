"""The calendar of what is proven: a square a day."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go
from babel.dates import get_day_names

from dashboard.charts.base import Layout, axis, figure
from dashboard.charts.theme import Theme
from dashboard.core import formats
from dashboard.core.text import locale, plural, text
from dashboard.proof.coverage import WORDS, DayCoverage, DayState

_SQUARE_PX: Final = 22


def calendar(days: Sequence[DayCoverage], look: Theme) -> go.Figure:
    """A square for each UTC day, weeks from left to right, in the colour of its state."""
    colors = colors_of(look)
    monday = days[0].date.toordinal() - days[0].date.weekday()
    weeks = [(day.date.toordinal() - monday) // 7 for day in days]
    squares = {
        "type": "scatter",
        "mode": "markers",
        "x": weeks,
        "y": [day.date.weekday() for day in days],
        "marker": {
            "symbol": "square",
            "size": _SQUARE_PX - 4,
            "color": [colors[day.state] for day in days],
            "line": {"width": 1, "color": look.grid},
        },
        "customdata": [_told(day) for day in days],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    names = get_day_names("abbreviated", locale=locale())
    # A month is named above its first day; the first one not where the next begins right beside it.
    firsts = [place for place, day in enumerate(days) if day.date.day == 1]
    if not firsts or weeks[firsts[0]] > 1:
        firsts.insert(0, 0)
    layout: Layout = {
        "xaxis": axis(
            range=[-0.7, weeks[-1] + 0.7],
            tickvals=[weeks[place] for place in firsts],
            ticktext=[formats.day_text(days[place].date, "MMM") for place in firsts],
            side="top",
            constrain="domain",
            constraintoward="left",
        ),
        "yaxis": axis(
            scaleanchor="x",
            range=[6.6, -0.6],
            tickvals=[0, 2, 4, 6],
            ticktext=[names[each] for each in (0, 2, 4, 6)],
        ),
    }
    return figure(look, [squares], _SQUARE_PX * 7 + 40, layout)


def colors_of(look: Theme) -> dict[DayState, str]:
    """Return the colour of each state."""
    return {
        DayState.PROVEN: look.gain,
        DayState.OPEN: look.primary,
        DayState.DIFFERS: look.loss,
        DayState.MISSING: look.categorical[1],
        DayState.UNREAD: look.bet,
        DayState.BEFORE: look.grid,
    }


def _told(day: DayCoverage) -> str:
    lines = [
        f"<b>{formats.day_text(day.date)}</b>",
        WORDS[day.state],
        plural("{n} bet", "{n} bets", day.bets),
    ]
    if day.state in (DayState.OPEN, DayState.DIFFERS, DayState.MISSING):
        lines.append(text("{hours} of 24 hours proven", hours=day.proven_hours))
    return "<br>".join([*lines, *([str(day.why)] if day.why else [])])
