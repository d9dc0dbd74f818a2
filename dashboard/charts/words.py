"""What a figure says to who does not see it: a sentence, and a table of all that a pointer reads in it.

Exact amounts reach a figure as text (`hovertemplate`), so that no figure needs anything of its own for this.
"""

import html
import re
from collections.abc import Callable, Sequence
from itertools import chain, takewhile, zip_longest
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.core import formats
from dashboard.core.text import plural, text

Read = Callable[[int], list[str]]

_PLACE: Final = re.compile(r"%\{(customdata|x|y)(?::([^}]*))?\}")
_EXTRA: Final = "<extra></extra>"
_TAG: Final = re.compile(r"<[^>]*>")
_LABEL: Final = re.compile(r"[^\d–−+<>×]*")
"""What stands before the value in a line such as "Company gain −1,234"."""


def figure_sentence(figure: go.Figure) -> str:
    """Say how many points a figure's first line or row of bars has, and which is the least and the most.

    Of points that stand by themselves, all of them, and the first and the last; "" where nothing is drawn.
    """
    drawn = [(each, places) for each in figure.data if each.hovertemplate and (places := _places(each))]
    if not drawn:
        return ""
    trace, places = drawn[0]
    if _stands_alone(trace):
        alone = [(each, place) for each, places in drawn if _stands_alone(each) for place in places]
        first, last = (", ".join(_reader(figure, each)(place)) for each, place in (alone[0], alone[-1]))
        return plural(
            "{n} point: {first}.",
            "{n} points. First: {first}. Last: {last}.",
            len(alone),
            first=first,
            last=last,
        )
    values, read = _values(trace), _reader(figure, trace)
    ends = min(places, key=values.__getitem__), max(places, key=values.__getitem__)
    least, most = (", ".join(read(place)) for place in ends)
    return plural(
        "{n} point: {least}.",
        "{n} points. Least: {least}. Most: {most}.",
        len(places),
        least=least,
        most=most,
    )


def figure_table(figure: go.Figure) -> tuple[list[str], list[list[str]]]:
    """Return titles and rows of what a pointer reads: a row a point, or a place of what is read together.

    What all cells of a column begin with stands in its title instead.
    """
    read = []
    for trace in figure.data:
        if trace.hovertemplate:
            read_at = _reader(figure, trace)
            lines = map(read_at, range(len(_values(trace))))
            read.append([each for each in lines if any(each)])
    first = text("Point")
    rows = list(chain.from_iterable(read))
    if _is_read_together(figure):
        first, rows = figure.layout.xaxis.title.text or first, _joined(read)
    columns = list(zip_longest(*rows, fillvalue=""))
    titled = [_without_label(column) for column in columns[1:]]
    cells = zip(*columns[:1], *(each for _, each in titled), strict=True)
    return [first, *(title for title, _ in titled)], [list(row) for row in cells]


def sort_values(figure: go.Figure, rows: Sequence[Sequence[str]]) -> list[list[Any]]:
    """Return by what each column of `figure_table` is sorted, and heard: numbers as such, else the text.

    Where points lie along an axis, and are no names, their number on it stands before the text. A cell that
    says no value is None.
    """
    columns: list[list[Any]] = [list(cells) for cells in zip(*rows, strict=True)] or [[]]
    if not all(_is_named(each) for each in figure.data if each.hovertemplate):
        places = {cell: place for place, cell in enumerate(dict.fromkeys(columns[0]), 1)}
        columns[0] = [f"{places[cell]:0{len(str(len(places)))}} {cell}" for cell in columns[0]]
    return [columns[0], *(_numbers(cells) or cells for cells in columns[1:])]


def _is_named(trace: Any) -> bool:
    """Whether the points of a trace lie along no axis of times or sizes."""
    is_bar = trace.type == "bar" and trace.orientation == "h"
    return is_bar or trace.type == "treemap" or _stands_alone(trace)


