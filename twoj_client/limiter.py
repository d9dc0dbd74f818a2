"""Keeps the wallet endpoints below the provider's limit: 5000 requests in 10 seconds."""

from __future__ import annotations

from collections.abc import Callable

from pyrate_limiter import InMemoryBucket, Rate, RateItem

# Requests sent evenly may arrive bunched: stay a little below 5000.
_RATE = Rate(4900, 10_000)


class RateLimit:
    """Lets requests pass at the permitted rate; for many threads."""

    def __init__(self, timer: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._timer = timer
        self._sleep = sleep
        self._bucket = InMemoryBucket([_RATE])

    def pass_before(self, deadline: float) -> bool:
        """Wait until a request may be sent and return True, or False if that would be after `deadline`."""
        while True:
            now = self._timer()
            item = RateItem("wallet", int(now * 1000))
            self._bucket.leak(item.timestamp)
            if self._bucket.put(item):
                return True
            wait_ms = self._bucket.waiting(item)
            assert isinstance(wait_ms, int)  # noqa: S101 — awaitable for other buckets only
            wait_s = (wait_ms + 1) / 1000
            if now + wait_s > deadline:
                return False
            self._sleep(wait_s)
