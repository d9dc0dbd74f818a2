"""The televisions: their links, who may still look, and their heartbeats."""

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import structlog
from sqlalchemy import Row, bindparam, insert, select, update

from dashboard.jackpots.wall import OFF_AFTER_MS, Heartbeat, Screen
from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Books, Ledger, LedgerAway, clock_ms
from ledger.schema import screens

log = structlog.get_logger(__name__)

RELOAD_S: Final = 5
"""So long at most a link that was made or revoked by another server is not known here."""
_TOKEN_BYTES: Final = 24
_BEAT: Final = ("seen_at_ms", "paint_age_ms", "data_age_ms", "build")


class Screens:
    """Who may look at the wall, held in memory so that a screen's question costs no query.

    The ledger keeps only a hash of each token: 192 random bits need no salt and no slow hash. `clock` returns
    epoch seconds, `timer` seconds of a clock that never jumps.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._timer = timer
        self.loaded = False
        self._looks: dict[str, tuple[int, str]] = {}
        self._tried_at = float("-inf")
        self._loading = Lock()
        self._beats: dict[int, tuple[int | None, int | None, str | None]] = {}
        self.asked = 0
        """How often screens were answered by this server."""
        self._heard_at: dict[int, float] = {}

    def look_of(self, token: str) -> tuple[int, str] | None:
        """Return id and look of the screen with this token, None where there is none or it was revoked."""
        return self._looks.get(_hash(token))

    @property
    def outdated(self) -> bool:
        """Whether the links should be read again. A ledger that is away is not asked each time either."""
        return self._timer() - self._tried_at > RELOAD_S

    def renew(self) -> None:
        """Read the links again where that is due; who comes meanwhile waits. Without a ledger they stay."""
        with self._loading:
            if self.outdated:
                try:
                    self.load()
                except LedgerAway as error:
                    log.warning("screens not known", error=str(error))

    def load(self) -> None:
        """Read the links. Raises LedgerAway."""
        self._tried_at = self._timer()
        with self._ledger.reading() as books:
            rows = books.execute(
                select(screens.c.token_hash, screens.c.id, screens.c.look).where(
                    screens.c.revoked_at_ms.is_(None)
                )
            )
            self._looks = {row.token_hash: (row.id, row.look) for row in rows}
        self.loaded = True

    def note(
        self, screen_id: int, paint_age_ms: int | None, data_age_ms: int | None, build: str | None
    ) -> None:
        """Remember a heartbeat until it is written."""
        self.asked += 1
        self._heard_at[screen_id] = self._timer()
        self._beats[screen_id] = paint_age_ms, data_age_ms, build

    def alive(self) -> int:
        """Return how many screens asked this server lately."""
        since = self._timer() - OFF_AFTER_MS / 1000
        return sum(at > since for at in list(self._heard_at.values()))

    def write_beats(self, books: Books) -> None:
        """Write the heartbeats since the last time, by the database's clock: other servers compare them."""
        beats, self._beats = self._beats, {}
        if beats:
            now_ms, now = clock_ms(books.connection), self._timer()
            books.execute(
                update(screens)
                .where(screens.c.id == bindparam("screen"))
                .values({name: bindparam(name) for name in _BEAT}),
                [
                    {
                        "screen": screen_id,
                        "seen_at_ms": now_ms - int((now - self._heard_at[screen_id]) * 1000),
                        "paint_age_ms": paint_age_ms,
                        "data_age_ms": data_age_ms,
                        "build": build,
                    }
                    for screen_id, (paint_age_ms, data_age_ms, build) in sorted(beats.items())
                ],
            )

    def make(self, name: str, look: str, who: str) -> str:
        """Make a screen and return its token, which is nowhere else. Raises LedgerAway."""
        token, now_ms = secrets.token_urlsafe(_TOKEN_BYTES), self._now_ms()
        with self._ledger.writing() as books:
            made = insert(screens).values(name=name, look=look, token_hash=_hash(token), made_at_ms=now_ms)
            screen_id = books.execute(made.returning(screens.c.id)).scalar_one()
            made_by = AuditEntry(who, audit.SCREEN_MADE, {"screen": screen_id, "name": name}, DONE)
            audit.write(books, made_by, now_ms)
        self._tried_at = float("-inf")
        return token

    def revoke(self, screen_id: int, who: str) -> None:
        """Let a screen look no more. Raises LedgerAway."""
        now_ms = self._now_ms()
        with self._ledger.writing() as books:
            gone = books.execute(
                update(screens)
                .where(screens.c.id == screen_id, screens.c.revoked_at_ms.is_(None))
                .values(revoked_at_ms=now_ms)
            )
            if gone.rowcount:
                audit.write(books, AuditEntry(who, audit.SCREEN_REVOKED, {"screen": screen_id}, DONE), now_ms)
        self._tried_at = float("-inf")

    def all(self) -> list[Screen]:
        """Return all screens with their last written heartbeat, those in use first. Raises LedgerAway."""
        with self._ledger.reading() as books:
            now_ms = clock_ms(books.connection)
            rows = books.execute(
                select(screens).order_by(screens.c.revoked_at_ms.is_not(None), screens.c.name, screens.c.id)
            )
            return [
                Screen(row.id, row.name, row.look, row.made_at_ms, row.revoked_at_ms, _heartbeat(row, now_ms))
                for row in rows
            ]

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _heartbeat(row: Row[Any], now_ms: int) -> Heartbeat | None:
    if row.seen_at_ms is None:
        return None
    # A moment is left to a clock that was set back a little.
    can_be = 0 <= row.seen_at_ms <= now_ms + OFF_AFTER_MS
    age_ms = max(now_ms - row.seen_at_ms, 0) if can_be else None
    return Heartbeat(age_ms, row.paint_age_ms, row.data_age_ms, row.build)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
