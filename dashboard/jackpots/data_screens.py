"""The televisions: their links, who may still look, and their heartbeats."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as time_of_day
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import structlog
from sqlalchemy import Row, bindparam, func, insert, select, update

from dashboard.jackpots.screens import (
    OFF_AFTER_MS,
    Heartbeat,
    OpeningHours,
    Screen,
    ScreenSetup,
    owes_picture,
)
from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Books, Ledger, LedgerAway, clock_ms
from ledger.schema import screens

log = structlog.get_logger(__name__)

RELOAD_S: Final = 5
"""So long at most a link that was made or revoked by another server is not known here."""
_TOKEN_BYTES: Final = 24
_BEAT: Final = ("seen_at_ms", "paint_age_ms", "data_age_ms", "build")
_HEARD: Final = tuple(screens.c[name] for name in _BEAT)
_SETTINGS: Final = ("look", "is_on", "opens_min", "closes_min", "brightness", "layouts", "turn_s")
_SAID: Final = tuple(screens.c[name] for name in ("id", *_SETTINGS, "picture_asked_at_ms", "picture_at_ms"))


@dataclass(frozen=True, slots=True)
class Orders:
    """What a screen is told to do. `picture_asked_at_ms` names a picture that it has yet to send."""

    screen_id: int
    setup: ScreenSetup
    picture_asked_at_ms: int | None


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
        self._orders: dict[str, Orders] = {}
        self._pictures: dict[int, tuple[int, bytes]] = {}
        self._tried_at = float("-inf")
        self._loading = Lock()
        self._beats: dict[int, tuple[int | None, int | None, str | None]] = {}
        self.asked = 0
        """How often screens were answered by this server."""
        self._heard_at: dict[int, float] = {}

    def orders_of(self, token: str) -> Orders | None:
        """Return what the screen with this token is to do, None where there is none or it was revoked."""
        return self._orders.get(_hash(token))

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
                select(screens.c.token_hash, *_SAID).where(screens.c.revoked_at_ms.is_(None))
            )
            self._orders = {
                row.token_hash: Orders(row.id, _setup(row), row.picture_asked_at_ms if _owes(row) else None)
                for row in rows
            }
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
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._ledger.writing() as books:
            add_screen(books, name, look, _hash(token), who, self._now_ms())
        self.look_again()
        return token

    def look_again(self) -> None:
        """Have the links read again before the next answer."""
        self._tried_at = float("-inf")

    def set_up(self, screen_id: int, setup: ScreenSetup, who: str) -> None:
        """Have a screen show something else from its next question on. Raises LedgerAway."""
        opens, closes = (setup.hours.opens, setup.hours.closes) if setup.hours else (None, None)
        values = {
            "look": setup.look,
            "is_on": setup.is_on,
            "opens_min": _minutes(opens),
            "closes_min": _minutes(closes),
            "brightness": setup.brightness,
            "layouts": ",".join(setup.layouts),
            "turn_s": setup.turn_s,
        }
        with self._ledger.writing() as books:
            books.execute(update(screens).where(screens.c.id == screen_id).values(values))
            done = AuditEntry(who, "screen set up", {"screen": screen_id, **values}, DONE)
            audit.write(books, done, self._now_ms())
        self.look_again()

    def ask_for_picture(self, screen_id: int) -> None:
        """Have a screen send a picture of what it shows. Raises LedgerAway."""
        with self._ledger.writing() as books:
            books.execute(
                update(screens)
                .where(screens.c.id == screen_id)
                .values(picture_asked_at_ms=clock_ms(books.connection))
            )
        self.look_again()

    def take_picture(self, screen_id: int, picture: bytes) -> None:
        """Keep a picture in the place of the last one, where one was asked for. Raises LedgerAway."""
        with self._ledger.writing() as books:
            books.execute(
                update(screens)
                .where(
                    screens.c.id == screen_id,
                    screens.c.picture_asked_at_ms.is_not(None),
                    screens.c.picture_asked_at_ms > func.coalesce(screens.c.picture_at_ms, 0),
                )
                .values(picture=picture, picture_at_ms=clock_ms(books.connection))
            )
        self.look_again()

    def picture(self, screen: Screen) -> bytes | None:
        """Return the last picture of a screen, None where it never sent one. Raises LedgerAway."""
        if screen.picture_at_ms is None:
            return None
        at_ms, picture = self._pictures.get(screen.id, (0, b""))
        if at_ms != screen.picture_at_ms:
            with self._ledger.reading() as books:
                picture = books.scalar(select(screens.c.picture).where(screens.c.id == screen.id)) or b""
            self._pictures[screen.id] = screen.picture_at_ms, picture
        return picture

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
        self.look_again()

    def all(self) -> list[Screen]:
        """Return all screens with their last written heartbeat, those in use first. Raises LedgerAway."""
        with self._ledger.reading() as books:
            now_ms = clock_ms(books.connection)
            rows = books.execute(
                select(
                    screens.c.name, screens.c.made_at_ms, screens.c.revoked_at_ms, *_SAID, *_HEARD
                ).order_by(screens.c.revoked_at_ms.is_not(None), screens.c.name, screens.c.id)
            )
            return [
                Screen(
                    row.id,
                    row.name,
                    _setup(row),
                    row.made_at_ms,
                    row.revoked_at_ms,
                    _heartbeat(row, now_ms),
                    row.picture_asked_at_ms,
                    row.picture_at_ms,
                )
                for row in rows
            ]

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def add_screen(books: Books, name: str, look: str, token_hash: str, who: str, now_ms: int) -> int:
    """Write a screen and who made it; return its id. The caller's transaction writes no more after it."""
    made = insert(screens).values(name=name, look=look, token_hash=token_hash, made_at_ms=now_ms)
    screen_id: int = books.execute(made.returning(screens.c.id)).scalar_one()
    audit.write(books, AuditEntry(who, audit.SCREEN_MADE, {"screen": screen_id, "name": name}, DONE), now_ms)
    return screen_id


def _owes(row: Row[Any]) -> bool:
    return owes_picture(row.picture_asked_at_ms, row.picture_at_ms)


def _setup(row: Row[Any]) -> ScreenSetup:
    hours = None
    if row.opens_min is not None and row.closes_min is not None:
        hours = OpeningHours(
            *(time_of_day(*divmod(minutes, 60)) for minutes in (row.opens_min, row.closes_min))
        )
    layouts = tuple(row.layouts.split(","))
    return ScreenSetup(row.look, row.is_on, hours, row.brightness, layouts, row.turn_s)


def _minutes(at: time_of_day | None) -> int | None:
    return None if at is None else at.hour * 60 + at.minute


def _heartbeat(row: Row[Any], now_ms: int) -> Heartbeat | None:
    if row.seen_at_ms is None:
        return None
    # A moment is left to a clock that was set back a little.
    can_be = 0 <= row.seen_at_ms <= now_ms + OFF_AFTER_MS
    age_ms = max(now_ms - row.seen_at_ms, 0) if can_be else None
    return Heartbeat(age_ms, row.paint_age_ms, row.data_age_ms, row.build)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
