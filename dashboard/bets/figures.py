"""Bets by minute, and how large bets and wins are."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from dashboard.bets.sums import Size
from dashboard.charts.base import Layout, amount_axis, axis, figure, paper_text
from dashboard.charts.steps import day_name, day_steps, hatch, no_data
from dashboard.charts.theme import Theme
from dashboard.core import formats
from dashboard.core.formats import LI_PER_UNIT, count, count_short, hour_text, money, percent, zone_name
from dashboard.core.query import day_query
from dashboard.core.text import later, text

_HEIGHT, _SMALL = 300, 180
_SIZE_WORDS = {
    Size.BET: later("{from_} to below {to}<br>Bets {bets}, {bets_share}<br>Bet amount {amount}, {share}"),
    Size.WIN: later("{from_} to below {to}<br>Bets {bets}, {bets_share}<br>Won {amount}, {share}"),
}
_HOURS_A_TICK = 4
# A bar lower than this part of the highest is hardly seen, so its number stands above it.
_LOW = 0.04


def steps_chart(
    steps: pd.DataFrame, minutes: int, look: Theme, currency: str | None, zone: ZoneInfo
) -> go.Figure:
    """Number of bets by step (`sums.by_step`) of so many minutes.

    Steps that were not read are an empty band; the unfinished one is hatched. A bar leads to its day.
    """
    starts = [datetime.fromtimestamp(start_s, zone) for start_s in steps["start_at"].tolist()]
    counts = [None if pd.isna(number) else int(number) for number in steps["bet_count"].tolist()]
    running = [not finished for finished in steps["finished"].tolist()]
    bars = {
        "type": "bar",
        "x": list(range(len(starts))),
        "y": counts,
        "marker": {
            "color": [look.quiet if is_running else look.bet for is_running in running],
            "line": {"width": 0},
            "pattern": hatch(running),
        },
        "customdata": _step_words(steps, starts, minutes, currency),
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": [day_query(start.date()) for start in starts],
    }
    gaps = no_data([number is None for number in counts], look, [0.02, 1.0], text("not read"))
    layout: Layout = {
        "xaxis": _time_axis(starts, minutes, look, zone),
        "yaxis": amount_axis(look, counts),
        "bargap": 0 if len(starts) > 200 else 0.1,
        "shapes": gaps["shapes"],
        "annotations": [_unit(look), *gaps["annotations"]],
    }
    return figure(look, [bars], _HEIGHT, layout)


def sizes_chart(sizes: pd.DataFrame, what: Size, look: Theme, currency: str | None) -> go.Figure:
    """Number of bets by size of the bet or the win (`sums.sizes_frame`), over an axis of powers of ten.

    Bins are equally wide on it, so that the height of a bar is its weight.
    """
    counts = [int(number) for number in sizes["bet_count"].tolist()]
    amounts = [int(number) for number in sizes["amount_li"].tolist()]
    bins = [int(number) for number in sizes.index]
    highest = max(counts, default=0)
    bars = {
        "type": "bar",
        # A bar begins where its bin does.
        "x": bins,
        "offset": 0,
        "width": [0.94] * len(bins),
        "y": counts,
        "marker": {"color": look.bet if what is Size.BET else look.primary},
        "text": [count_short(number) if 0 < number < highest * _LOW else "" for number in counts],
        "textposition": "outside",
        "textfont": {"color": look.quiet, "size": 11},
        "textangle": 0,
        "cliponaxis": False,
        "customdata": [
            text(
                _SIZE_WORDS[what].key,
                from_=money(from_li),
                to=money(to_li),
                bets=count(number),
                bets_share=_share(number, counts),
                amount=money(amount_li, currency),
                share=_share(amount_li, amounts),
            )
            for from_li, to_li, number, amount_li in zip(
                sizes["from_li"].tolist(), sizes["to_li"].tolist(), counts, amounts, strict=True
            )
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout: Layout = {
        "xaxis": _size_axis(sizes, what, look, currency),
        "yaxis": amount_axis(look, counts),
        "annotations": [_unit(look)],
    }
    return figure(look, [bars], _SMALL, layout)


def _unit(look: Theme) -> Layout:
    return paper_text(text("Number of bets"), (0, 1), look.text, below=True)


def _step_words(
    steps: pd.DataFrame, starts: Sequence[datetime], minutes: int, currency: str | None
) -> list[str]:
    words = []
    sums = (steps[name].tolist() for name in ("bet_count", "bet_amount_li", "gain_li"))
    for start, number, bet_li, gain_li in zip(starts, *sums, strict=True):
        when = {"day": day_name(start.date()), "time": hour_text(start), "minutes": minutes}
        if pd.isna(number):
            words.append(text("<b>{day}, {time}</b>, {minutes} min<br>not read", **when))
            continue
        words.append(
            text(
                "<b>{day}, {time}</b>, {minutes} min<br>Bets {bets}<br>Bet amount {bet_amount}"
                "<br>Company gain {company_gain}",
                **when,
                bets=count(int(number)),
                bet_amount=money(int(bet_li), currency),
                company_gain=money(-int(gain_li), currency),
            )
        )
    return words


def _time_axis(starts: Sequence[datetime], minutes: int, look: Theme, zone: ZoneInfo) -> Layout:
    days = list(dict.fromkeys(start.date() for start in starts))
    if len(days) == 1:
        places = [
            place
            for place, start in enumerate(starts)
            if start.hour % _HOURS_A_TICK == 0 and start.minute < minutes and start.fold == 0
        ]
        labels = [f"{starts[place]:%H:%M}" for place in places]
        title = text("Time, {zone}", zone=zone_name(zone))
    else:
        shown = day_steps(days, zone)
        first = {day: place for place, day in reversed(list(enumerate(start.date() for start in starts)))}
        places = [first[days[number]] for number in shown.ticked]
        labels = [shown.labels[number] for number in shown.ticked]
        title = shown.title
    return axis(
        title,
        tickvals=places,
        ticktext=labels,
        tickangle=0,
        range=[-0.5, len(starts) - 0.5],
        linecolor=look.grid,
    )


def _size_axis(sizes: pd.DataFrame, what: Size, look: Theme, currency: str | None) -> Layout:
    edges = dict(zip(sizes.index, sizes["from_li"].tolist(), strict=True))
    if edges:
        edges[sizes.index[-1] + 1] = sizes["to_li"].iloc[-1]
    decades = {place: li for place, li in edges.items() if str(li).rstrip("0") == "1"}
    low, high = min(edges, default=0), max(edges, default=1)
    title = text("Bet") if what is Size.BET else text("Win")
    if currency:
        title = text("{what}, {currency}", what=title, currency=currency)
    return axis(
        text("{what}, logarithmic", what=title),
        tickvals=list(decades),
        ticktext=[_power(int(li)) for li in decades.values()],
        ticks="outside",
        tickcolor=look.grid,
        range=[low - 0.2, high + 0.2],
        linecolor=look.grid,
    )


def _power(li: int) -> str:
    """A power of ten of li, in units of money."""
    return money(li) if li < LI_PER_UNIT else formats.axis(Decimal(li) / LI_PER_UNIT)


def _share(part: int, parts: Sequence[int]) -> str:
    return percent(Fraction(part, sum(parts) or 1), 1)
