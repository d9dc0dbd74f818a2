"""Bet amount above, company gain below, over the days of a period or the hours of a day."""

from collections.abc import Iterable, Sequence
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
_HEIGHT = 320
_DOMAINS = {"bet": [0.58, 0.94], "gain": [0.0, 0.42]}
_SIGNED_BARS = 31


@dataclass(frozen=True, slots=True)
class _Steps:
    """The horizontal axis: a unique name for each bar, which names have a tick, and what its title says."""

    names: list[str]
    ticks: dict[str, str]
    title: str


def days_chart(
    days: pd.DataFrame, look: Look, currency: str | None, zone: ZoneInfo, compared: str | None = None
) -> go.Figure:
    """Bet amount and company gain by day (`frames.days_frame`).

    With `before_…` columns (`frames.with_comparison`) the compared days stand behind as a dashed line, called
    `compared`. Losses are vermilion, below zero and up to 31 days carry a minus sign; the unfinished day is
    hatched and called "so far"; days that are not known are an empty band called "no data".
    """
    dates = [day.date() for day in days["date"]]
    steps = _Steps([_name(day) for day in dates], _day_ticks(dates), f"Day, {zone.key}")
    befores = [_name(day.date()) for day in days["before_date"]] if "before_date" in days else None
    unknown = days["bet_amount_li"].isna().tolist()
    return _panels(days, steps, unknown, look, currency, befores, compared)


def hours_chart(
    hours: pd.DataFrame, look: Look, currency: str | None, zone: ZoneInfo, compared: str
) -> go.Figure:
    """Bet amount and company gain by hour of a day (`frames.hours_frame`), against the day called `compared`.

    Drawn as `days_chart` is; hours still to come stay empty.
    """
    names = hours["hour"].tolist()
    steps = _Steps(names, {name: name for name in names[::6]}, f"Hour, {zone.key}")
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
    traces, axes = [], {}
    for metric, row, axis in ((_BET, "bet", "y"), (_GAIN, "gain", "y2")):
        bars = _bars(metric, rows, running, look, currency)
        lines = _line(metric, before, befores or (), look, currency)
        for trace in (bars, lines) if befores else (bars,):
            traces.append({**trace, "x": steps.names, "xaxis": "x", "yaxis": axis})
        axes[axis] = {**amount_axis(look, [*bars["y"], *lines["y"]]), "domain": _DOMAINS[row]}
    layout = {
        "xaxis": _step_axis(steps, look),
        "yaxis": axes["y"],
        "yaxis2": axes["y2"],
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "bargap": 0.28 if len(rows) > 5 else 1 - 0.12 * len(rows),
        "annotations": [
            _title(_BET, "bet", currency, look, compared),
            _title(_GAIN, "gain", currency, look, None),
            *_so_far(rows, running, look),
            *(_no_data_words(first, last, look) for first, last in _runs(unknown)),
        ],
        "shapes": [_no_data_band(first, last, look) for first, last in _runs(unknown)],
    }
    return figure(look, traces, _HEIGHT, layout)


def _bars(
    metric: Metric, rows: Sequence[Totals | None], running: Sequence[bool], look: Look, currency: str | None
) -> Trace:
    values = [None if row is None else metric.of(row) for row in rows]
    signed = metric is _GAIN
    colors = [look.loss if (value or 0) < 0 else look.gain for value in values] if signed else look.bet
    return {
        "type": "bar",
        "y": [units(value) for value in values],
        "customdata": [_hover(metric, row, currency) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "color": colors,
            "pattern": {
                "shape": ["/" if open_end else "" for open_end in running],
                "fillmode": "replace",
                "size": 6,
            },
        },
        "text": [
            "−" if signed and len(rows) <= _SIGNED_BARS and (value or 0) < 0 else "" for value in values
        ],
        "textposition": "outside",
        "textfont": {"color": look.loss, "size": 14},
        "cliponaxis": False,
    }


def _line(
    metric: Metric, rows: Sequence[Totals | None], names: Sequence[str], look: Look, currency: str | None
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


def _hover(metric: Metric, row: Totals | None, currency: str | None) -> str:
    if row is None:
        return f"{metric.label} not known"
    others = [METRIC["hold"]] if metric is _GAIN else [METRIC["bets"]]
    parts = (f"{each.label} {exact(each, each.of(row), currency)}" for each in (metric, *others))
    return "<br>".join(parts)


def _title(metric: Metric, domain: str, currency: str | None, look: Look, compared: str | None) -> Layout:
    text = f"{metric.label}, {currency}" if currency else metric.label
    if compared:
        text += f"   <span style='color:{look.quiet}'>╌╌ {compared}</span>"
    return {
        "text": text,
        "x": 0,
        "y": _DOMAINS[domain][1],
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "align": "left",
        "font": {"color": look.text, "size": 12},
    }


def _step_axis(steps: _Steps, look: Look) -> Layout:
    return {
        "type": "category",
        "anchor": "y2",
        "range": [-0.5, len(steps.names) - 0.5],
        "tickvals": list(steps.ticks),
        "ticktext": list(steps.ticks.values()),
        "tickangle": 0,
        "title": {"text": steps.title, "font": {"size": 11}, "standoff": 6},
        "showgrid": False,
        "linecolor": look.grid,
        "fixedrange": True,
        "automargin": True,
    }


def _so_far(rows: Sequence[Totals | None], running: Sequence[bool], look: Look) -> Iterable[Layout]:
    for index, (row, open_end) in enumerate(zip(rows, running, strict=True)):
        if row is not None and open_end:
            at_end = index > 0.8 * len(rows) > 1
            yield {
                "text": "so far",
                "x": index + 0.5 if at_end else index,
                "xanchor": "right" if at_end else "center",
                "y": units(row.bet_amount_li),
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"color": look.text, "size": 11},
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


def _name(day: date) -> str:
    return format_date(day, "EEE d MMM y", locale="en_GB")


def _day_ticks(days: Sequence[date]) -> dict[str, str]:
    """Ticks that fit 300 px: each day up to ten, then Mondays, then the firsts of months."""
    if len(days) <= 10:
        ticks = {day: format_date(day, "EEE'<br>'d MMM", locale="en_GB") for day in days}
    elif len(days) <= 70:
        mondays = [day for day in days if day.weekday() == 0]
        ticks = {day: format_date(day, "d MMM", locale="en_GB") for day in mondays[:: 1 + len(days) // 40]}
    else:
        firsts = [day for day in days if day.day == 1]
        ticks = {day: _month(day) for day in firsts[:: 1 + len(firsts) // 8]}
    return {_name(day): text for day, text in ticks.items()}


def _month(day: date) -> str:
    return format_date(day, "MMM'<br>'y" if day.month <= 2 else "MMM", locale="en_GB")
