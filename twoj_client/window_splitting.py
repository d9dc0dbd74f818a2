"""Plans how to get a whole history from an endpoint that cuts its answers and has no pages. Pure.

An answer with as many rows as the limit is cut: its window is asked again in smaller ones, down to one
second. The documents do not say which rows a cut answer keeps. The first cut answers tell: their window is
asked again in two halves of the rows seen; a half that holds no more than was seen of it was kept by age.

- Where the oldest, or the newest, rows are kept, a cut answer is followed by its own stretch and the rest;
- where any are, they are a sample, and show where how many of the others lie.

Neither is trusted for the result: only windows whose answers are not cut count.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from twoj_client.windows import Window

# Windows are made so long that this share of the limit is expected: fuller ones would be cut too often.
_FILL = 0.7
# This share of a sample is asked first, to learn how many rows each row of the sample stands for.
_PROBE = 0.1
_LESS = 2.5
# What each row of a sample is taken to stand for where that part taught nothing: a burst begins at its end.
_GUESS = 2
# Cut into more parts than this, a sample says too little about each: cut into fewer, which have their own.
_MOST_PARTS = 25
_PARTS_OF_PARTS = 12
# A cut answer stands for at least so many times its rows.
_MORE = 1.2
_FAR = 3
# Beyond this share of windows that were cut, evenly sized windows cost more than following the answers.
_TOO_OFTEN = 0.25
# So many requests may be spent on each limit of rows, and so many besides; some are held back for the end.
_SPENT = 2.5
_BESIDES = 4
_RESERVE = 2


class _KeptRows(Enum):
    UNKNOWN = 0
    OLDEST = 1
    NEWEST = 2
    ANY = 3


class _Density:
    """Rows per second in all windows that are whole so far, and how well that foretells the next window."""

    _rows = _seconds = _told = _failed = 0

    def note(self, window: Window, rows: int) -> None:
        self._rows += rows
        self._seconds += window.end - window.start

    def expected(self, window: Window) -> float:
        return self._rows / max(self._seconds, 1) * (window.end - window.start)

    def judge(self, *, failed: bool) -> None:
        self._told += 1
        self._failed += failed

    @property
    def misleads(self) -> bool:
        return self._told >= 8 and self._failed > self._told * _TOO_OFTEN


@dataclass
class _Even:
    """A stretch whose rows are taken to lie as densely as all others do."""

    _next: Window | None
    _rest: Window | None
    _limit: int
    _density: _Density
    _spare: Callable[[], float]
    _at_once: int = 1
    _awaited: int = 0

    def take(self, room: int) -> list[Window]:
        if self._awaited:
            return []
        cut_off = (self._cut_off() for _ in range(min(room, self._at_once)))
        taken = [window for window in cut_off if window is not None]
        self._awaited = len(taken)
        return taken

    def record(self, _window: Window, rows: int) -> None:
        self._awaited -= 1
        self._density.judge(failed=rows >= self._limit)
        self._at_once = 1 if rows >= self._limit else self._at_once * 2

    def _cut_off(self) -> Window | None:
        if self._next is not None:
            window, self._next = self._next, None
            return window
        if self._rest is None:
            return None
        window = self._rest
        whole_s = window.end - window.start
        expected = self._density.expected(window)
        parts = -int(-expected // (self._limit * _FILL))
        if self._density.misleads or self._spare() < min(parts, self._at_once) + _RESERVE:
            # Bursts: what a cut answer holds is asked next, then all the rest. Two requests for each limit.
            parts = 1
        # Equal parts rather than a small rest.
        whole_s = -(-whole_s // max(parts, 1))
        end = window.start + max(whole_s, 1)
        self._rest = Window(end, window.end) if end < window.end else None
        return Window(window.start, end)


class _Sampled:
    """A stretch of which a sample of the rows is known, by their times.

    `expected` is how many rows the stretch was thought to hold, None if nothing is known. Then, or if they
    are many, a small part of it is asked first, to learn what each row of the sample stands for.
    """

    def __init__(self, window: Window, times: Sequence[int], expected: float | None, limit: int) -> None:
        self._times = times
        self._limit = limit
        self._parts: list[Window] = []
        self._unknown: Window | None = None
        self._worth = 0.0
        if expected is None or expected > _FAR * limit:
            self._share = min(_PROBE, _FILL * limit / (expected or 1))
            self._probe(window)
        else:
            self._worth = max(expected / len(times), _MORE)
            self._divide(window)

    def take(self, room: int) -> list[Window]:
        taken, self._parts = self._parts[:room], self._parts[room:]
        return taken

    def record(self, window: Window, rows: int) -> None:
        if self._unknown is None:
            return
        seen = self._seen(window)
        worth = max(rows, 1) / seen if seen else _GUESS
        self._worth = max(self._worth, worth)
        if rows >= self._limit and self._unknown.end - self._unknown.start > 1:
            self._share /= _LESS
            self._probe(self._unknown)
            return
        rest, self._unknown = self._unknown, None
        self._divide(rest)

    def expected(self, window: Window) -> float | None:
        return self._seen(window) * self._worth if self._unknown is None else None

    def _probe(self, window: Window) -> None:
        first = bisect_left(self._times, window.start)
        last = min(first + max(1, int(len(self._times) * self._share)), len(self._times) - 1)
        middle = _inside(window, self._times[last])
        self._parts = [Window(window.start, middle)]
        self._unknown = Window(middle, window.end)

    def _divide(self, window: Window) -> None:
        first, count = bisect_left(self._times, window.start), self._seen(window)
        parts = -int(-self._worth * count // (self._limit * _FILL))
        if parts > _MOST_PARTS:
            parts = -(-parts // _PARTS_OF_PARTS)
        inner = {self._times[first + count * i // parts] for i in range(1, parts)}
        # A second that may be full by itself is asked by itself.
        seconds = Counter(self._times[first : first + count])
        full = [at for at, seen in seconds.items() if seen * self._worth >= self._limit * _FILL]
        inner |= {edge for at in full for edge in (at, at + 1)}
        edges = [window.start, *sorted(inner - {window.start, window.end}), window.end]
        if len(edges) == 2 and window.end - window.start > 1 and count >= self._limit:
            # Half of what was seen, not of the time: all may lie in the first second.
            edges.insert(1, _inside(window, self._times[first + count // 2]))
        self._parts = [Window(start, end) for start, end in pairwise(edges)]

    def _seen(self, window: Window) -> int:
        return bisect_left(self._times, window.end) - bisect_left(self._times, window.start)


@dataclass
class _Parts:
    """Windows of which nothing is known but that they are to be asked."""

    _windows: list[Window]

    def take(self, room: int) -> list[Window]:
        taken, self._windows = self._windows[:room], self._windows[room:]
        return taken

    def record(self, _window: Window, _rows: int) -> None:
        pass


class SplitPlan:
    """Says which windows to ask for next, until all are whole or last one second.

    Each window of a batch must be followed by :meth:`record` before the next batch.
    """

    def __init__(self, windows: Sequence[Window], *, limit: int, most_at_once: int) -> None:
        self.cut: list[Window] = []
        """Windows of one second that are cut all the same: rows are missing in them."""
        self._limit = limit
        self._most_at_once = most_at_once
        self._density = _Density()
        self._stretches: list[_Even | _Sampled | _Parts] = [
            _Even(window, None, limit, self._density, self._spare) for window in windows
        ]
        self._asked: dict[Window, _Even | _Sampled | _Parts] = {}
        self._trials: dict[Window, tuple[_KeptRows, int]] = {}
        self._ruled_out: set[_KeptRows] = set()
        self._kept = _KeptRows.UNKNOWN
        self._to_split: list[tuple[Window, list[int], float | None]] = []
        self._requests = 0
        self._rows = 0

    def next(self) -> list[Window]:
        """Return the windows to ask for next; none when the history is whole."""
        for stretch in self._stretches:
            for window in stretch.take(self._most_at_once - len(self._asked)):
                self._asked[window] = stretch
        return list(self._asked)

    def record(self, window: Window, times: Sequence[int]) -> None:
        """Take note of an answer: the times of its rows."""
        cut = len(times) >= self._limit
        if not cut:
            self._density.note(window, len(times))
        stretch = self._asked.pop(window)
        self._requests += 1
        self._rows += 0 if cut else len(times)
        stretch.record(window, len(times))
        self._learn(window, len(times))
        if cut and window.end - window.start == 1:
            self.cut.append(window)
        elif cut:
            expected = stretch.expected(window) if isinstance(stretch, _Sampled) else None
            self._to_split.append((window, sorted(times), expected))
        # The other half may tell what is kept, and so how to split this one.
        if self._kept is not _KeptRows.UNKNOWN or not any(each in self._trials for each in self._asked):
            self._stretches += [self._split(*each) for each in self._to_split]
            self._to_split = []

    def _learn(self, window: Window, rows: int) -> None:
        """Learn from the part of a cut window that was whole if rows are kept for their age."""
        kept, seen = self._trials.pop(window, (_KeptRows.UNKNOWN, 0))
        if kept is _KeptRows.UNKNOWN or seen >= self._limit:
            return
        if rows == seen:
            if seen and self._kept is _KeptRows.UNKNOWN:
                self._kept = kept
        elif self._kept is kept:
            self._kept = _KeptRows.ANY
        elif self._kept is _KeptRows.UNKNOWN:
            self._ruled_out.add(kept)
            if len(self._ruled_out) == 2:
                self._kept = _KeptRows.ANY

    def _split(
        self, window: Window, times: Sequence[int], expected: float | None
    ) -> _Even | _Sampled | _Parts:
        if self._kept is _KeptRows.ANY:
            return _Sampled(window, times, expected, self._limit)
        if self._kept is _KeptRows.UNKNOWN:
            # Half of the rows: whichever half holds no more than was seen of it tells what is kept.
            edge = _inside(window, times[len(times) // 2])
            before, after = Window(window.start, edge), Window(edge, window.end)
            seen = bisect_left(times, edge)
            self._trials[before] = (_KeptRows.OLDEST, seen)
            self._trials[after] = (_KeptRows.NEWEST, len(times) - seen)
            return _Parts([before, after])
        if self._kept is _KeptRows.OLDEST:
            edge = _inside(window, times[-1])
            filled, free = Window(window.start, edge), Window(edge, window.end)
            seen = bisect_left(times, edge)
        else:
            edge = _inside(window, times[0] + 1)
            free, filled = Window(window.start, edge), Window(edge, window.end)
            seen = len(times) - bisect_left(times, edge)
        self._trials[filled] = (self._kept, seen)
        return _Even(filled, free, self._limit, self._density, self._spare)

    def _spare(self) -> float:
        """Return how many requests may be spent besides those that are needed for what is known."""
        seen = sum(seen for window, (_, seen) in self._trials.items() if window not in self._asked)
        asked = sum(self._trials[window][1] for window in self._asked if window in self._trials)
        rows = self._rows + seen + asked
        return _SPENT * rows / self._limit + _BESIDES - self._requests - len(self._asked) - len(self._trials)


def _inside(window: Window, at: int) -> int:
    """Return `at`, or what is next to it inside of the window: both parts last a second at least."""
    return min(max(at, window.start + 1), window.end - 1)