def _numbers(cells: Sequence[str]) -> list[float | None]:
    """The number that each cell begins with, or that stands behind its colon; [] where one has none."""
    point, group = tuple(formats.separators())
    number = re.compile(rf"[<>\s]*([+−]?)(\d[\d{re.escape(group)}]*(?:{re.escape(point)}\d+)?)(?![-:\d])")
    found = [number.match(cell.rpartition(": ")[2]) for cell in cells]
    if any(
        each is None and cell not in ("", formats.UNKNOWN, text("not known"))
        for each, cell in zip(found, cells, strict=True)
    ):
        return []
    return [
        each and float(each[1].replace("−", "-") + each[2].replace(group, "").replace(point, "."))
        for each in found
    ]


def _places(trace: Any) -> list[int]:
    """Where in a trace there is a point, and not a gap."""
    return [place for place, value in enumerate(_values(trace)) if value is not None]


def _stands_alone(trace: Any) -> bool:
    """Whether the points of a trace are marks without a line, of which none is more than another."""
    return trace.type == "scatter" and "lines" not in trace.mode


def _is_read_together(figure: go.Figure) -> bool:
    """Whether a pointer reads all lines at a place at once, below the name of the place."""
    return bool(figure.layout.hovermode == "x unified")


def _running(figure: go.Figure) -> set[str]:
    """The steps of the horizontal axis that are called "so far" there (`steps.tick_labels`)."""
    shown, so_far = figure.layout.xaxis, text("so far")
    ticks = zip(shown.tickvals, shown.ticktext, strict=True) if shown.ticktext else ()
    return {value for value, label in ticks if label.endswith(f"<br>{so_far}")}


def _joined(read: Sequence[Sequence[list[str]]]) -> list[list[str]]:
    """The lines at each place, of all traces beside each other."""
    joined: dict[str, list[str]] = {}
    width = 0
    for rows in read:
        for place, *lines in rows:
            before = joined.setdefault(place, [])
            before += [""] * (width - len(before)) + lines
        width = max(map(len, joined.values()), default=0)
    return [[place, *lines] for place, lines in joined.items()]


def _without_label(cells: Sequence[str]) -> tuple[str, list[str]]:
    """What all cells that say something begin with, and the cells without it."""
    begins = [_begin(cell) for cell in cells if cell]
    label = " ".join(
        same[0] for same in takewhile(lambda words: len(set(words)) == 1, zip(*begins, strict=False))
    )
    # Words of a sentence are no title; nor is what leaves nothing behind.
    if not label or label[0].islower() or any(cell == label for cell in cells):
        return text("Detail"), list(cells)
    return label.removesuffix(":"), [cell[len(label) :].strip() for cell in cells]


def _begin(cell: str) -> list[str]:
    label, colon, _ = cell.partition(": ")
    if colon:
        return f"{label}:".split()
    found = _LABEL.match(cell)
    return found[0].split() if found else []


def _values(trace: Any) -> list[Any]:
    """What places the points of a trace: how high or long they are, how large or how dark."""
    if trace.type == "heatmap":
        return list(chain.from_iterable(trace.z))
    if trace.type == "treemap":
        return list(trace["values"])
    return list(trace.x if trace.type == "bar" and trace.orientation == "h" else trace.y)


def _reader(figure: go.Figure, trace: Any) -> Read:
    """Return what reads the lines at a point of a trace, as a pointer does."""
    template = trace.hovertemplate.removesuffix(_EXTRA)
    if _is_read_together(figure):
        template = f"%{{x}}<br>{trace.name}: {template}" if trace.name else f"%{{x}}<br>{template}"
    width, running = len(trace.x) if trace.type == "heatmap" else 0, _running(figure)

    def read(place: int) -> list[str]:
        def put(found: re.Match[str]) -> str:
            value = trace[found[1]]
            if width:
                value = value[place // width]
            return format(value[place % width if width else place], found[2] or "")

        first, *lines = _PLACE.sub(put, template).split("<br>")
        first += f", {text('so far')}" if first in running else ""
        return [html.unescape(_TAG.sub("", line)) for line in (first, *lines)]

    return read
