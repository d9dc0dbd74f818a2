"""The Lorenz curves of bet amount, losses and wins by player."""

from typing import Final

import plotly.graph_objects as go

from dashboard.charts.base import Trace, axis, figure
from dashboard.charts.theme import Theme
from dashboard.core.text import text
from dashboard.luck.concentration import Curve

_HEIGHT: Final = 300
_TICKS: Final = [0.0, 0.25, 0.5, 0.75, 1.0]


def lorenz_chart(bets: Curve, losses: Curve, wins: Curve, look: Theme) -> go.Figure:
    """What share of players has what share of each, those with the least first."""
    named = (
        (text("Bet amount"), bets, look.primary),
        (text("Losses"), losses, look.loss),
        (text("Wins"), wins, look.gain),
    )
    even: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": look.quiet, "width": 1, "dash": "dash"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    layout = {
        "xaxis": axis(text("Players, least first"), range=[0, 1.02], tickformat=".0%", tickvals=_TICKS),
        "yaxis": axis(text("Share"), range=[0, 1.02], tickformat=".0%", showgrid=True, tickvals=_TICKS),
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return figure(look, [even, *(_line(*each) for each in named if each[1])], _HEIGHT, layout)


def _line(name: str, curve: Curve, color: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [players for players, _ in curve],
        "y": [share for _, share in curve],
        "line": {"color": color, "width": 2},
        "hovertemplate": f"{name}<br>%{{x:.1%}}: %{{y:.1%}}<extra></extra>",
    }
