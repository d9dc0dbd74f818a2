"""Many calls at once: what has arrived is shown while the rest is on its way, and people may leave."""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sized
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Final, Generic, TypeVar, cast

from twoj_client import Reply, TwoJError
from twoj_client.circuit_breaker import CircuitBreaker, CircuitOpen
from twoj_client.errors import TimedOut
from twoj_client.threads import Workers
from twoj_client.windows import DAY_S

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

_Over = tuple[dict[K, Reply[V]], dict[K, BaseException]]
"""The answers and the failures of the calls that are over."""

LEFT_AFTER_S: Final = 90
"""Pages look again each minute: a load that nobody has looked at for longer than that has been left."""
_RETRY_S: Final = 60
_GIVE_UP_AFTER: Final = 8
_LAST_FOR_S: Final = DAY_S
_KEPT: Final = 32
KEPT_ROWS: Final = 500_000
"""Some 300 bytes each, mostly rounds."""


class Job(Generic[K, V]):
    """Calls on their way, for everyone who asks the same.

    They begin in the order given. Once several calls in a row have failed the provider is left alone, and
    the calls that have not begun fail as the last one did.
    """

    def __init__(
        self,
        calls: Mapping[K, Callable[[], Reply[V]]],
        pool: ThreadPoolExecutor,
        clock: Callable[[], float],
    ) -> None:
        self.begun_at = clock()
        self.left = False
        """Whether calls were left out because everyone who waited for them had gone, or gave up."""
        self._clock = clock
        self._looked_at = self.begun_at
        self._made: object = None
        self._breaker = CircuitBreaker(clock, rest_s=math.inf, most=_GIVE_UP_AFTER)
        self.asked = len(calls)
        """Number of calls."""
        self.rows = 0
        """Number of rows in the answers, once all are there."""
        self._over: _Over[K, V] = ({}, {})
        self._futures: dict[K, Future[Reply[V] | None]] = {}
        for key, call in calls.items():
            self._futures[key] = pool.submit(self._call, call)

    @property
    def answered(self) -> int:
        """Number of calls that are over."""
        return self.asked - len(self.waiting())

    @property
    def finished(self) -> bool:
        """Whether all calls are over."""
        if self._futures and all(future.done() for future in self._futures.values()):
            # Of a whole load, which people look at for long, no more is kept than what it found.
            self._over = self._so_far()
            found = (reply.data for reply in self._over[0].values())
            self.rows = sum(len(data) if isinstance(data, Sized) else 1 for data in found)
            self._futures = {}
        return not self._futures

    def look(self, patience_s: float) -> None:
        """Wait so long at most for the rest."""
        self._looked_at = self._clock()
        wait(self._futures.values(), patience_s)

    def give_up(self) -> None:
        """Leave out the calls that have not begun."""
        self.left = True

    def replies(self) -> dict[K, Reply[V]]:
        """Answers so far. Raises what a call raised, unless it is a failure of the provider."""
        replies, failures = self._so_far()
        for error in failures.values():
            if not isinstance(error, TwoJError):
                raise error
        return dict(replies)

    def errors(self) -> dict[K, TwoJError]:
        """Failures so far."""
        failures = self._so_far()[1]
        return {key: error for key, error in failures.items() if isinstance(error, TwoJError)}

    @property
    def is_troubled(self) -> bool:
        """Whether a call failed, or was answered with what the provider said last."""
        return bool(self.errors()) or any(reply.stale for reply in self._so_far()[0].values())

    def raise_if_all_failed(self) -> None:
        """Raise a failure where all calls are over and none was answered."""
        if self.finished and not self.replies():
            for error in self.errors().values():
                raise error

    def waiting(self) -> list[K]:
        """Keys of the calls that are not over."""
        return [key for key, future in list(self._futures.items()) if not future.done()]

    def made(self, make: Callable[[], R]) -> R:
        """What `make` makes of the answers; of a finished load it is made once, and shared."""
        if not self.finished:
            return make()
        if self._made is None:
            self._made = make()
        return cast("R", self._made)

    def _so_far(self) -> "_Over[K, V]":
        over = [(key, future) for key, future in list(self._futures.items()) if future.done()]
        if not over:
            return self._over
        replies, failures = {}, {}
        for key, future in over:
            error = future.exception()
            if error is not None:
                failures[key] = error
            elif (reply := future.result()) is not None:
                replies[key] = reply
        return replies, failures

    def _call(self, call: Callable[[], Reply[V]]) -> Reply[V] | None:
        self.left = self.left or self._clock() - self._looked_at > LEFT_AFTER_S
        if self.left:
            return None
        try:
            with self._breaker.guard():
                reply = call()
        except CircuitOpen as left_alone:
            raise left_alone.failure.with_traceback(None) from None
        except TwoJError as error:
            self._breaker.record(error)
            raise
        self._breaker.record(None)
        return reply


