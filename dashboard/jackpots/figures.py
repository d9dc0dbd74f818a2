"""Both pots over time, one above the other; hits are marked, and unwatched times are gaps."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import Layout, Trace, axis, figure, paper_text, units
from dashboard.charts.theme import Theme
from dashboard.charts.thinning import line_places
from dashboard.charts.timeline import broken_line, clock_times, local_times, time_axis
from dashboard.core.formats import money
from dashboard.core.text import text
from dashboard.jackpots.pots import GAP_MS, POTS, Hit, PotSample
from dashboard.jackpots.tables import JACKPOT_NAMES, POT_NAMES

_HEIGHT: Final = 360
_DOMAINS: Final = {"hourly": (0.55, 0.94), "super": (0.0, 0.39)}


def pots_chart(
    samples: Mapping[str, Sequence[PotSample]],
    hits: Sequence[Hit],
    look: Theme,
    currency: str | None,
    zone: ZoneInfo,
) -> go.Figure:
    """Draw what was in each pot (oldest first); of a long line only what a screen can show."""
    traces: list[Trace] = []
    layout: Layout = {
        "xaxis": {**time_axis(look, zone), "anchor": "y2"},
        "hovermode": "closest",
        "annotations": [],
    }
    for name, pot in zip(("y", "y2"), POTS, strict=True):
        line = _line(samples[pot], pot, look, currency, zone)
        marks = _marks([hit for hit in hits if hit.pot == pot], look, currency, zone)
        traces += [{**line, "yaxis": name}, {**marks, "yaxis": name}]
        layout[name.replace("y", "yaxis")] = _amounts(line["y"], pot)
        title = ", ".join(filter(None, (str(JACKPOT_NAMES[pot]), currency)))
        layout["annotations"].append(paper_text(title, (0, _DOMAINS[pot][1]), look.text))
    return figure(look, traces, _HEIGHT, layout)


def _line(samples: Sequence[PotSample], pot: str, look: Theme, currency: str | None, zone: ZoneInfo) -> Trace:
    at = np.array([sample.at_ms for sample in samples], np.int64)
    li = np.array([sample.li for sample in samples], np.int64)
    piece = np.cumsum(np.diff(at, prepend=at[:1]) > GAP_MS)
    places = line_places(at, li)
    amounts_li = li[places].tolist()
    words = [
        f"{POT_NAMES[pot]} {money(amount, currency)}<br>{when}"
        for amount, when in zip(amounts_li, clock_times(at[places], zone), strict=True)
    ]
    return {
        **broken_line(local_times(at[places], zone), amounts_li, piece[places].tolist(), words),
        "line": {"color": look.primary, "width": 1.5},
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _marks(hits: Sequence[Hit], look: Theme, currency: str | None, zone: ZoneInfo) -> Trace:
    at = np.array([hit.before_at_ms for hit in hits], np.int64)
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": {"symbol": "star", "size": 9, "color": look.loss},
        "x": local_times(at, zone),
        "y": [units(hit.before_li) for hit in hits],
        "customdata": [
            text("Hit at {amount} or more", amount=money(hit.before_li, currency)) + f"<br>{when}"
            for hit, when in zip(hits, clock_times(at, zone), strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _amounts(drawn: Sequence[float | None], pot: str) -> Layout:
    """An axis over what was drawn: from zero the growth of a pot would hardly be seen."""
    known = [value for value in drawn if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    room = (high - low) * 0.1 or 1
    return axis(
        domain=_DOMAINS[pot],
        range=[low - room, high + room],
        nticks=4,
        tickformat=",",
        showgrid=True,
        ticklabelstandoff=4,
    )
