"""Fills the archive in the background and keeps it up to date: one server for all, a few calls a second."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import structlog

from archive import bets, fetch, pieces
from archive.archive import Archive, hour_text
from archive.bets import DAY_S, HOUR_S
from archive.engine import Engine
from archive.pieces import Lease
from archive.proof import Explanation, HourRead
from archive.restatements import compare
from archive.schedule import Horizon, horizon, next_hours
from archive.store import FileDamaged
from ledger.database import LedgerAway
from twoj_client import TwoJ, TwoJError

log = structlog.get_logger(__name__)

TAIL_EVERY_S: Final = 30
TAIL_OVERLAP_S: Final = 300
"""Rounds are told as they end, in no strict order: so much of the running hour is asked for again."""
_LEASE_S: Final = 30
_COMPARED_DAYS: Final = 60
_LEFT_FOR_S: Final = 3600
"""So long a file stays after nothing refers to it: who has begun to read it ends in this time."""
_IDLE_S: Final = 5
_AFTER_FAILURE_S: Final = 20
_LEAST_FREE_BYTES: Final = 2**30
_UNHURRIED: Final = 20
"""From so many calls a second on whole days are asked for at once."""


@dataclass(frozen=True, slots=True)
class CollectorState:
    """What the collector of this server does: whether it is the one, what it reads, what keeps it from it."""

    collects: bool = False
    reading: tuple[int, ...] = ()
    stopped_by: TwoJError | LedgerAway | Explanation | None = None
    horizon: Horizon | None = None


class Collector:
    """Fills one merchant's archive. `timer` returns seconds of a clock that never jumps."""

    def __init__(
        self,
        archive: Archive,
        engine: Engine,
        twoj: TwoJ,
        workers: Executor,
        *,
        days: int = 60,
        keep_days: int | None = None,
        calls_per_s: float = 2,
        least_free_bytes: int = _LEAST_FREE_BYTES,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = CollectorState()
        self._archive = archive
        self._engine = engine
        self._twoj = twoj
        self._workers = workers
        self._days = min(days, keep_days or days)
        self._keep_days = keep_days
        self._calls_per_s = calls_per_s
        self._least_free_bytes = least_free_bytes
        self._timer = timer
        self._lease = Lease(archive.ledger, "collector", _LEASE_S)
        self._nightly = Lease(archive.ledger, "comparison", DAY_S)
        self._pieces: dict[int, pieces.Piece] | None = None
        self._lease_until = self._paced_until = self._tail_at = self._tidied_at = float("-inf")
        self._stopping = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Collect in a thread of its own while the context lasts."""
        thread = threading.Thread(target=self._run, name="archive-collector", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self.turn())
        if self.state.collects:
            try:
                self._lease.give_back()
            except LedgerAway:
                log.warning("archive lease not given back")

    def turn(self) -> float:
        """Do what is due next, and return in how many seconds to come again. Raises nothing."""
        try:
            return self._turn()
        except TwoJError as error:
            return self._stopped(error.with_traceback(None))
        except LedgerAway as error:
            self._pieces = None
            return self._stopped(error.with_traceback(None))
        except (OSError, FileDamaged) as error:
            self._pieces = None
            return self._stopped(
                Explanation("The archive's files cannot be written or read: {reason}", {"reason": str(error)})
            )
        except Exception:
            log.exception("archive not collected")
            self._pieces = None
            return self._stopped(Explanation("The archive could not be written. The server's log says why."))

    def _stopped(self, why: TwoJError | LedgerAway | Explanation) -> float:
        if str(self.state.stopped_by) != str(why):
            log.warning("archive stopped", why=str(why))
        self.state = replace(self.state, stopped_by=why, reading=())
        return _AFTER_FAILURE_S

    def _turn(self) -> float:
        if self._timer() >= self._lease_until:
            if not self._lease.take():
                self.state, self._pieces = CollectorState(), None
                return _IDLE_S
            self._lease_until = self._timer() + _LEASE_S / 3
        if self._archive.folder.free_bytes() < self._least_free_bytes:
            return self._stopped(Explanation("The archive's disk is nearly full."))
        if self._pieces is None and self._archive.is_elsewhere():
            return self._stopped(
                Explanation(
                    "The files of the archive are not in {place}. Set TWOJ_ARCHIVE_URL to the place that all"
                    " servers share.",
                    {"place": self._archive.folder.place},
                )
            )
        known = self._known()
        now_s = self._archive.clock()
        reach = horizon(known, now_s, self._days)
        self.state = replace(self.state, collects=True, stopped_by=None, horizon=reach)
        if self._timer() >= self._tail_at:
            self._tail_at = self._timer() + TAIL_EVERY_S
            self._read_tail(known, now_s)
        most = 24 if self._calls_per_s >= _UNHURRIED else 1
        if self._timer() >= self._paced_until and (
            hours := next_hours(known, now_s, reach.first_hour_s, most)
        ):
            self._read(hours)
        elif self._timer() - self._tidied_at >= HOUR_S:
            self._tidied_at = self._timer()
            self._tidy(now_s)
        else:
            self.state = replace(self.state, reading=())
            paced_s = self._paced_until - self._timer()
            return paced_s if 0 < paced_s < _IDLE_S else _IDLE_S
        return 0

    def _known(self) -> dict[int, pieces.Piece]:
        if self._pieces is None:
            self._pieces = {piece.hour_s: piece for piece in self._archive.pieces()}
        return self._pieces

    def _keep(self, hours: list[HourRead]) -> int:
        """Write hours, and return how many of their bets were restated."""
        kept = self._archive.keep(hours)
        known = self._known()
        day_s = hours[0].hour_s // DAY_S * DAY_S
        for piece in self._archive.pieces(day_s, hours[-1].hour_s + HOUR_S):
            known[piece.hour_s] = piece
        for each in kept:
            if each.restated:
                log.warning("bets restated", hour=hour_text(each.piece.hour_s), bets=each.restated)
        return sum(each.restated for each in kept)

    def _read(self, hours_s: list[int]) -> None:
        self.state = replace(self.state, reading=tuple(hours_s))
        found = fetch.fetch(self._twoj, hours_s, self._workers)
        self._paced_until = self._timer() + found.calls / self._calls_per_s
        self._keep(found.hours)

    def _read_tail(self, known: dict[int, pieces.Piece], now_s: float) -> None:
        """Read what is new of the running hour; what was read before stays, but for the last minutes."""
        hour_s = int(now_s) // HOUR_S * HOUR_S
        before, from_s, old = known.get(hour_s), hour_s, bets.EMPTY
        if before:
            from_s = max(hour_s, before.as_of_ms // 1000 - TAIL_OVERLAP_S)
            old = bets.in_window(self._archive.rows(before), hour_s, from_s)
        reply = self._twoj.all.history_table(start=from_s, end=hour_s + HOUR_S)
        table = pa.concat_tables([old, bets.ordered(reply.data)])
        read = HourRead(hour_s, table, None, reply.complete, reply.as_of.timestamp(), reply.by_provider_clock)
        self._keep([read])

    def _tidy(self, now_s: float) -> None:
        """Join the hours of finished days, sum them up, unlink what is old, and compare once a night."""
        today_s = int(now_s) // DAY_S * DAY_S
        first_s = (self._archive.extent() or (today_s, 0))[0]
        self._finish_days(first_s, today_s)
        if self._keep_days:
            self._archive.drop_before(today_s - (self._keep_days - 1) * DAY_S)
        self._archive.unlink_left(self._archive.now_ms() - _LEFT_FOR_S * 1000)
        if self._nightly.take(again=False):
            self.compare(_COMPARED_DAYS)
        self._pieces = None

    def fill(self, first_s: int, end_s: int) -> Iterator[int]:
        """Read what is missing or due of a window, newest first; yield how many of its hours are there.

        Raises TwoJError, LedgerAway, OSError.
        """
        while True:
            known = {piece.hour_s: piece for piece in self._archive.pieces(first_s, end_s)}
            hours = next_hours(known, min(self._archive.clock(), end_s), first_s, 24)
            yield len(known)
            if not hours:
                break
            self._read(hours)
            self._stopping.wait(max(0, self._paced_until - self._timer()))
        self._pieces = None
        self._finish_days(first_s, end_s)

    def _finish_days(self, first_s: int, end_s: int) -> None:
        """Join the hours of days that are whole and proven, and sum these days up."""
        self._archive.join_days(first_s, end_s)
        for day_s in range(first_s - first_s % DAY_S, end_s, DAY_S):
            self._engine.roll_up(day_s)

    def compare(self, days: int) -> tuple[int, int]:
        """Compare whole finished days with the provider's sums, and read again what differs.

        Returns the requests that it took and how many bets were restated. Raises TwoJError, LedgerAway.
        """
        now_s = self._archive.clock()
        end_s = (int(now_s) - 2 * HOUR_S) // DAY_S * DAY_S
        first_s, last_s = self._archive.extent() or (end_s, end_s)
        end_s = min(end_s, (last_s + HOUR_S) // DAY_S * DAY_S)
        start_s = max(end_s - days * DAY_S, -(-first_s // DAY_S) * DAY_S)
        calls = restated = 0
        for from_s in range(start_s, end_s, _COMPARED_DAYS * DAY_S):
            to_s = min(from_s + _COMPARED_DAYS * DAY_S, end_s)
            known = {piece.hour_s: piece for piece in self._archive.pieces(from_s, to_s)}
            by_day = fetch.totals_by_day(self._twoj, from_s, to_s)
            found = compare(
                known, from_s, to_s, by_day, lambda one, other: fetch.totals(self._twoj, one, other)
            )
            calls += found.calls
            for hour_s in found.hours_s:
                again = fetch.fetch(self._twoj, [hour_s], self._workers)
                calls += again.calls
                restated += self._keep(again.hours)
        return calls, restated
