"""RTP against bet amount, with the bands in which luck alone leaves an honest game."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, log10
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import Layout, Trace, axis, figure, game_labels, game_targets, plain
from dashboard.charts.theme import Theme
from dashboard.core import formats
from dashboard.core.metrics import METRIC
from dashboard.core.text import text
from dashboard.games.luck import UNJUDGED, Luck, RtpVerdict
from dashboard.games.luck_table import ORIGINS, VERDICTS, ratio

_HEIGHT = 420
_ROOM = 0.08
_BAND_HEIGHT = 130
_OUTSIDE = (RtpVerdict.OUTSIDE_95, RtpVerdict.OUTSIDE_998)


def funnel_plot(games: pd.DataFrame, look: Theme, currency: str | None) -> go.Figure:
    """RTP of each game (`luck_table.luck_frame`) over its bet amount, on a logarithmic axis.

    The thick bar is the game's 95 % band, the thin one its 99.8 % band, the dash the RTP expected. Above
    the bands is vermilion (players win more than luck explains), below teal; names stand at those outside the
    99.8 % band. A dot leads to its game. Games with too little play for a band are small hollow rings.
    """
    unjudged = games["verdict"].isin(UNJUDGED)
    judged = games[~unjudged]
    low, high = _range(judged)
    traces = [
        _bars(judged, "low_998", "high_998", 2, look.bet, (low, high)),
        _bars(judged, "low_95", "high_95", 7, look.bet, (low, high)),
        _marks(judged, "expected", {"symbol": "line-ew-open", "size": 9, "color": look.quiet}),
        _points(games[unjudged], look, (low, high)),
        _points(judged, look, (low, high)),
    ]
    layout: Layout = {
        "xaxis": _amounts(games["bet"].tolist(), currency),
        "yaxis": axis(METRIC["rtp"].label, range=[low, high], showgrid=True, **_percent_ticks(low, high)),
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 1,
                "y1": 1,
                "line": {"color": look.quiet, "width": 1, "dash": "dot"},
                "layer": "below",
            }
        ],
    }
    return figure(look, traces, _HEIGHT, layout)


def band_chart(luck: Luck, look: Theme) -> go.Figure:
    """One game's RTP as a dot on its bands: thick 95 %, thin 99.8 %, the expected RTP a dash."""
    bands = [(luck.band_998, 3), (luck.band_95, 12)]
    out = luck.verdict in _OUTSIDE
    above = luck.expected is not None and luck.rtp > luck.expected
    mark = (look.loss if above else look.gain) if out else look.primary
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(band or ()),
            "y": [0] * len(band or ()),
            "line": {"color": look.bet, "width": width},
            "hoverinfo": "skip",
        }
        for band, width in bands
    ]
    for value, name, symbol, size, color in (
        (luck.expected, text("Expected"), "line-ns-open", 18, look.quiet),
        (luck.rtp, METRIC["rtp"].label, "circle", 13, mark),
    ):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [] if value is None else [value],
                "y": [] if value is None else [0],
                "marker": {
                    "symbol": symbol,
                    "size": size,
                    "color": color,
                    "line": {"width": 2, "color": color},
                },
                "hovertemplate": f"{name} {ratio(value or 0)}<extra></extra>",
            }
        )
    expected = () if luck.expected is None else (luck.expected,)
    places = [luck.rtp, *expected, *(luck.band_998 or ())]
    layout: Layout = {
        "xaxis": axis(METRIC["rtp"].label, showgrid=True, **_percent_ticks(min(places), max(places))),
        "yaxis": axis(visible=False, range=[-1, 1]),
    }
    return figure(look, traces, _BAND_HEIGHT, layout)


def _range(judged: pd.DataFrame) -> tuple[float, float]:
    drawn = pd.concat([judged["low_998"], judged["high_998"], judged["rtp"]]).astype(float).tolist()
    low, high = max(min([*drawn, 0.8]), 0.0), min(max([*drawn, 1.2]), 3.0)
    room = (high - low) * _ROOM
    return low - room, high + room


def _percent_ticks(low: float, high: float) -> Layout:
    step = next((step for step in (1, 2, 5, 10, 20, 50) if (high - low) * 100 / step <= 7), 100)
    ticks = range(floor(low * 100 / step) * step, ceil(high * 100 / step) * step + 1, step)
    labels = [formats.percent(Fraction(tick, 100), 0) for tick in ticks]
    return {"tickvals": [tick / 100 for tick in ticks], "ticktext": labels}


