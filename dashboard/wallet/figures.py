"""The running balance of a wallet: each transfer a step, each change that no transfer explains a gap."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import Layout, Trace, amount_axis, figure, units
from dashboard.charts.theme import Theme
from dashboard.charts.timeline import time_axis
from dashboard.core.formats import clock, money
from dashboard.core.text import text
from dashboard.wallet.transfers import type_name
from twoj_client.models import DEPOSIT, WITHDRAWAL

Row = Mapping[Any, Any]

_HEIGHT: Final = 260


def wallet_chart(transfers: pd.DataFrame, look: Theme, currency: str | None, zone: ZoneInfo) -> go.Figure:
    """Balance before and after each of the transfers (`wallet.transfers_frame`), oldest first.

    The line goes on to the next transfer only where that finds the balance as this one left it. Triangles
    stand at the balance after a transfer: up for a deposit, down for a withdrawal.
    """
    rows = transfers.iloc[::-1].to_dict("records")
    times = [row["at"].strftime("%Y-%m-%d %H:%M:%S") for row in rows]
    line = _line(rows, times, look)
    layout: Layout = {
        "xaxis": time_axis(look, zone),
        "yaxis": amount_axis(look, line["y"]),
        "hovermode": "closest",
    }
    return figure(look, [line, _marks(rows, times, look, currency)], _HEIGHT, layout)


def _line(rows: Sequence[Row], times: Sequence[str], look: Theme) -> Trace:
    x: list[str | None] = []
    y: list[float | None] = []
    for row, time in zip(rows, times, strict=True):
        if x and _li(row["between_li"]) != 0:
            x.append(None)
            y.append(None)
        x += [time, time]
        y += [units(_li(row["before_li"])), units(_li(row["after_li"]))]
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": look.primary, "width": 1.5},
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "connectgaps": False,
    }


def _marks(rows: Sequence[Row], times: Sequence[str], look: Theme, currency: str | None) -> Trace:
    symbols = {type_name(DEPOSIT): "triangle-up", type_name(WITHDRAWAL): "triangle-down"}
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": {
            "symbol": [symbols.get(row["type"], "circle") for row in rows],
            "size": 7,
            "color": look.quiet,
        },
        "x": list(times),
        "y": [units(_li(row["after_li"])) for row in rows],
        "customdata": [_hover(row, currency) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(row: Row, currency: str | None) -> str:
    before, after, between = (
        money(_li(row[name]), currency) for name in ("before_li", "after_li", "between_li")
    )
    return "<br>".join(
        (
            f"{row['type']} {money(_li(row['amount_li']), currency)}",
            text("Balance {before} → {after}", before=before, after=after),
            text("Since the transfer before {change}", change=between),
            clock(row["at"]),
        )
    )


def _li(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
