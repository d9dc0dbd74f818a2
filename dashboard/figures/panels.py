"""Bet amount above, company gain below, over the days of a period or the hours of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from dashboard.figures.base import Layout, Trace, amount_axis, figure, units
from dashboard.formats import exact
from dashboard.frames import row_totals
from dashboard.look import Look
from dashboard.metrics import METRIC, Metric, Totals

_BET, _GAIN = METRIC["bet_amount"], METRIC["company_gain"]
_HEIGHT = 340
_DOMAINS = {"bet": [0.57, 0.94], "gain": [0.0, 0.44]}
_SIGNED_BARS = 31
_EACH_DAY = 7


@dataclass(frozen=True, slots=True)
class _Steps:
    """The horizontal axis: each bar's unique name and short label, which bars have a tick, the title."""

    names: list[str]
    labels: list[str]
    ticked: list[int]
    title: str


def days_chart(
    days: pd.DataFrame, look: Look, currency: str | None, zone: ZoneInfo, compared: str | None = None
) -> go.Figure:
    """Bet amount and company gain by day (`frames.days_frame`).

    With `before_…` columns (`frames.with_comparison`) the compared days stand behind as a dashed line, called
    `compared`. Losses are vermilion, below zero and up to 31 days carry a minus sign; the unfinished day is
    hatched and called "so far"; days that are not known are an empty band called "no data".
    """
    steps = _day_steps([day.date() for day in days["date"]], zone)
    befores = None
    if "before_date" in days:
        befores = [_text(day.date(), "EEE d MMM y") for day in days["before_date"]]
    unknown = days["bet_amount_li"].isna().tolist()
    return _panels(days, steps, unknown, look, currency, befores, compared)


def hours_chart(
    hours: pd.DataFrame, look: Look, currency: str | None, zone: ZoneInfo, compared: str
) -> go.Figure:
    """Bet amount and company gain by hour of a day (`frames.hours_frame`), against the day called `compared`.

    Drawn as `days_chart` is; hours still to come stay empty.
    """
    names = hours["hour"].tolist()
    steps = _Steps(names, names, list(range(0, len(names), 6)), f"Hour, {zone.key}")
    unknown = (hours["bet_amount_li"].isna() & hours["finished"]).tolist()
    return _panels(hours, steps, unknown, look, currency, [compared] * len(names), compared)


def _panels(
    frame: pd.DataFrame,
    steps: _Steps,
    unknown: Sequence[bool],
    look: Look,
    currency: str | None,
    befores: Sequence[str] | None,
    compared: str | None,
) -> go.Figure:
    rows = row_totals(frame)
    running = [
        row is not None and not finished for row, finished in zip(rows, frame["finished"], strict=True)
    ]
    before = row_totals(frame, "before_") if befores else []
    unit = f", {currency}" if currency else ""
    traces, axes = [], {}
    for metric, panel, axis in ((_BET, "bet", "y"), (_GAIN, "gain", "y2")):
        bars = _bars(metric, rows, running, look, currency)
        lines = _line(metric, before, befores or (), look, currency)
        for trace in (bars, lines) if befores else (bars,):
            traces.append({**trace, "x": steps.names, "xaxis": "x", "yaxis": axis})
        axes[axis] = {**amount_axis(look, [*bars["y"], *lines["y"]]), "domain": _DOMAINS[panel]}
    layout = {
        "xaxis": _step_axis(steps, running, look),
        "yaxis": axes["y"],
        "yaxis2": axes["y2"],
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "bargap": 0.28 if len(rows) > 5 else 1 - 0.12 * len(rows),
        "annotations": [
            _words(0, "bet", f"{_BET.label}{unit}", look.text),
            _words(0, "gain", f"{_GAIN.label}{unit}", look.text),
            *([_words(1, "bet", f"╌╌ {compared}", look.quiet)] if compared else []),
            *(_no_data_words(first, last, look) for first, last in _runs(unknown)),
        ],
        "shapes": [_no_data_band(first, last, look) for first, last in _runs(unknown)],
    }
    return figure(look, traces, _HEIGHT, layout)


def _bars(
    metric: Metric[Totals],
    rows: Sequence[Totals | None],
    running: Sequence[bool],
    look: Look,
    currency: str | None,
) -> Trace:
    values = [None if row is None else metric.of(row) for row in rows]
    signed = metric is _GAIN
    colors = [look.quiet if is_running else look.bet for is_running in running]
    if signed:
        colors = [look.loss if (value or 0) < 0 else look.gain for value in values]
    return {
        "type": "bar",
        "y": [units(value) for value in values],
        "customdata": [_hover(metric, row, currency) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "color": colors,
            "line": {"color": colors, "width": [1 if is_running else 0 for is_running in running]},
            "pattern": {
                "shape": ["/" if is_running else "" for is_running in running],
                "fillmode": "replace",
                "size": 6,
            },
        },
        "text": [
            "<b>−</b>" if signed and len(rows) <= _SIGNED_BARS and (value or 0) < 0 else ""
            for value in values
        ],
        "textposition": "outside",
        "textfont": {"color": look.loss, "size": 14},
        "cliponaxis": False,
    }


