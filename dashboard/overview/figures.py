"""Bet amount, company gain or hold over the days of a period or the hours of a day."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import Trace, amount_axis, units
from dashboard.charts.steps import Panel, Steps, bars, day_name, day_steps, stacked
from dashboard.charts.theme import Theme
from dashboard.core.formats import axis, axis_percent, exact, zone_name
from dashboard.core.frames import row_totals
from dashboard.core.metrics import METRIC, Metric, Number, Totals, Unit
from dashboard.core.periods import days_label
from dashboard.core.query import day_query
from dashboard.core.text import text

_BET, _GAIN, _HOLD = METRIC["bet_amount"], METRIC["company_gain"], METRIC["hold"]
BOTH: Final = (_BET, _GAIN)
DRAWN: Final = {"bet": _BET, "gain": _GAIN, "hold": _HOLD}
"""What may be drawn alone, by `query.CHART`."""
_BESIDE: Final = {"bet_amount": METRIC["bets"], "company_gain": _HOLD, "hold": _GAIN}
_SIGNED_BARS = 31


def days_chart(
    days: pd.DataFrame,
    look: Theme,
    currency: str | None,
    zone: ZoneInfo,
    compared: str | None = None,
    metrics: Sequence[Metric[Totals]] = BOTH,
) -> go.Figure:
    """Bet amount above company gain by day (`frames.days_frame`), or another one or two `metrics`.

    With `before_…` columns (`frames.with_comparison`) the compared days stand behind as a dashed line, called
    `compared`. Losses are vermilion, below zero and up to 31 days carry a minus sign; the unfinished day is
    hatched and called "so far"; days that are not known are an empty band called "no data". A bar leads to
    its day.
    """
    dates = [day.date() for day in days["date"]]
    steps, leads = day_steps(dates, zone), list(map(day_query, dates))
    befores = None
    if "before_date" in days:
        befores = [day_name(day.date()) for day in days["before_date"]]
    unknown = days["bet_amount_li"].isna().tolist()
    return _panels(metrics, days, steps, unknown, look, currency, befores, compared, leads)


def hours_chart(
    hours: pd.DataFrame,
    look: Theme,
    currency: str | None,
    zone: ZoneInfo,
    compared: str | None,
    metrics: Sequence[Metric[Totals]] = BOTH,
) -> go.Figure:
    """One or two `metrics` by hour of a day (`frames.hours_frame`), against the day called `compared`.

    With None for `compared` no other day is drawn. Drawn as `days_chart` is; hours still to come stay empty.
    """
    names = hours["hour"].tolist()
    steps = Steps(names, names, list(range(0, len(names), 6)), text("Hour, {zone}", zone=zone_name(zone)))
    unknown = (hours["bet_amount_li"].isna() & hours["finished"]).tolist()
    running = (hours["bet_amount_li"].notna() & ~hours["finished"]).tolist()
    befores, day = None, None
    if compared:
        befores, day = _hours_before(hours, running, compared)
    return _panels(metrics, hours, steps, unknown, look, currency, befores, day)


def _hours_before(hours: pd.DataFrame, running: Sequence[bool], compared: str) -> tuple[list[str], str]:
    """What each hour stands beside, in words, and the day of these."""
    before = hours["before_start"].dropna().iloc[0].date()
    # What `compared` says after the day is of the running hour alone.
    day = days_label(before, before)
    return [compared if is_running else day for is_running in running], day


def _panels(
    metrics: Sequence[Metric[Totals]],
    frame: pd.DataFrame,
    steps: Steps,
    unknown: Sequence[bool],
    look: Theme,
    currency: str | None,
    befores: Sequence[str] | None,
    compared: str | None,
    leads: Sequence[str] = (),
) -> go.Figure:
    rows = row_totals(frame)
    running = [
        row is not None and not finished for row, finished in zip(rows, frame["finished"], strict=True)
    ]
    before = row_totals(frame, "before_") if befores else []

    def panel(metric: Metric[Totals]) -> Panel:
        columns = {**_bars(metric, rows, running, look, currency), "meta": list(leads)}
        line = _line(metric, before, befores or (), look, currency)
        words = axis_percent if metric.unit is Unit.RATIO else axis
        is_signed = metric is not _BET and len(rows) <= _SIGNED_BARS
        has_losses = any((value or 0) < 0 for value in columns["y"])
        signs = [_signs(columns["y"], look)] if is_signed and has_losses else []
        return Panel(
            metric.label + (f", {currency}" if currency and metric.unit is Unit.MONEY else ""),
            [columns, *([line] if befores else []), *signs],
            amount_axis(look, [*columns["y"], *line["y"]], words),
        )

    note = f"╌╌ {compared}" if compared else ""
    return stacked([panel(metric) for metric in metrics], steps, running, unknown, look, note)


def _place(metric: Metric[Totals], value: Number | None) -> float | None:
    """Where a value is drawn, in units of money or in percent."""
    if metric.unit is Unit.MONEY or value is None:
        return units(value)
    return float(Fraction(value) * 100)


def _bars(
    metric: Metric[Totals],
    rows: Sequence[Totals | None],
    running: Sequence[bool],
    look: Theme,
    currency: str | None,
) -> Trace:
    values = [None if row is None else metric.of(row) for row in rows]
    colors = [look.quiet if is_running else look.bet for is_running in running]
    if metric is not _BET:
        colors = [look.loss if (value or 0) < 0 else look.gain for value in values]
    return {
        **bars([_place(metric, value) for value in values], colors, running),
        "customdata": [_hover(metric, row, currency) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _signs(values: Sequence[float | None], look: Theme) -> Trace:
    """A minus below each loss: beside a bar of less than a pixel plotly would put it above zero."""
    return {
        "type": "scatter",
        "mode": "text",
        "y": [value if value is not None and value < 0 else None for value in values],
        "text": ["<b>−</b>"] * len(values),
        "textposition": "bottom center",
        "textfont": {"color": look.loss, "size": 14},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _line(
    metric: Metric[Totals],
    rows: Sequence[Totals | None],
    names: Sequence[str],
    look: Theme,
    currency: str | None,
) -> Trace:
    values = [None if row is None else metric.of(row) for row in rows]
    return {
        "type": "scatter",
        "name": text("Compared"),
        # One point makes no line: a dash across the bar instead.
        "mode": "lines" if len(rows) > 1 else "markers",
        "line": {"color": look.quiet, "dash": "3px,3px", "width": 1.5},
        "marker": {"symbol": "line-ew-open", "size": 40, "color": look.quiet},
        "y": [_place(metric, value) for value in values],
        "customdata": [
            f"{name}: {exact(metric, value, currency)}" for name, value in zip(names, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "connectgaps": False,
    }


def _hover(metric: Metric[Totals], row: Totals | None, currency: str | None) -> str:
    if row is None:
        return text("{metric} not known", metric=metric.label)
    shown = (metric, _BESIDE[metric.key])
    parts = (f"{each.label} {exact(each, each.of(row), currency)}" for each in shown)
    return "<br>".join(parts)
