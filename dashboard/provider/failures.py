"""What failed, in sentences."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core.formats import hour_text, moment_text
from dashboard.core.periods import days_label
from dashboard.core.text import Deferred, Message, Words, later, plural, text
from twoj_client import TwoJError, Window

_MOST_NAMED: Final = 5


def sentence(error: TwoJError) -> Message:
    """What happened, for whoever reads it."""
    fields = {
        name: sentence(field) if isinstance(field, TwoJError) else field
        for name, field in error.fields.items()
    }
    return Message(error.key, fields)


def failure_text(error: TwoJError) -> str:
    """What happened, and what the reader can do about it."""
    return f"{sentence(error)} {text(error.what_to_do)}"


def stale_text(error: TwoJError) -> str:
    """What to say beside an older answer that stands in; a wait needs no advice."""
    return str(sentence(error)) if error.retry_may_help else failure_text(error)


def failures(errors: Iterable[tuple[Words, TwoJError]]) -> tuple[Message, ...]:
    """A sentence for each kind of failure, with the names of what it struck; of many the first few."""
    struck: dict[str, list[tuple[Words, TwoJError]]] = {}
    for name, error in errors:
        struck.setdefault(error.sentence, []).append((name, error))
    return tuple(
        later(
            "{names}: {sentence}",
            names=Deferred(listed, (tuple(name for name, _ in pairs),)),
            sentence=sentence(pairs[0][1]),
        )
        for _, pairs in sorted(struck.items())
    )


def window_text(window: Window, zone: ZoneInfo) -> str:
    """A window in the business zone: "9 Mar, 05:00–06:00", whole days "9 March 2026".

    Times that clocks show twice say which.
    """
    start, end = (datetime.fromtimestamp(epoch_s, zone) for epoch_s in window)
    last_day = (end - timedelta(seconds=1)).date()
    if (start.time(), end.time()) == (time.min, time.min):
        return days_label(start.date(), last_day)
    ends = hour_text(end) if last_day == start.date() else moment_text(end)
    return f"{moment_text(start)}–{ends}"


def listed(names: Iterable[Words], most: int = _MOST_NAMED) -> str:
    """Names beside each other; of many the first few and how many more."""
    every = [str(name) for name in names]
    named, more = "; ".join(every[:most]), len(every) - most
    return plural("{names} and {n} more", "{names} and {n} more", more, names=named) if more > 0 else named