def _bars(
    games: pd.DataFrame, low: str, high: str, width: int, color: str, ends: tuple[float, float]
) -> Trace:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for amount, bottom, top in zip(games["bet"], games[low], games[high], strict=True):
        xs += [amount, amount, None]
        ys += [max(bottom, ends[0]), min(top, ends[1]), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": color, "width": width},
        "hoverinfo": "skip",
    }


def _marks(games: pd.DataFrame, field: str, marker: Layout) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": games["bet"].tolist(),
        "y": games[field].tolist(),
        "marker": marker,
        "hoverinfo": "skip",
    }


def _points(games: pd.DataFrame, look: Theme, ends: tuple[float, float]) -> Trace:
    verdicts, rtps = games["verdict"].tolist(), games["rtp"].tolist()
    expected = games["expected"].tolist()
    outside = [verdict in _OUTSIDE for verdict in verdicts]
    colors = [
        (look.loss if rtp > mean else look.gain) if out else look.quiet
        for rtp, mean, out in zip(rtps, expected, outside, strict=True)
    ]
    named = [
        label if verdict == RtpVerdict.OUTSIDE_998 else ""
        for label, verdict in zip(
            game_labels(games["game_id"].tolist(), games["name"].tolist()), verdicts, strict=True
        )
    ]
    return {
        **_marks(games, "rtp", {}),
        "mode": "markers+text",
        "meta": game_targets(games["game_id"].tolist(), "luck"),
        # What lies beyond the axis stands at its end, and points there.
        "y": [min(max(rtp, ends[0]), ends[1]) for rtp in rtps],
        "marker": {
            "color": colors,
            "size": [_size(verdict) for verdict in verdicts],
            "symbol": [_symbol(rtp, verdict, ends) for rtp, verdict in zip(rtps, verdicts, strict=True)],
            "line": {"color": colors, "width": 1},
            "opacity": 1,
        },
        "cliponaxis": False,
        "text": named,
        "textposition": "top center",
        "textfont": {"color": look.text, "size": 12},
        "customdata": [_hover(game) for game in games.itertuples()],
        "hoverinfo": None,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _symbol(rtp: float, verdict: RtpVerdict, ends: tuple[float, float]) -> str:
    hollow = "-open" if verdict in UNJUDGED else ""
    if rtp > ends[1]:
        return f"triangle-up{hollow}"
    return f"triangle-down{hollow}" if rtp < ends[0] else f"circle{hollow}"


def _size(verdict: RtpVerdict) -> int:
    return 5 if verdict in UNJUDGED else 11 if verdict == RtpVerdict.OUTSIDE_998 else 8


def _hover(game: Any) -> str:
    rtp = text("RTP {rtp}", rtp=ratio(game.rtp))
    if game.source:
        rtp = text(
            "RTP {rtp}, expected {expected} ({source})",
            rtp=ratio(game.rtp),
            expected=ratio(game.expected),
            source=ORIGINS[game.source],
        )
    lines = [f"<b>{plain(game.name, 60)}</b>", rtp]
    if game.verdict in UNJUDGED:
        rounds = {"rounds": formats.count(game.effective), "needed": formats.count(game.needed)}
        lines.append(
            text("{verdict}: {rounds} of {needed} effective rounds", verdict=VERDICTS[game.verdict], **rounds)
        )
    else:
        lines += [
            text("95 %: {low} to {high}", low=ratio(game.low_95), high=ratio(game.high_95)),
            text("99.8 %: {low} to {high}", low=ratio(game.low_998), high=ratio(game.high_998)),
        ]
    return "<br>".join(lines)


def _amounts(amounts: Sequence[float], currency: str | None) -> Layout:
    logs = [log10(amount) for amount in amounts if amount > 0] or [0.0]
    low, high = min(logs) - 0.1, max(logs) + 0.1
    ticks = [Decimal(digit).scaleb(power) for power in range(floor(low), ceil(high) + 1) for digit in (1, 3)]
    label = METRIC["bet_amount"].label
    return axis(
        f"{label}, {currency}" if currency else label,
        type="log",
        range=[low, high],
        tickvals=[float(tick) for tick in ticks],
        ticktext=[formats.axis(tick) for tick in ticks],
    )
