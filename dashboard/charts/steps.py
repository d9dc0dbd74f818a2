"""One panel, or two above each other, over the same days or hours; what is not known is a gap with a name."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from dashboard.charts.base import Layout, Trace, axis, figure, paper_text
from dashboard.charts.theme import Theme
from dashboard.core.formats import day_text, zone_name
from dashboard.core.text import text

_HEIGHTS = {1: 320, 2: 340}
_DOMAINS = {1: [[0.0, 0.92]], 2: [[0.57, 0.94], [0.0, 0.44]]}
"""From the top to the bottom, by the number of panels."""
_EACH_DAY = 7


@dataclass(frozen=True, slots=True)
class Steps:
    """The horizontal axis: each step's unique name and short label, which steps have a tick, the title."""

    names: list[str]
    labels: list[str]
    ticked: list[int]
    title: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A title in words, traces with a value a step, and the vertical axis (`base.amount_axis`)."""

    title: str
    traces: list[Trace]
    axis: Layout


def stacked(
    panels: Sequence[Panel],
    steps: Steps,
    running: Sequence[bool],
    unknown: Sequence[bool],
    look: Theme,
    note: str = "",
) -> go.Figure:
    """Draw one or two panels, from the top, over one axis.

    `running` steps are called "so far", `unknown` ones "no data".
    `note` stands on the first panel's right and names what else is drawn.
    """
    domains = _DOMAINS[len(panels)]
    top = domains[0]
    numbers = ["", "2"][: len(panels)]
    traces = [
        {**trace, "x": steps.names, "xaxis": "x", "yaxis": f"y{number}"}
        for panel, number in zip(panels, numbers, strict=True)
        for trace in panel.traces
    ]
    gaps = no_data(unknown, look, top)
    axes = {
        f"yaxis{number}": {**panel.axis, "domain": domain}
        for panel, number, domain in zip(panels, numbers, domains, strict=True)
    }
    layout = {
        "xaxis": {**_step_axis(steps, running, look), "anchor": f"y{numbers[-1]}"},
        **axes,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "barmode": "overlay",
        "bargap": 1 - bar_width(len(steps.names)),
        "annotations": [
            *(
                paper_text(panel.title, (0, domain[1]), look.text)
                for panel, domain in zip(panels, domains, strict=True)
            ),
            *([paper_text(note, (1, top[1]), look.quiet, 11)] if note else []),
            *gaps["annotations"],
        ],
        "shapes": gaps["shapes"],
    }
    return figure(look, traces, _HEIGHTS[len(panels)], layout)


def day_steps(days: Sequence[date], zone: ZoneInfo) -> Steps:
    """Ticks that fit 300 px: each day of a week, some days of a month, Mondays, or the firsts of months."""
    count = len(days)
    labels = [day_text(day, "MMMd") for day in days]
    if count <= _EACH_DAY:
        labels = [f"{day_text(day, 'EEE')}<br>{day_text(day, 'd')}" for day in days]
    ticked = list(range(count - 1, -1, -(1 + count // 6) if count > _EACH_DAY else -1))
    if 20 < count <= 70:
        ticked = [index for index, day in enumerate(days) if day.weekday() == 0][:: 1 + count // 40]
    elif count > 70:
        ticked = [index for index, day in enumerate(days) if day.day == 1][:: 1 + count // 240]
        for position, index in enumerate(ticked):
            same_year = position > 0 and days[ticked[position - 1]].year == days[index].year
            month, year = day_text(days[index], "MMM"), day_text(days[index], "y")
            labels[index] = month if same_year else f"{month}<br>{year}"
    title = text("Day, {zone}", zone=zone_name(zone))
    return Steps([day_name(day) for day in days], labels, ticked, title)


def day_name(day: date) -> str:
    """Name a day in full, as the hover shows it: "Sun 15 Mar 2026"."""
    return text("{weekday} {day}", weekday=day_text(day, "EEE"), day=day_text(day))


def tick_labels(steps: Steps, running: Container[int]) -> list[str]:
    """The label of each step; those at the places `running` are called "so far"."""
    so_far = text("so far")
    return [f"{label}<br>{so_far}" if place in running else label for place, label in enumerate(steps.labels)]


def no_data(unknown: Sequence[bool], look: Theme, domain: list[float], words: str = "") -> Layout:
    """Shapes and annotations that mark `unknown` steps as such, from the bottom to the top of `domain`."""
    gaps = _runs(unknown)
    return {
        "shapes": [_band(first, last, look, domain[1]) for first, last in gaps],
        "annotations": [
            _band_words((first + last) / 2, words or text("no data"), look, domain[0]) for first, last in gaps
        ],
    }


def bar_width(count: int) -> float:
    """Width of a step's bar as a part of the step; where steps are few their bars stay narrow."""
    return 0.72 if count > 5 else 0.12 * count


def bars(values: Sequence[float | None], colors: str | Sequence[str], running: Sequence[bool]) -> Trace:
    """A bar a step; those of steps that are not finished are hatched, with an outline."""
    return {
        "type": "bar",
        "y": list(values),
        "marker": {
            "color": colors,
            "line": {"color": colors, "width": [1 if is_running else 0 for is_running in running]},
            "pattern": hatch(running),
        },
    }


def hatch(running: Sequence[bool]) -> Layout:
    """Hatch the bars of steps that are not finished."""
    return {
        "shape": ["/" if is_running else "" for is_running in running],
        "fillmode": "replace",
        "size": 6,
    }


def _step_axis(steps: Steps, running: Sequence[bool], look: Theme) -> Layout:
    ticked, unfinished_steps = steps.ticked, [index for index, is_running in enumerate(running) if is_running]
    labels = tick_labels(steps, unfinished_steps)
    for unfinished in unfinished_steps:
        near = 0.14 * len(steps.names) if len(steps.names) > _EACH_DAY else 0
        ticked = [*(index for index in ticked if abs(index - unfinished) > near), unfinished]
    return axis(
        steps.title,
        type="category",
        range=[-0.5, len(steps.names) - 0.5],
        tickvals=[steps.names[index] for index in ticked],
        ticktext=[labels[index] for index in ticked],
        tickangle=0,
        linecolor=look.grid,
    )


def _runs(unknown: Sequence[bool]) -> list[tuple[int, int]]:
    runs = [
        (missing, [index for index, _ in run])
        for missing, run in groupby(enumerate(unknown), lambda pair: pair[1])
    ]
    return [(indexes[0], indexes[-1]) for missing, indexes in runs if missing]


def _band(first: int, last: int, look: Theme, top: float) -> Layout:
    return {
        "type": "rect",
        "x0": first - 0.5,
        "x1": last + 0.5,
        "yref": "paper",
        "y0": 0,
        "y1": top,
        "fillcolor": look.grid,
        "opacity": 0.5,
        "line": {"width": 0},
        "layer": "below",
    }


def _band_words(middle: float, words: str, look: Theme, bottom: float) -> Layout:
    return {
        "text": words,
        "textangle": -90,
        "x": middle,
        "y": bottom,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": look.quiet, "size": 11},
    }
