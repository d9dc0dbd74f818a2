"""Writes down what was heard of the pots, and knows the last payouts: in the background, while they ask."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

import structlog

from dashboard.jackpots import data_store
from dashboard.jackpots.data_screens import Screens
from dashboard.jackpots.pots import Hit, Pots, Win
from ledger.database import Ledger, LedgerAway

T = TypeVar("T")

log = structlog.get_logger(__name__)

BEATS_EVERY_S: Final = 10
_KEEP_EVERY_S: Final = 2
_THIN_EVERY_S: Final = 3600
_SAMPLE_MS: Final = 60_000
_LAST_WINS: Final = 6
_KEPT_FOR_OTHERS_S: Final = 30
_MOST_WAITING: Final = 1000


class Keeper:
    """Keeps samples, hits and heartbeats in the ledger's database. `timer` never jumps, in seconds.

    While the ledger is away, samples and hits wait in memory. So do, for a while, those that another server
    writes: it may end before it has, and then this one may be the next to write.
    """

    def __init__(self, ledger: Ledger, screens: Screens, timer: Callable[[], float] = time.monotonic) -> None:
        self.last_wins: list[Win] = []
        self._ledger = ledger
        self._screens = screens
        self._timer = timer
        self._kept_at = self._beats_at = self._thinned_at = float("-inf")
        self._away = False
        self._sampled_minute = -1
        self._writes = False
        self._answers: deque[tuple[float, Pots]] = deque(maxlen=_MOST_WAITING)
        self._hits: deque[tuple[float, Hit]] = deque(maxlen=_MOST_WAITING)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="jackpot-keeper")
        self._keeping: Future[None] | None = None

    def close(self) -> None:
        """Write what is left."""
        if self._keeping:
            self._worker.submit(self.keep)
        self._worker.shutdown()

    def note(self, pots: Pots, hits: list[Hit], *, writes: bool) -> None:
        """Remember an answer, the first of each minute, and the hits that it shows.

        `writes`: whether this server, of several, is the one that writes them down.
        """
        now = self._timer()
        self._writes = writes
        self._hits.extend((now, hit) for hit in hits)
        if pots.at_ms // _SAMPLE_MS != self._sampled_minute:
            self._sampled_minute = pots.at_ms // _SAMPLE_MS
            self._answers.append((now, pots))

    def keep_soon(self) -> None:
        """Have `keep` done in the background, unless that was just done."""
        idle = self._keeping is None or self._keeping.done()
        if idle and self._timer() - self._kept_at >= _KEEP_EVERY_S:
            self._kept_at = self._timer()
            self._keeping = self._worker.submit(self.keep)

    def keep(self) -> None:
        """Write what was noted; read the last payouts, and who may look."""
        try:
            has_news = self._writes and (self._answers or self._hits)
            if has_news or self._timer() - self._beats_at >= BEATS_EVERY_S:
                self._write()
            with self._ledger.reading() as books:
                self.last_wins = data_store.last_wins(books, _LAST_WINS)
            self._screens.load()
            self._away = False
        except LedgerAway as error:
            if not self._away:
                log.warning("jackpot books not kept", error=str(error))
            self._away = True
        except Exception:  # whatever it was, the screens go on, and the next time may do better
            log.exception("jackpot books not kept")

    def _write(self) -> None:
        answers, hits = list(self._answers), list(self._hits)
        with self._ledger.writing() as books:
            if self._writes:
                data_store.add_samples(books, [pots for _, pots in answers])
                data_store.add_hits(books, [hit for _, hit in hits])
            self._screens.write_beats(books)
            if self._writes and answers and self._timer() - self._thinned_at >= _THIN_EVERY_S:
                data_store.thin(books, answers[-1][1].at_ms)
                self._thinned_at = self._timer()
        self._beats_at = self._timer()
        # The ledger is there: what another server was to write a while ago, it has written.
        kept_from = float("inf") if self._writes else self._timer() - _KEPT_FOR_OTHERS_S
        _drop(self._answers, [each for each in answers if each[0] < kept_from])
        _drop(self._hits, [each for each in hits if each[0] < kept_from])


def _drop(waiting: deque[T], done: list[T]) -> None:
    for each in done:
        with suppress(ValueError):  # the deque was full, and has dropped it by itself
            waiting.remove(each)