def _line(
    metric: Metric[Totals],
    rows: Sequence[Totals | None],
    names: Sequence[str],
    look: Look,
    currency: str | None,
) -> Trace:
    values = [None if row is None else metric.of(row) for row in rows]
    return {
        "type": "scatter",
        # One point makes no line: a dash across the bar instead.
        "mode": "lines" if len(rows) > 1 else "markers",
        "line": {"color": look.quiet, "dash": "3px,3px", "width": 1.5},
        "marker": {"symbol": "line-ew-open", "size": 40, "color": look.quiet},
        "y": [units(value) for value in values],
        "customdata": [
            f"{name}: {exact(metric, value, currency)}" for name, value in zip(names, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "connectgaps": False,
    }


def _hover(metric: Metric[Totals], row: Totals | None, currency: str | None) -> str:
    if row is None:
        return f"{metric.label} not known"
    others = [METRIC["hold"]] if metric is _GAIN else [METRIC["bets"]]
    parts = (f"{each.label} {exact(each, each.of(row), currency)}" for each in (metric, *others))
    return "<br>".join(parts)


def _words(x: int, domain: str, text: str, color: str) -> Layout:
    return {
        "text": text,
        "x": x,
        "xref": "paper",
        "xanchor": "right" if x else "left",
        "y": _DOMAINS[domain][1],
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": color, "size": 11 if x else 12},
    }


def _step_axis(steps: _Steps, running: Sequence[bool], look: Look) -> Layout:
    ticked = steps.ticked
    for unfinished in (index for index, is_running in enumerate(running) if is_running):
        near = 0.14 * len(steps.names) if len(steps.names) > _EACH_DAY else 0
        ticked = [*(index for index in ticked if abs(index - unfinished) > near), unfinished]
    return {
        "type": "category",
        "anchor": "y2",
        "range": [-0.5, len(steps.names) - 0.5],
        "tickvals": [steps.names[index] for index in ticked],
        "ticktext": [steps.labels[index] + "<br>so far" * running[index] for index in ticked],
        "tickangle": 0,
        "title": {"text": steps.title, "font": {"size": 11}, "standoff": 6},
        "showgrid": False,
        "linecolor": look.grid,
        "fixedrange": True,
        "automargin": True,
    }


def _runs(unknown: Sequence[bool]) -> list[tuple[int, int]]:
    runs = [
        (missing, [index for index, _ in run])
        for missing, run in groupby(enumerate(unknown), lambda pair: pair[1])
    ]
    return [(indexes[0], indexes[-1]) for missing, indexes in runs if missing]


def _no_data_band(first: int, last: int, look: Look) -> Layout:
    return {
        "type": "rect",
        "x0": first - 0.5,
        "x1": last + 0.5,
        "yref": "paper",
        "y0": 0,
        "y1": _DOMAINS["bet"][1],
        "fillcolor": look.grid,
        "opacity": 0.5,
        "line": {"width": 0},
        "layer": "below",
    }


def _no_data_words(first: int, last: int, look: Look) -> Layout:
    return {
        "text": "no data",
        "textangle": -90,
        "x": (first + last) / 2,
        "y": _DOMAINS["bet"][0],
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": look.quiet, "size": 11},
    }


def _day_steps(days: Sequence[date], zone: ZoneInfo) -> _Steps:
    """Ticks that fit 300 px: each day of a week, some days of a month, Mondays, or the firsts of months."""
    count = len(days)
    labels = [_text(day, "EEE'<br>'d MMM" if count <= _EACH_DAY else "d MMM") for day in days]
    ticked = list(range(count - 1, -1, -(1 + count // 6) if count > _EACH_DAY else -1))
    if 20 < count <= 70:
        ticked = [index for index, day in enumerate(days) if day.weekday() == 0][:: 1 + count // 40]
    elif count > 70:
        ticked = [index for index, day in enumerate(days) if day.day == 1][:: 1 + count // 240]
        for position, index in enumerate(ticked):
            same_year = position > 0 and days[ticked[position - 1]].year == days[index].year
            labels[index] = _text(days[index], "MMM" if same_year else "MMM'<br>'y")
    return _Steps([_text(day, "EEE d MMM y") for day in days], labels, ticked, f"Day, {zone.key}")


def _text(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale="en_GB")
