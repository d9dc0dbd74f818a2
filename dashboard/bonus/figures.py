"""What became of bonuses: from issued to used to converted, in sum and by day of creation."""

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from dashboard.bonus.numbers import bonus_rows
from dashboard.charts.base import Layout, amount_axis, axis, figure, units
from dashboard.charts.steps import Panel, bar_width, bars, day_steps, stacked
from dashboard.charts.theme import Theme
from dashboard.core.formats import exact, percent, short
from dashboard.core.metrics import BONUS_METRIC, BonusTotals, Metric, Unit
from dashboard.core.query import day_query
from dashboard.core.text import text

_ISSUED, _USED, _USE_RATE = (BONUS_METRIC[key] for key in ("bonus_issued", "bonus_used", "use_rate"))
_AMOUNT, _CONVERTED, _CONVERSION = (
    BONUS_METRIC[key] for key in ("bonus_amount", "converted_cash", "conversion_rate")
)
_HEIGHT = 296
# Counts above, amounts below, with a gap between: the two halves have no common measure.
_PLACES = (0, 1, 2.4, 3.4)
# Axes of counts reach at least so far, so that their few round ticks are whole numbers.
_FEW = 4.0


def funnel_chart(totals: BonusTotals, look: Theme, currency: str | None) -> go.Figure:
    """From issued to used, by number, and from bonus amount to cash, by amount: bars as shares of the first.

    The provider gives no amount of unused bonuses and no number of converted ones, so that the two halves are
    measured each by itself. A share over 100 % is drawn as such.
    """
    shares = [_USE_RATE.of(totals), _CONVERSION.of(totals)]
    drawn = [1, shares[0] or 0, 1, shares[1] or 0]
    texts = [  # how much, and what share of the bar above
        short(_ISSUED, _ISSUED.of(totals)),
        f"{short(_USED, _USED.of(totals))} · {percent(shares[0], 1)}",
        short(_AMOUNT, _AMOUNT.of(totals), currency),
        f"{short(_CONVERTED, _CONVERTED.of(totals), currency)} · {percent(shares[1], 1)}",
    ]
    metrics = (_ISSUED, _USED, _AMOUNT, _CONVERTED)
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [float(share) if metric.of(totals) else 0 for share, metric in zip(drawn, metrics, strict=True)],
        "y": _PLACES,
        "width": 0.62,
        "marker": {"color": [look.bet, look.primary, look.bet, look.primary]},
        "text": texts,
        "textposition": "outside",
        "textfont": {"color": look.text, "size": 12},
        "cliponaxis": False,
        "customdata": [
            _hover(shown, totals, currency)
            for shown in ((_ISSUED,), (_USED, _USE_RATE), (_AMOUNT,), (_CONVERTED, _CONVERSION))
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout: Layout = {
        # Half of the width is for the words outside the bars.
        "xaxis": axis(range=[0, 2 * max(1.0, *map(float, drawn))], visible=False),
        "yaxis": axis(
            tickvals=_PLACES,
            ticktext=[
                _ISSUED.label,
                _USED.label,
                text("Bonus amount<br>of used"),
                text("Converted<br>to cash"),
            ],
            autorange="reversed",
            tickfont={"color": look.text},
            ticklabelstandoff=6,
        ),
    }
    return figure(look, [trace], _HEIGHT, layout)


def bonus_days_chart(days: pd.DataFrame, look: Theme, currency: str | None, zone: ZoneInfo) -> go.Figure:
    """Bonuses by day of their creation (`bonuses.bonus_days_frame`): used within issued, cash within amount.

    A bar leads to its day. The unfinished day is hatched and called "so far"; days that are not known are a
    band called "no data".
    """
    rows = bonus_rows(days)
    running = [row is not None and not finished for row, finished in zip(rows, days["finished"], strict=True)]
    dates = [day.date() for day in days["date"]]
    steps, leads = day_steps(dates, zone), list(map(day_query, dates))
    unit = f", {currency}" if currency else ""
    return stacked(
        [
            _panel((_ISSUED, _USED, _USE_RATE), "", rows, running, look, currency, leads),
            _panel((_AMOUNT, _CONVERTED, _CONVERSION), unit, rows, running, look, currency, leads),
        ],
        steps,
        running,
        [row is None for row in rows],
        look,
    )


def _panel(
    metrics: tuple[Metric[BonusTotals], Metric[BonusTotals], Metric[BonusTotals]],
    unit: str,
    rows: Sequence[BonusTotals | None],
    running: Sequence[bool],
    look: Theme,
    currency: str | None,
    leads: list[str],
) -> Panel:
    whole, part, _ = metrics
    width = bar_width(len(rows))
    traces = [
        {
            **bars(_places(whole, rows), look.bet, running),
            "width": width,
            "customdata": [_hover(metrics, row, currency) for row in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "meta": leads,
        },
        # In front, and narrower: a part over the whole does not hide it.
        {**bars(_places(part, rows), look.primary, running), "width": width / 2, "hoverinfo": "skip"},
    ]
    few = [_FEW] if whole.unit is Unit.COUNT else []
    title = " ".join(
        f'<span style="color:{color}">■</span> {metric.label}'
        for metric, color in ((whole, look.bet), (part, look.primary))
    )
    return Panel(title + unit, traces, amount_axis(look, [*traces[0]["y"], *traces[1]["y"], *few]))


def _places(metric: Metric[BonusTotals], rows: Sequence[BonusTotals | None]) -> list[float | None]:
    """Where the values of the rows are drawn: units of money, or counts."""
    values = [None if row is None else metric.of(row) for row in rows]
    if metric.unit is Unit.MONEY:
        return [units(value) for value in values]
    return [None if value is None else float(Fraction(value)) for value in values]


def _hover(metrics: Sequence[Metric[BonusTotals]], row: BonusTotals | None, currency: str | None) -> str:
    if row is None:
        return text("{metric} not known", metric=metrics[0].label)
    return "<br>".join(f"{each.label} {exact(each, each.of(row), currency)}" for each in metrics)
