"""Questions about the server's surroundings that many ask: the last answer is enough for most."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

_PATIENCE_S: Final = 10


class Checked(NamedTuple, Generic[T]):
    """An answer, and how old it is."""

    value: T
    age_s: float


class Probe(Generic[T]):
    """Asks at most each `every_s`, and once at a time, in the pool. `ask` fails only by a mistake of ours.

    `timer` never jumps, in seconds.
    """

    def __init__(
        self,
        ask: Callable[[], T],
        every_s: float,
        pool: Executor,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._every_s = every_s
        self._pool = pool
        self._timer = timer
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._flight: Future[None] | None = None
        self._answer: tuple[T, float] | None = None

    def refresh(self) -> Future[None] | None:
        """Ask again if that is due; return what is under way. Waits for nothing."""
        with self._lock:
            if not self._is_asking() and self._timer() - self._asked_at >= self._every_s:
                self._asked_at = self._timer()
                self._flight = self._pool.submit(self._run)
            return self._flight if self._is_asking() else None

    def forget(self) -> None:
        """Take no account of the last answer: something has just changed."""
        with self._lock:
            self._asked_at, self._answer = float("-inf"), None

    def last(self) -> Checked[T] | None:
        """Return the last answer; None where there is none, or the next one is overdue."""
        if self._answer is None:
            return None
        value, at = self._answer
        age_s = self._timer() - at
        return Checked(value, age_s) if age_s < 2 * self._every_s + _PATIENCE_S else None

    def look(self, patience_s: float = 0) -> Checked[T] | None:
        """Return the last answer, asking again if that is due, and waiting so long at most for it."""
        flight = self.refresh()
        if flight is not None and patience_s:
            wait([flight], patience_s)
        return self.last()

    def _run(self) -> None:
        try:
            self._answer = (self._ask(), self._timer())
        except Exception:
            log.exception("check failed")

    def _is_asking(self) -> bool:
        return self._flight is not None and not self._flight.done()
