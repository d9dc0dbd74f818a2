"""A store in a folder: diskcache without pickles."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diskcache

from twoj_client.log import log

_MODE_PICKLE = diskcache.core.MODE_PICKLE
_FAILURES = (OSError, sqlite3.Error, diskcache.Timeout, ValueError)


class PickleRefused(ValueError):
    """An entry is, or would become, a pickle: reading one runs whatever code it names (CVE-2025-69872)."""


class PlainDisk(diskcache.Disk):  # type: ignore[misc]
    """Keeps bytes under text keys, and refuses to write or read anything else."""

    def put(self, key: object) -> tuple[object, bool]:
        """Return the database's form of `key`."""
        if not isinstance(key, str):
            raise PickleRefused(f"a key must be text, not {type(key).__name__}")
        return key, True

    def get(self, key: object, raw: bool) -> object:
        """Return the key of a database row."""
        if not raw:
            raise PickleRefused("the cache holds a pickled key")
        return key

    def store(self, value: object, read: bool, key: object = diskcache.core.UNKNOWN) -> Any:
        """Return the database's form of `value`."""
        if read or not isinstance(value, bytes):
            raise PickleRefused(f"a value must be bytes, not {type(value).__name__}")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> bytes:
        """Return the value of a database row."""
        if mode == _MODE_PICKLE:
            raise PickleRefused("the cache holds a pickled value")
        found = super().fetch(mode, filename, value, read)
        if not isinstance(found, bytes):
            raise PickleRefused(f"the cache holds a value that is not bytes but {type(found).__name__}")
        return found


class FolderStore:
    """Keeps answers in `folder`, which is made readable by its owner alone, up to `limit_bytes`."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._cache: Any = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._cache = diskcache.Cache(
                str(folder),
                disk=PlainDisk,
                size_limit=limit_bytes,
                eviction_policy="least-recently-stored",
                timeout=1,
            )
        except _FAILURES as error:
            log.warning("cache folder cannot be used", folder=str(folder), error=repr(error))

    def get(self, key: str) -> bytes | None:
        """Return what is kept under `key`, None if nothing is or the folder fails."""
        if self._cache is None:
            return None
        try:
            found: bytes | None = self._cache.get(key)
        except _FAILURES as error:
            log.warning("cache folder cannot be read", error=repr(error))
            return None
        return found

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries`; nothing is kept if the folder fails."""
        if self._cache is None:
            return
        try:
            with self._cache.transact():
                for key, value in entries.items():
                    self._cache.set(key, value, expire=ttl_s)
        except _FAILURES as error:
            log.warning("cache folder cannot be written", error=repr(error))

    def close(self) -> None:
        """Close the database."""
        if self._cache is not None:
            self._cache.close()
