"""Leaves alone, for a while, what has just failed: endpoints, stores, databases."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):
    """What is asked for failed a moment ago, as `failure` says, and is left alone."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(str(failure))
        self.failure = failure


class CircuitBreaker:
    """Knows what fails, by keys. For many threads.

    After `most` failures in a row a key is left alone for `rest_s`, and after that is tried by one at a time,
    until that works: who else wants to try waits `probe_wait_s` for that one. So whoever asks hears at once
    what the first had to wait for. `timer` returns seconds on a clock that never jumps.
    """

    def __init__(
        self, timer: Callable[[], float], *, rest_s: float = 5, most: int = 1, probe_wait_s: float = 0
    ) -> None:
        self._timer = timer
        self._rest_s = rest_s
        self._most = most
        self._probe_wait_s = probe_wait_s
        self._lock = threading.Lock()
        self._worked_at: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._open: dict[str, tuple[float, Exception]] = {}
        self._probes: dict[str, threading.Event] = {}

    @contextmanager
    def guard(self, key: str = "") -> Iterator[None]:
        """Try inside of the block, and :meth:`record` what came of it.

        Raises CircuitOpen: the key is left alone, or it is not this one's turn. Nothing was tried.
        """
        probe = self._begin(key)
        try:
            yield
        finally:
            if probe:
                with self._lock:
                    del self._probes[key]
                probe.set()

    def record(self, failure: Exception | None, key: str = "", began: float = math.inf) -> None:
        """Take note of how a try ended that began then: a failure counts if nothing has worked since."""
        with self._lock:
            if failure is None:
                self._worked_at[key] = self._timer()
                self._failures.pop(key, None)
                self._open.pop(key, None)
            elif self._worked_at.get(key, -math.inf) <= began:
                self._failures[key] += 1
                if self._failures[key] >= self._most:
                    self._open[key] = (self._timer() + self._rest_s, failure)

    def is_open(self, key: str = "") -> bool:
        """Whether the key is left alone now."""
        found = self._open.get(key)
        return found is not None and self._timer() < found[0]

    def _begin(self, key: str) -> threading.Event | None:
        """Return the probe to be ended, None where nothing has failed."""
        with self._lock:
            if key not in self._open:
                return None
            others = self._probes.get(key)
            if others is None and not self.is_open(key):
                mine = self._probes[key] = threading.Event()
                return mine
        if others:
            others.wait(self._probe_wait_s)
        if still_open := self._open.get(key):
            raise CircuitOpen(still_open[1])
        return None
