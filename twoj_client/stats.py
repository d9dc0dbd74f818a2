"""Counts of what the client did, per endpoint."""

from __future__ import annotations

import threading
from collections import defaultdict, deque

import msgspec

_LAST_CALLS = 1000


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
    p50_s: float | None
    """Half of the last 1000 requests took at most so long, in seconds; None without a request."""
    p95_s: float | None


class Stats:
    """Counts; for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._seconds: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_LAST_CALLS))

    def note(self, name: str, what: str) -> None:
        """Count one more of `what`: hits, misses, refreshes or stale."""
        with self._lock:
            self._counts[name][what] += 1

    def note_call(self, name: str, seconds: float) -> None:
        """Count a request that took `seconds`."""
        with self._lock:
            self._counts[name]["calls"] += 1
            self._seconds[name].append(seconds)

    def read(self) -> dict[str, EndpointStats]:
        """Return the counts by the endpoints' names."""
        with self._lock:
            return {
                name: EndpointStats(
                    hits=counts["hits"],
                    misses=counts["misses"],
                    refreshes=counts["refreshes"],
                    stale=counts["stale"],
                    calls=counts["calls"],
                    p50_s=_quantile(self._seconds[name], 0.50),
                    p95_s=_quantile(self._seconds[name], 0.95),
                )
                for name, counts in self._counts.items()
            }


def _quantile(seconds: deque[float], share: float) -> float | None:
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, -(-len(ordered) * int(share * 100) // 100) - 1)] if ordered else None
