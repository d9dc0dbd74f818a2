"""What moved the company gain from one period to the next, as a waterfall."""

from itertools import accumulate
from typing import Final

import plotly.graph_objects as go

from dashboard.charts.base import Trace, amount_axis, figure, units
from dashboard.charts.theme import Theme
from dashboard.core.formats import money, money_short, with_plus
from dashboard.core.text import text
from dashboard.luck.explained import Movement

_HEIGHT: Final = 300


def movement_chart(movement: Movement, look: Theme, currency: str | None) -> go.Figure:
    """Company gain before, what moved it up and down, company gain now; each bar with its amount."""
    steps = movement_steps(movement)
    names = [text("Before"), *(name for name, _ in steps), text("Now")]
    amounts = [movement.before_li, *(li for _, li in steps), movement.now_li]
    levels = [*accumulate(amounts[:-1]), movement.now_li]
    ends = ("absolute", "total")
    trace: Trace = {
        "type": "waterfall",
        "x": names,
        "y": [units(li) for li in amounts],
        "measure": [ends[0], *["relative"] * len(steps), ends[1]],
        "text": [
            money_short(amounts[0]),
            *(with_plus(money_short(li)) for _, li in steps),
            money_short(amounts[-1]),
        ],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [money(li, currency) for li in amounts],
        "hovertemplate": "%{x}<br>%{customdata}<extra></extra>",
        "increasing": {"marker": {"color": look.gain}},
        "decreasing": {"marker": {"color": look.loss}},
        "totals": {"marker": {"color": look.bet}},
        "connector": {"line": {"color": look.quiet, "width": 1, "dash": "dot"}},
    }
    return figure(look, [trace], _HEIGHT, {"yaxis": amount_axis(look, [units(li) for li in levels])})


def movement_steps(movement: Movement) -> list[tuple[str, int]]:
    """What moved the gain, by name, in li, in order; the steps are all of it. What cannot be is left out."""
    by, volume = movement.by, movement.volume
    steps = [(text("Volume"), by.volume_li)]
    if volume:
        steps = [
            (text("Players"), volume.players_li),
            (text("Bets a player"), volume.bets_a_player_li),
            (text("Average bet"), volume.average_bet_li),
        ]
    steps += [(text("Mix of games"), by.mix_li), (text("Luck"), by.luck_li)]
    return steps + ([(text("Not known"), by.unknown_li)] if by.unknown_li else [])
