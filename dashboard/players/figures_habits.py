"""When a player plays: rounds by weekday and hour, and sessions on the days they happened."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date, get_day_names

from dashboard.charts.base import Layout, axis, figure
from dashboard.charts.steps import day_name
from dashboard.charts.theme import Theme
from dashboard.core.formats import duration, hour_text, money, zone_name
from dashboard.core.frames import local_times
from dashboard.core.query import day_query
from dashboard.core.text import locale, plural, text
from dashboard.players.sessions import by_local_day

_HEAT_HEIGHT: Final = 264
_HEADROOM: Final = 56
_LEAST_HEIGHT: Final = 150
_MOST_ROWS_PX: Final = 640
_ROW_PX: Final = (2, 20)
_NAMED_PX: Final = 15
_EVERY_HOURS: Final = [0, 6, 12, 18, 24]


def hours_of_week_chart(cells: pd.DataFrame, look: Theme, currency: str | None, zone: ZoneInfo) -> go.Figure:
    """Number of rounds by weekday and hour (`rounds.by_weekday_and_hour`): the darker, the more."""
    weekdays = get_day_names("abbreviated", locale=locale())
    rows = [cells[cells["weekday"] == weekday] for weekday in range(7)]
    trace = {
        "type": "heatmap",
        "x": list(range(24)),
        "y": [weekdays[number] for number in range(7)],
        "z": [row["bet_count"].tolist() for row in rows],
        "customdata": [
            [
                plural(
                    "<b>{weekday} {start}:00–{end}:00</b><br>{n} round"
                    "<br>Bet amount {bet_amount}<br>Net result {net_result}",
                    "<b>{weekday} {start}:00–{end}:00</b><br>{n} rounds"
                    "<br>Bet amount {bet_amount}<br>Net result {net_result}",
                    bets,
                    weekday=weekdays[weekday],
                    start=f"{hour:02}",
                    end=f"{(hour + 1) % 24:02}",
                    bet_amount=money(bet_li, currency),
                    net_result=money(gain_li, currency),
                )
                for hour, bets, bet_li, gain_li in zip(
                    *(row[name].tolist() for name in ("hour", "bet_count", "bet_amount_li", "gain_li")),
                    strict=True,
                )
            ]
            for weekday, row in enumerate(rows)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": [[0, look.page], [1, look.primary]],
        "zmin": 0,
        # Without rounds zero would be the middle of the colours, and the player busy at every hour.
        "zmax": max(1, *cells["bet_count"].tolist()),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    layout: Layout = {
        "xaxis": axis(text("Hour, {zone}", zone=zone_name(zone)), tickvals=[0, 3, 6, 9, 12, 15, 18, 21]),
        "yaxis": axis(autorange="reversed", ticklabelstandoff=6),
    }
    return figure(look, [trace], _HEAT_HEIGHT, layout)


def sessions_chart(sessions: pd.DataFrame, look: Theme, currency: str | None, zone: ZoneInfo) -> go.Figure:
    """Each session (`sessions.sessions_frame`) as a bar over the hours of its local day, newest day on top.

    Blue where the player won, grey else: what a player loses is no loss of the company's. A session over
    midnight is two bars. A bar leads to its day.
    """
    parts = by_local_day(sessions, zone)
    days = pd.date_range(parts["date"].min(), parts["date"].max(), freq="D")
    row_px = max(_ROW_PX[0], min(_ROW_PX[1], _MOST_ROWS_PX // len(days)))
    words = _words(sessions, currency, zone)
    gains = sessions["gain_li"].tolist()
    names = {day: day_name(day.date()) for day in days}
    shown = [gains[place] for place in parts["session"]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "base": parts["from_h"].tolist(),
        # A session of a few seconds is still seen.
        "x": [max(to_h - from_h, 0.06) for from_h, to_h in zip(parts["from_h"], parts["to_h"], strict=True)],
        "y": [names[day] for day in parts["date"]],
        "marker": {"color": [look.primary if gain > 0 else look.quiet for gain in shown]},
        "customdata": [words[place] for place in parts["session"]],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": [day_query(day.date()) for day in parts["date"]],
    }
    layout: Layout = {
        "xaxis": axis(
            text("Time of day, {zone}", zone=zone_name(zone)),
            range=[0, 24],
            tickvals=_EVERY_HOURS,
            ticktext=[f"{hour:02}:00" for hour in _EVERY_HOURS],
            showgrid=True,
        ),
        "yaxis": axis(
            type="category",
            categoryorder="array",
            categoryarray=[names[day] for day in days],
            range=[-0.5, len(days) - 0.5],
            **_day_ticks([day.date() for day in days], row_px),
            ticklabelstandoff=6,
        ),
        "barmode": "overlay",
        "bargap": 0.25,
    }
    return figure(look, [trace], max(row_px * len(days) + _HEADROOM, _LEAST_HEIGHT), layout)


def _words(sessions: pd.DataFrame, currency: str | None, zone: ZoneInfo) -> list[str]:
    starts, ends = (local_times(sessions[name], zone) for name in ("start_at", "end_at"))
    columns = (
        sessions[name].tolist()
        for name in ("length_s", "bet_count", "game_count", "bet_amount_li", "gain_li")
    )
    return [
        text(
            "<b>{day}, {start}–{end}</b> ({length})<br>{rounds} in {games}<br>"
            "Bet amount {bet_amount}<br>Net result {net_result}",
            day=day_name(start.date()),
            start=hour_text(start),
            end=hour_text(end),
            length=duration(length_s),
            rounds=plural("{n} round", "{n} rounds", bets),
            games=plural("{n} game", "{n} games", games),
            bet_amount=money(bet_li, currency),
            net_result=money(gain_li, currency),
        )
        for start, end, length_s, bets, games, bet_li, gain_li in zip(starts, ends, *columns, strict=True)
    ]


def _day_ticks(days: list[date], row_px: int) -> Layout:
    """As many days named as there is room for: each, Mondays, or the firsts of months."""
    if row_px >= _NAMED_PX:
        named = days
    elif row_px * 7 >= _NAMED_PX:
        named = [day for day in days if day.weekday() == 0]
    else:
        named = [day for day in days if day.day == 1]
    return {
        "tickvals": [day_name(day) for day in named],
        "ticktext": [format_date(day, "EEE d MMM", locale=locale()) for day in named],
    }
