"""Fills the archive in the background and keeps it up to date: one server for all, a few calls a second."""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import structlog

from archive import bets, fetch, pieces
from archive.archive import Archive, hour_text
from archive.bets import HourSums
from archive.engine import Engine
from archive.proof import Explanation, HourRead, PieceState
from archive.restatements import MEMORY_S, compare
from archive.schedule import Horizon, horizon, next_hours
from archive.store import FileDamaged
from archive.verify import give_up, verify
from ledger.background import Background, Lease
from ledger.database import LedgerAway
from twoj_client import TwoJ, TwoJError
from twoj_client.errors import BadAnswer, ServiceFailed, WrongShape
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of

log = structlog.get_logger(__name__)

TAIL_EVERY_S: Final = 30
TAIL_CALL_S: Final = 20
"""For each call that it took it waits so long: three a minute, however many bets there are."""
TAIL_OVERLAP_S: Final = 300
"""Rounds are told as they end, in no strict order: so much of the running hour is asked for again."""
_LEASE_S: Final = 30
_COMPARED_DAYS: Final = 60
_LEFT_FOR_S: Final = HOUR_S
"""So long a file stays after nothing refers to it: who has begun to read it ends in this time."""
_IDLE_S: Final = 5
_AFTER_FAILURE_S: Final = 20
_LEAST_FREE_BYTES: Final = 2**30
_UNHURRIED: Final = 20
"""From so many calls a second on whole days are asked for at once."""
_FULL: Final = Explanation(
    "The archive's disk is nearly full. Make room there: reading then goes on by itself."
)


@dataclass(frozen=True, slots=True)
class CollectorState:
    """What the collector of this server does: whether it is the one, what it reads, what keeps it from it."""

    collects: bool = False
    reading: tuple[int, ...] = ()
    stopped_by: TwoJError | LedgerAway | Explanation | None = None
    horizon: Horizon | None = None