@dataclass
class _Shelf:
    """The last load that is whole, and the one that will replace it."""

    whole: Job[Any, Any] | None = None
    last: Job[Any, Any] | None = None
    """The last that was answered, where `whole` was not."""
    coming: Job[Any, Any] | None = None

    @property
    def rows(self) -> int:
        return sum(load.rows for load in (self.whole, self.last, self.coming) if load)

    def answered(self) -> Job[Any, Any] | None:
        return self.whole if self.whole and self.whole.replies() else self.last

    def tidy(self) -> None:
        if self.coming and self.coming.left:
            self.coming = None
        if self.coming and self.coming.finished:
            last = None if self.coming.replies() else self.answered()
            self.last, self.whole, self.coming = last, self.coming, None

    def is_due(self, renew_s: float, now: float) -> bool:
        if self.coming:
            return False
        if self.whole is None:
            return True
        return now - self.whole.begun_at >= (min(renew_s, _RETRY_S) if self.whole.is_troubled else renew_s)


class Jobs:
    """The loads of a server by what they are of. A context manager; leaving it drops what has not begun.

    `quick` are their threads.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._shelves: OrderedDict[Hashable, _Shelf] = OrderedDict()
        self.quick = Workers(8, thread_name_prefix="quick-job")

    def look(
        self,
        name: Hashable,
        calls: Mapping[K, Callable[[], Reply[V]]],
        renew_s: float,
        patience_s: float,
    ) -> Job[K, V]:
        """Find the load of this name, its `calls` begun where there is none or it is older than `renew_s`.

        Waits `patience_s` at most. While a load is renewed the old one is still shown, if it has any answer;
        only the first is seen in parts.
        """
        with self._lock:
            shelf = self._shelves.setdefault(name, _Shelf())
            self._shelves.move_to_end(name)
            shelf.tidy()
            while len(self._shelves) > 1 and self._is_full():
                self._shelves.popitem(last=False)
            if shelf.is_due(renew_s, self._clock()):
                shelf.coming = Job(calls, self.quick, self._clock)
            coming, whole = shelf.coming, shelf.whole
        if coming:
            coming.look(patience_s)
        if coming and (coming.finished or whole is None or not whole.replies()):
            return coming
        assert whole  # noqa: S101 - a shelf without a whole load was due, and has one coming
        return whole

    def whole(
        self,
        name: Hashable,
        calls: Mapping[K, Callable[[], Reply[V]]],
        renew_s: float,
        patience_s: float,
        late: TimedOut,
    ) -> tuple[Job[K, V], TwoJError | None]:
        """Find a load like `look`, all of it answered; what was answered last within a day where that fails.

        Returns the load, and how the provider failed where it is an older one: `late` for a load that is not
        finished in time. Raises TwoJError.
        """
        load = self.look(name, calls, renew_s, patience_s)
        try:
            load.raise_if_all_failed()
            if not load.finished:
                raise late
        except TwoJError as error:
            last = self._shelves.get(name, _Shelf()).answered()
            if not last or not error.older_will_do or self._clock() - last.begun_at > _LAST_FOR_S:
                raise
            return last, error.with_traceback(None)
        return load, None

    def _is_full(self) -> bool:
        return len(self._shelves) > _KEPT or sum(s.rows for s in self._shelves.values()) > KEPT_ROWS

    def __enter__(self) -> "Jobs":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.quick.shutdown(cancel_futures=True)
