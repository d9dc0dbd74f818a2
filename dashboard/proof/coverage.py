"""What the archive holds of each day, and what is to be said of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from archive.pieces import DaySums
from archive.proof import FINISHED, PieceState
from dashboard.core.text import Message, WordTable, later


class DayState(StrEnum):
    """What is known of a UTC day: the least of what is known of its hours."""

    PROVEN = "proven"
    OPEN = "open"
    DIFFERS = "differs"
    MISSING = "missing"
    UNREAD = "unread"
    BEFORE = "before"
    """Before the provider's memory."""


WORDS: Final = WordTable(
    {
        DayState.PROVEN: later("Proven"),
        DayState.OPEN: later("Open"),
        DayState.DIFFERS: later("Differs"),
        DayState.MISSING: later("Missing"),
        DayState.UNREAD: later("Not read yet"),
        DayState.BEFORE: later("Before the provider's memory"),
    }
)
_WORST_FIRST: Final = (PieceState.DIFFERS, PieceState.MISSING, PieceState.OPEN)


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """A UTC day: its state, how many of its hours are proven, its bets, and why it is not proven."""

    date: date
    state: DayState
    proven_hours: int
    bets: int
    why: Message | None = None


def days(known: Iterable[DaySums], first: date, last: date, memory_begins: date | None) -> list[DayCoverage]:
    """Return each UTC day of `first` to `last`. `memory_begins`: before it the provider has nothing."""
    of_days = {utc_day(each.day_s): each for each in known}
    count = (last - first).days + 1
    return [_day(first + timedelta(days=each), of_days, memory_begins, last) for each in range(count)]


def _day(day: date, of_days: Mapping[date, DaySums], memory_begins: date | None, last: date) -> DayCoverage:
    known = of_days.get(day)
    if known is None:
        is_before = memory_begins is not None and day < memory_begins
        return DayCoverage(day, DayState.BEFORE if is_before else DayState.UNREAD, 0, 0)
    state = next((DayState(each.value) for each in _WORST_FIRST if each in known.hours), DayState.PROVEN)
    if state is DayState.PROVEN and sum(known.hours.values()) < 24:
        state = DayState.OPEN if day == last else DayState.UNREAD
    why = Message(known.why.key, known.why.fields) if known.why else None
    return DayCoverage(day, state, sum(known.hours.get(each, 0) for each in FINISHED), known.bets, why)


def utc_day(time_s: int) -> date:
    """Return the UTC day of a time."""
    return datetime.fromtimestamp(time_s, UTC).date()


def forecast_bytes(size_bytes: int, bets: int, recent: Iterable[DayCoverage], days_kept: int) -> int | None:
    """Return how many bytes the archive will have with so many days, by the bets of recent whole days."""
    whole = [each.bets for each in recent if each.proven_hours == 24]
    if not whole or not bets:
        return None
    return sum(whole) * days_kept * size_bytes // (len(whole) * bets)
