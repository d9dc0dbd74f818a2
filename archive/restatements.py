"""Finds the hours that the provider changed since they were proven: by its sums, halving what differs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from archive.bets import DAY_S, HOUR_S, HourSums
from archive.pieces import Piece

AskedSums = Callable[[int, int], HourSums]
"""The provider's sums of a window, in one request."""


@dataclass
class SumsComparison:
    """What comparing took, and which hours it found."""

    calls: int = 0
    hours_s: list[int] = field(default_factory=list)


def compare(
    pieces: Mapping[int, Piece],
    start_s: int,
    end_s: int,
    by_day: Mapping[int, HourSums],
    ask: AskedSums,
) -> SumsComparison:
    """Return the hours of `start_s <= t < end_s` (whole UTC days) whose sums are not the provider's.

    `by_day` is what the provider said of these days, in one request; a day that differs is halved until the
    hour is found. An hour that was not read counts as nothing, and so is found where there are bets in it.
    """
    found = SumsComparison(calls=1)
    for day_s in range(start_s, end_s, DAY_S):
        theirs = by_day.get(day_s, HourSums())
        found.hours_s += _differing(pieces, day_s, day_s + DAY_S, theirs, ask, found)
    return found


def _differing(
    pieces: Mapping[int, Piece],
    start_s: int,
    end_s: int,
    theirs: HourSums,
    ask: AskedSums,
    found: SumsComparison,
) -> Iterator[int]:
    if _ours(pieces, start_s, end_s) == theirs:
        return
    if end_s - start_s == HOUR_S:
        yield start_s
        return
    middle_s = start_s + (end_s - start_s) // HOUR_S // 2 * HOUR_S
    found.calls += 1
    first = ask(start_s, middle_s)
    yield from _differing(pieces, start_s, middle_s, first, ask, found)
    yield from _differing(pieces, middle_s, end_s, theirs - first, ask, found)


def _ours(pieces: Mapping[int, Piece], start_s: int, end_s: int) -> HourSums:
    hours = (pieces[hour_s].ours for hour_s in range(start_s, end_s, HOUR_S) if hour_s in pieces)
    return sum(hours, HourSums())
