"""The way to the provider: senders wrap senders, each with one task, and `Senders` puts them together.

wire ← counted ← limited ← repeated ← guarded ← the cache, or a method that asks past it
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tenacity
from pyrate_limiter import InMemoryBucket, Rate, RateItem

from twoj_client.circuit_breaker import CircuitBreaker, CircuitOpen
from twoj_client.endpoints import Endpoint
from twoj_client.errors import HttpStatus, TimedOut, TwoJError
from twoj_client.signing import canonical_json
from twoj_client.stats import Stats
from twoj_client.transport import ApiCall, Received, Wire

Sender = Callable[[ApiCall], Received]
"""Sends a call and returns what came of it. Raises TwoJError."""

log = logging.getLogger("twoj_client")

_ATTEMPTS = 4
_HURRIED_TIMEOUT_S = 2.0
_PROBE_WAIT_S = 1.0
_backoff = tenacity.wait_exponential_jitter(multiplier=0.2, max=5, jitter=0.3)


class Senders:
    """Asks the provider: `max_in_flight` calls at once at most, each with its repetitions for `budget_s`."""

    def __init__(
        self,
        wire: Wire,
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], None],
        budget_s: float,
        max_in_flight: int,
        stats: Stats,
    ) -> None:
        self._timer = timer
        self._budget_s = budget_s
        hanging = CircuitBreaker(timer, probe_wait_s=_PROBE_WAIT_S)
        counted = CountedSender(wire.send, timer, stats, hanging)
        limited = LimitedSender(
            counted.send, timer, RateLimit(timer, sleep), threading.BoundedSemaphore(max_in_flight)
        )
        repeated = RepeatedSender(limited.send, timer, sleep, CircuitBreaker(timer))
        self._send = GuardedSender(repeated.send, hanging).send

    def ask(self, endpoint: Endpoint[Any], params: dict[str, Any], *, hurried: bool = False) -> Received:
        """Ask once for money, a few times for a read, within one budget of time.

        A read that is `hurried` is asked once, and briefly; one whose endpoint has just failed, once.

        Raises TwoJError: the last failure; see :mod:`twoj_client.errors`.
        """
        budget_s = _HURRIED_TIMEOUT_S if hurried else self._budget_s
        return self._send(ApiCall(endpoint, canonical_json(params), self._timer() + budget_s, hurried))


@dataclass(frozen=True)
class CountedSender:
    """Counts each call, writes a line of the log for it, and tells the breaker of those that hang."""

    inner: Sender
    timer: Callable[[], float]
    stats: Stats
    hanging: CircuitBreaker

    def send(self, call: ApiCall) -> Received:
        """Send; whatever it comes to is taken note of."""
        started = self.timer()
        try:
            received = self.inner(call)
        except TwoJError as error:
            self._note(call, started, error)
            raise
        self._note(call, started, None)
        return received

    def _note(self, call: ApiCall, started: float, failure: TwoJError | None) -> None:
        endpoint, seconds = call.endpoint, self.timer() - started
        hung = failure if isinstance(failure, TimedOut) else None
        if not (hung and call.hurried):  # a short wait in vain says little
            self.hanging.record(hung, endpoint.path, started)
        outcome = type(failure).__name__ if failure else "ok"
        failed = failure is not None and not failure.is_answer
        self.stats.note_call(endpoint.name, seconds, outcome if failed else None)
        fields = {"endpoint": endpoint.path, "ms": round(seconds * 1000), "outcome": outcome}
        if failure and failed:
            log.warning("call failed", extra=fields | {"code": failure.code})
        else:
            log.info("call", extra=fields)


# Requests sent evenly may arrive bunched: stay a little below 5000.
_RATE = Rate(4900, 10_000)


class RateLimit:
    """Keeps the wallet below the provider's limit of 5000 requests in 10 seconds; for many threads."""

    def __init__(self, timer: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._timer = timer
        self._sleep = sleep
        self._bucket = InMemoryBucket([_RATE])

    def pass_before(self, deadline: float) -> bool:
        """Wait until a request may be sent and return True, or False if that would be after `deadline`."""
        while True:
            now = self._timer()
            item = RateItem("wallet", int(now * 1000))
            self._bucket.leak(item.timestamp)
            if self._bucket.put(item):
                return True
            wait_ms = self._bucket.waiting(item)
            assert isinstance(wait_ms, int)  # noqa: S101 — awaitable for other buckets only
            wait_s = (wait_ms + 1) / 1000
            if now + wait_s > deadline:
                return False
            self._sleep(wait_s)


@dataclass(frozen=True)
class LimitedSender:
    """Has calls wait for their turn: so many at once, and those of the wallet within the provider's limit."""

    inner: Sender
    timer: Callable[[], float]
    rate: RateLimit
    slots: threading.Semaphore

    def send(self, call: ApiCall) -> Received:
        """Send in turn. Raises TimedOut where that does not come in time: nothing was sent."""
        path = call.endpoint.path
        if call.endpoint.limited and not self.rate.pass_before(call.deadline):
            raise TimedOut("The wallet's limit of requests is reached.", endpoint=path, was_sent=False)
        if not self.slots.acquire(timeout=max(call.deadline - self.timer(), 0)):
            raise TimedOut("Too many requests are waiting for the provider.", endpoint=path, was_sent=False)
        try:
            return self.inner(call)
        finally:
            self.slots.release()


@dataclass(frozen=True)
class RepeatedSender:
    """Repeats a read that failed, where that may help: not again at once what has just failed so often."""

    inner: Sender
    timer: Callable[[], float]
    sleep: Callable[[float], None]
    failing: CircuitBreaker

    def send(self, call: ApiCall) -> Received:
        """Send, and repeat until the call's deadline at most."""
        path = call.endpoint.path
        if call.endpoint.money:
            return self.inner(call)
        once = call.hurried or self.failing.is_open(path)
        received = self.inner(call) if once else self._repeat(call)
        self.failing.record(None, path)
        return received

    def _repeat(self, call: ApiCall) -> Received:
        retrying = tenacity.Retrying(
            sleep=self.sleep,
            retry=tenacity.retry_if_exception(_may_help),
            wait=_wait_s,
            stop=lambda state: (
                state.attempt_number >= _ATTEMPTS or self.timer() + state.upcoming_sleep >= call.deadline
            ),
            reraise=True,
        )
        try:
            return retrying(self.inner, call)
        except TwoJError as error:
            if error.retry_may_help:  # who asks next need not repeat it all to learn that it fails
                self.failing.record(error, call.endpoint.path)
            raise


@dataclass(frozen=True)
class GuardedSender:
    """Leaves an endpoint alone that hangs, then lets one ask at a time: it would hold up the others."""

    inner: Sender
    hanging: CircuitBreaker

    def send(self, call: ApiCall) -> Received:
        """Send, unless a read's endpoint hangs: then nothing is sent, and TimedOut is raised."""
        if call.endpoint.money:
            return self.inner(call)
        try:
            with self.hanging.guard(call.endpoint.path):
                return self.inner(call)
        except CircuitOpen:
            pass
        raise TimedOut("The provider took too long.", endpoint=call.endpoint.path, was_sent=False)


def _may_help(error: BaseException) -> bool:
    return isinstance(error, TwoJError) and error.retry_may_help


def _wait_s(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, HttpStatus) and error.retry_after_s is not None:
        return error.retry_after_s
    return _backoff(state)
