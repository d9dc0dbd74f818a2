"""Counts of what the client did, per endpoint."""

import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import accumulate

import msgspec

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Up to these lengths, in seconds, requests are counted in `EndpointStats.up_to`."""
_LAST_CALLS = 1000
_STEP_S = 5
_MINUTE_STEPS = 60 // _STEP_S
_KEPT_STEPS = 900 // _STEP_S


class EndpointStats(msgspec.Struct, frozen=True):
    """What happened at one endpoint since the client was made."""

    hits: int
    """Answers served from the cache."""
    misses: int
    """Answers that had to be waited for."""
    refreshes: int
    """Answers fetched ahead, in the background."""
    stale: int
    """Old answers served because the provider failed."""
    calls: int
    """Requests sent to the provider, repetitions and failures included."""
    calls_60s: int
    """Of these the ones in the last 60 seconds; in steps of 5, as all that follow from time."""
    calls_900s: int
    """Of these the ones in the last 15 minutes."""
    failures: dict[str, int]
    """Requests that failed, by the name of their error."""
    failures_900s: int
    seconds: float
    """How long all requests took together."""
    up_to: tuple[int, ...]
    """Requests that took at most each of `SECONDS`."""
    p50_s: float | None
    """Half of the last 1000 requests took at most so long, in seconds; None without a request."""
    p95_s: float | None


class _Counts:
    """Of one endpoint."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.calls = 0
        self.failures: Counter[str] = Counter()
        self.seconds = 0.0
        self.buckets = [0] * (len(SECONDS) + 1)
        self.last_s: deque[float] = deque(maxlen=_LAST_CALLS)
        self.steps: deque[list[int]] = deque(maxlen=_KEPT_STEPS)
        """The number of a step of time, and the calls and failures in it."""

    def read(self, step: int) -> EndpointStats:
        ordered_s = sorted(self.last_s)
        return EndpointStats(
            **{what: self.answers[what] for what in ("hits", "misses", "refreshes", "stale")},
            calls=self.calls,
            calls_60s=sum(calls for at, calls, _ in self.steps if at > step - _MINUTE_STEPS),
            calls_900s=sum(calls for at, calls, _ in self.steps if at > step - _KEPT_STEPS),
            failures=dict(self.failures),
            failures_900s=sum(failed for at, _, failed in self.steps if at > step - _KEPT_STEPS),
            seconds=self.seconds,
            up_to=tuple(accumulate(self.buckets[:-1])),
            p50_s=_quantile(ordered_s, 50),
            p95_s=_quantile(ordered_s, 95),
        )


class Stats:
    """Counts; for many threads. `timer` returns seconds on a clock that never jumps."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._counts: dict[str, _Counts] = {}

    def note(self, name: str, what: str) -> None:
        """Count one more of `what`: hits, misses, refreshes or stale."""
        with self._lock:
            self._of(name).answers[what] += 1

    def note_call(self, name: str, seconds: float, failure: str | None = None) -> None:
        """Count a request that took `seconds`; `failure` is the name of its error, if it failed."""
        step = self._step()
        with self._lock:
            counts = self._of(name)
            counts.calls += 1
            counts.seconds += seconds
            counts.last_s.append(seconds)
            counts.buckets[bisect_left(SECONDS, seconds)] += 1
            if not counts.steps or counts.steps[-1][0] != step:
                counts.steps.append([step, 0, 0])
            counts.steps[-1][1] += 1
            if failure:
                counts.steps[-1][2] += 1
                counts.failures[failure] += 1

    def read(self) -> dict[str, EndpointStats]:
        """Return the counts by the endpoints' names."""
        step = self._step()
        with self._lock:
            return {name: counts.read(step) for name, counts in self._counts.items()}

    def _of(self, name: str) -> _Counts:
        return self._counts.setdefault(name, _Counts())

    def _step(self) -> int:
        return int(self._timer() // _STEP_S)


def _quantile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that at least `percent` of the values do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None
