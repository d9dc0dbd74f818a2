"""What all figures share. Exact amounts reach the reader as text; floats only place the ink."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import FONT, Theme
from dashboard.core import formats
from dashboard.core.frames import UNLISTED
from dashboard.core.metrics import Number
from dashboard.core.query import GAME_ID, ONE_GAME_TAB, query_text

Trace = dict[str, Any]
Layout = dict[str, Any]

_NICE_STEPS = (1, 2, 5)
_MOST_TICKS = 4
_LONGEST_NAME = 18


def figure(look: Theme, traces: Iterable[Trace], height: int, layout: Mapping[str, Any]) -> go.Figure:
    """Figure on a transparent background in the colours of `look`, with nothing to drag or zoom."""
    template = _template(look, formats.separators())
    return go.Figure(data=list(traces), layout={"template": template, "height": height, **layout})


@cache
def _template(look: Theme, separators: str) -> go.layout.Template:
    """What all figures of a theme have in common; a grid, or a line at zero, an axis asks for itself."""
    axis = {
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "gridcolor": look.grid,
        "zeroline": False,
        "ticks": "",
        "title": {"font": {"size": 11}, "standoff": 6},
    }
    layout = {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": look.quiet},
        "separators": separators,
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": look.card,
            "bordercolor": look.grid,
            "font": {"color": look.text, "family": FONT, "size": 12},
            "align": "left",
        },
        "xaxis": axis,
        "yaxis": axis,
    }
    return go.layout.Template(layout=layout)


def axis(title: str = "", **options: Any) -> Layout:
    """An axis of a figure: its title, and what it does not have from the theme's template."""
    return {"title": {"text": title}, **options} if title else options


def paper_text(
    words: str, at: tuple[float, float], color: str, size: int = 12, below: bool = False
) -> Layout:
    """Annotation above (or `below`) a place of the paper, each from 0 to 1; at x = 1 it ends there."""
    return {
        "text": words,
        "x": at[0],
        "xref": "paper",
        "xanchor": "right" if at[0] == 1 else "left",
        "y": at[1],
        "yref": "paper",
        "yanchor": "top" if below else "bottom",
        "showarrow": False,
        "font": {"color": color, "size": size},
    }


def plain(name: str, longest: int = _LONGEST_NAME) -> str:
    """Text of the provider's for a figure: shortened, and with its markup shown instead of obeyed."""
    return html.escape(name if len(name) <= longest else name[: longest - 1].rstrip() + "…", quote=False)


def game_labels(game_ids: Sequence[int | None], names: Sequence[str]) -> list[str]:
    """Names of games for the marks of a figure; those that read the same once shortened carry their ids."""
    short = [plain(name) for name in names]
    tails = ["" if game_id is None else f" {game_id}" for game_id in game_ids]
    return [
        f"{plain(name, _LONGEST_NAME - len(tail))}{tail}" if short.count(label) > 1 else label
        for name, label, tail in zip(names, short, tails, strict=True)
    ]


def game_keys(game_ids: Sequence[int | None]) -> list[str]:
    """What tells the rows of games apart in a figure; one without an id is what the list of games lacks."""
    return [UNLISTED if game_id is None else str(game_id) for game_id in game_ids]


def game_targets(game_ids: Sequence[int | None], tab: str = "") -> list[str]:
    """Where the marks of games lead on the page of games (`kit.charts.show`), and to which `tab` of each."""
    also = {ONE_GAME_TAB: tab} if tab else {}
    return ["" if game_id is None else query_text({GAME_ID: game_id, **also}) for game_id in game_ids]


def units(li: Number | None) -> float | None:
    """Where an amount in li is drawn, in units of money; None (a gap) where it is not known."""
    return None if li is None else float(Fraction(li) / formats.LI_PER_UNIT)


def amount_axis(
    look: Theme, drawn: Iterable[float | None], words: Callable[[Decimal], str] = formats.axis
) -> Layout:
    """Vertical axis from zero over the drawn amounts, with a few round ticks in `words` ("2.5M")."""
    values = [0.0, *(value for value in drawn if value is not None)]
    low, high = min(values), max(values)
    ticks = _ticks(low, high)
    room = (high - low or 1.0) * 0.16
    return axis(
        range=[low - room if low < 0 else 0, high + room if high > 0 else room / 2],
        tickvals=[float(tick) for tick in ticks],
        ticktext=[words(tick) for tick in ticks],
        showgrid=True,
        zeroline=True,
        zerolinecolor=look.quiet,
        zerolinewidth=1,
        ticklabelstandoff=4,
    )


def _ticks(low: float, high: float) -> list[Decimal]:
    if low == high:
        return [Decimal(0)]
    size = Decimal(high - low)
    step = Decimal(1).scaleb(size.adjusted() - 1)
    while True:
        for nice in _NICE_STEPS:
            first, last = int(Decimal(low) / (step * nice)), int(Decimal(high) / (step * nice))
            if last - first < _MOST_TICKS:
                return [step * nice * n for n in range(first, last + 1)]
        step *= 10
