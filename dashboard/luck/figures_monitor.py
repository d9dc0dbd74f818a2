"""The evidence against games over time, with the line of the alarm."""

from collections.abc import Collection, Mapping
from math import ceil, log
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import Trace, axis, figure, game_targets, plain
from dashboard.charts.theme import Theme
from dashboard.charts.timeline import clock_times, local_times, time_axis
from dashboard.core.formats import count
from dashboard.core.text import text
from dashboard.luck.course import ALL, Watched
from dashboard.luck.monitor import ALARM
from dashboard.luck.monitor_table import what_text
from dashboard.luck.watch import Lines, evidence_text
from twoj_client.windows import HOUR_S

_HEIGHT: Final = 260
_LABEL_PX: Final = 14
_LOG_10: Final = log(10)
_HOUR_MS: Final = HOUR_S * 1000
_LEAST_TOP: Final = 6
_MOST_TICKS: Final = 5


def evidence_chart(
    lines: Lines,
    names: Mapping[int, str],
    found: Collection[Watched],
    look: Theme,
    zone: ZoneInfo,
    currency: str | None,
) -> go.Figure:
    """M at the end of each hour on a scale of tens, from 1 on; those `found` are coloured and named."""
    top = max([_LEAST_TOP, *(ceil(log_m / _LOG_10) for _, line in lines for _, log_m in line)])
    traces = [_line(key, line, names, key in found, look, zone, currency) for key, line in reversed(lines)]
    of_one = len({key.game_id for key, _ in lines}) == 1
    words = {
        key: what_text(key, currency) if of_one else names.get(key.game_id, str(key.game_id)) for key in found
    }
    named = sorted(
        ((key, line) for key, line in lines if key in found and line), key=lambda each: each[1][-1][1]
    )
    alarm = log(ALARM) / _LOG_10
    step = -(-top // _MOST_TICKS)
    ticks = list(range(0, top + 1, step))
    layout = {
        "xaxis": time_axis(look, zone),
        "yaxis": axis(
            text("Evidence"),
            range=[-0.03 * top, top * 1.08],
            tickvals=ticks,
            ticktext=[_power(tick) for tick in ticks],
            showgrid=True,
        ),
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": alarm,
                "y1": alarm,
                "line": {"color": look.text, "width": 1, "dash": "dash"},
            }
        ],
        "annotations": [
            {
                "text": text("Alarm at {evidence}", evidence=count(ALARM)),
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "y": alarm,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"color": look.text, "size": 11},
            },
            *(_label(key, line, words, look, zone, place) for place, (key, line) in enumerate(named)),
        ],
    }
    return figure(look, traces, _HEIGHT, layout)


def _power(tick: int) -> str:
    return count(10**tick) if tick < _LEAST_TOP else f"10<sup>{tick}</sup>"


def _color(of: Watched, is_found: bool, look: Theme) -> str:
    if not is_found:
        return look.quiet
    return look.loss if of.sign > 0 else look.primary


def _line(
    of: Watched,
    line: tuple[tuple[int, float], ...],
    names: Mapping[int, str],
    is_found: bool,
    look: Theme,
    zone: ZoneInfo,
    currency: str | None,
) -> Trace:
    ends_ms = np.array([hour_s * 1000 + _HOUR_MS for hour_s, _ in line], np.int64)
    drawn = [max(log_m / _LOG_10, 0.0) for _, log_m in line]
    name = plain(names.get(of.game_id, str(of.game_id)), 30)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": local_times(ends_ms, zone),
        "y": drawn,
        "line": {"color": _color(of, is_found, look), "width": 2 if is_found else 1, "shape": "hv"},
        "opacity": 1 if is_found and of.decade == ALL else 0.55,
        "customdata": [
            f"{when}<br>{evidence_text(log_m)}"
            for when, (_, log_m) in zip(clock_times(ends_ms, zone), line, strict=True)
        ],
        "hovertemplate": f"{name}: {what_text(of, currency)}<br>%{{customdata}}<extra></extra>",
        "meta": game_targets([of.game_id], "luck") * len(line),
    }


def _label(
    of: Watched,
    line: tuple[tuple[int, float], ...],
    words: Mapping[Watched, str],
    look: Theme,
    zone: ZoneInfo,
    place: int,
) -> dict[str, object]:
    """The name at a line's end; those of higher lines stand higher, so that none lies upon another."""
    hour_s, log_m = line[-1]
    (at,) = local_times(np.array([hour_s * 1000 + _HOUR_MS], np.int64), zone)
    return {
        "text": plain(words[of], 24),
        "x": at,
        "xanchor": "right",
        "y": max(log_m / _LOG_10, 0.0),
        "yanchor": "bottom",
        "yshift": place * _LABEL_PX,
        "showarrow": False,
        "font": {"color": _color(of, True, look), "size": 12},
    }
