"""Finds the hours that the provider changed since they were proven: by its sums, halving what differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from archive.bets import HourSums
from archive.pieces import Piece
from twoj_client.windows import DAY_S, HOUR_S

MEMORY_S: Final = 60 * DAY_S
"""So far before a time the provider is asked whether it remembers anything."""
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
    Hours of which, and before which, the provider says nothing at all have left its memory: they are not.
    """
    search = _Search(pieces, start_s, ask)
    for day_s in range(start_s, end_s, DAY_S):
        search.look(day_s, day_s + DAY_S, by_day.get(day_s, HourSums()))
    return search.found


class _Search:
    """Goes through a window from its beginning on."""

    def __init__(self, pieces: Mapping[int, Piece], start_s: int, ask: AskedSums) -> None:
        self.found = SumsComparison(calls=1)
        self._pieces = pieces
        self._start_s = start_s
        self._ask = ask
        self._remembers: bool | None = None

    def look(self, start_s: int, end_s: int, theirs: HourSums) -> None:
        differs = _ours(self._pieces, start_s, end_s) != theirs
        if differs and theirs == HourSums() and not self._is_remembered():
            return
        if differs and end_s - start_s == HOUR_S:
            self.found.hours_s.append(start_s)
        elif differs:
            middle_s = start_s + (end_s - start_s) // HOUR_S // 2 * HOUR_S
            first = self._asked(start_s, middle_s)
            self.look(start_s, middle_s, first)
            self.look(middle_s, end_s, theirs - first)
        if theirs != HourSums():
            self._remembers = True

    def _asked(self, start_s: int, end_s: int) -> HourSums:
        self.found.calls += 1
        return self._ask(start_s, end_s)

    def _is_remembered(self) -> bool:
        """Whether the provider says anything of before: it is asked where it has not in this window."""
        if self._remembers is None:
            self._remembers = self._asked(self._start_s - MEMORY_S, self._start_s) != HourSums()
        return self._remembers


def _ours(pieces: Mapping[int, Piece], start_s: int, end_s: int) -> HourSums:
    hours = (pieces[hour_s].ours for hour_s in range(start_s, end_s, HOUR_S) if hour_s in pieces)
    return sum(hours, HourSums())
