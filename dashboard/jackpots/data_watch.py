"""The pots as this server watches them: asked for, written down, told to the screens."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import structlog

from dashboard.jackpots import data_store
from dashboard.jackpots.data_poller import Heard, Poller
from dashboard.jackpots.data_screens import Orders, Screens
from dashboard.jackpots.pots import Hit, HitFinder, Pots, Win, match
from dashboard.jackpots.screens import told_setup
from dashboard.jackpots.wall import Limits, limits, told, told_hits, told_wins
from ledger.database import Ledger, LedgerAway
from twoj_client.jackpot import Jackpot
from twoj_client.windows import HOUR_S

T = TypeVar("T")

log = structlog.get_logger(__name__)

BEATS_EVERY_S: Final = 10
_KEEP_EVERY_S: Final = 2
_THIN_EVERY_S: Final = HOUR_S
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


_HITS_TOLD: Final = 4
_ROOT: Final = Path(__file__).parents[2]


def build_id(*settings: object) -> str:
    """Which build this is, in 12 hexadecimal digits: screens reload themselves when it changes.

    The same wherever the same code runs with the same `settings`.
    """
    digest = blake2b(digest_size=6)
    for folder in ("dashboard", "pages"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".css", ".html"}:
                digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(repr((version("streamlit"), settings)).encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Brand:
    """What the wall says it belongs to; the logo is a `data:` URL, empty where there is none."""

    name: str
    logo: str


class Watch:
    """One for a merchant. The `provider` is asked for the pots."""

    def __init__(
        self,
        provider: Jackpot,
        brand: Brand,
        ledger: Ledger,
        *,
        currency: str | None,
        timezone: str,
        poll_s: int,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.brand = brand
        self.build = build_id(brand, currency, timezone, poll_s)
        self.poll_s = poll_s
        self.limits: Limits = limits(poll_s)
        self.ledger = ledger
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self.screens = Screens(self.ledger, clock, timer)
        self.poller = Poller(provider, self._hear, every_s=self.poll_s, clock=clock, timer=timer)
        self._keeper = Keeper(self.ledger, self.screens, timer)
        self._finder = HitFinder()
        self._hits: deque[Hit] = deque(maxlen=_HITS_TOLD)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch until the block ends, while somebody looks."""
        try:
            with self.poller.running(leave_after_s=1):  # only a provider that hangs can keep it longer
                yield
        finally:
            self._keeper.close()

    def look(self) -> Heard | None:
        """Return the latest answer, None before the first; keeps the watch awake."""
        self._keeper.keep_soon()
        return self.poller.look()

    def told(self, orders: Orders) -> dict[str, Any]:
        """Return what a screen with these orders is told now."""
        heard = self.look()
        age_ms = self.poller.age_ms(heard) if heard else None
        pots, as_of = (heard.pots, heard.as_of) if heard else (None, None)
        hits, wins = list(self._hits), self._keeper.last_wins
        matches = match(hits, wins, watched={}, now_ms=pots.at_ms) if pots and hits else []
        return {
            **told(pots, as_of, age_ms, self.limits.state(age_ms)),
            "hits": told_hits(hits, matches),
            "winners": told_wins(wins),
            **told_setup(orders.setup, self._now(), orders.picture_asked_at_ms),
            "build": self.build,
        }

    def _now(self) -> datetime:
        """The time of the business."""
        return datetime.fromtimestamp(self._clock(), self._zone)

    def _hear(self, before: Pots | None, pots: Pots, leads: bool) -> None:
        hits = self._finder.hear(before, pots, self._keeper.last_wins) if before else []
        self._hits.extend(hits)
        self._keeper.note(pots, hits, writes=leads)
