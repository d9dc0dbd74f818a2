"""The small interface behind which a store of answers lies, and the patience it is given when it fails."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from twoj_client.circuit_breaker import CircuitBreaker, CircuitOpen

log = logging.getLogger("twoj_client")

R = TypeVar("R")
Place = tuple[str, dict[str, object]]
"""Where a store is, for people and without a password: words with named places, and what fills them."""

_CHECK_TTL_S = 5
_CHECK = "#check"
_CHECK_BYTES = 64 * 2**10


class StoreFailed(Exception):
    """The store cannot be read or written just now."""


class CacheState(NamedTuple):
    """How a cache is: `size_bytes` is None where that is not known."""

    place: Place
    works: bool
    size_bytes: int | None
    limit_bytes: int


class Store(Protocol):
    """Keeps bytes under text keys. Each method may raise StoreFailed, and may work again later."""

    place: Place

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return what is kept under each key, None where nothing is."""

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries` for `ttl_s`, or until they are evicted if that is None."""

    def release(self, key: str) -> None:
        """Give a key back that was taken."""

    def lead(self, key: str, owner: str, ttl_s: float) -> bool:
        """Take `key` for `ttl_s`, or keep it for longer; False if another owner has it."""

    def size_bytes(self) -> int:
        """Return how many bytes it takes, as it counts them against its limit."""

    def close(self) -> None:
        """Let go of files and connections."""


class ResilientStore:
    """A store that never raises: while the one behind it fails, nothing is kept and whoever asks leads.

    After a failure the store is left alone for a few seconds, so that a dead server costs one wait, not one
    for each answer.
    """

    def __init__(self, store: Store, timer: Callable[[], float]) -> None:
        self._store = store
        self.place = store.place
        self._breaker = CircuitBreaker(timer)

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return what is kept under each key, None where nothing is or the store fails."""
        return self._try(lambda: self._store.get(keys), [None] * len(keys))

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries` if the store works."""
        self._try(lambda: self._store.put(entries, ttl_s), None)

    def release(self, key: str) -> None:
        """Give a key back that was taken."""
        self._try(lambda: self._store.release(key), None)

    def lead(self, key: str, owner: str, ttl_s: float) -> bool:
        """Take `key`, or keep it; True if the store fails, as then nobody else can be heard of."""
        return self._try(lambda: self._store.lead(key, owner, ttl_s), True)

    def close(self) -> None:
        """Let go of files and connections."""
        self._try(self._store.close, None)

    def check(self) -> bool:
        """Say whether the store can be written and read: a disk that is full can still be read.

        What is written is as large as an answer, and so needs room of its own; it replaces the one before.
        """
        self.put({_CHECK: os.urandom(_CHECK_BYTES)}, _CHECK_TTL_S)
        self.get([_CHECK])
        return not self._breaker.is_open()

    def size_bytes(self) -> int | None:
        """Return how many bytes it takes, None if it fails."""
        return self._try(self._store.size_bytes, None)

    def _try(self, use: Callable[[], R], otherwise: R) -> R:
        try:
            with self._breaker.guard():
                result = use()
        except CircuitOpen:
            return otherwise
        except StoreFailed as error:
            log.warning("cache store failed", extra={"reason": str(error)})
            self._breaker.record(error)
            return otherwise
        self._breaker.record(None)
        return result
