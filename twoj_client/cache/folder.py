"""A store in a folder: diskcache without pickles."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

import diskcache

from twoj_client.cache.store import Place, StoreFailed
from twoj_client.errors import gettext_noop
from twoj_client.threads import Workers

log = logging.getLogger("twoj_client")

P = ParamSpec("P")
R = TypeVar("R")

# A database is open once for each thread that uses it (three files each): a server has hundreds of threads,
# so that only these use it. The disk is no quicker for more.
_THREADS = 4
_CLOSE_WAIT_S = 2.0
_FAILURES = (OSError, sqlite3.Error, diskcache.Timeout)


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
        if mode == diskcache.core.MODE_PICKLE:
            raise PickleRefused("the cache holds a pickled value")
        found = super().fetch(mode, filename, value, read)
        if not isinstance(found, bytes):
            raise PickleRefused(f"the cache holds a value that is not bytes but {type(found).__name__}")
        return found


class _ClosedMeanwhile(Exception):
    """Another thread closed the database just now."""


class _CacheThreads(Workers):
    def submit(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Have `work` done by a thread. Raises _ClosedMeanwhile."""
        try:
            return super().submit(work, *args, **kwargs)
        except RuntimeError as error:
            raise _ClosedMeanwhile(str(error)) from None


class _OpenDatabase(NamedTuple):
    """A database, and the threads that use it."""

    cache: Any
    workers: _CacheThreads

    def close(self, *, wait: bool) -> None:
        """Have each thread close its own connection: nobody else can."""
        everyone = threading.Barrier(_THREADS)

        def close() -> None:
            # So that no thread takes two turns. One that hangs keeps the others waiting for a moment only.
            with contextlib.suppress(threading.BrokenBarrierError):
                everyone.wait(_CLOSE_WAIT_S)
            with contextlib.suppress(*_FAILURES):
                self.cache.close()

        with contextlib.suppress(_ClosedMeanwhile):
            for _ in range(_THREADS):
                self.workers.submit(close)
        self.workers.shutdown(wait=wait)


class FolderStore:
    """Keeps answers in `folder`, for its owner alone, up to `limit_bytes`; what is oldest goes first."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.place: Place = gettext_noop("Folder {path}"), {"path": str(folder)}
        self._folder = folder
        self._database = folder / "cache.db"
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._opened: _OpenDatabase | None = None

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return what is kept under each key, None where nothing is."""
        return self._use(lambda cache: [_get(cache, key) for key in keys])

    def put(self, entries: Mapping[str, bytes], ttl_s: float | None) -> None:
        """Keep `entries` in one transaction."""

        def put(cache: Any) -> None:
            with cache.transact():
                for key, value in entries.items():
                    cache.set(key, value, expire=ttl_s)

        self._use(put)

    def release(self, key: str) -> None:
        """Give a key back that was taken."""
        self._use(lambda cache: cache.delete(key))

    def lead(self, key: str, owner: str, ttl_s: float) -> bool:
        """Take `key` for `ttl_s`, or keep it for longer; False if another owner has it."""

        def take(cache: Any) -> bool:
            with cache.transact():
                is_free = _holder(cache, key, ttl_s) in (None, owner.encode())
                if is_free:
                    cache.set(key, owner.encode(), expire=ttl_s, tag=float(ttl_s))
            return is_free

        return self._use(take)

    def size_bytes(self) -> int:
        """Return how many bytes database and files take."""
        return self._use(lambda cache: int(cache.volume()))

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close(wait=True)

    def _use(self, use: Callable[[Any], R]) -> R:
        reason = ""
        # A database that was deleted or damaged works again once it is opened anew.
        for _ in range(2):
            try:
                cache, workers = self._open()
                return workers.submit(use, cache).result()
            except (*_FAILURES, _ClosedMeanwhile) as error:
                reason = repr(error)
                damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(
                    error, sqlite3.OperationalError
                )
            self.close()
            if damaged:
                log.warning("the cache is damaged and begins anew", extra={"folder": str(self._folder)})
                _begin_anew(self._folder)
        raise StoreFailed(f"{self._folder}: {reason}")

    def _open(self) -> _OpenDatabase:
        with self._lock:
            # SQLite goes on happily with a file that has been deleted, and nobody else would see it.
            if self._opened is not None and not self._database.exists():
                self._opened.close(wait=False)
                self._opened = None
            if self._opened is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._folder.chmod(0o700)
                workers = _CacheThreads(_THREADS, thread_name_prefix="twoj-cache")
                try:
                    self._opened = _OpenDatabase(workers.submit(self._made).result(), workers)
                except BaseException:
                    workers.shutdown(wait=False)
                    raise
            return self._opened

    def _made(self) -> Any:
        return diskcache.Cache(
            str(self._folder),
            disk=PlainDisk,
            size_limit=self._limit_bytes,
            eviction_policy="least-recently-stored",
            timeout=2,
        )


def _holder(cache: Any, key: str, ttl_s: float) -> bytes | None:
    """Return who has `key`: nobody any more where a clock that was ahead wrote until when.

    No lease lasts longer than the time it was taken for, its tag. Once more is for a clock that is set back.
    """
    try:
        holder, expires_at, taken_for_s = cache.get(key, expire_time=True, tag=True)
    except PickleRefused:  # no name of anybody
        return None
    lasts_s = taken_for_s if isinstance(taken_for_s, float) else ttl_s
    if holder is None or expires_at is None or expires_at - time.time() > 2 * lasts_s:
        return None
    found: bytes = holder
    return found


def _begin_anew(folder: Path) -> None:
    """Remove what diskcache made, and nothing else: the folder may hold more."""
    for made in (*folder.glob("cache.db*"), *folder.glob("??/??/*.val")):
        with contextlib.suppress(OSError):
            made.unlink()


def _get(cache: Any, key: str) -> bytes | None:
    try:
        found: bytes | None = cache.get(key)
    except PickleRefused as error:
        log.warning("cache entry refused", extra={"reason": str(error)})
        return None
    return found
