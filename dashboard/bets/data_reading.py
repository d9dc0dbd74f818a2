"""The bets of a window, read in the background piece by piece, summed up and let go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dashboard.bets.sums import BetSums, together
from dashboard.core.text import Deferred, Message, later
from dashboard.provider.changes import changed
from dashboard.provider.failures import by_time, failures, window_text
from dashboard.provider.jobs import Job
from dashboard.provider.reading import Progressive, Reading
from twoj_client import Reply, TwoJError, Window
from twoj_client.changes import Restatement
from twoj_client.windows import HOUR_S, cut

# So long after its end a window's bets are final, as for the client's own cache.
_SETTLE_S: Final = 7200
_RENEW_S: Final = 60
_RENEW_ENDED_S: Final = 600
_RETRY_S: Final = 60
# Renewals read at most so many bets a second on average, or a busy operator's last hour would never rest.
_RENEWED_BETS_A_S: Final = 500
_FOLD: Final = 24
# Whole parts of the hour, which is the provider's longest window.
_PIECES_S: Final = (HOUR_S, 1800, 900, 600, 300)
_MOST_BETS: Final = 100_000
_BUSIEST: Final = 3


def less_than_counted(window: Window, zone: ZoneInfo) -> Message:
    """Say of a window that it was not read wholly."""
    when = Deferred(window_text, (window, zone))
    return later("{when}: the provider counts more bets than its pages hold.", when=when)


def piece_s(bets: int | None, window_s: int) -> int:
    """How long a piece of a window with so many bets may be, so that it fits the memory at busy times too.

    None for `bets` where nobody knows.
    """
    if bets is None:
        return _PIECES_S[-1]
    busiest_a_s = _BUSIEST * bets / max(window_s, 1)
    return next((piece for piece in _PIECES_S if busiest_a_s * piece <= _MOST_BETS), _PIECES_S[-1])


class _Piece(NamedTuple):
    window: Window
    sums: BetSums
    bets: int
    as_of: datetime
    whole: bool
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BetsRead(Progressive[BetSums]):
    """What has been read of the bets from `start_s` to `end_s` (epoch seconds); `known` None if nothing.

    `answered` of `asked` pieces are there or failed; `unread` are the windows of the others and the failed.
    `going_on` says whether the rest is on its way.
    """

    start_s: int
    end_s: int
    unread: tuple[Window, ...] = ()
    going_on: bool

    @property
    def is_coming(self) -> bool:
        """Whether the rest is on its way."""
        return self.going_on

    @property
    def to_file(self) -> Reading[BetSums] | None:
        """The same for a file, which must say by itself that older bets are not read yet."""
        if self.known is None or self.finished:
            return self.known
        return replace(self.known, failures=(*self.known.failures, later("The older bets: not read yet.")))


@dataclass(eq=False)
class BetReading:
    """Reads bets from `_start_s` on in pieces of `_piece_s`, the newest first. For all threads.

    `_ask` reads one piece and sums it up, `_zone` and `_currency` are those of the words about it.
    What can no longer change is read once, the rest again from time to time while somebody looks.
    """

    _ask: Callable[[Window], Reply[BetSums]]
    _zone: ZoneInfo
    _currency: str | None
    _start_s: int
    _piece_s: int
    _pool: ThreadPoolExecutor
    _clock: Callable[[], float]
    begun: bool = field(default=False, init=False)
    _stopped: bool = field(default=True, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _load: Job[Window, int] | None = field(default=None, init=False)
    _settled: dict[int, datetime] = field(default_factory=dict, init=False)
    _folded: list[BetSums] = field(default_factory=list, init=False)
    _changing: dict[int, _Piece] = field(default_factory=dict, init=False)
    _changes: dict[int, tuple[Restatement, ...]] = field(default_factory=dict, init=False)
    _failed: dict[int, tuple[Window, TwoJError, float]] = field(default_factory=dict, init=False)
    _sums: BetSums | None = field(default=None, init=False)

    def begin(self) -> None:
        """Read what has not been read yet."""
        self.begun, self._stopped = True, False

    def stop(self) -> None:
        """Leave out what has not been asked yet."""
        self._stopped = True
        if self._load:
            self._load.give_up()

    def look(self, end_s: int, patience_s: float) -> BetsRead:
        """Say what has been read up to `end_s`, and go on if begun. Waits so long at most for the rest.

        Failures of the provider are named in `known.failures`. Raises TwoJError where every piece failed, and
        what went wrong in the summing up.
        """
        with self._lock:
            if not self._stopped and (self._load is None or self._load.finished):
                due = {window: partial(self._read, window) for window in self._due(end_s)}
                if due:
                    self._load = Job(due, self._pool, self._clock)
            load = self._load
        if load:
            load.look(patience_s)
            load.replies()
        with self._lock:
            if load and load is self._load:
                # From the load, which may leave a provider alone that fails again and again.
                for window, error in load.errors().items():
                    self._failed[window.start] = (window, error, load.begun_at)
            shown = self._shown(end_s, going_on=load is not None and not load.finished)
            if shown.known is None and shown.finished and self._failed:
                raise next(iter(self._failed.values()))[1]
            return shown

    def _windows(self, end_s: int) -> list[Window]:
        return cut(Window(self._start_s, end_s), self._piece_s)

    def _due(self, end_s: int) -> list[Window]:
        return [window for window in reversed(self._windows(end_s)) if self._is_due(window)]

    def _is_due(self, window: Window) -> bool:
        if window.start in self._settled:
            return False
        now, piece = self._clock(), self._changing.get(window.start)
        if window.start in self._failed:
            return now - self._failed[window.start][2] >= _RETRY_S
        if piece is None:
            return True
        renew_s = _RENEW_ENDED_S if piece.window == window else _RENEW_S
        return now - piece.as_of.timestamp() >= max(renew_s, piece.bets / _RENEWED_BETS_A_S)

    def _read(self, window: Window) -> Reply[int]:
        reply = self._ask(window)
        is_settled = reply.by_provider_clock and reply.as_of.timestamp() >= window.end + _SETTLE_S
        count = reply.data.totals.bet_count
        piece = _Piece(window, reply.data, count, reply.as_of, reply.complete, is_settled)
        with self._lock:
            self._changes[window.start] = reply.changes
            self._take(piece)
        return Reply(piece.bets, reply.as_of)

    def _take(self, piece: _Piece) -> None:
        start = piece.window.start
        self._failed.pop(start, None)
        self._sums = None
        if not piece.whole or not piece.settled:
            self._changing[start] = piece
            return
        self._changing.pop(start, None)
        self._settled[start] = piece.as_of
        self._folded.append(piece.sums)
        if len(self._folded) > _FOLD:
            self._folded = [together(self._folded)]

    def _shown(self, end_s: int, *, going_on: bool) -> BetsRead:
        windows = self._windows(end_s)
        there = {*self._settled, *self._changing}
        unread = []
        for window in windows:
            read_to = window.start if window.start not in there else window.end
            if window.start in self._changing:
                read_to = self._changing[window.start].window.end
            if read_to < window.end:
                unread.append(Window(read_to, window.end))
        if unread and unread[-1].end == end_s and windows[-1].start in self._changing:
            # What has been read of the running piece is the end of what is shown.
            end_s = unread.pop().start
        return BetsRead(
            self._known(windows[-1].start, end_s) if there else None,
            sum(window.start in there or window.start in self._failed for window in windows),
            len(windows),
            start_s=self._start_s,
            end_s=end_s,
            unread=tuple(unread),
            going_on=going_on,
        )

    def _known(self, newest: int, end_s: int) -> Reading[BetSums]:
        if self._sums is None:
            self._sums = together([*self._folded, *(piece.sums for piece in self._changing.values())])
        as_of = {start: piece.as_of for start, piece in self._changing.items()}
        lacking = {window: error for start, (window, error, _) in self._failed.items() if start not in as_of}
        return Reading(
            self._sums,
            # Finished hours were said long ago and are still true: the age is that of the newest.
            as_of.get(newest) or min([*as_of.values()] or [*self._settled.values()]),
            next((error for start, (_, error, _) in self._failed.items() if start in as_of), None),
            (
                *failures(by_time(lacking, self._zone)),
                *(
                    less_than_counted(each.window, self._zone)
                    for each in self._changing.values()
                    if not each.whole
                ),
            ),
            changed(
                (change for changes in self._changes.values() for change in changes),
                self._zone,
                self._currency,
            ),
            window=(datetime.fromtimestamp(self._start_s, UTC), datetime.fromtimestamp(end_s, UTC)),
            settled=len(self._settled) == len(self._windows(end_s)),
        )
