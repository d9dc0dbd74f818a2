"""What failed, in sentences."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core.formats import hour_text, moment_text
from twoj_client import TwoJError, Window

_MOST_NAMED: Final = 5


def failures(errors: Iterable[tuple[str, TwoJError]], most: int = _MOST_NAMED) -> tuple[str, ...]:
    """A sentence for each kind of failure, with the names of what it struck; of many the first `most`."""
    by_sentence = groupby(
        sorted(errors, key=lambda pair: pair[1].sentence), key=lambda pair: pair[1].sentence
    )
    struck = {sentence: [name for name, _ in pairs] for sentence, pairs in by_sentence}
    return tuple(f"{listed(names, most)}: {sentence}" for sentence, names in struck.items())


def by_time(errors: Mapping[Window, TwoJError], zone: ZoneInfo) -> list[tuple[str, TwoJError]]:
    """Name windows that failed by their times, for `failures`; what lies side by side is one stretch."""
    stretches: list[tuple[Window, TwoJError]] = []
    for window, error in sorted(errors.items()):
        if stretches and (stretches[-1][0].end, stretches[-1][1].sentence) == (window.start, error.sentence):
            stretches[-1] = (Window(stretches[-1][0].start, window.end), error)
        else:
            stretches.append((window, error))
    return [(window_words(window, zone), error) for window, error in stretches]


def window_words(window: Window, zone: ZoneInfo) -> str:
    """A window in the business zone: "9 Mar, 05:00–06:00"; times that clocks show twice say which."""
    start, end = (datetime.fromtimestamp(epoch_s, zone) for epoch_s in window)
    last_day = (end - timedelta(seconds=1)).date()
    ends = hour_text(end) if last_day == start.date() else moment_text(end)
    return f"{moment_text(start)}–{ends}"


def listed(names: list[str], most: int = _MOST_NAMED) -> str:
    """Names beside each other; of many the first few and how many more."""
    more = len(names) - most
    return "; ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
