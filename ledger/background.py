"""Work that goes on in the background, and of several servers on one where that shall be so."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from sqlalchemy import insert, select, update

from ledger.database import Ledger, LedgerAway, clock_ms
from ledger.schema import leases

log = structlog.get_logger(__name__)


class Lease:
    """Work that one server does for all: whoever holds the lease. It ends by itself, some time after that.

    By the database's clock, so that a server whose clock is off takes nothing away from the others.
    """

    def __init__(self, ledger: Ledger, name: str, lasts_s: float):
        self._ledger = ledger
        self._name = name
        self._lasts_ms = int(lasts_s * 1000)
        self._holder = secrets.token_hex()

    def take(self, *, again: bool = True) -> bool:
        """Take the lease, or keep it for as long `again`; False where another holds it. Raises LedgerAway."""
        with self._ledger.writing() as books:
            now_ms = clock_ms(books.connection)
            until = {"holder": self._holder, "until_ms": now_ms + self._lasts_ms}
            free = leases.c.until_ms <= now_ms
            if again:
                free |= leases.c.holder == self._holder
            taken = update(leases).where(leases.c.name == self._name, free).values(**until)
            if books.execute(taken).rowcount:
                return True
            if books.scalar(select(leases.c.name).where(leases.c.name == self._name)):
                return False
            return books.add(insert(leases).values(name=self._name, **until)) is not None

    def give_back(self) -> None:
        """Let another take it at once. Raises LedgerAway."""
        with self._ledger.writing() as books:
            mine = leases.c.name == self._name, leases.c.holder == self._holder
            books.execute(leases.delete().where(*mine))


class Background(ABC):
    """Work that is done again and again in a thread of its own; with a `lease` by one server for all.

    It begins after `first_after_s`, and after a failure comes again after `every_s`.
    """

    def __init__(self, name: str, every_s: float, *, first_after_s: float = 0, lease: Lease | None = None):
        self._name = name
        self._every_s = every_s
        self._first_after_s = first_after_s
        self._lease = lease
        self._holds_lease = False
        self._awake = Event()
        self._ended = False

    @contextmanager
    def running(self, leave_after_s: float | None = None) -> Iterator[None]:
        """Work while the context lasts; at its end a turn is waited for, or left alone after some time."""
        thread = Thread(target=self._run, name=self._name, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            self._awake.set()
            thread.join(leave_after_s)

    @abstractmethod
    def work(self) -> float | None:
        """Do what is due; return in how many seconds to come again, None: once woken."""

    def turn(self) -> float | None:
        """Work if this server is the one; return as `work` does. Raises nothing."""
        try:
            if self._is_the_one():
                return self.work()
        except LedgerAway as error:
            log.warning("background work failed", work=self._name, why=str(error))
        except Exception:  # whatever it was, the next turn may do better
            log.exception("background work failed", work=self._name)
        return self._every_s

    def _is_the_one(self) -> bool:
        self._holds_lease = self._lease is not None and self._lease.take()
        return self._lease is None or self._holds_lease

    def _run(self) -> None:
        wait_s: float | None = self._first_after_s
        while True:
            self._awake.wait(wait_s)
            self._awake.clear()
            if self._ended:
                break
            wait_s = self.turn()
        if self._lease and self._holds_lease:
            try:
                self._lease.give_back()
            except LedgerAway:
                log.warning("lease not given back", work=self._name)
