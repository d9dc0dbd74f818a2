"""What people want asked again: a list of windows, shared by all who share the store."""

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from twoj_client.cache.store import ResilientStore
from twoj_client.windows import Window

_LOOK_S = 5.0
_MOST = 64


class _Request(NamedTuple):
    number: int
    start: int
    end: int


_list = msgspec.json.Decoder(list[_Request])


class AskedAgain:
    """Says since when a window's answers do not count any more. For all threads.

    Requests are numbered by the epoch milliseconds of their time. Each process puts together what it knows
    and what the store says, every few seconds, so that none is lost where the store was away.
    """

    def __init__(self, store: ResilientStore, key: str, timer: Callable[[], float]) -> None:
        self._store = store
        self._key = key
        self._timer = timer
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._requests: tuple[_Request, ...] = ()

    def number(self, window: Window | None) -> int:
        """Return the number of the last request about any part of `window`, 0 where there is none."""
        # One thread looks, and nobody waits for it.
        if not 0 <= self._timer() - self._looked_at < _LOOK_S and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        if window is None or not self._requests:
            return 0
        numbers = (
            request.number
            for request in self._requests
            if request.start < window.end and window.start < request.end
        )
        return max(numbers, default=0)

    def note(self, window: Window, now_s: float) -> None:
        """Ask for `window` again: what was said before about any part of it does not count any more."""
        with self._lock:
            self._look()
            number = max(int(now_s * 1000), *(request.number + 1 for request in self._requests), 0)
            self._requests = _latest((*self._requests, _Request(number, *window)))
            self._put()

    def _look(self) -> None:
        self._looked_at = self._timer()
        (kept,) = self._store.get([self._key])
        try:
            theirs = [] if kept is None else _list.decode(kept)
        except msgspec.DecodeError:
            theirs = []
        self._requests = _latest((*self._requests, *theirs))
        if set(self._requests) - set(theirs):
            self._put()

    def _put(self) -> None:
        self._store.put({self._key: msgspec.json.encode(self._requests)}, None)


def _latest(requests: Iterable[_Request]) -> tuple[_Request, ...]:
    """Return the latest of the requests, oldest first, without those that a later one covers."""
    found: list[_Request] = []
    for request in sorted(set(requests), reverse=True):
        if not any(later.start <= request.start and request.end <= later.end for later in found):
            found.append(request)
    return tuple(reversed(found[:_MOST]))
