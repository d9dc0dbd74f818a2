"""Heat maps: company gain by game and day."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from dashboard.charts.base import axis, figure, game_keys, game_labels, game_targets, plain, units
from dashboard.charts.diverging import limit_of, scale
from dashboard.charts.steps import day_steps, tick_labels
from dashboard.charts.theme import Theme
from dashboard.core.formats import money_short
from dashboard.core.metrics import Totals
from dashboard.core.query import day_query
from dashboard.games.days import GameDays
from dashboard.games.figures_bars import game_hover

_ROW = 20
_AROUND = 96
# Two numbers a cell: there are thousands of cells, and each number costs a few hundredths of a millisecond.
_SAID = ("company_gain", "bet_amount")


def game_days_chart(
    days: GameDays, games: Sequence[tuple[int | None, str]], look: Theme, currency: str | None, zone: ZoneInfo
) -> go.Figure:
    """Company gain of `games` (id and name, in the order shown) on each day: teal gain, vermilion loss.

    Cells that are not known are gaps in the colour of hairlines. The colours end where nine tenths of the
    cells lie within. A cell leads to its game on its day. A game without an id is what the list of games
    lacks.
    """
    ids, names = [game_id for game_id, _ in games], [name for _, name in games]
    rows: list[Sequence[Totals | None]] = [
        days.unlisted if game_id is None else days.rows.get(game_id, [None] * len(days.days))
        for game_id in ids
    ]
    gains = [[None if row is None else units(row.company_gain_li) for row in line] for line in rows]
    limit = limit_of([gain for line in gains for gain in line])
    steps = day_steps(days.days, zone)
    running = [place for place, finished in enumerate(days.finished) if not finished]
    labels = tick_labels(steps, running)
    ends = [money_short(round(end * 1000), currency) for end in (-limit, 0, limit)]
    colors = scale(limit, (ends[0], "0", f"+{ends[2]}") if limit else ("", "0", ""), look)
    trace = {
        "type": "heatmap",
        "x": steps.names,
        "y": game_keys(ids),
        "z": gains,
        "colorscale": colors["colorscale"],
        "zmin": colors["cmin"],
        "zmax": colors["cmax"],
        "colorbar": colors["colorbar"],
        "xgap": 1,
        "ygap": 1,
        "customdata": [
            [
                f"{day}<br>{game_hover(plain(name, 60), row, currency, _SAID)}"
                for day, row in zip(steps.names, line, strict=True)
            ]
            for name, line in zip(names, rows, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "meta": [game_targets(ids), list(map(day_query, days.days))],
    }
    shown = sorted({*steps.ticked, *running})
    layout = {
        "plot_bgcolor": look.grid,
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "xaxis": axis(
            steps.title,
            type="category",
            tickvals=[steps.names[place] for place in shown],
            ticktext=[labels[place] for place in shown],
            tickangle=0,
            ticks="outside",
        ),
        "yaxis": axis(
            type="category",
            tickvals=game_keys(ids),
            ticktext=game_labels(ids, names),
            autorange="reversed",
            ticks="outside",
            tickfont={"color": look.text},
            ticklabelstandoff=6,
        ),
    }
    return figure(look, [trace], _AROUND + _ROW * max(len(games), 5), layout)