class Collector(Background):
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
        super().__init__("archive-collector", _IDLE_S, lease=Lease(archive.ledger, "collector", _LEASE_S))
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
        self._nightly = Lease(archive.ledger, "comparison", DAY_S)
        self._pieces: dict[int, pieces.Piece] | None = None
        self._lease_until = self._paced_until = self._tail_at = self._tidied_at = float("-inf")
        self._has_new = False  # hours that were read for the first time since days were last summed up

    def turn(self) -> float:
        """Do what is due next, and return in how many seconds to come again. Raises nothing."""
        try:
            return self.work()
        except (TwoJError, LedgerAway) as error:
            self._pieces = None
            return self._stopped(error.with_traceback(None))
        except FileDamaged as error:
            self._pieces = None
            return self._mended(error)
        except OSError as error:
            self._pieces = None
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return self._stopped(_FULL)
            return self._stopped(_unusable(error.strerror or str(error)))
        except Exception:
            log.exception("archive not collected")
            self._pieces = None
            return self._stopped(Explanation("The archive could not be written. The server's log says why."))

    def _mended(self, error: FileDamaged) -> float:
        """Have the hours of damaged files be read again, unless it is the folder that cannot be read."""
        if self._archive.is_elsewhere():
            return 0  # which says so
        found = list(verify(self._archive))
        for damage in found:
            log.warning("archive file damaged", damage=damage.sentence)
        give_up(self._archive, found)
        if all(damage.is_foreign for damage in found):
            return self._stopped(_unusable(str(error)))
        return 0

    def _stopped(self, why: TwoJError | LedgerAway | Explanation) -> float:
        if str(self.state.stopped_by) != str(why):
            log.warning("archive stopped", why=str(why))
        self.state = replace(self.state, stopped_by=why, reading=())
        return _AFTER_FAILURE_S

    def work(self) -> float:
        """Do what is due next, and return in how many seconds to come again."""
        if self._timer() >= self._lease_until:
            if not self._is_the_one():
                self.state, self._pieces = CollectorState(), None
                return _IDLE_S
            self._lease_until = self._timer() + _LEASE_S / 3
        if self._archive.folder.free_bytes() < self._least_free_bytes:
            self._unlink_left()  # which may make room
            return self._stopped(_FULL)
        if self._pieces is None and self._archive.is_elsewhere():
            return self._stopped(
                Explanation(
                    "The files of the archive are not in {place}. Set TWOJ_ARCHIVE_URL to the place that all"
                    " servers share.",
                    {"place": self._archive.folder.place},
                )
            )
        if self._timer() >= self._tail_at and self._archive.is_asked_again():
            self._pieces = None
        known = self._known()
        now_s = self._archive.clock()
        reach = horizon(known, now_s, self._days)
        self.state = replace(self.state, collects=True, horizon=reach)
        if self._timer() >= self._tail_at:
            self._read_tail(now_s)  # first: while the provider does not answer this, nothing else is
        most, wait_s = 24 if self._calls_per_s >= _UNHURRIED else 1, 0.0
        due = next_hours(known, now_s, reach.first_hour_s, most)
        if due and self._timer() >= self._paced_until:
            self._has_new = self._has_new or any(hour_s not in known for hour_s in due)
            self._read(due, self._fetch)
        elif (self._has_new and not due) or self._timer() - self._tidied_at >= HOUR_S:
            self._tidied_at, self._has_new = self._timer(), False
            self._tidy(now_s)
        else:
            self.state = replace(self.state, reading=())
            paced_s = self._paced_until - self._timer()
            wait_s = paced_s if 0 < paced_s < _IDLE_S else _IDLE_S
        self.state = replace(self.state, stopped_by=None)  # now it is known to be over
        return wait_s

    def _known(self) -> dict[int, pieces.Piece]:
        if self._pieces is None:
            self._pieces = {piece.hour_s: piece for piece in self._archive.pieces()}
        return self._pieces

    def _keep(self, hours: Sequence[HourRead]) -> int:
        """Write hours, and return how many of their bets were restated."""
        known = self._known()
        hours = [replace(read, past_memory=self._is_past_memory(read)) for read in hours]
        kept = self._archive.keep(hours)
        for piece in self._archive.pieces(hours[0].hour_s - HOUR_S, hours[-1].hour_s + 2 * HOUR_S):
            known[piece.hour_s] = piece
        for each in kept:
            if each.restated:
                log.warning("bets restated", hour=hour_text(each.piece.hour_s), bets=each.restated)
        return sum(each.restated for each in kept)

    def _is_past_memory(self, read: HourRead) -> bool:
        """Whether the provider does not say less of an hour, but has begun to forget it."""
        before = self._known().get(read.hour_s)
        if before is None or not self._archive.is_past_memory(read, before):
            return False
        return fetch.totals(self._twoj, read.hour_s - MEMORY_S, read.hour_s) == HourSums()

    def _fetch(self, hours_s: Sequence[int]) -> fetch.Fetched:
        """Read hours once it is their turn."""
        self._awake.wait(max(0, self._paced_until - self._timer()))
        found = fetch.fetch(self._twoj, hours_s, self._workers)
        self._paced_until = self._timer() + found.calls / self._calls_per_s
        return found

    def _read(self, hours_s: Sequence[int], ask: Callable[[Sequence[int]], fetch.Fetched]) -> None:
        self.state = replace(self.state, reading=tuple(hours_s))
        try:
            found = ask(hours_s)
        except (BadAnswer, ServiceFailed) as error:
            if len(hours_s) == 1:
                reason = {"reason": error.sentence}
                why = Explanation("It was not read: {reason}", reason)
                self._known()[hours_s[0]] = self._archive.miss(hours_s[0], why)
                return
            for hour_s in hours_s:  # which of them is it?
                self._read([hour_s], self._fetch)
            return
        self._keep(found.hours)

    def _read_tail(self, now_s: float) -> None:
        """Read what is new of the running hour, and what came of the one before since it was last read.

        What was read before stays, but for the last minutes.
        """
        running_s, calls = hour_of(now_s), 0
        known = {
            piece.hour_s: piece for piece in self._archive.pieces(running_s - HOUR_S, running_s + HOUR_S)
        }
        for hour_s in (running_s - HOUR_S, running_s):
            before = known.get(hour_s)
            from_s = max(hour_s, before.as_of_ms // 1000 - TAIL_OVERLAP_S) if before else hour_s
            is_whole = before and before.as_of_ms >= (hour_s + HOUR_S) * 1000
            if is_whole or not (before or hour_s == running_s):
                continue
            old = self._archive.rows(before) if before else bets.EMPTY
            try:
                found = fetch.rest(self._twoj, hour_s, from_s, old)
            except WrongShape:  # a bet that cannot be read; when it is over, the hour says so
                found = fetch.Fetched([], 1)
            calls += found.calls
            if found.hours:
                self._keep(found.hours)
        self._tail_at = self._timer() + max(TAIL_EVERY_S, TAIL_CALL_S * calls)

    def _tidy(self, now_s: float) -> None:
        """Join the hours of finished days, sum them up, unlink what is old, and compare once a night."""
        self._archive.check_files()
        today_s = utc_day_of(now_s)
        first_s = (self._archive.extent() or (today_s, 0))[0]
        self._finish_days(first_s, today_s)
        if self._keep_days:
            self._archive.drop_before(today_s - (self._keep_days - 1) * DAY_S)
        self._unlink_left()
        self._pieces = None
        if self._nightly.take(again=False):
            try:
                self.compare(_COMPARED_DAYS)
            except Exception:
                self._nightly.give_back()  # it is tried again in an hour
                raise

    def _unlink_left(self) -> None:
        self._archive.unlink_left(self._archive.now_ms() - _LEFT_FOR_S * 1000)

    def fill(self, first_s: int, end_s: int) -> Iterator[int]:
        """Read what is missing or due of a window, newest first; yield how many of its hours are there.

        Raises TwoJError, LedgerAway, OSError.
        """
        now_s = min(self._archive.clock(), end_s)
        coming: dict[tuple[int, ...], Future[fetch.Fetched]] = {}

        def ask(hours_s: Sequence[int]) -> fetch.Fetched:
            """Take what was fetched while the hours before were written, and have what follows be fetched."""
            this = coming.pop(tuple(hours_s), None)
            found = this.result() if this else self._fetch(hours_s)
            following = next_hours(known | _read_now(hours_s, now_s), now_s, first_s, 24)
            if following:
                coming[tuple(following)] = ahead.submit(self._fetch, following)
            return found

        with ThreadPoolExecutor(1) as ahead:
            while True:
                known = {piece.hour_s: piece for piece in self._archive.pieces(first_s, end_s)}
                hours = next_hours(known, now_s, first_s, 24)
                yield len(known)
                if not hours:
                    break
                self._read(hours, ask)
        self._pieces = None
        self._finish_days(first_s, end_s)

    def _finish_days(self, first_s: int, end_s: int) -> None:
        """Join the hours of days that are whole and proven, and sum these days up."""
        self._archive.join_days(first_s, end_s)
        for day_s in range(utc_day_of(first_s), end_s, DAY_S):
            self._engine.roll_up(day_s)

    def compare(self, days: int) -> tuple[int, int]:
        """Compare whole finished days with the provider's sums, and read again what differs.

        Returns the requests that it took and how many bets were restated. Raises TwoJError, LedgerAway.
        """
        now_s = self._archive.clock()
        end_s = utc_day_of(now_s - 2 * HOUR_S)
        first_s, last_s = self._archive.extent() or (end_s, end_s)
        end_s = min(end_s, utc_day_of(last_s + HOUR_S))
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
            for hours_s in _side_by_side(found.hours_s):
                again = [fetch.fetch(self._twoj, [hour_s], self._workers) for hour_s in hours_s]
                calls += sum(each.calls for each in again)
                restated += self._keep([read for each in again for read in each.hours])
        return calls, restated


def _unusable(reason: str) -> Explanation:
    return Explanation("The archive's files cannot be written or read: {reason}", {"reason": reason})


def _read_now(hours_s: Sequence[int], now_s: float) -> dict[int, pieces.Piece]:
    """What hours are to the schedule once they have been read now."""
    sums, read_ms = HourSums(), int(now_s * 1000)
    return {
        hour_s: pieces.Piece(hour_s, 1, PieceState.PROVEN, None, sums, None, read_ms, read_ms, "", None)
        for hour_s in hours_s
    }


def _side_by_side(hours_s: Sequence[int]) -> Iterator[list[int]]:
    """Yield hours of a day that follow each other together: a bet may have moved between them."""
    together: list[int] = []
    for hour_s in hours_s:
        if together and (hour_s != together[-1] + HOUR_S or hour_s % DAY_S == 0):
            yield together
            together = []
        together.append(hour_s)
    if together:
        yield together
