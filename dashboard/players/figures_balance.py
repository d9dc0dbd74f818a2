"""A player's balance from round to round above, the net result since the period's start below."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import Layout, Trace, amount_axis, figure, paper_text, units
from dashboard.charts.theme import Theme
from dashboard.charts.thinning import line_places, mark_places
from dashboard.charts.timeline import broken_line, clock_times, local_times, time_axis
from dashboard.core.formats import count, money
from dashboard.core.text import Message, later, text
from dashboard.players.balance import CAUSES, Cause, Gap, Transfer

_HEIGHT: Final = 400
_UPPER, _LOWER = (0.5, 0.94), (0.0, 0.36)
_GAPS: Final = {
    Cause.UNEXPLAINED: "diamond",
    Cause.MISSING: "diamond-open",
    Cause.JACKPOT: "star",
    Cause.BONUS: "star-open",
}


def balance_chart(
    rounds: pd.DataFrame,
    gaps: Sequence[Gap],
    transfers: Sequence[Transfer],
    look: Theme,
    currency: str | None,
    zone: ZoneInfo,
) -> go.Figure:
    """Balance by the rounds' own credits, broken at each of the `gaps`; below, the net result so far.

    Transfers are triangles at the balance after them; a gap that they do not explain is a dotted line from
    one credit to the next with a mark of its cause. Of a long line only what a screen can show is drawn.
    """
    lines = [_balance(rounds, gaps, look, currency, zone), _net(rounds, look, currency, zone)]
    marks = [
        *_transfers(transfers, look, currency, zone),
        *_gaps([gap for gap in gaps if gap.cause is not Cause.TRANSFER], look, currency, zone),
    ]
    drawn = [[value for trace in (lines[0], *marks) for value in trace["y"]], list(lines[1]["y"])]
    titles = [text("Balance"), text("Net result since the first round")]
    if currency:
        titles = [text("{what}, {currency}", what=title, currency=currency) for title in titles]
    layout: Layout = {
        "xaxis": {**time_axis(look, zone), "anchor": "y2"},
        "yaxis": {**amount_axis(look, drawn[0]), "domain": _UPPER},
        "yaxis2": {**amount_axis(look, drawn[1]), "domain": _LOWER},
        "hovermode": "closest",
        "annotations": [
            paper_text(title, (0, domain[1]), look.text)
            for title, domain in zip(titles, (_UPPER, _LOWER), strict=True)
        ],
    }
    return figure(look, [*lines, *marks], _HEIGHT, layout)


def _balance(
    rounds: pd.DataFrame, gaps: Sequence[Gap], look: Theme, currency: str | None, zone: ZoneInfo
) -> Trace:
    known = rounds.dropna(subset=["credit_before_li", "credit_li"])
    # Before the first round, and after each gap, a piece begins with the credit before its round.
    begins = np.zeros(len(rounds), dtype=bool)
    begins[[gap.row for gap in gaps]] = True
    begins = begins[known.index]
    begins[:1] = True
    starts, ends = known["start_at"].to_numpy("int64"), _ends(known)
    first = np.flatnonzero(begins)
    at = np.insert(ends, first, starts[first])
    credit = np.insert(
        known["credit_li"].to_numpy("int64"), first, known["credit_before_li"].to_numpy("int64")[first]
    )
    piece = np.insert(np.cumsum(begins), first, np.cumsum(begins)[first])
    sentence = later("Balance {amount}<br>{when}")
    return _line(at, credit, piece, sentence, look.primary, currency, zone)


def _ends(rounds: pd.DataFrame) -> npt.NDArray[np.int64]:
    """When the rounds ended; one whose end is not known, when it started."""
    return rounds["end_at"].fillna(rounds["start_at"]).to_numpy("int64")


def _net(rounds: pd.DataFrame, look: Theme, currency: str | None, zone: ZoneInfo) -> Trace:
    at = np.insert(_ends(rounds), 0, rounds["start_at"].iloc[:1].to_numpy("int64"))
    net = np.insert(np.cumsum(rounds["gain_li"].to_numpy("int64")), 0, 0)
    sentence = later("Net result {amount}<br>{when}")
    line = _line(at, net, np.zeros(len(at), np.int64), sentence, look.text, currency, zone)
    return {**line, "yaxis": "y2"}


def _line(
    at: npt.NDArray[np.int64],
    li: npt.NDArray[np.int64],
    piece: npt.NDArray[np.int64],
    sentence: Message,
    color: str,
    currency: str | None,
    zone: ZoneInfo,
) -> Trace:
    """A line of steps, broken between pieces."""
    # Rounds may overlap: the line never runs back in time.
    at = np.maximum.accumulate(at) if len(at) else at
    places = line_places(at, li)
    times, amounts_li = local_times(at[places] * 1000, zone), li[places].tolist()
    words = [
        text(sentence.key, amount=money(amount, currency), when=when)
        for when, amount in zip(clock_times(at[places] * 1000, zone), amounts_li, strict=True)
    ]
    return {
        **broken_line(times, amounts_li, piece[places].tolist(), words),
        "line": {"color": color, "width": 1.5, "shape": "hv"},
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _transfers(
    transfers: Sequence[Transfer], look: Theme, currency: str | None, zone: ZoneInfo
) -> list[Trace]:
    traces = []
    deposit = later("Deposit {amount}<br>Balance after it {balance}<br>{when}")
    withdrawal = later("Withdrawal {amount}<br>Balance after it {balance}<br>{when}")
    for sentence, symbol, chosen in (
        (deposit, "triangle-up", [each for each in transfers if each.amount_li > 0]),
        (withdrawal, "triangle-down", [each for each in transfers if each.amount_li < 0]),
    ):
        at = np.array([each.at_s for each in chosen], np.int64)
        places, counts = mark_places(at, np.array([abs(each.amount_li) for each in chosen], np.int64))
        times = local_times(at[places] * 1000, zone)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "marker": {"symbol": symbol, "size": 7, "color": look.quiet},
                "x": times,
                "y": [units(chosen[place].after_li) for place in places],
                "customdata": [
                    text(
                        sentence.key,
                        amount=money(abs(chosen[place].amount_li), currency),
                        balance=money(chosen[place].after_li, currency),
                        when=when + _more(standing),
                    )
                    for place, when, standing in zip(
                        places, clock_times(at[places] * 1000, zone), counts, strict=True
                    )
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces


def _gaps(gaps: Sequence[Gap], look: Theme, currency: str | None, zone: ZoneInfo) -> list[Trace]:
    at = np.array([gap.to_s for gap in gaps], np.int64)
    places, counts = mark_places(at, np.array([abs(gap.unexplained_li) for gap in gaps], np.int64))
    times, said = (write(at[places] * 1000, zone) for write in (local_times, clock_times))
    traces = []
    for cause, symbol in _GAPS.items():
        color = look.loss if cause is Cause.UNEXPLAINED else look.text
        chosen = [
            (gaps[place], time, when + _more(standing))
            for place, time, when, standing in zip(places, times, said, counts, strict=True)
            if gaps[place].cause is cause
        ]
        name = str(CAUSES[cause]).capitalize()
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "line": {"color": color, "width": 1.5, "dash": "dot"},
                "marker": {
                    "symbol": ["circle", symbol, "circle"] * len(chosen),
                    "size": [0, 9, 0] * len(chosen),
                    "color": color,
                },
                "x": [x for _, time, _ in chosen for x in (time, time, None)],
                "y": [y for gap, _, _ in chosen for y in (units(gap.before_li), units(gap.after_li), None)],
                "customdata": [
                    words
                    for gap, _, when in chosen
                    for words in [
                        "",
                        text(
                            "{cause}: {amount}<br>{when}",
                            cause=name,
                            amount=money(gap.unexplained_li, currency),
                            when=when,
                        ),
                        "",
                    ]
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces


def _more(standing: int) -> str:
    return text("<br>and {count} more close by", count=count(int(standing) - 1)) if standing > 1 else ""
