"""The small interface behind which a store of answers lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Store(Protocol):
    """Keeps bytes under text keys. A store that fails costs speed, never an answer: it raises nothing."""

    def get(self, key: str) -> bytes | None:
        """Return what is kept under `key`, None if nothing is."""

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries` for `ttl_s`, or until they are evicted if that is None."""

    def close(self) -> None:
        """Let go of files and connections."""
