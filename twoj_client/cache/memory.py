"""A bounded memory in front of a store."""

import threading
from typing import Generic, TypeVar

V = TypeVar("V")


class Memory(Generic[V]):
    """Keeps values up to `limit` in total weight; what was kept first goes first. For many threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._total = 0
        self._kept: dict[object, tuple[V, int]] = {}
        self._lock = threading.Lock()

    def get(self, key: object) -> V | None:
        """Return what is kept under `key`, None if nothing is."""
        found = self._kept.get(key)
        return None if found is None else found[0]

    def put(self, key: object, value: V, weight: int = 1) -> None:
        """Keep `value`, unless it alone is too heavy."""
        with self._lock:
            self._drop(key)
            if weight > self._limit:
                return
            while self._total + weight > self._limit:
                self._drop(next(iter(self._kept)))
            self._kept[key] = (value, weight)
            self._total += weight

    def _drop(self, key: object) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._total -= found[1]
