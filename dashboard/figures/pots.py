"""Both pots over time, one above the other; hits are marked, and unwatched times are gaps."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.base import Layout, Trace, figure, units
from dashboard.figures.thinning import line_places
from dashboard.formats import money
from dashboard.jackpots import GAP_MS, POTS, Hit, Sample
from dashboard.look import Look

_HEIGHT: Final = 360
_DOMAINS: Final = {"hourly": (0.55, 0.94), "super": (0.0, 0.39)}


def pots_chart(
    samples: Mapping[str, Sequence[Sample]],
    hits: Sequence[Hit],
    look: Look,
    currency: str | None,
    zone: ZoneInfo,
) -> go.Figure:
    """Draw what was in each pot (oldest first); of a long line only what a screen can show."""
    unit = f", {currency}" if currency else ""
    traces: list[Trace] = []
    layout: Layout = {
        "xaxis": {
            "type": "date",
            "anchor": "y2",
            "title": {"text": f"Time, {zone.key}", "font": {"size": 11}, "standoff": 6},
            "showgrid": False,
            "linecolor": look.grid,
            "fixedrange": True,
            "automargin": True,
            "nticks": 7,
            "tickformatstops": [
                {"dtickrange": [None, 86_400_000 - 1], "value": "%H:%M<br>%-d %b"},
                {"dtickrange": [86_400_000, None], "value": "%-d %b"},
            ],
        },
        "hovermode": "closest",
        "annotations": [],
    }
    for axis, pot in zip(("y", "y2"), POTS, strict=True):
        line = _line(samples[pot], pot, look, currency, zone)
        marks = _marks([hit for hit in hits if hit.pot == pot], look, currency, zone)
        traces += [{**line, "yaxis": axis}, {**marks, "yaxis": axis}]
        layout[axis.replace("y", "yaxis")] = _amounts(line["y"], pot, look)
        layout["annotations"].append(_title(f"{pot.capitalize()} jackpot{unit}", _DOMAINS[pot][1], look))
    return figure(look, traces, _HEIGHT, layout)


def _line(samples: Sequence[Sample], pot: str, look: Look, currency: str | None, zone: ZoneInfo) -> Trace:
    at = np.array([sample.at_ms for sample in samples], np.int64)
    li = np.array([sample.li for sample in samples], np.int64)
    piece = np.cumsum(np.diff(at, prepend=at[:1]) > GAP_MS)
    places = line_places(at, li)
    x: list[str | None] = []
    y: list[float | None] = []
    words: list[str] = []
    last_piece = 0
    for time, amount, of in zip(
        _local(at[places].tolist(), zone), li[places].tolist(), piece[places], strict=True
    ):
        if of != last_piece:
            x.append(None)
            y.append(None)
            words.append("")
        last_piece = of
        x.append(time)
        y.append(units(amount))
        words.append(f"{pot.capitalize()} {money(amount, currency)}")
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": look.primary, "width": 1.5},
        "x": x,
        "y": y,
        "customdata": words,
        "hovertemplate": "%{customdata}<br>%{x|%-d %b %H:%M:%S}<extra></extra>",
        "connectgaps": False,
    }


def _marks(hits: Sequence[Hit], look: Look, currency: str | None, zone: ZoneInfo) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": {"symbol": "star", "size": 9, "color": look.loss},
        "x": _local([hit.before_at_ms for hit in hits], zone),
        "y": [units(hit.before_li) for hit in hits],
        "customdata": [f"Hit at {money(hit.before_li, currency)} or more" for hit in hits],
        "hovertemplate": "%{customdata}<br>%{x|%-d %b %H:%M:%S}<extra></extra>",
    }


def _amounts(drawn: Sequence[float | None], pot: str, look: Look) -> Layout:
    """An axis over what was drawn: from zero the growth of a pot would hardly be seen."""
    known = [value for value in drawn if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    room = (high - low) * 0.1 or 1
    return {
        "domain": _DOMAINS[pot],
        "range": [low - room, high + room],
        "nticks": 4,
        "tickformat": ",",
        "gridcolor": look.grid,
        "zeroline": False,
        "ticklabelstandoff": 4,
        "automargin": True,
        "fixedrange": True,
    }


def _title(text: str, top: float, look: Look) -> dict[str, object]:
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": look.text, "size": 12},
    }


def _local(epoch_ms: Sequence[int], zone: ZoneInfo) -> list[str]:
    """Local times as plotly takes them: it knows no zones."""
    local = pd.to_datetime(pd.Series(epoch_ms, dtype="int64"), unit="ms", utc=True).dt.tz_convert(zone)
    return list(local.dt.strftime("%Y-%m-%d %H:%M:%S"))
