"""Keeps an endpoint that hangs from holding up the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from twoj_client.errors import TimedOut, TwoJError

_REST_S = 5.0
_PROBE_S = 1.0


class Doubts:
    """Knows which endpoints leave requests without an answer. For many threads.

    An endpoint is doubted once a request to it waited in vain and no other was answered meanwhile. Then it
    is left alone for a few seconds, and after them is asked by one at a time, until it answers: who else
    wants to ask waits a moment for that one. So it holds one place of those that all requests share, and
    whoever asks hears at once what the first had to wait for.
    """

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._answered_at: dict[str, float] = {}
        self._rests_until: dict[str, float] = {}
        self._probes: dict[str, threading.Event] = {}

    @contextmanager
    def turn(self, path: str) -> Iterator[None]:
        """Ask the endpoint inside of the block.

        Raises:
            TimedOut: it is doubted, and it is not this one's turn. Nothing was sent.

        """
        probe = self._begin(path)
        try:
            yield
        finally:
            if probe:
                with self._lock:
                    del self._probes[path]
                probe.set()

    def note(self, path: str, began: float, failure: TwoJError | None) -> None:
        """Take note of how a request ended that began then, on the timer."""
        with self._lock:
            if not isinstance(failure, TimedOut):
                self._answered_at[path] = self._timer()
                self._rests_until.pop(path, None)
            elif self._answered_at.get(path, began) <= began:
                self._rests_until[path] = self._timer() + _REST_S

    def _begin(self, path: str) -> threading.Event | None:
        """Return the probe to be ended, None where there is no doubt."""
        with self._lock:
            if path not in self._rests_until:
                return None
            others = self._probes.get(path)
            if others is None and self._timer() >= self._rests_until[path]:
                mine = self._probes[path] = threading.Event()
                return mine
        if others:
            others.wait(_PROBE_S)
        if path in self._rests_until:
            raise TimedOut("The provider took too long.", endpoint=path, was_sent=False)
        return None
