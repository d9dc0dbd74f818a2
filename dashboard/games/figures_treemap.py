"""Where the bets went: an area for each game within its type, coloured by hold."""

from fractions import Fraction
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.base import axis, figure, game_keys, game_labels, game_targets, plain, units
from dashboard.charts.diverging import color, ink, limit_of, scale
from dashboard.charts.theme import Theme
from dashboard.core.codes import type_text
from dashboard.core.formats import money_short, percent
from dashboard.core.frames import by_type, game_ids, name_texts, row_totals
from dashboard.core.metrics import METRIC, Totals
from dashboard.core.text import text
from dashboard.games.figures_bars import game_hover

_HEIGHT = 420


def treemap(games: pd.DataFrame, look: Theme, currency: str | None) -> go.Figure:
    """Bet amount by type and game (`frames.games_frame`) as areas, hold as colour.

    Games without bets are left out, and so is what the list of games lacks where that is less than nothing:
    it must be said in words. The colours end where nine tenths of the bet amount lie within; the scale says
    where that is. The area of a game leads to it.
    """
    types, ids, names = by_type(games), game_ids(games), name_texts(games)
    kinds = types["type"].tolist()
    tiles = [
        *_tiles(kinds, [type_text(kind) for kind in kinds], [""] * len(types), row_totals(types)),
        *_tiles(game_keys(ids), names, games["type"].tolist(), row_totals(games)),
    ]
    holds = [float(METRIC["hold"].of(row) or 0) for *_, row in tiles]
    amounts = [units(row.bet_amount_li) or 0.0 for *_, row in tiles]
    leaves = [parent != "" for _, _, parent, _ in tiles]
    limit = limit_of(
        [hold for hold, leaf in zip(holds, leaves, strict=True) if leaf],
        [amount for amount, leaf in zip(amounts, leaves, strict=True) if leaf],
    )
    colors = [
        color(hold, limit, look) if leaf else look.card for hold, leaf in zip(holds, leaves, strict=True)
    ]
    shown = dict(zip(game_keys(ids), game_labels(ids, names), strict=True))
    targets = dict(zip(game_keys(ids), game_targets(ids), strict=True))
    trace: dict[str, Any] = {
        "type": "treemap",
        "ids": [key for key, *_ in tiles],
        "labels": [shown.get(key, plain(name)) for key, name, *_ in tiles],
        "parents": [parent for _, _, parent, _ in tiles],
        "values": amounts,
        "branchvalues": "total",
        "text": [
            f"{percent(METRIC['hold'].of(row), 1)} · {money_short(row.bet_amount_li)}" for *_, row in tiles
        ],
        "textinfo": "label+text",
        "textfont": {
            "color": [ink(each) if leaf else look.text for each, leaf in zip(colors, leaves, strict=True)]
        },
        "customdata": [game_hover(plain(name, 60), row, currency) for _, name, _, row in tiles],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": [targets.get(key, "") for key, *_ in tiles],
        "marker": {
            "colors": colors,
            "line": {"color": look.grid, "width": 1},
            "pad": {"t": 22, "l": 2, "r": 2, "b": 2},
        },
        "tiling": {"pad": 1},
        "pathbar": {"visible": False},
        "root": {"color": look.card},
    }
    # A treemap has no scale of its own for colours given one by one: an empty scatter lends its scale.
    none, end = text("0 % hold"), Fraction(limit)
    ends = (percent(-end, 1), none, "+" + percent(end, 1)) if limit else ("", none, "")
    legend = {
        "type": "scatter",
        "x": [None],
        "y": [None],
        "marker": {"color": [0], **scale(limit, ends, look)},
    }
    layout = {
        "uniformtext": {"minsize": 10, "mode": "hide"},
        "margin": {"l": 0, "r": 0, "t": 34, "b": 24},  # below, the way to the table
        "xaxis": axis(visible=False),
        "yaxis": axis(visible=False),
    }
    return figure(look, [trace, legend], _HEIGHT, layout)


def _tiles(
    keys: list[str], names: list[str], parents: list[str], rows: list[Totals | None]
) -> list[tuple[str, str, str, Totals]]:
    return [
        (key, name, parent, row)
        for key, name, parent, row in zip(keys, names, parents, rows, strict=True)
        if row is not None and row.bet_amount_li > 0
    ]
