"""Which games and which types of games made and lost money."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import Layout, axis, figure, game_keys, game_labels, game_targets, plain, units
from dashboard.charts.theme import Theme
from dashboard.core.codes import GAME_TYPES, type_text
from dashboard.core.formats import exact, money_short, percent
from dashboard.core.frames import game_ids, name_texts, row_totals
from dashboard.core.metrics import METRIC, Totals
from dashboard.core.query import GAME_TYPE, query_text
from dashboard.core.text import language, text

_ROW_HEIGHT = 19
_MIN_HEIGHT = 206


def games_chart(games: pd.DataFrame, look: Theme, currency: str | None) -> go.Figure:
    """Company gain by game, from gain to loss (`frames.extremes`): bars from zero, each with its amount.

    A bar leads to its game.
    """
    rows, all_names = row_totals(games), name_texts(games)
    gains = [row.company_gain_li if row else None for row in rows]
    drawn, ids = [units(gain) for gain in gains], game_ids(games)
    known = [0.0, *(value for value in drawn if value is not None)]
    # Room for the amounts, which stand outside the bars.
    room = (max(known) - min(known) or 1.0) * 0.45
    span = [min(known) - room * (min(known) < 0), max(known) + room * (max(known) > 0)]
    bars = {
        "x": drawn,
        "marker": {"color": [look.loss if (gain or 0) < 0 else look.gain for gain in gains]},
        "text": [money_short(gain) for gain in gains],
        "customdata": [
            game_hover(plain(name, 60), row, currency) for name, row in zip(all_names, rows, strict=True)
        ],
        "meta": game_targets(ids),
    }
    return _rows(bars, game_keys(ids), game_labels(ids, all_names), span, look)


def types_chart(types: pd.DataFrame, look: Theme, currency: str | None) -> go.Figure:
    """Bet amount by game type (`frames.by_type`), each with its share, in the order and colours of types.

    A bar leads to the games of its type.
    """
    rows = row_totals(types)
    amounts = [row.bet_amount_li if row else 0 for row in rows]
    shares = [Fraction(amount, sum(amounts) or 1) for amount in amounts]
    drawn = [units(amount) for amount in amounts]
    names = types["type"].tolist()
    said = [type_text(name) for name in names]
    bars = {
        "x": drawn,
        "marker": {"color": [_color(name, look) for name in names]},
        "text": [
            f"{percent(share, 1)} · {money_short(amount)}"
            for share, amount in zip(shares, amounts, strict=True)
        ],
        "customdata": [game_hover(name, row, currency) for name, row in zip(said, rows, strict=True)],
        "meta": [query_text({GAME_TYPE: name}) if name in GAME_TYPES else "" for name in names],
    }
    ends = [value or 0.0 for value in drawn]
    return _rows(bars, names, said, [min([0.0, *ends]), max([0.0, *ends]) * 1.75 or 1], look)


def _rows(
    bars: dict[str, Any], keys: list[str], names: list[str], span: list[float], look: Theme
) -> go.Figure:
    trace = {
        **{name: value for name, value in bars.items() if name != "text"},
        "type": "bar",
        "orientation": "h",
        "y": keys,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    # Beside a bar of less than a pixel plotly would put the amount of a loss where gains stand. Where there
    # is no room on the left, that of a loss stands there too: it has its sign.
    ends = [value or 0.0 for value in bars["x"]]
    on_left = [span[0] < end < 0 for end in ends]
    amounts = {
        "type": "scatter",
        "mode": "text",
        "x": [end if is_left else max(end, 0.0) for end, is_left in zip(ends, on_left, strict=True)],
        "y": keys,
        "text": [f"\xa0{said}\xa0" for said in bars["text"]],
        "textposition": ["middle left" if is_left else "middle right" for is_left in on_left],
        "textfont": {"color": look.text, "size": 12},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    layout: Layout = {
        "xaxis": axis(range=span, showticklabels=False, zeroline=True, zerolinecolor=look.quiet),
        "yaxis": axis(
            type="category",
            tickvals=keys,
            ticktext=names,
            autorange="reversed",
            tickfont={"color": look.text},
            ticklabelstandoff=6,
        ),
        "bargap": 0.35,
    }
    return figure(look, [trace, amounts], max(16 + _ROW_HEIGHT * len(keys), _MIN_HEIGHT), layout)


def game_hover(
    name: str,
    row: Totals | None,
    currency: str | None,
    keys: tuple[str, ...] = ("company_gain", "bet_amount", "hold", "bets"),
) -> str:
    """What a game says when pointed at; the name is safe already (`base.plain`)."""
    return _game_hover(language(), name, row, currency, keys)


# Thousands of cells say the same at each drawing, 0.13 ms each.
@lru_cache(8192)
def _game_hover(
    _language: str, name: str, row: Totals | None, currency: str | None, keys: tuple[str, ...]
) -> str:
    if row is None:
        return f"<b>{name}</b><br>" + text("not known")
    shown = (METRIC[key] for key in keys)
    return "<br>".join(
        [f"<b>{name}</b>", *(f"{each.label} {exact(each, each.of(row), currency)}" for each in shown)]
    )


def _color(game_type: str, look: Theme) -> str:
    known = game_type in GAME_TYPES
    return look.categorical[GAME_TYPES.index(game_type) if known else len(GAME_TYPES)]
