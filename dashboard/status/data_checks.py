"""What the server sees of the provider, its cache and its ledger; however many ask, each is asked seldom."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, Final, Generic, TypeVar

import structlog
from sqlalchemy import delete, func, insert, select

from dashboard.core.text import Message
from dashboard.status.rows import ApiSeen, Checked, LedgerSeen, MessagesSeen, PayoutsSeen
from ledger import outbox
from ledger.database import Books, Ledger, LedgerAway, clock_ms, place, versions
from ledger.payouts import refusals
from ledger.schema import deliveries, payouts, pending, repetitions, trials
from twoj_client import TwoJ
from twoj_client.health import Api
from twoj_client.threads import Workers
from twoj_client.windows import DAY_S

T = TypeVar("T")
log = structlog.get_logger(__name__)

PROVIDER_EVERY_S: Final = 30
NEAR_EVERY_S: Final = 5
"""So often at most cache and ledger are asked: they are ours, and cost nothing."""
_PATIENCE_S: Final = 10
_TRIAL_BYTES: Final = 16 * 2**10
_AHEAD_MS: Final = DAY_S * 1000
"""What came later than this from now was written by a wrong clock, and is not the last that came."""


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

    def __call__(self, patience_s: float = 0) -> T | None:
        """Return the last answer, as `look` does, and not how old it is."""
        seen = self.look(patience_s)
        return seen.value if seen else None

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


class Checks:
    """One for a server; of a ledger that is away, None is known. `timer` never jumps, in seconds."""

    def __init__(self, twoj: TwoJ, ledger: Ledger, timer: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._timer = timer
        self._begun = timer()
        self._pool = Workers(len(Api) + 4, thread_name_prefix="check")

        def near(ask: Callable[[], T]) -> Probe[T]:
            return Probe(ask, NEAR_EVERY_S, self._pool, timer)

        self._apis = {
            api: Probe(partial(twoj.health, api), PROVIDER_EVERY_S, self._pool, timer) for api in Api
        }
        self.cache = near(twoj.cache_state)
        self.ledger = near(self._written)
        self.payouts = near(partial(self._read, _payouts))
        self.refused = near(partial(self._read, refusals.read))
        self.messages = near(partial(self._read, _messages))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the checks that are under way end when the block does."""
        try:
            yield
        finally:
            self._pool.shutdown(cancel_futures=True)

    @property
    def up_s(self) -> float:
        """For how long the server has been running."""
        return self._timer() - self._begun

    def refresh(self) -> list[Future[None]]:
        """Ask again what is due, and wait for nothing; return what has no answer that still counts."""
        probes: list[Probe[Any]] = [*self._apis.values(), self.cache, self.ledger]
        flights = [(probe, probe.refresh()) for probe in probes]
        return [flight for probe, flight in flights if flight is not None and probe.last() is None]

    def apis(self, patience_s: float = 0) -> dict[Api, ApiSeen | None]:
        """What the last call to each API showed, waiting so long at most for one that is due."""
        for probe in self._apis.values():
            probe.refresh()
        return {api: probe.look(patience_s) for api, probe in self._apis.items()}

    def _written(self) -> LedgerSeen:
        """Write as much as a payout needs: one that is locked or full can be read, and takes no payout.

        The new row comes before the old one goes, so that there must be room for it; one row stays.
        """
        where = Message(*place(self._ledger.database.url))
        try:
            with self._ledger.writing() as books:
                made = insert(trials).values(body=os.urandom(_TRIAL_BYTES)).returning(trials.c.id)
                books.execute(delete(trials).where(trials.c.id != books.scalar(made)))
                return LedgerSeen(where, *versions(books.connection))
        except LedgerAway as error:
            return LedgerSeen(where, failure=Message(error.key, error.fields))

    def _read(self, question: Callable[[Books], T]) -> T | None:
        try:
            with self._ledger.reading() as books:
                return question(books)
        except LedgerAway:
            return None


def _messages(books: Books) -> MessagesSeen:
    return MessagesSeen(outbox.latest(books), outbox.waiting(books))


def _payouts(books: Books) -> PayoutsSeen:
    can_be_ms = clock_ms(books.connection) + _AHEAD_MS
    in_time = payouts.c.won_at_ms <= can_be_ms
    newest = select(payouts.c.received_at_ms).where(in_time).order_by(payouts.c.won_at_ms.desc()).limit(1)
    first = select(deliveries.c.received_at_ms, deliveries.c.outcome).order_by(deliveries.c.id.desc())
    last_at_ms = repetitions.c.last_at_ms
    again = select(last_at_ms, repetitions.c.outcome).where(last_at_ms <= can_be_ms)
    calls = [*books.execute(first.limit(1)), *books.execute(again.order_by(last_at_ms.desc()).limit(1))]
    call_at_ms, outcome = max(calls, default=(None, ""))
    waiting = select(func.count(), func.min(payouts.c.received_at_ms)).select_from(pending.join(payouts))
    return PayoutsSeen(books.scalar(newest), call_at_ms, outcome, *books.execute(waiting).one())
