"""What the server sees of the provider, its cache and its ledger; however many ask, each is asked seldom."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import delete, func, insert, select

from dashboard.core.text import Message
from dashboard.provider.failures import sentence
from dashboard.status.probes import Checked, Probe
from dashboard.status.rows import ApiSeen, LedgerSeen, PayoutsSeen
from ledger.database import Ledger, LedgerAway, clock_ms, place, versions
from ledger.payouts import refusals
from ledger.payouts.refusals import RefusalCount
from ledger.schema import deliveries, payouts, pending, repetitions, trials
from twoj_client import TwoJ
from twoj_client.cache.store import CacheState
from twoj_client.health import Api, ApiHealth
from twoj_client.threads import Workers

T = TypeVar("T")

PROVIDER_EVERY_S: Final = 30
NEAR_EVERY_S: Final = 5
"""So often at most cache and ledger are asked: they are ours, and cost nothing."""

_TRIAL_BYTES: Final = 16 * 2**10
_AHEAD_MS: Final = 86_400_000
"""What came later than this from now was written by a wrong clock, and is not the last that came."""


class Checks:
    """One for a server. `timer` never jumps, in seconds."""

    def __init__(self, twoj: TwoJ, ledger: Ledger, timer: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._timer = timer
        self._begun = timer()
        self._pool = Workers(len(Api) + 4, thread_name_prefix="check")
        self._apis = {
            api: Probe(partial(twoj.health, api), PROVIDER_EVERY_S, self._pool, timer) for api in Api
        }
        self._cache = Probe(twoj.cache_state, NEAR_EVERY_S, self._pool, timer)
        self._database = Probe(self._written, NEAR_EVERY_S, self._pool, timer)
        self._payouts = Probe(self._read_payouts, NEAR_EVERY_S, self._pool, timer)
        self._refused = Probe(self._read_refused, NEAR_EVERY_S, self._pool, timer)

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
        probes: list[Probe[Any]] = [*self._apis.values(), self._cache, self._database]
        flights = [(probe, probe.refresh()) for probe in probes]
        return [flight for probe, flight in flights if flight is not None and probe.last() is None]

    def apis(self, patience_s: float = 0) -> dict[Api, ApiSeen | None]:
        """What the last call to each API showed, waiting so long at most for one that is due."""
        for probe in self._apis.values():
            probe.refresh()
        return {api: _api(probe.look(patience_s)) for api, probe in self._apis.items()}

    def cache(self, patience_s: float = 0) -> CacheState | None:
        """How the cache is."""
        return _value(self._cache.look(patience_s))

    def ledger(self, patience_s: float = 0) -> LedgerSeen | None:
        """How the ledger's database is."""
        return _value(self._database.look(patience_s))

    def payouts(self, patience_s: float = 0) -> PayoutsSeen | None:
        """What the ledger knows of payouts; None also where it is away."""
        return _value(self._payouts.look(patience_s))

    def refused(self, patience_s: float = 0) -> list[RefusalCount] | None:
        """What the ledger knows of payout calls that were not credited; None also where it is away."""
        return _value(self._refused.look(patience_s))

    def refused_again(self) -> None:
        """Ask for the refused calls anew, since somebody has just seen them."""
        self._refused.forget()

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
            return LedgerSeen(where, trouble=Message(error.key, error.fields))

    def _read_payouts(self) -> PayoutsSeen | None:
        try:
            with self._ledger.reading() as books:
                can_be_ms = clock_ms(books.connection) + _AHEAD_MS
                newest = (
                    select(payouts.c.received_at_ms)
                    .where(payouts.c.won_at_ms <= can_be_ms)
                    .order_by(payouts.c.won_at_ms.desc())
                    .limit(1)
                )
                calls = [
                    *books.execute(
                        select(deliveries.c.received_at_ms, deliveries.c.outcome)
                        .order_by(deliveries.c.id.desc())
                        .limit(1)
                    ),
                    *books.execute(
                        select(repetitions.c.last_at_ms, repetitions.c.outcome)
                        .where(repetitions.c.last_at_ms <= can_be_ms)
                        .order_by(repetitions.c.last_at_ms.desc())
                        .limit(1)
                    ),
                ]
                call_at_ms, outcome = max(calls, default=(None, ""))
                waiting = books.execute(
                    select(func.count(), func.min(payouts.c.received_at_ms)).select_from(
                        pending.join(payouts)
                    )
                ).one()
                return PayoutsSeen(books.scalar(newest), call_at_ms, outcome, *waiting)
        except LedgerAway:
            return None

    def _read_refused(self) -> list[RefusalCount] | None:
        try:
            with self._ledger.reading() as books:
                return refusals.read(books)
        except LedgerAway:
            return None


def _value(seen: Checked[T] | None) -> T | None:
    return seen.value if seen else None


def _api(seen: Checked[ApiHealth] | None) -> ApiSeen | None:
    if seen is None:
        return None
    health, error = seen.value, seen.value.error
    return ApiSeen(
        health.reachable,
        health.signed,
        health.ahead_s,
        health.took_s,
        seen.age_s,
        sentence(error) if error else "",
        Message(error.what_to_do) if error else "",
        error.code if error else None,
    )
