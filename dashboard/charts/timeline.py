"""What figures over a time share: the axis, local times as plotly takes them, the broken line."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.charts.base import Layout, Trace, axis, units
from dashboard.charts.theme import Theme
from dashboard.core.formats import clock, zone_name
from dashboard.core.text import text


def time_axis(look: Theme, zone: ZoneInfo) -> Layout:
    """Horizontal axis of local times, from seconds to years."""
    return axis(
        text("Time, {zone}", zone=zone_name(zone)),
        type="date",
        linecolor=look.grid,
        nticks=7,
        tickformatstops=[
            {"dtickrange": [None, 60_000 - 1], "value": "%H:%M:%S<br>%-d %b"},
            {"dtickrange": [60_000, 86_400_000 - 1], "value": "%H:%M<br>%-d %b"},
            {"dtickrange": [86_400_000, "M1"], "value": "%-d %b"},
            {"dtickrange": ["M1", None], "value": "%b %Y"},
        ],
    )


def local_times(epoch_ms: npt.NDArray[np.int64], zone: ZoneInfo) -> list[str]:
    """Local times, to the second, as plotly takes them: it knows no zones."""
    local = pd.to_datetime(epoch_ms, unit="ms", utc=True).tz_convert(zone)
    return list(local.strftime("%Y-%m-%d %H:%M:%S"))


def clock_times(epoch_ms: npt.NDArray[np.int64], zone: ZoneInfo) -> list[str]:
    """The same times for people: one that clocks show twice says which it is."""
    return [clock(local) for local in pd.to_datetime(epoch_ms, unit="ms", utc=True).tz_convert(zone)]


def broken_line(
    times: Sequence[str], amounts_li: Iterable[int], pieces: Iterable[int], words: Iterable[str]
) -> Trace:
    """A line of amounts that breaks wherever `pieces` changes; `words` are what a pointer reads."""
    x: list[str | None] = []
    y: list[float | None] = []
    said: list[str] = []
    last_piece = None
    for time, amount_li, piece, word in zip(times, amounts_li, pieces, words, strict=True):
        if last_piece not in (None, piece):
            x.append(None)
            y.append(None)
            said.append("")
        last_piece = piece
        x.append(time)
        y.append(units(amount_li))
        said.append(word)
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "customdata": said, "connectgaps": False}
